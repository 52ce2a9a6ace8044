package workspace

import (
	"context"
	"crypto/rand"
	"fmt"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// What a run of an exchange writes besides the records, in bytes: a hello, the
// offer of each chain and the goodbye; and what stands around each record or leaf.
const (
	runCost   = 130
	frameCost = 8
)

// tried bounds the text, in bytes, that is packed only to know how long it gets.
const tried = 64 << 10

// Pending says what waits to go: records, and about how many bytes will be
// written for them before HTTP and TLS, as [exchange.Report] counts them: with
// registration and keys, where those have not gone yet. It is the estimate a
// person sees before sending.
func (w *Workspace) Pending(ctx context.Context) (records int, bytes int64, err error) {
	if w.self == nil {
		return 0, 0, nil
	}
	if records, bytes, err = w.mail.Pending(ctx); err != nil {
		return 0, 0, err
	}
	centre, err := w.mail.Centre(ctx)
	if err != nil {
		return 0, 0, err
	}
	runs := int64(1)
	if centre == nil { // its card comes in a run of its own
		runs = 2
	}
	more, cost, err := w.unsealed(ctx, centre)
	if err != nil {
		return 0, 0, fmt.Errorf("estimate what will be sent: %w", err)
	}
	if records += more; records == 0 {
		return 0, 0, nil
	}
	return records, bytes + cost + int64(records)*frameCost + runs*runCost, nil
}

// unsealed counts the records that will be made of what is frozen, and their
// bytes with the leaves of attachments. They are made as Seal makes them, and
// thrown away: the keys of an epoch weigh more than a short text.
func (w *Workspace) unsealed(ctx context.Context, centre *identity.Centre) (records int, bytes int64, err error) {
	var held identity.Centre
	if centre != nil {
		held = *centre
	} else if held, err = standIn(); err != nil {
		return 0, 0, err
	}
	incarnation, err := w.store.Incarnation(ctx)
	if err != nil {
		return 0, 0, err
	}
	var s *sealer
	err = w.store.View(ctx, func(tx *storage.Tx) error {
		s, bytes, records = nil, 0, 0
		frozen, err := collect(w.tables.submissions.In(tx), keyFrozen)
		if err != nil || len(frozen) == 0 {
			return err
		}
		if s, err = w.sealer(tx, identity.Invite{}, held, incarnation); err != nil {
			return err
		}
		s.rand = rand.Reader
		if err := s.prepare(); err != nil {
			return err
		}
		text := 0
		for _, f := range frozen {
			text += len(f.Content.Body)
			for _, a := range f.Attachments {
				bytes += batch.LeafList{Size: a.File.Size, Leaves: a.Leaves}.Sealed() + int64(len(a.Leaves))*frameCost
			}
		}
		if text <= tried {
			_, err = s.submissions(frozen)
			return err
		}
		for i := range frozen {
			records++
			bytes += frozen[i].Content.Estimate()
			if _, err := s.attachments(&frozen[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || s == nil {
		return 0, 0, err
	}
	for _, r := range s.made {
		records++
		bytes += int64(len(r.Envelope))
	}
	return records, bytes, nil
}

// standIn is a card with as many recipients as one must have at least, while
// the centre's is not known.
func standIn() (c identity.Centre, err error) {
	for range identity.MinRecipients {
		key, err := identity.NewRecipientKey(rand.Reader, "stand-in")
		if err != nil {
			return c, err
		}
		public, err := key.Public()
		if err != nil {
			return c, err
		}
		c.Recipients = append(c.Recipients, public)
	}
	return c, nil
}
