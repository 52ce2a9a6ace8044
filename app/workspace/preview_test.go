package workspace_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/forms/picture"
	"baraza.example/sync/batch"
)

// shore is a photograph: about 100 KB of JPEG.
func shore(t *testing.T, seed uint64) []byte {
	t.Helper()
	m, r := image.NewRGBA(image.Rect(0, 0, 480, 320)), rand.New(rand.NewPCG(seed, seed))
	for i := range 480 * 320 {
		m.Set(i%480, i/480, color.RGBA{uint8(r.IntN(256)), uint8(i / 1000), uint8(i % 250), 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pictured makes a response with a photograph ready.
func (d *device) pictured(seed uint64) workspace.Item {
	d.t.Helper()
	r := d.start()
	answer(d.t, r, "/data/lake", "Nalubaale")
	if err := r.Attach(d.t.Context(), "/data/photo", "boats.jpg", bytes.NewReader(shore(d.t, seed)), workspace.Keeping{}); err != nil {
		d.t.Fatal(err)
	}
	return ready(d.t, r)
}

// previewed is what the desk has of an item's only file: how many pieces, and
// whether it shows a preview.
func (c *centre) previewed(d *device, i workspace.Item) (held, of int, preview []byte) {
	c.t.Helper()
	s, err := c.show(d.item(i.Name).Code)
	if err != nil || len(s.Attachments) != 1 {
		c.t.Fatalf("%+v, %v", s, err)
	}
	a := s.Attachments[0]
	return a.Held, a.Pieces, a.Preview
}

func TestAllPreviewsGoBeforeTheFirstAttachment(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	first, second := d.pictured(1), d.pictured(2)
	broken := &road{c: c, up: 40_000, down: -1}
	if _, err := d.Exchange(t.Context(), broken); err == nil {
		t.Fatal("the link did not break")
	}
	broken.over.Wait()
	for _, i := range []workspace.Item{first, second} {
		held, of, preview := c.previewed(d, i)
		if held == of || of*batch.LeafSize < 40_000 {
			t.Fatalf("%d of %d pieces went over 40 kB", held, of)
		}
		if f, err := picture.Look(preview); err != nil || f.Kind != picture.JPEG || f.Width <= f.Height || f.Width > picture.PreviewSide {
			t.Errorf("the desk shows %+v of it, %v", f, err)
		}
	}
	d.meet(c)
	d.received(c, first.Name, second.Name)
	for _, i := range []workspace.Item{first, second} {
		if held, of, preview := c.previewed(d, i); held != of || preview != nil {
			t.Errorf("%d of %d pieces, a preview of %d bytes", held, of, len(preview))
		}
	}
}

func TestThePreviewGoesWhereThePhotographStays(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.rules(func(r *workspace.Rules) { r.Files = workspace.FilesByHand })
	i := d.pictured(1)
	e := d.estimate(workspace.Sending{ByHand: true})
	if e.Files != 0 || e.Text < 4000 || e.Text > 12_000 {
		t.Errorf("said before: %+v", e)
	}
	report, err := d.SendOver(t.Context(), c.road(), workspace.Sending{ByHand: true})
	if err != nil {
		t.Fatal(err)
	}
	if up := report.BytesUp; up < e.Up()*85/100 || up > e.Up()*115/100 {
		t.Errorf("%d bytes were said, %d went", e.Up(), up)
	}
	s, err := c.show(d.item(i.Name).Code)
	if err != nil || s.Attachments[0].Listed || s.Attachments[0].Preview == nil {
		t.Errorf("at the desk: %+v, %v", s.Attachments, err)
	}
}

func TestAPreviewComesByAHubAheadOfThePhotograph(t *testing.T) {
	c := newCentre(t)
	radio, d := newDevice(t), newDevice(t)
	radio.join(c.invite.File())
	d.join(c.invite.File())
	h := radio.station("Radio Mwalo")
	i := d.pictured(1)
	if _, err := d.Exchange(t.Context(), at(h)); err != nil {
		t.Fatal(err)
	}
	broken := &road{c: c, up: 40_000, down: -1}
	if _, err := radio.Forward(t.Context(), h, broken); err == nil {
		t.Fatal("the link did not break")
	}
	broken.over.Wait()
	if held, of, preview := c.previewed(d, i); preview == nil || held == of {
		t.Errorf("%d of %d pieces came by the hub, a preview of %d bytes", held, of, len(preview))
	}
}

func TestACopyEnvelopesItsPreviewsAnew(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.respond("before the copy")
	d.meet(c)
	copied := d.copied()
	mine, theirs := d.pictured(1), copied.pictured(2)
	d.meet(c)
	for range 3 {
		copied.meet(c)
	}
	d.received(c, mine.Name)
	copied.received(c, theirs.Name)
	if n := c.records(batch.KindPreview); n != 2 {
		t.Errorf("%d previews of two photographs came", n)
	}
}

func TestWhatIsNoPhotographHasNoPreview(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	d.join(c.invite.File())
	d.photograph(50_000) // its name ends in .bin
	r := d.start()
	answer(t, r, "/data/lake", "Nalubaale")
	if err := r.Attach(t.Context(), "/data/photo", "boats.jpg", bytes.NewReader(shore(t, 1)[:40_000]), workspace.Keeping{AsItIs: true}); err != nil {
		t.Fatal(err)
	}
	ready(t, r) // half of a photograph
	d.meet(c)
	if n := c.records(batch.KindPreview); n != 0 || c.records(batch.KindAttachment) != 2 {
		t.Errorf("%d previews, %d attachments", n, c.records(batch.KindAttachment))
	}
}
