package storage

import (
	"context"
	"crypto/ed25519"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

func revokedKey(id identity.ID, org ed25519.PublicKey) string { return string(id[:]) + string(org) }

// Revoked implements hub.Custody.
func (m *Mailbox) Revoked(ctx context.Context, id identity.ID, org ed25519.PublicKey) (is bool, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		_, is, err = lookup(m.revoked.In(tx), revokedKey(id, org))
		return err
	})
	return is, err
}

// Revocations implements exchange.Revoker.
func (m *Mailbox) Revocations(ctx context.Context) (all []identity.Revocation, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		all = nil
		for item, err := range m.revoked.In(tx).All("") {
			if err != nil {
				return err
			}
			var v identity.Revocation
			if err := v.UnmarshalBinary(item.Value); err != nil {
				return errMailbox("a revocation: %v", err)
			}
			if all = append(all, v); len(all) == batch.MaxRevocations {
				break
			}
		}
		return nil
	})
	return all, err
}

// TakeRevocations implements exchange.RevocationTaker. What the centre knows is in force
// there: it would not take what is carried here of such a device, so that is given up.
func (m *Mailbox) TakeRevocations(ctx context.Context, peer batch.Peer, rs []identity.Revocation) error {
	for _, v := range rs {
		if err := v.Check(); err != nil {
			return err
		}
	}
	known, err := m.Revocations(ctx)
	if err != nil {
		return err
	}
	room := batch.MaxRevocations - len(known)
	if peer.Role != batch.RoleCentre { // anybody can make organisations that revoke: the centre's words find room
		room -= batch.MaxRevocations / 2
	}
	var gone []batch.RecordID
	err = m.store.Update(ctx, func(tx *Tx) error {
		gone = nil
		left := room
		for _, v := range rs {
			is, err := m.revoke(tx, v, left > 0)
			if err != nil {
				return err
			}
			if is {
				left--
			}
			if peer.Role != batch.RoleCentre || v.Device == m.self {
				continue
			}
			dropped, err := m.giveUpRevoked(tx, v)
			if err != nil {
				return err
			}
			gone = append(gone, dropped...)
		}
		return nil
	})
	for _, id := range gone {
		m.leaves.remove(m, id)
	}
	return err
}

// revoke keeps a revocation that was checked and reports whether it is new.
func (m *Mailbox) revoke(tx *Tx, v identity.Revocation, room bool) (added bool, err error) {
	key := revokedKey(v.Device, v.OrgKey)
	if _, known, err := lookup(m.revoked.In(tx), key); err != nil || known || !room {
		return false, err
	}
	return true, m.revoked.In(tx).Put(key, batch.NewRevocation(v))
}

// giveUpRevoked drops what is carried of a revoked device and returns its attachments.
func (m *Mailbox) giveUpRevoked(tx *Tx, v identity.Revocation) (gone []batch.RecordID, err error) {
	reg, found, err := m.registration(tx, v.Device)
	if err != nil || !found || !reg.RevokedBy(v) {
		return nil, err
	}
	var chains []batch.Chain
	err = chainsOf(m.chains.In(tx), v.Device, func(c batch.Chain) error {
		chains = append(chains, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, c := range chains {
		s, known, err := m.chain(tx, c)
		if err != nil || !known || s.Revoked {
			if err != nil {
				return nil, err
			}
			continue
		}
		s.Revoked, s.Introduce = true, false
		if err := m.setChain(tx, c, s); err != nil {
			return nil, err
		}
		dropped, err := m.dropFrom(tx, c, s.First)
		if err != nil {
			return nil, err
		}
		gone = append(gone, dropped...)
	}
	return gone, nil
}
