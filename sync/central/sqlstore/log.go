package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
)

// Received implements central.Store.
func (s *Store) Received(ctx context.Context, tails []batch.Tail, max int) ([]batch.ReceiptLeaf, error) {
	var all []batch.ReceiptLeaf
	for _, t := range tails {
		if t.First > math.MaxInt64 {
			continue
		}
		leaves, err := s.received(ctx, t, max)
		if err != nil {
			return nil, fmt.Errorf("list what the log holds: %w", err)
		}
		all = append(all, leaves...)
	}
	slices.SortFunc(all, func(a, b batch.ReceiptLeaf) int { return cmp.Compare(a.Index, b.Index) })
	all = slices.CompactFunc(all, func(a, b batch.ReceiptLeaf) bool { return a.Index == b.Index })
	return all[:min(max, len(all))], nil
}

func (s *Store) received(ctx context.Context, t batch.Tail, max int) ([]batch.ReceiptLeaf, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT id, log_index FROM records
		WHERE origin = $1 AND incarnation = $2 AND lane = $3 AND seq >= $4 AND log_index IS NOT NULL ORDER BY log_index LIMIT $5`,
		t.Origin[:], int64(t.Incarnation), t.Lane, int64(t.First), max)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var leaves []batch.ReceiptLeaf
	for rows.Next() {
		var id []byte
		var l batch.ReceiptLeaf
		if err := rows.Scan(&id, &l.Index); err != nil {
			return nil, err
		}
		if len(id) != 32 {
			return nil, errDamaged
		}
		l.Record = batch.RecordID(id)
		leaves = append(leaves, l)
	}
	return leaves, rows.Err()
}

// Unlogged implements central.Store.
func (s *Store) Unlogged(ctx context.Context, max int) ([]batch.RecordID, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT id FROM records WHERE log_index IS NULL
		AND NOT EXISTS (SELECT 1 FROM leaf_lists WHERE record = id AND missing > 0) ORDER BY arrival LIMIT $1`, max)
	if err != nil {
		return nil, fmt.Errorf("list what the log lacks: %w", err)
	}
	return ids(rows)
}

// Append implements central.Store.
func (s *Store) Append(ctx context.Context, from int64, leaves []batch.RecordID, hashes [][32]byte, c batch.Checkpoint) error {
	first := central.HashCount(from)
	if len(leaves) == 0 || c.Size != from+int64(len(leaves)) || int64(len(hashes)) != central.HashCount(c.Size)-first {
		return fmt.Errorf("extend the log: %d leaves and %d hashes do not lead from size %d to %d", len(leaves), len(hashes), from, c.Size)
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		var size int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(size), 0) FROM checkpoints`).Scan(&size); err != nil {
			return err
		}
		if size != from {
			return central.ErrMoved
		}
		place, err := tx.PrepareContext(ctx, `UPDATE records SET log_index = $1 WHERE id = $2 AND log_index IS NULL`)
		if err != nil {
			return err
		}
		defer place.Close()
		for i, id := range leaves {
			res, err := place.ExecContext(ctx, from+int64(i), id[:])
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n != 1 {
				return errors.Join(err, central.ErrMoved)
			}
		}
		keep, err := tx.PrepareContext(ctx, `INSERT INTO log_hashes (idx, hash) VALUES ($1, $2)`)
		if err != nil {
			return err
		}
		defer keep.Close()
		for i, h := range hashes {
			if _, err := keep.ExecContext(ctx, first+int64(i), h[:]); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO checkpoints (size, hash, made, signature) VALUES ($1, $2, $3, $4)`, c.Size, c.Hash[:], c.Time, c.Signature)
		return err
	})
	if err != nil {
		return fmt.Errorf("extend the log: %w", err)
	}
	return nil
}

// Checkpoint implements central.Store.
func (s *Store) Checkpoint(ctx context.Context) (batch.Checkpoint, error) {
	var c batch.Checkpoint
	var hash []byte
	err := s.reader.QueryRowContext(ctx, `SELECT size, hash, made, signature FROM checkpoints ORDER BY size DESC LIMIT 1`).
		Scan(&c.Size, &hash, &c.Time, &c.Signature)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return batch.Checkpoint{}, nil
	case err == nil && len(hash) != 32:
		err = errDamaged
	}
	if err != nil {
		return batch.Checkpoint{}, fmt.Errorf("read the checkpoint: %w", err)
	}
	c.Hash = [32]byte(hash)
	return c, nil
}

// Hashes implements central.Store.
func (s *Store) Hashes(ctx context.Context, indexes []int64) ([][32]byte, error) {
	hashes := make([][32]byte, 0, len(indexes))
	for _, i := range indexes {
		var h []byte
		if err := found(s.reader.QueryRowContext(ctx, `SELECT hash FROM log_hashes WHERE idx = $1`, i).Scan(&h), "read the log"); err != nil {
			return nil, err
		}
		if len(h) != 32 {
			return nil, errDamaged
		}
		hashes = append(hashes, [32]byte(h))
	}
	return hashes, nil
}
