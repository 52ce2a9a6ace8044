package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"

	"baraza.example/sync/canon"
)

// A Request is what a second device of an organisation hands to the first one: its key
// and its name, signed by itself. It is no secret; people compare its ID.
type Request struct {
	DeviceKey ed25519.PublicKey
	Device    string // name, at most MaxName bytes
	Signature []byte
}

// The schemes of lines about devices. A card's line is what people show each other.
const (
	RequestScheme = "baraza-device:"
	CardScheme    = "baraza-card:"
	RevokedScheme = "baraza-revoked:"
)

const domainRequest = "device request v1"

// ErrNoOrgKey means that another device of the organisation has to do it: this one was
// certified by it and doesn't hold the organisation's key.
var ErrNoOrgKey = errors.New("this device doesn't hold its organisation's key: use the device on which the organisation was set up")

// ErrRequest means that a device's request is damaged or not its own.
var ErrRequest = errors.New("this is no device's request, or a damaged one")

type requestWire struct {
	_         struct{} `cbor:",toarray"`
	Key       []byte
	Name      string
	Signature []byte
}

// NewDevice draws the key of a device that asks an organisation for a certificate. What it
// returns is an Identity once [Identity.Accept] was given the card.
func NewDevice(rand io.Reader, device string) (*Identity, Request, error) {
	_, key, err := ed25519.GenerateKey(rand)
	if err != nil {
		return nil, Request{}, fmt.Errorf("draw the device's key: %w", err)
	}
	i := &Identity{Device: key}
	return i, i.Request(device), nil
}

// OfSeed is a device that has no card yet, of the seed of its key.
func OfSeed(seed []byte) (*Identity, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, errors.New("identity: a seed has the wrong length")
	}
	return &Identity{Device: ed25519.NewKeyFromSeed(seed)}, nil
}

// Request asks for a certificate under a name.
func (i *Identity) Request(device string) Request {
	r := Request{DeviceKey: i.Device.Public().(ed25519.PublicKey), Device: clip(device)}
	r.Signature = i.Sign(domainRequest, r.signed())
	return r
}

func (r Request) signed() []byte {
	return canon.Encode(requestWire{Key: r.DeviceKey, Name: r.Device, Signature: []byte{}})
}

// ID is the device's: people compare it on both screens.
func (r Request) ID() ID { return IDOf(r.DeviceKey) }

// Line is the request as one line.
func (r Request) Line() string {
	return makeLine(RequestScheme, canon.Encode(requestWire{Key: r.DeviceKey, Name: r.Device, Signature: r.Signature}))
}

// ParseRequest finds a request in a text and checks that its device signed it.
func ParseRequest(text []byte) (Request, error) {
	var w requestWire
	if err := findLine(text, RequestScheme, &w); err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	r := Request{w.Key, w.Name, w.Signature}
	if len(r.Device) > MaxName || !Verify(r.DeviceKey, domainRequest, r.signed(), r.Signature) {
		return Request{}, ErrRequest
	}
	return r, nil
}

// Certify makes the card of another device of the organisation.
func (i *Identity) Certify(r Request) (Card, error) {
	if i.Org == nil {
		return Card{}, ErrNoOrgKey
	}
	return certify(i.Org, r.DeviceKey, i.Card.Org, r.Device), nil
}

// Accept takes the card that an organisation made for this device. It returns
// ErrCard when the card is another device's.
func (i *Identity) Accept(c Card) error {
	if err := c.Check(); err != nil {
		return err
	}
	if !c.DeviceKey.Equal(i.Device.Public()) {
		return fmt.Errorf("%w: it is the card of the device %s", ErrCard, c.ID().Short())
	}
	i.Card = c
	return nil
}

// Line is the card as one line, short enough for a QR code.
func (c Card) Line() string { return makeLine(CardScheme, canon.Encode(c.wire())) }

// ParseCard finds a card in a text and checks its certificate.
func ParseCard(text []byte) (Card, error) {
	var w cardWire
	if err := findLine(text, CardScheme, &w); err != nil {
		return Card{}, fmt.Errorf("%w: %w", ErrCard, err)
	}
	return w.card(), w.card().Check()
}
