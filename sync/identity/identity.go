// Package identity says who signed and for whom something is sealed. It signs
// and seals bytes and knows nothing of what they mean.
//
// Signatures are Ed25519 (RFC 8032), envelopes COSE_Sign1 (RFC 9052) over
// deterministic CBOR, sealing for recipients HPKE (RFC 9180) with
// ML-KEM-768 + X25519 (draft-ietf-hpke-pq). docs/protocol/identity.md,
// envelope.md and epoch.md have every byte. Start at [New], [SignEnvelope] and [NewEpoch].
package identity

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"baraza.example/sync/canon"
)

// An ID names a key: the first 16 bytes of the SHA-256 of an Ed25519 public key.
type ID [16]byte

// IDOf returns the ID of a public key.
func IDOf(key ed25519.PublicKey) ID {
	h := sha256.Sum256(key)
	return ID(h[:16])
}

// String shows the ID with two check digits, in groups of four: what people
// compare or type.
func (id ID) String() string {
	ds, _ := digits(base32Crockford.EncodeToString(id[:]))
	s := letters(append(ds, checkDigit(ds, 1), checkDigit(ds, 2)))
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Short is the first eight characters, enough for two people to compare who
// stand beside each other; never enough to trust a stranger.
func (id ID) Short() string { return id.String()[:9] }

// Hex is the form of file names and logs.
func (id ID) Hex() string { return hex.EncodeToString(id[:]) }

// ParseHex reads what Hex wrote.
func ParseHex(s string) (id ID, err error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(id) {
		return id, fmt.Errorf("identity: %q is no ID", s)
	}
	return ID(raw), nil
}

// ParseID reads what String wrote, forgiving case and separators.
func ParseID(s string) (ID, error) {
	ds, err := digits(s)
	if err != nil {
		return ID{}, err
	}
	if len(ds) != 28 || checkDigit(ds[:26], 1) != ds[26] || checkDigit(ds[:26], 2) != ds[27] {
		return ID{}, ErrCheckDigits
	}
	raw, err := base32Crockford.DecodeString(letters(ds[:26]))
	if err != nil {
		return ID{}, fmt.Errorf("identity: %w", err)
	}
	return ID(raw), nil
}

// An Identity is a device's private side: its own key and, on the first device
// of an organisation, the organisation's.
type Identity struct {
	Org    ed25519.PrivateKey // nil on a device that another one certified
	Device ed25519.PrivateKey
	Card   Card
}

// New draws the keys of an organisation and of its first device.
func New(rand io.Reader, organisation, device string) (*Identity, error) {
	_, org, err := ed25519.GenerateKey(rand)
	if err != nil {
		return nil, fmt.Errorf("draw the organisation's key: %w", err)
	}
	_, dev, err := ed25519.GenerateKey(rand)
	if err != nil {
		return nil, fmt.Errorf("draw the device's key: %w", err)
	}
	return &Identity{Org: org, Device: dev, Card: certify(org, dev.Public().(ed25519.PublicKey), organisation, device)}, nil
}

// ID is the device's: what stands as origin in the header of its records.
func (i *Identity) ID() ID { return i.Card.ID() }

// Sign signs message with the device's key for one purpose; a signature for
// one domain never verifies in another.
func (i *Identity) Sign(domain string, message []byte) []byte {
	return Sign(i.Device, domain, message)
}

type identityWire struct {
	Org    []byte   `cbor:"1,keyasint,omitempty"`
	Device []byte   `cbor:"2,keyasint"`
	Card   cardWire `cbor:"3,keyasint"`
}

// MarshalBinary writes the private keys; only a sealed store may hold them.
func (i *Identity) MarshalBinary() ([]byte, error) {
	w := identityWire{Device: i.Device.Seed(), Card: i.Card.wire()}
	if i.Org != nil {
		w.Org = i.Org.Seed()
	}
	return canon.Encode(w), nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (i *Identity) UnmarshalBinary(data []byte) error {
	var w identityWire
	if err := canon.Decode(data, &w); err != nil {
		return fmt.Errorf("read identity: %w", err)
	}
	if len(w.Device) != ed25519.SeedSize || len(w.Org) != 0 && len(w.Org) != ed25519.SeedSize {
		return errors.New("read identity: a key has the wrong length")
	}
	*i = Identity{Device: ed25519.NewKeyFromSeed(w.Device), Card: w.Card.card()}
	if len(w.Org) != 0 {
		i.Org = ed25519.NewKeyFromSeed(w.Org)
	}
	if err := i.Card.Check(); err != nil {
		return err
	}
	if !i.Card.DeviceKey.Equal(i.Device.Public()) || i.Org != nil && !i.Card.OrgKey.Equal(i.Org.Public()) {
		return errors.New("read identity: the card is of another key")
	}
	return nil
}

// Sign signs message for one purpose, named by domain.
func Sign(key ed25519.PrivateKey, domain string, message []byte) []byte {
	return ed25519.Sign(key, domainBytes(domain, message))
}

// Verify reports whether key signed message for the purpose domain.
func Verify(key ed25519.PublicKey, domain string, message, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, domainBytes(domain, message), signature)
}

func domainBytes(domain string, message []byte) []byte {
	return append([]byte("baraza "+domain+"\x00"), message...)
}
