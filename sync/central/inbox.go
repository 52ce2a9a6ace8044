package central

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

var _ exchange.Inbox = (*Server)(nil)

// Have implements exchange.Inbox.
func (s *Server) Have(ctx context.Context, tails []batch.Tail) ([]batch.Have, error) {
	chains := make([]batch.Chain, len(tails))
	for i, t := range tails {
		chains[i] = t.Chain
	}
	have, err := s.store.Have(ctx, chains)
	if err != nil {
		return nil, err
	}
	top := make(map[batch.Chain]batch.Have, len(have))
	for _, t := range tails {
		top[t.Chain] = t.Top
	}
	for i, h := range have {
		if t := top[h.Chain]; h.Seq > t.Seq {
			at, err := s.store.At(ctx, h.Chain, t.Seq)
			if err != nil {
				return nil, err
			}
			if at != t {
				have[i] = at
			}
		}
	}
	return have, nil
}

// Accept implements exchange.Inbox. Cheap checks come first; what passes them
// is stored and logged before Accept returns. Nothing is refused for lateness.
// first is for holders that don't have a chain's beginning: the centre does.
func (s *Server) Accept(ctx context.Context, from exchange.Peer, records []batch.Carried, _ map[batch.Chain]batch.Seq) ([]exchange.Outcome, error) {
	return s.take(ctx, from, records, CarrierLink)
}

func (s *Server) take(ctx context.Context, from exchange.Peer, records []batch.Carried, by Carrier) ([]exchange.Outcome, error) {
	outcomes := make([]exchange.Outcome, len(records))
	door := door{s: s, by: by, known: map[identity.ID]batch.Registration{}, revoked: map[identity.ID]bool{}}
	var taken []Received
	var places []int
	put := func() error {
		placed, err := s.store.Put(ctx, taken)
		if err != nil {
			return err
		}
		for k, p := range placed {
			outcomes[places[k]] = exchange.Outcome{New: p.New, Refusal: p.Refusal}
		}
		taken, places = taken[:0], places[:0]
		return nil
	}
	for i, c := range records {
		r, refusal, err := door.check(ctx, c)
		if err != nil {
			return nil, err
		}
		if refusal != nil {
			outcomes[i].Refusal = refusal
			continue
		}
		taken, places = append(taken, r), append(places, i)
		// A registration is written before what builds on it is looked at, and a
		// revocation before what it forbids.
		if r.Registration != nil || r.Revocation != nil {
			if err := put(); err != nil {
				return nil, err
			}
			clear(door.revoked)
		}
	}
	if len(taken) > 0 {
		if err := put(); err != nil {
			return nil, err
		}
	}
	if err := s.sequence(ctx); err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		if o.Refusal != nil {
			s.logger.InfoContext(ctx, "refused a record", "peer", from.ID.Short(), "origin", records[i].Origin.Short(),
				"lane", records[i].Lane.String(), "seq", records[i].Seq, "record", records[i].ID.String(), "err", o.Refusal)
		}
	}
	return outcomes, nil
}

// A door checks the records of one Accept.
type door struct {
	s       *Server
	by      Carrier
	known   map[identity.ID]batch.Registration // what the store was asked for already
	revoked map[identity.ID]bool               // likewise
}

// check does what can be done without writing, the cheaper check first. An error
// is the centre's own trouble and ends the run.
func (d *door) check(ctx context.Context, c batch.Carried) (Received, *batch.Refusal, error) {
	r := Received{Carried: c, Carrier: d.by, Time: d.s.time()}
	refuse := func(code batch.RefuseCode, detail string) (Received, *batch.Refusal, error) {
		return r, &batch.Refusal{Record: c.ID, Code: code, Detail: detail}, nil
	}
	switch {
	case len(c.Envelope) > batch.MaxRecord || len(c.Path) > batch.MaxPath:
		return refuse(batch.RefusedMalformed, "larger than a record may be")
	case c.Consultation != d.s.consultation:
		return refuse(batch.RefusedElsewhere, "")
	case c.Kind == batch.KindRegistration:
		return d.registration(ctx, r)
	}
	origin, err := d.origin(ctx, c.Origin)
	switch {
	case errors.Is(err, ErrNotFound):
		return refuse(batch.RefusedUnknown, "")
	case err != nil:
		return r, nil, err
	case c.Verify(origin.DeviceKey) != nil:
		return refuse(batch.RefusedSignature, "")
	}
	if refusal, err := d.barred(ctx, c, origin); err != nil || refusal != nil {
		return r, refusal, err
	}
	r.Sealed = c.Epoch
	switch c.Kind {
	case batch.KindRevocation:
		v, err := batch.ReadRevocation(c.Record)
		if err != nil || !v.OrgKey.Equal(origin.OrgKey) {
			return refuse(batch.RefusedMalformed, "the revocation is not of the device's own organisation")
		}
		r.Revocation = &v
	case batch.KindEpoch:
		keys, err := batch.ReadEpochKeys(c.Record)
		if err != nil {
			return refuse(batch.RefusedMalformed, err.Error())
		}
		r.Opens = keys.Number
	case batch.KindAttachment:
		l, err := batch.ReadLeafList(c.Record)
		if err != nil {
			return refuse(batch.RefusedMalformed, err.Error())
		}
		r.Leaves, r.Sealed = &l, l.Epoch
	}
	return r, nil, nil
}

