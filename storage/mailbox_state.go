package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// DeliveryState is one of the three plain states of what is sent.
type DeliveryState uint8

// The states.
const (
	OnDevice DeliveryState = iota
	AtHub
	Received
)

// A Delivery is how far a record has come.
type Delivery struct {
	State   DeliveryState
	Hub     string         // where State is AtHub: its name
	Since   int64          // when it came to State, by the device's clock
	HubTime int64          // where State is AtHub: when the hub signed, by its clock
	Receipt *batch.Receipt // of an own record that was received
	// Refusal is what a peer last said against it, until another takes it: what
	// the record waits for.
	Refusal *batch.Refusal
	// Abandoned: it stands in a chain that is not offered any more, and was
	// enveloped anew.
	Abandoned bool
	History   []Event // by time
}

// EventKind is what happened to a record.
type EventKind uint8

// The events in a record's history.
const (
	EventReady     EventKind = iota + 1 // it was made ready, or taken into custody
	EventDelivered                      // a peer has made it durable
	EventCustody                        // a hub signed that it will carry it on
	EventRefused                        // a peer would not take it
	EventReceived                       // its receipt came and was checked
)

// An Event is a step in the life of a record.
type Event struct {
	What  EventKind
	Where string // the name of the peer, or its short ID where it gave none
	Time  int64  // by the device's clock
}

// mark says that a peer had a chain up to a sequence at a time.
type mark struct {
	Name   string     `cbor:"1,keyasint,omitempty"`
	Time   int64      `cbor:"2,keyasint"`
	Signed int64      `cbor:"3,keyasint,omitempty"` // by the hub's clock
	Role   batch.Role `cbor:"4,keyasint,omitempty"`
}

// What a mark is about.
const (
	markDelivered = 1
	markCustody   = 2
)

func markKey(c batch.Chain, what byte, peer identity.ID) string {
	return chainKey(c) + string([]byte{what}) + string(peer[:])
}

// setMark notes that peer has a chain up to h, unless that is known.
func (m *Mailbox) setMark(tx *Tx, h batch.Have, what byte, peer identity.ID, k mark) error {
	prefix := markKey(h.Chain, what, peer)
	if _, _, found, err := m.firstMark(tx, prefix, prefix+number(uint64(h.Seq))); err != nil || found {
		return err
	}
	return m.marks.In(tx).Put(prefix+number(uint64(h.Seq)), k)
}

func (m *Mailbox) firstMark(tx *Tx, prefix, from string) (string, mark, bool, error) {
	for item, err := range m.marks.In(tx).All(from) {
		if !strings.HasPrefix(item.Key, prefix) {
			break
		}
		return item.Key, item.Value, err == nil, err
	}
	return "", mark{}, false, nil
}

// lastMark is up to where a peer is known to have a chain: 0 for nothing.
func (m *Mailbox) lastMark(tx *Tx, prefix string) (last batch.Seq, err error) {
	for item, err := range m.marks.In(tx).All(prefix) {
		if err != nil || !strings.HasPrefix(item.Key, prefix) {
			return last, err
		}
		last = seqOf(item.Key)
	}
	return last, nil
}

// marked calls f for every peer that has the record at seq: with the mark that
// was the first to cover it.
func (m *Mailbox) marked(tx *Tx, c batch.Chain, seq batch.Seq, what byte, f func(peer identity.ID, k mark)) error {
	prefix := chainKey(c) + string([]byte{what})
	for from := prefix; ; {
		key, _, found, err := m.firstMark(tx, prefix, from)
		if err != nil || !found {
			return err
		}
		peer := identity.ID([]byte(key[len(prefix) : len(prefix)+16]))
		of := markKey(c, what, peer)
		_, k, found, err := m.firstMark(tx, of, of+number(uint64(seq)))
		if err != nil {
			return err
		}
		if found {
			f(peer, k)
		}
		from = of + number(^uint64(0)) + "\x00"
	}
}

// State says how far a record has come, or [ErrNotFound].
func (m *Mailbox) State(ctx context.Context, id batch.RecordID) (d Delivery, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		d, err = m.state(tx, id)
		return err
	})
	return d, err
}

func (m *Mailbox) state(tx *Tx, id batch.RecordID) (d Delivery, err error) {
	p, e, found, err := m.find(tx, id)
	if err != nil {
		return d, err
	}
	if !found {
		return d, ErrNotFound
	}
	s, _, err := m.chain(tx, p.chain())
	if err != nil {
		return d, err
	}
	d.Abandoned, d.Since = s.Abandoned && !e.Received, e.Added
	d.History = append(d.History, Event{EventReady, "", e.Added})
	if err := m.travelled(tx, p, &d); err != nil {
		return d, err
	}
	if err := m.refused(tx, id, &d); err != nil {
		return d, err
	}
	t, found, err := lookup(m.receipts.In(tx), idKey(id))
	if err != nil {
		return d, err
	}
	if e.Received {
		d.State, d.Since, d.Hub, d.HubTime, d.Refusal = Received, t.Taken, "", 0, nil
	}
	if found {
		d.Receipt = &t.Receipt
		d.History = append(d.History, Event{EventReceived, "", t.Taken})
	}
	slices.SortStableFunc(d.History, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
	return d, nil
}

// travelled adds who has the record.
func (m *Mailbox) travelled(tx *Tx, p recordPlace, d *Delivery) error {
	name := func(peer identity.ID, k mark) string { return cmp.Or(k.Name, peer.Short()) }
	err := m.marked(tx, p.chain(), p.Seq, markDelivered, func(peer identity.ID, k mark) {
		d.History = append(d.History, Event{EventDelivered, name(peer, k), k.Time})
	})
	if err != nil {
		return err
	}
	return m.marked(tx, p.chain(), p.Seq, markCustody, func(peer identity.ID, k mark) {
		d.History = append(d.History, Event{EventCustody, name(peer, k), k.Time})
		if d.State == OnDevice || k.Time < d.Since {
			d.State, d.Hub, d.Since, d.HubTime = AtHub, name(peer, k), k.Time, k.Signed
		}
	})
}

// taken is when a peer last took the record.
func (d *Delivery) taken() (last int64) {
	for _, e := range d.History {
		if e.What == EventDelivered || e.What == EventCustody {
			last = max(last, e.Time)
		}
	}
	return last
}

// refused adds what was said against the record, or against the whole run, and
// is not settled by a peer that took it since.
func (m *Mailbox) refused(tx *Tx, id batch.RecordID, d *Delivery) error {
	for _, of := range []batch.RecordID{id, {}} {
		r, found, err := lookup(m.refusals.In(tx), idKey(of))
		if err != nil {
			return err
		}
		if !found || r.Time <= d.taken() {
			continue
		}
		d.Refusal = &batch.Refusal{Record: id, Code: r.Code, Detail: r.Detail, After: r.After}
		d.History = append(d.History, Event{EventRefused, cmp.Or(r.Name, r.Peer.Short()), r.Time})
		return nil
	}
	return nil
}

// Receipt returns the receipt of an own record, if it has come.
func (m *Mailbox) Receipt(ctx context.Context, id batch.RecordID) (r batch.Receipt, found bool, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		t, ok, err := lookup(m.receipts.In(tx), idKey(id))
		r, found = t.Receipt, ok
		return err
	})
	return r, found, err
}
