package central

import (
	"context"
	"crypto/ed25519"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A ShutOut says that an organisation revoked one of its devices. What the device sent
// after that was refused; what had come before counts, and is marked with this, since it
// may have been in strange hands for a while by then.
type ShutOut struct {
	When         time.Time   // when the revocation came, by the centre's clock
	By           identity.ID // the device that brought it, of the same organisation
	Organisation string      // as that device names both; empty if its card can't be read here
	Device       string
}

// A shut is a device of an organisation: another one's word about it says nothing.
type shut struct {
	device identity.ID
	org    [ed25519.PublicKeySize]byte
}

// shutOut is what the organisation of a sender said of its device, or nil.
func (o *opener) shutOut(ctx context.Context, device identity.ID, s *sender) (*ShutOut, error) {
	if !s.known || len(s.registration.OrgKey) != ed25519.PublicKeySize {
		return nil, nil
	}
	if o.shut == nil {
		if err := o.findShut(ctx); err != nil {
			return nil, err
		}
	}
	return o.shut[shut{device, [ed25519.PublicKeySize]byte(s.registration.OrgKey)}], nil
}

// findShut reads every revocation that came. The first of several counts.
func (o *opener) findShut(ctx context.Context) error {
	found := map[shut]*ShutOut{}
	for r, err := range o.store.Records(ctx, Query{Kinds: []batch.Kind{batch.KindRevocation}}) {
		if err != nil {
			return err
		}
		v, err := batch.ReadRevocation(r.Record)
		if err != nil {
			continue // it says nothing
		}
		of := shut{v.Device, [ed25519.PublicKeySize]byte(v.OrgKey)}
		if found[of] != nil {
			continue
		}
		by, err := o.origin(ctx, r.Origin)
		if err != nil {
			return err
		}
		if by.verify(r.Record) != nil || !by.registration.OrgKey.Equal(v.OrgKey) {
			continue // none of its own devices brought it
		}
		found[of] = &ShutOut{When: time.Unix(r.Time, 0).UTC(), By: r.Origin, Organisation: by.card.Org, Device: by.card.Device}
	}
	o.shut = found
	return nil
}
