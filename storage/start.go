package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// The names in a store's folder. Whatever begins with "aside" was taken out of
// the way because it was not as it had been written; nothing is thrown away.
const (
	lockName       = "lock"
	journalName    = "journal"
	journalNewName = "journal.new"
	indexName      = "index"
	openingName    = "opening"
	blobsName      = "blobs"
	asidePrefix    = "aside-"
)

// A Report says what [Open] found and did, for the person to be told.
type Report struct {
	// Damage lists the files that were not as they had been written.
	Damage []*DamageError
	// Lost counts the acknowledged Updates that could be had back from nowhere.
	Lost uint64
	// CutTail is the length of a write that the end of the machine had
	// interrupted. It was never acknowledged.
	CutTail int64
	// Aside names what was kept of all this, in the folder of the store.
	Aside []string
	// Rebuilt says why the index was made anew; nil when it was not.
	Rebuilt error
	// IndexInMemory means that the index is not on disk this time, because
	// of the free space or since it couldn't be opened.
	IndexInMemory bool
}

// Open opens the store in the folder dir, or makes one. What it had to mend is
// in [Store.Report]. An error means that nothing was lost but also that
// nothing can be done before its cause is gone: [ErrInUse],
// [ErrPassphraseNeeded], [ErrPassphraseWrong], [ErrKeysMissing], [ErrSpace], [ErrNewer] or
// one of the disk.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	opt = opt.filled()
	s := &Store{
		dir: dir, opt: opt, fs: opt.FS, log: opt.Logger, limits: opt.Profile.limits(),
		watchers: map[Kind]map[chan struct{}]struct{}{},
	}
	if opt.NoBallast {
		s.limits.ballast = 0
	}
	if err := makeDir(s.fs, dir); err != nil {
		if _, stat := s.fs.Stat(dir); stat != nil {
			return nil, fmt.Errorf("make the store's folder: %w", err)
		} // else it stands in one that we may not read, and so not sync
	}
	var err error
	if s.lock, err = s.fs.Lock(s.path(lockName)); err != nil {
		return nil, fmt.Errorf("open the store in %s: %w", dir, err)
	}
	if err := s.start(ctx); err != nil {
		return nil, fmt.Errorf("open the store in %s: %w", dir, errors.Join(err, s.shut()))
	}
	return s, nil
}

func (s *Store) path(name ...string) string {
	return filepath.Join(append([]string{s.dir}, name...)...)
}

// start is the start-up order: what was left half done, keys, journal and
// index held against each other, then room and attachments.
func (s *Store) start(ctx context.Context) error {
	if err := s.finishSwitch(); err != nil {
		return err
	}
	if err := s.unlock(); err != nil {
		return err
	}
	s.space = &space{fs: s.fs, dir: s.dir, least: s.limits.space, ballast: s.limits.ballast}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.recover(); err != nil {
		return err
	}
	if err := s.blobs.clean(); err != nil {
		return err
	}
	s.next = s.journal.chain.next
	s.durable = place{s.next - 1, s.journal.chain.before}
	if err := s.incarnate(ctx); err != nil {
		return err
	}
	if s.onDisk() {
		if err := removeIfThere(s.fs, s.path(openingName)); err != nil {
			return err
		}
		if err := s.fs.SyncDir(s.dir); err != nil {
			return err
		}
	}
	if err := s.space.fill(); err != nil {
		s.log.Warn("no ballast", "error", err)
	}
	return nil
}

// unlock opens the vault and what hangs on its keys.
func (s *Store) unlock() error {
	fresh, err := s.fresh()
	if err != nil {
		return err
	}
	if fresh { // a new store needs room for its keys at least
		sp := space{fs: s.fs, dir: s.dir, least: s.limits.space}
		if err := sp.check(0, false); err != nil {
			return err
		}
	}
	s.vault = &vault{fs: s.fs, dir: s.dir, rand: s.opt.Rand, cost: s.limits.cost}
	if err := s.vault.open(s.opt.Passphrase, fresh); err != nil {
		return err
	}
	s.opt.Passphrase = nil
	keys := map[string][]byte{"journal": nil, "index": nil, "index marks": nil, "blobs": nil, "blob names": nil}
	for purpose := range keys {
		if keys[purpose], err = s.vault.subkey(purpose); err != nil {
			return err
		}
	}
	s.indexKey, s.markKey = keys["index"], keys["index marks"]
	if s.marker, err = newMarker(s.markKey); err != nil {
		return err
	}
	if err := makeDir(s.fs, s.path(journalName)); err != nil {
		return err
	}
	if s.journal, err = newJournal(s.fs, s.path(journalName), s.opt.Rand, keys["journal"]); err != nil {
		return err
	}
	s.blobs, err = newBlobs(s, keys["blobs"], keys["blob names"])
	return err
}

