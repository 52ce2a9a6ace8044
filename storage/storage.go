// Package storage keeps everything on the device: a sealed journal is the
// record, Badger is the index that answers every question. See "The store" in
// ARCHITECTURE.md.
//
// What [Store.Update] has returned from is on disk, whatever happens next. The
// index can be deleted or garbled at any moment: the next start, or the next
// read, makes it anew from the journal. The byte layouts are docs/protocol/journal.md,
// keys.md and blob.md. Sizes are bytes. The store never asks what time it is.
// Start at [Open].
package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Errors for callers. [ErrSpace], [FailedError] and those of the key slots stand
// where they arise.
var (
	ErrInUse    = errors.New("the store is in use by another program")
	ErrClosed   = errors.New("the store is closed")
	ErrNotFound = errors.New("not found in the store")
	ErrTooLarge = errors.New("too large for the store")
)

// A Profile is the kind of device: it sets what the store may use of it.
type Profile uint8

// The profiles. Laptop is any desktop or small server, too.
const (
	Laptop Profile = iota
	Phone
)

// limits are what a profile means outside of Badger.
type limits struct {
	space   uint64 // that must stay free
	index   uint64 // that Badger may want at once: on a full disk it ends the process
	ballast int64
	compact int64 // length of a journal that is looked at
	cost    cost
}

func (p Profile) limits() limits {
	if p == Phone {
		return limits{space: 32 << 20, index: 12 << 20, ballast: 4 << 20, compact: 16 << 20, cost: cost{time: 3, memory: 19 << 10, threads: 1}}
	}
	return limits{space: 64 << 20, index: 48 << 20, ballast: 8 << 20, compact: 64 << 20, cost: cost{time: 3, memory: 64 << 10, threads: 2}}
}

// Options are what a store takes from its surroundings. The zero value works.
type Options struct {
	FS      FS // nil means [OS]
	Profile Profile
	// MemoryIndex keeps the index in memory and makes it at each start: for
	// simulated disks, which Badger can't use. The store then has no
	// goroutine and no timer of its own.
	MemoryIndex bool
	// Unlocking opens the store, or locks a new one. Without it a new store
	// keeps its key in a file beside: sealed, but not against who has the
	// whole folder. Wrong passphrases hold up the next; see [Delay].
	Unlocking
	// Calibrate measures what a new passphrase may cost, so that trying one
	// takes 0.5 to 1 s on this device. Otherwise the cost is the profile's.
	Calibrate bool
	Logger    *slog.Logger // nil means none
	Rand      io.Reader    // nil means crypto/rand
	// NoBallast saves tests the file that is kept to be deleted in need.
	NoBallast bool
}

// A Store is an open folder. Its methods may be called by several goroutines.
type Store struct {
	dir    string
	opt    Options
	fs     FS
	log    *slog.Logger
	limits limits

	lock     io.Closer
	vault    *vault
	indexKey []byte
	markKey  []byte
	space    *space
	blobs    *Blobs
	report   Report

	compacting sync.Mutex     // one Compact at a time; before writing
	writing    sync.Mutex     // one Update at a time runs its function
	flushing   sync.Mutex     // one group at a time goes to the journal; after writing
	applying   sync.Mutex     // one at a time changes the index; after flushing
	journal    *journal       // by who holds flushing
	marker     *marker        // by who holds applying
	retiring   sync.WaitGroup // indexes that were given up in use
	tidying    sync.WaitGroup
	ending     context.Context // what runs on its own ends with it
	end        context.CancelFunc

	mu sync.RWMutex // the fields below; held for moments only, last of all
	// head has what the index lacks and the next Update must see, shown
	// what of it is durable and may be read.
	head, shown ordered[ahead]
	queue       []*commit
	last        *commit // the one queued last
	next        uint64  // sequence of the next Update
	durable     place
	index       *handle
	waiting     int // bytes in shown
	timer       *time.Timer
	closed      bool
	watchers    map[Kind]map[chan struct{}]struct{}
	closing     []func() // what else has files open in the folder
}

// ahead is a value that the index does not have yet.
type ahead struct {
	value    []byte
	deleted  bool
	sequence uint64
}

// commit is an Update on its way to the journal.
type commit struct {
	ops     []op
	payload []byte
	done    bool
	err     error
}

