package storage

import (
	"context"
	"errors"

	"baraza.example/sync/batch"
)

// receiptTaken is the receipt of an own record, with its proof.
type receiptTaken struct {
	Receipt batch.Receipt `cbor:"1,keyasint"`
	Taken   int64         `cbor:"2,keyasint"`
}

// relayedReceipt is on its way down to its origin, as it came.
type relayedReceipt struct {
	Receipts []byte `cbor:"1,keyasint"` // batch.Receipts.Encode
}

// ErrNoCentre means that receipts came before the card whose keys check them.
var ErrNoCentre = errors.New("the centre's card has not come yet, so that its receipts can't be checked")

// TakeReceipts implements exchange.Outbox. Of own records it says where
// receipts are no news. Receipts that prove a log changed
// after the fact are kept as evidence and none of them is believed.
func (m *Mailbox) TakeReceipts(ctx context.Context, rs batch.Receipts) error {
	t := taking{m: m, rs: rs}
	err := m.store.Update(ctx, func(tx *Tx) error {
		t.gone, t.verdict = nil, nil
		return t.take(tx)
	})
	if err != nil {
		return err
	}
	for _, id := range t.gone {
		m.leaves.remove(m, id)
	}
	if errors.Is(t.verdict, batch.ErrFork) {
		m.log.Error("the centre's log was changed after the fact", "origin", rs.Origin.Short(), "size", rs.Checkpoint.Size)
	}
	return t.verdict
}

// taking is one TakeReceipts.
type taking struct {
	m       *Mailbox
	rs      batch.Receipts
	gone    []batch.RecordID // attachments that need not be carried any more
	verdict error            // told after what it leaves behind is durable
}

func (t *taking) take(tx *Tx) error {
	member, err := t.m.member(tx)
	if err != nil {
		return err
	}
	centre, err := t.m.centreOf(member)
	if err != nil {
		return err
	}
	if centre == nil {
		return ErrNoCentre
	}
	log := batch.Log{Root: centre.Root(), Key: centre.LogKey}
	if t.rs.Origin == t.m.self {
		return t.takeOwn(tx, log, member)
	}
	return t.takeCarried(tx, log)
}

func (t *taking) takeOwn(tx *Tx, log batch.Log, member membership) error {
	m := t.m
	at, err := m.standing(tx)
	if err != nil {
		return err
	}
	receipts, err := t.rs.Check(log, at.Checkpoint)
	if errors.Is(err, batch.ErrFork) {
		return t.keepFork(tx, member, at.Checkpoint)
	}
	if err != nil {
		return err
	}
	now, news := m.now(), 0
	for _, r := range receipts {
		p, e, found, err := m.find(tx, r.Record)
		if err != nil {
			return err
		}
		if !found || p.Origin != m.self { // of a copy of this device
			continue
		}
		fresh, err := m.receive(tx, p, e)
		if err != nil {
			return err
		}
		if fresh {
			news++
			if err := m.receipts.In(tx).Put(idKey(r.Record), receiptTaken{r, now}); err != nil {
				return err
			}
		}
	}
	if at.Checkpoint.Size == t.rs.Checkpoint.Size {
		if news == 0 {
			t.verdict = batch.ErrKnown
		}
		return nil
	}
	at.Checkpoint = t.rs.Checkpoint
	return m.setStanding(tx, at)
}

// keepFork keeps the first evidence there is.
func (t *taking) keepFork(tx *Tx, member membership, before batch.Checkpoint) error {
	t.verdict = batch.ErrFork
	if member.Fork != nil {
		return nil
	}
	member.Fork = &LogFork{Before: before, Receipts: t.rs.Encode(), Time: t.m.now()}
	return t.m.setMember(tx, member)
}

// takeCarried takes the receipts of an origin for whom something is carried.
// Those that do not continue what is kept for it still tell what need not be
// carried any more.
func (t *taking) takeCarried(tx *Tx, log batch.Log) error {
	m := t.m
	_, known, err := lookup(m.origins.In(tx), string(t.rs.Origin[:]))
	if err != nil || !known {
		return err
	}
	receipts, err := t.rs.Check(log, batch.Checkpoint{})
	if err != nil {
		return err
	}
	if t.verdict, err = m.relay(tx, log, t.rs); err != nil {
		return err
	}
	for _, r := range receipts {
		p, e, found, err := m.find(tx, r.Record)
		if err != nil {
			return err
		}
		if !found || p.Origin != t.rs.Origin {
			continue
		}
		fresh, err := m.receive(tx, p, e)
		if err != nil {
			return err
		}
		if fresh && e.Kind == batch.KindAttachment {
			t.gone = append(t.gone, r.Record)
		}
		if err := m.acquit(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// acquit forgets a hub's word that an incarnation was copied where the centre
// received what the hub contradicted.
func (m *Mailbox) acquit(tx *Tx, p recordPlace) error {
	st, _, err := m.copies(tx, p.chain())
	if err != nil || st.Fork == nil || st.Fork.Centre || st.Fork.Lane != p.Lane || p.Seq < st.Fork.Seq {
		return err
	}
	st.Fork = nil
	return m.setCopies(tx, p.chain(), st)
}