// fresh says whether the folder holds nothing yet that needs its keys.
func (s *Store) fresh() (bool, error) {
	for _, name := range []string{journalName, indexName, blobsName} {
		infos, err := s.fs.ReadDir(s.path(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		if len(infos) > 0 {
			return false, nil
		}
	}
	return true, nil
}

// recover reads the journal and brings the index to its end, or makes either
// anew from the other where one is damaged.
func (s *Store) recover() error {
	segs, err := s.journal.segments()
	if err != nil {
		return err
	}
	var id []byte // of the journal, if any header can be read
	for _, g := range segs {
		if g.err == nil {
			id = g.header.id[:]
			break
		}
	}
	ix, at, err := s.openIndex(id)
	if err != nil {
		return err
	}
	s.index = newHandle(ix)
	f, err := s.replay(segs, &at)
	if errors.Is(err, errIndex) {
		if ix, err = s.replaceIndex(err); err != nil {
			return err
		}
		s.index, at = newHandle(ix), place{}
		f, err = s.replay(segs, &at)
	}
	if err != nil {
		return err
	}
	if err := s.mend(segs, f, at); err != nil {
		return err
	}
	if err := s.journal.resume(); err != nil {
		return err
	}
	return s.nameIndex()
}

// replay verifies the whole journal and applies what the index does not have.
// at is where the index stands, before and after.
func (s *Store) replay(segs []segment, at *place) (*fault, error) {
	r := &replayer{ix: s.index.index, m: s.marker, at: *at}
	start := *at
	f, err := s.journal.verify(segs, func(e entry, h hash) error {
		if e.sequence == start.sequence && h != start.hash {
			return fmt.Errorf("%w: it belongs to another journal", errIndex)
		}
		return r.add(e, h)
	})
	if err != nil {
		return nil, err
	}
	err = r.flush()
	*at = r.at
	return f, err
}

// mend sees to a fault of the journal. A torn end is cut. When anything
// acknowledged is missing, the index may still have it; the journal is then
// written anew from the index and what else of the old one can be read.
func (s *Store) mend(segs []segment, f *fault, at place) error {
	j := s.journal
	last := j.chain.next - 1
	if f != nil {
		torn, err := j.torn(segs, f)
		if err != nil {
			return err
		}
		if torn && at.sequence <= last {
			return s.cutTail(segs, f)
		}
		s.report.Damage = append(s.report.Damage, &DamageError{File: segs[f.at].name, Offset: f.offset, Err: f.err})
	} else if at.sequence > last {
		d := &DamageError{File: journalName, Err: fmt.Errorf("%d changes that had been saved are missing at its end", at.sequence-last)}
		if len(segs) > 0 {
			d.File, d.Offset = segs[len(segs)-1].name, j.size
		}
		s.report.Damage = append(s.report.Damage, d)
	} else {
		return nil
	}
	s.log.Error("the journal is damaged", "file", s.report.Damage[0].File, "offset", s.report.Damage[0].Offset, "error", s.report.Damage[0].Err)
	r := &replayer{ix: s.index.index, m: s.marker, at: at}
	if f != nil {
		err := j.search(segs, f, func(e entry) error {
			if e.sequence > r.at.sequence {
				s.report.Lost += e.sequence - r.at.sequence - 1
			}
			return r.add(e, hash{})
		})
		if err == nil {
			err = r.flush()
		}
		if err != nil {
			return err
		}
	}
	return s.rewriteJournal(r.at.sequence + 1)
}

func (s *Store) cutTail(segs []segment, f *fault) error {
	name, err := s.asideName(fmt.Sprintf("tail-%s-%d", strings.TrimSuffix(segs[f.at].name, ".seg"), f.offset))
	if err != nil {
		return err
	}
	n, err := s.journal.cut(segs, f, s.path(name))
	if err != nil {
		return err
	}
	s.report.CutTail = n
	if n > 0 {
		s.report.Aside = append(s.report.Aside, name)
	}
	s.log.Warn("an unfinished write was cut off the journal", "bytes", n, "aside", name)
	return nil
}

// asideName returns a name that is not taken.
func (s *Store) asideName(what string) (string, error) {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s%d-%s", asidePrefix, i, what)
		there, err := exists(s.fs, s.path(name))
		if err != nil || !there {
			return name, err
		}
	}
}

// rewriteJournal writes the state of the index as a journal of its own, puts
// the old one aside as it is, and reads the new one back.
func (s *Store) rewriteJournal(next uint64) error {
	dir := s.path(journalNewName)
	if err := removeTree(s.fs, dir); err != nil {
		return err
	}
	if err := makeDir(s.fs, dir); err != nil {
		return err
	}
	old := s.journal
	j := &journal{fs: s.fs, dir: dir, rand: s.opt.Rand, aead: old.aead, most: old.most, chain: chain{next: next}}
	if err := j.rotate(); err != nil {
		return err
	}
	if err := errors.Join(s.copyIndex(j), j.close()); err != nil {
		return fmt.Errorf("write the journal anew: %w", err)
	}
	aside, err := s.asideName(journalName)
	if err != nil {
		return err
	}
	if err := s.fs.Rename(s.path(journalName), s.path(aside)); err != nil {
		return err
	}
	s.report.Aside = append(s.report.Aside, aside)
	if err := s.finishSwitch(); err != nil {
		return err
	}
	*old = journal{fs: s.fs, dir: s.path(journalName), rand: s.opt.Rand, aead: old.aead, most: old.most, chain: chain{next: 1}}
	segs, err := old.segments()
	if err != nil {
		return err
	}
	f, err := old.verify(segs, nil)
	if f != nil {
		err = &DamageError{File: segs[f.at].name, Offset: f.offset, Err: f.err}
	}
	if err != nil {
		return fmt.Errorf("read the new journal back: %w", err)
	}
	return nil
}

func (s *Store) copyIndex(j *journal) error {
	v, err := s.index.index.view()
	if err != nil {
		return err
	}
	defer v.done()
	c := v.scan(string([]byte{byte(kindMeta) + 1}))
	defer c.close()
	var ops []op
	size := 0
	for {
		key, stored, ok, err := c.next()
		if err != nil {
			return err
		}
		if size > 1<<20 || !ok && len(ops) > 0 {
			if err := j.append(encodeOps(ops)); err != nil {
				return err
			}
			ops, size = nil, 0
		}
		if !ok {
			return nil
		}
		value, err := s.marker.open(key, stored)
		if err != nil {
			return err
		}
		ops = append(ops, op{key: key, value: value})
		size += len(key) + len(value)
	}
}

// finishSwitch takes a new journal into use. While the old one stands under its
// name the new one may be unfinished; once it does not, the new one is whole.
func (s *Store) finishSwitch() error {
	is, err := exists(s.fs, s.path(journalName))
	if err != nil {
		return err
	}
	if is {
		return removeTree(s.fs, s.path(journalNewName))
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		return err
	}
	err = s.fs.Rename(s.path(journalNewName), s.path(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // neither: the store is new
	}
	if err != nil {
		return err
	}
	return s.fs.SyncDir(s.dir)
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

// replayer brings entries of the journal into an index, many at a time: of a
// key that was written often only the last value is.
type replayer struct {
	ix   index
	m    *marker
	at   place
	ops  map[string]op
	size int
}

// replayBatch is how much of the journal is held in memory before it goes to
// the index.
const replayBatch = 4 << 20

func (r *replayer) add(e entry, h hash) error {
	if e.sequence <= r.at.sequence {
		return nil
	}
	ops, err := decodeOps(e.payload)
	if err != nil {
		return err
	}
	if r.ops == nil {
		r.ops = map[string]op{}
	}
	for _, o := range ops {
		r.size += len(o.key) + len(o.value) - len(r.ops[o.key].value)
		r.ops[o.key] = o
	}
	r.at = place{e.sequence, h}
	if r.size > replayBatch {
		return r.flush()
	}
	return nil
}

func (r *replayer) flush() error {
	if len(r.ops) == 0 {
		return nil
	}
	ops := make([]op, 0, len(r.ops))
	for _, key := range slices.Sorted(maps.Keys(r.ops)) {
		ops = append(ops, r.ops[key])
	}
	clear(r.ops)
	r.size = 0
	return applyOps(r.ix, r.m, ops, r.at)
}
