package identity

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"baraza.example/sync/canon"
)

// A Centre is what a centre says of itself, signed by its root key: for whom
// to seal, and which key signs its log. Hubs hand it on; nobody can change it.
type Centre struct {
	Name         string
	Consultation string // ID of the consultation it receives for
	RootKey      ed25519.PublicKey
	LogKey       ed25519.PublicKey // signs checkpoints
	Recipients   []Recipient
	Issued       int64 // seconds since 1970, UTC; the later card replaces the earlier
	Signature    []byte
}

// MinRecipients is how many keys a centre must have: two of the secretariat
// and one kept offline.
const MinRecipients = 3

const (
	maxRecipients   = 16
	domainCentre    = "centre v1"
	maxCentreLength = 64 << 10
)

// ErrCentre means that a centre's card is damaged or not signed by its root key.
var ErrCentre = errors.New("the centre's card is damaged or not genuine")

// ErrOtherRoot means that a centre is not the one of the invite.
var ErrOtherRoot = errors.New("this is another centre than the invite's: its root key differs")

type centreWire struct {
	Name         string          `cbor:"1,keyasint"`
	Consultation string          `cbor:"2,keyasint"`
	RootKey      []byte          `cbor:"3,keyasint"`
	LogKey       []byte          `cbor:"4,keyasint"`
	Recipients   []recipientWire `cbor:"5,keyasint"`
	Issued       int64           `cbor:"6,keyasint"`
}

type recipientWire struct {
	Name string `cbor:"1,keyasint"`
	Key  []byte `cbor:"2,keyasint"`
}

// SignCentre completes c with the root key's signature.
func SignCentre(root ed25519.PrivateKey, c Centre) (Centre, error) {
	c.RootKey = root.Public().(ed25519.PublicKey)
	c.Signature = Sign(root, domainCentre, c.body())
	return c, c.Check()
}

func (c Centre) body() []byte {
	w := centreWire{c.Name, c.Consultation, c.RootKey, c.LogKey, nil, c.Issued}
	for _, r := range c.Recipients {
		w.Recipients = append(w.Recipients, recipientWire(r))
	}
	return canon.Encode(w)
}

// Root is the ID that an invite names.
func (c Centre) Root() ID { return IDOf(c.RootKey) }

// RecipientsHash names the set of recipients in their order.
func (c Centre) RecipientsHash() [16]byte {
	h := sha256.New()
	for _, r := range c.Recipients {
		id := r.ID()
		h.Write(id[:])
	}
	return [16]byte(h.Sum(nil))
}

// Check reports ErrCentre unless the card is complete and signed. A card that
// passes can be sealed for: no recipient's key is damaged or stands twice.
func (c Centre) Check() error {
	if len(c.Recipients) < MinRecipients || len(c.Recipients) > maxRecipients || len(c.LogKey) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: recipients or log key", ErrCentre)
	}
	if len(c.Name) > MaxName || c.Consultation == "" || len(c.Consultation) > MaxName {
		return fmt.Errorf("%w: name or consultation", ErrCentre)
	}
	seen := map[ID]bool{}
	for _, r := range c.Recipients {
		if _, err := r.public(); err != nil || seen[r.ID()] || len(r.Name) > MaxName {
			return fmt.Errorf("%w: recipient %q", ErrCentre, r.Name)
		}
		seen[r.ID()] = true
	}
	if !Verify(c.RootKey, domainCentre, c.body(), c.Signature) {
		return fmt.Errorf("%w: signature", ErrCentre)
	}
	return nil
}

// MarshalBinary writes the card: a CBOR array of the signed bytes and the signature.
func (c Centre) MarshalBinary() ([]byte, error) {
	return canon.Encode([][]byte{c.body(), c.Signature}), nil
}

// UnmarshalBinary reads a card and checks it against its own root key; whether
// that root is the right one only an invite can say.
func (c *Centre) UnmarshalBinary(data []byte) error {
	if len(data) > maxCentreLength {
		return fmt.Errorf("%w: %d bytes", ErrCentre, len(data))
	}
	var parts [][]byte
	var w centreWire
	if err := canon.DecodeExact(data, &parts); err != nil || len(parts) != 2 {
		return ErrCentre
	}
	if err := canon.DecodeExact(parts[0], &w); err != nil {
		return fmt.Errorf("%w: %v", ErrCentre, err)
	}
	*c = Centre{Name: w.Name, Consultation: w.Consultation, RootKey: w.RootKey, LogKey: w.LogKey, Issued: w.Issued, Signature: parts[1]}
	for _, r := range w.Recipients {
		c.Recipients = append(c.Recipients, Recipient(r))
	}
	return c.Check()
}
