package storage

import (
	"context"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Passed is a record that is here, or was, and how it stands: what may be told
// to whoever has its code.
type Passed struct {
	Record   batch.RecordID
	Own      bool
	Came     int64 // when it was made ready or taken into custody here
	Received bool  // the centre's receipt was here
}

// ByCode lists the records with a receipt code, which are hardly ever more than
// one. What is told of them is no content.
func (m *Mailbox) ByCode(ctx context.Context, code string) (found []Passed, err error) {
	start, err := identity.CodeStart(code)
	if err != nil {
		return nil, err
	}
	code, err = identity.ParseCode(code)
	if err != nil {
		return nil, err
	}
	err = m.store.View(ctx, func(tx *Tx) error {
		found = nil
		for item, err := range m.places.In(tx).All(string(start)) {
			if err != nil {
				return err
			}
			if !strings.HasPrefix(item.Key, string(start)) {
				break
			}
			id := batch.RecordID([]byte(item.Key))
			if id.Code() != code {
				continue
			}
			e, known, err := lookup(m.entries.In(tx), seqKey(item.Value.chain(), item.Value.Seq))
			if err != nil {
				return err
			}
			if known {
				found = append(found, Passed{id, item.Value.Origin == m.self, e.Added, e.Received})
			}
		}
		return nil
	})
	return found, err
}