// The index is brought up to date when the store has been quiet for a moment
// or much is waiting, since its own sync costs as much as the journal's. What
// is not in it yet is read from memory, and after a crash from the journal.
const (
	applyAfter   = 250 * time.Millisecond
	applyWaiting = 1 << 20
)

// Update runs f and returns once what it changed is durable, then visible to
// [Store.View]. Updates follow one another as if they were alone; those that
// wait for the disk at the same time share one sync. When f returns an error
// nothing is changed.
//
// f may run again when the index turns out to be damaged: it must start afresh each
// time, and call no other method of the store.
func (s *Store) Update(ctx context.Context, f func(tx *Tx) error) error {
	return s.mending(ctx, func() (*handle, error) {
		c, bad, err := s.prepare(f)
		if c == nil || err != nil {
			return bad, err
		}
		return nil, s.settle(c)
	})
}

// View runs f on the store as it is at this moment. f may run again when the
// index turns out to be damaged.
func (s *Store) View(ctx context.Context, f func(tx *Tx) error) error {
	return s.mending(ctx, func() (*handle, error) {
		tx, err := s.begin(false)
		if err != nil {
			return nil, err
		}
		defer tx.end()
		err = f(tx)
		if tx.broken != nil {
			err = tx.broken
		}
		return tx.base, err
	})
}

// mending repeats what failed because of the index after making that anew.
func (s *Store) mending(ctx context.Context, try func() (*handle, error)) error {
	for tries := 0; ; tries++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		bad, err := try()
		if !errors.Is(err, errIndex) || bad == nil || tries == 2 {
			return err
		}
		if err := s.rebuild(bad, err); err != nil {
			return err
		}
	}
}

// prepare runs f and puts what it changed in the queue. Where it changed
// nothing the commit is the last one before it: what f has seen of that must be
// durable, too, before anything is told on the strength of it.
func (s *Store) prepare(f func(tx *Tx) error) (*commit, *handle, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	tx, err := s.begin(true)
	if err != nil {
		return nil, nil, err
	}
	defer tx.end()
	err = f(tx)
	if tx.broken != nil {
		err = tx.broken
	}
	if err != nil {
		return nil, tx.base, err
	}
	if len(tx.ops) == 0 {
		s.mu.RLock()
		defer s.mu.RUnlock()
		return s.last, nil, nil
	}
	c := &commit{ops: tx.ops, payload: encodeOps(tx.ops)}
	if len(c.payload) > MaxUpdate {
		return nil, nil, fmt.Errorf("%w: changes of %d bytes together", ErrTooLarge, len(c.payload))
	}
	if err := s.space.check(len(c.payload), true); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue, s.last = append(s.queue, c), c
	s.head = tx.over
	s.next++
	return c, nil, nil
}

// settle returns when c is durable. Whoever comes first writes for all that
// have queued up.
func (s *Store) settle(c *commit) error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	if !c.done {
		s.flush()
	}
	return c.err
}

// flush makes durable what has queued up. It is for who holds flushing.
func (s *Store) flush() {
	s.mu.Lock()
	group := s.queue
	s.queue = nil
	s.mu.Unlock()
	if len(group) == 0 {
		return
	}
	payloads := make([][]byte, len(group))
	for i, c := range group {
		payloads[i] = c.payload
	}
	first := s.journal.chain.next
	err := s.journal.append(payloads...)
	for _, c := range group {
		c.done, c.err = true, err
	}
	if err != nil {
		s.log.Error("saving failed", "error", err)
		return
	}
	s.show(group, first)
	for _, c := range group {
		c.ops, c.payload = nil, nil
	}
}

// show makes a durable group visible and has it brought to the index.
func (s *Store) show(group []*commit, first uint64) {
	touched := map[Kind]bool{}
	s.mu.Lock()
	for i, c := range group {
		for _, o := range c.ops {
			s.shown = s.shown.put(o.key, ahead{o.value, o.deleted, first + uint64(i)})
			s.waiting += len(o.key) + len(o.value)
			touched[Kind(o.key[0])] = true
		}
	}
	s.durable = place{s.journal.chain.next - 1, s.journal.chain.before}
	for k := range touched {
		for w := range s.watchers[k] {
			select {
			case w <- struct{}{}:
			default: // it has not looked since the last one
			}
		}
	}
	bad, now := s.index, s.opt.MemoryIndex || s.waiting > applyWaiting
	if !now && s.timer == nil && !s.closed {
		s.timer = time.AfterFunc(applyAfter, s.applyLater)
	}
	s.mu.Unlock()
	if !now {
		return
	}
	if err := s.apply(); err != nil {
		s.rebuildHeld(bad, err)
	}
}

