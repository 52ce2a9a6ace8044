package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// A Compaction says what [Store.Compact] did.
type Compaction struct {
	Before, After int64 // bytes of the journal
	Values        int   // that the new one begins with
}

// snapshotPart is how many bytes of values stand in one entry of a compacted
// journal: not more than a bad sector may take at a time.
const snapshotPart = 16 << 10

// sequenceGap lies between the last sequence of a journal and the first of the one
// that replaces it. As many changes may be made while that is being written.
const sequenceGap = 1 << 16

// ErrBusy means that more was written meanwhile than Compact could follow.
var ErrBusy = errors.New("too much was written in the meantime")

// Compact writes the journal anew, without what later changes have replaced. The
// store can be used meanwhile; only the last part, which waits for what was
// written since, holds up others for a moment.
//
// The old journal stays what counts until the new one has been read back from the
// disk and agrees with the index, value by value. After that it stays, too, as
// "journal.old", until the new one has been read well another time: at the next
// start or the next Compact. Cancelling ctx, a full disk ([ErrSpace]) or an end of the program
// leave things as they were.
func (s *Store) Compact(ctx context.Context) (done Compaction, err error) {
	s.compacting.Lock()
	defer s.compacting.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ending, cancel)()
	if err := errors.Join(ctx.Err(), s.usable()); err != nil {
		return done, err
	}
	if err := s.settleBefore(); err != nil {
		return done, err
	}
	err = s.mending(ctx, func() (*handle, error) {
		var base *handle
		base, done, err = s.compact(ctx)
		return base, err
	})
	if err != nil {
		return done, fmt.Errorf("compact the journal: %w", errors.Join(err, s.dropNew()))
	}
	s.log.Info("the journal was compacted", "before", done.Before, "after", done.After)
	return done, nil
}

// compact returns the index it worked on with an error that may be its fault.
func (s *Store) compact(ctx context.Context) (base *handle, done Compaction, err error) {
	m, err := s.settled()
	if err != nil {
		return m.base, done, err
	}
	defer m.base.release()
	defer m.view.done()
	j, err := s.beginNew(m.place.sequence + sequenceGap)
	if err != nil {
		return m.base, done, err
	}
	defer j.close() // a second time does nothing
	want := map[Kind]*tally{}
	err = copyView(m.view, m.marker, func(ops []op) error {
		for _, o := range ops {
			mark := m.marker.mark(o.key, o.value)
			tallyOf(want, o.key).add(mark[:])
		}
		done.Values += len(ops)
		payload := encodeOps(ops)
		if err := errors.Join(ctx.Err(), s.space.check(len(payload), false)); err != nil {
			return err
		}
		return j.append(payload)
	})
	if err == nil {
		err = sameTallies(m.view, m.marker, want)
	}
	if err == nil {
		err = snapshot{m.place.sequence + sequenceGap, j.chain.next - 1}.write(s.fs, j.dir)
	}
	if err == nil {
		err = s.agrees(ctx, j, m.marker, want)
	}
	if err == nil {
		done.Before, done.After, err = s.switchTo(j, m.spot)
	}
	return m.base, done, err
}

// A moment is the index, the journal and where both stand.
type moment struct {
	base   *handle // to be released
	view   view    // of base, to be given back
	marker *marker
	spot
}

// A spot is where entries end in a journal.
type spot struct {
	place
	number uint32 // of the segment
	size   int64
}

func (j *journal) spot() spot { return spot{place{j.chain.next - 1, j.chain.before}, j.number, j.size} }

