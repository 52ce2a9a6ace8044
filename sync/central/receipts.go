package central

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"baraza.example/sync/batch"
)

// maxReceiptsRun bounds the entries handed out at one call; the origin's tails
// move on with what it got, so the next run brings the rest.
const maxReceiptsRun = 10 * batch.MaxReceipts

// Receipts implements exchange.Inbox: what the log holds of the offered tails,
// with one proof for each batch, continuing from the offer's position.
func (s *Server) Receipts(ctx context.Context, o batch.Offer) ([]batch.Receipts, error) {
	// Only this origin's own chains: an offer speaks for nobody else.
	tails := slices.DeleteFunc(slices.Clone(o.Tails), func(t batch.Tail) bool { return t.Origin != o.Origin })
	// The entries first: every one of them is in any checkpoint read later.
	entries, err := s.store.Received(ctx, tails, maxReceiptsRun)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	c, err := s.store.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	since, consistency, err := s.consistency(ctx, o, c)
	if err != nil {
		return nil, err
	}
	var all []batch.Receipts
	for part := range slices.Chunk(entries, batch.MaxReceipts) {
		indexes := make([]int64, len(part))
		for i, e := range part {
			indexes[i] = e.Index
		}
		proof, err := batch.ProveTogether(c.Size, indexes, s.hashes(ctx))
		if err != nil {
			return nil, fmt.Errorf("prove receipts: %w", err)
		}
		all = append(all, batch.Receipts{Origin: o.Origin, Since: since, Checkpoint: c, Consistency: consistency, Entries: part, Proof: proof})
	}
	return all, nil
}

// consistency proves that c continues the log as the origin saw it. For a
// position that was never ours it claims nothing: the receipts then start from
// no checkpoint, and the origin will see for itself that they don't continue
// what it holds.
func (s *Server) consistency(ctx context.Context, o batch.Offer, c batch.Checkpoint) (since int64, proof [][32]byte, err error) {
	p := o.Position
	if p.Size == 0 {
		return 0, nil, nil
	}
	ours, err := s.isOurs(ctx, p, c)
	if err != nil {
		return 0, nil, err
	}
	if !ours {
		s.logger.WarnContext(ctx, "an origin follows another log than this one: this store was set back, or the origin was misled",
			"origin", o.Origin.Short(), "seq", p.Size)
		return 0, nil, nil
	}
	path, err := tlog.ProveTree(c.Size, p.Size, s.hashes(ctx))
	if err != nil {
		return 0, nil, fmt.Errorf("prove that the log continues: %w", err)
	}
	for _, h := range path {
		proof = append(proof, h)
	}
	return p.Size, proof, nil
}

// isOurs reports whether the log had this root at this size.
func (s *Server) isOurs(ctx context.Context, p batch.Position, c batch.Checkpoint) (bool, error) {
	if p.Size > c.Size {
		return false, nil
	}
	root, err := tlog.TreeHash(p.Size, s.hashes(ctx))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && root == p.Root, err
}
