package workspace_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/forms/picture"
)

// photo is a JPEG of noise that says where it was taken.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	noise := rand.NewChaCha8([32]byte{7})
	if _, err := noise.Read(m.Pix); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00\x32\x00\x00\x00\x00\x00\x00\x00SECRET PLACE")
	app1 := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{b.Bytes()[:2], app1, exif, b.Bytes()[2:]}, nil)
}

func TestWhereAPictureWasTakenIsAskedAboutAndLeftOut(t *testing.T) {
	w := newDevice(t)
	data := photo(t, 300, 200)
	c, err := workspace.LookAt(bytes.NewReader(data))
	if err != nil || c.Picture == nil || !c.Picture.Place || c.Unclean != nil || c.Large() || c.Shrinks() || c.Size != int64(len(data)) {
		t.Fatalf("%+v, %v", c, err)
	}
	kept := func(name string, how workspace.Keeping) (string, []byte) {
		t.Helper()
		k, err := w.Keep(t.Context(), name, bytes.NewReader(data), how)
		if err != nil {
			t.Fatal(err)
		}
		blob, err := w.OpenKept(k)
		if err != nil {
			t.Fatal(err)
		}
		defer blob.Close()
		all, err := io.ReadAll(blob)
		if err != nil || int64(len(all)) != k.Size() {
			t.Fatal(len(all), k.Size(), err)
		}
		return k.Name(), all
	}
	if name, clean := kept("IMG_1.JPG", workspace.Keeping{}); bytes.Contains(clean, []byte("SECRET")) || name != "IMG_1.JPG" {
		t.Errorf("%s of %d bytes tells the place", name, len(clean))
	}
	if _, same := kept("a.jpg", workspace.Keeping{AsItIs: true}); !bytes.Equal(same, data) {
		t.Error("kept as it is, and not the same")
	}

	data = photo(t, 2600, 1400)
	if c, err := workspace.LookAt(bytes.NewReader(data)); err != nil || !c.Large() || !c.Shrinks() {
		t.Errorf("%d bytes: %+v, %v", len(data), c, err)
	}
	if _, small := kept("large.jpg", workspace.Keeping{Smaller: true}); len(small) >= len(data)*3/4 {
		t.Errorf("%d bytes became %d", len(data), len(small))
	}

	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	data = b.Bytes()
	if name, _ := kept("plan.gif", workspace.Keeping{}); name != "plan.gif" { // a PNG by another name stays what it is called
		t.Errorf("it is called %s", name)
	}

	data = []byte("no picture at all")
	if _, same := kept("notes.txt", workspace.Keeping{Smaller: true}); !bytes.Equal(same, data) {
		t.Errorf("a text became %q", same)
	}
	heic := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	if c, err := workspace.LookAt(bytes.NewReader(heic)); err != nil || !errors.Is(c.Unclean, picture.ErrKind) || c.Shrinks() {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := w.Keep(t.Context(), "a.heic", bytes.NewReader(heic), workspace.Keeping{}); !errors.Is(err, picture.ErrKind) {
		t.Errorf("a picture that can't be written anew: %v", err)
	}
	if _, err := w.Keep(t.Context(), "a.heic", bytes.NewReader(heic), workspace.Keeping{AsItIs: true}); err != nil {
		t.Error(err)
	}
}
