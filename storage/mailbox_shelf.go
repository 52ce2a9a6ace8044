package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
)

// shelved is what is here of a blob that the centre published. While it comes, its
// leaves stand in a collection; when it is whole, it is a file of its own.
type shelved struct {
	Sums []byte    `cbor:"1,keyasint,omitempty"`
	File *BlobHash `cbor:"2,keyasint,omitempty"` // nil: not whole
	Size int64     `cbor:"3,keyasint,omitempty"` // of what is whole
	Bad  bool      `cbor:"4,keyasint,omitempty"` // it came as it was published, and can't be unpacked
}

// shelfMark stands before every blob in its file, so that no attachment is called
// like it: forgetting one forgets nothing else.
const shelfMark = "BRZPUB1\n"

func leafKey(id catalogue.ID, index uint32) string {
	return string(binary.BigEndian.AppendUint32(id[:len(id):len(id)], index))
}

// A holding says what is here.
type holding struct {
	all map[catalogue.ID]shelved
	of  map[catalogue.ID]catalogue.Publication
}

func (m *Mailbox) holding(ctx context.Context, c *published) (h holding, err error) {
	err = m.store.View(ctx, func(tx *Tx) error {
		h = holding{all: map[catalogue.ID]shelved{}, of: c.of}
		for item, err := range m.shelves.In(tx).All("") {
			if err != nil {
				return err
			}
			h.all[catalogue.ID([]byte(item.Key))] = item.Value
		}
		return nil
	})
	return h, err
}

// blob reports whether these very bytes are here, whole.
func (h holding) blob(id catalogue.ID) bool { return h.all[id].File != nil }

// content reports whether a content can be read: because it is here, or because
// it came in a way that needs nothing else.
func (h holding) content(id catalogue.ID) bool {
	_, found := h.source(id)
	return found
}

// source is the way to read a content from what is here.
func (h holding) source(id catalogue.ID) (y catalogue.Way, found bool) {
	if h.blob(id) {
		return catalogue.Way{Method: catalogue.Stored, Blob: catalogue.Blob{Size: h.all[id].Size, ID: id}}, true
	}
	for _, y := range h.of[id].Ways {
		if y.Method == catalogue.Squeezed && h.blob(y.ID) && !h.all[y.ID].Bad {
			return y, true
		}
	}
	return y, false
}

// usable is ps without the ways that turned out to be of no use.
func (h holding) usable(ps []catalogue.Publication) []catalogue.Publication {
	out := make([]catalogue.Publication, len(ps))
	for i, p := range ps {
		out[i] = p
		out[i].Ways = nil
		for _, y := range p.Ways {
			if !h.all[y.ID].Bad {
				out[i].Ways = append(out[i].Ways, y)
			}
		}
	}
	return out
}

// lackingLeavesOf lists which leaves of a blob have not come.
func (m *Mailbox) lackingLeavesOf(ctx context.Context, b catalogue.Blob, most int) (ranges [][2]uint32, err error) {
	here := map[uint32]bool{}
	err = m.store.View(ctx, func(tx *Tx) error {
		return m.leavesOf(tx, b.ID, func(i uint32, _ []byte) error {
			here[i] = true
			return nil
		})
	})
	return catalogue.Lacking(b, func(i uint32) bool { return here[i] }, most), err
}

// leavesOf goes through the leaves of a blob that is not whole, in their order.
func (m *Mailbox) leavesOf(tx *Tx, id catalogue.ID, visit func(i uint32, leaf []byte) error) error {
	for item, err := range m.shelfLeaves.In(tx).All(string(id[:])) {
		if !strings.HasPrefix(item.Key, string(id[:])) {
			break
		}
		if err != nil {
			return err
		}
		if err := visit(binary.BigEndian.Uint32([]byte(item.Key[len(id):])), item.Value); err != nil {
			return err
		}
	}
	return nil
}

