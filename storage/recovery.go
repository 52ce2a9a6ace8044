package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// ErrWordsAsked means that a word asked back is not the one that was shown.
var ErrWordsAsked = errors.New("this is not the word that was shown: look at the paper again")

// A Recovery is a set of recovery words that opens nothing yet: a person writes
// them down first, and two of them are asked back.
type Recovery struct {
	Words Words
	// Ask are the numbers, from 1, of the two words that Confirm wants.
	Ask [2]int

	store *Store
}

// NewRecovery draws recovery words for this store.
func (s *Store) NewRecovery() (*Recovery, error) {
	w, err := newWords(s.opt.Rand)
	if err != nil {
		return nil, err
	}
	var b [4]byte
	if _, err := io.ReadFull(s.opt.Rand, b[:]); err != nil {
		return nil, err
	}
	first := int(binary.BigEndian.Uint16(b[:]) % wordsCount)
	second := (first + 1 + int(binary.BigEndian.Uint16(b[2:])%(wordsCount-1))) % wordsCount
	return &Recovery{Words: w, Ask: [2]int{min(first, second) + 1, max(first, second) + 1}, store: s}, nil
}

// Confirm takes the two words that were asked back. If they are right all twelve
// open the store from then on, and those from before no longer do.
func (r *Recovery) Confirm(ctx context.Context, first, second string) error {
	list := r.Words.List()
	for i, word := range []string{first, second} {
		if strings.ToLower(strings.TrimSpace(word)) != list[r.Ask[i]-1] {
			return ErrWordsAsked
		}
	}
	return r.store.lockToo(ctx, slotWords, r.Words)
}

// DropRecovery makes the recovery words open nothing.
func (s *Store) DropRecovery(ctx context.Context) error { return s.lockToo(ctx, slotWords, nil) }

// lockToo replaces a slot beside those that lock the store; without a secret it
// goes.
func (s *Store) lockToo(ctx context.Context, kind slotKind, secret []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	var fresh []slot
	if secret != nil {
		slot, err := s.vault.lock(kind, secret)
		if err != nil {
			return err
		}
		fresh = append(fresh, slot)
	}
	return s.vault.replace(fresh, kind)
}
