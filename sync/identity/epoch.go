package identity

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20"

	"baraza.example/sync/canon"
)

// A Recipient is somebody for whom records are sealed: a public key of
// ML-KEM-768 + X25519 (1,216 bytes).
type Recipient struct {
	Name string
	Key  []byte
}

// ID names the recipient's key.
func (r Recipient) ID() ID {
	h := sha256.Sum256(r.Key)
	return ID(h[:16])
}

func (r Recipient) public() (hpke.PublicKey, error) { return hpke.MLKEM768X25519().NewPublicKey(r.Key) }

// A RecipientKey opens what is sealed for its Recipient. Seed is all of it;
// whoever has the 32 bytes can read.
type RecipientKey struct {
	Name string
	Seed [32]byte
}

// NewRecipientKey draws a key.
func NewRecipientKey(rand io.Reader, name string) (RecipientKey, error) {
	k := RecipientKey{Name: clip(name)}
	if _, err := io.ReadFull(rand, k.Seed[:]); err != nil {
		return k, fmt.Errorf("draw a recipient's key: %w", err)
	}
	return k, nil
}

func (k RecipientKey) private() (hpke.PrivateKey, error) {
	return hpke.MLKEM768X25519().NewPrivateKey(k.Seed[:])
}

// Public returns what devices seal for.
func (k RecipientKey) Public() (Recipient, error) {
	p, err := k.private()
	if err != nil {
		return Recipient{}, err
	}
	return Recipient{Name: k.Name, Key: p.PublicKey().Bytes()}, nil
}

// An Epoch is the symmetric key under which a device seals its records of one
// consultation for one set of recipients.
type Epoch struct {
	Number uint32 // drawn; 0 in a header means "not sealed"
	Key    [32]byte
}

// EpochRecords is how many records one epoch seals at the most.
const EpochRecords = 1000

// SealOverhead is what sealing adds to a text, in bytes.
const SealOverhead = 16

// ErrSeal means that a sealed text was changed, or is for another key.
var ErrSeal = errors.New("can't be opened: changed on the way, or sealed for another key")

// NewEpoch draws an epoch's key and number. Were epochs counted, two copies of
// a device would give one number to two keys.
func NewEpoch(rand io.Reader) (Epoch, error) {
	var e Epoch
	var number [4]byte
	if _, err := io.ReadFull(rand, e.Key[:]); err != nil {
		return e, fmt.Errorf("draw an epoch key: %w", err)
	}
	for e.Number == 0 {
		if _, err := io.ReadFull(rand, number[:]); err != nil {
			return e, fmt.Errorf("draw an epoch's number: %w", err)
		}
		e.Number = binary.BigEndian.Uint32(number[:])
	}
	return e, nil
}

// A Wrap is an epoch key sealed for one recipient.
type Wrap struct {
	Recipient ID     `cbor:"1,keyasint"`
	Sealed    []byte `cbor:"2,keyasint"`
}

func suite() (hpke.KDF, hpke.AEAD) { return hpke.HKDFSHA256(), hpke.ChaCha20Poly1305() }

// Wrap seals the epoch key for every recipient; context (origin, consultation
// and number, in the caller's encoding) binds it to its place.
func (e Epoch) Wrap(to []Recipient, context []byte) ([]Wrap, error) {
	kdf, aead := suite()
	wraps := make([]Wrap, 0, len(to))
	for _, r := range to {
		pub, err := r.public()
		if err != nil {
			return nil, fmt.Errorf("recipient %q: %w", r.Name, err)
		}
		sealed, err := hpke.Seal(pub, kdf, aead, epochInfo(e.Number, context), e.Key[:])
		if err != nil {
			return nil, fmt.Errorf("seal for recipient %q: %w", r.Name, err)
		}
		wraps = append(wraps, Wrap{r.ID(), sealed})
	}
	return wraps, nil
}

// OpenEpoch finds the wrap for key and opens it.
func OpenEpoch(key RecipientKey, number uint32, wraps []Wrap, context []byte) (Epoch, error) {
	if number == 0 {
		return Epoch{}, ErrSeal // it would stand for "not sealed"
	}
	pub, err := key.Public()
	if err != nil {
		return Epoch{}, err
	}
	private, err := key.private()
	if err != nil {
		return Epoch{}, err
	}
	kdf, aead := suite()
	for _, w := range wraps {
		if w.Recipient != pub.ID() {
			continue
		}
		plain, err := hpke.Open(private, kdf, aead, epochInfo(number, context), w.Sealed)
		if err != nil || len(plain) != 32 {
			return Epoch{}, ErrSeal
		}
		return Epoch{Number: number, Key: [32]byte(plain)}, nil
	}
	return Epoch{}, ErrSeal
}

func epochInfo(number uint32, context []byte) []byte {
	return canon.Encode([]any{"baraza epoch v1", number, context})
}

// Seal encrypts plaintext under the epoch and binds it to header. It is a
// deterministic authenticated encryption of the SIV kind (Rogaway and
// Shrimpton 2006): a 16-byte HMAC-SHA-256 over header and plaintext is both
// the tag and the salt of the one-time ChaCha20 key. A device that was cloned
// or set back can therefore not use a key stream twice: other text, other key;
// same text, same bytes.
func (e Epoch) Seal(header, plaintext []byte) []byte {
	tag := e.tag(header, plaintext)
	out := make([]byte, SealOverhead+len(plaintext))
	copy(out, tag)
	e.stream(tag).XORKeyStream(out[SealOverhead:], plaintext)
	return out
}

// Open decrypts and checks what Seal made.
func (e Epoch) Open(header, sealed []byte) ([]byte, error) {
	if len(sealed) < SealOverhead {
		return nil, ErrSeal
	}
	tag, plain := sealed[:SealOverhead], make([]byte, len(sealed)-SealOverhead)
	e.stream(tag).XORKeyStream(plain, sealed[SealOverhead:])
	if !hmac.Equal(tag, e.tag(header, plain)) {
		return nil, ErrSeal
	}
	return plain, nil
}

func (e Epoch) tag(header, plaintext []byte) []byte {
	m := hmac.New(sha256.New, e.derive("tag", nil))
	m.Write(canon.Encode(header)) // its length comes first, so nothing can move across
	m.Write(plaintext)
	return m.Sum(nil)[:SealOverhead]
}

func (e Epoch) stream(tag []byte) *chacha20.Cipher {
	c, err := chacha20.NewUnauthenticatedCipher(e.derive("stream", tag), make([]byte, chacha20.NonceSize))
	if err != nil {
		panic(err) // only for a wrong key length
	}
	return c
}

func (e Epoch) derive(purpose string, salt []byte) []byte {
	k, err := hkdf.Key(sha256.New, e.Key[:], salt, "baraza seal v1 "+purpose, 32)
	if err != nil {
		panic(err) // only for absurd lengths
	}
	return k
}
