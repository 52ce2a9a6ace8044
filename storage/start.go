package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
)

// The names in a store's folder. Whatever begins with "aside" was taken out of
// the way because it was not as it had been written; nothing is thrown away.
const (
	lockName       = "lock"
	journalName    = "journal"
	journalNewName = "journal.new"
	journalOldName = "journal.old"
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
// [ErrPassphraseNeeded], [ErrPassphraseWrong] and the others of an [Unlocking],
// [ErrKeysMissing], [ErrSpace], [ErrNewer] or one of the disk.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	opt = opt.filled()
	s := &Store{
		dir: dir, opt: opt, fs: opt.FS, log: opt.Logger, limits: opt.Profile.limits(),
		watchers: map[Kind]map[chan struct{}]struct{}{},
	}
	if opt.NoBallast {
		s.limits.ballast = 0
	}
	s.ending, s.end = context.WithCancel(context.Background())
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
	if !opt.MemoryIndex {
		s.tidying.Go(func() { s.tidy(s.ending) })
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
	if err := s.unlock(ctx); err != nil {
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
	if err := s.renewRestored(ctx); err != nil {
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
func (s *Store) unlock(ctx context.Context) error {
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
	s.vault = &vault{
		fs: s.fs, dir: s.dir, rand: s.opt.Rand, cost: s.limits.cost, calibrate: s.opt.Calibrate, tries: newTries(s.fs, s.dir),
	}
	if err := s.vault.open(ctx, s.opt.Unlocking, fresh); err != nil {
		return err
	}
	s.opt.Unlocking = Unlocking{}
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
	for _, name := range []string{journalName, journalOldName, indexName, blobsName} {
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
	if err := s.dropBefore(len(s.report.Damage) > 0); err != nil {
		return err
	}
	return s.nameIndex()
}

// replay verifies the whole journal and applies what the index does not have.
// at is where the index stands, before and after.
func (s *Store) replay(segs []segment, at *place) (*fault, error) {
	r := &replayer{ix: s.index.index, m: s.marker, at: *at}
	f, err := s.follow(segs, *at, r.add)
	if err != nil {
		return nil, err
	}
	err = r.flush()
	*at = r.at
	return f, err
}

// follow verifies the whole journal against where the index stands. The index
// has, sealed, the hash that the entries up to there lead to, so that these are
// as they were written when they do lead there, and need not be opened. When
// they don't, all are opened: the fault is to be found where it is.
func (s *Store) follow(segs []segment, at place, visit func(e entry, h hash) error) (*fault, error) {
	errElsewhere := errors.New("the hashes lead elsewhere")
	passed, reached := false, false
	f, err := s.journal.follow(segs, at.sequence, func(e entry, h hash) error {
		passed = passed || e.sequence < at.sequence
		if e.sequence == at.sequence && h != at.hash {
			return errElsewhere
		}
		reached = reached || e.sequence == at.sequence
		return visit(e, h) // nothing is applied that doesn't follow upon at
	})
	if !errors.Is(err, errElsewhere) && (err != nil || reached || !passed) {
		return f, err
	}
	return s.journal.verify(segs, func(e entry, h hash) error {
		if e.sequence == at.sequence && h != at.hash {
			return fmt.Errorf("%w: it belongs to another journal", errIndex)
		}
		return visit(e, h)
	})
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
