package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"
)

// crowd is a picture that is hard to press: each point of another colour, over
// quarters that can be told apart.
func crowd(w, h int) *image.RGBA {
	m := corners(w, h)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		if i%4 != 3 {
			m.Pix[i] = uint8(int(m.Pix[i])*3/4 + r.IntN(64))
		}
	}
	return m
}

func TestAPreviewIsSmallAndShowsWhatThePictureShows(t *testing.T) {
	for name, data := range map[string][]byte{
		"a photograph":   jpegWith(t, crowd(1600, 1200), nil),
		"a tall drawing": pngWith(t, crowd(300, 2000)),
		"a small crowd":  pngWith(t, crowd(120, 90)),
	} {
		preview, err := Preview(data)
		if err != nil || len(preview) == 0 || len(preview) > PreviewBytes {
			t.Errorf("%s of %d bytes: a preview of %d, %v", name, len(data), len(preview), err)
			continue
		}
		m, f, err := Decode(preview)
		if err != nil || f.Kind != JPEG || !Shows(preview) {
			t.Fatalf("%s: %+v, %v", name, f, err)
		}
		if got := quarters(m); got != "rgbw" || max(f.Width, f.Height) > PreviewSide || max(f.Width, f.Height) < 48 {
			t.Errorf("%s: %s in %d × %d", name, got, f.Width, f.Height)
		}
	}
}

func TestAPreviewIsUprightAndTellsNeitherPlaceNorCamera(t *testing.T) {
	data := jpegWith(t, crowd(800, 600), withExif(Right, binary.LittleEndian))
	if f, err := Look(data); err != nil || !f.Place || !f.Camera || f.Turn != Right {
		t.Fatalf("the photograph says %+v, %v", f, err)
	}
	preview, err := Preview(data)
	if err != nil {
		t.Fatal(err)
	}
	m, f, err := Decode(preview)
	if err != nil || f.Place || f.Camera || f.Turn != Upright || f.Width > f.Height || quarters(m) != upright[Right] {
		t.Errorf("the preview says %+v and shows %s, %v", f, quarters(m), err)
	}
	if bytes.Contains(preview, []byte("ACME")) {
		t.Error("the camera's name is in the preview")
	}
}

func TestWhatCanBeSeenThroughIsWhiteInAPreview(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 400, 400))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 400 * 200 { // the upper half is hard to press, the lower can be seen through
		m.Set(i%400, i/400, color.NRGBA{uint8(r.IntN(60)), uint8(r.IntN(60)), uint8(r.IntN(60)), 255})
	}
	preview, err := Preview(pngWith(t, m))
	if err != nil || preview == nil {
		t.Fatal(preview, err)
	}
	shown, _, err := Decode(preview)
	if err != nil {
		t.Fatal(err)
	}
	b := shown.Bounds()
	if r, _, _, _ := shown.At(b.Dx()/2, b.Dy()*3/4).RGBA(); r < 0xf000 {
		t.Errorf("the lower half is %x", r)
	}
}

func TestWhatIsSmallOrNoPictureHasNoPreview(t *testing.T) {
	if preview, err := Preview(pngWith(t, corners(200, 200))); preview != nil || err != nil {
		t.Errorf("of a small picture: %d bytes, %v", len(preview), err)
	}
	for name, data := range map[string][]byte{
		"text":    []byte(strings.Repeat("minutes of the meeting ", 2000)),
		"HEIC":    append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 40_000)...),
		"cut off": jpegWith(t, crowd(800, 600), nil)[:30_000],
	} {
		if preview, err := Preview(data); preview != nil || err == nil {
			t.Errorf("%s: %d bytes, %v", name, len(preview), err)
		}
	}
}

func TestOnlyASmallJPEGIsShownAsAPreview(t *testing.T) {
	for name, data := range map[string][]byte{
		"a PNG":         pngWith(t, corners(80, 60)),
		"a large one":   jpegWith(t, corners(MaxPreviewSide+1, 8), nil),
		"an HTML page":  []byte("<html><script>alert(1)</script></html>"),
		"a false start": []byte("\xff\xd8\xff<script>"),
		"nothing":       nil,
	} {
		if Shows(data) {
			t.Errorf("%s is shown", name)
		}
	}
}

func FuzzPreview(f *testing.F) {
	f.Add(pngWith(f, crowd(100, 80)))
	f.Add([]byte("\xff\xd8\xff\xe0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if f, err := Look(data); err == nil && f.Width*f.Height > 1<<20 {
			t.Skip("a large picture takes its time")
		}
		preview, err := Preview(append(data, make([]byte, smallEnough)...))
		if err != nil || preview == nil {
			return
		}
		if len(preview) > PreviewBytes || !Shows(preview) {
			t.Errorf("a preview of %d bytes that can't be shown", len(preview))
		}
	})
}
