package workspace_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// newSecond is another device of first's organisation, set up by two texts.
func newSecond(t *testing.T, first *device) *device {
	t.Helper()
	d := &device{t: t, disk: simdisk.New(3)}
	d.open()
	request, err := d.RequestCard(t.Context(), "the phone")
	if err != nil {
		t.Fatal(err)
	}
	d.crash() // the key that was shown must not be lost
	again, err := d.RequestCard(t.Context(), "the phone")
	if err != nil || again.ID() != request.ID() {
		t.Fatalf("after a power cut it is another device: %v", err)
	}
	card, file, err := first.AddDevice(t.Context(), []byte(request.Line()))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.TakeCard(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if own, err := d.Card(); err != nil || own.ID() != card.ID() || own.Org != "Umoja wa Wavuvi" || own.Device != "the phone" {
		t.Fatalf("%+v, %v", own, err)
	}
	return d
}

func TestASecondDeviceOfAnOrganisationIsSetUpByItsCard(t *testing.T) {
	c, first := newCentre(t), newDevice(t)
	first.join(c.invite.File())
	second := newSecond(t, first)
	if v, joined, err := second.Invite(t.Context()); err != nil || !joined || v.Root != c.card.Root() {
		t.Fatalf("the invite did not come with the card: %v, %v", joined, err)
	}
	one, two := first.respond("Victoria"), second.respond("Turkana")
	second.reopen()
	first.meet(c)
	second.meet(c)
	first.received(c, one.Name)
	second.received(c, two.Name)
	orgs := map[string]bool{}
	for _, i := range c.list(c.desk...) {
		g, err := c.store.Origin(t.Context(), i.Origin)
		if err != nil {
			t.Fatal(err)
		}
		orgs[identity.IDOf(g.OrgKey).Hex()+i.Organisation] = true
	}
	if len(orgs) != 1 {
		t.Errorf("two devices of one organisation are %d organisations", len(orgs))
	}
	if _, _, err := second.AddDevice(t.Context(), []byte("x")); !errors.Is(err, workspace.ErrRequest) {
		t.Error(err)
	}
	if err := second.TakeCard(t.Context(), []byte("x")); !errors.Is(err, workspace.ErrSetUp) {
		t.Error(err)
	}
	if own, _ := first.Card(); !errors.Is(second.RevokeDevice(t.Context(), own.ID()), workspace.ErrNoOrgKey) {
		t.Error("a device without the organisation's key revokes")
	}
}

func TestALostDeviceIsRefusedFromTheNextContactOn(t *testing.T) {
	c, first := newCentre(t), newDevice(t)
	first.join(c.invite.File())
	lost := newSecond(t, first)
	before := lost.respond("Victoria")
	lost.meet(c)
	first.meet(c)

	card, err := lost.Card()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.RevokeDevice(t.Context(), card.ID()); err != nil {
		t.Fatal(err)
	}
	if own, _ := first.Card(); !errors.Is(first.RevokeDevice(t.Context(), own.ID()), workspace.ErrSelf) {
		t.Error("a device revokes itself")
	}
	first.crash()
	ofFirst := func() workspace.OrgDevice {
		t.Helper()
		all, err := first.Devices(t.Context())
		if err != nil || len(all) != 2 || !all[0].Self || all[1].ID != card.ID() || all[1].Name != "the phone" || all[1].Revoked == 0 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[1]
	}
	if ofFirst().Told {
		t.Error("in force before any contact")
	}
	between := lost.respond("Turkana")
	lost.meet(c) // the centre has not heard of it yet
	first.meet(c)
	if !ofFirst().Told {
		t.Error("not in force after a contact")
	}

	after := lost.respond("Tanganyika")
	report := lost.meet(c)
	if len(report.Refused) != 1 || report.Refused[0].Code != batch.RefusedRevoked {
		t.Errorf("%+v", report.Refused)
	}
	if barred, err := lost.Barred(t.Context()); err != nil || !barred {
		t.Errorf("the device does not know: %v", err)
	}
	if barred, err := first.Barred(t.Context()); err != nil || barred {
		t.Error("the other device is barred, too")
	}
	// What came before stays; its receipts are still to be had.
	counted := c.counted()
	for _, i := range []workspace.Item{before, between, after} {
		want := 1
		if i.Name == after.Name {
			want = 0
		}
		if got := counted[strings.TrimSuffix(i.Name, "/1")]; got != want {
			t.Errorf("%s is counted %d times, not %d", i.Title, got, want)
		}
	}
	lost.received(c, before.Name, between.Name)

	// A copy of it, or the same key in another organisation's name, is refused as well.
	copied := lost.copied()
	if r := copied.meet(c); len(r.Refused) != 1 {
		t.Errorf("a copy: %+v", r)
	}
	if n := c.records(batch.KindRevocation); n != 1 {
		t.Errorf("%d revocations came in", n)
	}
	// It can ask for nothing more, until it is another device.
	request, err := lost.RequestCard(t.Context(), "again")
	if !errors.Is(err, workspace.ErrSetUp) {
		t.Error(request, err)
	}
}

// served is the road to a hub.
type served struct{ h *hub.Hub }

func (s served) Peer() string { return "https://hub.example" }

func (s served) Open(ctx context.Context) (exchange.Conn, error) {
	caller, server := exchangetest.Pipe()
	go func() {
		_, _ = s.h.Serve(ctx, server) // the caller sees how it ended
		server.Close()
	}()
	return caller, nil
}

func TestAHubHearsOfALostDeviceFromTheCentreAndGivesUpWhatItCarries(t *testing.T) {
	c, first := newCentre(t), newDevice(t)
	first.join(c.invite.File())
	lost := newSecond(t, first)
	station := newDevice(t)
	station.join(c.invite.File())
	h, err := station.Hub("Radio Amani", hub.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	waiting := lost.respond("Victoria")
	if _, err := lost.Exchange(t.Context(), served{h}); err != nil {
		t.Fatal(err)
	}
	if i := lost.item(waiting.Name); i.Delivery.State != workspace.AtHub || i.Barred || i.Waiting() != "hub" {
		t.Errorf("at the hub it is %+v", i)
	}
	held, err := station.Held(t.Context())
	if err != nil || held == 0 {
		t.Fatal(held, err)
	}
	card, _ := lost.Card()
	if err := first.RevokeDevice(t.Context(), card.ID()); err != nil {
		t.Fatal(err)
	}
	first.meet(c)
	forward := func() exchange.Report {
		t.Helper()
		r, err := station.Forward(t.Context(), h, c.road())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	forward()
	if held, err = station.Held(t.Context()); err != nil || held > 5000 { // its registration stays: who it was has to be known
		t.Errorf("%d bytes are still carried, %v", held, err)
	}
	station.crash()
	if h, err = station.Hub("Radio Amani", hub.Quota{}); err != nil {
		t.Fatal(err)
	}
	lost.respond("Turkana")
	report, err := lost.Exchange(t.Context(), served{h})
	if err != nil || len(report.Refused) != 1 || report.Refused[0].Code != batch.RefusedRevoked {
		t.Errorf("%+v, %v", report.Refused, err)
	}
	if barred, err := lost.Barred(t.Context()); err != nil || !barred {
		t.Errorf("the hub showed no proof: %v", err)
	}
	lost.crash()
	if i := lost.item(waiting.Name); !i.Barred || i.Waiting() != "barred" {
		t.Errorf("what lies at the hub waits for %q", i.Waiting())
	}
	if idle := forward(); idle.BytesDown > 200 {
		t.Errorf("what a hub knows is told it again: %d bytes", idle.BytesDown)
	}
	if n := len(c.counted()); n != 0 {
		t.Errorf("%d submissions of the lost device are counted", n)
	}
}

func TestABackupOfTheOnlyDeviceReplacesTheLostOne(t *testing.T) {
	c, lost := newCentre(t), newDevice(t)
	lost.join(c.invite.File())
	before := lost.respond("Victoria")
	lost.meet(c)
	backup := lost.copied() // restored from a backup: the same device to everybody
	fresh := &device{t: t, disk: simdisk.New(5)}
	fresh.open()
	request, err := fresh.RequestCard(t.Context(), "the new laptop")
	if err != nil {
		t.Fatal(err)
	}
	_, file, err := backup.ReplaceDevice(t.Context(), []byte(request.Line()))
	if err != nil {
		t.Fatal(err)
	}
	if err := fresh.TakeCard(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	fresh.crash()
	after := fresh.respond("Turkana")
	fresh.meet(c)
	fresh.received(c, after.Name)
	if all, err := fresh.Devices(t.Context()); err != nil || len(all) != 2 || !all[1].Told {
		t.Errorf("%+v, %v", all, err)
	}
	lost.respond("of the thief")
	if r := lost.meet(c); len(r.Refused) != 1 || r.Refused[0].Code != batch.RefusedRevoked {
		t.Errorf("the lost device sends on: %+v", r.Refused)
	}
	if n := len(c.counted()); n != 2 {
		t.Errorf("%d are counted", n)
	}
	lost.received(c, before.Name)
}
