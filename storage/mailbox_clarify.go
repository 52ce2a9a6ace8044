package storage

import (
	"context"
	"errors"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// carriedQuestion is a clarification on its way down to a device of others.
type carriedQuestion struct {
	Clarification []byte        `cbor:"1,keyasint"` // batch.Clarification.Encode
	Hubs          []identity.ID `cbor:"2,keyasint,omitempty"`
}

// questionsHeld says which numbers are held of others' clarifications: all from
// First to Last, none while Last is 0.
type questionsHeld struct {
	First uint64 `cbor:"1,keyasint"`
	Last  uint64 `cbor:"2,keyasint"`
}

const keyHeld = "held"

// Ask implements exchange.ClarificationTaker.
func (m *Mailbox) Ask(ctx context.Context, peer batch.Peer) (ask *batch.Ask, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		ask = nil
		named, err := m.nameTo(tx, peer)
		if err != nil {
			return err
		}
		any := len(named.all) > 0
		for _, err := range m.chains.In(tx).All("") {
			if err != nil {
				return err
			}
			any = true
			break
		}
		if !any {
			return nil
		}
		after, _, err := lookup(m.asked.In(tx), string(peer.ID[:]))
		ask = &batch.Ask{After: after, Named: named.all}
		m.naming.to(peer.ID, named)
		return err
	})
	return ask, err
}

// TakeClarifications implements exchange.ClarificationTaker. Those for this
// device go to whoever opened the mailbox; those for devices that came by here
// wait for them. All others are of no interest.
func (m *Mailbox) TakeClarifications(ctx context.Context, peer batch.Peer, c batch.Clarified) error {
	return m.store.Update(ctx, func(tx *Tx) error {
		for _, a := range c.List {
			if a.Origin == m.self {
				if m.clarified == nil {
					continue
				}
				if err := m.clarified(tx, a.Clarification); err != nil {
					return err
				}
				continue
			}
			if err := m.carryQuestion(tx, a); err != nil {
				return err
			}
		}
		if len(c.List) == 0 {
			if err := m.heardOfAll(tx, peer, c.UpTo); err != nil {
				return err
			}
		}
		if c.UpTo == 0 { // a bundle, which has no numbers
			return nil
		}
		return m.asked.In(tx).Put(string(peer.ID[:]), c.UpTo)
	})
}

func (m *Mailbox) carryQuestion(tx *Tx, a batch.Addressed) error {
	o, _, err := lookup(m.origins.In(tx), string(a.Origin[:]))
	if err != nil {
		return err
	}
	v, visits, err := lookup(m.visitors.In(tx), string(a.Origin[:]))
	if err != nil || o.Registration == nil && !visits {
		return err
	}
	for _, h := range v.Hubs {
		if !slices.Contains(a.Hubs, h) && len(a.Hubs) < batch.MaxPath {
			a.Hubs = append(slices.Clip(a.Hubs), h)
		}
	}
	id := a.ID()
	if _, held, err := lookup(m.questionIDs.In(tx), string(id[:])); err != nil || held {
		return err
	}
	at, _, err := lookup(m.questionsHeld.In(tx), keyHeld)
	if err != nil {
		return err
	}
	if at.Last == 0 {
		at.First = 1
	}
	at.Last++
	for at.Last-at.First >= batch.MaxClarifications { // the oldest has waited longest
		if err := m.forgetQuestion(tx, at.First); err != nil {
			return err
		}
		at.First++
	}
	return errors.Join(
		m.questions.In(tx).Put(number(at.Last), carriedQuestion{a.Encode(), a.Hubs}),
		m.questionIDs.In(tx).Put(string(id[:]), at.Last),
		m.questionsHeld.In(tx).Put(keyHeld, at))
}

func (m *Mailbox) forgetQuestion(tx *Tx, n uint64) error {
	q, found, err := lookup(m.questions.In(tx), number(n))
	if err != nil || !found {
		return err
	}
	c, err := batch.DecodeClarification(q.Clarification)
	if err != nil {
		return errMailbox("a question: %v", err)
	}
	id := c.ID()
	return errors.Join(m.questionIDs.In(tx).Delete(string(id[:])), m.questions.In(tx).Delete(number(n)))
}

// Clarifications implements exchange.Clarifier, for a hub: a device gets its own, the
// next hub those of the records that it brought, a bundle those of the devices it names.
func (m *Mailbox) Clarifications(ctx context.Context, peer batch.Peer, ask batch.Ask, most int) (all []batch.Numbered, err error) {
	if err := m.callByName(ctx, peer, ask); err != nil {
		return nil, err
	}
	err = m.store.View(ctx, func(tx *Tx) error {
		all = nil
		at, _, err := lookup(m.questionsHeld.In(tx), keyHeld)
		ask := ask.Within(at.Last)
		if err != nil || ask.First() == at.Last {
			return err
		}
		for item, err := range m.questions.In(tx).All(number(ask.First() + 1)) {
			if err != nil {
				return err
			}
			c, err := batch.DecodeClarification(item.Value.Clarification)
			if err != nil {
				return errMailbox("a question: %v", err)
			}
			n := batch.Numbered{Number: uint64(seqOf(item.Key)), Addressed: batch.Addressed{Clarification: c, Hubs: item.Value.Hubs}}
			if !ask.Wants(peer, n) {
				continue
			}
			if peer.Role == batch.RoleDevice {
				n.Hubs = nil
			}
			if all = append(all, n); len(all) == most {
				break
			}
		}
		return nil
	})
	return slices.Clip(all), err
}