// TakeSums implements exchange.Subscriber.
func (m *Mailbox) TakeSums(ctx context.Context, s batch.Sums) error {
	m.published.mu.Lock()
	defer m.published.mu.Unlock()
	c, err := m.shelf(ctx)
	if err != nil {
		return err
	}
	b, known := c.ways[s.ID]
	if !known {
		return nil
	}
	if err := s.Sums.Check(b); err != nil {
		return err
	}
	return m.orFull(c, m.store.Update(ctx, func(tx *Tx) error {
		table, key := m.shelves.In(tx), string(s.ID[:])
		if old, _, err := lookup(table, key); err != nil || old.Sums != nil {
			return err
		}
		return table.Put(key, shelved{Sums: s.Sums})
	}))
}

// orFull has a full disk end the asking, not the run.
func (m *Mailbox) orFull(c *published, err error) error {
	if errors.Is(err, ErrSpace) {
		c.full = true
		return nil
	}
	return err
}

// TakePieces implements exchange.Subscriber: those that came together are one
// commit. faults has for each piece nil, or catalogue.ErrLeaf.
func (m *Mailbox) TakePieces(ctx context.Context, ps []batch.Piece) (faults []error, err error) {
	m.published.mu.Lock()
	defer m.published.mu.Unlock()
	c, err := m.shelf(ctx)
	if err != nil {
		return nil, err
	}
	var touched []catalogue.Blob
	err = m.store.Update(ctx, func(tx *Tx) error {
		faults, touched = make([]error, len(ps)), nil
		for i, p := range ps {
			b, known := c.ways[p.ID]
			if !known {
				continue
			}
			var err error
			if faults[i], err = m.takePiece(tx, b, p); err != nil {
				return err
			}
			if faults[i] == nil && (len(touched) == 0 || touched[len(touched)-1] != b) {
				touched = append(touched, b)
			}
		}
		return nil
	})
	if err == nil {
		for _, b := range touched {
			lacks, lacksErr := m.lackingLeavesOf(ctx, b, 1)
			if err = lacksErr; err == nil && len(lacks) == 0 {
				err = m.finish(ctx, c, b)
			}
			if err != nil {
				break
			}
		}
	}
	if err = m.orFull(c, err); err == nil && faults == nil {
		faults = make([]error, len(ps))
	}
	return faults, err
}

func (m *Mailbox) takePiece(tx *Tx, b catalogue.Blob, p batch.Piece) (fault, err error) {
	s, _, err := lookup(m.shelves.In(tx), string(b.ID[:]))
	if err != nil || s.File != nil {
		return nil, err
	}
	sums := catalogue.Sums(s.Sums)
	if sums == nil { // one leaf is known by the blob's own name
		sums = catalogue.OfOne(p.Bytes)
		if fault := sums.Check(b); fault != nil {
			return fault, nil
		}
	}
	if fault := sums.CheckLeaf(b, int(p.Index), p.Bytes); fault != nil {
		return fault, nil
	}
	return nil, m.shelfLeaves.In(tx).Put(leafKey(b.ID, p.Index), p.Bytes)
}

// finish puts the leaves of a blob together. Where it is what changed since a
// content that is here, the new content is put together at once, so that it never
// depends on a row of older ones.
func (m *Mailbox) finish(ctx context.Context, c *published, b catalogue.Blob) error {
	var whole bytes.Buffer
	err := m.store.View(ctx, func(tx *Tx) error {
		whole.Reset()
		return m.leavesOf(tx, b.ID, func(_ uint32, leaf []byte) error {
			whole.Write(leaf)
			return nil
		})
	})
	if err != nil {
		return err
	}
	if _, is := catalogue.SumsOf(whole.Bytes()); is != b {
		return errMailbox("the leaves of a published blob")
	}
	if err := m.keepBlob(ctx, whole.Bytes()); err != nil {
		return err
	}
	if err := m.patch(ctx, c, b.ID, whole.Bytes()); err != nil {
		return err
	}
	return m.sweep(ctx, c)
}

