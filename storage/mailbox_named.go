package storage

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A visitor is a device that asked at this hub what is asked back of it, itself, by
// another hub or by a bundle. It may have sent everything by other roads, so it is asked
// for by name.
type visitor struct {
	Hubs  []identity.ID `cbor:"1,keyasint,omitempty"` // that asked for it here, and carry it down
	Asked []askedUpTo   `cbor:"2,keyasint,omitempty"` // the latest first
	Trip  uint64        `cbor:"3,keyasint,omitempty"` // the last one with a bundle on which it was named
	Came  bool          `cbor:"4,keyasint,omitempty"` // by again since then
}

// awaits reports whether it came by and was not named to a bundle since.
func (v visitor) awaits() bool { return v.Trip == 0 || v.Came }

// askedUpTo is the number up to which a peer was asked about a device.
type askedUpTo struct {
	Peer identity.ID `cbor:"1,keyasint"`
	UpTo uint64      `cbor:"2,keyasint"`
}

const (
	maxVisitors   = 10_000 // of whom nothing was ever carried
	maxAskedPeers = 4
)

// naming remembers whom the last run with each peer has named, until it answers.
type naming struct {
	mu  sync.Mutex
	all map[identity.ID]named
}

type named struct {
	all  []batch.Named
	trip uint64 // with a bundle; each further one has a higher number
}

func (n *naming) to(peer identity.ID, now named) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all == nil || len(n.all) > maxAskedPeers {
		n.all = map[identity.ID]named{}
	}
	n.all[peer] = now
}

// recall returns them; they stay, for the transaction may be run again.
func (n *naming) recall(peer identity.ID) named {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[peer]
}

// callByName has the next ask be for the devices that this one is for, too.
func (m *Mailbox) callByName(ctx context.Context, peer batch.Peer, ask batch.Ask) error {
	var all []identity.ID
	if peer.Role == batch.RoleDevice {
		all = append(all, peer.ID)
	}
	all = append(all, ask.Origins...)
	for _, d := range ask.Named {
		all = append(all, d.Origin)
	}
	var hub identity.ID
	if peer.Role == batch.RoleHub && peer.ID != batch.BundleID {
		hub = peer.ID
	}
	news := false
	err := m.store.View(ctx, func(tx *Tx) (err error) {
		news, err = m.cameBy(tx, all, hub, false)
		return err
	})
	if err != nil || !news {
		return err
	}
	return m.store.Update(ctx, func(tx *Tx) error {
		_, err := m.cameBy(tx, all, hub, true)
		return err
	})
}

// cameBy notes that devices came by, through hub if that is not zero, and reports whether
// that is news.
func (m *Mailbox) cameBy(tx *Tx, all []identity.ID, hub identity.ID, write bool) (news bool, err error) {
	for _, id := range all {
		if id == m.self {
			continue
		}
		key := string(id[:])
		v, known, err := lookup(m.visitors.In(tx), key)
		if err != nil {
			return news, err
		}
		_, waits, err := lookup(m.named.In(tx), key)
		if err != nil {
			return news, err
		}
		through := hub == (identity.ID{}) || slices.Contains(v.Hubs, hub) || len(v.Hubs) >= batch.MaxPath
		if known && waits && through && v.awaits() {
			continue
		}
		if news = true; !write {
			return news, nil
		}
		v.Came = v.Trip > 0
		if !through {
			v.Hubs = append(v.Hubs, hub)
		}
		if !known {
			if room, err := m.roomFor(tx, key); err != nil || !room {
				return news, err
			}
		}
		if err := errors.Join(m.visitors.In(tx).Put(key, v), m.named.In(tx).Put(key, true)); err != nil {
			return news, err
		}
	}
	return news, nil
}

// roomFor reports whether another visitor is remembered: anybody can give any name.
func (m *Mailbox) roomFor(tx *Tx, key string) (bool, error) {
	if o, carried, err := lookup(m.origins.In(tx), key); err != nil || carried && o.Registration != nil {
		return err == nil, err
	}
	n := 0
	for _, err := range m.visitors.In(tx).All("") {
		if err != nil {
			return false, err
		}
		if n++; n >= maxVisitors {
			return false, nil
		}
	}
	return true, nil
}

// nameTo lists the devices that a peer is to be asked about by name: those that came by
// since it was last done.
func (m *Mailbox) nameTo(tx *Tx, peer batch.Peer) (now named, err error) {
	if peer.ID == batch.BundleID {
		return m.nameToBundle(tx)
	}
	for item, err := range m.named.In(tx).All("") {
		if err != nil {
			return now, err
		}
		if len(now.all) == batch.MaxAskOrigins {
			break
		}
		v, _, err := lookup(m.visitors.In(tx), item.Key)
		if err != nil {
			return now, err
		}
		d := batch.Named{Origin: identity.ID([]byte(item.Key))}
		if i := slices.IndexFunc(v.Asked, func(a askedUpTo) bool { return a.Peer == peer.ID }); i >= 0 {
			d.After = v.Asked[i].UpTo
		}
		now.all = append(now.all, d)
	}
	return now, nil
}

// nameToBundle lists whom a bundle is told of. It remembers nothing of others, so those
// that came by since they were last told to one stand first, and then all others, for
// sticks get lost. In both it goes round: whose turn is longest ago comes first.
func (m *Mailbox) nameToBundle(tx *Tx) (now named, err error) {
	type turn struct {
		origin identity.ID
		trip   uint64
		awaits bool
	}
	var turns []turn
	for item, err := range m.visitors.In(tx).All("") {
		if err != nil {
			return now, err
		}
		v := item.Value
		turns = append(turns, turn{identity.ID([]byte(item.Key)), v.Trip, v.awaits()})
		now.trip = max(now.trip, v.Trip)
	}
	now.trip++
	slices.SortStableFunc(turns, func(a, b turn) int {
		if a.awaits != b.awaits {
			if a.awaits {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.trip, b.trip)
	})
	for _, t := range turns[:min(len(turns), batch.MaxAskOrigins)] {
		now.all = append(now.all, batch.Named{Origin: t.origin})
	}
	return now, nil
}

// NamedTo is how many devices the next ask of a peer names.
func (m *Mailbox) NamedTo(ctx context.Context, peer identity.ID) (n int, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		now, err := m.nameTo(tx, batch.Peer{ID: peer})
		n = len(now.all)
		return err
	})
	return n, err
}

// heardOfAll notes that a peer has answered for whom it was asked by name.
func (m *Mailbox) heardOfAll(tx *Tx, peer batch.Peer, upTo uint64) error {
	now := m.naming.recall(peer.ID)
	for _, d := range now.all {
		key := string(d.Origin[:])
		v, known, err := lookup(m.visitors.In(tx), key)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		if peer.ID == batch.BundleID {
			v.Trip, v.Came = now.trip, false
			if err := m.visitors.In(tx).Put(key, v); err != nil {
				return err
			}
			continue
		}
		v.Asked = slices.DeleteFunc(v.Asked, func(a askedUpTo) bool { return a.Peer == peer.ID })
		v.Asked = slices.Insert(v.Asked, 0, askedUpTo{peer.ID, upTo})
		v.Asked = v.Asked[:min(len(v.Asked), maxAskedPeers)]
		if err := errors.Join(m.visitors.In(tx).Put(key, v), m.named.In(tx).Delete(key)); err != nil {
			return err
		}
	}
	return nil
}
