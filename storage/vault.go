package storage

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
)

// Errors of the key slots.
var (
	ErrPassphraseNeeded = errors.New("the store is locked with a passphrase")
	ErrPassphraseWrong  = errors.New("the passphrase does not open the store")
	ErrWordsWrong       = errors.New("these recovery words do not open the store")
	ErrKeyNeeded        = errors.New("the store is locked with a key that is kept elsewhere")
	ErrKeyWrong         = errors.New("this key does not open the store")
	ErrKeysMissing      = errors.New("the key file of the store is missing")
)

// An Unlocking opens a locked store; any of it will do. A new store is locked
// with all that is there.
type Unlocking struct {
	Passphrase []byte
	// Words are the recovery words; they lock no new store.
	Words Words
	// Key is kept outside of the store's folder, for a machine that nobody is
	// at: 32 random bytes.
	Key []byte
}

// vault keeps the data key of a store, wrapped in the slots of its key file.
type vault struct {
	fs        FS
	dir       string
	rand      io.Reader
	cost      cost   // of new passphrases
	calibrate bool   // whether that is measured
	tries     *tries // nil for slots that nobody is kept from guessing at
	dataKey   []byte
	slots     []slot
}

func (v *vault) path(name string) string { return filepath.Join(v.dir, name) }

// open returns with the data key. When fresh says that the folder holds nothing
// sealed yet, a data key is drawn.
func (v *vault) open(ctx context.Context, with Unlocking, fresh bool) error {
	slots, err := v.read()
	if errors.Is(err, fs.ErrNotExist) {
		if !fresh {
			return ErrKeysMissing
		}
		return v.begin(with)
	}
	if err != nil {
		return err
	}
	v.slots = slots
	err = v.unlock(ctx, with)
	if err != nil {
		return err
	}
	return v.mirror()
}

// begin locks a new store.
func (v *vault) begin(with Unlocking) error {
	v.dataKey = make([]byte, keySize)
	if _, err := io.ReadFull(v.rand, v.dataKey); err != nil {
		return err
	}
	var slots []slot
	for _, lock := range []struct {
		kind   slotKind
		secret []byte
	}{{slotPassphrase, with.Passphrase}, {slotOutside, with.Key}} {
		if len(lock.secret) > 0 {
			s, err := v.lock(lock.kind, lock.secret)
			if err != nil {
				return err
			}
			slots = append(slots, s)
		}
	}
	if slots == nil {
		s, err := v.lock(slotFile, nil)
		if err != nil {
			return err
		}
		slots = append(slots, s)
	}
	return v.write(slots)
}

// read returns the slots of the key file, or those of its copy when it is not as
// it was written.
func (v *vault) read() ([]slot, error) {
	slots, err := v.readOne(keysName)
	if err == nil || errors.Is(err, ErrNewer) {
		return slots, err
	}
	slots, e := v.readOne(keysCopyName)
	if e != nil {
		return nil, err
	}
	return slots, nil
}

func (v *vault) readOne(name string) ([]slot, error) {
	raw, err := readFile(v.fs, v.path(name), 1<<16)
	if err != nil {
		return nil, err
	}
	slots, err := decodeSlots(raw)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return slots, nil
}

// unlock tries what there is on the slots that take it.
func (v *vault) unlock(ctx context.Context, with Unlocking) error {
	failed := ErrPassphraseNeeded
	for i := range v.slots {
		s := &v.slots[i]
		var err error
		switch s.kind {
		case slotFile:
			var kek []byte
			if kek, err = readFile(v.fs, v.path(kekName), keySize); err != nil {
				err = fmt.Errorf("%w (%w)", ErrKeysMissing, err)
			} else if v.dataKey, err = s.unwrap(kek); err != nil {
				err = fmt.Errorf("key file and %q do not belong together: %w", kekName, err)
			}
		case slotPassphrase:
			if len(with.Passphrase) == 0 {
				continue
			}
			err = v.guess(ctx, s, with.Passphrase, ErrPassphraseWrong)
		case slotWords:
			if with.Words == nil {
				continue
			}
			err = v.guess(ctx, s, with.Words, ErrWordsWrong)
		case slotOutside:
			if with.Key == nil {
				if len(v.slots) == 1 {
					failed = ErrKeyNeeded
				}
				continue
			}
			err = v.guess(ctx, s, with.Key, ErrKeyWrong)
		}
		if err == nil {
			return nil
		}
		failed = err
	}
	return failed
}

// guess tries a secret on a slot. Wrong passphrases are counted before they are known to
// be wrong, so that killing the program does not help who guesses.
func (v *vault) guess(ctx context.Context, s *slot, secret []byte, wrong error) error {
	if s.kind == slotPassphrase && v.tries != nil { // nobody guesses the others
		if err := v.tries.begin(ctx); err != nil {
			return err
		}
	}
	kek, err := s.derive(secret)
	if err != nil {
		return err
	}
	if v.dataKey, err = s.unwrap(kek); err != nil {
		return wrong
	}
	if v.tries == nil { // of a backup, which everybody may copy
		return nil
	}
	return v.tries.right()
}

