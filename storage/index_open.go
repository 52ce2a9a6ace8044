package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
)

// The index lives in a numbered folder below "index", so that a new one can
// begin while the old one is still being read. The last one that was not to be
// trusted is kept as "index/aside".
const indexAside = "aside"

// onDisk says whether the index is to outlive the process.
func (s *Store) onDisk() bool { return !s.opt.MemoryIndex && !s.report.IndexInMemory }

// openIndex opens the index there is when it can be trusted, and a new one
// else. id is that of the journal it must have been made from.
func (s *Store) openIndex(id []byte) (index, place, error) {
	if s.opt.MemoryIndex {
		return &memoryIndex{}, place{}, nil
	}
	if err := s.space.check(0, true); errors.Is(err, ErrSpace) {
		s.report.IndexInMemory = true // Badger would end the process on a full disk
		s.log.Warn("the index stays in memory", "error", err)
		return &memoryIndex{}, place{}, nil
	} else if err != nil {
		return nil, place{}, err
	}
	if err := makeDir(s.fs, s.path(indexName)); err != nil {
		return nil, place{}, err
	}
	newest, err := s.newestIndex()
	if err != nil {
		return nil, place{}, err
	}
	if newest == 0 {
		ix, err := s.newIndex()
		return ix, place{}, err
	}
	ix, at, err := s.trustIndex(newest, id)
	if errors.Is(err, errIndex) {
		ix, err = s.replaceIndex(err)
		at = place{}
	}
	return ix, at, err
}

// trustIndex opens an index once all of it has been checked: by its seal when it
// was closed well, else by its tallies.
func (s *Store) trustIndex(number int, id []byte) (_ index, at place, err error) {
	unfinished, err := exists(s.fs, s.path(openingName))
	if err != nil {
		return nil, at, err
	}
	if unfinished {
		return nil, at, fmt.Errorf("%w: opening it ended the program the last time", errIndex)
	}
	if err := s.markOpening(); err != nil {
		return nil, at, err
	}
	dir := s.path(indexName, strconv.Itoa(number))
	sealed, err := s.sealIntact(number)
	if err != nil {
		return nil, at, err
	}
	if !sealed { // it was not closed well
		if err := s.dropEmptyLogs(dir); err != nil {
			return nil, at, err
		}
		if err := checkTables(dir); err != nil {
			return nil, at, err
		}
	}
	ix, err := openBadger(dir, s.opt.Profile, s.indexKey, s.log)
	if err != nil {
		return nil, at, err
	}
	if !sealed {
		err = audit(ix, s.marker)
	}
	if err == nil {
		at, err = s.checkIndex(ix, id)
	}
	if err != nil {
		return nil, at, errors.Join(err, ix.close())
	}
	return ix, at, nil
}

// checkIndex returns how far an index has come in the journal with this id.
func (s *Store) checkIndex(ix index, id []byte) (at place, err error) {
	v, err := ix.view()
	if err != nil {
		return at, err
	}
	defer v.done()
	if at, err = getPlace(v, s.marker); err != nil {
		return at, err
	}
	of, err := getMeta(v, s.marker, keyJournal)
	if err == nil && (of == nil || id != nil && !bytes.Equal(of, id)) {
		err = fmt.Errorf("%w: it belongs to another journal", errIndex)
	}
	return at, err
}

func (s *Store) markOpening() error {
	f, err := s.fs.Append(s.path(openingName))
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return s.fs.SyncDir(s.dir)
}

