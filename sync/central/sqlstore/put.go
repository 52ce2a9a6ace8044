package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/central"
)

// Put implements central.Store.
func (s *Store) Put(ctx context.Context, rs []central.Received) ([]central.Placed, error) {
	placed := make([]central.Placed, len(rs))
	err := s.write(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO records
			(id, code, origin, incarnation, lane, seq, kind, consultation, envelope, received, path, carrier, tries)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) RETURNING arrival`)
		if err != nil {
			return err
		}
		defer insert.Close()
		p := putting{tx: tx, insert: insert, heads: map[batch.Chain]batch.Have{}}
		for i, r := range rs {
			if placed[i], err = p.put(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store records: %w", err)
	}
	return placed, nil
}

// putting is one Put's transaction.
type putting struct {
	tx     *sql.Tx
	insert *sql.Stmt
	heads  map[batch.Chain]batch.Have // of chains met, as they stand now
}

func (p *putting) put(ctx context.Context, r central.Received) (central.Placed, error) {
	last, known := p.heads[r.Chain]
	if !known {
		var err error
		if last, err = head(ctx, p.tx, r.Chain); err != nil {
			return central.Placed{}, err
		}
	}
	refusal := central.Next(last, r.Record)
	if refusal == nil {
		held, err := p.epoch(ctx, r)
		if err != nil || !held {
			return central.Placed{Refusal: central.NoEpoch(r)}, err
		}
		p.heads[r.Chain] = r.Have()
		return central.Placed{New: true}, p.add(ctx, r)
	}
	// Not the next of its chain: held already, or refused.
	var tries int
	err := p.tx.QueryRowContext(ctx, `UPDATE records SET tries = tries + 1 WHERE id = $1 RETURNING tries`, r.ID[:]).Scan(&tries)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return central.Placed{Refusal: refusal}, nil
	case err != nil || tries > central.MaxRoads:
		return central.Placed{}, err
	}
	_, err = p.tx.ExecContext(ctx, `INSERT INTO roads (record, try, arrived, path, carrier) VALUES ($1, $2, $3, $4, $5)`,
		r.ID[:], tries, r.Time, pathBytes(r.Path), r.Carrier)
	return central.Placed{}, err
}

// epoch reports whether the epoch that r is sealed under is held.
func (p *putting) epoch(ctx context.Context, r central.Received) (held bool, err error) {
	if r.Sealed == 0 {
		return true, nil
	}
	err = p.tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM epochs WHERE origin = $1 AND incarnation = $2 AND number = $3)`,
		r.Origin[:], int64(r.Incarnation), int64(r.Sealed)).Scan(&held)
	return held, err
}

func pathBytes(path []batch.Stop) []byte {
	if path == nil {
		path = []batch.Stop{}
	}
	return canon.Encode(path)
}

func (p *putting) add(ctx context.Context, r central.Received) error {
	var arrival int64
	err := p.insert.QueryRowContext(ctx, r.ID[:], r.ID.Code(), r.Origin[:], int64(r.Incarnation), r.Lane, int64(r.Seq),
		r.Kind, r.Consultation[:], r.Envelope, r.Time, pathBytes(r.Path), r.Carrier).Scan(&arrival)
	if err != nil {
		return err
	}
	if g := r.Registration; g != nil {
		if _, err := p.tx.ExecContext(ctx, `INSERT INTO origins (id, org_key, device_key, certificate, proof) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE SET org_key = excluded.org_key, device_key = excluded.device_key,
			certificate = excluded.certificate, proof = excluded.proof`,
			r.Origin[:], []byte(g.OrgKey), []byte(g.DeviceKey), g.Certificate, g.Proof); err != nil {
			return err
		}
	}
	if r.Opens != 0 {
		if _, err := p.tx.ExecContext(ctx, `INSERT INTO epochs (origin, incarnation, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			r.Origin[:], int64(r.Incarnation), int64(r.Opens)); err != nil {
			return err
		}
	}
	if v := r.Revocation; v != nil {
		if _, err := p.tx.ExecContext(ctx, `INSERT INTO revocations (device, org_key, signature, arrival) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			v.Device[:], []byte(v.OrgKey), v.Signature, arrival); err != nil {
			return err
		}
	}
	if l := r.Leaves; l != nil {
		sums := make([]byte, 0, 16*len(l.Leaves))
		for _, sum := range l.Leaves {
			sums = append(sums, sum[:]...)
		}
		if _, err := p.tx.ExecContext(ctx, `INSERT INTO leaf_lists (record, arrival, origin, sums, missing) VALUES ($1, $2, $3, $4, $5)`,
			r.ID[:], arrival, r.Origin[:], sums, len(l.Leaves)); err != nil {
			return err
		}
	}
	return nil
}

// queryer is a *sql.DB or a *sql.Tx.
type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// head returns the last entry of a chain, zero if none is held.
func head(ctx context.Context, q queryer, c batch.Chain) (batch.Have, error) {
	return entry(c, q.QueryRowContext(ctx, `SELECT seq, id FROM records WHERE origin = $1 AND incarnation = $2 AND lane = $3 ORDER BY seq DESC LIMIT 1`,
		c.Origin[:], int64(c.Incarnation), c.Lane))
}

func entry(c batch.Chain, row *sql.Row) (batch.Have, error) {
	var seq int64
	var id []byte
	err := row.Scan(&seq, &id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return batch.Have{}, nil
	case err != nil:
		return batch.Have{}, err
	case len(id) != 32:
		return batch.Have{}, errDamaged
	}
	return batch.Have{Chain: c, Seq: batch.Seq(seq), Hash: batch.RecordID(id).Hash8()}, nil
}

var errDamaged = errors.New("a row of the store is damaged")

// At implements central.Store.
func (s *Store) At(ctx context.Context, c batch.Chain, seq batch.Seq) (batch.Have, error) {
	h, err := entry(c, s.reader.QueryRowContext(ctx, `SELECT seq, id FROM records WHERE origin = $1 AND incarnation = $2 AND lane = $3 AND seq = $4`,
		c.Origin[:], int64(c.Incarnation), c.Lane, int64(seq)))
	if err != nil {
		return h, fmt.Errorf("read an entry of a chain: %w", err)
	}
	if h.Seq == 0 {
		return h, central.ErrNotFound
	}
	return h, nil
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