func (s *Store) applyLater() {
	s.mu.Lock()
	s.timer = nil
	bad, closed := s.index, s.closed
	s.mu.Unlock()
	if closed {
		return
	}
	if err := s.apply(); err != nil {
		// The journal has it all: who reads next is told if this fails, too.
		if err := s.rebuild(bad, err); err != nil {
			s.log.Error("the index can't be made anew", "error", err)
		}
	}
}

// apply brings what is shown to the index and forgets it here.
func (s *Store) apply() error {
	s.applying.Lock()
	defer s.applying.Unlock()
	s.mu.RLock()
	shown, at, ix := s.shown, s.durable, s.index
	s.mu.RUnlock()
	var ops []op
	for w := shown.from(""); ; {
		key, v, ok := w.next()
		if !ok {
			break
		}
		ops = append(ops, op{key, v.value, v.deleted})
	}
	if len(ops) == 0 {
		return nil
	}
	if !s.indexHasRoom(ix) {
		return nil // it waits in memory, and the journal has it
	}
	if err := applyOps(ix.index, s.marker, ops, at); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = newerThan(s.shown, at.sequence)
	s.head = newerThan(s.head, at.sequence)
	s.waiting = 0
	for w := s.shown.from(""); ; {
		key, v, ok := w.next()
		if !ok {
			return nil
		}
		s.waiting += len(key) + len(v.value)
	}
}

// newerThan drops what an index at the given sequence has.
func newerThan(m ordered[ahead], sequence uint64) ordered[ahead] {
	var kept ordered[ahead]
	for w := m.from(""); ; {
		key, v, ok := w.next()
		if !ok {
			return kept
		}
		if v.sequence > sequence {
			kept = kept.put(key, v)
		}
	}
}

// usable says whether anything may still be asked of the store.
func (s *Store) usable() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return nil
}

// Close brings the index up to date and gives the folder free. It waits for
// Views to end. Without it nothing is lost.
func (s *Store) Close() error {
	s.mu.RLock()
	closing := s.closing
	s.mu.RUnlock()
	for _, f := range closing { // before any lock: they may wait for an Update
		f()
	}
	s.end()
	s.tidying.Wait()
	s.compacting.Lock() // it would wait for the locks, and the index for it
	defer s.compacting.Unlock()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.flushing.Lock()
	defer s.flushing.Unlock()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	queued := s.queue
	s.queue = nil
	s.mu.Unlock()
	for _, c := range queued { // nobody writes for them any more
		c.done, c.err = true, ErrClosed
	}
	if err := s.apply(); err != nil {
		s.log.Warn("the index is not up to date", "error", err) // the next start sees it
	}
	s.applying.Lock()
	defer s.applying.Unlock()
	return s.shut()
}

// onClose has f called before the store is closed.
func (s *Store) onClose(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = append(s.closing, f)
}

// shut gives everything back that Open took, as far as it came.
func (s *Store) shut() error {
	var err error
	s.retiring.Wait()
	if s.index != nil && !s.indexHasRoom(s.index) {
		s.log.Warn("the index was left as it is, for want of space") // the next start sees to it
	} else if s.index != nil {
		e := s.index.retire()
		if e == nil && s.closed { // not when Open failed
			e = s.sealIndex(s.index.index)
		}
		if e != nil {
			s.log.Warn("the index did not close well", "error", e)
		}
	}
	if s.journal != nil {
		err = s.journal.close()
	}
	for _, key := range [][]byte{s.indexKey, s.markKey} {
		clear(key)
	}
	if s.vault != nil {
		clear(s.vault.dataKey)
	}
	return errors.Join(err, s.lock.Close())
}

// Report says what Open found and did.
func (s *Store) Report() Report { return s.report }

// Blobs returns the attachments.
func (s *Store) Blobs() *Blobs { return s.blobs }

func (o Options) filled() Options {
	if o.FS == nil {
		o.FS = OS{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	o.MemoryIndex = o.MemoryIndex || !badgerFits
	return o
}
