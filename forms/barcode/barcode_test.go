package barcode

import (
	"errors"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/oned"
	"golang.org/x/image/draw"
	"rsc.io/qr"
)

// photo stands a code on a grey sheet, larger than it is, with some noise.
func photo(code image.Image, scale, w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{225}), image.Point{}, draw.Src)
	b := code.Bounds()
	at := image.Rect(0, 0, b.Dx()*scale, b.Dy()*scale).Add(image.Pt((w-b.Dx()*scale)/2, (h-b.Dy()*scale)/2))
	draw.NearestNeighbor.Scale(m, at, code, b, draw.Src, nil)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		if i%4 < 3 {
			m.Pix[i] = uint8(min(max(int(m.Pix[i])+r.IntN(40)-20, 0), 255))
		}
	}
	return m
}

func TestACodeIsReadFromAPicture(t *testing.T) {
	invite, err := qr.Encode("baraza:join/KE-0711", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]image.Image{}
	make1 := func(kind string, w gozxing.Writer, f gozxing.BarcodeFormat, text string, width, height int) {
		m, err := w.Encode(text, f, width, height, nil)
		if err != nil {
			t.Fatal(kind, err)
		}
		made[kind+" "+text] = photo(m, 2, 1000, 700)
	}
	made["QR code baraza:join/KE-0711"] = photo(invite.Image(), 1, 1000, 700)
	made["QR code baraza:join/KE-0711 "] = photo(invite.Image(), 1, 3000, 2000)
	make1("Data Matrix", datamatrix.NewDataMatrixWriter(), gozxing.BarcodeFormat_DATA_MATRIX, "A-17", 120, 120)
	make1("EAN 13", oned.NewEAN13Writer(), gozxing.BarcodeFormat_EAN_13, "4006381333931", 250, 100)
	make1("Code 128", oned.NewCode128Writer(), gozxing.BarcodeFormat_CODE_128, "WELL-07", 250, 100)
	make1("Code 39", oned.NewCode39Writer(), gozxing.BarcodeFormat_CODE_39, "WELL 07", 250, 100)
	for want, m := range made {
		c, err := Read(m)
		if got := c.Kind + " " + c.Text; err != nil || got != want && got+" " != want {
			t.Errorf("%q is read as %q, %v", want, got, err)
		}
	}
}

// This card was seen at a screen's own size by no reader but one that takes the
// pattern for an EAN 8.
func TestACardOnAScreenIsReadAtEverySize(t *testing.T) {
	const card = "BARAZA-CARD:MG0NG86QA78W2P0KSXPBPVS90TCJ5MQFW6FCZVYR323V513E1S4DC2FBP815G80M9T4N336HFZCG9MDME7J8J6JV91YBBT2TV3TE5Q254YZYQQ5N1M1Q6NBAD5S62VK9411PYVVGCNS62X39ESJGAP20MQQ2V1YAQQGFQ0PECXQS2C2JN5VFQ8VZ9JDA6T7CN2006VGMTN6S0CNK61ENQ21RKSK6100EHGP3THTK3JP0SK585WDQYERH8HXV603EAYX1W"
	code, err := qr.Encode(card, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	const quiet, module = 4, 4
	screen := image.NewRGBA(image.Rect(0, 0, 1366, 768))
	draw.Draw(screen, screen.Bounds(), image.White, image.Point{}, draw.Src)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				at := image.Pt(527+(quiet+x)*module, 353+(quiet+y)*module)
				draw.Draw(screen, image.Rectangle{at, at.Add(image.Pt(module, module))}, image.Black, image.Point{}, draw.Src)
			}
		}
	}
	for _, percent := range []int{60, 80, 100, 125, 150, 175, 200, 220} {
		m := image.NewRGBA(image.Rect(0, 0, 1366*percent/100, 768*percent/100))
		draw.ApproxBiLinear.Scale(m, m.Bounds(), screen, screen.Bounds(), draw.Src, nil)
		if c, err := Read(m); err != nil || c.Text != card {
			t.Errorf("at %d %% it is read as %v, %v", percent, c, err)
		}
	}
}

func TestAPictureWithoutACodeHasNone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	noise := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.IntN(256))
	}
	for name, m := range map[string]image.Image{
		"white": photo(image.NewGray(image.Rect(0, 0, 1, 1)), 1, 300, 200), "noise": noise,
		"one point": image.NewGray(image.Rect(0, 0, 1, 1)), "a thread": image.NewGray(image.Rect(0, 0, 5000, 1)),
	} {
		if c, err := Read(m); !errors.Is(err, ErrNone) {
			t.Errorf("%s: read %v, %v", name, c, err)
		}
	}
}

// No picture makes it panic, and what it reads keeps to the limit.
func FuzzRead(f *testing.F) {
	code, _ := qr.Encode("x", qr.L)
	m := code.Image()
	b := m.Bounds()
	pix := make([]byte, 0, b.Dx()*b.Dy())
	for y := range b.Dy() {
		for x := range b.Dx() {
			pix = append(pix, color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y)
		}
	}
	f.Add(uint16(b.Dx()), pix)
	f.Fuzz(func(t *testing.T, width uint16, pix []byte) {
		w := max(1, int(width))
		h := len(pix) / w
		if h == 0 || h > 600 || w > 600 {
			return
		}
		c, err := Read(&image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, h)})
		if err == nil && (c.Text == "" || len(c.Text) > MaxText) {
			t.Errorf("read %q", c.Text)
		}
	})
}
