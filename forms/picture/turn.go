package picture

import (
	"image"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// A Turn is the value of Exif's tag Orientation (CIPA DC-008, 4.6.5): on which
// sides of the picture its first row and column belong.
type Turn uint8

// The turns.
const (
	Upright    Turn = 1
	Mirrored   Turn = 2 // left to right
	HalfTurn   Turn = 3
	Flipped    Turn = 4 // top to bottom
	Transposed Turn = 5
	Right      Turn = 6 // a quarter clockwise makes it upright
	Transverse Turn = 7
	Left       Turn = 8 // a quarter counterclockwise makes it upright
)

// swaps reports whether width and height change places.
func (t Turn) swaps() bool { return t >= Transposed && t <= Left }

// from is the place in a picture of w × h that stands at x, y once it is upright.
func (t Turn) from(x, y, w, h int) (int, int) {
	switch t {
	case Mirrored:
		return w - 1 - x, y
	case HalfTurn:
		return w - 1 - x, h - 1 - y
	case Flipped:
		return x, h - 1 - y
	case Transposed:
		return y, x
	case Right:
		return y, h - 1 - x
	case Transverse:
		return w - 1 - y, h - 1 - x
	case Left:
		return w - 1 - y, x
	}
	return x, y
}

// apply returns m upright. What JPEG decodes to is turned plane by plane: as colours
// of 32 bits a large photograph would take three times the memory.
func (t Turn) apply(m image.Image) image.Image {
	if t <= Upright || t > Left {
		return m
	}
	b := m.Bounds()
	size := image.Rect(0, 0, b.Dx(), b.Dy())
	if t.swaps() {
		size = image.Rect(0, 0, b.Dy(), b.Dx())
	}
	if y, ok := m.(*image.YCbCr); ok && (y.SubsampleRatio == image.YCbCrSubsampleRatio411 || y.SubsampleRatio == image.YCbCrSubsampleRatio410) {
		return t.points(m, size)
	}
	switch m := m.(type) {
	case *image.YCbCr:
		out := image.NewYCbCr(size, t.ratio(m.SubsampleRatio))
		cw, ch := chroma(b.Dx(), b.Dy(), m.SubsampleRatio)
		t.plane(out.Y, out.YStride, m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, b.Dx(), b.Dy())
		at := m.COffset(b.Min.X, b.Min.Y)
		t.plane(out.Cb, out.CStride, m.Cb[at:], m.CStride, cw, ch)
		t.plane(out.Cr, out.CStride, m.Cr[at:], m.CStride, cw, ch)
		return out
	case *image.Gray:
		out := image.NewGray(size)
		t.plane(out.Pix, out.Stride, m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, b.Dx(), b.Dy())
		return out
	}
	return t.points(m, size)
}

// points turns m point by point, in colours of 16 bits where it has them.
func (t Turn) points(m image.Image, size image.Rectangle) image.Image {
	b := m.Bounds()
	var out draw.Image = image.NewNRGBA(size)
	switch m.(type) {
	case *image.NRGBA64, *image.RGBA64, *image.Gray16:
		out = image.NewNRGBA64(size)
	}
	for y := range size.Dy() {
		for x := range size.Dx() {
			fx, fy := t.from(x, y, b.Dx(), b.Dy())
			out.Set(x, y, m.At(b.Min.X+fx, b.Min.Y+fy))
		}
	}
	return out
}

// plane turns w × h bytes.
func (t Turn) plane(to []byte, toStride int, from []byte, fromStride, w, h int) {
	tw, th := w, h
	if t.swaps() {
		tw, th = h, w
	}
	for y := range th {
		row := to[y*toStride : y*toStride+tw]
		for x := range row {
			fx, fy := t.from(x, y, w, h)
			row[x] = from[fy*fromStride+fx]
		}
	}
}

// ratio is how colours are thinned out after turning.
func (t Turn) ratio(r image.YCbCrSubsampleRatio) image.YCbCrSubsampleRatio {
	if !t.swaps() {
		return r
	}
	switch r {
	case image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440
	case image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422
	}
	return r
}

// chroma is the size of the planes of colours. 411 and 410, which no camera writes,
// are turned as colours of 32 bits.
func chroma(w, h int, r image.YCbCrSubsampleRatio) (int, int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	}
	return w, h
}

// fit scales m down until its longest side is at most longest, if that is set, and
// reports whether it had to.
func fit(m image.Image, longest int) (image.Image, bool) {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if longest <= 0 || w <= longest && h <= longest {
		return m, false
	}
	most := max(w, h)
	size := image.Rect(0, 0, max(1, w*longest/most), max(1, h*longest/most))
	if opaque(m) {
		out := image.NewRGBA(size)
		xdraw.BiLinear.Scale(out, size, m, m.Bounds(), draw.Src, nil)
		return out, true
	}
	out := image.NewNRGBA(size)
	xdraw.BiLinear.Scale(out, size, m, m.Bounds(), draw.Src, nil)
	return out, true
}
