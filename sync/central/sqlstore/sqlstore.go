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
