package storage

import (
	"context"
	"errors"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// originState is what is kept of a device as a whole.
type originState struct {
	Registration *recordPlace `cbor:"1,keyasint,omitempty"`
	Used         int64        `cbor:"2,keyasint,omitempty"` // bytes carried for it
	Next         logPosition  `cbor:"3,keyasint"`           // from where the centre is asked for its receipts
	Relayed      uint64       `cbor:"4,keyasint,omitempty"` // number of the next receipts kept for it
	Diverged     *divergence  `cbor:"5,keyasint,omitempty"`
}

type logPosition struct {
	Size int64    `cbor:"1,keyasint"`
	Root [32]byte `cbor:"2,keyasint"`
}

func positionOf(p batch.Position) logPosition  { return logPosition(p) }
func (p logPosition) position() batch.Position { return batch.Position(p) }
func (p logPosition) checkpoint() batch.Checkpoint {
	return batch.Checkpoint{Size: p.Size, Hash: p.Root}
}

// divergence is an entry of a peer that contradicts what is carried.
type divergence struct {
	Incarnation uint64     `cbor:"1,keyasint"`
	Lane        batch.Lane `cbor:"2,keyasint"`
	Seq         batch.Seq  `cbor:"3,keyasint"`
	Hash        [8]byte    `cbor:"4,keyasint"`
	Time        int64      `cbor:"5,keyasint"`
}

// custodyWord is the last signed word of a hub about records that are here.
type custodyWord struct {
	Custody []byte `cbor:"1,keyasint"` // batch.Custody.Encode
}

// keepMost is how many bytes of envelopes go into one transaction.
const keepMost = 4 << 20

// Keep implements hub.Custody.
func (m *Mailbox) Keep(ctx context.Context, records []batch.Carried, first map[batch.Chain]batch.Seq, received int64) ([]batch.Outcome, error) {
	outcomes := make([]batch.Outcome, 0, len(records))
	for len(records) > 0 {
		n, size := 0, 0
		for n < len(records) && (n == 0 || size+len(records[n].Envelope) <= keepMost) {
			size += len(records[n].Envelope)
			n++
		}
		part, err := m.keep(ctx, records[:n], first, received)
		if err != nil {
			return nil, err
		}
		outcomes, records = append(outcomes, part...), records[n:]
	}
	return outcomes, nil
}

// keep decides about some records in one transaction. A disk that is almost
// full refuses them politely.
func (m *Mailbox) keep(ctx context.Context, records []batch.Carried, first map[batch.Chain]batch.Seq, received int64) (outcomes []batch.Outcome, err error) {
	err = m.store.Update(ctx, func(tx *Tx) error {
		outcomes = make([]batch.Outcome, len(records))
		for i, r := range records {
			if outcomes[i], err = m.keepOne(tx, r, first[r.Chain], received); err != nil {
				return fmt.Errorf("keep a record of %s: %w", r.Origin.Short(), err)
			}
		}
		return nil
	})
	if !errors.Is(err, ErrSpace) {
		return outcomes, err
	}
	if len(records) == 1 {
		return []batch.Outcome{refuse(records[0], batch.RefusedFull, "the hub's disk is almost full")}, nil
	}
	outcomes = outcomes[:0] // one by one, for some may be known and need no room
	for i := range records {
		one, err := m.keep(ctx, records[i:i+1], first, received)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, one...)
	}
	return outcomes, nil
}

func refuse(r batch.Carried, code batch.RefuseCode, detail string) batch.Outcome {
	return batch.Outcome{Refusal: &batch.Refusal{Record: r.ID, Code: code, Detail: detail}}
}

func (m *Mailbox) keepOne(tx *Tx, r batch.Carried, first batch.Seq, received int64) (batch.Outcome, error) {
	held, found, err := lookup(m.entries.In(tx), seqKey(r.Chain, r.Seq))
	if err != nil {
		return batch.Outcome{}, err
	}
	s, known, err := m.chain(tx, r.Chain)
	if err != nil {
		return batch.Outcome{}, err
	}
	switch {
	case found && held.ID == r.ID:
		return batch.Outcome{}, nil
	case found:
		return refuse(r, batch.RefusedFork, "another record stands there"), nil
	case r.Origin == m.self:
		return refuse(r, batch.RefusedFork, "it bears this hub's own name and was made elsewhere"), nil
	case !known && r.Seq != 1 && r.Seq != first,
		known && r.Seq <= s.Top,
		known && r.Seq > s.Top+1 && r.Seq != first:
		return refuse(r, batch.RefusedGap, fmt.Sprintf("held up to %d", s.Top)), nil
	case known && r.Seq == s.Top+1 && r.Prev != s.Hash:
		return refuse(r, batch.RefusedFork, "it follows another record"), nil
	}
	size := int64(len(r.Envelope))
	if r.Kind == batch.KindAttachment {
		list, err := batch.ReadLeafList(r.Record)
		if err != nil {
			return refuse(r, batch.RefusedMalformed, err.Error()), nil
		}
		size += list.Sealed()
		if len(list.Leaves) > 0 {
			if err := m.lacking.In(tx).Put(string(r.Origin[:])+idKey(r.ID), lackingLeaves{}); err != nil {
				return batch.Outcome{}, err
			}
		}
	}
	if err := m.count(tx, r.Origin, size); err != nil {
		return batch.Outcome{}, err
	}
	return batch.Outcome{New: true}, m.add(tx, r, size, received)
}

