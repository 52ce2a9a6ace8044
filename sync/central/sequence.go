package central

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/batch"
)

// sequenceStep is how many leaves one Append writes: one fsync for all, and few
// enough that nobody waits long for the lock.
const sequenceStep = 1000

// sequence gives every stored record its place in the log. When it returns nil,
// all that was stored before the call is logged: by this call or by another
// sequencer. The mutex spares the processes' own goroutines the race; what
// decides is the store, which refuses with ErrMoved.
func (s *Server) sequence(ctx context.Context) error {
	s.sequencer.Lock()
	defer s.sequencer.Unlock()
	for {
		ids, err := s.store.Unlogged(ctx, sequenceStep)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.extend(ctx, ids); err != nil && !errors.Is(err, ErrMoved) {
			return err
		}
	}
}

// extend appends ids to the log under a new checkpoint.
func (s *Server) extend(ctx context.Context, ids []batch.RecordID) error {
	last, err := s.store.Checkpoint(ctx)
	if err != nil {
		return err
	}
	grown := &grownLog{stored: s.hashes(ctx), base: HashCount(last.Size)}
	size := last.Size
	for _, id := range ids {
		hashes, err := tlog.StoredHashesForRecordHash(size, batch.LeafHash(id), grown)
		if err != nil {
			return fmt.Errorf("hash leaf %d of the log: %w", size, err)
		}
		for _, h := range hashes {
			grown.added = append(grown.added, h)
		}
		size++
	}
	root, err := tlog.TreeHash(size, grown)
	if err != nil {
		return fmt.Errorf("hash the log: %w", err)
	}
	// The log's time never runs backwards, whatever the clock does.
	c := batch.SignCheckpoint(s.log, s.key, batch.Checkpoint{Size: size, Hash: root, Time: max(s.time(), last.Time)})
	return s.store.Append(ctx, last.Size, ids, grown.added, c)
}

// hashes reads the stored tree.
func (s *Server) hashes(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		raw, err := s.store.Hashes(ctx, indexes)
		if err != nil {
			return nil, err
		}
		hashes := make([]tlog.Hash, len(raw))
		for i, h := range raw {
			hashes[i] = h
		}
		return hashes, nil
	})
}

// A grownLog reads the stored hashes and those about to be.
type grownLog struct {
	stored tlog.HashReader
	base   int64 // index of the first added hash
	added  [][32]byte
}

func (g *grownLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	var old []int64
	for _, i := range indexes {
		if i < g.base {
			old = append(old, i)
		}
	}
	read, err := g.stored.ReadHashes(old)
	if err != nil {
		return nil, err
	}
	for at, i := range indexes {
		switch {
		case i < g.base:
			hashes[at], read = read[0], read[1:]
		case i-g.base < int64(len(g.added)):
			hashes[at] = g.added[i-g.base]
		default:
			return nil, fmt.Errorf("hash %d is not computed yet", i)
		}
	}
	return hashes, nil
}
