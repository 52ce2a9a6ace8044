package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// refusal is what a peer last said against a record, or against a whole run.
type refusal struct {
	Code   batch.RefuseCode `cbor:"1,keyasint"`
	Detail string           `cbor:"2,keyasint,omitempty"`
	After  int64            `cbor:"3,keyasint,omitempty"`
	Peer   identity.ID      `cbor:"4,keyasint"`
	Name   string           `cbor:"5,keyasint,omitempty"`
	Time   int64            `cbor:"6,keyasint"`
}

// Offers implements exchange.Outbox: this device first, also when it has
// nothing to send, then those for whom something is carried; the lanes of each
// in their order.
func (m *Mailbox) Offers(ctx context.Context) (offers []batch.Offer, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		own := batch.Offer{Origin: m.self}
		at, err := m.standing(tx)
		if err != nil {
			return err
		}
		own.Position = batch.Position{Size: at.Checkpoint.Size, Root: at.Checkpoint.Hash}
		stores, order, err := m.waitingChains(tx)
		if err != nil {
			return err
		}
		offers = []batch.Offer{own}
		for _, key := range order {
			if c := stores[key][0]; c.Origin != m.self {
				more, err := m.offersOf(tx, stores[key])
				if err != nil {
					return err
				}
				offers = append(offers, more...)
				continue
			}
			if len(offers[0].Tails) > 0 { // went down between two incarnations
				offers = slices.Insert(offers, 1, offers[0])
			}
			offers[0] = own
			for _, o := range stores[key] {
				offers[0].Tails = append(offers[0].Tails, o.tail(o.Chain))
			}
		}
		return nil
	})
	return offers, err
}

// offeredChain is a chain that a peer is to hear of.
type offeredChain struct {
	batch.Chain
	chainState
}

// waitingChains lists the pending chains by incarnation, and these as they come.
func (m *Mailbox) waitingChains(tx *Tx) (stores map[string][]offeredChain, order []string, err error) {
	stores = map[string][]offeredChain{}
	for item, err := range m.pending.In(tx).All("") {
		if err != nil {
			return nil, nil, err
		}
		c, err := parseChainKey(item.Key)
		if err != nil {
			return nil, nil, err
		}
		s, known, err := m.chain(tx, c)
		if err == nil && !known {
			err = errMailbox("a chain that waits does not exist")
		}
		if err != nil {
			return nil, nil, err
		}
		key := storeKey(c)
		if stores[key] == nil {
			order = append(order, key)
		}
		stores[key] = append(stores[key], offeredChain{c, s})
	}
	return stores, order, nil
}

// offersOf makes the offers of one incarnation of another device: one for what
// is to be sent, from where the copy stands that came by last, and others for
// what is only asked for: receipts for the copies that stand elsewhere, and
// such as came by once. The first offer with a chain says what is sent of it.
func (m *Mailbox) offersOf(tx *Tx, chains []offeredChain) (offers []batch.Offer, err error) {
	c := chains[0].Chain
	st, _, err := m.copies(tx, c)
	if err != nil {
		return nil, err
	}
	send := batch.Offer{Origin: c.Origin}
	last := slices.MaxFunc(append([]line{{}}, st.Lines...), func(a, b line) int { return cmp.Compare(a.Seen, b.Seen) })
	send.Position = last.Next.position()
	for _, o := range chains {
		if o.sends() {
			send.Tails = append(send.Tails, o.tail(o.Chain))
		}
	}
	if len(send.Tails) > 0 {
		offers = append(offers, send)
	}
	for _, l := range st.Lines {
		ask := batch.Offer{Origin: c.Origin, Position: l.Next.position()}
		for _, o := range chains {
			t, asks := l.asks(st, o)
			if asks && !(ask.Position == send.Position && slices.Contains(send.Tails, t)) {
				ask.Tails = append(ask.Tails, t)
			}
		}
		if len(ask.Tails) > 0 {
			offers = append(offers, ask)
		}
	}
	return offers, nil
}

// asks returns the tail of a chain for whose receipts the line's copy waits.
func (l line) asks(st incarnationState, o offeredChain) (batch.Tail, bool) {
	t := o.tail(o.Chain)
	lacks, of := l.lacks(o.Lane)
	switch {
	case !of:
		return t, false
	case l.Asking:
		t.First = lacks.First
		if !st.givenUp() && o.First <= o.Top {
			t.First = min(t.First, o.First)
		}
	case !o.sends() || o.First > lacks.Top:
		return t, false
	}
	if st.givenUp() && st.Fork.Lane == o.Lane {
		t.Top.Seq, t.Top.Hash = st.Fork.Seq, st.Fork.Hash
	}
	return t, t.First <= t.Top.Seq
}

