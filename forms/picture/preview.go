package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
)

// PreviewBytes is how large a preview is at most: it takes a second of the
// slowest mobile network and still shows what a photograph is of.
const PreviewBytes = 4 << 10

// PreviewSide is the longest side of a preview.
const PreviewSide = 256

// MaxPreviewSide is the longest side that is shown of a preview that others made.
const MaxPreviewSide = 1024

// smallEnough is from how many bytes on a picture has a preview: two leaves of an
// attachment are there as soon as one.
const smallEnough = 16 << 10

// Preview makes a small JPEG of a picture, upright and with nothing hidden in it,
// that goes ahead of it where links are slow. It is nil of what is small already.
func Preview(data []byte) ([]byte, error) {
	if len(data) <= smallEnough {
		return nil, nil
	}
	m, _, err := Decode(data)
	if err != nil {
		return nil, err
	}
	small, _ := fit(m, PreviewSide)
	small = onWhite(small)
	var out bytes.Buffer
	// What is full of leaves and faces costs more than a wall: first the
	// colours get coarser, then the picture smaller.
	for _, try := range []struct{ side, quality int }{{PreviewSide, 60}, {PreviewSide, 40}, {192, 45}, {160, 35}, {112, 35}, {80, 30}, {48, 25}} {
		out.Reset()
		small, _ = fit(small, try.side)
		if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: try.quality}); err != nil {
			return nil, err
		}
		if out.Len() <= PreviewBytes {
			return out.Bytes(), nil
		}
	}
	return nil, nil
}

// onWhite puts what can be seen through on white: JPEG has no holes.
func onWhite(m image.Image) image.Image {
	if opaque(m) {
		return m
	}
	out := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Over)
	return out
}

// Shows reports whether a preview that somebody else made may be shown: a JPEG of
// the size of a preview, whatever else it may claim to be.
func Shows(preview []byte) bool {
	f, err := Look(preview)
	return err == nil && f.Kind == JPEG && f.Width <= MaxPreviewSide && f.Height <= MaxPreviewSide
}
