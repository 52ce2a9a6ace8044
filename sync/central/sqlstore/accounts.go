package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"baraza.example/sync/central"
)

// PutAccount implements central.Accounts.
func (s *Store) PutAccount(ctx context.Context, a central.Account) error {
	_, err := s.writer.ExecContext(ctx, `INSERT INTO accounts (name, role, verifier, changed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET role = excluded.role, verifier = excluded.verifier, changed = excluded.changed`,
		a.Name, string(a.Role), a.Verifier, a.Changed)
	if err != nil {
		return fmt.Errorf("keep an account: %w", err)
	}
	return nil
}

// Account implements central.Accounts.
func (s *Store) Account(ctx context.Context, name string) (central.Account, error) {
	a := central.Account{Name: name}
	err := s.reader.QueryRowContext(ctx, `SELECT role, verifier, changed FROM accounts WHERE name = $1`, name).
		Scan((*string)(&a.Role), &a.Verifier, &a.Changed)
	return a, found(err, "read an account")
}

// ListAccounts implements central.Accounts.
func (s *Store) ListAccounts(ctx context.Context) ([]central.Account, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT name, role, verifier, changed FROM accounts ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	defer rows.Close()
	var all []central.Account
	for rows.Next() {
		var a central.Account
		if err := rows.Scan(&a.Name, (*string)(&a.Role), &a.Verifier, &a.Changed); err != nil {
			return nil, fmt.Errorf("read accounts: %w", err)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// RemoveAccount implements central.Accounts.
func (s *Store) RemoveAccount(ctx context.Context, name string) error {
	res, err := s.writer.ExecContext(ctx, `DELETE FROM accounts WHERE name = $1`, name)
	if err != nil {
		return fmt.Errorf("remove an account: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, central.ErrNotFound)
	}
	return nil
}
