package hub

import (
	"context"
	"errors"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// door checks the records of one call of Accept, before custody is asked.
type door struct {
	hub          *Hub
	now          int64
	consultation *batch.Consultation // nil: the centre is not known yet
	keys         map[identity.ID]*batch.Registration
	reserved     []reservation
}

func (d *door) open(ctx context.Context) error {
	c, err := d.hub.custody.Centre(ctx)
	if err != nil || c == nil {
		return err
	}
	name := batch.ConsultationOf(c.Consultation)
	d.consultation = &name
	return nil
}

// check returns why r is not let in, or nil. What it lets in has its room
// reserved until release.
func (d *door) check(ctx context.Context, r batch.Carried) (*batch.Refusal, error) {
	refuse := func(code batch.RefuseCode, detail string) *batch.Refusal {
		return &batch.Refusal{Record: r.ID, Code: code, Detail: detail}
	}
	size := int64(len(r.Envelope))
	switch {
	case len(r.Envelope) > batch.MaxRecord:
		return refuse(batch.RefusedMalformed, "too long"), nil
	case len(r.Path) >= batch.MaxPath:
		return refuse(batch.RefusedMalformed, "it passed too many hubs"), nil
	case d.consultation != nil && r.Consultation != *d.consultation:
		return refuse(batch.RefusedElsewhere, "this hub carries for another consultation"), nil
	}
	if r.Kind == batch.KindAttachment {
		list, err := batch.ReadLeafList(r.Record)
		if err != nil {
			return refuse(batch.RefusedMalformed, err.Error()), nil
		}
		size += list.Sealed()
	}
	reg, err := d.registration(ctx, r)
	switch {
	case errors.Is(err, batch.ErrRegistration):
		return refuse(batch.RefusedSignature, err.Error()), nil
	case err != nil:
		return nil, err
	case reg == nil:
		return refuse(batch.RefusedUnknown, ""), nil
	}
	if r.Kind != batch.KindRegistration && r.Verify(reg.DeviceKey) != nil {
		return refuse(batch.RefusedSignature, ""), nil
	}
	if revoked, err := d.hub.custody.Revoked(ctx, r.Origin, reg.OrgKey); err != nil {
		return nil, err
	} else if revoked {
		return refuse(batch.RefusedRevoked, ""), nil
	}
	if r.Kind == batch.KindRevocation {
		if v, err := batch.ReadRevocation(r.Record); err != nil || !v.OrgKey.Equal(reg.OrgKey) {
			return refuse(batch.RefusedMalformed, "the revocation is not of the device's own organisation"), nil
		}
	}
	code, err := d.reserve(ctx, r.Origin, size)
	if err != nil || code == "" {
		return nil, err
	}
	// What is held already needs no room, and its sender may not know.
	held, err := d.hub.custody.Held(ctx, []batch.Chain{r.Chain})
	if err != nil || len(held) == 1 && held[0].Seq >= r.Seq {
		return nil, err
	}
	refusal := refuse(code, "")
	refusal.After = fullAfter
	return refusal, nil
}

// registration finds the keys of r's origin: in r itself, in what came before
// it in this batch, or in custody.
func (d *door) registration(ctx context.Context, r batch.Carried) (*batch.Registration, error) {
	if r.Kind == batch.KindRegistration {
		reg, err := batch.ReadRegistration(r.Record)
		if err != nil {
			return nil, err
		}
		known, found, err := d.hub.custody.Registration(ctx, r.Origin)
		if err != nil {
			return nil, err
		}
		if found && !known.OrgKey.Equal(reg.OrgKey) {
			return nil, fmt.Errorf("%w: the device is another organisation's", batch.ErrRegistration)
		}
		d.keys[r.Origin] = &reg
		return &reg, nil
	}
	if reg := d.keys[r.Origin]; reg != nil {
		return reg, nil
	}
	reg, found, err := d.hub.custody.Registration(ctx, r.Origin)
	if err != nil || !found {
		return nil, err
	}
	d.keys[r.Origin] = &reg
	return &reg, nil
}

func (d *door) reserve(ctx context.Context, origin identity.ID, size int64) (batch.RefuseCode, error) {
	own, all, err := d.hub.custody.Usage(ctx, origin)
	if err != nil {
		return "", err
	}
	code := d.hub.quota.reserve(origin, own, all, size)
	if code == "" {
		d.reserved = append(d.reserved, reservation{origin, size})
	}
	return code, nil
}

func (d *door) release() { d.hub.quota.release(d.reserved) }
