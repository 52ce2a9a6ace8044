package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/central"
)

// A page of Records ends after this many rows or bytes. No query stays open
// while the caller's loop runs.
const (
	pageRows  = 256
	pageBytes = 4 << 20
)

const columns = `SELECT arrival, envelope, received, path, carrier, tries, COALESCE(log_index, -1) FROM records `

// Record implements central.Store.
func (s *Store) Record(ctx context.Context, id batch.RecordID) (central.Stored, error) {
	page, err := s.page(ctx, columns+`WHERE id = $1`, id[:])
	if err != nil {
		return central.Stored{}, fmt.Errorf("read a record: %w", err)
	}
	if len(page) == 0 {
		return central.Stored{}, central.ErrNotFound
	}
	return page[0].Stored, nil
}

// ByCode implements central.Store.
func (s *Store) ByCode(ctx context.Context, code string) ([]central.Stored, error) {
	page, err := s.page(ctx, columns+`WHERE code = $1 AND kind BETWEEN $2 AND $3 ORDER BY arrival LIMIT 16`, code, batch.KindResponse, batch.KindWithdrawal)
	if err != nil {
		return nil, fmt.Errorf("look for a receipt code: %w", err)
	}
	var stored []central.Stored
	for _, r := range page {
		stored = append(stored, r.Stored)
	}
	return stored, nil
}

// Records implements central.Store.
func (s *Store) Records(ctx context.Context, q central.Query) iter.Seq2[central.Stored, error] {
	where, args := narrow(q)
	return func(yield func(central.Stored, error) bool) {
		for after := int64(0); ; {
			query := fmt.Sprintf("%s WHERE arrival > %d%s ORDER BY arrival LIMIT %d", columns, after, where, pageRows)
			page, err := s.page(ctx, query, args...)
			if err != nil {
				yield(central.Stored{}, fmt.Errorf("list records: %w", err))
				return
			}
			for _, r := range page {
				if !yield(r.Stored, nil) {
					return
				}
				after = r.arrival
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

func narrow(q central.Query) (where string, args []any) {
	add := func(condition string, arg any) {
		args = append(args, arg)
		where += fmt.Sprintf(condition, len(args))
	}
	if q.Consultation != nil {
		add(" AND consultation = $%d", q.Consultation[:])
	}
	if q.Origin != nil {
		add(" AND origin = $%d", q.Origin[:])
	}
	if len(q.Kinds) > 0 {
		var marks []string
		for _, k := range q.Kinds {
			args = append(args, k)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		where += " AND kind IN (" + strings.Join(marks, ", ") + ")"
	}
	return where, args
}

type row struct {
	central.Stored
	arrival int64
}

// page reads the rows of a query and then the roads of what came again.
func (s *Store) page(ctx context.Context, query string, args ...any) ([]row, error) {
	page, err := s.rows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	for i := range page {
		r := &page[i]
		r.Roads = []central.Road{{Path: r.Path, Carrier: r.Carrier, Time: r.Time}}
		if r.Tries == 1 {
			continue
		}
		later, err := s.roads(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		r.Roads = append(r.Roads, later...)
	}
	return page, nil
}

func (s *Store) rows(ctx context.Context, query string, args ...any) ([]row, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []row
	for size := 0; size < pageBytes && rows.Next(); {
		var r row
		var envelope, path []byte
		if err := rows.Scan(&r.arrival, &envelope, &r.Time, &path, &r.Carrier, &r.Tries, &r.Index); err != nil {
			return nil, err
		}
		if r.Record, err = batch.Parse(envelope); err != nil {
			return nil, fmt.Errorf("row %d: %w", r.arrival, err)
		}
		if r.Path, err = readPath(path); err != nil {
			return nil, fmt.Errorf("row %d: %w", r.arrival, err)
		}
		size += len(envelope)
		page = append(page, r)
	}
	return page, rows.Err()
}

func (s *Store) roads(ctx context.Context, id batch.RecordID) ([]central.Road, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT arrived, path, carrier FROM roads WHERE record = $1 ORDER BY try`, id[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var roads []central.Road
	for rows.Next() {
		var r central.Road
		var path []byte
		if err := rows.Scan(&r.Time, &path, &r.Carrier); err != nil {
			return nil, err
		}
		if r.Path, err = readPath(path); err != nil {
			return nil, fmt.Errorf("road of %v: %w", id, err)
		}
		roads = append(roads, r)
	}
	return roads, rows.Err()
}

func readPath(encoded []byte) ([]batch.Stop, error) {
	var path []batch.Stop
	if err := canon.Decode(encoded, &path); err != nil || len(path) > 0 {
		return path, err
	}
	return nil, nil
}

// ids reads a column of record ids.
func ids(rows *sql.Rows) ([]batch.RecordID, error) {
	defer rows.Close()
	var list []batch.RecordID
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if len(id) != 32 {
			return nil, errDamaged
		}
		list = append(list, batch.RecordID(id))
	}
	return list, rows.Err()
}
