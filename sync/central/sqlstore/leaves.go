package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// PutLeaf implements central.Blobs.
func (s *Store) PutLeaf(ctx context.Context, l batch.Leaf) (whole bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		var sum []byte // of this leaf alone: the list of a large file is a megabyte
		err := tx.QueryRowContext(ctx, `SELECT substr(sums, $1, 16) FROM leaf_lists WHERE record = $2`,
			16*int64(l.Index)+1, l.Attachment[:]).Scan(&sum)
		if err := found(err, "read the list"); err != nil {
			return err
		}
		if len(sum) != 16 || [16]byte(sum) != batch.LeafSum(l.Sealed) {
			return fmt.Errorf("%w: leaf %d is not the one that was signed", batch.ErrLeaf, l.Index)
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO leaves (record, idx, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, l.Attachment[:], l.Index, l.Sealed)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected() // 0: it was here already
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `UPDATE leaf_lists SET missing = missing - $1 WHERE record = $2 RETURNING missing = 0`, n, l.Attachment[:]).Scan(&whole)
	})
	if err != nil {
		return false, fmt.Errorf("keep leaf %d of %v: %w", l.Index, l.Attachment, err)
	}
	return whole, nil
}

// Leaf implements central.Blobs.
func (s *Store) Leaf(ctx context.Context, attachment batch.RecordID, index uint32) ([]byte, error) {
	var sealed []byte
	err := s.reader.QueryRowContext(ctx, `SELECT sealed FROM leaves WHERE record = $1 AND idx = $2`, attachment[:], index).Scan(&sealed)
	return sealed, found(err, "read a leaf")
}

// LeavesHeld implements central.Blobs.
func (s *Store) LeavesHeld(ctx context.Context, attachment batch.RecordID) (int, error) {
	var n int
	err := s.reader.QueryRowContext(ctx, `SELECT length(sums) / 16 - missing FROM leaf_lists WHERE record = $1`, attachment[:]).Scan(&n)
	return n, found(err, "count leaves")
}

// Lacking implements central.Blobs.
func (s *Store) Lacking(ctx context.Context, origins []identity.ID, max int) ([]batch.Want, error) {
	var wants []batch.Want
	for _, o := range origins {
		lists, err := s.incomplete(ctx, o, max)
		if err != nil {
			return nil, fmt.Errorf("list lacking leaves: %w", err)
		}
		for _, l := range lists {
			if max <= 0 {
				return wants, nil
			}
			held, err := s.held(ctx, l.record)
			if err != nil {
				return nil, fmt.Errorf("list lacking leaves: %w", err)
			}
			w, n := central.WantMissing(l.record, l.total, held, max)
			if n > 0 {
				wants, max = append(wants, w), max-n
			}
		}
	}
	return wants, nil
}

type list struct {
	record batch.RecordID
	total  int
}

// incomplete lists an origin's attachments with leaves missing, smaller ones first.
func (s *Store) incomplete(ctx context.Context, origin identity.ID, max int) ([]list, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT record, length(sums) / 16 FROM leaf_lists
		WHERE origin = $1 AND missing > 0 ORDER BY length(sums), arrival LIMIT $2`, origin[:], max)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lists []list
	for rows.Next() {
		var l list
		var id []byte
		if err := rows.Scan(&id, &l.total); err != nil {
			return nil, err
		}
		if len(id) != 32 {
			return nil, errDamaged
		}
		l.record = batch.RecordID(id)
		lists = append(lists, l)
	}
	return lists, rows.Err()
}

func (s *Store) held(ctx context.Context, attachment batch.RecordID) ([]uint32, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT idx FROM leaves WHERE record = $1 ORDER BY idx`, attachment[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var held []uint32
	for rows.Next() {
		var i uint32
		if err := rows.Scan(&i); err != nil {
			return nil, err
		}
		held = append(held, i)
	}
	return held, rows.Err()
}
