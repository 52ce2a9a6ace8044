package world

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"baraza.example/app/workspace"
	"baraza.example/forms/xform"
	"baraza.example/forms/xlsform"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
	"baraza.example/sync/linksim"
)

// A press is a world in which the centre publishes: a chain of three hubs, a device
// behind the last of them, one that meets the first, and one that has sticks alone.
// Links break, the power goes, sticks are spoilt, and one of the hubs may lie.
type press struct {
	*World
	form    workspace.Form
	dir     string
	stick   *Stick
	lies    int // told by the hub in the middle
	noticed int
	honest  bool
	log     []string
}

func newPress(ctx context.Context, form workspace.Form, seed uint64, dir string) (*press, error) {
	w, err := New(ctx, simulated(form, seed, Sound))
	if err != nil {
		return nil, err
	}
	p := &press{World: w, form: form, dir: dir, stick: w.AddStick(filepath.Join(dir, "stick"))}
	for i := range 3 {
		h, err := w.AddHub(ctx, fmt.Sprintf("hub-%d", i))
		if err != nil {
			return nil, err
		}
		if err := h.JoinCentre(ctx); err != nil {
			return nil, err
		}
		d, err := w.AddDevice(ctx, fmt.Sprintf("device-%d", i), "an organisation")
		if err != nil {
			return nil, err
		}
		if err := d.JoinCentre(ctx); err != nil {
			return nil, err
		}
		if err := d.WantDocument(ctx, "large", true); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// content is a version of a document: its lines are mostly those of the one before.
func (p *press) content(name string, version int) []byte {
	var b strings.Builder
	lines := 40
	if name == "large" {
		lines = 500 // of which 64 digits each say nothing: several leaves, however it is packed
	}
	for i := range lines {
		at := 1
		if i%70 == 3 {
			at = version
		}
		fmt.Fprintf(&b, "%s %d: %x\n", name, i, sha256.Sum256([]byte{byte(i), byte(i >> 8), byte(at)}))
	}
	return []byte(b.String())
}

// publish has the centre say something new.
func (p *press) publish(ctx context.Context, version int) error {
	r := p.Rand()
	switch r.IntN(4) {
	case 0:
		_, err := p.Centre().Publish(ctx, catalogue.Publication{Kind: catalogue.Announcement, Text: fmt.Sprint("number ", version)}, nil)
		return err
	case 1:
		def := *p.form.Definition
		def.Settings.Version = fmt.Sprint(version + 1)
		var xml bytes.Buffer
		if err := xform.Write(&xml, &def); err != nil {
			return err
		}
		_, err := p.Centre().PublishForm(ctx, xml.Bytes(), nil)
		return err
	}
	name := []string{"a", "b", "large"}[r.IntN(3)]
	_, err := p.Centre().Publish(ctx, catalogue.Publication{Kind: catalogue.Document, Name: name, Version: fmt.Sprint(version)}, p.content(name, version))
	return err
}

// above is whom the hubs and devices meet.
var above = map[string]string{"hub-0": CentreName, "hub-1": "hub-0", "hub-2": "hub-1", "device-0": "hub-0", "device-1": "hub-2"}

// act is one thing that happens; what breaks is no failure.
func (p *press) act(ctx context.Context, version int) error {
	r := p.Rand()
	i := r.IntN(3)
	h, d := p.Hubs()[i], p.Devices()[i]
	if r.IntN(3) == 0 {
		for from, to := range above {
			p.CutAfter(from, to, linksim.Direction(r.IntN(2)), r.Int64N(40_000))
		}
	}
	what := r.IntN(8)
	p.log = append(p.log, fmt.Sprint(what, " ", i))
	switch what {
	case 0, 1:
		return p.publish(ctx, version)
	case 2:
		return p.kill(ctx, h, d)
	case 3:
		return errors.Join(ignore(p.stickGoes(ctx)), p.stick.Spoil())
	case 4, 5:
		p.contact(ctx, h.Name, h.Contact)
	default:
		if above[d.Name] != "" {
			p.contact(ctx, d.Name, d.Contact)
		}
	}
	return nil
}

func ignore(error) error { return nil }

func (p *press) kill(ctx context.Context, h *Hub, d *Device) error {
	if p.Rand().IntN(2) == 0 {
		return d.Kill(ctx)
	}
	if err := h.Kill(ctx); err != nil {
		return err
	}
	return p.corrupt(h)
}

func (p *press) contact(ctx context.Context, name string, contact func(context.Context, string) (exchange.Report, error)) {
	r, _ := contact(ctx, above[name])
	p.noticed += r.Altered
}

// stickGoes has the stick go from the centre, or a hub, to the device that has no
// link.
func (p *press) stickGoes(ctx context.Context) error {
	var err error
	if p.Rand().IntN(2) == 0 {
		_, err = p.Centre().Visit(ctx, p.stick)
	} else {
		_, err = p.Hubs()[2].Visit(ctx, p.stick)
	}
	_, visit := p.Devices()[2].Visit(ctx, p.stick)
	return errors.Join(err, visit)
}

// forging is a hub that changes now and then what it hands down, and hands down an
// older catalogue.
type forging struct {
	*hub.Hub
	p *press
	r *rand.Rand
}

func (f forging) lie() bool {
	if f.p.honest || f.r.IntN(3) > 0 {
		return false
	}
	f.p.lies++
	return true
}

func (f forging) Piece(ctx context.Context, id catalogue.ID, i uint32) ([]byte, error) {
	b, err := f.Hub.Piece(ctx, id, i)
	if err == nil && len(b) > 0 && f.lie() {
		b = bytes.Clone(b)
		b[f.r.IntN(len(b))] ^= 1 << f.r.IntN(8)
	}
	return b, err
}

func (f forging) Sums(ctx context.Context, id catalogue.ID) (catalogue.Sums, error) {
	b, err := f.Hub.Sums(ctx, id)
	if err == nil && len(b) > 0 && f.lie() {
		b = bytes.Clone(b)
		b[f.r.IntN(len(b))] ^= 1 << f.r.IntN(8)
	}
	return b, err
}

// Catalogue goes back behind what the hub had said before.
func (f forging) Catalogue(ctx context.Context) (catalogue.Cursor, error) {
	c, err := f.Hub.Catalogue(ctx)
	if err != nil || c.Number < 2 || f.p.honest || f.r.IntN(3) > 0 {
		return c, err
	}
	older, err := f.Hub.Publications(ctx, 1, 1)
	if err != nil || len(older) == 0 {
		return c, err
	}
	return older[0].Cursor(), nil
}

// corrupt makes the hub in the middle a forging one.
func (p *press) corrupt(h *Hub) (err error) {
	if h.Name != "hub-1" {
		return nil
	}
	h.halt()
	f := forging{h.hub, p, rand.New(rand.NewPCG(p.Rand().Uint64(), 2))}
	h.halt, err = p.net.serve(h.Name, func(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
		return exchange.Serve(ctx, c, f, exchange.Options{Self: f.Self()})
	})
	return err
}

// settle has everything go well: within ten contacts all must be everywhere.
func (p *press) settle(ctx context.Context) error {
	p.honest = true
	for from, to := range above {
		p.Mend(from, to)
	}
	var missing error
	for range contacts {
		for _, h := range p.Hubs() {
			if _, err := h.Contact(ctx, above[h.Name]); err != nil {
				return fmt.Errorf("%s: %w", h.Name, err)
			}
		}
		for _, d := range p.Devices()[:2] {
			if _, err := d.Contact(ctx, above[d.Name]); err != nil {
				return fmt.Errorf("%s: %w", d.Name, err)
			}
		}
		if err := p.stickGoes(ctx); err != nil {
			return fmt.Errorf("the stick: %w", err)
		}
		if missing = p.missing(ctx); missing == nil {
			return nil
		}
	}
	return missing
}

// missing says what a device lacks of what is in force, or has otherwise than the
// centre.
func (p *press) missing(ctx context.Context) error {
	force, err := p.Centre().InForce(ctx)
	if err != nil {
		return err
	}
	for _, d := range p.Devices() {
		here, err := d.Published(ctx)
		if err != nil {
			return err
		}
		if len(here) != len(force) {
			return fmt.Errorf("%s has %d of %d publications", d.Name, len(here), len(force))
		}
		for i, pub := range force {
			mine := here[len(here)-1-i]
			if !bytes.Equal(mine.Encode(), pub.Encode()) {
				return fmt.Errorf("%s has another publication %d", d.Name, pub.Number)
			}
			if pub.Content == (catalogue.Blob{}) {
				continue
			}
			want, err := p.Centre().Published(ctx, pub)
			if err != nil {
				return err
			}
			got, err := d.ReadPublished(ctx, pub)
			if err != nil || !bytes.Equal(got, want) {
				return fmt.Errorf("%s: %q of %q: %w, %d of %d bytes", d.Name, pub.Version, pub.Name, err, len(got), len(want))
			}
			if pub.Kind == catalogue.Form {
				if f, err := d.Form(pub.Name); err != nil || f.Definition.Settings.Version != pub.Version {
					return fmt.Errorf("%s: version %q of the form is not in use: %w", d.Name, pub.Version, err)
				}
			}
		}
	}
	return nil
}

// What is published comes to every device, over three hubs, a stick and straight, byte
// for byte, whatever breaks, and a hub that lies about it is found out.
func TestWhatIsPublishedComesToEveryDevice(t *testing.T) {
	form := smallForm(t)
	n := worlds(t, 100)
	lies, noticed := make([]int, runtime.NumCPU()), make([]int, runtime.NumCPU())
	t.Run("at once", func(t *testing.T) {
		for part := range runtime.NumCPU() {
			t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
				t.Parallel()
				for seed := part; seed < n && !t.Failed(); seed += runtime.NumCPU() {
					dir := filepath.Join(t.TempDir(), fmt.Sprint(seed))
					synctest.Test(t, func(t *testing.T) {
						p := playPress(t, form, uint64(seed), dir)
						lies[part] += p.lies
						noticed[part] += p.noticed
					})
					os.RemoveAll(dir)
				}
			})
		}
	})
	all, found := 0, 0
	for i := range lies {
		all, found = all+lies[i], found+noticed[i]
	}
	t.Logf("%d worlds, %d lies, %d noticed", n, all, found)
	if n >= 100 && (all == 0 || found == 0) {
		t.Errorf("%d lies were told, %d noticed", all, found)
	}
}

