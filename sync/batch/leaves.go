package batch

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// LeafSize is how many plain bytes of an attachment one leaf holds.
const LeafSize = 8 << 10

const leafOverhead = chacha20poly1305.Overhead

// A LeafList is the payload of an attachment's record. It is not sealed as a
// whole: relays need the hashes to know which leaves they lack. Manifest is.
type LeafList struct {
	Size     int64      `cbor:"1,keyasint"` // plain bytes of the attachment
	Leaves   [][16]byte `cbor:"2,keyasint"` // first half of the SHA-256 of each sealed leaf
	Epoch    uint32     `cbor:"3,keyasint"`
	Manifest []byte     `cbor:"4,keyasint"` // sealed under Epoch and bound to the header: Manifest
}

// A Manifest says, inside the seal, what an attachment is.
type Manifest struct {
	Author     []byte   `cbor:"1,keyasint"`
	InstanceID string   `cbor:"2,keyasint"` // of the submission it belongs to
	Name       string   `cbor:"3,keyasint"`
	Hash       [32]byte `cbor:"4,keyasint"` // SHA-256 of the plain bytes
	Key        [32]byte `cbor:"5,keyasint"` // of its leaves; drawn for this attachment and used for no other
}

// A Leaf is one piece of an attachment on the road.
type Leaf struct {
	_          struct{} `cbor:",toarray"`
	Attachment RecordID // the record with the leaf list
	Index      uint32
	Sealed     []byte
}

// A Want asks for leaves of an attachment.
type Want struct {
	_          struct{} `cbor:",toarray"`
	Attachment RecordID
	Ranges     [][2]uint32 // from, up to but not including
}

// MaxAttachment is the largest attachment, in plain bytes.
const MaxAttachment = 512 << 20

// ErrLeaf means that a leaf or leaf list is damaged.
var ErrLeaf = errors.New("a piece of an attachment is damaged")

// ErrNoLeaf means that a keeper lacks a leaf; a peer will ask elsewhere.
var ErrNoLeaf = errors.New("this piece of the attachment is not here")

// LeafCount is how many leaves size bytes make; an empty file has none.
func LeafCount(size int64) int { return int((size + LeafSize - 1) / LeafSize) }

// SealLeaf seals the plain bytes of leaf index under the attachment's key. The
// same leaf always gives the same bytes, so nothing sealed need be kept.
func SealLeaf(key [32]byte, index uint32, plain []byte) []byte {
	aead, nonce := leafCipher(key, index)
	return aead.Seal(nil, nonce, plain, nil)
}

// OpenLeaf opens what SealLeaf made.
func OpenLeaf(key [32]byte, index uint32, sealed []byte) ([]byte, error) {
	aead, nonce := leafCipher(key, index)
	plain, err := aead.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: leaf %d can't be opened", ErrLeaf, index)
	}
	return plain, nil
}

func leafCipher(key [32]byte, index uint32) (cipher.AEAD, []byte) {
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		panic(err) // only for a wrong key length
	}
	nonce := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint32(nonce[chacha20poly1305.NonceSize-4:], index)
	return aead, nonce
}

// LeafSum is a leaf's entry in the list.
func LeafSum(sealed []byte) [16]byte {
	h := sha256.Sum256(sealed)
	return [16]byte(h[:16])
}

// NewLeafList is the payload for an attachment whose record will have header h
// (h.Epoch is 0: the list itself is clear).
func NewLeafList(h Header, e identity.Epoch, m Manifest, size int64, leaves [][16]byte) []byte {
	return canon.Encode(LeafList{size, leaves, e.Number, e.Seal(h.Bytes(), canon.Encode(m))})
}

// ReadLeafList reads the leaf list out of r.
func ReadLeafList(r Record) (LeafList, error) {
	var l LeafList
	if r.Kind != KindAttachment || r.Epoch != 0 {
		return l, fmt.Errorf("%w: a %v has no leaf list", ErrLeaf, r.Kind)
	}
	if err := canon.Decode(r.Payload, &l); err != nil {
		return l, fmt.Errorf("%w: %v", ErrLeaf, err)
	}
	if l.Size < 0 || l.Size > MaxAttachment || LeafCount(l.Size) != len(l.Leaves) {
		return l, fmt.Errorf("%w: %d leaves for %d bytes", ErrLeaf, len(l.Leaves), l.Size)
	}
	if l.Epoch == 0 {
		return l, fmt.Errorf("%w: its manifest is not sealed", ErrLeaf)
	}
	return l, nil
}

// OpenManifest opens the sealed part of a leaf list.
func OpenManifest(r Record, l LeafList, e identity.Epoch) (Manifest, error) {
	var m Manifest
	if l.Epoch != e.Number {
		return m, identity.ErrSeal
	}
	plain, err := e.Open(r.Header.Bytes(), l.Manifest)
	if err != nil {
		return m, err
	}
	if err := canon.Decode(plain, &m); err != nil {
		return m, fmt.Errorf("%w: %v", ErrLeaf, err)
	}
	if identity.IDOf(m.Author) != r.Origin {
		return m, fmt.Errorf("%w: another author than its origin", ErrLeaf)
	}
	return m, nil
}

// Sealed is how many bytes all leaves of the list have on the road.
func (l LeafList) Sealed() int64 {
	return l.Size + int64(len(l.Leaves))*leafOverhead
}

// Check reports ErrLeaf unless sealed is leaf index of the list. All leaves
// are full but the last, so that the opened leaves have Size bytes together.
func (l LeafList) Check(index uint32, sealed []byte) error {
	if int64(index) >= int64(len(l.Leaves)) || LeafSum(sealed) != l.Leaves[index] {
		return fmt.Errorf("%w: leaf %d is not the one that was signed", ErrLeaf, index)
	}
	if plain := min(LeafSize, l.Size-int64(index)*LeafSize); int64(len(sealed)) != plain+leafOverhead {
		return fmt.Errorf("%w: leaf %d has %d bytes instead of %d", ErrLeaf, index, len(sealed), plain+leafOverhead)
	}
	return nil
}
