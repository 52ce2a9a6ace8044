package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// The key file, docs/protocol/keys.md.
const (
	keysName = "keys"
	// keysCopyName is the same file again: one bad sector must not take all.
	keysCopyName = "keys.copy"
	kekName      = "kek"
	keysMagic    = "BARAZAKY"
	keySize      = chacha20poly1305.KeySize
	saltSize     = 16
	slotSize     = 1 + 4 + 4 + 1 + saltSize + chacha20poly1305.NonceSizeX + keySize + chacha20poly1305.Overhead
	maxSlots     = 8
)

type slotKind uint8

const (
	slotFile       slotKind = 1 // the key-encryption key stands in the file "kek"
	slotPassphrase slotKind = 2 // it is derived by Argon2id
	slotWords      slotKind = 3 // it is derived from the recovery words
	slotOutside    slotKind = 4 // it is derived from a key that is kept elsewhere
)

// version is that of the key file which brought the kind.
func (k slotKind) version() byte {
	if k <= slotPassphrase {
		return 1
	}
	return keysVersion
}

const keysVersion = 2

// cost is what a passphrase guess costs, in the words of RFC 9106. Memory is KiB.
type cost struct {
	time, memory uint32
	threads      uint8
}

// A key file may ask for no less than the floor of OWASP and for no more than
// an old laptop has: a hostile one must not fill the memory.
var (
	leastCost = cost{2, 19 << 10, 1}
	mostCost  = cost{64, 512 << 10, 16}
)

func (c cost) check() error {
	if c.time < leastCost.time || c.memory < leastCost.memory || c.threads < leastCost.threads ||
		c.time > mostCost.time || c.memory > mostCost.memory || c.threads > mostCost.threads {
		return fmt.Errorf("Argon2id with t=%d, m=%d KiB, p=%d is out of bounds", c.time, c.memory, c.threads)
	}
	return nil
}

func (c cost) derive(passphrase, salt []byte) []byte {
	k := argon2.IDKey(passphrase, salt, c.time, c.memory, c.threads, keySize)
	debug.FreeOSMemory() // it would hold 70 MB otherwise
	return k
}

// A slot wraps the data key once.
type slot struct {
	kind    slotKind
	cost    cost
	salt    [saltSize]byte
	nonce   [chacha20poly1305.NonceSizeX]byte
	wrapped [keySize + chacha20poly1305.Overhead]byte
}

// head is the part of a slot that its wrapping authenticates.
func (s *slot) head() []byte {
	b := append([]byte(keysMagic), s.kind.version(), byte(s.kind))
	b = binary.BigEndian.AppendUint32(b, s.cost.time)
	b = binary.BigEndian.AppendUint32(b, s.cost.memory)
	return append(append(b, s.cost.threads), s.salt[:]...)
}

func (s *slot) wrap(kek, dataKey []byte) error {
	aead, err := chacha20poly1305.NewX(kek)
	if err != nil {
		return err
	}
	aead.Seal(s.wrapped[:0], s.nonce[:], dataKey, s.head())
	return nil
}

func (s *slot) unwrap(kek []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(kek)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, s.nonce[:], s.wrapped[:], s.head())
}

// encodeSlots makes a key file of the lowest version that has all these kinds, so
// that an older program opens what it can.
func encodeSlots(slots []slot) []byte {
	version := byte(1)
	for i := range slots {
		version = max(version, slots[i].kind.version())
	}
	b := append([]byte(keysMagic), version, byte(len(slots)))
	for i := range slots {
		s := &slots[i]
		b = append(b, s.head()[len(keysMagic)+1:]...)
		b = append(append(b, s.nonce[:]...), s.wrapped[:]...)
	}
	return b
}

func decodeSlots(b []byte) ([]slot, error) {
	const head = len(keysMagic) + 2
	if len(b) < head || string(b[:len(keysMagic)]) != keysMagic {
		return nil, errors.New("not a key file")
	}
	version := b[len(keysMagic)]
	if version > keysVersion {
		return nil, fmt.Errorf("key file of version %d: %w", version, ErrNewer)
	}
	n := int(b[head-1])
	if version == 0 || n == 0 || n > maxSlots || len(b) != head+n*slotSize {
		return nil, errors.New("key file of the wrong length")
	}
	slots := make([]slot, n)
	needed := byte(1)
	for i := range slots {
		s, b := &slots[i], b[head+i*slotSize:]
		s.kind = slotKind(b[0])
		s.cost = cost{binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:]), b[9]}
		rest := b[10:]
		rest = rest[copy(s.salt[:], rest):]
		rest = rest[copy(s.nonce[:], rest):]
		copy(s.wrapped[:], rest)
		needed = max(needed, s.kind.version())
		switch s.kind {
		case slotFile, slotWords, slotOutside:
			if s.cost != (cost{}) {
				return nil, errors.New("key slot with a cost it has no use for")
			}
		case slotPassphrase:
			if err := s.cost.check(); err != nil {
				return nil, fmt.Errorf("key slot %d: %w", i, err)
			}
		default:
			return nil, fmt.Errorf("key slot of kind %d: %w", s.kind, ErrNewer)
		}
	}
	if needed != version {
		return nil, errors.New("key file of a version that its slots don't need")
	}
	return slots, nil
}