// derive makes the key-encryption key of a secret.
func (s *slot) derive(secret []byte) ([]byte, error) {
	switch s.kind {
	case slotPassphrase:
		return s.cost.derive(secret, s.salt[:]), nil
	case slotWords: // drawn at random, so no guess is worth slowing down
		return hkdf.Key(sha256.New, secret, s.salt[:], "baraza store recovery words", keySize)
	case slotOutside:
		return hkdf.Key(sha256.New, secret, s.salt[:], "baraza store outside key", keySize)
	}
	return nil, fmt.Errorf("a slot of kind %d has no secret", s.kind)
}

// lock makes a slot that wraps the data key with a secret, or in a file beside.
func (v *vault) lock(kind slotKind, secret []byte) (slot, error) {
	s := slot{kind: kind}
	for _, b := range [][]byte{s.salt[:], s.nonce[:]} {
		if _, err := io.ReadFull(v.rand, b); err != nil {
			return s, err
		}
	}
	if kind == slotPassphrase {
		if s.cost = v.cost; v.calibrate {
			s.cost = v.cost.calibrated()
		}
	}
	var kek []byte
	var err error
	if kind == slotFile {
		kek, err = v.kek()
	} else {
		kek, err = s.derive(secret)
	}
	if err != nil {
		return s, err
	}
	return s, s.wrap(kek, v.dataKey)
}

// kek returns the key in the file beside, and makes it when it is missing: it must
// be there before the slots that need it, and stay while the old ones do.
func (v *vault) kek() ([]byte, error) {
	if old, err := readFile(v.fs, v.path(kekName), keySize); err == nil && len(old) == keySize {
		return old, nil
	}
	kek := make([]byte, keySize)
	if _, err := io.ReadFull(v.rand, kek); err != nil {
		return nil, err
	}
	return kek, writeFile(v.fs, v.path(kekName), kek)
}

// write puts the slots in force. Without a slot that needs it the file beside
// goes.
func (v *vault) write(slots []slot) error {
	if err := writeFile(v.fs, v.path(keysName), encodeSlots(slots)); err != nil {
		return err
	}
	v.slots = slots
	if err := v.mirror(); err != nil {
		return err
	}
	if slices.ContainsFunc(slots, func(s slot) bool { return s.kind == slotFile }) {
		return nil
	}
	if err := removeIfThere(v.fs, v.path(kekName)); err != nil {
		return err
	}
	return v.fs.SyncDir(v.dir)
}

// mirror makes key file and copy the same.
func (v *vault) mirror() error {
	want := encodeSlots(v.slots)
	for _, name := range []string{keysName, keysCopyName} {
		if is, err := readFile(v.fs, v.path(name), 1<<16); err == nil && bytes.Equal(is, want) {
			continue
		}
		if err := writeFile(v.fs, v.path(name), want); err != nil {
			return err
		}
	}
	return nil
}

// replace puts a slot in the place of those of some kinds.
func (v *vault) replace(fresh []slot, kinds ...slotKind) error {
	slots := slices.Clone(fresh)
	for _, s := range v.slots {
		if !slices.Contains(kinds, s.kind) {
			slots = append(slots, s)
		}
	}
	return v.write(slots)
}

// subkey derives the key of one purpose from the data key.
func (v *vault) subkey(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, v.dataKey, nil, "baraza store "+purpose, keySize)
}

// SetPassphrase changes the passphrase; an empty one takes it away. Only the
// key file is written anew, what the store holds stays as it is, and so do
// recovery words and a key that is kept elsewhere.
func (s *Store) SetPassphrase(ctx context.Context, passphrase []byte) error {
	return s.lockWith(ctx, slotPassphrase, passphrase, slotFile, slotPassphrase)
}

// TryPassphrase says whether a passphrase opens the store, as [Open] would: wrong
// ones are counted and hold up the next.
func (s *Store) TryPassphrase(ctx context.Context, passphrase []byte) error {
	s.writing.Lock()
	usable := s.usable()
	v := vault{fs: s.vault.fs, dir: s.vault.dir, tries: s.vault.tries}
	for i := range s.vault.slots {
		if s.vault.slots[i].kind == slotPassphrase {
			v.slots = append(v.slots, s.vault.slots[i])
		}
	}
	s.writing.Unlock()
	if usable != nil {
		return usable
	}
	return v.unlock(ctx, Unlocking{Passphrase: passphrase})
}

// SetKey locks the store with a key that is kept elsewhere, of 32 bytes, and no
// longer with a passphrase or nothing; recovery words stay.
func (s *Store) SetKey(ctx context.Context, key []byte) error {
	if len(key) != keySize {
		return fmt.Errorf("a key of %d bytes, it must be %d", len(key), keySize)
	}
	return s.lockWith(ctx, slotOutside, key, slotFile, slotPassphrase, slotOutside)
}

func (s *Store) lockWith(ctx context.Context, kind slotKind, secret []byte, instead ...slotKind) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	if len(secret) == 0 {
		kind = slotFile
	}
	fresh, err := s.vault.lock(kind, secret)
	if err != nil {
		return err
	}
	return s.vault.replace([]slot{fresh}, instead...)
}

// Locks says what opens the store: a passphrase, recovery words, a key that is
// kept elsewhere; none of them means that anybody can who has the folder.
func (s *Store) Locks() (passphrase, words, key bool) {
	s.writing.Lock()
	defer s.writing.Unlock()
	for i := range s.vault.slots {
		slot := &s.vault.slots[i]
		passphrase = passphrase || slot.kind == slotPassphrase
		words = words || slot.kind == slotWords
		key = key || slot.kind == slotOutside
	}
	return passphrase, words, key
}
