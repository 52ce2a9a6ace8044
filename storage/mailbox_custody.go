package storage

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// originState is what is kept of a device as a whole.
type originState struct {
	Registration *recordPlace `cbor:"1,keyasint,omitempty"`
	Used         int64        `cbor:"2,keyasint,omitempty"` // bytes carried for it
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
	st, _, err := m.copies(tx, r.Chain)
	if err != nil {
		return batch.Outcome{}, err
	}
	switch {
	case found && held.ID == r.ID && (held.Received || !held.Dropped):
		return batch.Outcome{}, nil
	case st.givenUp():
		return refuse(r, batch.RefusedFork, "the centre holds other records of this store"), nil
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
	if err := m.begin(tx, r.Chain); err != nil {
		return batch.Outcome{}, err
	}
	if err := m.add(tx, r, size, received); err != nil || known {
		return batch.Outcome{New: true}, err
	}
	if st, _, err = m.copies(tx, r.Chain); err != nil { // a copy may lack receipts of the new chain
		return batch.Outcome{}, err
	}
	return batch.Outcome{New: true}, m.setCopies(tx, r.Chain, st)
}

// count changes how much is carried of an origin, and of all.
func (m *Mailbox) count(tx *Tx, origin identity.ID, change int64) error {
	key := string(origin[:])
	o, _, err := lookup(m.origins.In(tx), key)
	if err != nil {
		return err
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

// Have implements hub.Custody. What is known to be a fork is answered with the
// record that the other copy made: whoever does not hold it learns of the copy.
func (m *Mailbox) Have(ctx context.Context, tails []batch.Tail) (have []batch.Have, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		have = nil
		for _, t := range tails {
			h, held, err := m.have(tx, t)
			if err != nil {
				return err
			}
			if held {
				have = append(have, h)
			}
		}
		return nil
	})
	return have, err
}

func (m *Mailbox) have(tx *Tx, t batch.Tail) (batch.Have, bool, error) {
	st, _, err := m.copies(tx, t.Chain)
	if err != nil {
		return batch.Have{}, false, err
	}
	if f := st.Fork; f != nil && (f.Centre || f.Lane == t.Lane) {
		return batch.Have{Chain: t.Chain, Seq: f.Seq, Hash: f.Hash}, f.Lane == t.Lane, nil
	}
	s, known, err := m.chain(tx, t.Chain)
	if err != nil || !known {
		return batch.Have{}, false, err
	}
	e, found, err := lookup(m.entries.In(tx), seqKey(t.Chain, t.Top.Seq))
	if found && e.ID.Hash8() != t.Top.Hash {
		return batch.Have{Chain: t.Chain, Seq: t.Top.Seq, Hash: e.ID.Hash8()}, true, err
	}
	return batch.Have{Chain: t.Chain, Seq: s.Top, Hash: s.Hash}, true, err
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
			if known && !s.Abandoned {
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
		reg, found, err = m.registration(tx, origin)
		return err
	})
	return reg, found && err == nil, err
}

func (m *Mailbox) registration(tx *Tx, origin identity.ID) (reg batch.Registration, found bool, err error) {
	o, known, err := lookup(m.origins.In(tx), string(origin[:]))
	if err != nil || !known || o.Registration == nil {
		return reg, false, err
	}
	b, err := m.bodies.In(tx).Get(seqKey(o.Registration.chain(), o.Registration.Seq))
	if err != nil {
		return reg, false, err
	}
	r, err := batch.Parse(b.Envelope)
	if err != nil {
		return reg, false, errMailbox("a registration: %v", err)
	}
	reg, err = batch.ReadRegistration(r)
	return reg, err == nil, err
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

// Follow implements hub.Custody. Who lacks nothing changes nothing.
func (m *Mailbox) Follow(ctx context.Context, o batch.Offer) error {
	if o.Origin == m.self || len(o.Tails) == 0 {
		return nil
	}
	err := m.store.Update(ctx, func(tx *Tx) error {
		c := o.Tails[0].Chain
		st, known, err := m.copies(tx, c)
		if err != nil {
			return err
		}
		if !known {
			m.strangers.meet(storeKey(c), o)
			return nil
		}
		before := st
		before.Lines = slices.Clone(st.Lines)
		if err := m.visit(tx, &st, o); err != nil {
			return err
		}
		if len(before.Lines) == 1 && len(st.Lines) == 1 { // who came by last matters among several
			st.Lines[0].Seen = before.Lines[0].Seen
		}
		if reflect.DeepEqual(before, st) {
			return nil
		}
		return m.setCopies(tx, c, st)
	})
	if errors.Is(err, ErrSpace) { // what is asked for it can wait until there is room
		return nil
	}
	return err
}

// ReceiptsFor implements hub.Custody.
func (m *Mailbox) ReceiptsFor(ctx context.Context, o batch.Offer) (receipts []batch.Receipts, err error) {
	if len(o.Tails) == 0 {
		return nil, nil
	}
	err = m.store.View(ctx, func(tx *Tx) error {
		receipts = nil
		c := o.Tails[0].Chain
		st, _, err := m.copies(tx, c)
		if err != nil {
			return err
		}
		i, kept, err := m.lineAt(tx, st, c, positionOf(o.Position))
		if err != nil || i < 0 || st.Lines[i].From != positionOf(o.Position) {
			return err
		}
		for _, w := range kept {
			receipts = append(receipts, w.rs)
		}
		return nil
	})
	return receipts, err
}