// Records implements exchange.Outbox.
func (m *Mailbox) Records(ctx context.Context, c batch.Chain, after batch.Seq, max int) (records []batch.Carried, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		records = nil
		prefix, size := chainKey(c), 0
		if s, _, err := m.chain(tx, c); err != nil || s.Abandoned {
			return err
		}
		for item, err := range m.bodies.In(tx).All(seqKey(c, after+1)) {
			if !strings.HasPrefix(item.Key, prefix) {
				return nil
			}
			if err != nil {
				return err
			}
			if size += len(item.Value.Envelope); size > max && len(records) > 0 {
				return nil
			}
			r, err := batch.Parse(item.Value.Envelope)
			if err != nil {
				return errMailbox("record %d of a chain: %v", seqOf(item.Key), err)
			}
			records = append(records, batch.Carried{Record: r, Path: item.Value.Path})
		}
		return nil
	})
	return records, err
}

// Holds implements exchange.Outbox. Of others' chains the beginning may be
// missing: the first record that is here names the one before it, and what is
// further away nobody can tell.
func (m *Mailbox) Holds(ctx context.Context, h batch.Have) (holds bool, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		e, found, err := lookup(m.entries.In(tx), seqKey(h.Chain, h.Seq))
		if found || h.Origin == m.self || err != nil {
			holds = found && e.ID.Hash8() == h.Hash
			return err
		}
		next, found, err := lookup(m.bodies.In(tx), seqKey(h.Chain, h.Seq+1))
		if holds = !found; err != nil || !found {
			return err
		}
		r, err := batch.Parse(next.Envelope)
		holds = r.Prev == h.Hash
		return err
	})
	return holds, err
}

func (m *Mailbox) holds(tx *Tx, h batch.Have) (bool, error) {
	e, found, err := lookup(m.entries.In(tx), seqKey(h.Chain, h.Seq))
	return found && e.ID.Hash8() == h.Hash, err
}

// ErrDiverged means that a peer holds a record of this device that was not
// made here, and that nobody was there to draw a new incarnation.
var ErrDiverged = errors.New("another copy of this device's store is in use")

// Diverged implements exchange.Outbox. Of another device's chain it keeps what
// the peer holds, to be told to the device; what the centre holds is final, so
// that nothing of the incarnation is offered any more.
func (m *Mailbox) Diverged(ctx context.Context, peer batch.Peer, h batch.Have) (again bool, err error) {
	if h.Origin == m.self {
		m.log.Warn("a peer holds a record of ours that is not here", "lane", h.Lane.String(), "seq", uint64(h.Seq))
		if m.told == nil {
			return false, ErrDiverged
		}
		return m.told(ctx, h)
	}
	var gone []batch.RecordID
	err = m.store.Update(ctx, func(tx *Tx) error {
		gone = nil
		st, known, err := m.copies(tx, h.Chain)
		if err != nil || !known || st.givenUp() {
			return err
		}
		// Of a record of ours that was refused, the next run will show what the
		// peer holds instead.
		if ours, err := m.holds(tx, h); err != nil || ours {
			return err
		}
		if f := st.Fork; f != nil && f.Seq == h.Seq && f.Hash == h.Hash && peer.Role != batch.RoleCentre {
			return nil
		}
		st.Fork = &divergence{h.Lane, h.Seq, h.Hash, m.now(), peer.ID, peer.Role == batch.RoleCentre}
		if st.givenUp() {
			if gone, err = m.giveUp(tx, h.Chain); err != nil {
				return err
			}
		}
		return m.setCopies(tx, h.Chain, st)
	})
	if err != nil {
		return false, err
	}
	m.log.Warn("a carried chain goes on differently elsewhere", "origin", h.Origin.Short(), "lane", h.Lane.String(), "seq", uint64(h.Seq), "peer", peer.ID.Short())
	for _, id := range gone {
		m.leaves.remove(m, id)
	}
	return false, nil
}

