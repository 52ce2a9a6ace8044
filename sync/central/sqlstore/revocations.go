package sqlstore

import (
	"context"
	"crypto/ed25519"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Revoked implements central.Store.
func (s *Store) Revoked(ctx context.Context, id identity.ID, org ed25519.PublicKey) (is bool, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM revocations WHERE device = $1 AND org_key = $2)`, id[:], []byte(org)).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("look for a revocation: %w", err)
	}
	return is, nil
}

// Revocations implements central.Store.
func (s *Store) Revocations(ctx context.Context) ([]identity.Revocation, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT device, org_key, signature FROM revocations ORDER BY arrival LIMIT $1`, batch.MaxRevocations)
	if err != nil {
		return nil, fmt.Errorf("list revocations: %w", err)
	}
	defer rows.Close()
	var all []identity.Revocation
	for rows.Next() {
		var v identity.Revocation
		var device []byte
		if err := rows.Scan(&device, (*[]byte)(&v.OrgKey), &v.Signature); err != nil {
			return nil, fmt.Errorf("read a revocation: %w", err)
		}
		if len(device) != len(v.Device) {
			return nil, errDamaged
		}
		v.Device = identity.ID(device)
		all = append(all, v)
	}
	return all, rows.Err()
}