func playPress(t *testing.T, form workspace.Form, seed uint64, dir string) *press {
	ctx := context.Background()
	p, err := newPress(ctx, form, seed, dir)
	if err != nil {
		t.Fatal(err)
	}
	err = p.corrupt(p.Hubs()[1])
	for version := 1; version <= 40 && err == nil; version++ {
		err = p.act(ctx, version)
	}
	if err == nil {
		err = p.settle(ctx)
	}
	if err = errors.Join(err, p.Close()); err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, strings.Join(p.log, ", "))
	}
	return p
}

// A form that comes while a response is being written takes the place of the older
// one, in the languages that are read, and the draft says that its form has changed.
func TestADraftIsToldThatItsFormHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		form := smallForm(t)
		w, err := New(ctx, simulated(form, 1, Sound))
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		d, err := w.AddDevice(ctx, "device", "an organisation")
		if err == nil {
			err = d.JoinCentre(ctx)
		}
		if err == nil {
			err = d.ReadIn(ctx, "sw")
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Start(ctx, "views", "")
		if err == nil {
			err = errors.Join(r.Set("/data/views", "written with the first version"), r.Save(ctx))
		}
		if err != nil {
			t.Fatal(err)
		}
		next, err := xlsform.OpenMarkdown(`
| survey   |      |       |                     |                      |                     |
|          | type | name  | label::English (en) | label::Kiswahili (sw) | label::Français (fr) |
|          | text | views | Your views          | Maoni yako           | Votre avis          |
|          | text | wish  | Your wish           | Ombi lako            | Votre souhait       |
| settings |      |       |                     |                      |                     |
|          | form_title | form_id | version | default_language |  |
|          | Views      | views   | 2       | English (en)     |  |
`)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := workspace.NewForm(next, nil)
		if err != nil {
			t.Fatal(err)
		}
		var xml bytes.Buffer
		if err := xform.Write(&xml, changed.Definition); err != nil {
			t.Fatal(err)
		}
		if made, err := w.Centre().PublishForm(ctx, xml.Bytes(), nil); err != nil || len(made) != 3 {
			t.Fatalf("%d publications, %v", len(made), err)
		}
		for range 2 {
			if _, err := d.Contact(ctx, CentreName); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Kill(ctx); err != nil {
			t.Fatal(err)
		}
		f, err := d.Form("views")
		if err != nil || f.Definition.Settings.Version != "2" {
			t.Fatalf("version %q is in use, %v", f.Definition.Settings.Version, err)
		}
		if languages := fmt.Sprint(f.Definition.Languages); !strings.Contains(languages, "Kiswahili") || strings.Contains(languages, "Français") {
			t.Errorf("it is here in %s", languages)
		}
		again, move, err := d.GoOn(ctx, r.InstanceID())
		if err != nil || move == nil || move.From != "1" || move.To != "2" {
			t.Fatalf("%+v, %v", move, err)
		}
		if n, _ := again.Node("/data/views"); n.Value != "written with the first version" {
			t.Errorf("the answer became %q", n.Value)
		}
	})
}
