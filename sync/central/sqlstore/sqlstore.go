// Package sqlstore is a central.Store in an SQL database: an SQLite file today.
//
// The file stands in WAL mode with synchronous FULL: what a method took was
// flushed to the disk when it returns. There is one writer; readers go beside
// it. Sealed leaves of attachments lie in a table, not in files: they are at
// most 8 KiB, a size that SQLite reads and writes faster than a file system
// does (sqlite.org/fasterthanfs.html), they come and go in the same transaction as
// the count of what is missing, and one file is one backup.
//
// Times are seconds since 1970 in UTC. Start at [Open].
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// Store is a central.Store. Any number of goroutines and, waiting for each
// other's transactions, several processes may use one file.
type Store struct {
	dialect dialect
	writer  *sql.DB
	reader  *sql.DB
}

// Open opens or makes the store that dsn names: the path of an SQLite file.
func Open(ctx context.Context, dsn string) (*Store, error) {
	path, err := fileOf(dsn)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: sqlite}
	if s.writer, s.reader, err = s.dialect.open(path); err != nil {
		return nil, fmt.Errorf("open the centre's store %s: %w", path, err)
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the centre's store %s: %w", path, err), s.Close())
	}
	return s, nil
}

// Close closes the file. Iterations and calls still running fail.
func (s *Store) Close() error { return errors.Join(s.reader.Close(), s.writer.Close()) }

