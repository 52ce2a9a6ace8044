package bundle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

var _ exchange.Inbox = (*Bundle)(nil)

// Have implements [exchange.Inbox].
func (b *Bundle) Have(_ context.Context, tails []batch.Tail) (have []batch.Have, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range tails {
		if h, told := b.forks[t.Chain]; told {
			have = append(have, h)
			continue
		}
		c := b.chains[t.Chain]
		if c == nil {
			continue
		}
		if e, held := c.at(t.Top.Seq); held && e.have(t.Chain) != t.Top {
			have = append(have, e.have(t.Chain))
		} else if e, held := c.last(t.First); held {
			have = append(have, e.have(t.Chain))
		}
	}
	return have, nil
}

// at returns the record at a place of the chain.
func (c *chain) at(seq batch.Seq) (entry, bool) {
	if c == nil {
		return entry{}, false
	}
	i, found := slices.BinarySearchFunc(c.records, seq, compareSeq)
	if !found {
		return entry{}, false
	}
	return c.records[i], true
}

// last returns the last record that follows first without a gap; if first is
// not here, the last one before it.
func (c *chain) last(first batch.Seq) (entry, bool) {
	if run := c.run(first); len(run) > 0 {
		return run[len(run)-1], true
	}
	i, _ := slices.BinarySearchFunc(c.records, first, compareSeq)
	if i == 0 {
		return entry{}, false
	}
	return c.records[i-1], true
}

// Accept implements [exchange.Inbox]. A bundle starts a chain where its sender
// has no receipts, as a hub does.
func (b *Bundle) Accept(_ context.Context, _ batch.Peer, records []batch.Carried, first map[batch.Chain]batch.Seq) ([]batch.Outcome, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	outcomes := make([]batch.Outcome, len(records))
	for i, r := range records {
		held, code := b.check(r, max(first[r.Chain], 1))
		switch {
		case code != "":
			outcomes[i].Refusal = &batch.Refusal{Record: r.ID, Code: code}
		case !held:
			outcomes[i].New = true
			if err := b.say(batch.Frame{Type: batch.FrameRecord, Record: r}); err != nil {
				return nil, err
			}
			b.chains[r.Chain].settle()
		}
	}
	return outcomes, nil
}

// check says whether r is here already, and if not why it is not taken.
func (b *Bundle) check(r batch.Carried, first batch.Seq) (held bool, code batch.RefuseCode) {
	key := b.keys[r.Origin]
	if r.Kind == batch.KindRegistration {
		reg, err := batch.ReadRegistration(r.Record)
		if err != nil {
			return false, batch.RefusedSignature
		}
		key = reg.DeviceKey
	}
	switch {
	case key == nil:
		return false, batch.RefusedUnknown
	case r.Kind != batch.KindRegistration && r.Verify(key) != nil:
		return false, batch.RefusedSignature
	case len(r.Path) > batch.MaxPath:
		return false, batch.RefusedMalformed
	}
	if r.Kind == batch.KindAttachment {
		if _, err := batch.ReadLeafList(r.Record); err != nil {
			return false, batch.RefusedMalformed
		}
	}
	c := b.chains[r.Chain]
	if c == nil {
		c = &chain{}
	}
	if e, here := c.at(r.Seq); here {
		if e.id != r.ID {
			return false, batch.RefusedFork
		}
		return true, ""
	}
	last, any := c.last(first)
	switch {
	case r.Seq == first && (!any || first > last.seq+1): // what comes before has receipts
		return false, ""
	case !any || r.Seq != last.seq+1:
		return false, batch.RefusedGap
	case r.Prev != last.id.Hash8():
		return false, batch.RefusedFork
	}
	return false, ""
}

// AcceptLeaf implements [exchange.Inbox].
func (b *Bundle) AcceptLeaf(_ context.Context, l batch.Leaf) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	list, err := b.list(l.Attachment)
	if err != nil {
		return err
	}
	if err := list.Check(l.Index, l.Sealed); err != nil {
		return err
	}
	if _, here := b.attached[l.Attachment].leaves[l.Index]; here {
		return nil
	}
	return b.say(batch.Frame{Type: batch.FrameLeaf, Leaf: l})
}

const maxLists = 4 // in memory: the largest has a megabyte

// list returns the leaf list of an attachment.
func (b *Bundle) list(id batch.RecordID) (batch.LeafList, error) {
	if l, known := b.lists[id]; known {
		return l, nil
	}
	a := b.attached[id]
	if a == nil || a.chain == (batch.Chain{}) {
		return batch.LeafList{}, fmt.Errorf("%w: its attachment is not here", batch.ErrLeaf)
	}
	f, err := b.frame(a.place)
	if err != nil {
		return batch.LeafList{}, err
	}
	l, err := batch.ReadLeafList(f.Record.Record)
	if err != nil {
		return l, err
	}
	if len(b.lists) >= maxLists {
		clear(b.lists)
	}
	b.lists[id] = l
	return l, nil
}

