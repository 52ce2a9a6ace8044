package storage

import (
	"errors"
	"fmt"

	"baraza.example/sync/batch"
)

// OwnFile says where the leaves of an own attachment come from: leaf i is
// batch.SealLeaf of Key, i and its bytes in the blob, so that nothing sealed
// is kept.
type OwnFile struct {
	Record batch.RecordID `cbor:"1,keyasint"`
	Blob   BlobHash       `cbor:"2,keyasint"`
	Size   int64          `cbor:"3,keyasint"`
	Key    [32]byte       `cbor:"4,keyasint"`
}

// ErrChain means that an own record does not continue its chain.
var ErrChain = errors.New("the record does not continue its chain")

// Append adds own records to their chains; they are durable when tx is. files
// has one element for each attachment among them.
func (m *Mailbox) Append(tx *Tx, records []batch.Record, files []OwnFile) error {
	return m.AppendFor(tx, records, files, nil)
}

// AppendFor is Append with the path of those records that were written here by
// others, at a hub: they have taken a road already.
func (m *Mailbox) AppendFor(tx *Tx, records []batch.Record, files []OwnFile, paths map[batch.RecordID][]batch.Stop) error {
	sources := make(map[batch.RecordID]OwnFile, len(files))
	for _, f := range files {
		sources[f.Record] = f
	}
	now := m.now()
	for _, r := range records {
		if err := m.append(tx, batch.Carried{Record: r, Path: paths[r.ID]}, sources, now); err != nil {
			return fmt.Errorf("append %v %d of lane %v: %w", r.Kind, r.Seq, r.Lane, err)
		}
	}
	if len(sources) > 0 {
		return errors.New("append: a file without its record")
	}
	return nil
}

func (m *Mailbox) append(tx *Tx, r batch.Carried, sources map[batch.RecordID]OwnFile, now int64) error {
	s, _, err := m.chain(tx, r.Chain)
	switch {
	case err != nil:
		return err
	case r.Origin != m.self:
		return fmt.Errorf("%w: it is another device's", ErrChain)
	case s.Abandoned:
		return fmt.Errorf("%w: that was abandoned with its incarnation", ErrChain)
	case r.Seq != s.Top+1 || r.Prev != s.Hash:
		return fmt.Errorf("%w: after %d", ErrChain, s.Top)
	}
	size := int64(len(r.Envelope))
	if r.Kind == batch.KindAttachment {
		list, err := batch.ReadLeafList(r.Record)
		if err != nil {
			return err
		}
		f, found := sources[r.ID]
		if !found || f.Size != list.Size {
			return errors.New("its file is missing or has another size")
		}
		delete(sources, r.ID)
		size += list.Sealed()
		if err := m.files.In(tx).Put(idKey(r.ID), f); err != nil {
			return err
		}
	}
	return m.add(tx, r, size, now)
}

// Tail returns the last entry of a chain, the zero value when there is none.
func (m *Mailbox) Tail(tx *Tx, c batch.Chain) (batch.Have, error) {
	s, known, err := m.chain(tx, c)
	if err != nil || !known {
		return batch.Have{}, err
	}
	return batch.Have{Chain: c, Seq: s.Top, Hash: s.Hash}, nil
}

// Received reports whether a record has its receipt.
func (m *Mailbox) Received(tx *Tx, id batch.RecordID) (bool, error) {
	_, e, found, err := m.find(tx, id)
	return found && e.Received, err
}

// Abandon ends the own chains of every incarnation so far: nothing of them is
// offered any more, but receipts for them are still taken.
func (m *Mailbox) Abandon(tx *Tx) error {
	var own []batch.Chain
	err := chainsOf(m.chains.In(tx), m.self, func(c batch.Chain) error {
		own = append(own, c)
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range own {
		s, _, err := m.chain(tx, c)
		if err != nil {
			return err
		}
		s.Abandoned = true
		if err := m.setChain(tx, c, s); err != nil {
			return err
		}
	}
	return nil
}