// dropEmptyLogs removes what a power cut leaves of files that Badger had just
// made: it does not open with them.
func (s *Store) dropEmptyLogs(dir string) error {
	infos, err := s.fs.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, i := range infos {
		if ext := filepath.Ext(i.Name); i.Size == 0 && (ext == ".mem" || ext == ".vlog") {
			if err := s.fs.Remove(filepath.Join(dir, i.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// newestIndex returns the highest number there is, or 0, and removes the others.
func (s *Store) newestIndex() (int, error) {
	infos, err := s.fs.ReadDir(s.path(indexName))
	if err != nil {
		return 0, err
	}
	newest := 0
	for _, i := range infos {
		if n, err := strconv.Atoi(i.Name); err == nil && i.Dir {
			newest = max(newest, n)
		}
	}
	for _, i := range infos {
		if name := strconv.Itoa(newest); i.Name != name && i.Name != name+sealSuffix && i.Name != indexAside {
			if err := removeTree(s.fs, s.path(indexName, i.Name)); err != nil {
				return 0, err
			}
		}
	}
	return newest, nil
}

// replaceIndex begins a new index because of reason, when the one there is
// closed or was never opened, and puts that aside.
func (s *Store) replaceIndex(reason error) (index, error) {
	s.report.Rebuilt = reason
	s.log.Warn("the index is made anew", "reason", reason)
	if s.index != nil {
		_ = s.index.retire() // it is given up anyway
		s.index = nil
	}
	newest, err := s.newestIndex()
	if err != nil {
		return nil, err
	}
	if newest > 0 {
		if err := s.indexToAside(newest); err != nil {
			return nil, err
		}
	}
	return s.newIndex()
}

func (s *Store) indexToAside(number int) error {
	if err := removeTree(s.fs, s.path(indexName, indexAside)); err != nil {
		return err
	}
	err := s.fs.Rename(s.path(indexName, strconv.Itoa(number)), s.path(indexName, indexAside))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// newIndex begins an empty index on disk, and in memory when that fails: the
// person goes on either way.
func (s *Store) newIndex() (index, error) {
	newest, err := s.newestIndex()
	if err == nil {
		err = s.markOpening()
	}
	if err == nil {
		dir := s.path(indexName, strconv.Itoa(newest+1))
		if err = s.fs.MkdirAll(dir); err == nil {
			var ix *badgerIndex
			if ix, err = openBadger(dir, s.opt.Profile, s.indexKey, s.log); err == nil {
				return ix, nil
			}
		}
	}
	s.report.IndexInMemory = true
	s.log.Error("the index stays in memory", "error", err)
	return &memoryIndex{}, nil
}

// nameIndex notes in the index which journal it is made from.
func (s *Store) nameIndex() error {
	ix, id := s.index.index, s.journal.id[:]
	at := place{s.journal.chain.next - 1, s.journal.chain.before}
	return ix.write(func(w writer) error {
		if err := w.set(keyJournal, s.marker.seal(keyJournal, id)); err != nil {
			return err
		}
		return w.set(keySequence, s.marker.seal(keySequence, at.encode()))
	})
}

// rebuild makes the index anew while the store is in use, because bad can't be trusted.
func (s *Store) rebuild(bad *handle, reason error) error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	return s.rebuildHeld(bad, reason)
}

// rebuildHeld is rebuild by who holds flushing.
func (s *Store) rebuildHeld(bad *handle, reason error) error {
	s.applying.Lock()
	defer s.applying.Unlock()
	s.mu.RLock()
	now, closed := s.index, s.closed
	s.mu.RUnlock()
	if closed {
		return ErrClosed
	}
	if now != bad {
		return nil // another did it meanwhile
	}
	s.log.Warn("the index is made anew", "reason", reason)
	var ix index = &memoryIndex{}
	if s.onDisk() && s.indexHasRoom(bad) {
		var err error
		if ix, err = s.nextIndex(); err != nil {
			s.log.Error("the index stays in memory", "error", err)
			ix = &memoryIndex{}
		}
	}
	fresh := newHandle(ix)
	if err := s.fill(fresh.index); err != nil {
		return errors.Join(fmt.Errorf("make the index anew: %w", err), fresh.retire())
	}
	s.mu.Lock()
	s.index = fresh
	s.shown = newerThan(s.shown, s.durable.sequence)
	s.head = newerThan(s.head, s.durable.sequence)
	s.waiting = 0
	s.mu.Unlock()
	s.retiring.Go(func() { // who reads the old one may take a while, and read the new one too
		if err := bad.retire(); err != nil {
			s.log.Warn("the old index did not close well", "error", err)
		}
	})
	return nil
}

// nextIndex begins an index beside the one that is still open.
func (s *Store) nextIndex() (index, error) {
	infos, err := s.fs.ReadDir(s.path(indexName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	newest := 0
	for _, i := range infos {
		if n, err := strconv.Atoi(i.Name); err == nil {
			newest = max(newest, n)
		}
	}
	dir := s.path(indexName, strconv.Itoa(newest+1))
	if err := s.fs.MkdirAll(dir); err != nil {
		return nil, err
	}
	return openBadger(dir, s.opt.Profile, s.indexKey, s.log)
}

// fill brings the whole journal, as far as it is durable, into an empty index.
func (s *Store) fill(ix index) error {
	j := &journal{fs: s.fs, dir: s.journal.dir, aead: s.journal.aead}
	segs, err := j.segments()
	if err != nil {
		return err
	}
	r := &replayer{ix: ix, m: s.marker}
	f, err := j.verify(segs, func(e entry, h hash) error {
		if e.sequence > s.durable.sequence {
			return nil
		}
		return r.add(e, h)
	})
	if err != nil {
		return err
	}
	if f != nil && j.chain.next <= s.durable.sequence {
		return &DamageError{File: segs[f.at].name, Offset: f.offset, Err: f.err}
	}
	if err := r.flush(); err != nil {
		return err
	}
	return ix.write(func(w writer) error {
		return w.set(keyJournal, s.marker.seal(keyJournal, j.id[:]))
	})
}
