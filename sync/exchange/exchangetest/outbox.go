package exchangetest

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// An OutboxUnderTest is an Outbox with something to send: a registration,
// at least three records in the text lane and one attachment with leaves, all
// of one origin.
type OutboxUnderTest struct {
	exchange.Outbox
	Self exchange.Peer
}

// Outbox checks an Outbox against the contract. open returns a new one whose
// device was invited by the centre: its records are made for c and redeem
// token, and receipts are those of c's log.
func Outbox(t *testing.T, open func(t *testing.T, c identity.Centre, token [16]byte) OutboxUnderTest) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, OutboxUnderTest, Root)
	}{
		{"offers its chains and reads them in order", outboxReads},
		{"sends everything and takes receipts", outboxSends},
		{"sends what a cut left, once", outboxCuts},
		{"takes custody and goes on offering", outboxCustody},
		{"takes its own centre's card alone", outboxCentre},
		{"refuses receipts that prove nothing", outboxForged},
		{"survives refusals and forks", outboxRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := NewRoot(t)
			c.run(t, open(t, root.Card, root.Token), root)
		})
	}
}

func (out OutboxUnderTest) tails(t testing.TB) []batch.Tail {
	t.Helper()
	offers, err := out.Offers(t.Context())
	ok(t, err)
	var tails []batch.Tail
	for _, o := range offers {
		for _, tail := range o.Tails {
			if tail.Origin != o.Origin || tail.First == 0 || tail.Top.Chain != tail.Chain || tail.Top.Seq < tail.First {
				t.Errorf("an offer of %+v", tail)
			}
		}
		tails = append(tails, o.Tails...)
	}
	return tails
}

// records reads a chain to its end in small steps.
func (out OutboxUnderTest) records(t testing.TB, tail batch.Tail) (all []batch.Carried) {
	t.Helper()
	for after := tail.First - 1; ; after = all[len(all)-1].Seq {
		rs, err := out.Records(t.Context(), tail.Chain, after, 1)
		ok(t, err)
		if len(rs) == 0 {
			return all
		}
		for i, r := range rs {
			if r.Chain != tail.Chain || r.Seq != after+1+batch.Seq(i) {
				t.Fatalf("after %d of %v came %d of %v", after, tail.Lane, r.Seq, r.Lane)
			}
		}
		all = append(all, rs...)
	}
}

// meet runs one exchange with k, cut after up bytes if that is not negative.
func (out OutboxUnderTest) meet(t testing.TB, k *Keeper, o exchange.Options, up int64) (exchange.Report, error) {
	t.Helper()
	caller, server := Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		k.Serve(context.Background(), server)
	}()
	o.Self = out.Self
	r, err := exchange.Run(t.Context(), Cut(caller, up, -1), out, o)
	<-served
	return r, err
}

func outboxReads(t *testing.T, out OutboxUnderTest, _ Root) {
	tails := out.tails(t)
	lanes := map[batch.Lane]int{}
	for _, tail := range tails {
		rs := out.records(t, tail)
		if lanes[tail.Lane] = len(rs); len(rs) == 0 || rs[len(rs)-1].Have() != tail.Top {
			t.Fatalf("%v: %d records for %+v", tail.Lane, len(rs), tail)
		}
		if held, err := out.Holds(t.Context(), tail.Top); err != nil || !held {
			t.Errorf("does not hold its own top: %v", err)
		}
		strange := tail.Top
		strange.Hash[0] ^= 1
		if held, err := out.Holds(t.Context(), strange); err != nil || held {
			t.Errorf("holds what it never wrote: %v", err)
		}
		if most, err := out.Records(t.Context(), tail.Chain, tail.First-1, 64<<20); err != nil || len(most) != len(rs) {
			t.Errorf("%v at once: %d of %d, %v", tail.Lane, len(most), len(rs), err)
		}
	}
	if tails[0].Lane != batch.Control || lanes[batch.Text] < 3 || lanes[batch.Attachments] < 1 {
		t.Errorf("a suite needs a registration, three texts and an attachment: %v", lanes)
	}
	if _, err := out.Leaf(t.Context(), batch.RecordID{1}, 0); !errors.Is(err, exchange.ErrNoLeaf) {
		t.Errorf("a leaf of an unknown attachment: %v", err)
	}
}