// write runs do in one transaction.
func (s *Store) write(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Put implements central.Store.
func (s *Store) Put(ctx context.Context, rs []central.Received) ([]central.Placed, error) {
	placed := make([]central.Placed, len(rs))
	err := s.write(ctx, func(tx *sql.Tx) error {
		for i, r := range rs {
			p, err := put(ctx, tx, r)
			if err != nil {
				return err
			}
			placed[i] = p
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store records: %w", err)
	}
	return placed, nil
}

func put(ctx context.Context, tx *sql.Tx, r central.Received) (central.Placed, error) {
	var tries int
	err := tx.QueryRowContext(ctx, `UPDATE records SET tries = tries + 1 WHERE id = $1 RETURNING tries`, r.ID[:]).Scan(&tries)
	if err == nil {
		return central.Placed{}, addRoad(ctx, tx, r, tries)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return central.Placed{}, err
	}
	last, err := head(ctx, tx, r.Chain)
	if err != nil {
		return central.Placed{}, err
	}
	if refusal := central.Next(last, r.Record); refusal != nil {
		return central.Placed{Refusal: refusal}, nil
	}
	return central.Placed{New: true}, insert(ctx, tx, r)
}

// queryer is a *sql.DB or a *sql.Tx.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// head returns the last entry of a chain, zero if none is held.
func head(ctx context.Context, q queryer, c batch.Chain) (batch.Have, error) {
	var seq int64
	var hash []byte
	err := q.QueryRowContext(ctx, `SELECT seq, hash FROM chains WHERE origin = $1 AND incarnation = $2 AND lane = $3`,
		c.Origin[:], int64(c.Incarnation), c.Lane).Scan(&seq, &hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return batch.Have{}, nil
	case err != nil:
		return batch.Have{}, err
	case len(hash) != 8:
		return batch.Have{}, errDamaged
	}
	return batch.Have{Chain: c, Seq: batch.Seq(seq), Hash: [8]byte(hash)}, nil
}

var errDamaged = errors.New("a row of the store is damaged")

func insert(ctx context.Context, tx *sql.Tx, r central.Received) error {
	hash := r.ID.Hash8()
	var arrival int64
	err := tx.QueryRowContext(ctx, `INSERT INTO records (id, code, origin, incarnation, lane, seq, kind, consultation, envelope, received, tries)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) RETURNING arrival`,
		r.ID[:], r.ID.Code(), r.Origin[:], int64(r.Incarnation), r.Lane, int64(r.Seq), r.Kind, r.Consultation[:], r.Envelope, r.Time).Scan(&arrival)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO chains (origin, incarnation, lane, seq, hash) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (origin, incarnation, lane) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
		r.Origin[:], int64(r.Incarnation), r.Lane, int64(r.Seq), hash[:]); err != nil {
		return err
	}
	if g := r.Registration; g != nil {
		if _, err := tx.ExecContext(ctx, `INSERT INTO origins (id, org_key, device_key, certificate, proof) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE SET org_key = excluded.org_key, device_key = excluded.device_key,
			certificate = excluded.certificate, proof = excluded.proof`,
			r.Origin[:], []byte(g.OrgKey), []byte(g.DeviceKey), g.Certificate, g.Proof); err != nil {
			return err
		}
	}
	if l := r.Leaves; l != nil {
		sums := make([]byte, 0, 16*len(l.Leaves))
		for _, sum := range l.Leaves {
			sums = append(sums, sum[:]...)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO leaf_lists (record, arrival, origin, sums, missing) VALUES ($1, $2, $3, $4, $5)`,
			r.ID[:], arrival, r.Origin[:], sums, len(l.Leaves)); err != nil {
			return err
		}
	}
	return addRoad(ctx, tx, r, 1)
}

func addRoad(ctx context.Context, tx *sql.Tx, r central.Received, try int) error {
	if try > central.MaxRoads {
		return nil
	}
	path := r.Path
	if path == nil {
		path = []batch.Stop{}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO roads (record, try, arrived, path) VALUES ($1, $2, $3, $4)`, r.ID[:], try, r.Time, canon.Encode(path))
	return err
}

// Have implements central.Store.
func (s *Store) Have(ctx context.Context, chains []batch.Chain) ([]batch.Have, error) {
	var haves []batch.Have
	for _, c := range chains {
		h, err := head(ctx, s.reader, c)
		if err != nil {
			return nil, fmt.Errorf("read a chain's end: %w", err)
		}
		if h.Seq > 0 {
			haves = append(haves, h)
		}
	}
	return haves, nil
}

// Origin implements central.Store.
func (s *Store) Origin(ctx context.Context, id identity.ID) (batch.Registration, error) {
	var g batch.Registration
	err := s.reader.QueryRowContext(ctx, `SELECT org_key, device_key, certificate, proof FROM origins WHERE id = $1`, id[:]).
		Scan((*[]byte)(&g.OrgKey), (*[]byte)(&g.DeviceKey), &g.Certificate, &g.Proof)
	return g, found(err, "read a registration")
}

// found turns "no rows" into central.ErrNotFound.
func found(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return central.ErrNotFound
	}
	return fmt.Errorf("%s: %w", what, err)
}

// AddToken implements central.Store.
func (s *Store) AddToken(ctx context.Context, t central.Token) error {
	_, err := s.writer.ExecContext(ctx, `INSERT INTO tokens (token, note, made, withdrawn) VALUES ($1, $2, $3, $4) ON CONFLICT (token) DO NOTHING`,
		t.Token[:], t.Note, t.Made, flag(t.Withdrawn))
	if err != nil {
		return fmt.Errorf("keep a token: %w", err)
	}
	return nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// WithdrawToken implements central.Store.
func (s *Store) WithdrawToken(ctx context.Context, token [16]byte) error {
	res, err := s.writer.ExecContext(ctx, `UPDATE tokens SET withdrawn = 1 WHERE token = $1`, token[:])
	if err != nil {
		return fmt.Errorf("withdraw a token: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, central.ErrNotFound)
	}
	return nil
}

// Tokens implements central.Store.
func (s *Store) Tokens(ctx context.Context) ([]central.Token, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT token, note, made, withdrawn FROM tokens ORDER BY made, token`)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	defer rows.Close()
	var tokens []central.Token
	for rows.Next() {
		var token []byte
		var t central.Token
		if err := rows.Scan(&token, &t.Note, &t.Made, &t.Withdrawn); err != nil {
			return nil, fmt.Errorf("read tokens: %w", err)
		}
		if len(token) != 16 {
			return nil, errDamaged
		}
		t.Token = [16]byte(token)
		tokens = append(tokens, t)
	}
	return tokens, rows.Err()
}
