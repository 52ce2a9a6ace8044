package storage

import (
	"context"
	"errors"
	"fmt"
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
		offers = []batch.Offer{own}
		for item, err := range m.pending.In(tx).All("") {
			if err != nil {
				return err
			}
			if offers, err = m.offer(tx, offers, item.Key); err != nil {
				return err
			}
		}
		return nil
	})
	return offers, err
}

// offer adds a pending chain to the offers.
func (m *Mailbox) offer(tx *Tx, offers []batch.Offer, key string) ([]batch.Offer, error) {
	c, err := parseChainKey(key)
	if err != nil {
		return nil, err
	}
	s, known, err := m.chain(tx, c)
	if err == nil && !known {
		err = errMailbox("a chain that waits does not exist")
	}
	if err != nil {
		return nil, err
	}
	at := len(offers) - 1
	switch {
	case c.Origin == m.self:
		at = 0
	case offers[at].Origin != c.Origin:
		o, _, err := lookup(m.origins.In(tx), string(c.Origin[:]))
		if err != nil {
			return nil, err
		}
		offers = append(offers, batch.Offer{Origin: c.Origin, Position: o.Next.position()})
		at++
	}
	offers[at].Tails = append(offers[at].Tails, s.tail(c))
	return offers, nil
}

// Records implements exchange.Outbox.
func (m *Mailbox) Records(ctx context.Context, c batch.Chain, after batch.Seq, max int) (records []batch.Carried, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		records = nil
		prefix, size := chainKey(c), 0
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

// Holds implements exchange.Outbox.
func (m *Mailbox) Holds(ctx context.Context, h batch.Have) (holds bool, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		holds, err = m.holds(tx, h)
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

// Diverged implements exchange.Outbox.
func (m *Mailbox) Diverged(ctx context.Context, h batch.Have) error {
	if h.Origin == m.self {
		m.log.Warn("a peer holds a record of ours that is not here", "lane", h.Lane.String(), "seq", uint64(h.Seq))
		if m.told == nil {
			return ErrDiverged
		}
		return m.told(ctx, h)
	}
	m.log.Warn("a carried chain goes on differently elsewhere", "origin", h.Origin.Short(), "lane", h.Lane.String(), "seq", uint64(h.Seq))
	return m.changeOrigin(ctx, h.Origin, func(o *originState) { o.Diverged = &divergence{h.Incarnation, h.Lane, h.Seq, h.Hash, m.now()} })
}

// changeOrigin changes what is kept of an origin of which something is held.
func (m *Mailbox) changeOrigin(ctx context.Context, id identity.ID, change func(o *originState)) error {
	return m.store.Update(ctx, func(tx *Tx) error {
		o, known, err := lookup(m.origins.In(tx), string(id[:]))
		if err != nil || !known {
			return err
		}
		change(&o)
		return m.origins.In(tx).Put(string(id[:]), o)
	})
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

// Refused implements exchange.Outbox. A peer that does not know the origin is
// shown its registration again in the next run, although others have it.
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
		if r.Code == batch.RefusedUnknown {
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
