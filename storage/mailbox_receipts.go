package storage

import (
	"context"
	"errors"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
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

// TakeReceipts implements exchange.Outbox. Receipts that prove a log changed
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
	centre, err := member.centre()
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
	now := m.now()
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
			if err := m.receipts.In(tx).Put(idKey(r.Record), receiptTaken{r, now}); err != nil {
				return err
			}
		}
	}
	if at.Checkpoint.Size == t.rs.Checkpoint.Size {
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
	m, key := t.m, string(t.rs.Origin[:])
	o, known, err := lookup(m.origins.In(tx), key)
	if err != nil || !known {
		return err
	}
	// The position was the word of whoever came by. That receipts don't lead on
	// from it proves nothing against them; only their origin can tell.
	receipts, err := t.rs.Check(log, o.Next.checkpoint())
	if errors.Is(err, batch.ErrFork) {
		m.log.Warn("receipts contradict the log that their origin is said to follow", "origin", t.rs.Origin.Short())
		return t.relay(tx)
	}
	if err != nil {
		t.verdict = batch.ErrUnlinked
		receipts, err = t.rs.Check(log, batch.Checkpoint{})
	}
	if err != nil {
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
	}
	if t.verdict != nil || len(receipts) == 0 {
		return nil
	}
	if err := t.relay(tx); err != nil {
		return err
	}
	return m.asked(tx, t.rs.Origin)
}

// relay keeps the receipts for their origin, behind those that already wait.
func (t *taking) relay(tx *Tx) error {
	m, key := t.m, string(t.rs.Origin[:])
	o, err := m.origins.In(tx).Get(key) // receive has changed it
	if err != nil {
		return err
	}
	if err := m.relayed.In(tx).Put(key+number(o.Relayed), relayedReceipt{t.rs.Encode()}); err != nil {
		return err
	}
	o.Relayed++
	o.Next = positionOf(batch.Position{Size: t.rs.Checkpoint.Size, Root: t.rs.Checkpoint.Hash})
	return m.origins.In(tx).Put(key, o)
}

// asked ends asking again for receipts of an origin: they have come.
func (m *Mailbox) asked(tx *Tx, origin identity.ID) error {
	var asking []batch.Chain
	err := chainsOf(m.pending.In(tx), origin, func(c batch.Chain) error {
		asking = append(asking, c)
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range asking {
		s, _, err := m.chain(tx, c)
		if err != nil {
			return err
		}
		if s.Ask == 0 {
			continue
		}
		s.Ask = 0
		if err := m.setChain(tx, c, s); err != nil {
			return err
		}
	}
	return nil
}

// waiting are the receipts kept for an origin.
type waiting struct {
	key string
	rs  batch.Receipts
}

func (m *Mailbox) waitingFor(tx *Tx, origin identity.ID) (all []waiting, err error) {
	prefix := string(origin[:])
	for item, err := range m.relayed.In(tx).All(prefix) {
		if !strings.HasPrefix(item.Key, prefix) {
			break
		}
		if err != nil {
			return nil, err
		}
		rs, err := batch.DecodeReceipts(item.Value.Receipts)
		if err != nil {
			return nil, errMailbox("receipts kept for %s: %v", origin.Short(), err)
		}
		all = append(all, waiting{item.Key, rs})
	}
	return all, nil
}
