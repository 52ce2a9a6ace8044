package world

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/sync/central"
	"baraza.example/sync/exchange"
)

// Without any link: two sticks go round among devices, hubs and the centre, are
// cut and lose parts, parties are killed. Everything is received, once, within
// ten rounds after that stops.
func TestSticksCarriedByPeopleLoseNothing(t *testing.T) {
	form := smallForm(t)
	var seen toll
	spoiled := 0
	n := worlds(t, 40)
	for seed := range n {
		synctest.Test(t, func(t *testing.T) {
			p, cuts, err := carried(t.Context(), t.TempDir, simulated(form, uint64(seed), Sound))
			if err == nil {
				var a Account
				if a, err = p.world.Settled(t.Context()); err == nil {
					seen.count(a, p)
					err = errors.Join(a.Err(), allBy(a, central.CarrierStick))
				}
			}
			if p != nil {
				err = errors.Join(err, p.world.Close())
			}
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, p.story())
			}
			spoiled += cuts
		})
		if t.Failed() {
			return
		}
	}
	t.Logf("%d worlds: %d submissions, %d parts cut or lost, %d parties killed", n, seen.submissions, spoiled, seen.kills)
	if seen.submissions == 0 || spoiled == 0 || seen.kills == 0 {
		t.Error("nothing went wrong: the worlds prove nothing")
	}
}

// allBy says which submissions another carrier is said to have brought to the centre.
func allBy(a Account, by central.Carrier) (err error) {
	for _, f := range a.Each {
		if f.Carrier != by {
			err = errors.Join(err, fmt.Errorf("%s is said to have come by %q", f.Code, f.Carrier))
		}
	}
	return err
}

// The same with a fault built in, to see that it would be noticed.
func TestABrokenWorldOfSticksIsNoticed(t *testing.T) {
	form := smallForm(t)
	for _, v := range []Variant{AcknowledgesEarly, InventsReceipts} {
		t.Run(string(v), func(t *testing.T) {
			for seed := range 100 {
				var failed error
				synctest.Test(t, func(t *testing.T) {
					p, _, err := carried(t.Context(), t.TempDir, simulated(form, uint64(seed), v))
					if err == nil {
						var a Account
						if a, err = p.world.Settled(t.Context()); err == nil {
							err = a.Err()
						}
					}
					failed = err
					if p != nil {
						_ = p.world.Close() // of a world that is broken
					}
				})
				if failed != nil {
					t.Logf("seed %d: %v", seed, failed)
					return
				}
			}
			t.Error("a hundred worlds with this fault look sound")
		})
	}
}

func carried(ctx context.Context, dir func() string, o Options) (p *play, spoiled int, err error) {
	if p, err = newPlay(ctx, o); err != nil {
		return nil, 0, err
	}
	w := p.world
	if err := p.addHubs(ctx, 0); err != nil {
		return p, 0, err
	}
	for i := range 2 + p.r.IntN(3) {
		if _, err := w.AddDevice(ctx, fmt.Sprintf("device-%d", i), fmt.Sprintf("organisation %d", i)); err != nil {
			return p, 0, err
		}
	}
	sticks := []*Stick{w.AddStick(dir()), w.AddStick(dir())}
	for range 40 {
		if err := p.carry(ctx, sticks[p.r.IntN(2)]); err != nil {
			return p, 0, err
		}
	}
	return p, sticks[0].Cuts + sticks[1].Cuts, p.goRound(ctx, sticks)
}

// goRound has whole sticks go round among all. A device always meets the same one,
// of which parts may be lost.
func (p *play) goRound(ctx context.Context, sticks []*Stick) error {
	w := p.world
	for range contacts {
		for i, d := range w.Devices() {
			if err := d.JoinByLine(ctx); err != nil {
				return err
			}
			p.visited(d.Name, sticks[i%len(sticks)], d.Visit)
		}
		for _, s := range sticks {
			for _, h := range w.Hubs() {
				p.visited(h.Name, s, h.Visit)
			}
			p.visited("the centre", s, w.Centre().Visit)
			for _, h := range w.Hubs() {
				p.visited(h.Name, s, h.Visit)
			}
		}
		p.wait(time.Hour)
	}
	return nil
}

// visited lets somebody have the stick; what fails has another chance.
func (p *play) visited(who string, s *Stick, visit func(context.Context, *Stick) (exchange.Report, error)) {
	r, err := visit(context.Background(), s)
	p.say("%s has the stick: %d records, %d receipts, %d refused, %v", who, r.Sent, r.Receipts, len(r.Refused), err)
}

// carry lets one thing happen in a world without links.
func (p *play) carry(ctx context.Context, s *Stick) error {
	w := p.world
	d := w.Devices()[p.r.IntN(len(w.Devices()))]
	h := w.Hubs()[p.r.IntN(len(w.Hubs()))]
	p.wait(time.Duration(p.r.Int64N(int64(time.Hour))))
	switch p.r.IntN(10) {
	case 0, 1, 2:
		return p.respond(ctx, d)
	case 3, 4:
		p.visited(d.Name, s, d.Visit)
	case 5:
		p.visited(h.Name, s, h.Visit)
	case 6:
		p.visited("the centre", s, w.Centre().Visit)
	case 7:
		p.say("the stick is spoilt")
		return s.Spoil()
	case 8:
		p.kills++
		p.say("kill %s", d.Name)
		if p.r.IntN(2) == 0 {
			return h.Kill(ctx)
		}
		return d.Kill(ctx)
	case 9:
		return d.JoinByLine(ctx)
	}
	return nil
}
