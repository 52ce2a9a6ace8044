package workspace_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/forms/webform"
	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/central"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

func kiosk(t *testing.T, d *device) *workspace.Kiosk {
	t.Helper()
	k, err := d.Kiosk(t.Context(), "boats")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func written(t *testing.T, r webform.Response, lake string) {
	t.Helper()
	if err := r.Session().Set("/data/lake", lake); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// What somebody writes on a page of a hub outlives a power cut under its key,
// is in no list of the hub's own, and is deleted when it is received.
func TestWhatIsWrittenOnAPageIsItsWritersAlone(t *testing.T) {
	c := newCentre(t)
	d := newDevice(t)
	d.join(c.invite.File())
	k := kiosk(t, d)
	r, err := k.Begin(t.Context(), "key one", "en")
	if err != nil {
		t.Fatal(err)
	}
	written(t, r, "Nalubaale")
	secret := string(k.Secret())
	d.crash()
	k = kiosk(t, d)
	if string(k.Secret()) != secret {
		t.Error("after a restart pages that stand open can't be sent")
	}
	if briefs, err := d.Briefs(t.Context()); err != nil || len(briefs) != 0 {
		t.Errorf("the hub lists %v, %v", briefs, err)
	}
	if _, err := k.Open(t.Context(), "key two"); !errors.Is(err, webform.ErrNoResponse) {
		t.Errorf("another key: %v", err)
	}
	if r, err = k.Open(t.Context(), "key one", "en"); err != nil {
		t.Fatal(err)
	}
	if n, _ := r.Session().Node("/data/lake"); n.Value != "Nalubaale" {
		t.Errorf("after a power cut it says %q", n.Value)
	}
	code, violations, err := r.Finish(t.Context(), "en")
	if err != nil || len(violations) > 0 || code == "" {
		t.Fatalf("%q, %v, %v", code, violations, err)
	}
	if _, err := k.Open(t.Context(), "key one"); !errors.Is(err, webform.ErrNoResponse) {
		t.Errorf("finished, and opened again: %v", err)
	}
	items, err := d.Items(t.Context())
	if err != nil || len(items) != 1 || items[0].Title != "" {
		t.Fatalf("%+v, %v", items, err)
	}
	if _, err := d.Read(t.Context(), items[0].Name); !errors.Is(err, workspace.ErrStrangers) {
		t.Errorf("the hub reads it: %v", err)
	}
	if s, err := k.Code(t.Context(), strings.ToLower(code)); err != nil || !s.Known || s.Received {
		t.Errorf("before it is received: %+v, %v", s, err)
	}
	h, err := d.Hub("Redio Amani", hub.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Forward(t.Context(), h, c.road()); err != nil {
		t.Fatal(err)
	}
	if s, err := k.Code(t.Context(), code); err != nil || !s.Received || s.At.IsZero() {
		t.Errorf("after it is received: %+v, %v", s, err)
	}
	if _, err := k.Code(t.Context(), "nonsense"); !errors.Is(err, webform.ErrNoResponse) {
		t.Errorf("no code: %v", err)
	}
	d.reopen()
	if s, err := kiosk(t, d).Code(t.Context(), code); err != nil || !s.Received {
		t.Errorf("after a restart: %+v, %v", s, err)
	}
	if n := c.counted(); len(n) != 1 || n[strings.TrimSuffix(items[0].Name, "/1")] != 1 {
		t.Errorf("the centre counts %v", n)
	}
	for _, i := range c.list(c.desk...) {
		if i.Kind == batch.KindResponse && i.Road != central.RoadHub {
			t.Errorf("the centre says that %s came %s", i.Code, i.Road)
		}
	}
	if c.records(batch.KindResponse) == 0 {
		t.Error("no response came in")
	}
}

// Whoever sent through a hub asks there, too, with the code alone.
func TestAHubSaysWhatBecameOfWhatItCarried(t *testing.T) {
	c := newCentre(t)
	d := newDevice(t)
	d.join(c.invite.File())
	k := kiosk(t, d)
	h, err := d.Hub("Redio Amani", hub.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	other := newDevice(t)
	other.join(c.invite.File())
	other.respond("Nalubaale")
	if _, err := other.Exchange(t.Context(), bundle.Meeting{Name: "hub", Serve: func(ctx context.Context, conn exchange.Conn) { _, _ = h.Serve(ctx, conn) }}); err != nil {
		t.Fatal(err)
	}
	items, err := other.Items(t.Context())
	if err != nil || len(items) != 1 || items[0].Code == "" {
		t.Fatalf("%+v, %v", items, err)
	}
	code := items[0].Code
	if s, err := k.Code(t.Context(), code); err != nil || !s.Known || s.Received || s.At.IsZero() {
		t.Errorf("before it went on: %+v, %v", s, err)
	}
	if _, err := d.Forward(t.Context(), h, c.road()); err != nil {
		t.Fatal(err)
	}
	s, err := k.Code(t.Context(), strings.ToLower(code))
	if err != nil || !s.Received || s.Came.IsZero() || s.Road == "" {
		t.Errorf("after it went on: %+v, %v", s, err)
	}
	if s, err := k.Code(t.Context(), identity.Code(make([]byte, 32))); err != nil || s.Known {
		t.Errorf("a code of nothing: %+v, %v", s, err)
	}
}

// A bundle takes the same way through the workspace of a device.
func TestADeviceWritesABundleAndFindsItsReceiptsThere(t *testing.T) {
	c := newCentre(t)
	d := newDevice(t)
	d.join(c.invite.File())
	d.respond("Nalubaale")
	stick := t.TempDir()
	visit := func() {
		t.Helper()
		b, err := d.OpenBundle(t.Context(), stick, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.WriteBundle(t.Context(), b, nil); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	visit()
	b, err := d.OpenBundle(t.Context(), stick, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Bring(t.Context(), c.server.Serve); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	d.crash()
	visit()
	items, err := d.Items(t.Context())
	if err != nil || len(items) != 1 || items[0].Delivery.State != workspace.Received {
		t.Errorf("%+v, %v", items, err)
	}
}
