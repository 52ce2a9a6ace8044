package world

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// A device is lost at some moment, and goes on writing and sending in strange hands,
// while links break and parties are killed. From the moment when the centre has the
// revocation nothing of it is taken any more; all else is received once.
func TestALostDeviceIsShutOutAndNothingElseIs(t *testing.T) {
	form := smallForm(t)
	var seen toll
	refused, stayed := 0, 0
	n := worlds(t, 100)
	for seed := range n {
		synctest.Test(t, func(t *testing.T) {
			p, err := newPlay(t.Context(), simulated(form, uint64(seed), Sound))
			if err != nil {
				t.Fatal(err)
			}
			l, err := p.lose(t.Context(), roads{p.act, p.settle, p.knowsIt})
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, p.story())
			}
			seen.count(l.Account, p)
			refused += l.refused
			stayed += l.before
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d worlds: %d submissions received, %d of them of devices that were lost later, %d of lost devices refused, %d cuts, %d kills",
		n, seen.submissions, stayed, refused, seen.cuts, seen.kills)
	if refused == 0 || stayed == 0 || seen.cuts == 0 || seen.kills == 0 {
		t.Error("nothing went wrong: the worlds prove nothing")
	}
}

// The same without a link: that a device is lost goes up to the centre on a stick, and down
// from there to hubs and to the device itself.
func TestALostDeviceIsShutOutBySticks(t *testing.T) {
	form := smallForm(t)
	var seen toll
	refused, stayed, spoiled := 0, 0, 0
	n := worlds(t, 12)
	for seed := range n {
		synctest.Test(t, func(t *testing.T) {
			p, err := newPlay(t.Context(), simulated(form, uint64(seed), Sound))
			if err != nil {
				t.Fatal(err)
			}
			sticks := []*Stick{p.world.AddStick(t.TempDir()), p.world.AddStick(t.TempDir())}
			l, err := p.lose(t.Context(), roads{
				func(ctx context.Context) error { return p.carry(ctx, sticks[p.r.IntN(2)]) },
				func(ctx context.Context) error { return p.goRound(ctx, sticks) },
				func(ctx context.Context, lost *Device) error { return p.knowsItBySticks(ctx, lost, sticks) },
			})
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, p.story())
			}
			seen.count(l.Account, p)
			refused += l.refused
			stayed += l.before
			spoiled += sticks[0].Cuts + sticks[1].Cuts
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d worlds: %d submissions received, %d of them of devices that were lost later, %d of lost devices refused, %d parts cut or lost, %d kills",
		n, seen.submissions, stayed, refused, spoiled, seen.kills)
	if refused == 0 || stayed == 0 || spoiled == 0 || seen.kills == 0 {
		t.Error("nothing went wrong: the worlds prove nothing")
	}
}

func TestACentreThatTrustsLostDevicesIsNoticed(t *testing.T) {
	form := smallForm(t)
	for seed := range 100 {
		var failed error
		synctest.Test(t, func(t *testing.T) {
			p, err := newPlay(t.Context(), simulated(form, uint64(seed), TrustsTheLost))
			if err != nil {
				t.Fatal(err)
			}
			_, failed = p.lose(t.Context(), roads{p.act, p.settle, p.knowsIt})
		})
		if failed != nil {
			t.Logf("seed %d: %v", seed, failed)
			return
		}
	}
	t.Error("a hundred worlds with this fault look sound")
}

// loss is what became of a world in which a device was lost.
type loss struct {
	Account
	before  int // submissions of the lost device that stay
	refused int // that came too late
}

// roads are how parties meet in a world in which a device is lost: one thing that
// happens, the end when faults have stopped, and the last try of the lost one.
type roads struct {
	act    func(context.Context) error
	settle func(context.Context) error
	last   func(context.Context, *Device) error
}