func outboxSends(t *testing.T, out OutboxUnderTest, root Root) {
	k := NewKeeper(root, nil)
	want := 0
	for _, tail := range out.tails(t) {
		want += len(out.records(t, tail))
	}
	r, err := out.meet(t, k, exchange.Options{}, -1)
	if err != nil || r.Sent != want || r.Receipts != want || r.Leaves == 0 {
		t.Fatalf("%+v: %v, wanted %d records and their receipts", r, err, want)
	}
	if left := out.tails(t); len(left) != 0 {
		t.Errorf("still offers %v", left)
	}
	if r, err = out.meet(t, k, exchange.Options{Centre: &root.Card}, -1); err != nil || r.Sent+r.Leaves+r.Receipts != 0 {
		t.Errorf("again: %+v: %v", r, err)
	}
}

func outboxCuts(t *testing.T, out OutboxUnderTest, root Root) {
	k := NewKeeper(root, nil)
	o := exchange.Options{Centre: &root.Card, Memory: new(exchange.Memory)}
	cuts := 0
	for n := int64(0); ; n += 97 {
		if r, err := out.meet(t, k, o, n); err == nil && r.Complete {
			break
		}
		cuts++
	}
	if left := out.tails(t); len(left) != 0 || cuts == 0 || k.Redelivered() != 0 {
		t.Errorf("after %d cuts still offers %v, %d came twice", cuts, left, k.Redelivered())
	}
}

func outboxCustody(t *testing.T, out OutboxUnderTest, root Root) {
	box, err := identity.New(rand.Reader, "hub", "box")
	ok(t, err)
	hub := NewKeeper(root, box)
	before := out.tails(t)
	o := exchange.Options{Memory: new(exchange.Memory)}
	for range 2 {
		if r, err := out.meet(t, hub, o, -1); err != nil || !r.Complete {
			t.Fatal(err)
		}
	}
	if after := out.tails(t); !slices.Equal(after, before) || hub.Redelivered() != 0 {
		t.Errorf("a hub's word is no receipt: offers %v, before %v; %d came twice", after, before, hub.Redelivered())
	}
}

func outboxCentre(t *testing.T, out OutboxUnderTest, root Root) {
	if err := out.TakeCentre(t.Context(), NewRoot(t).Card); !errors.Is(err, identity.ErrOtherRoot) {
		t.Errorf("another centre's card: %v", err)
	}
	if err := out.TakeCentre(t.Context(), root.Card); err != nil {
		t.Errorf("its own: %v", err)
	}
}

// outboxForged sends to another centre that copied everything, and offers its
// receipts.
func outboxForged(t *testing.T, out OutboxUnderTest, root Root) {
	forger := NewRoot(t)
	forger.Token = root.Token
	k := NewKeeper(forger, nil)
	before := out.tails(t)
	for _, tail := range before {
		for _, r := range out.records(t, tail) {
			k.Accept(t.Context(), out.Self, []batch.Carried{r}, nil)
		}
	}
	offers, err := out.Offers(t.Context())
	ok(t, err)
	given := 0
	for _, o := range offers {
		rs, err := k.Receipts(t.Context(), o)
		ok(t, err)
		for _, r := range rs {
			given += len(r.Entries)
			if err := out.TakeReceipts(t.Context(), r); !errors.Is(err, batch.ErrReceipt) {
				t.Errorf("forged receipts: %v", err)
			}
		}
	}
	if after := out.tails(t); given == 0 || !slices.Equal(before, after) {
		t.Errorf("%d forged receipts, offers %v, before %v", given, after, before)
	}
}

func outboxRefused(t *testing.T, out OutboxUnderTest, root Root) {
	tails := out.tails(t)
	last := tails[len(tails)-1]
	rs := out.records(t, last)
	peer := exchange.Peer{ID: root.Card.Root(), Role: batch.RoleCentre}
	if err := out.Refused(t.Context(), peer, batch.Refusal{Record: rs[0].ID, Code: batch.RefusedQuota, After: 60}); err != nil {
		t.Errorf("a quota: %v", err)
	}
	if err := out.Delivered(t.Context(), peer, []batch.Have{tails[0].Top}); err != nil {
		t.Errorf("delivered: %v", err)
	}
	if _, err := out.Diverged(t.Context(), peer, last.Top); err != nil {
		t.Errorf("a fork: %v", err)
	}
	for _, tail := range out.tails(t) { // made anew or not, what is offered can be read
		out.records(t, tail)
	}
}
