package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const keyIncarnation = "\x01incarnation"

// Incarnation is a number drawn when the store was made, and again when it
// turned out to be a copy or to have lost something: two stores never sign
// under the same one.
func (s *Store) Incarnation(ctx context.Context) (n uint64, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		b, err := tx.get(keyIncarnation)
		if err != nil {
			return err
		}
		if len(b) != 8 {
			return fmt.Errorf("an incarnation of %d bytes", len(b))
		}
		n = binary.BigEndian.Uint64(b)
		return nil
	})
	return n, err
}

// NewIncarnation draws another incarnation and returns it.
func (s *Store) NewIncarnation(ctx context.Context) (uint64, error) {
	b := make([]byte, 8)
	if _, err := io.ReadFull(s.opt.Rand, b); err != nil {
		return 0, err
	}
	err := s.Update(ctx, func(tx *Tx) error { return tx.put(keyIncarnation, b) })
	return binary.BigEndian.Uint64(b), err
}

// incarnate draws an incarnation for a new store, and for one that lost
// something: what it signed before may be unknown to it now.
func (s *Store) incarnate(ctx context.Context) error {
	_, err := s.Incarnation(ctx)
	if errors.Is(err, ErrNotFound) || err == nil && s.report.Lost > 0 {
		_, err = s.NewIncarnation(ctx)
	}
	return err
}

// renewRestored gives a store that came from a backup another incarnation.
func (s *Store) renewRestored(ctx context.Context) error {
	is, err := exists(s.fs, s.path(restoredName))
	if err != nil || !is {
		return err
	}
	if _, err := s.NewIncarnation(ctx); err != nil {
		return err
	}
	if err := s.fs.Remove(s.path(restoredName)); err != nil {
		return err
	}
	return s.fs.SyncDir(s.dir)
}
