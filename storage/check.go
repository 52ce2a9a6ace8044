package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// Checked is what [Store.Check] has proved, and what it could not.
type Checked struct {
	Entries     int   `json:"entries"` // of the journal, read from the disk in their order
	Bytes       int64 `json:"bytes"`   // of its files
	Values      int   `json:"values"`  // that the entries come to, all in the index
	Attachments int   `json:"attachments"`
	// Damage lists files that are not as they were written. The journal is
	// mended at the next start; an attachment has to come from a backup, or
	// again from where it came.
	Damage []*DamageError `json:"-"`
	// Rebuilt says why the index was made anew; nil when it had everything.
	Rebuilt error `json:"-"`
}

// Check proves all that is kept: it reads the journal and every attachment from the
// disk, and holds the index against the journal, value by value. An index that is
// not right is made anew. The store can be used meanwhile.
func (s *Store) Check(ctx context.Context, progress Progress) (c Checked, err error) {
	s.compacting.Lock() // it would change the journal
	defer s.compacting.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ending, cancel)()
	if err := errors.Join(ctx.Err(), s.usable()); err != nil {
		return c, err
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	journal, err := s.files(journalName)
	if err != nil {
		return c, err
	}
	blobs, err := s.files(blobsName)
	if err != nil {
		return c, err
	}
	c.Bytes = journal.Bytes
	total := journal.Bytes + blobs.Bytes
	if err := s.checkJournal(ctx, &c); err != nil {
		return c, fmt.Errorf("check the journal: %w", err)
	}
	progress(journal.Bytes, total)
	if err := s.checkBlobs(ctx, &c, func(n int64) { progress(journal.Bytes+min(n, blobs.Bytes), total) }); err != nil {
		return c, fmt.Errorf("check the attachments: %w", err)
	}
	return c, nil
}

// errBeyond ends the reading of a journal where it was at the beginning.
var errBeyond = errors.New("beyond")

func (s *Store) checkJournal(ctx context.Context, c *Checked) error {
	m, err := s.settled()
	if errors.Is(err, errIndex) {
		c.Rebuilt = err
		if err = s.rebuild(m.base, err); err == nil {
			m, err = s.settled()
		}
	}
	if err != nil {
		return err
	}
	defer m.base.release()
	defer m.view.done()
	marks := map[string][markSize]byte{} // of the values that the journal comes to
	j := s.again()
	segs, err := j.segments()
	if err != nil {
		return err
	}
	f, err := j.verify(segs, func(e entry, _ hash) error {
		if e.sequence > m.place.sequence {
			return errBeyond
		}
		ops, err := decodeOps(e.payload)
		for _, o := range ops {
			if o.deleted {
				delete(marks, o.key)
			} else {
				marks[o.key] = m.marker.mark(o.key, o.value)
			}
		}
		c.Entries++
		return errors.Join(err, ctx.Err())
	})
	if err != nil && !errors.Is(err, errBeyond) {
		return err
	}
	if f != nil && j.chain.next <= m.place.sequence {
		c.Damage = append(c.Damage, &DamageError{File: filepath.Join(journalName, segs[f.at].name), Offset: f.offset, Err: f.err})
		return nil // what the index has is the better copy: it must stay
	}
	c.Values = len(marks)
	want := map[Kind]*tally{}
	for key, mark := range marks {
		tallyOf(want, key).add(mark[:])
	}
	err = sameTallies(m.view, m.marker, want)
	if err == nil {
		err = audit(m.base.index, m.marker)
	}
	if errors.Is(err, errIndex) {
		c.Rebuilt = err
		return s.rebuild(m.base, err)
	}
	return err
}

func (s *Store) checkBlobs(ctx context.Context, c *Checked, progress func(done int64)) error {
	defer s.blobs.hold()()
	infos, err := s.fs.ReadDir(s.blobs.dir)
	if err != nil {
		return err
	}
	done := int64(0)
	for _, i := range infos {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(i.Name) != 2*len(hash{}) {
			continue // being written
		}
		name := filepath.Join(blobsName, i.Name)
		f, err := s.fs.Open(s.path(name))
		if err != nil {
			return err
		}
		err = verifyBlob(io.NewSectionReader(f, 0, i.Size), i.Size, s.blobs.aead, s.blobs.nameKey, i.Name)
		if err != nil {
			c.Damage = append(c.Damage, &DamageError{File: name, Err: err})
		} else {
			c.Attachments++
		}
		if err := f.Close(); err != nil {
			return err
		}
		done += i.Size
		progress(done)
	}
	return nil
}
