package storage

import (
	"context"
	"path/filepath"
)

// Checked is what [Store.Check] found.
type Checked struct {
	Entries int          // of the journal, read and in their order
	Bytes   int64        // of its files
	Damage  *DamageError // the first place that is not as it was written; nil for none
}

// Check reads the whole journal as it stands on the disk and sees whether every
// entry is the one that was written, in its place. Nothing is changed, and
// saving goes on meanwhile; the next start mends what is damaged.
func (s *Store) Check(ctx context.Context) (Checked, error) {
	s.flushing.Lock() // so that the last entry is whole
	segs, err := s.journal.segments()
	number, size := s.journal.number, s.journal.size
	s.flushing.Unlock()
	if err != nil {
		return Checked{}, err
	}
	var found Checked
	for i := range segs {
		if segs[i].number == number {
			segs[i].size = size
		}
		found.Bytes += segs[i].size
	}
	reader := &journal{fs: s.fs, dir: s.journal.dir, aead: s.journal.aead, chain: chain{next: 1}}
	f, err := reader.verify(segs, func(entry, hash) error {
		found.Entries++
		return ctx.Err()
	})
	if f != nil {
		found.Damage = &DamageError{File: filepath.Join(journalName, segs[f.at].name), Offset: f.offset, Err: f.err}
	}
	return found, err
}
