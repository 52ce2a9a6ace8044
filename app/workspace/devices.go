package workspace

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// sibling is a device of the organisation, as the device knows it that holds the
// organisation's key.
type sibling struct {
	Card    []byte // empty: it was revoked by its ID alone
	Added   int64
	Revoked int64  // when; 0: it is in use
	Signed  []byte // the revocation, for a device that can't sign it
	// Record brings the revocation, made in Incarnation; zero: it is not made yet.
	Record      batch.RecordID
	Incarnation uint64
}

// An OrgDevice is a device of this device's organisation.
type OrgDevice struct {
	ID      identity.ID
	Name    string // empty where its card isn't here
	Self    bool
	Added   int64 // when its card was made here; 0: elsewhere, or at set-up
	Revoked int64 // when; 0: it is in use
	Told    bool  // the centre has received the revocation: it is in force
}

// Errors of devices of one organisation.
var (
	ErrSetUp      = errors.New("this device belongs to an organisation already")
	ErrNoRequest  = errors.New("this device has not asked for a card")
	ErrSelf       = errors.New("this is the device itself: use another device of the organisation")
	ErrNoOrgKey   = identity.ErrNoOrgKey
	ErrRequest    = identity.ErrRequest
	ErrCard       = identity.ErrCard
	ErrRevokedNow = errors.New("this device was revoked: a new request makes it another device")
)

// keyPending stands beside keyIdentity: the key of a device that has no card yet.
const keyPending = "pending"

// RequestCard makes this device, before anything was set up, ask an organisation that has a
// device already for a card. Asked again, it is the same device, under the name given last.
func (w *Workspace) RequestCard(ctx context.Context, device string) (identity.Request, error) {
	if w.self != nil {
		return identity.Request{}, ErrSetUp
	}
	pending, err := w.pending(ctx)
	if err != nil && !errors.Is(err, ErrNoRequest) {
		return identity.Request{}, err
	}
	if err != nil {
		if pending, _, err = identity.NewDevice(w.rand, device); err != nil {
			return identity.Request{}, err
		}
		if err := w.tables.identity.Put(ctx, keyPending, pending.Device.Seed()); err != nil {
			return identity.Request{}, fmt.Errorf("keep the key of this device: %w", err)
		}
	}
	return pending.Request(device), nil
}

func (w *Workspace) pending(ctx context.Context) (*identity.Identity, error) {
	seed, err := w.tables.identity.Get(ctx, keyPending)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, ErrNoRequest
	}
	if err != nil {
		return nil, err
	}
	return identity.OfSeed(seed)
}

// ReplaceDevice is AddDevice for an organisation whose only device with its key is lost, said in its
// restored backup: which is that same device to everybody else. The file brings with the card the
// revocation of the lost one, which the new one sends. What the backup holds can still be read, and its
// organisation's key still adds and revokes.
func (w *Workspace) ReplaceDevice(ctx context.Context, text []byte) (identity.Card, []byte, error) {
	if w.self == nil {
		return identity.Card{}, nil, ErrNotSetUp
	}
	v, err := w.self.Revoke(w.self.ID())
	if err != nil {
		return identity.Card{}, nil, err
	}
	return w.addDevice(ctx, text, "It replaces the device that was lost:\n\n"+v.Line()+"\n\n")
}

// AddDevice makes the card of the device whose request stands in text, and returns the file
// to bring it: the card and, where this device has one, the invite. Before, people
// compare the ID on both screens: see [identity.ParseRequest].
func (w *Workspace) AddDevice(ctx context.Context, text []byte) (identity.Card, []byte, error) {
	return w.addDevice(ctx, text, "")
}

// addDevice has more to say before the invite, which ends a text.
func (w *Workspace) addDevice(ctx context.Context, text []byte, more string) (identity.Card, []byte, error) {
	if w.self == nil {
		return identity.Card{}, nil, ErrNotSetUp
	}
	r, err := identity.ParseRequest(text)
	if err != nil {
		return identity.Card{}, nil, err
	}
	card, err := w.self.Certify(r)
	if err != nil {
		return card, nil, err
	}
	raw, err := card.MarshalBinary()
	if err != nil {
		return card, nil, err
	}
	err = w.store.Update(ctx, func(tx *storage.Tx) error {
		all := w.tables.devices.In(tx)
		s, err := all.Get(card.ID().Hex())
		switch {
		case err == nil && s.Revoked != 0:
			return ErrRevokedNow
		case err != nil && !errors.Is(err, storage.ErrNotFound):
			return err
		}
		s.Card, s.Added = raw, cmp.Or(s.Added, w.clock().Unix())
		return all.Put(card.ID().Hex(), s)
	})
	if err != nil {
		return card, nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "The card of another device of %s.\nOpen this file on that device, or paste all of it into it.\n\n%s\n\n%s", card.Org, card.Line(), more)
	invite, joined, err := w.mail.Invite(ctx)
	if err != nil {
		return card, nil, err
	}
	if joined {
		if invite.Centre == nil {
			if invite.Centre, err = w.mail.Centre(ctx); err != nil {
				return card, nil, err
			}
		}
		if c := invite.Centre; c != nil && c.RecipientsHash() != invite.Recipients {
			invite.Centre = nil // a later card than the invite's line names: it comes from the centre
		}
		b.Write(invite.File())
	}
	return card, b.Bytes(), nil
}

