package batch

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// Custody is a hub's countersigned word that it holds an origin's chains up to
// these entries and will carry them on. It is not a receipt.
type Custody struct {
	Hub       identity.ID
	HubKey    ed25519.PublicKey
	Name      string // of the hub, for "at the hub NAME"
	Held      []Have
	Time      int64 // by the hub's clock
	Signature []byte
}

// ErrCustody means that a hub's word is damaged or not its own.
var ErrCustody = errors.New("the hub's word of custody does not fit its key")

const (
	domainCustody = "custody v1"
	maxHeld       = 4096
)

type custodyWire struct {
	HubKey    []byte     `cbor:"1,keyasint"`
	Name      string     `cbor:"2,keyasint"`
	Held      []haveWire `cbor:"3,keyasint"`
	Time      int64      `cbor:"4,keyasint"`
	Signature []byte     `cbor:"5,keyasint,omitempty"`
}

// SignCustody completes c with the hub's key.
func SignCustody(hub *identity.Identity, c Custody) Custody {
	c.Hub, c.HubKey = hub.ID(), hub.Card.DeviceKey
	c.Signature = hub.Sign(domainCustody, c.body())
	return c
}

func (c Custody) body() []byte {
	return canon.Encode(custodyWire{c.HubKey, c.Name, havesToWire(c.Held), c.Time, nil})
}

// Encode writes c for a frame or a store.
func (c Custody) Encode() []byte {
	return canon.Encode(custodyWire{c.HubKey, c.Name, havesToWire(c.Held), c.Time, c.Signature})
}

// DecodeCustody reads what Encode wrote and checks its signature.
func DecodeCustody(raw []byte) (Custody, error) {
	var w custodyWire
	if err := canon.DecodeExact(raw, &w); err != nil || len(w.Held) > maxHeld || len(w.Name) > identity.MaxName {
		return Custody{}, fmt.Errorf("%w: damaged", ErrCustody)
	}
	held, err := havesFromWire(w.Held)
	if err != nil {
		return Custody{}, fmt.Errorf("%w: %v", ErrCustody, err)
	}
	c := Custody{identity.IDOf(w.HubKey), w.HubKey, w.Name, held, w.Time, w.Signature}
	if !identity.Verify(c.HubKey, domainCustody, c.body(), c.Signature) {
		return Custody{}, ErrCustody
	}
	return c, nil
}