// registration takes a device that shows a token. Several may show the same one:
// an invite is for a group.
func (d *door) registration(ctx context.Context, r Received) (Received, *batch.Refusal, error) {
	refuse := func(code batch.RefuseCode, detail string) (Received, *batch.Refusal, error) {
		return r, &batch.Refusal{Record: r.ID, Code: code, Detail: detail}, nil
	}
	proof, err := batch.ShownProof(r.Record)
	if err != nil {
		return refuse(batch.RefusedMalformed, err.Error())
	}
	// A device that is known may come again after its token was withdrawn: a
	// receipt that got lost makes it repeat its registration.
	known, err := d.origin(ctx, r.Origin)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return r, nil, err
	}
	if err != nil || !hmac.Equal(known.Proof, proof) {
		ok, err := d.s.redeemed(ctx, r.Origin, proof)
		if err != nil {
			return r, nil, err
		}
		if !ok {
			return refuse(batch.RefusedToken, "")
		}
	}
	g, err := batch.ReadRegistration(r.Record)
	if err != nil {
		return refuse(batch.RefusedMalformed, err.Error())
	}
	// Else who found a device could make it another organisation's, whom no
	// revocation reaches.
	if known.OrgKey != nil && !known.OrgKey.Equal(g.OrgKey) {
		return refuse(batch.RefusedToken, "the device is another organisation's")
	}
	if refusal, err := d.barred(ctx, r.Carried, g); err != nil || refusal != nil {
		return r, refusal, err
	}
	r.Registration = &g
	return r, nil, nil
}

// barred refuses what comes from a device after its organisation revoked it. What
// came before stays, and its receipts are still to be had: nobody can tell by a
// device's clock when something was written, only when it came.
func (d *door) barred(ctx context.Context, c batch.Carried, g batch.Registration) (*batch.Refusal, error) {
	is, known := d.revoked[c.Origin]
	if !known {
		var err error
		if is, err = d.s.store.Revoked(ctx, c.Origin, g.OrgKey); err != nil {
			return nil, err
		}
		d.revoked[c.Origin] = is
	}
	if !is {
		return nil, nil
	}
	if _, err := d.s.store.Record(ctx, c.ID); err == nil || !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	return &batch.Refusal{Record: c.ID, Code: batch.RefusedRevoked}, nil
}

// Revocations implements exchange.Revoker: hubs are told.
func (s *Server) Revocations(ctx context.Context) ([]identity.Revocation, error) {
	return s.store.Revocations(ctx)
}

func (d *door) origin(ctx context.Context, id identity.ID) (batch.Registration, error) {
	if g, ok := d.known[id]; ok {
		return g, nil
	}
	g, err := d.s.store.Origin(ctx, id)
	if err == nil {
		d.known[id] = g
	}
	return g, err
}

// redeemed reports whether proof shows a token of ours that wasn't withdrawn.
func (s *Server) redeemed(ctx context.Context, device identity.ID, proof []byte) (bool, error) {
	tokens, err := s.store.Tokens(ctx)
	if err != nil {
		return false, err
	}
	for _, t := range tokens {
		if !t.Withdrawn && hmac.Equal(identity.Redeem(t.Token, device), proof) {
			return true, nil
		}
	}
	return false, nil
}

// AcceptLeaf implements exchange.Inbox. The last leaf of an attachment gives it
// its place in the log.
func (s *Server) AcceptLeaf(ctx context.Context, l batch.Leaf) error {
	whole, err := s.store.PutLeaf(ctx, l)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: its attachment is not known", batch.ErrLeaf)
	}
	if err != nil || !whole {
		return err
	}
	return s.sequence(ctx)
}

// Wants implements exchange.Inbox.
func (s *Server) Wants(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error) {
	return s.store.Lacking(ctx, origins, max)
}

// Custody implements exchange.Inbox: the centre's word is the receipt.
func (s *Server) Custody(context.Context, []batch.Chain) (*batch.Custody, error) { return nil, nil }

// Centre implements exchange.Inbox.
func (s *Server) Centre(context.Context) (*identity.Centre, error) {
	c := s.centre
	return &c, nil
}
