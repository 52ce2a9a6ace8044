package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// AddClarification implements central.Store.
func (s *Store) AddClarification(ctx context.Context, a batch.Addressed) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		id := a.ID()
		var number int64
		err := tx.QueryRowContext(ctx, `INSERT INTO clarifications (id, origin, body, hubs) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO NOTHING RETURNING number`, id[:], a.Origin[:], a.Encode(), canon.Encode(append([]identity.ID{}, a.Hubs...))).Scan(&number)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		for _, hub := range a.Hubs {
			if err == nil {
				_, err = tx.ExecContext(ctx, `INSERT INTO clarification_hubs (hub, number) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hub[:], number)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a clarification: %w", err)
	}
	return nil
}

// Clarifications implements central.Store.
func (s *Store) Clarifications(ctx context.Context, caller batch.Peer, ask batch.Ask, most int) (all []batch.Numbered, err error) {
	var last int64
	if err := s.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM clarifications`).Scan(&last); err != nil {
		return nil, fmt.Errorf("look for clarifications: %w", err)
	}
	if ask = ask.Within(uint64(last)); ask.First() == uint64(last) {
		return nil, nil
	}
	const columns = `SELECT c.number, c.body, c.hubs FROM clarifications c `
	const end = ` ORDER BY c.number LIMIT $3`
	after := int64(ask.After)
	switch {
	case len(ask.Origins) > 0:
		for _, o := range ask.Origins {
			ask.Named = append(ask.Named, batch.Named{Origin: o, After: ask.After})
		}
	case caller.Role == batch.RoleHub:
		all, err = s.clarifications(ctx, nil, columns+`WHERE (c.origin = $1 OR c.number IN (SELECT number FROM clarification_hubs WHERE hub = $1)) AND c.number > $2`+end,
			caller.ID[:], after, most)
	default:
		all, err = s.clarifications(ctx, nil, columns+`WHERE c.origin = $1 AND c.number > $2`+end, caller.ID[:], after, most)
	}
	for _, d := range ask.Named {
		if err == nil {
			all, err = s.clarifications(ctx, all, columns+`WHERE c.origin = $1 AND c.number > $2`+end, d.Origin[:], int64(d.After), most)
		}
	}
	slices.SortFunc(all, func(a, b batch.Numbered) int { return cmp.Compare(a.Number, b.Number) })
	all = slices.CompactFunc(all, func(a, b batch.Numbered) bool { return a.Number == b.Number })
	return all[:min(len(all), most)], err
}

func (s *Store) clarifications(ctx context.Context, all []batch.Numbered, query string, args ...any) ([]batch.Numbered, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list clarifications: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n batch.Numbered
		var body, hubs []byte
		if err := rows.Scan(&n.Number, &body, &hubs); err != nil {
			return nil, fmt.Errorf("read a clarification: %w", err)
		}
		c, err := batch.DecodeClarification(body)
		if err != nil {
			return nil, fmt.Errorf("clarification %d: %w", n.Number, err)
		}
		if n.Clarification = c; canon.Decode(hubs, &n.Hubs) != nil {
			return nil, errDamaged
		}
		all = append(all, n)
	}
	return all, rows.Err()
}
