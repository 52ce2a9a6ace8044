package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"baraza.example/sync/canon"
)

// A Revocation is an organisation's word that one of its devices is not to be believed
// any more: it was lost or stolen. It can't be taken back; the device can be
// given a new key.
type Revocation struct {
	OrgKey    ed25519.PublicKey
	Device    ID
	Signature []byte // the organisation's
}

// ErrRevocation means that a revocation is damaged or not its organisation's.
var ErrRevocation = errors.New("the revocation is damaged or not genuine")

const domainRevocation = "device revocation v1"

type revocationWire struct {
	_         struct{} `cbor:",toarray"`
	OrgKey    []byte
	Device    []byte
	Signature []byte
}

// Revoke signs the revocation of a device of the organisation. Whether it is one of
// its devices, those know who hold its registration: see [Revocation.Of].
func (i *Identity) Revoke(device ID) (Revocation, error) {
	if i.Org == nil {
		return Revocation{}, ErrNoOrgKey
	}
	r := Revocation{OrgKey: i.Org.Public().(ed25519.PublicKey), Device: device}
	r.Signature = Sign(i.Org, domainRevocation, r.signed())
	return r, nil
}

func (r Revocation) signed() []byte { return canon.Encode([][]byte{r.OrgKey, r.Device[:]}) }

// Check reports ErrRevocation unless the organisation signed it.
func (r Revocation) Check() error {
	if !Verify(r.OrgKey, domainRevocation, r.signed(), r.Signature) {
		return ErrRevocation
	}
	return nil
}

// Of reports whether r is about this device of this organisation. No other organisation's
// word counts.
func (r Revocation) Of(org ed25519.PublicKey, device ID) bool {
	return r.Device == device && r.OrgKey.Equal(org)
}

// Line is the revocation as one line, for another device of the organisation to bring.
func (r Revocation) Line() string {
	return makeLine(RevokedScheme, canon.Encode(revocationWire{OrgKey: r.OrgKey, Device: r.Device[:], Signature: r.Signature}))
}

// ParseRevocation finds a revocation in a text and checks it.
func ParseRevocation(text []byte) (Revocation, error) {
	var w revocationWire
	if err := findLine(text, RevokedScheme, &w); err != nil {
		return Revocation{}, fmt.Errorf("%w: %w", ErrRevocation, err)
	}
	return w.revocation()
}

func (w revocationWire) revocation() (Revocation, error) {
	if len(w.Device) != len(ID{}) {
		return Revocation{}, ErrRevocation
	}
	r := Revocation{OrgKey: w.OrgKey, Device: ID(w.Device), Signature: w.Signature}
	return r, r.Check()
}

// MarshalBinary writes the revocation in CBOR: a list of key, ID and signature.
func (r Revocation) MarshalBinary() ([]byte, error) {
	return canon.Encode(revocationWire{OrgKey: r.OrgKey, Device: r.Device[:], Signature: r.Signature}), nil
}

// UnmarshalBinary reads a revocation, exactly, and checks it.
func (r *Revocation) UnmarshalBinary(data []byte) error {
	var w revocationWire
	if err := canon.DecodeExact(data, &w); err != nil {
		return fmt.Errorf("%w: %v", ErrRevocation, err)
	}
	var err error
	*r, err = w.revocation()
	return err
}
