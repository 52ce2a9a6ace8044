// Package picture writes photographs anew, so that what cameras hide in them
// (where, when and with what they were taken) doesn't travel, and makes large
// ones smaller. It reads JPEG, PNG, GIF and WebP and knows HEIC, AVIF and TIFF by
// their first bytes.
//
// Sizes are pixels and bytes. Every picture is looked at before it is decoded:
// see [MaxPixels]. Start at [Look] and [Clean].
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // for image.Decode
	"image/jpeg"
	"image/png"

	_ "golang.org/x/image/webp" // for image.Decode
)

// Limits of what is decoded. A picture of a few bytes can claim to have any size,
// and decoders believe it.
const (
	MaxPixels = 50_000_000
	MaxBytes  = 64 << 20
)

// Errors that a person is told apart.
var (
	ErrNoPicture = errors.New("this is no picture, or a damaged one")
	ErrTooLarge  = fmt.Errorf("the picture has more than %d million points, or more than %d MB", MaxPixels/1_000_000, MaxBytes>>20)
	ErrKind      = errors.New("pictures of this kind can't be written anew here; JPEG and PNG can")
)

// A Kind is a format of pictures.
type Kind string

// The kinds. HEIC, AVIF and TIFF are known, and not decoded.
const (
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	GIF  Kind = "gif"
	WebP Kind = "webp"
	HEIC Kind = "heic"
	AVIF Kind = "avif"
	TIFF Kind = "tiff"
)

// Facts are what a picture says of itself.
type Facts struct {
	Kind          Kind
	Width, Height int  // as stored, before it is turned
	Turn          Turn // how it has to be turned to be seen upright
	Place         bool // it tells where it was taken
	Camera        bool // it tells when, with what or by whom, or may do so
}

// KindOf tells the kind of a picture from its first bytes (32 are enough); empty
// for everything else.
func KindOf(head []byte) Kind {
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return JPEG
	case at(0, "\x89PNG\r\n\x1a\n"):
		return PNG
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return GIF
	case at(0, "RIFF") && at(8, "WEBP"):
		return WebP
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return TIFF
	case at(4, "ftypavif"), at(4, "ftypavis"):
		return AVIF
	case at(4, "ftyphei"), at(4, "ftyphev"), at(4, "ftypmif1"), at(4, "ftypmsf1"):
		return HEIC
	}
	return ""
}

// Look reads what a picture says of itself and decodes nothing. It fails with
// ErrNoPicture or ErrTooLarge; of kinds that aren't decoded it tells the kind and
// that they may say everything.
func Look(data []byte) (Facts, error) {
	f := Facts{Kind: KindOf(data), Turn: Upright}
	switch f.Kind {
	case "":
		return f, ErrNoPicture
	case HEIC, AVIF, TIFF:
		f.Place, f.Camera = true, true
		return f, nil
	}
	if len(data) > MaxBytes {
		return f, ErrTooLarge
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return f, fmt.Errorf("%w (%v)", ErrNoPicture, err)
	}
	f.Width, f.Height = c.Width, c.Height
	if int64(c.Width)*int64(c.Height) > MaxPixels {
		return f, ErrTooLarge
	}
	f.hidden(data)
	return f, nil
}

// Decode returns the picture upright.
func Decode(data []byte) (image.Image, Facts, error) {
	f, err := Look(data)
	if err != nil {
		return nil, f, err
	}
	if f.Width == 0 {
		return nil, f, ErrKind
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, f, fmt.Errorf("%w (%v)", ErrNoPicture, err)
	}
	return f.Turn.apply(m), f, nil
}

// Smaller is the longest side of a picture that was made smaller: text on a sheet
// of paper can be read in it.
const Smaller = 2048

// Clean writes a picture anew: turned upright, with nothing in it but what can be
// seen, and its longest side at most longest (0: as it is). JPEG stays JPEG; PNG and
// GIF become PNG; WebP becomes PNG where something can be seen through, else JPEG.
// Of a GIF the first picture is kept. ErrKind means that the kind can't be written.
func Clean(data []byte, longest int) ([]byte, Kind, error) {
	m, f, err := Decode(data)
	if err != nil {
		return nil, "", err
	}
	m, smaller := fit(m, longest)
	var out bytes.Buffer
	if f.Kind == PNG || f.Kind == GIF || f.Kind == WebP && !opaque(m) {
		err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, m)
		return out.Bytes(), PNG, err
	}
	// A second encoding should neither be seen nor cost more than the first.
	for _, quality := range []int{92, 85, 75} {
		out.Reset()
		if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
			return nil, "", err
		}
		if out.Len() <= len(data) && (!smaller || quality <= 85) {
			break
		}
	}
	return out.Bytes(), JPEG, nil
}

func opaque(m image.Image) bool {
	o, ok := m.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// Ext is how the name of a file of this kind ends, with the dot.
func (k Kind) Ext() string {
	if k == JPEG {
		return ".jpg"
	}
	return "." + string(k)
}
