package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Errors of membership.
var (
	ErrNotJoined = errors.New("this device has no invite yet")
	ErrJoined    = errors.New("this device already takes part elsewhere: the invite is for another centre or consultation")
)

// membership is where this device takes part.
type membership struct {
	Invite []byte   `cbor:"1,keyasint,omitempty"` // identity.Invite.File
	Centre []byte   `cbor:"2,keyasint,omitempty"`
	Fork   *LogFork `cbor:"3,keyasint,omitempty"`
}

// standing is what changes with every run: it stands apart from the large
// values of membership.
type standing struct {
	Checkpoint batch.Checkpoint `cbor:"1,keyasint"`           // how far the centre's log was followed
	Used       int64            `cbor:"2,keyasint,omitempty"` // bytes carried for others
}

// LogFork is the evidence that a centre changed its log after the fact: two
// words of its own that can't both be true.
type LogFork struct {
	Before   batch.Checkpoint `cbor:"1,keyasint"`
	Receipts []byte           `cbor:"2,keyasint"` // batch.Receipts.Encode
	Time     int64            `cbor:"3,keyasint"` // when it came
}

const keyMember = "member"

func (m *Mailbox) standing(tx *Tx) (standing, error) {
	v, _, err := lookup(m.standings.In(tx), keyMember)
	return v, err
}

func (m *Mailbox) setStanding(tx *Tx, v standing) error { return m.standings.In(tx).Put(keyMember, v) }

func (m *Mailbox) member(tx *Tx) (membership, error) {
	v, _, err := lookup(m.members.In(tx), keyMember)
	return v, err
}

func (m *Mailbox) setMember(tx *Tx, v membership) error { return m.members.In(tx).Put(keyMember, v) }

// Join keeps an invite. A later one for the same centre and consultation
// replaces it: its addresses may be new.
func (m *Mailbox) Join(ctx context.Context, v identity.Invite) error {
	return m.store.Update(ctx, func(tx *Tx) error {
		now, err := m.member(tx)
		if err != nil {
			return err
		}
		if old, joined, err := m.inviteOf(now); err != nil {
			return err
		} else if joined && (old.Root != v.Root || old.Consultation != v.Consultation) {
			return ErrJoined
		}
		now.Invite = v.File()
		if v.Centre != nil {
			if err := m.keepCentre(&now, v, *v.Centre); err != nil {
				return err
			}
		}
		return m.setMember(tx, now)
	})
}

func (m *Mailbox) inviteOf(v membership) (identity.Invite, bool, error) {
	if v.Invite == nil {
		return identity.Invite{}, false, nil
	}
	i, err := m.lastInvite.read(v.Invite)
	return i, err == nil, err
}

func (m *Mailbox) centreOf(v membership) (*identity.Centre, error) {
	if v.Centre == nil {
		return nil, nil
	}
	c, err := m.lastCentre.read(v.Centre)
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// lastRead spares checking a signed card with every look at it: half a
// millisecond of signatures and keys for bytes that hardly ever change. What it
// gives is shared; its readers change nothing inside.
type lastRead[T any] struct {
	parse func([]byte) (T, error)

	mu   sync.Mutex
	of   []byte
	card T
}

func (l *lastRead[T]) read(data []byte) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of != nil && bytes.Equal(l.of, data) {
		return l.card, nil
	}
	v, err := l.parse(data)
	if err == nil {
		l.of, l.card = bytes.Clone(data), v
	}
	return v, err
}

func parseCentre(data []byte) (c identity.Centre, err error) {
	err = c.UnmarshalBinary(data)
	return c, err
}

// keepCentre keeps a centre's card if it is the invite's and not older than the one
// that is kept.
func (m *Mailbox) keepCentre(v *membership, i identity.Invite, c identity.Centre) error {
	if err := c.Check(); err != nil {
		return err
	}
	switch {
	case c.Root() != i.Root:
		return identity.ErrOtherRoot
	case c.Consultation != i.Consultation:
		return fmt.Errorf("%w: it receives for another consultation", identity.ErrCentre)
	}
	if old, err := m.centreOf(*v); err != nil || old != nil && old.Issued >= c.Issued {
		return err
	}
	raw, err := c.MarshalBinary()
	v.Centre = raw
	return err
}

// Invite returns the invite this device joined with.
func (m *Mailbox) Invite(ctx context.Context) (v identity.Invite, joined bool, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		now, err := m.member(tx)
		if err != nil {
			return err
		}
		v, joined, err = m.inviteOf(now)
		return err
	})
	return v, joined, err
}

// TakeCentre implements exchange.Outbox.
func (m *Mailbox) TakeCentre(ctx context.Context, c identity.Centre) error {
	return m.store.Update(ctx, func(tx *Tx) error {
		now, err := m.member(tx)
		if err != nil {
			return err
		}
		i, joined, err := m.inviteOf(now)
		if err != nil {
			return err
		}
		if !joined {
			return ErrNotJoined
		}
		before := string(now.Centre)
		if err := m.keepCentre(&now, i, c); err != nil || string(now.Centre) == before {
			return err
		}
		return m.setMember(tx, now)
	})
}

// Centre is the centre's card, nil until it has come.
func (m *Mailbox) Centre(ctx context.Context) (c *identity.Centre, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		now, err := m.member(tx)
		if err == nil {
			c, err = m.centreOf(now)
		}
		return err
	})
	return c, err
}

// Checkpoint is how far the centre's log was followed, zero before the first receipt.
func (m *Mailbox) Checkpoint(ctx context.Context) (c batch.Checkpoint, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		at, err := m.standing(tx)
		c = at.Checkpoint
		return err
	})
	return c, err
}

// Fork returns the evidence, if the centre's log was ever seen to be changed
// after the fact.
func (m *Mailbox) Fork(ctx context.Context) (f *LogFork, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		now, err := m.member(tx)
		f = now.Fork
		return err
	})
	return f, err
}
