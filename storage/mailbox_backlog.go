package storage

import (
	"context"
	"errors"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Pending counts the own records that have no receipt yet, and their bytes with
// the leaves of attachments.
func (m *Mailbox) Pending(ctx context.Context) (records int, bytes int64, err error) {
	lanes, err := m.PendingFor(ctx, identity.ID{})
	for _, l := range lanes {
		records += l.Records
		bytes += l.Bytes
	}
	return records, bytes, err
}

// A Backlog is what of a lane has no receipt yet.
type Backlog struct {
	Records int   // that the peer is not known to have
	Bytes   int64 // of them, with the leaves of attachments
	There   int   // records that the peer has
	Chains  int
}

// PendingFor counts the own records that have no receipt yet, by lane, and tells those that a
// peer has from others; nobody has the zero ID.
func (m *Mailbox) PendingFor(ctx context.Context, peer identity.ID) (lanes [batch.Attachments + 1]Backlog, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		lanes = [batch.Attachments + 1]Backlog{}
		return chainsOf(m.pending.In(tx), m.self, func(c batch.Chain) error {
			return m.backlog(tx, c, peer, &lanes[c.Lane], nil)
		})
	})
	return lanes, err
}

// OthersFor does so for what is in custody: of attachments what is here. stores is how many
// incarnations it is of.
func (m *Mailbox) OthersFor(ctx context.Context, peer identity.ID) (lanes [batch.Attachments + 1]Backlog, stores int, err error) {
	var broken []batch.RecordID // attachments of which leaves are lacking
	err = m.store.View(ctx, func(tx *Tx) error {
		lanes, broken = [batch.Attachments + 1]Backlog{}, nil
		seen := map[string]bool{}
		for item, err := range m.pending.In(tx).All("") {
			if err != nil {
				return err
			}
			c, err := parseChainKey(item.Key)
			if err != nil {
				return err
			}
			if c.Origin == m.self {
				continue
			}
			seen[storeKey(c)] = true
			note := func(id batch.RecordID) error {
				_, lacks, err := lookup(m.lacking.In(tx), string(c.Origin[:])+idKey(id))
				if lacks {
					broken = append(broken, id)
				}
				return err
			}
			if err := m.backlog(tx, c, peer, &lanes[c.Lane], note); err != nil {
				return err
			}
		}
		stores = len(seen)
		return nil
	})
	for _, id := range broken {
		f, e := m.leaves.locked(ctx, m, id)
		if errors.Is(e, ErrNotFound) { // received meanwhile
			continue
		}
		if e != nil {
			return lanes, stores, errors.Join(err, e)
		}
		l := &lanes[batch.Attachments]
		l.Bytes = max(0, l.Bytes-int64(f.left)*batch.LeafSize)
		f.mu.Unlock()
	}
	return lanes, stores, err
}

// backlog adds what of a chain has no receipt yet to l, and tells attached of each attachment
// that the peer is not known to have, if it isn't nil.
func (m *Mailbox) backlog(tx *Tx, c batch.Chain, peer identity.ID, l *Backlog, attached func(batch.RecordID) error) error {
	s, _, err := m.chain(tx, c)
	if err != nil {
		return err
	}
	held, err := m.lastMark(tx, markKey(c, markDelivered, peer))
	if err != nil {
		return err
	}
	l.Chains++
	prefix := chainKey(c)
	for item, err := range m.entries.In(tx).All(seqKey(c, s.First)) {
		if !strings.HasPrefix(item.Key, prefix) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case item.Value.Received:
			continue
		case seqOf(item.Key) <= held:
			l.There++
			continue
		}
		l.Records++
		l.Bytes += item.Value.Size
		if attached != nil && item.Value.Kind == batch.KindAttachment {
			if err := attached(item.Value.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
