package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// corners is a picture whose four quarters are told apart: red, green, blue, white.
func corners(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			case x < w/2 && y >= h/2:
				c = color.RGBA{0, 0, 255, 255}
			case x >= w/2:
				c = color.RGBA{255, 255, 255, 255}
			}
			m.Set(x, y, c)
		}
	}
	return m
}

// quarters names the colours of the quarters, as one reads.
func quarters(m image.Image) string {
	b := m.Bounds()
	name := ""
	for _, y := range []int{1, 3} {
		for _, x := range []int{1, 3} {
			r, g, bl, _ := m.At(b.Min.X+b.Dx()*x/4, b.Min.Y+b.Dy()*y/4).RGBA()
			switch {
			case r > 0xc000 && g > 0xc000 && bl > 0xc000:
				name += "w"
			case r > 0x8000:
				name += "r"
			case g > 0x8000:
				name += "g"
			case bl > 0x8000:
				name += "b"
			default:
				name += "?"
			}
		}
	}
	return name
}

// upright is what quarters says of [corners] once a picture with this turn is upright,
// worked out by hand from the figure in CIPA DC-008.
var upright = map[Turn]string{Upright: "rgbw", Mirrored: "grwb", HalfTurn: "wbgr", Flipped: "bwrg", Transposed: "rbgw", Right: "brwg", Transverse: "wgbr", Left: "gwrb"}

// withExif puts orientation, a GPS directory and a camera's name into a TIFF file.
func withExif(t Turn, order binary.AppendByteOrder) []byte {
	head := "II*\x00"
	if order.String() == "BigEndian" {
		head = "MM\x00*"
	}
	b := order.AppendUint32([]byte(head), 8)
	b = order.AppendUint16(b, 3)
	entry := func(tag, kind uint16, count uint32, value []byte) {
		b = order.AppendUint16(b, tag)
		b = order.AppendUint16(b, kind)
		b = order.AppendUint32(b, count)
		b = append(b, append(value, 0, 0, 0, 0)[:4]...)
	}
	entry(0x010f, 2, 4, []byte("ACME"))
	entry(tagOrientation, typeShort, 1, order.AppendUint16(nil, uint16(t)))
	entry(tagGPS, 4, 1, order.AppendUint32(nil, 50))
	b = order.AppendUint32(b, 0)
	return append(b, "SECRET PLACE 36.85,10.33"...)
}

func jpegWith(t testing.TB, m image.Image, exif []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	if exif == nil {
		return b.Bytes()
	}
	body := append([]byte("Exif\x00\x00"), exif...)
	app1 := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return bytes.Join([][]byte{b.Bytes()[:2], app1, body, b.Bytes()[2:]}, nil)
}

func chunk(name string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func pngWith(t testing.TB, m image.Image, chunks ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	const header = 8 + 12 + 13
	return bytes.Join([][]byte{b.Bytes()[:header], bytes.Join(chunks, nil), b.Bytes()[header:]}, nil)
}

func TestWhereAndWithWhatAPictureWasTakenDoesNotTravel(t *testing.T) {
	tail := []byte("\x00\x00\x00\x18ftypmp42 SECRET PLACE in a film behind the picture")
	exif := withExif(HalfTurn, binary.LittleEndian)
	var g bytes.Buffer
	if err := gif.Encode(&g, corners(16, 16), nil); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"jpeg":           jpegWith(t, corners(64, 32), exif),
		"jpeg with film": append(jpegWith(t, corners(64, 32), exif), tail...),
		"png":            pngWith(t, corners(64, 32), chunk("eXIf", exif), chunk("tEXt", []byte("Comment\x00SECRET PLACE"))),
		"gif":            append(append(g.Bytes()[:g.Len()-1:g.Len()-1], "\x21\xfe\x0cSECRET PLACE\x00"...), 0x3b),
	} {
		f, err := Look(data)
		if err != nil || !f.Camera || (name != "gif") != f.Place {
			t.Fatalf("%s: %+v, %v", name, f, err)
		}
		clean, kind, err := Clean(data, 0)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if bytes.Contains(clean, []byte("SECRET")) || bytes.Contains(clean, []byte("ACME")) || bytes.Contains(clean, []byte("Exif")) {
			t.Errorf("%s: something hidden is still there", name)
		}
		after, err := Look(clean)
		if err != nil || after.Place || after.Camera || after.Turn != Upright || after.Kind != kind {
			t.Errorf("%s: afterwards %+v, %v", name, after, err)
		}
	}
}

