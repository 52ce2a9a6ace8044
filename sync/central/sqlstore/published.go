package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"baraza.example/sync/catalogue"
	"baraza.example/sync/central"
)

// Publish implements central.Shelf.
func (s *Store) Publish(ctx context.Context, p catalogue.Publication, blobs ...[]byte) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		last, err := cursor(tx.QueryRowContext(ctx, lastPublication))
		if err != nil {
			return err
		}
		if p.Number != last.Number+1 || p.Previous != last.Hash {
			return central.ErrMoved
		}
		for _, b := range blobs {
			if err := putBlob(ctx, tx, b); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO publications (number, signed) VALUES ($1, $2)`, int64(p.Number), p.Encode())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep publication %d: %w", p.Number, err)
	}
	return nil
}

func putBlob(ctx context.Context, tx *sql.Tx, content []byte) error {
	sums, b := catalogue.SumsOf(content)
	res, err := tx.ExecContext(ctx, `INSERT INTO published_blobs (id, sums) VALUES ($1, $2) ON CONFLICT DO NOTHING`, b.ID[:], []byte(sums))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 { // it is here already
		return err
	}
	for i := 0; i < b.Leaves(); i++ {
		leaf := content[i*catalogue.LeafSize : min((i+1)*catalogue.LeafSize, len(content))]
		if _, err := tx.ExecContext(ctx, `INSERT INTO published_leaves (blob, idx, content) VALUES ($1, $2, $3)`, b.ID[:], i, leaf); err != nil {
			return err
		}
	}
	return nil
}

const lastPublication = `SELECT signed FROM publications ORDER BY number DESC LIMIT 1`

func cursor(row *sql.Row) (catalogue.Cursor, error) {
	var signed []byte
	if err := row.Scan(&signed); errors.Is(err, sql.ErrNoRows) {
		return catalogue.Cursor{}, nil
	} else if err != nil {
		return catalogue.Cursor{}, err
	}
	p, err := catalogue.Decode(signed)
	if err != nil {
		return catalogue.Cursor{}, fmt.Errorf("%w: %v", errDamaged, err)
	}
	return p.Cursor(), nil
}

// Catalogue implements central.Shelf.
func (s *Store) Catalogue(ctx context.Context) (catalogue.Cursor, error) {
	c, err := cursor(s.reader.QueryRowContext(ctx, lastPublication))
	if err != nil {
		return c, fmt.Errorf("look how far the catalogue goes: %w", err)
	}
	return c, nil
}

// Publications implements central.Shelf.
func (s *Store) Publications(ctx context.Context, from uint64, max int) ([]catalogue.Publication, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT signed FROM publications WHERE number >= $1 ORDER BY number LIMIT $2`, int64(from), max)
	if err != nil {
		return nil, fmt.Errorf("list publications: %w", err)
	}
	defer rows.Close()
	var all []catalogue.Publication
	for rows.Next() {
		var signed []byte
		if err := rows.Scan(&signed); err != nil {
			return nil, fmt.Errorf("read a publication: %w", err)
		}
		p, err := catalogue.Decode(signed)
		if err != nil {
			return nil, fmt.Errorf("%w: %v", errDamaged, err)
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// Sums implements central.Shelf.
func (s *Store) Sums(ctx context.Context, id catalogue.ID) (sums catalogue.Sums, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT sums FROM published_blobs WHERE id = $1`, id[:]).Scan((*[]byte)(&sums))
	return sums, found(err, "read the sums of a blob")
}

// Piece implements central.Shelf.
func (s *Store) Piece(ctx context.Context, id catalogue.ID, index uint32) (leaf []byte, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT content FROM published_leaves WHERE blob = $1 AND idx = $2`, id[:], int64(index)).Scan(&leaf)
	return leaf, found(err, "read a leaf of a blob")
}