func (p *play) lose(ctx context.Context, by roads) (l loss, err error) {
	defer func() { err = errors.Join(err, p.world.Close()) }()
	w := p.world
	p.cloning = false
	if err := p.addHubs(ctx, 0); err != nil {
		return l, err
	}
	first, err := w.AddDevice(ctx, "first", "organisation")
	if err != nil {
		return l, err
	}
	if err := first.JoinCentre(ctx); err != nil {
		return l, err
	}
	lost, err := w.AddDeviceOf(ctx, "lost", first)
	if err != nil {
		return l, err
	}
	if _, err := w.AddDevice(ctx, "other", "another organisation"); err != nil {
		return l, err
	}
	for range p.acts / 2 {
		if err := by.act(ctx); err != nil {
			return l, err
		}
	}
	card, err := lost.Card()
	if err != nil {
		return l, err
	}
	p.say("the lost device is revoked")
	if err := first.RevokeDevice(ctx, card.ID()); err != nil {
		return l, err
	}
	here, err := arrived(ctx, w, card.ID())
	if err != nil {
		return l, err
	}
	shut := map[batch.RecordID]bool(nil)
	for range p.acts / 2 {
		if err := by.act(ctx); err != nil {
			return l, err
		}
		if shut, err = p.shutOut(ctx, card.ID(), card.OrgKey, shut); err != nil {
			return l, err
		}
	}
	if err := by.settle(ctx); err != nil {
		return l, err
	}
	if shut, err = p.shutOut(ctx, card.ID(), card.OrgKey, shut); err != nil {
		return l, err
	}
	if shut == nil {
		return l, errors.New("the centre never heard of the revocation")
	}
	for id := range here {
		if !shut[id] {
			return l, errors.New("a record that had come before is gone")
		}
	}
	if err := by.last(ctx, lost); err != nil {
		return l, err
	}
	if _, err = p.shutOut(ctx, card.ID(), card.OrgKey, shut); err != nil {
		return l, err
	}
	// Of the lost device only what came in time has to be there.
	entries, _, err := w.centre.entries(ctx)
	if err != nil {
		return l, err
	}
	w.made = slices.DeleteFunc(w.made, func(m Made) bool {
		if m.Device != lost {
			return false
		}
		if entries[m.Item].counted == 0 {
			l.refused++
			return true
		}
		l.before++
		return false
	})
	if l.Account, err = w.Settled(ctx); err != nil {
		return l, err
	}
	return l, l.Account.Err()
}

// arrived lists the records of an origin that the centre has.
func arrived(ctx context.Context, w *World, id identity.ID) (map[batch.RecordID]bool, error) {
	all := map[batch.RecordID]bool{}
	for r, err := range w.centre.store.Records(ctx, central.Query{Origin: &id}) {
		if err != nil {
			return nil, err
		}
		all[r.ID] = true
	}
	return all, nil
}

// shutOut returns what the centre had of a device when the revocation was first seen there, and
// fails when something was added since.
func (p *play) shutOut(ctx context.Context, id identity.ID, org []byte, before map[batch.RecordID]bool) (map[batch.RecordID]bool, error) {
	is, err := p.world.centre.store.Revoked(ctx, id, org)
	if err != nil || !is {
		return nil, err
	}
	now, err := arrived(ctx, p.world, id)
	if err != nil || before == nil {
		return now, err
	}
	if !maps.Equal(now, before) {
		return now, fmt.Errorf("the centre took %d records of a device that was revoked before", len(now)-len(before))
	}
	return before, nil
}

// knowsIt has the lost device try every road once more: each refuses it, and shows why.
func (p *play) knowsIt(ctx context.Context, lost *Device) error {
	w := p.world
	for _, h := range w.Hubs() {
		w.Mend(h.Name, CentreName)
		if _, err := h.Contact(ctx, CentreName); err != nil {
			return err
		}
	}
	if err := p.respond(ctx, lost); err != nil {
		return err
	}
	for _, h := range w.Hubs() {
		w.Mend(lost.Name, h.Name)
		report, err := lost.Contact(ctx, h.Name)
		if err != nil {
			return err
		}
		if len(report.Refused) == 0 || report.Sent > 0 {
			return fmt.Errorf("%s took %d records of a revoked device", h.Name, report.Sent)
		}
	}
	w.Mend(lost.Name, CentreName)
	if _, err := lost.Contact(ctx, CentreName); err != nil {
		return err
	}
	if barred, err := lost.Barred(ctx); err != nil || !barred {
		return fmt.Errorf("the lost device has seen no proof: %v", err)
	}
	return nil
}

// knowsItBySticks has the lost device try the sticks, and over a link the hubs, which have heard
// of it by the sticks alone.
func (p *play) knowsItBySticks(ctx context.Context, lost *Device, sticks []*Stick) error {
	if barred, err := lost.Barred(ctx); err != nil || !barred {
		return fmt.Errorf("the sticks went round, and the lost device has seen no proof: %v", err)
	}
	if err := p.respond(ctx, lost); err != nil {
		return err
	}
	for _, s := range sticks { // what it leaves there nobody takes any more
		p.visited(lost.Name, s, lost.Visit)
		p.visited("the centre", s, p.world.Centre().Visit)
	}
	for _, h := range p.world.Hubs() {
		p.world.Mend(lost.Name, h.Name)
		report, err := lost.Contact(ctx, h.Name)
		if err != nil {
			return err
		}
		if len(report.Refused) == 0 || report.Sent > 0 {
			return fmt.Errorf("%s, which heard of it by a stick alone, took %d records of a revoked device", h.Name, report.Sent)
		}
	}
	return nil
}
