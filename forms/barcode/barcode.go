// Package barcode reads the codes that stand in a picture: QR, Data Matrix, Aztec
// and the common codes of lines. Start at [Read].
package barcode

import (
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/aztec"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
)

// ErrNone means that no code was found in a picture.
var ErrNone = errors.New("no code was found")

// MaxText is how many bytes the text of a code may have; the largest QR code
// has fewer.
const MaxText = 8000

// A Code is what was read.
type Code struct {
	Text string
	Kind string // as it is called: "QR code", "EAN 13" …
}

// A kind is one sort of code, or several that one reader reads together.
type kind struct {
	name   string // empty where names has it
	reader func() gozxing.Reader
}

// kinds are the codes that are looked for, in this order.
var kinds = []kind{
	{"QR code", qrcode.NewQRCodeReader},
	{"Data Matrix", func() gozxing.Reader { return datamatrix.NewDataMatrixReader() }},
	{"Aztec", func() gozxing.Reader { return aztec.NewAztecReader() }},
	{"", func() gozxing.Reader { return oned.NewMultiFormatUPCEANReader(nil) }},
	{"Code 128", oned.NewCode128Reader},
	{"Code 39", oned.NewCode39Reader},
	{"Code 93", oned.NewCode93Reader},
	{"ITF", oned.NewITFReader},
	{"Codabar", oned.NewCodaBarReader},
}

// names are those of codes that one reader reads together.
var names = map[gozxing.BarcodeFormat]string{
	gozxing.BarcodeFormat_EAN_13: "EAN 13", gozxing.BarcodeFormat_EAN_8: "EAN 8",
	gozxing.BarcodeFormat_UPC_A: "UPC A", gozxing.BarcodeFormat_UPC_E: "UPC E",
}

// sides are the longest sides that a picture is looked at with: a small code in
// a large picture needs the points, and a large one is found sooner without.
// Between them stand some because how the points fall on the modules decides
// whether the finder sees a QR code: of 120 on a screen one was missed at the
// screen's own size and seen at nearly all others.
var sides = []int{800, 1600, 3200, 1150, 2300}

// sidesOfOthers are those for the other codes, which take longer to look for.
var sidesOfOthers = []int{800, 1600}

// slightly is how much a picture is shrunk, in percent, where it was too small for
// most sides: its code gets another look.
const slightly = 87

// Read finds a code in a picture, which was decoded within limits, and returns
// its text. Where there are several it is any of them; a QR code comes before
// the others, since readers of lines find short codes in its pattern. Data
// Matrix and Aztec codes are found only where they stand in the middle of the
// picture.
func Read(m image.Image) (Code, error) {
	longest := max(m.Bounds().Dx(), m.Bounds().Dy())
	for _, side := range append(within(sides, longest), longest*slightly/100) {
		if c, err := read(shrunk(m, side), kinds[:1]); err == nil {
			return c, nil
		}
	}
	for _, side := range within(sidesOfOthers, longest) {
		if c, err := read(shrunk(m, side), kinds[1:]); err == nil {
			return c, nil
		}
	}
	return Code{}, ErrNone
}

// within returns the sides that shrink a picture, and then its own where none of
// them is larger.
func within(sides []int, longest int) []int {
	var shrink []int
	for _, side := range sides {
		if side < longest {
			shrink = append(shrink, side)
		}
	}
	if longest <= slices.Max(sides) {
		shrink = append(shrink, longest)
	}
	return shrink
}

func shrunk(m image.Image, side int) image.Image {
	b := m.Bounds()
	longest := max(b.Dx(), b.Dy())
	if longest <= side {
		return m
	}
	to := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*side/longest), max(1, b.Dy()*side/longest)))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), m, b, draw.Src, nil)
	return to
}

// read tries the kinds. A picture is made by anybody, and the library was written
// for those that are none of an attacker: where it panics there is no code.
func read(m image.Image, among []kind) (c Code, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w (the reader gave up: %v)", ErrNone, r)
		}
	}()
	source := gozxing.NewLuminanceSourceFromImage(m)
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bits, err := gozxing.NewBinaryBitmap(binarizer)
		if err != nil {
			continue
		}
		for _, k := range among {
			if found, err := attempt(k.reader(), bits, hints); err == nil && found.GetText() != "" && len(found.GetText()) <= MaxText {
				name := k.name
				if name == "" {
					name = names[found.GetBarcodeFormat()]
				}
				return Code{found.GetText(), name}, nil
			}
		}
	}
	return Code{}, ErrNone
}

// attempt lets one reader try, so that another still has its turn where it
// panics.
func attempt(r gozxing.Reader, bits *gozxing.BinaryBitmap, hints map[gozxing.DecodeHintType]any) (found *gozxing.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = ErrNone
		}
	}()
	return r.Decode(bits, hints)
}
