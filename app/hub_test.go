package app

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/assets"
	"baraza.example/forms/session"
)

// guest is another device, which sends through a hub.
func guest(t *testing.T, c *centre, through string) *workspace.Workspace {
	t.Helper()
	_, form, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Open(t.Context(), t.TempDir(), workspace.Options{Forms: []workspace.Form{form}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.SetUp(t.Context(), "Fishers of Nansole", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Join(t.Context(), []byte(c.invite.Line())); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Change(t.Context(), func(s *workspace.Settings) { s.Hub = through }); err != nil {
		t.Fatal(err)
	}
	return w
}

// eventually is for what the hub does by itself.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for until := time.Now().Add(30 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("it never came that %s", what)
		}
	}
}

// One switch makes a laptop a hub: a device sends through it, its keeper sees that
// and nothing of what was sent, and after a start it is a hub again.
func TestOneSwitchMakesAHub(t *testing.T) {
	c := newCentre(t)
	dir := t.TempDir()
	o := Options{Folder: dir, Hidden: true}
	p := sit(t, dir, o, laptop)
	if err := p.work.SetUp(t.Context(), "Radio Mwalo", ""); err != nil {
		t.Fatal(err)
	}
	p.showHub()
	p.sees("Join first")
	p.doesNotSee("Be a hub now")
	if _, err := p.work.Join(t.Context(), []byte(c.invite.Line())); err != nil {
		t.Fatal(err)
	}
	p.showHub()
	p.taps("Be a hub now")
	t.Cleanup(func() { p.stopHub(func() {}) })
	p.sees("This device is the hub Radio Mwalo", "Fingerprint", p.station.Fingerprint(), "Nobody since the program was started.")
	fingerprint := p.station.Fingerprint()
	// In the machine of the test all addresses may be loopback's: devices are told it.
	address := strings.Replace(p.station.Listens().String(), "[::]", "127.0.0.1", 1)
	address = strings.Replace(address, "0.0.0.0", "127.0.0.1", 1)
	w := guest(t, c, address)
	text := respond(t, w)
	if _, err := w.Send(t.Context(), workspace.Sending{ByHand: true}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the hub hears of the device", func() bool {
		p.aSecondPasses()
		return strings.Contains(p.shown(), "took 0 receipts")
	})
	p.sees("the device ")
	p.doesNotSee(text, "Fishers of Nansole")
	p.taps("Try the way up now")
	eventually(t, "the device has its receipt", func() bool {
		_, err := w.Send(t.Context(), workspace.Sending{ByHand: true})
		if err != nil {
			t.Fatal(err)
		}
		items, err := w.Items(t.Context())
		return err == nil && len(items) == 1 && items[0].Delivery.State == workspace.Received
	})
	p.stopHub(func() {})
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}
	p = sit(t, dir, o, laptop)
	if p.station == nil || p.station.Fingerprint() != fingerprint {
		t.Fatal("after a start it is no hub any more, or another one")
	}
	p.showHub()
	p.taps("Be no hub any more")
	p.sees("This device is no hub.")
	if s, err := p.work.Settings(t.Context()); err != nil || s.BeHub || p.station != nil {
		t.Errorf("it goes on: %+v, %v", s, err)
	}
}

// respond makes a response ready on w, and returns words of it.
func respond(t *testing.T, w *workspace.Workspace) string {
	t.Helper()
	c, _, err := workspace.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := fs.ReadFile(assets.Samples, "answers/ngo-english.json")
	if err != nil {
		t.Fatal(err)
	}
	var answers map[string]any
	if err := json.Unmarshal(raw, &answers); err != nil {
		t.Fatal(err)
	}
	r, err := w.Start(t.Context(), c.Form.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Fill(r.Session, answers); err != nil {
		t.Fatal(err)
	}
	if _, violations, err := r.MakeReady(t.Context(), "en"); err != nil || len(violations) > 0 {
		t.Fatal(violations, err)
	}
	return r.Author()
}

// What waits goes onto a stick and into mails, and the outbox says so.
func TestWithoutAConnectionWhatWaitsGoesOnAStickOrIntoMails(t *testing.T) {
	c := newCentre(t)
	p := known(t, laptop)
	if _, err := p.work.Join(t.Context(), c.invite.File()); err != nil {
		t.Fatal(err)
	}
	respond(t, p.work)
	p.showOutbox()
	p.sees("Save to a stick", "Save as e-mail")
	stick, post := t.TempDir(), t.TempDir()
	o := &outbox{a: p.App}
	o.saveTo(stick)
	p.sees("records were written.")
	if files, err := filepath.Glob(filepath.Join(stick, "*.baraza")); err != nil || len(files) != 1 {
		t.Errorf("on the stick: %v, %v", files, err)
	}
	p.showMail()
	m := &mailing{a: p.App, to: "nobody"}
	m.choose()
	if !m.failed {
		t.Error("it takes any words for an address")
	}
	m.to = "centre@example.org"
	if m.save(post); m.failed {
		t.Fatal(m.said)
	}
	mails, err := filepath.Glob(filepath.Join(post, "*.eml"))
	if err != nil || len(mails) != 1 {
		t.Fatalf("mails: %v, %v; %s", mails, err, m.said)
	}
	if text, err := os.ReadFile(mails[0]); err != nil || !strings.Contains(string(text), "To: centre@example.org") {
		t.Errorf("%v: %.300s", err, text)
	}
}