// Delivered implements exchange.Outbox.
func (m *Mailbox) Delivered(ctx context.Context, peer batch.Peer, have []batch.Have) error {
	k := mark{Name: peer.Name, Time: m.now(), Role: peer.Role}
	return m.store.Update(ctx, func(tx *Tx) error {
		for _, h := range have {
			if holds, err := m.holds(tx, h); err != nil {
				return err
			} else if !holds {
				continue
			}
			if err := m.setMark(tx, h, markDelivered, peer.ID, k); err != nil {
				return err
			}
			if err := m.introduced(tx, h); err != nil {
				return err
			}
		}
		r, found, err := lookup(m.refusals.In(tx), idKey(batch.RecordID{}))
		if err != nil || !found || r.Peer != peer.ID || len(have) == 0 {
			return err
		}
		return m.refusals.In(tx).Delete(idKey(batch.RecordID{}))
	})
}

// introduced ends showing a registration again: h says that it has arrived.
func (m *Mailbox) introduced(tx *Tx, h batch.Have) error {
	s, known, err := m.chain(tx, h.Chain)
	if err != nil || !known || !s.Introduce || h.Seq < s.Top {
		return err
	}
	s.Introduce = false
	return m.setChain(tx, h.Chain, s)
}

// TakeCustody implements exchange.Outbox. What the hub says of records that
// are not here is of no interest.
func (m *Mailbox) TakeCustody(ctx context.Context, c batch.Custody) error {
	c, err := batch.DecodeCustody(c.Encode()) // which checks the signature
	if err != nil {
		return err
	}
	k := mark{Name: c.Name, Time: m.now(), Signed: c.Time, Role: batch.RoleHub}
	return m.store.Update(ctx, func(tx *Tx) error {
		ours := false
		for _, h := range c.Held {
			if holds, err := m.holds(tx, h); err != nil {
				return err
			} else if !holds {
				continue
			}
			ours = true
			if err := m.setMark(tx, h, markCustody, c.Hub, k); err != nil {
				return err
			}
		}
		if !ours {
			return nil
		}
		return m.words.In(tx).Put(string(c.Hub[:]), custodyWord{c.Encode()})
	})
}

// Refused implements exchange.Outbox. A peer that does not know the origin, or
// lacks the epoch of a record, is shown its control lane again in the next run,
// although others have it.
func (m *Mailbox) Refused(ctx context.Context, peer batch.Peer, r batch.Refusal) error {
	said := refusal{r.Code, r.Detail, r.After, peer.ID, peer.Name, m.now()}
	return m.store.Update(ctx, func(tx *Tx) error {
		if r.Record == (batch.RecordID{}) {
			return m.refusals.In(tx).Put(idKey(r.Record), said)
		}
		p, _, found, err := m.find(tx, r.Record)
		if err != nil || !found {
			return err
		}
		if r.Code == batch.RefusedUnknown || r.Code == batch.RefusedGap {
			if err := m.introduce(tx, p.Origin); err != nil {
				return err
			}
		}
		return m.refusals.In(tx).Put(idKey(r.Record), said)
	})
}

func (m *Mailbox) introduce(tx *Tx, origin identity.ID) error {
	o, known, err := lookup(m.origins.In(tx), string(origin[:]))
	if err != nil || !known || o.Registration == nil {
		return err
	}
	c := o.Registration.chain()
	s, known, err := m.chain(tx, c)
	if err != nil || !known || s.Introduce {
		return err
	}
	s.Introduce = true
	return m.setChain(tx, c, s)
}

// Leaf implements exchange.Outbox: sealed on the fly out of an own attachment,
// or as it was taken into custody.
func (m *Mailbox) Leaf(ctx context.Context, id batch.RecordID, index uint32) (batch.Leaf, error) {
	var f OwnFile
	var own bool
	err := m.store.View(ctx, func(tx *Tx) (err error) {
		f, own, err = lookup(m.files.In(tx), idKey(id))
		return err
	})
	if err != nil {
		return batch.Leaf{}, err
	}
	var sealed []byte
	if own {
		sealed, err = m.ownLeaf(f, index)
	} else {
		sealed, err = m.carriedLeaf(ctx, id, index)
	}
	if err != nil {
		return batch.Leaf{}, fmt.Errorf("leaf %d of %s: %w", index, id.Code(), err)
	}
	return batch.Leaf{Attachment: id, Index: index, Sealed: sealed}, nil
}