// count changes how much is carried of an origin, and of all.
func (m *Mailbox) count(tx *Tx, origin identity.ID, change int64) error {
	key := string(origin[:])
	o, known, err := lookup(m.origins.In(tx), key)
	if err != nil {
		return err
	}
	if !known {
		o.Next = positionOf(m.strangers.position(origin))
	}
	o.Used += change
	if err := m.origins.In(tx).Put(key, o); err != nil {
		return err
	}
	all, err := m.standing(tx)
	if err != nil {
		return err
	}
	all.Used += change
	return m.setStanding(tx, all)
}

// Held implements hub.Custody.
func (m *Mailbox) Held(ctx context.Context, chains []batch.Chain) (held []batch.Have, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		held = nil
		for _, c := range chains {
			s, known, err := m.chain(tx, c)
			if err != nil {
				return err
			}
			if known {
				held = append(held, batch.Have{Chain: c, Seq: s.Top, Hash: s.Hash})
			}
		}
		return nil
	})
	return held, err
}

// Registration implements hub.Custody.
func (m *Mailbox) Registration(ctx context.Context, origin identity.ID) (reg batch.Registration, found bool, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		o, known, err := lookup(m.origins.In(tx), string(origin[:]))
		if found = known && o.Registration != nil; err != nil || !found {
			return err
		}
		b, err := m.bodies.In(tx).Get(seqKey(o.Registration.chain(), o.Registration.Seq))
		if err != nil {
			return err
		}
		r, err := batch.Parse(b.Envelope)
		if err != nil {
			return errMailbox("a registration: %v", err)
		}
		reg, err = batch.ReadRegistration(r)
		return err
	})
	return reg, found && err == nil, err
}

// Usage implements hub.Custody.
func (m *Mailbox) Usage(ctx context.Context, origin identity.ID) (own, all int64, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		o, _, err := lookup(m.origins.In(tx), string(origin[:]))
		if err != nil {
			return err
		}
		total, err := m.standing(tx)
		own, all = o.Used, total.Used
		return err
	})
	return own, all, err
}

// Follow implements hub.Custody. Where receipts are missing that came by here
// once, or would come from another position, the centre is asked again.
func (m *Mailbox) Follow(ctx context.Context, o batch.Offer) error {
	if o.Origin == m.self {
		return nil
	}
	return m.store.Update(ctx, func(tx *Tx) error {
		key := string(o.Origin[:])
		state, known, err := lookup(m.origins.In(tx), key)
		if err != nil {
			return err
		}
		if !known {
			m.strangers.meet(o.Origin, o.Position)
			return nil
		}
		all, err := m.waitingFor(tx, o.Origin)
		if err != nil {
			return err
		}
		good, err := m.continuing(tx, all, o)
		if err != nil {
			return err
		}
		for _, w := range all[:len(all)-len(good)] {
			if err := m.relayed.In(tx).Delete(w.key); err != nil {
				return err
			}
		}
		if len(good) > 0 {
			return nil
		}
		if at := positionOf(o.Position); state.Next != at {
			state.Next = at
			if err := m.origins.In(tx).Put(key, state); err != nil {
				return err
			}
		}
		return m.askAgain(tx, o)
	})
}

// continuing returns the end of all that o's origin can use: what it has not
// got, and what its log position leads on to.
func (m *Mailbox) continuing(tx *Tx, all []waiting, o batch.Offer) ([]waiting, error) {
	for len(all) > 0 {
		rs, at := all[0].rs, o.Position
		fits := at.Size == 0 || rs.Since == at.Size || rs.Checkpoint.Size == at.Size
		lacks, err := m.lacks(tx, all, o)
		if err != nil {
			return nil, err
		}
		if !lacks {
			return nil, nil
		}
		if fits && rs.Checkpoint.Size >= at.Size {
			useful, err := m.lacks(tx, all[:1], o)
			if err != nil || useful || rs.Checkpoint.Size > at.Size {
				return all, err
			}
		}
		all = all[1:]
	}
	return nil, nil
}

// lacks reports whether some of these receipts are for records that o says are
// without.
func (m *Mailbox) lacks(tx *Tx, all []waiting, o batch.Offer) (bool, error) {
	without := make(map[batch.Chain]batch.Seq, len(o.Tails))
	for _, t := range o.Tails {
		without[t.Chain] = t.First
	}
	for _, w := range all {
		for _, e := range w.rs.Entries {
			p, found, err := lookup(m.places.In(tx), idKey(e.Record))
			if err != nil {
				return false, err
			}
			if from, offered := without[p.chain()]; found && offered && p.Seq >= from {
				return true, nil
			}
		}
	}
	return false, nil
}

// askAgain has the centre asked for receipts that o's origin says it lacks and
// that are not kept here any more.
func (m *Mailbox) askAgain(tx *Tx, o batch.Offer) error {
	for _, t := range o.Tails {
		s, known, err := m.chain(tx, t.Chain)
		if err != nil {
			return err
		}
		if !known || t.First >= s.First || s.Ask > 0 && s.Ask <= t.First {
			continue
		}
		s.Ask = t.First
		if err := m.setChain(tx, t.Chain, s); err != nil {
			return err
		}
	}
	return nil
}

// ReceiptsFor implements hub.Custody.
func (m *Mailbox) ReceiptsFor(ctx context.Context, o batch.Offer) (receipts []batch.Receipts, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		receipts = nil
		all, err := m.waitingFor(tx, o.Origin)
		if err != nil {
			return err
		}
		good, err := m.continuing(tx, all, o)
		for _, w := range good {
			receipts = append(receipts, w.rs)
		}
		return err
	})
	return receipts, err
}
