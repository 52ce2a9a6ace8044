package bundle

import (
	"context"
	"fmt"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

var _ exchange.Outbox = (*Bundle)(nil)

// Offers implements [exchange.Outbox]: for each store whose records are here,
// and each place in the log at which a copy of it stands, what has no receipt
// here and follows without a gap.
func (b *Bundle) Offers(context.Context) (offers []batch.Offer, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.stores {
		before := len(offers)
		for _, o := range b.offers[s] {
			kept, position := b.receiptsFrom(s.origin, o.Position)
			received, err := b.received(kept)
			if err != nil {
				return nil, err
			}
			offer := batch.Offer{Origin: s.origin, Position: position}
			asks := b.asksFor(s, o.Tails, received)
			for _, t := range o.Tails {
				if tail, any := b.tail(t, received, asks); any {
					offer.Tails = append(offer.Tails, tail)
				}
			}
			if b.lacking.introduced[s.origin] {
				offer.Tails = b.introduce(s, offer.Tails)
			}
			same := func(o batch.Offer) bool {
				return o.Origin == offer.Origin && o.Position == offer.Position && slices.Equal(o.Tails, offer.Tails)
			}
			if len(offer.Tails) > 0 && !slices.ContainsFunc(offers[before:], same) {
				offers = append(offers, offer)
			}
		}
	}
	return offers, nil
}

// received lists the records of receipts.
func (b *Bundle) received(kept []receiptsAt) (map[batch.RecordID]bool, error) {
	ids := map[batch.RecordID]bool{}
	for _, k := range kept {
		f, err := b.frame(k.place)
		if err != nil {
			return nil, err
		}
		if b.genuine(f) {
			for _, e := range f.Receipts.Entries {
				ids[e.Record] = true
			}
		}
	}
	return ids, nil
}

// genuine reports whether a frame holds receipts of the centre whose card is
// here: what somebody put into a part proves nothing by standing there.
func (b *Bundle) genuine(f batch.Frame) bool {
	c := b.centre()
	if c == nil || f.Type != batch.FrameReceipts {
		return false
	}
	_, err := f.Receipts.Check(batch.Log{Root: c.Root(), Key: c.LogKey}, batch.Checkpoint{})
	return err == nil
}

// Records implements [exchange.Outbox], across a gap as the offers do.
func (b *Bundle) Records(_ context.Context, of batch.Chain, after batch.Seq, most int) (records []batch.Carried, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.chains[of]
	if c == nil {
		return nil, nil
	}
	run := c.run(after + 1)
	leapt := len(run) == 0
	if leapt {
		run = b.leap(of, after)
	}
	if len(run) > 0 {
		b.lacking.firsts[run[0].id] = first{of, leapt}
	}
	for _, e := range run {
		f, err := b.frame(e.place)
		if err != nil {
			return nil, err
		}
		if f.Record.ID != e.id {
			return nil, errMixed
		}
		if most -= len(f.Record.Envelope); most < 0 && len(records) > 0 {
			break
		}
		records = append(records, f.Record)
	}
	return records, nil
}

// Leaf implements [exchange.Outbox].
func (b *Bundle) Leaf(_ context.Context, attachment batch.RecordID, index uint32) (batch.Leaf, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.attached[attachment]
	if a == nil {
		return batch.Leaf{}, batch.ErrNoLeaf
	}
	at, here := a.leaves[index]
	if !here {
		return batch.Leaf{}, batch.ErrNoLeaf
	}
	f, err := b.frame(at)
	if err == nil && (f.Leaf.Attachment != attachment || f.Leaf.Index != index) {
		err = errMixed
	}
	return f.Leaf, err
}

// Holds implements [exchange.Outbox]. Of a record that is not here its successor
// knows the hash; without that, nobody can tell.
func (b *Bundle) Holds(_ context.Context, h batch.Have) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.chains[h.Chain]
	if c == nil {
		return false, nil
	}
	if e, here := c.at(h.Seq); here {
		return e.have(h.Chain) == h, nil
	}
	next, here := c.at(h.Seq + 1)
	return !here || next.prev == h.Hash, nil
}

// Diverged implements [exchange.Outbox]: the device is shown the entry when it
// meets the bundle again.
func (b *Bundle) Diverged(_ context.Context, _ batch.Peer, h batch.Have) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if held, here := b.chains[h.Chain].at(h.Seq); here && held.have(h.Chain) == h {
		return false, nil // our own record was refused: there is no other to show
	}
	return false, b.say(batch.Frame{Type: batch.FrameHave, Have: []batch.Have{h}})
}

// Delivered implements [exchange.Outbox]. The next peer says itself what it
// has.
func (b *Bundle) Delivered(context.Context, batch.Peer, []batch.Have) error { return nil }

// TakeCustody implements [exchange.Outbox].
func (b *Bundle) TakeCustody(_ context.Context, c batch.Custody) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := len(b.words) - 1; i >= 0; i-- { // the same again: the newest is enough
		if slices.Equal(b.words[i].held, c.Held) && c.Time-b.words[i].time < 24*60*60 {
			if f, err := b.frame(b.words[i].place); err == nil && f.Custody.Hub == c.Hub {
				return nil
			}
		}
	}
	return b.say(batch.Frame{Type: batch.FrameCustody, Custody: c})
}

// TakeReceipts implements [exchange.Outbox]. They are checked against the log
// of the centre whose card is here; a card comes before its receipts.
func (b *Bundle) TakeReceipts(_ context.Context, rs batch.Receipts) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := batch.Frame{Type: batch.FrameReceipts, Receipts: rs}
	if !b.genuine(f) {
		return fmt.Errorf("%w: they are not of the centre that is known here", batch.ErrReceipt)
	}
	for _, k := range b.receipts { // asked for by several offers
		if k.origin != rs.Origin || k.since != rs.Since || k.size != rs.Checkpoint.Size || k.root != rs.Checkpoint.Hash {
			continue
		}
		if old, err := b.frame(k.place); err == nil && slices.Equal(old.Receipts.Entries, rs.Entries) && b.genuine(old) {
			return nil
		}
	}
	return b.say(f)
}

// TakeCentre implements [exchange.Outbox].
func (b *Bundle) TakeCentre(_ context.Context, c identity.Centre) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.options.Centre != (identity.ID{}) && c.Root() != b.options.Centre {
		return identity.ErrOtherRoot
	}
	if old := b.centres[c.Root()]; old != nil && old.Issued >= c.Issued {
		return nil
	}
	raw, err := c.MarshalBinary()
	if err != nil {
		return fmt.Errorf("keep the centre's card: %w", err)
	}
	return b.say(batch.Frame{Type: batch.FrameCentre, Centre: raw})
}
