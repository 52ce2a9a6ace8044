package workspace

import (
	"fmt"
	"io"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// sealing is what a device remembers between two records it seals. It is
// stored in the same transaction as the records, so it can't fall behind.
type sealing struct {
	Incarnation uint64   `cbor:"1,keyasint"`
	Number      uint32   `cbor:"2,keyasint"` // of the epoch; 0: none yet
	Key         [32]byte `cbor:"3,keyasint"`
	Recipients  [16]byte `cbor:"4,keyasint"` // for whom the epoch was drawn
	Used        int      `cbor:"5,keyasint"` // records sealed under it
	// Registration is that of this incarnation, zero: it is not made yet.
	Registration batch.RecordID `cbor:"6,keyasint"`
	Renewals     int            `cbor:"7,keyasint"` // incarnations begun since the centre received something
	Renewed      int64          `cbor:"8,keyasint"` // when the last one was
}

// A sealer makes the records of one device in their order: registration,
// epoch and card first, then what a person made ready.
type sealer struct {
	sealing
	self   *identity.Identity
	centre identity.Centre
	token  [16]byte
	rand   io.Reader
	tails  map[batch.Lane]batch.Have
	made   []batch.Record
	drawn  []identity.Epoch // to be kept: what is asked back is sealed under them
}

// prepare makes sure that this incarnation is registered and that there is an
// epoch for today's recipients with room in it.
func (s *sealer) prepare() error {
	if s.Registration == (batch.RecordID{}) {
		r, err := s.add(batch.KindRegistration, batch.Control, 0, func(batch.Header) []byte {
			return batch.NewRegistration(s.self.Card, s.token)
		})
		if err != nil {
			return err
		}
		s.Registration = r.ID
	}
	if s.Number > 0 && s.Recipients == s.centre.RecipientsHash() && s.Used < identity.EpochRecords {
		return nil
	}
	epoch, err := identity.NewEpoch(s.rand)
	if err != nil {
		return err
	}
	keys, err := batch.NewEpochKeys(epoch, s.centre, s.self.ID())
	if err != nil {
		return fmt.Errorf("seal an epoch's key: %w", err)
	}
	if _, err := s.add(batch.KindEpoch, batch.Control, 0, func(batch.Header) []byte { return keys }); err != nil {
		return err
	}
	s.drawn = append(s.drawn, epoch)
	s.Number, s.Key, s.Recipients, s.Used = epoch.Number, epoch.Key, s.centre.RecipientsHash(), 0
	card, err := s.self.Card.MarshalBinary()
	if err != nil {
		return err
	}
	_, err = s.add(batch.KindCard, batch.Control, s.Number, func(h batch.Header) []byte { return s.seal(h, card) })
	return err
}

// revocation makes the record that brings a revocation.
func (s *sealer) revocation(v identity.Revocation) (batch.Record, error) {
	return s.add(batch.KindRevocation, batch.Control, 0, func(batch.Header) []byte { return batch.NewRevocation(v) })
}

// submission makes the record of a response or contribution.
func (s *sealer) submission(kind batch.Kind, c batch.Content) (batch.Record, error) {
	if err := s.prepare(); err != nil {
		return batch.Record{}, err
	}
	c.Author = s.self.Card.DeviceKey
	return s.add(kind, batch.Text, s.Number, func(h batch.Header) []byte { return s.seal(h, c.Encode()) })
}

// preview makes the record of a small picture that goes ahead of a file.
func (s *sealer) preview(p batch.Preview) (batch.Record, error) {
	if err := s.prepare(); err != nil {
		return batch.Record{}, err
	}
	p.Author = s.self.Card.DeviceKey
	return s.add(batch.KindPreview, batch.Previews, s.Number, func(h batch.Header) []byte { return s.seal(h, p.Encode()) })
}

// attachment makes the record with the leaf list of a file.
func (s *sealer) attachment(m batch.Manifest, size int64, leaves [][16]byte) (batch.Record, error) {
	if err := s.prepare(); err != nil {
		return batch.Record{}, err
	}
	m.Author = s.self.Card.DeviceKey
	return s.add(batch.KindAttachment, batch.Attachments, 0, func(h batch.Header) []byte {
		s.Used++
		return batch.NewLeafList(h, s.epoch(), m, size, leaves)
	})
}

func (s *sealer) epoch() identity.Epoch { return identity.Epoch{Number: s.Number, Key: s.Key} }

func (s *sealer) seal(h batch.Header, plain []byte) []byte {
	s.Used++
	return s.epoch().Seal(h.Bytes(), plain)
}

func (s *sealer) add(kind batch.Kind, lane batch.Lane, epoch uint32, payload func(batch.Header) []byte) (batch.Record, error) {
	tail := s.tails[lane]
	h := batch.Header{
		Chain:        batch.Chain{Origin: s.self.ID(), Incarnation: s.Incarnation, Lane: lane},
		Seq:          tail.Seq + 1,
		Kind:         kind,
		Consultation: batch.ConsultationOf(s.centre.Consultation),
		Prev:         tail.Hash,
		Epoch:        epoch,
	}
	r, err := batch.Make(s.self.Device, h, payload(h))
	if err != nil {
		return r, fmt.Errorf("sign a %v: %w", kind, err)
	}
	s.tails[lane] = r.Have()
	s.made = append(s.made, r)
	return r, nil
}
