package batch

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// A Registration makes a device known. It is the first record of its control
// lane and is not sealed: relays and the public listener need its keys to
// check signatures. Names travel sealed, in a KindCard record.
type Registration struct {
	OrgKey      ed25519.PublicKey
	DeviceKey   ed25519.PublicKey
	Certificate []byte // the organisation's, over both keys
	Proof       []byte // identity.Redeem of the invite's token
}

// ErrRegistration means that a registration is damaged or its certificate false.
var ErrRegistration = errors.New("the registration is damaged or not genuine")

type registrationWire struct {
	OrgKey      ed25519.PublicKey `cbor:"1,keyasint"`
	DeviceKey   ed25519.PublicKey `cbor:"2,keyasint"`
	Certificate []byte            `cbor:"3,keyasint"`
	Proof       []byte            `cbor:"4,keyasint"`
}

// NewRegistration is the payload with which card's device redeems token.
func NewRegistration(card identity.Card, token [16]byte) []byte {
	return canon.Encode(registrationWire{card.OrgKey, card.DeviceKey, card.Certificate, identity.Redeem(token, card.ID())})
}

// ShownProof is the proof of a token that a registration shows, before
// anything of it is checked: a listener can turn a stranger away without the
// cost of two signatures.
func ShownProof(r Record) ([]byte, error) {
	var w registrationWire
	if r.Kind != KindRegistration || r.Epoch != 0 {
		return nil, fmt.Errorf("%w: it is a %v", ErrRegistration, r.Kind)
	}
	if err := canon.Decode(r.Payload, &w); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRegistration, err)
	}
	return w.Proof, nil
}

// ReadRegistration reads a registration out of r and checks that the device
// itself signed r and that its organisation certified it.
func ReadRegistration(r Record) (Registration, error) {
	var w registrationWire
	if r.Kind != KindRegistration || r.Epoch != 0 {
		return Registration{}, fmt.Errorf("%w: it is a %v", ErrRegistration, r.Kind)
	}
	if err := canon.Decode(r.Payload, &w); err != nil {
		return Registration{}, fmt.Errorf("%w: %v", ErrRegistration, err)
	}
	if !identity.CheckCertificate(w.OrgKey, w.DeviceKey, w.Certificate) {
		return Registration{}, fmt.Errorf("%w: certificate", ErrRegistration)
	}
	if err := r.Verify(w.DeviceKey); err != nil {
		return Registration{}, fmt.Errorf("%w: %v", ErrRegistration, err)
	}
	return Registration(w), nil
}

// OpenCard opens the card in a KindCard record, whose signature the caller has
// verified, and checks that it is the origin's own.
func OpenCard(r Record, e identity.Epoch) (identity.Card, error) {
	var c identity.Card
	if r.Kind != KindCard {
		return c, fmt.Errorf("%w: a %v is no card", ErrRecord, r.Kind)
	}
	plain, err := Unseal(r, e)
	if err != nil {
		return c, err
	}
	if err := c.UnmarshalBinary(plain); err != nil {
		return c, err
	}
	if c.ID() != r.Origin {
		return c, fmt.Errorf("%w: it is another device's", identity.ErrCard)
	}
	return c, nil
}

// EpochKeys hands an epoch's key to each recipient.
type EpochKeys struct {
	Number     uint32          `cbor:"1,keyasint"`
	Recipients []byte          `cbor:"2,keyasint"` // identity.Centre.RecipientsHash
	Wraps      []identity.Wrap `cbor:"3,keyasint"`
}

// NewEpochKeys wraps e for the recipients of a centre, for the records of one
// origin and consultation.
func NewEpochKeys(e identity.Epoch, c identity.Centre, origin identity.ID) ([]byte, error) {
	wraps, err := e.Wrap(c.Recipients, epochContext(origin, ConsultationOf(c.Consultation)))
	if err != nil {
		return nil, err
	}
	set := c.RecipientsHash()
	return canon.Encode(EpochKeys{e.Number, set[:], wraps}), nil
}

// ReadEpochKeys reads what an epoch's record holds, without opening it.
func ReadEpochKeys(r Record) (EpochKeys, error) {
	var w EpochKeys
	if r.Kind != KindEpoch || r.Epoch != 0 {
		return w, fmt.Errorf("%w: a %v is no epoch", ErrRecord, r.Kind)
	}
	if err := canon.Decode(r.Payload, &w); err != nil {
		return w, fmt.Errorf("%w: %v", ErrRecord, err)
	}
	return w, nil
}

// OpenEpochKeys opens the epoch key in r with a recipient's key. The caller
// has verified r.
func OpenEpochKeys(r Record, key identity.RecipientKey) (identity.Epoch, error) {
	w, err := ReadEpochKeys(r)
	if err != nil {
		return identity.Epoch{}, err
	}
	return identity.OpenEpoch(key, w.Number, w.Wraps, epochContext(r.Origin, r.Consultation))
}

func epochContext(origin identity.ID, c Consultation) []byte {
	return canon.Encode([][]byte{origin[:], c[:]})
}