func TestEveryTurnIsUprightAfterwards(t *testing.T) {
	order := []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian}
	for turn, want := range upright {
		for i, m := range []image.Image{corners(64, 32), corners(63, 33), gray(64, 32)} {
			if _, isGray := m.(*image.Gray); isGray {
				want = "" // its brightness can't tell them all apart; its size can
			}
			exif := withExif(turn, order[i%2])
			for _, data := range [][]byte{jpegWith(t, m, exif), pngWith(t, m, chunk("eXIf", exif))} {
				clean, _, err := Clean(data, 0)
				if err != nil {
					t.Fatal(err)
				}
				back, f, err := Decode(clean)
				if err != nil || f.Turn != Upright {
					t.Fatal(err)
				}
				w, h := m.Bounds().Dx(), m.Bounds().Dy()
				if turn.swaps() {
					w, h = h, w
				}
				if got := quarters(back); want != "" && got != want || back.Bounds().Dx() != w || back.Bounds().Dy() != h {
					t.Errorf("turn %d of picture %d (%s): %s of %v, want %s", turn, i, f.Kind, got, back.Bounds(), want)
				}
			}
		}
	}
}

func gray(w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(i)
	}
	return m
}

func TestColoursThinnedOutAnyWayAreTurned(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		from := corners(64, 32)
		m := image.NewYCbCr(from.Bounds(), ratio)
		for y := range 32 {
			for x := range 64 {
				r, g, b, _ := from.At(x, y).RGBA()
				m.Y[m.YOffset(x, y)], m.Cb[m.COffset(x, y)], m.Cr[m.COffset(x, y)] = color.RGBToYCbCr(byte(r>>8), byte(g>>8), byte(b>>8))
			}
		}
		for turn, want := range upright {
			if got := quarters(turn.apply(m)); got != want {
				t.Errorf("%v turned by %d: %s, want %s", ratio, turn, got, want)
			}
		}
	}
}

func TestALargePictureGetsSmaller(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 3000, 1000))
	for i := range noise.Pix {
		noise.Pix[i] = byte(i*i>>7) | 0x0f
	}
	for i := 3; i < len(noise.Pix); i += 4 {
		noise.Pix[i] = 255
	}
	before := jpegWith(t, noise, nil)
	after, _, err := Clean(before, Smaller)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Look(after)
	if err != nil || f.Width != Smaller || f.Height != 1000*Smaller/3000 || len(after) >= len(before) {
		t.Errorf("%+v, %d bytes of %d, %v", f, len(after), len(before), err)
	}
	// What can be seen through stays so.
	glass := image.NewNRGBA(image.Rect(0, 0, 4000, 8))
	clean, kind, err := Clean(pngWith(t, glass), Smaller)
	if err != nil || kind != PNG {
		t.Fatal(kind, err)
	}
	m, _, err := Decode(clean)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, a := m.At(1, 1).RGBA(); a != 0 {
		t.Error("glass became opaque")
	}
}

func TestAPictureIsNotMuchLargerAfterwards(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, corners(640, 480), &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	clean, _, err := Clean(b.Bytes(), 0)
	if err != nil || len(clean) > b.Len()*5/4 {
		t.Errorf("%d bytes became %d, %v", b.Len(), len(clean), err)
	}
}

func TestHostilePicturesAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	ihdr := func(w, h uint32) []byte {
		b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
		return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(b, 8, 6, 0, 0, 0))...)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"40,000 by 40,000 in 45 bytes": {ihdr(40_000, 40_000), ErrTooLarge},
		"just too many points":         {ihdr(MaxPixels/1000+1, 1000), ErrTooLarge},
		"no width":                     {ihdr(0, 10), ErrNoPicture},
		"a text":                       {[]byte("hello"), ErrNoPicture},
		"nothing":                      {nil, ErrNoPicture},
		"cut short":                    {jpegWith(t, corners(64, 64), nil)[:300], ErrNoPicture},
		"heic":                         {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), ErrKind},
		"tiff":                         {withExif(Right, binary.LittleEndian), ErrKind},
		"too many bytes":               {append([]byte("GIF89a"), make([]byte, MaxBytes)...), ErrTooLarge},
	} {
		if _, _, err := Clean(c.data, 0); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// Directories that point anywhere are passed over.
	for _, exif := range [][]byte{[]byte("II*\x00\xff\xff\xff\xff"), []byte("MM\x00*\x00\x00\x00\x08\xff\xff"), []byte("II"), nil} {
		f, err := Look(jpegWith(t, corners(8, 8), exif))
		if err != nil || f.Turn != Upright {
			t.Errorf("%x: %+v, %v", exif, f, err)
		}
	}
}

func FuzzClean(f *testing.F) {
	exif := withExif(Left, binary.BigEndian)
	f.Add(jpegWith(f, corners(16, 8), exif))
	f.Add(pngWith(f, corners(16, 8), chunk("eXIf", exif)))
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Fuzz(func(t *testing.T, data []byte) {
		facts, err := Look(data)
		if err != nil || facts.Width*facts.Height > 1<<20 { // slow, not wrong
			return
		}
		clean, kind, err := Clean(data, 256)
		if err != nil {
			return
		}
		after, err := Look(clean)
		if err != nil || after.Kind != kind || after.Place || after.Camera || max(after.Width, after.Height) > 256 {
			t.Fatalf("%+v became %+v, %v", facts, after, err)
		}
	})
}
