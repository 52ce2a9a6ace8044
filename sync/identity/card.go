package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"baraza.example/sync/canon"
)

// A Card is a public identity as handed over between people: an organisation,
// one of its devices, and the organisation's word that the device is its own.
type Card struct {
	OrgKey      ed25519.PublicKey
	DeviceKey   ed25519.PublicKey
	Org         string // name, at most MaxName bytes
	Device      string // name of the device, e.g. "office laptop"
	Certificate []byte // the organisation's signature over both keys
}

// MaxName bounds the names on a card, in bytes.
const MaxName = 300

// ErrCard means that a card is damaged or its certificate false.
var ErrCard = errors.New("this identity card is damaged or not genuine")

const domainCertificate = "device certificate v1"

func certify(org ed25519.PrivateKey, device ed25519.PublicKey, orgName, deviceName string) Card {
	c := Card{OrgKey: org.Public().(ed25519.PublicKey), DeviceKey: device, Org: clip(orgName), Device: clip(deviceName)}
	c.Certificate = Sign(org, domainCertificate, certified(c.OrgKey, c.DeviceKey))
	return c
}

// certified leaves the names out: they are sealed on the road, and relays
// check the certificate without them.
func certified(org, device ed25519.PublicKey) []byte {
	return canon.Encode([][]byte{org, device})
}

// CheckCertificate reports whether org vouches for device.
func CheckCertificate(org, device ed25519.PublicKey, certificate []byte) bool {
	return Verify(org, domainCertificate, certified(org, device), certificate)
}

// ID is the device's.
func (c Card) ID() ID { return IDOf(c.DeviceKey) }

// OrgID is the organisation's.
func (c Card) OrgID() ID { return IDOf(c.OrgKey) }

// Check reports ErrCard unless the organisation certified the device.
func (c Card) Check() error {
	if len(c.Org) > MaxName || len(c.Device) > MaxName || !CheckCertificate(c.OrgKey, c.DeviceKey, c.Certificate) {
		return ErrCard
	}
	return nil
}

type cardWire struct {
	OrgKey      []byte `cbor:"1,keyasint"`
	DeviceKey   []byte `cbor:"2,keyasint"`
	Org         string `cbor:"3,keyasint"`
	Device      string `cbor:"4,keyasint,omitempty"`
	Certificate []byte `cbor:"5,keyasint"`
}

func (c Card) wire() cardWire {
	return cardWire{c.OrgKey, c.DeviceKey, c.Org, c.Device, c.Certificate}
}

func (w cardWire) card() Card {
	return Card{w.OrgKey, w.DeviceKey, w.Org, w.Device, w.Certificate}
}

// MarshalBinary writes the card in CBOR.
func (c Card) MarshalBinary() ([]byte, error) { return canon.Encode(c.wire()), nil }

// UnmarshalBinary reads a card and checks its certificate.
func (c *Card) UnmarshalBinary(data []byte) error {
	var w cardWire
	if err := canon.Decode(data, &w); err != nil {
		return fmt.Errorf("%w: %v", ErrCard, err)
	}
	*c = w.card()
	return c.Check()
}

// clip shortens a name to MaxName bytes without cutting a character.
func clip(s string) string {
	s = strings.TrimSpace(s)
	if len(s) <= MaxName {
		return s
	}
	s = s[:MaxName]
	for len(s) > 0 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}
