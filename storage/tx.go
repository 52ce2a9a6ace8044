package storage

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// A Tx reads the store at one moment and, in an Update, collects what is to be
// changed. Collections work on it through [Collection.In]. It ends with the
// function it was given to.
type Tx struct {
	store  *Store
	over   ordered[ahead] // what the index lacks, and own changes
	base   *handle
	seen   view // of base
	marker *marker
	write  bool
	next   uint64
	ops    []op
	broken error // the index could not be trusted
}

var errReadOnly = errors.New("a View changes nothing")

func (s *Store) begin(write bool) (*Tx, error) {
	m, err := newMarker(s.markKey)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, ErrClosed
	}
	tx := &Tx{store: s, over: s.shown, base: s.index, marker: m, write: write, next: s.next}
	if write {
		tx.over = s.head
	}
	tx.base.acquire()
	if tx.seen, err = tx.base.index.view(); err != nil {
		tx.broken = err // found by the first who reads
	}
	return tx, nil
}

func (tx *Tx) end() {
	if tx.seen != nil {
		tx.seen.done()
	}
	tx.base.release()
}

// damaged notes that the index failed, so that it is mended whatever the
// function makes of the error.
func (tx *Tx) damaged(err error) error {
	if tx.broken == nil {
		tx.broken = err
	}
	return err
}

func (tx *Tx) get(key string) ([]byte, error) {
	if v, ok := tx.over.get(key); ok {
		if v.deleted {
			return nil, ErrNotFound
		}
		return v.value, nil
	}
	if tx.broken != nil {
		return nil, tx.broken
	}
	stored, err := tx.seen.get(key)
	if errors.Is(err, errNone) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, tx.damaged(err)
	}
	value, err := tx.marker.open(key, stored)
	if err != nil {
		return nil, tx.damaged(err)
	}
	return value, nil
}

func (tx *Tx) put(key string, value []byte) error {
	if len(key) > MaxKey || len(value) > MaxValue {
		return fmt.Errorf("%w: a value of %d bytes under a key of %d", ErrTooLarge, len(value), len(key))
	}
	return tx.change(op{key: key, value: value})
}

func (tx *Tx) del(key string) error { return tx.change(op{key: key, deleted: true}) }

func (tx *Tx) change(o op) error {
	if !tx.write {
		return errReadOnly
	}
	tx.ops = append(tx.ops, o)
	tx.over = tx.over.put(o.key, ahead{o.value, o.deleted, tx.next})
	return nil
}

// scan hands the values under keys that begin with prefix, a kind, to visit, from the
// key from on, in order, until it says no.
func (tx *Tx) scan(prefix, from string, visit func(key string, value []byte) bool) error {
	if tx.broken != nil {
		return tx.broken
	}
	whole, found := from <= prefix, uint64(0)
	over := tx.over.from(max(prefix, from))
	base := tx.seen.scan(max(prefix, from))
	defer base.close()
	key, v, inOver := over.next()
	baseKey, stored, inBase, err := base.next()
	for ; err == nil; baseKey, stored, inBase, err = base.next() {
		inBase = inBase && strings.HasPrefix(baseKey, prefix)
		if inBase {
			found++
		}
		for inOver && strings.HasPrefix(key, prefix) && (!inBase || key <= baseKey) {
			if !v.deleted && !visit(key, v.value) {
				return nil
			}
			hidden := inBase && key == baseKey
			key, v, inOver = over.next()
			if hidden {
				stored = nil
				break
			}
		}
		if !inBase {
			if whole {
				return tx.count(Kind(prefix[0]), found)
			}
			return nil
		}
		if stored == nil {
			continue
		}
		value, err := tx.marker.open(baseKey, stored)
		if err != nil {
			return tx.damaged(err)
		}
		if !visit(baseKey, value) {
			return nil
		}
	}
	return tx.damaged(err)
}

// count holds the number of values found against the tally: Badger ends a walk
// without a word where it can't read on.
func (tx *Tx) count(k Kind, found uint64) error {
	t, err := getTally(tx.seen, tx.marker, k)
	if err == nil && t.count != found {
		err = fmt.Errorf("%w: %d values of kind %#x, %d expected", errCount, found, k, t.count)
	}
	if err != nil {
		return tx.damaged(err)
	}
	return nil
}

// handle counts who reads an index, so that it is closed after the last.
type handle struct {
	index index
	mu    sync.Mutex
	free  sync.Cond
	users int
}

func newHandle(ix index) *handle {
	h := &handle{index: ix}
	h.free.L = &h.mu
	return h
}

func (h *handle) acquire() {
	h.mu.Lock()
	h.users++
	h.mu.Unlock()
}

func (h *handle) release() {
	h.mu.Lock()
	if h.users--; h.users == 0 {
		h.free.Broadcast()
	}
	h.mu.Unlock()
}

// retire closes the index when nobody reads it any more. It must be out of
// reach for new readers.
func (h *handle) retire() error {
	h.mu.Lock()
	for h.users > 0 {
		h.free.Wait()
	}
	h.mu.Unlock()
	return h.index.close()
}
