package storage

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime/debug"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// Errors of the key slots.
var (
	ErrPassphraseNeeded = errors.New("the store is locked with a passphrase")
	ErrPassphraseWrong  = errors.New("the passphrase does not open the store")
	ErrKeysMissing      = errors.New("the key file of the store is missing")
)

// The key file, docs/protocol/keys.md.
const (
	keysName    = "keys"
	kekName     = "kek"
	keysMagic   = "BARAZAKY"
	keysVersion = 1
	keySize     = chacha20poly1305.KeySize
	saltSize    = 16
	slotSize    = 1 + 4 + 4 + 1 + saltSize + chacha20poly1305.NonceSizeX + keySize + chacha20poly1305.Overhead
	maxSlots    = 8
)

type slotKind uint8

const (
	slotFile       slotKind = 1 // the key-encryption key stands in the file "kek"
	slotPassphrase slotKind = 2 // it is derived by Argon2id
)

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
	b := append([]byte(keysMagic), keysVersion, byte(s.kind))
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

func encodeSlots(slots []slot) []byte {
	b := append([]byte(keysMagic), keysVersion, byte(len(slots)))
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
	if v := b[len(keysMagic)]; v != keysVersion {
		return nil, fmt.Errorf("key file of version %d: %w", v, ErrNewer)
	}
	n := int(b[head-1])
	if n == 0 || n > maxSlots || len(b) != head+n*slotSize {
		return nil, errors.New("key file of the wrong length")
	}
	slots := make([]slot, n)
	for i := range slots {
		s, b := &slots[i], b[head+i*slotSize:]
		s.kind = slotKind(b[0])
		s.cost = cost{binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[5:]), b[9]}
		rest := b[10:]
		rest = rest[copy(s.salt[:], rest):]
		rest = rest[copy(s.nonce[:], rest):]
		copy(s.wrapped[:], rest)
		switch s.kind {
		case slotFile:
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
	return slots, nil
}

// vault keeps the data key of a store, wrapped in the slots of its key file.
type vault struct {
	fs      FS
	dir     string
	rand    io.Reader
	cost    cost // of new passphrases
	dataKey []byte
}

// open returns with the data key. When fresh says that the folder holds nothing
// sealed yet, a data key is drawn.
func (v *vault) open(passphrase []byte, fresh bool) error {
	raw, err := readFile(v.fs, filepath.Join(v.dir, keysName), 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		if !fresh {
			return ErrKeysMissing
		}
		v.dataKey = make([]byte, keySize)
		if _, err := io.ReadFull(v.rand, v.dataKey); err != nil {
			return err
		}
		return v.write(passphrase)
	}
	if err != nil {
		return err
	}
	slots, err := decodeSlots(raw)
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	err = ErrPassphraseNeeded
	for i := range slots {
		s := &slots[i]
		var kek []byte
		switch {
		case s.kind == slotFile:
			kek, err = readFile(v.fs, filepath.Join(v.dir, kekName), keySize)
			if err != nil {
				err = fmt.Errorf("%w (%w)", ErrKeysMissing, err)
				continue
			}
		case len(passphrase) > 0:
			kek = s.cost.derive(passphrase, s.salt[:])
		default:
			continue
		}
		if v.dataKey, err = s.unwrap(kek); err == nil {
			return nil
		}
		if s.kind == slotPassphrase {
			err = ErrPassphraseWrong
		} else {
			err = fmt.Errorf("key file and %q do not belong together: %w", kekName, err)
		}
	}
	return err
}

// write wraps the data key anew. Without a passphrase the key-encryption key is
// a file beside: the store is sealed then, but not against who has the folder.
func (v *vault) write(passphrase []byte) error {
	var s slot
	for _, b := range [][]byte{s.salt[:], s.nonce[:]} {
		if _, err := io.ReadFull(v.rand, b); err != nil {
			return err
		}
	}
	var kek []byte
	kekFile := filepath.Join(v.dir, kekName)
	if len(passphrase) > 0 {
		s.kind, s.cost = slotPassphrase, v.cost
		kek = s.cost.derive(passphrase, s.salt[:])
	} else {
		s.kind = slotFile
		kek = make([]byte, keySize)
		if _, err := io.ReadFull(v.rand, kek); err != nil {
			return err
		}
		// The slots in force still need the old one: it must stay until
		// they are replaced, and the new one be there before.
		if old, err := readFile(v.fs, kekFile, keySize); err == nil && len(old) == keySize {
			kek = old
		} else if err := writeFile(v.fs, kekFile, kek); err != nil {
			return err
		}
	}
	if err := s.wrap(kek, v.dataKey); err != nil {
		return err
	}
	if err := writeFile(v.fs, filepath.Join(v.dir, keysName), encodeSlots([]slot{s})); err != nil {
		return err
	}
	if s.kind == slotFile {
		return nil
	}
	if err := removeIfThere(v.fs, kekFile); err != nil {
		return err
	}
	return v.fs.SyncDir(v.dir)
}

// subkey derives the key of one purpose from the data key.
func (v *vault) subkey(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, v.dataKey, nil, "baraza store "+purpose, keySize)
}

// SetPassphrase changes the passphrase; an empty one takes it away. Only the
// key file is written anew, what the store holds stays as it is.
func (s *Store) SetPassphrase(ctx context.Context, passphrase []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	return s.vault.write(passphrase)
}
