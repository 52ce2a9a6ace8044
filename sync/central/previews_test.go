package central_test

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"baraza.example/forms/picture"
	"baraza.example/sync/batch"
	"baraza.example/sync/central/centraltest"
)

// photograph is a JPEG of noise, w points wide and half as high.
func photograph(t *testing.T, w int) []byte {
	t.Helper()
	m, r := image.NewGray(image.Rect(0, 0, w, w/2)), rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.IntN(256))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// preview sends a small picture ahead of a file.
func (d *device) preview(p batch.Preview) {
	d.t.Helper()
	p.Author = d.Card.DeviceKey
	h := d.Header(batch.Previews, batch.KindPreview, d.epoch.Number)
	d.send(d.Sign(h, d.epoch.Seal(h.Bytes(), p.Encode())))
}

// picture is a response with a photograph of which only the list of leaves is here.
func (d *device) picture(plain []byte) (batch.Record, []batch.Leaf) {
	d.t.Helper()
	r := d.submit(batch.KindResponse, batch.Content{InstanceID: "uuid:1", Revision: 1, Body: []byte(`<data id="f"><file>shore.jpg</file></data>`),
		Files: []batch.File{{Name: "shore.jpg", Hash: sha256.Sum256(plain), Size: int64(len(plain))}}})
	file, leaves := d.Attachment(d.epoch, batch.Manifest{InstanceID: "uuid:1", Name: "shore.jpg", Hash: sha256.Sum256(plain), Key: [32]byte{4}}, plain)
	d.send(file)
	return r, leaves
}

func TestThePreviewIsShownWhileThePictureIsOnItsWay(t *testing.T) {
	s := newSite(t, true)
	d := s.device(t, "d")
	plain := photograph(t, 1200)
	small, err := picture.Preview(plain)
	if err != nil || small == nil {
		t.Fatal(small, err)
	}
	r, leaves := d.picture(plain)
	s.login()
	page, address := "/item/"+r.ID.Code(), "/item/"+r.ID.Code()+"/preview/1"
	if w, _ := s.ask("GET", address, nil); w.StatusCode != http.StatusNotFound {
		t.Errorf("before it came: %d", w.StatusCode)
	}
	d.preview(batch.Preview{InstanceID: "uuid:1", Hash: sha256.Sum256(plain), Picture: append(small, "<script>behind the picture"...)})
	w, shown := s.ask("GET", address, nil)
	if w.StatusCode != 200 || w.Header.Get("Content-Type") != "image/jpeg" || w.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(w.Header.Get("Content-Security-Policy"), "sandbox;") {
		t.Errorf("%d %v", w.StatusCode, w.Header)
	}
	want, _ := picture.Look(small)
	if got, err := picture.Look([]byte(shown)); err != nil || got.Width != want.Width || got.Height != want.Height || strings.Contains(shown, "script") {
		t.Errorf("%+v instead of %+v, %v", got, want, err)
	}
	if w, body := s.ask("GET", page, nil); !strings.Contains(body, `/preview/1" alt="shore.jpg"`) || !strings.Contains(w.Header.Get("Content-Security-Policy"), "img-src 'self'") {
		t.Errorf("the page doesn't show it: %v %s", w.Header, body)
	}
	for _, l := range leaves {
		if err := s.AcceptLeaf(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if w, _ := s.ask("GET", address, nil); w.StatusCode != http.StatusNotFound {
		t.Errorf("of a picture that is here: %d", w.StatusCode)
	}
	if _, body := s.ask("GET", page, nil); strings.Contains(body, "<img") {
		t.Error("the page shows a preview of a picture that is here")
	}
}

func TestOnlyAPreviewOfThisPictureIsShown(t *testing.T) {
	plain := photograph(t, 1200)
	small, err := picture.Preview(plain)
	if err != nil {
		t.Fatal(err)
	}
	good := batch.Preview{InstanceID: "uuid:1", Hash: sha256.Sum256(plain), Picture: small}
	for name, c := range map[string]struct {
		change func(*batch.Preview)
		shown  bool
	}{
		"it is":                                  {func(*batch.Preview) {}, true},
		"of another file":                        {func(p *batch.Preview) { p.Hash[0] ^= 1 }, false},
		"of another submission":                  {func(p *batch.Preview) { p.InstanceID = "uuid:2" }, false},
		"no picture":                             {func(p *batch.Preview) { p.Picture = []byte("<html><script>alert(1)</script>") }, false},
		"a picture that is too large to look at": {func(p *batch.Preview) { p.Picture = photograph(t, 2048)[:batch.MaxPreview] }, false},
	} {
		c0 := newCentre(t, centraltest.NewMemory())
		d := c0.device(t, "d")
		r, _ := d.picture(plain)
		p := good
		c.change(&p)
		d.preview(p)
		s, err := c0.desk(t).Show(t.Context(), r.ID.Code())
		if err != nil || len(s.Attachments) != 1 || (s.Attachments[0].Preview != nil) != c.shown {
			t.Errorf("%s: %+v, %v", name, s.Attachments, err)
		}
	}
	// Of another device that says it is of this file.
	c := newCentre(t, centraltest.NewMemory())
	d, other := c.device(t, "d"), c.device(t, "other")
	r, _ := d.picture(plain)
	other.preview(good)
	s, err := c.desk(t).Show(t.Context(), r.ID.Code())
	if err != nil || s.Attachments[0].Preview != nil {
		t.Errorf("a stranger's preview is shown, %v", err)
	}
	if items := list(t, c.desk(t)); len(items) != 1 {
		t.Errorf("%d in the list", len(items))
	}
}
