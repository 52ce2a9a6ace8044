package central

import (
	"context"
	"errors"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// An opener opens records during one walk over the store. It looks each origin
// up once, so what comes in during the walk may be left to the next.
type opener struct {
	store   Store
	keys    []identity.RecipientKey
	origins map[identity.ID]*sender
	shut    map[shut]*ShutOut // nil until somebody asks
}

func (d *Desk) opener() *opener {
	return &opener{store: d.Store, keys: d.Keys, origins: map[identity.ID]*sender{}}
}

// A sender is what is known of an origin.
type sender struct {
	registration batch.Registration
	known        bool // it has a registration
	card         identity.Card
	epochs       map[epochName][]identity.Epoch
	sealed       map[epochName]bool // epochs whose record is here, opened or not
	attachments  map[[32]byte][]attached
}

// A number alone doesn't name an epoch: a device that was set back may have
// drawn the same one twice. All are tried.
type epochName struct {
	consultation batch.Consultation
	number       uint32
}

// An attached file is here at least as a list of leaves.
type attached struct {
	record   batch.RecordID
	leaves   int
	manifest batch.Manifest
}

// maxEpochsTried bounds what one hostile device can make the desk do for each
// of its records.
const maxEpochsTried = 16

func (o *opener) origin(ctx context.Context, id identity.ID) (*sender, error) {
	if s := o.origins[id]; s != nil {
		return s, nil
	}
	s := &sender{epochs: map[epochName][]identity.Epoch{}, sealed: map[epochName]bool{}, attachments: map[[32]byte][]attached{}}
	var err error
	switch s.registration, err = o.store.Origin(ctx, id); {
	case err == nil:
		s.known = true
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	var cards, lists []batch.Record
	for r, err := range o.store.Records(ctx, Query{Origin: &id, Kinds: []batch.Kind{batch.KindEpoch, batch.KindCard, batch.KindAttachment}}) {
		if err != nil {
			return nil, err
		}
		if s.verify(r.Record) != nil {
			continue
		}
		switch r.Kind {
		case batch.KindEpoch:
			s.addEpoch(r.Record, o.keys)
		case batch.KindCard:
			cards = append(cards, r.Record)
		case batch.KindAttachment:
			lists = append(lists, r.Record)
		}
	}
	for _, r := range cards { // the last one that opens counts
		_ = s.open(r, r.Epoch, func(k identity.Epoch) error {
			card, err := batch.OpenCard(r, k)
			if err == nil {
				s.card = card
			}
			return err
		})
	}
	for _, r := range lists {
		s.addAttachment(r)
	}
	o.origins[id] = s
	return s, nil
}

// verify checks the author's signature anew: whoever could change the store
// must not be able to put words into somebody's mouth.
func (s *sender) verify(r batch.Record) error {
	if !s.known {
		return fmt.Errorf("%w: its device is not registered", identity.ErrSignature)
	}
	return r.Verify(s.registration.DeviceKey)
}

func (s *sender) addEpoch(r batch.Record, keys []identity.RecipientKey) {
	wrapped, err := batch.ReadEpochKeys(r)
	if err != nil {
		return
	}
	name := epochName{r.Consultation, wrapped.Number}
	s.sealed[name] = true
	if len(s.epochs[name]) >= maxEpochsTried {
		return
	}
	for _, key := range keys {
		if e, err := batch.OpenEpochKeys(r, key); err == nil {
			s.epochs[name] = append(s.epochs[name], e)
			return
		}
	}
}

func (s *sender) addAttachment(r batch.Record) {
	l, err := batch.ReadLeafList(r)
	if err != nil {
		return
	}
	_ = s.open(r, l.Epoch, func(k identity.Epoch) error {
		m, err := batch.OpenManifest(r, l, k)
		if err == nil {
			s.attachments[m.Hash] = append(s.attachments[m.Hash], attached{r.ID, len(l.Leaves), m})
		}
		return err
	})
}

// open calls with for each key that epoch number may have, until one fits.
func (s *sender) open(r batch.Record, number uint32, with func(identity.Epoch) error) error {
	name := epochName{r.Consultation, number}
	var err error
	for _, e := range s.epochs[name] {
		if err = with(e); err == nil || !errors.Is(err, identity.ErrSeal) {
			return err
		}
	}
	switch {
	case err != nil:
		return err
	case s.sealed[name]:
		return ErrNoKey
	}
	return ErrNoEpoch
}
