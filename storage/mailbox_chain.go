package storage

import (
	"errors"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// chainState is how far a chain goes here.
type chainState struct {
	Base  batch.Seq `cbor:"1,keyasint"` // the first record held
	First batch.Seq `cbor:"2,keyasint"` // the first held without a receipt; Top+1 when all have one
	Top   batch.Seq `cbor:"3,keyasint"`
	Hash  [8]byte   `cbor:"4,keyasint"` // of the record at Top
	// Ask is the first record whose receipt a copy of its origin lacks though it
	// came by here once; 0: none. It follows from the lines.
	Ask batch.Seq `cbor:"5,keyasint,omitempty"`
	// Introduce is set while a peer wants the registration that stands in this
	// chain again.
	Introduce bool `cbor:"6,keyasint,omitempty"`
	// Abandoned chains are of an incarnation that another store has used too,
	// own ones or such of which the centre holds the other's: nothing is sent.
	Abandoned bool `cbor:"7,keyasint,omitempty"`
	// Revoked chains are of a device that was revoked, as the centre knows: nothing
	// is sent.
	Revoked bool `cbor:"8,keyasint,omitempty"`
}

// pendingMark says that a chain is to be offered; what of it, its state says.
type pendingMark struct{}

// offered reports whether a peer is to hear of the chain.
func (s chainState) offered() bool {
	return s.sends() || s.Ask > 0
}

func (s chainState) sends() bool {
	return !s.Abandoned && !s.Revoked && (s.First <= s.Top || s.Introduce)
}

func (s chainState) tail(c batch.Chain) batch.Tail {
	t := batch.Tail{Chain: c, First: s.First, Top: batch.Have{Chain: c, Seq: s.Top, Hash: s.Hash}}
	if s.Introduce {
		t.First = s.Base
	}
	return t
}

func (m *Mailbox) chain(tx *Tx, c batch.Chain) (chainState, bool, error) {
	return lookup(m.chains.In(tx), chainKey(c))
}

// setChain stores the state of a chain and keeps the index of pending ones.
func (m *Mailbox) setChain(tx *Tx, c batch.Chain, s chainState) error {
	key := chainKey(c)
	if err := m.chains.In(tx).Put(key, s); err != nil {
		return err
	}
	_, listed, err := lookup(m.pending.In(tx), key)
	switch {
	case err != nil || listed == s.offered():
		return err
	case listed:
		return m.pending.In(tx).Delete(key)
	}
	return m.pending.In(tx).Put(key, pendingMark{})
}

// chainsOf calls f for every chain of an origin that a table lists.
func chainsOf[T any](x CollectionTx[T], origin identity.ID, f func(c batch.Chain) error) error {
	prefix := string(origin[:])
	for item, err := range x.All(prefix) {
		if !strings.HasPrefix(item.Key, prefix) {
			return nil
		}
		if err != nil {
			return err
		}
		c, err := parseChainKey(item.Key)
		if err != nil {
			return err
		}
		if err := f(c); err != nil {
			return err
		}
	}
	return nil
}

// add puts r at the end of its chain. The caller has decided that it belongs
// there.
func (m *Mailbox) add(tx *Tx, r batch.Carried, size, now int64) error {
	key := seqKey(r.Chain, r.Seq)
	s, known, err := m.chain(tx, r.Chain)
	if err != nil {
		return err
	}
	if !known {
		s = chainState{Base: r.Seq, First: r.Seq}
	} else if s.First > s.Top {
		s.First = r.Seq
	}
	s.Top, s.Hash = r.Seq, r.ID.Hash8()
	return errors.Join(
		m.bodies.In(tx).Put(key, body{r.Envelope, r.Path}),
		m.entries.In(tx).Put(key, entryOf{ID: r.ID, Kind: r.Kind, Size: size, Added: now}),
		m.places.In(tx).Put(idKey(r.ID), recordPlace{r.Origin, r.Incarnation, r.Lane, r.Seq}),
		m.setChain(tx, r.Chain, s),
		m.register(tx, r),
	)
}

// register remembers where an origin's registration stands.
func (m *Mailbox) register(tx *Tx, r batch.Carried) error {
	switch r.Kind {
	case batch.KindRegistration:
	case batch.KindRevocation: // the hub has checked it, or it is our own
		v, err := batch.ReadRevocation(r.Record)
		if err != nil {
			return err
		}
		_, err = m.revoke(tx, v, true)
		return err
	default:
		return nil
	}
	o, _, err := lookup(m.origins.In(tx), string(r.Origin[:]))
	if err != nil {
		return err
	}
	o.Registration = &recordPlace{r.Origin, r.Incarnation, r.Lane, r.Seq}
	return m.origins.In(tx).Put(string(r.Origin[:]), o)
}

// find returns the entry of a record that is held, or was.
func (m *Mailbox) find(tx *Tx, id batch.RecordID) (recordPlace, entryOf, bool, error) {
	p, found, err := lookup(m.places.In(tx), idKey(id))
	if err != nil || !found {
		return p, entryOf{}, false, err
	}
	e, found, err := lookup(m.entries.In(tx), seqKey(p.chain(), p.Seq))
	if err == nil && !found {
		err = errMailbox("record %s has a place and no entry", id)
	}
	return p, e, found, err
}

// receive marks a record as received. It reports whether it was not before.
func (m *Mailbox) receive(tx *Tx, p recordPlace, e entryOf) (bool, error) {
	if e.Received {
		return false, nil
	}
	e.Received = true
	if p.Origin != m.self {
		if err := m.drop(tx, p, &e); err != nil {
			return false, err
		}
	}
	if err := m.entries.In(tx).Put(seqKey(p.chain(), p.Seq), e); err != nil {
		return false, err
	}
	if err := m.refusals.In(tx).Delete(idKey(e.ID)); err != nil {
		return false, err
	}
	s, known, err := m.chain(tx, p.chain())
	if err == nil && !known {
		err = errMailbox("record %s stands in no chain", e.ID)
	}
	if err != nil || s.First != p.Seq {
		return true, err
	}
	if s.First, err = m.firstWithout(tx, p.chain(), s); err != nil {
		return true, err
	}
	return true, m.setChain(tx, p.chain(), s)
}

// firstWithout finds the first record from s.First on that has no receipt.
func (m *Mailbox) firstWithout(tx *Tx, c batch.Chain, s chainState) (batch.Seq, error) {
	prefix := chainKey(c)
	for item, err := range m.entries.In(tx).All(seqKey(c, s.First)) {
		if !strings.HasPrefix(item.Key, prefix) {
			break
		}
		if err != nil {
			return 0, err
		}
		if !item.Value.Received {
			return seqOf(item.Key), nil
		}
	}
	return s.Top + 1, nil
}

// drop gives up what is carried for others and was received. The control lane
// stays: a registration may have to be shown to the next hub.
func (m *Mailbox) drop(tx *Tx, p recordPlace, e *entryOf) error {
	if p.Lane == batch.Control || e.Dropped {
		return nil
	}
	e.Dropped = true
	if err := m.bodies.In(tx).Delete(seqKey(p.chain(), p.Seq)); err != nil {
		return err
	}
	if e.Kind == batch.KindAttachment {
		if err := m.lacking.In(tx).Delete(string(p.Origin[:]) + idKey(e.ID)); err != nil {
			return err
		}
	}
	return m.count(tx, p.Origin, -e.Size)
}