// Wants implements [exchange.Inbox].
func (b *Bundle) Wants(_ context.Context, origins []identity.ID, most int) (wants []batch.Want, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := map[identity.ID]bool{}
	for _, o := range origins {
		of[o] = true
	}
	bySize := slices.SortedStableFunc(slices.Values(b.order), func(x, y batch.RecordID) int { return cmp.Compare(b.attached[x].count, b.attached[y].count) })
	for _, id := range bySize {
		a := b.attached[id]
		if !of[a.chain.Origin] || most <= 0 || len(a.leaves) >= int(a.count) {
			continue
		}
		w := batch.Want{Attachment: id}
		for i := uint32(0); i < a.count && most > 0; i++ {
			if _, here := a.leaves[i]; here {
				continue
			}
			most--
			if n := len(w.Ranges); n > 0 && w.Ranges[n-1][1] == i {
				w.Ranges[n-1][1]++
			} else {
				w.Ranges = append(w.Ranges, [2]uint32{i, i + 1})
			}
		}
		wants = append(wants, w)
	}
	return wants, nil
}

// Custody implements [exchange.Inbox]: a hub's newest word on one of these
// chains, as the hub signed it. A bundle gives no word of its own.
func (b *Bundle) Custody(_ context.Context, chains []batch.Chain) (*batch.Custody, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	best := -1
	for i, w := range b.words {
		if (best < 0 || b.words[best].time <= w.time) && slices.ContainsFunc(w.held, func(h batch.Have) bool { return slices.Contains(chains, h.Chain) }) {
			best = i
		}
	}
	if best < 0 {
		return nil, nil
	}
	f, err := b.frame(b.words[best].place)
	if err != nil || f.Type != batch.FrameCustody {
		return nil, err
	}
	return &f.Custody, nil
}

// Receipts implements [exchange.Inbox]. It remembers where the origin stands:
// from there the centre is asked.
func (b *Bundle) Receipts(_ context.Context, o batch.Offer) (receipts []batch.Receipts, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.follow(o); err != nil {
		return nil, err
	}
	kept, _ := b.receiptsFrom(o.Origin, o.Position)
	given, at := map[batch.ReceiptLeaf]bool{}, o.Position.Size
	for _, k := range kept {
		f, err := b.frame(k.place)
		if err != nil {
			return nil, err
		}
		if !b.genuine(f) {
			continue
		}
		news := k.size > at
		for _, e := range f.Receipts.Entries {
			news = news || !given[e]
			given[e] = true
		}
		if at = k.size; news { // the same may stand here several times
			receipts = append(receipts, f.Receipts)
		}
	}
	return receipts, nil
}

// follow writes down what an origin says of itself, unless that stands here.
func (b *Bundle) follow(o batch.Offer) error {
	if len(o.Tails) == 0 {
		return nil
	}
	further := slices.ContainsFunc(o.Tails, func(t batch.Tail) bool { return t.First > b.begins[t.Chain] })
	for _, known := range b.offers[store{o.Origin, o.Tails[0].Incarnation}] {
		if !further && known.Position == o.Position && slices.Equal(known.Tails, joined(known.Tails, o.Tails)) {
			return nil
		}
	}
	f := batch.Frame{Type: batch.FrameOffer, Offer: o}
	if err := b.say(f); err != nil {
		return err
	}
	if len(b.out.offers) < maxRepeated {
		b.out.offers = f.Append(b.out.offers)
	}
	return nil
}

// maxRepeated bounds the offers that each further part repeats, in bytes.
const maxRepeated = 256 << 10

// receiptsFrom returns the receipts that continue from a position, in their
// order, and the position they lead to: those under the position's own
// checkpoint, then those of the largest checkpoint that is proved from there.
func (b *Bundle) receiptsFrom(origin identity.ID, from batch.Position) (kept []receiptsAt, to batch.Position) {
	for to = from; ; {
		best := -1
		for i, r := range b.receipts {
			switch {
			case r.origin != origin:
			case r.size == to.Size && r.root == to.Root && !slices.Contains(kept, r):
				kept = append(kept, r)
			case r.since == to.Size && r.size > to.Size && (best < 0 || r.size > b.receipts[best].size):
				best = i
			}
		}
		if best < 0 {
			return kept, to
		}
		kept = append(kept, b.receipts[best])
		to = batch.Position{Size: b.receipts[best].size, Root: b.receipts[best].root}
	}
}

// Centre implements [exchange.Inbox]: the card that travels in the bundle.
func (b *Bundle) Centre(context.Context) (*identity.Centre, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.centre(), nil
}

func (b *Bundle) centre() *identity.Centre {
	if b.options.Centre != (identity.ID{}) {
		return b.centres[b.options.Centre]
	}
	if len(b.centres) == 1 {
		for _, c := range b.centres {
			return c
		}
	}
	return nil // of several, nobody can say here whose is meant
}

var errMixed = errors.New("the bundle was changed while it was being read")