// applyAll is apply that does not leave anything for later.
func (s *Store) applyAll() error {
	if err := s.apply(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, _, waits := s.shown.from("").next(); waits {
		free, _, err := s.Space()
		return errors.Join(err, &SpaceError{Free: free, Need: s.limits.index})
	}
	return nil
}

// settled brings the index up to date and returns the moment.
func (s *Store) settled() (m moment, err error) {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	err = s.applyAll()
	s.mu.RLock()
	defer s.mu.RUnlock()
	m.base = s.index
	if err != nil {
		return m, err
	}
	if m.marker, err = newMarker(s.markKey); err != nil {
		return m, err
	}
	m.spot = s.journal.spot()
	if m.view, err = m.base.index.view(); err == nil {
		m.base.acquire()
	}
	return m, err
}

func (s *Store) beginNew(first uint64) (*journal, error) {
	dir := s.path(journalNewName)
	if err := removeTree(s.fs, dir); err != nil {
		return nil, err
	}
	if err := makeDir(s.fs, dir); err != nil {
		return nil, err
	}
	j := s.again()
	j.dir, j.chain, j.spare = dir, chain{next: first}, true
	return j, j.rotate()
}

// copyView hands all values of a view to put, some at a time.
func copyView(v view, m *marker, put func(ops []op) error) error {
	c := v.scan(string([]byte{byte(kindMeta) + 1}))
	defer c.close()
	var ops []op
	size := 0
	for {
		key, stored, ok, err := c.next()
		if err != nil {
			return err
		}
		if ok {
			value, err := m.open(key, stored)
			if err != nil {
				return err
			}
			ops = append(ops, op{key: key, value: value})
			size += len(key) + len(value)
		}
		if size >= snapshotPart || !ok && len(ops) > 0 {
			if err := put(ops); err != nil {
				return err
			}
			ops, size = nil, 0
		}
		if !ok {
			return nil
		}
	}
}

func tallyOf(all map[Kind]*tally, key string) *tally {
	k := Kind(key[0])
	if all[k] == nil {
		all[k] = &tally{}
	}
	return all[k]
}

// sameTallies holds what was copied against what the index says it has: Badger
// ends a walk without a word where it can't read on.
func sameTallies(v view, m *marker, got map[Kind]*tally) error {
	for k := kindMeta + 1; k != 0; k++ {
		said, err := getTally(v, m, k)
		if err != nil {
			return err
		}
		if t := got[k]; t == nil && said != (tally{}) || t != nil && *t != said {
			return fmt.Errorf("%w: kind %#x is not complete", errCount, k)
		}
	}
	return nil
}

// agrees reads a journal of values back from the disk and holds it against what
// it should have.
func (s *Store) agrees(ctx context.Context, j *journal, m *marker, want map[Kind]*tally) error {
	r := &journal{fs: s.fs, dir: j.dir, aead: j.aead}
	segs, err := r.segments()
	if err != nil {
		return err
	}
	got := map[Kind]*tally{}
	f, err := r.verify(segs, func(e entry, _ hash) error {
		ops, err := decodeOps(e.payload)
		for _, o := range ops {
			mark := m.mark(o.key, o.value)
			tallyOf(got, o.key).add(mark[:])
		}
		return errors.Join(err, ctx.Err())
	})
	if err != nil {
		return err
	}
	if f != nil {
		return &DamageError{File: segs[f.at].name, Offset: f.offset, Err: f.err}
	}
	if r.chain != j.chain || len(got) != len(want) {
		return errors.New("the new journal is not what was written")
	}
	for k, t := range want {
		if got[k] == nil || *got[k] != *t {
			return fmt.Errorf("the new journal is not what was written: kind %#x", k)
		}
	}
	return nil
}

// switchTo brings the new journal up to date and takes it into use. Nobody else
// writes meanwhile.
func (s *Store) switchTo(j *journal, from spot) (before, after int64, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.flushing.Lock()
	defer s.flushing.Unlock()
	if err := s.usable(); err != nil {
		return 0, 0, err
	}
	s.flush()
	if err := s.applyAll(); err != nil {
		return 0, 0, err
	}
	if s.journal.err != nil {
		return 0, 0, s.journal.err
	}
	if s.journal.chain.next > from.sequence+sequenceGap {
		return 0, 0, ErrBusy
	}
	copied := j.spot()
	err = s.journal.readFrom(from, func(e entry) error { return j.append(e.payload) })
	if err == nil {
		err = j.close()
	}
	if err == nil {
		err = j.readFrom(copied, func(entry) error { return nil })
	}
	if err != nil {
		return 0, 0, err
	}
	was, err := s.files(journalName)
	if err != nil {
		return 0, 0, err
	}
	is, err := s.files(journalNewName)
	if err != nil {
		return 0, 0, err
	}
	if err := s.exchangeJournals(j); err != nil {
		return 0, 0, err
	}
	s.applying.Lock()
	defer s.applying.Unlock()
	s.mu.Lock()
	s.next = s.journal.chain.next
	s.durable = s.journal.spot().place
	s.mu.Unlock()
	if err := s.nameIndex(); err != nil {
		s.log.Warn("the index does not know the new journal", "error", err) // the next start makes it anew
	}
	return was.Bytes, is.Bytes, nil
}

// readFrom reads the entries from a spot to the end, which must be where the
// journal stands.
func (j *journal) readFrom(from spot, visit func(e entry) error) error {
	r := &journal{fs: j.fs, dir: j.dir, aead: j.aead, chain: chain{from.sequence + 1, from.hash}}
	segs, err := r.segments()
	if err != nil {
		return err
	}
	for _, s := range segs {
		at := int64(headerSize)
		switch {
		case s.number < from.number:
			continue
		case s.number == from.number:
			at = from.size
		case s.err != nil || s.header.first != r.chain.next || s.header.before != r.chain.before:
			return &DamageError{File: s.name, Err: errors.Join(errChain, s.err)}
		}
		if at, err = r.readOne(s, at, 0, func(e entry, _ hash) error { return visit(e) }); err != nil {
			return &DamageError{File: s.name, Offset: at, Err: err}
		}
	}
	if r.chain != j.chain {
		return &DamageError{File: segmentName(from.number), Offset: from.size, Err: errTorn}
	}
	return nil
}

// exchangeJournals puts the new journal in the place of the old one, which stays
// beside. Once it has begun the store takes nothing more unless it succeeds.
func (s *Store) exchangeJournals(j *journal) error {
	old := s.journal
	if err := old.close(); err != nil {
		return s.fail(err)
	}
	if err := s.fs.Rename(s.path(journalName), s.path(journalOldName)); err != nil {
		old.err = nil
		if e := old.resume(); e != nil {
			return s.fail(errors.Join(err, e))
		}
		return err // nothing has happened
	}
	if err := s.finishSwitch(); err != nil {
		return s.fail(err)
	}
	fresh := s.again()
	fresh.id, fresh.chain, fresh.number, fresh.size = j.id, j.chain, j.number, j.size
	*old = *fresh
	if err := old.resume(); err != nil {
		return s.fail(err)
	}
	return nil
}

// fail closes the store for writing until it is opened again.
func (s *Store) fail(err error) error {
	s.journal.err = &FailedError{err}
	return s.journal.err
}

// finishSwitch takes a new journal into use. While the old one stands under its
// name the new one may be unfinished; once it does not, the new one is whole.
func (s *Store) finishSwitch() error {
	is, err := exists(s.fs, s.path(journalName))
	if err != nil {
		return err
	}
	if is {
		return s.dropNew()
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		return err
	}
	err = s.fs.Rename(s.path(journalNewName), s.path(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		if is, err := exists(s.fs, s.path(journalOldName)); err != nil || !is {
			return err // none: the store is new
		}
		s.report.Damage = append(s.report.Damage, &DamageError{File: journalName, Err: errors.New("it is gone, and the one from before it was compacted took its place")})
		err = s.fs.Rename(s.path(journalOldName), s.path(journalName))
	}
	if err != nil {
		return err
	}
	return s.fs.SyncDir(s.dir)
}

// dropNew removes a journal that was begun and not finished.
func (s *Store) dropNew() error {
	is, err := exists(s.fs, s.path(journalName))
	if err != nil || !is {
		return err // it is the one that counts
	}
	return removeTree(s.fs, s.path(journalNewName))
}

// before returns the journal that the last compaction has replaced; nil when
// there is none.
func (s *Store) before() (*journal, error) {
	is, err := exists(s.fs, s.path(journalOldName))
	if err != nil || !is {
		return nil, err
	}
	j := s.again()
	j.dir = s.path(journalOldName)
	return j, nil
}

// dropBefore removes the journal that was replaced, after the one in use has been
// read from end to end, or keeps it aside.
func (s *Store) dropBefore(keep bool) error {
	before, err := s.before()
	if err != nil || before == nil {
		return err
	}
	if !keep {
		if err := removeTree(s.fs, before.dir); err != nil {
			return err
		}
		return s.fs.SyncDir(s.dir)
	}
	aside, err := s.asideName(journalOldName)
	if err != nil {
		return err
	}
	s.report.Aside = append(s.report.Aside, aside)
	if err := s.fs.Rename(before.dir, s.path(aside)); err != nil {
		return err
	}
	return s.fs.SyncDir(s.dir)
}

// settleBefore reads the journal from end to end when there is still an older
// one, and removes that.
func (s *Store) settleBefore() error {
	before, err := s.before()
	if err != nil || before == nil {
		return err
	}
	s.flushing.Lock()
	defer s.flushing.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	if err := s.readBack(s.again()); err != nil {
		return err
	}
	return s.dropBefore(false)
}

// A snapshot says which sequences those values have that a journal was begun with
// when it was written anew; any other begins with 1. It stands in a file of its own, on which
// only the count of what was lost depends.
type snapshot struct{ first, last uint64 }

const snapshotName = "snapshot"

func (n snapshot) write(fsys FS, dir string) error {
	b := binary.BigEndian.AppendUint64(nil, n.first)
	return writeFile(fsys, filepath.Join(dir, snapshotName), binary.BigEndian.AppendUint64(b, n.last))
}

func readSnapshot(fsys FS, dir string) snapshot {
	b, err := readFile(fsys, filepath.Join(dir, snapshotName), 16)
	if err != nil || len(b) != 16 {
		return snapshot{first: 1}
	}
	return snapshot{max(1, binary.BigEndian.Uint64(b)), binary.BigEndian.Uint64(b[8:])}
}