// keepBlob has a blob in a file and forgets its leaves.
func (m *Mailbox) keepBlob(ctx context.Context, content []byte) error {
	sums, b := catalogue.SumsOf(content)
	file, _, err := m.store.Blobs().Put(ctx, io.MultiReader(strings.NewReader(shelfMark), bytes.NewReader(content)))
	if err != nil {
		return err
	}
	return m.store.Update(ctx, func(tx *Tx) error {
		if err := m.shelves.In(tx).Put(string(b.ID[:]), shelved{Sums: sums, File: &file, Size: b.Size}); err != nil {
			return err
		}
		return m.dropLeaves(tx, b.ID)
	})
}

func (m *Mailbox) dropLeaves(tx *Tx, id catalogue.ID) error {
	var keys []string
	err := m.leavesOf(tx, id, func(i uint32, _ []byte) error {
		keys = append(keys, leafKey(id, i))
		return nil
	})
	for _, k := range keys {
		err = errors.Join(err, m.shelfLeaves.In(tx).Delete(k))
	}
	return err
}

// patch makes the contents that packed leads to after what is here.
func (m *Mailbox) patch(ctx context.Context, c *published, id catalogue.ID, packed []byte) error {
	h, err := m.holding(ctx, c)
	if err != nil {
		return err
	}
	for _, p := range c.all {
		for _, y := range p.Ways {
			if y.ID != id || y.Method == catalogue.Stored || h.content(p.Content.ID) && y.Method == catalogue.After {
				continue
			}
			var base []byte
			if y.Method == catalogue.After {
				if !h.content(y.Base) { // it is carried for those who have it
					continue
				}
				if base, err = m.read(h, y.Base); err != nil {
					return err
				}
			}
			content, err := p.Unpack(y, packed, base)
			switch {
			case err != nil: // as the centre published it: another way has to do
				m.log.Warn("what was published can't be unpacked", "error", err)
				err = m.store.Update(ctx, func(tx *Tx) error {
					s := h.all[id]
					s.Bad = true
					return m.shelves.In(tx).Put(string(id[:]), s)
				})
			case y.Method == catalogue.After:
				err = m.keepBlob(ctx, content)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// sweep forgets what is of no use any more: documents of which a later version is
// here, and how they came. Forms and translations stay, for what was written with
// them is read with them.
func (m *Mailbox) sweep(ctx context.Context, c *published) error {
	h, err := m.holding(ctx, c)
	if err != nil {
		return err
	}
	keep, waits := map[catalogue.ID]bool{}, map[catalogue.Subject]bool{}
	stay := func(p catalogue.Publication) {
		keep[p.Content.ID] = true
		for _, y := range p.Ways {
			keep[y.ID] = true
		}
	}
	for _, p := range catalogue.InForce(c.all) {
		stay(p)
		waits[p.Subject()] = !p.Withdrawn && !h.content(p.Content.ID)
	}
	for _, p := range c.all {
		if p.Kind != catalogue.Document || waits[p.Subject()] {
			stay(p)
		}
	}
	for _, p := range c.all { // a document that was withdrawn can still be read
		if last := c.last(p.Subject()); last.Withdrawn && last.Content == (catalogue.Blob{}) {
			stay(p)
		}
	}
	for id, s := range h.all {
		if keep[id] {
			continue
		}
		err := m.store.Update(ctx, func(tx *Tx) error {
			if err := m.shelves.In(tx).Delete(string(id[:])); err != nil {
				return err
			}
			return m.dropLeaves(tx, id)
		})
		if err != nil {
			return err
		}
		if s.File != nil {
			if err := m.store.Blobs().Delete(ctx, *s.File); err != nil {
				return err
			}
		}
	}
	return nil
}

// last is the publication in force of a subject.
func (c *published) last(s catalogue.Subject) (last catalogue.Publication) {
	for _, p := range c.all {
		if p.Subject() == s {
			last = p
		}
	}
	return last
}