// TakeCard sets this device up with the card that answers its request. Where an invite
// stands in the same text, it joins, too.
func (w *Workspace) TakeCard(ctx context.Context, text []byte) error {
	if w.self != nil {
		return ErrSetUp
	}
	card, err := identity.ParseCard(text)
	if err != nil {
		return err
	}
	self, err := w.pending(ctx)
	if err != nil {
		return err
	}
	if err := self.Accept(card); err != nil {
		return err
	}
	raw, err := self.MarshalBinary()
	if err != nil {
		return err
	}
	lost, replaces := identity.ParseRevocation(text)
	err = w.store.Update(ctx, func(tx *storage.Tx) error {
		keys := w.tables.identity.In(tx)
		if replaces == nil && lost.OrgKey.Equal(card.OrgKey) && lost.Device != card.ID() {
			s := sibling{Revoked: w.clock().Unix(), Signed: batch.NewRevocation(lost)}
			if err := w.tables.devices.In(tx).Put(lost.Device.Hex(), s); err != nil {
				return err
			}
		}
		return errors.Join(keys.Put(keyIdentity, raw), keys.Delete(keyPending))
	})
	if err != nil {
		return fmt.Errorf("keep the card of this device: %w", err)
	}
	w.self = self
	if err := w.openMailbox(ctx); err != nil {
		return err
	}
	if _, err := identity.ParseInvite(text); err != nil {
		return nil
	}
	_, err = w.Join(ctx, text)
	return err
}

// Devices lists the devices of the organisation that this one knows of: itself first, then
// those it made cards for or revoked.
func (w *Workspace) Devices(ctx context.Context) ([]OrgDevice, error) {
	if w.self == nil {
		return nil, ErrNotSetUp
	}
	all := []OrgDevice{{ID: w.self.ID(), Name: w.self.Card.Device, Self: true}}
	err := w.store.View(ctx, func(tx *storage.Tx) error {
		all = all[:1]
		for item, err := range w.tables.devices.In(tx).All("") {
			if err != nil {
				return err
			}
			id, err := identity.ParseHex(item.Key)
			if err != nil {
				return err
			}
			d := OrgDevice{ID: id, Added: item.Value.Added, Revoked: item.Value.Revoked}
			if len(item.Value.Card) > 0 {
				var c identity.Card
				if err := c.UnmarshalBinary(item.Value.Card); err != nil {
					return err
				}
				d.Name = c.Device
			}
			if d.Revoked != 0 {
				if d.Told, err = w.mail.Received(tx, item.Value.Record); err != nil {
					return err
				}
			}
			all = append(all, d)
		}
		slices.SortStableFunc(all[1:], func(a, b OrgDevice) int { return cmp.Compare(a.Added, b.Added) })
		return nil
	})
	return all, err
}

// RevokeDevice says that a device of the organisation is lost. From the centre's next
// contact on nothing of it is taken any more, neither there nor by hubs that hear of
// it; what came before stays. It can't be taken back.
func (w *Workspace) RevokeDevice(ctx context.Context, id identity.ID) error {
	switch {
	case w.self == nil:
		return ErrNotSetUp
	case id == w.self.ID():
		return ErrSelf
	case w.self.Org == nil:
		return ErrNoOrgKey
	}
	err := w.store.Update(ctx, func(tx *storage.Tx) error {
		all := w.tables.devices.In(tx)
		s, err := all.Get(id.Hex())
		if err != nil && !errors.Is(err, storage.ErrNotFound) || s.Revoked != 0 {
			if s.Revoked != 0 {
				return nil
			}
			return err
		}
		s.Revoked = w.clock().Unix()
		return all.Put(id.Hex(), s)
	})
	if err != nil {
		return fmt.Errorf("revoke a device: %w", err)
	}
	return w.Seal(ctx)
}

// Barred reports whether this device was revoked by its organisation, proof of which has
// come. What it holds can still be read.
func (w *Workspace) Barred(ctx context.Context) (bool, error) {
	if w.self == nil {
		return false, ErrNotSetUp
	}
	return w.mail.Revoked(ctx, w.self.ID(), w.self.Card.OrgKey)
}

// barred is Barred, where there may be no device yet.
func (w *Workspace) barred(ctx context.Context) (bool, error) {
	if w.self == nil {
		return false, nil
	}
	return w.Barred(ctx)
}

// signed is the revocation of a device.
func (w *Workspace) signed(key string, d sibling) (v identity.Revocation, err error) {
	if len(d.Signed) > 0 {
		err = v.UnmarshalBinary(d.Signed)
		return v, err
	}
	id, err := identity.ParseHex(key)
	if err != nil {
		return v, err
	}
	return w.self.Revoke(id)
}

// revocations makes the records of devices that were revoked, if they have none that can
// still arrive, and notes which they are.
func (w *Workspace) revocations(tx *storage.Tx, s *sealer) error {
	all := w.tables.devices.In(tx)
	changed := map[string]sibling{}
	for item, err := range all.All("") {
		if err != nil {
			return err
		}
		d := item.Value
		if d.Revoked == 0 || d.Incarnation == s.Incarnation && d.Record != (batch.RecordID{}) {
			continue
		}
		if received, err := w.mail.Received(tx, d.Record); err != nil || received {
			if err != nil {
				return err
			}
			continue
		}
		v, err := w.signed(item.Key, d)
		if err != nil {
			return err
		}
		r, err := s.revocation(v)
		if err != nil {
			return err
		}
		d.Record, d.Incarnation = r.ID, s.Incarnation
		changed[item.Key] = d
	}
	for key, d := range changed {
		if err := all.Put(key, d); err != nil {
			return err
		}
	}
	return nil
}
