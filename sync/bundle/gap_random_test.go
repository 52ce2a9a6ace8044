package bundle_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

// One stick goes round among devices and the centre; its parts are cut and lost, and
// others carry old offers onto it, as hubs do. Nobody ever meets another stick. Within
// ten rounds after that stops the centre has everything, and everybody the receipts.
// BARAZA_STICKS asks for another number of sticks.
func TestAStickThatLosesPartsBringsEverythingInTheEnd(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 20
	}
	if asked, err := strconv.Atoi(os.Getenv("BARAZA_STICKS")); err == nil {
		n = asked
	}
	spoilt := 0
	for seed := range n {
		s := stickOf(t, uint64(seed))
		for range 30 {
			s.act()
		}
		for range 10 {
			s.round()
		}
		spoilt += s.spoilt
		for i, d := range s.devices {
			if err := s.centre.Missing(d.Author); err != nil || d.Received() != len(d.Author.Records) {
				t.Fatalf("stick %d, device %d: %v; %d receipts for %d records", seed, i, err, d.Received(), len(d.Author.Records))
			}
		}
	}
	t.Logf("%d sticks, %d parts cut or lost", n, spoilt)
	if spoilt == 0 {
		t.Error("nothing was lost: the sticks prove nothing")
	}
}

type played struct {
	t       *testing.T
	r       *rand.Rand
	folder  string
	centre  *exchangetest.Keeper
	devices []*device
	old     []batch.Offer // that devices made once
	spoilt  int
}

func stickOf(t *testing.T, seed uint64) *played {
	root := exchangetest.NewRoot(t)
	s := &played{t: t, r: rand.New(rand.NewPCG(seed, 9)), folder: t.TempDir(), centre: exchangetest.NewKeeper(root, nil)}
	for range 2 {
		s.devices = append(s.devices, &device{Sender: exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))})
	}
	return s
}

// A device shows its registration, and what follows it, again where that is lacking.
type device struct {
	*exchangetest.Sender
	shows bool
}

func (d *device) Offers(ctx context.Context) ([]batch.Offer, error) {
	offers, err := d.Sender.Offers(ctx)
	if err != nil || !d.shows {
		return offers, err
	}
	last := d.Author.Records[1]
	offers[0].Tails = slices.DeleteFunc(offers[0].Tails, func(t batch.Tail) bool { return t.Lane == batch.Control })
	offers[0].Tails = slices.Insert(offers[0].Tails, 0, batch.Tail{Chain: last.Chain, First: 1, Top: last.Have()})
	return offers, nil
}

func (d *device) Refused(ctx context.Context, p exchange.Peer, r batch.Refusal) error {
	d.shows = r.Code == batch.RefusedUnknown || r.Code == batch.RefusedGap
	return d.Sender.Refused(ctx, p, r)
}

func (s *played) visit(d *device) {
	o := s.options()
	o.Identity, o.Writer = d.Author.Identity, d.Self()
	b := open(s.t, s.folder, o)
	for range 3 {
		before := len(d.Refusals)
		if _, err := exchange.Once(s.t.Context(), b.Transport(), d, exchange.Options{Self: d.Self(), Centre: d.Centre()}); err != nil {
			s.t.Fatal(err)
		}
		if len(d.Refusals) == before {
			break
		}
	}
	d.shows = false
	shut(s.t, b)
}

func (s *played) options() bundle.Options {
	return bundle.Options{PartSize: 2<<10 + s.r.Int64N(20<<10)}
}

func (s *played) act() {
	d := s.devices[s.r.IntN(len(s.devices))]
	switch s.r.IntN(9) {
	case 0, 1:
		d.Author.Respond(fmt.Sprint("answer ", s.r.Int()))
	case 2, 3, 4:
		offers, err := d.Offers(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		s.old = append(s.old, offers...)
		s.visit(d)
	case 5, 6:
		s.bring()
	case 7:
		s.spoil()
	case 8:
		s.echo(d)
	}
}

func (s *played) round() {
	for _, d := range s.devices {
		s.visit(d)
	}
	s.bring()
	for _, d := range s.devices {
		s.visit(d)
	}
}

// bring has the centre take what is on the stick. That the goodbyes came is of no
// importance here.
func (s *played) bring() {
	b := open(s.t, s.folder, bundle.Options{Writer: s.centre.Self()})
	if r, err := b.Bring(s.t.Context(), s.centre.Serve); err != nil {
		s.t.Fatalf("%+v: %v", r, err)
	}
	shut(s.t, b)
}

// echo writes an old offer of a device at the place where it stands now: so a hub
// does that carries its receipts, and had not all of them.
func (s *played) echo(d *device) {
	now, err := d.Offers(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, o := range s.old {
		if o.Origin != now[0].Origin || s.r.IntN(2) == 0 {
			continue
		}
		o.Position = now[0].Position
		b := open(s.t, s.folder, bundle.Options{})
		if _, err := b.Receipts(s.t.Context(), o); err != nil {
			s.t.Fatal(err)
		}
		shut(s.t, b)
		return
	}
}

// spoil cuts a part anywhere, or loses it.
func (s *played) spoil() {
	all := files(s.t, s.folder)
	if len(all) == 0 {
		return
	}
	s.spoilt++
	name := all[s.r.IntN(len(all))]
	info, err := os.Stat(name)
	if err == nil && s.r.IntN(3) == 0 {
		err = os.Remove(name)
	} else if err == nil {
		err = os.Truncate(name, s.r.Int64N(info.Size()+1))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
