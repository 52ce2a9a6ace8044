package bundle

import (
	"context"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// lacking is what a peer, to which the bundle is brought, turned out to lack. What
// the bundle knows to be received it does not offer, and what was lost with a part it
// can't; a hub knows nothing of either.
type lacking struct {
	firsts     map[batch.RecordID]first // the first records of what was sent
	beyond     map[batch.Chain]bool     // chains that are to begin behind their gap
	introduced map[identity.ID]bool     // origins whose registration is shown although it has a receipt
}

// A first is a record with which records of a chain were sent.
type first struct {
	chain batch.Chain
	leapt bool // it stands behind a gap
}

func newLacking() lacking {
	return lacking{map[batch.RecordID]first{}, map[batch.Chain]bool{}, map[identity.ID]bool{}}
}

// learnt grows with each thing that the next run is to do otherwise.
func (l lacking) learnt() int { return len(l.beyond) + len(l.introduced) }

// tail is what is here of a tail and has no receipt. Where parts are lost it
// leaps over the gap to what was offered once as the first without a receipt: who
// takes the records sees whether all before has come. With asks it begins where the
// offer does, though the records are not here: their receipts are asked for.
func (b *Bundle) tail(t batch.Tail, received map[batch.RecordID]bool, asks bool) (batch.Tail, bool) {
	c := b.chains[t.Chain]
	asks = asks && c.absent(t) > 0 && !b.lacking.beyond[t.Chain]
	if c == nil {
		return t, asks
	}
	without := func(run []entry) []entry {
		for len(run) > 0 && received[run[0].id] {
			run = run[1:]
		}
		return run
	}
	run, end := c.run(t.First), t.First-1
	if len(run) > 0 {
		end = run[len(run)-1].seq
	}
	here, behind := without(run), without(b.leap(t.Chain, end))
	switch {
	case len(here) == 0 && len(behind) == 0:
		return t, asks
	case len(behind) == 0:
		behind = here
	case len(here) == 0 || b.lacking.beyond[t.Chain]:
		here = behind
	}
	first := here[0].seq
	if asks {
		first = t.First
	}
	return batch.Tail{Chain: t.Chain, First: first, Top: behind[len(behind)-1].have(t.Chain)}, true
}

// asksFor reports whether receipts are lacking of records that are offered and are not
// here: a hub has brought them on by another stick, which was lost on its way back, and
// asks for their receipts alone. Whose these are nobody can tell without the records,
// so they are counted.
func (b *Bundle) asksFor(s store, tails []batch.Tail, received map[batch.RecordID]bool) bool {
	absent := uint64(0)
	for _, t := range tails {
		absent += b.chains[t.Chain].absent(t)
	}
	if absent == 0 {
		return false
	}
	known := len(received)
	for _, lane := range []batch.Lane{batch.Control, batch.Text, batch.Previews, batch.Attachments} {
		c := b.chains[batch.Chain{Origin: s.origin, Incarnation: s.incarnation, Lane: lane}]
		if c == nil {
			continue
		}
		for _, e := range c.records {
			if received[e.id] {
				known--
			}
		}
	}
	return uint64(known) < absent
}

// absent counts the records of a tail that are not here.
func (c *chain) absent(t batch.Tail) uint64 {
	all := uint64(t.Top.Seq-t.First) + 1
	if c == nil {
		return all
	}
	from, _ := slices.BinarySearchFunc(c.records, t.First, compareSeq)
	to, last := slices.BinarySearchFunc(c.records, t.Top.Seq, compareSeq)
	if last {
		to++
	}
	return all - uint64(to-from)
}

// leap returns the records behind a gap that begins after a place of a chain.
func (b *Bundle) leap(of batch.Chain, after batch.Seq) []entry {
	if begin := b.begins[of]; begin > after+1 {
		return b.chains[of].run(begin)
	}
	return nil
}

// introduce adds the registration of a store, and what follows it, to what is offered.
func (b *Bundle) introduce(s store, tails []batch.Tail) []batch.Tail {
	of := batch.Chain{Origin: s.origin, Incarnation: s.incarnation, Lane: batch.Control}
	c := b.chains[of]
	if c == nil {
		return tails
	}
	run := c.run(1)
	if len(run) == 0 {
		return tails
	}
	if i := slices.IndexFunc(tails, func(t batch.Tail) bool { return t.Chain == of }); i >= 0 {
		tails[i].First = 1
		return tails
	}
	return slices.Insert(tails, 0, batch.Tail{Chain: of, First: 1, Top: run[len(run)-1].have(of)})
}

// Refused implements [exchange.Outbox]. What a peer lacks it is shown in the next
// run; all else the report tells.
func (b *Bundle) Refused(_ context.Context, _ batch.Peer, r batch.Refusal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	sent, began := b.lacking.firsts[r.Record]
	switch {
	case began && r.Code == batch.RefusedGap && sent.leapt:
		b.lacking.beyond[sent.chain] = true
	case began && r.Code == batch.RefusedUnknown:
		b.lacking.introduced[sent.chain.Origin] = true
	}
	return nil
}
