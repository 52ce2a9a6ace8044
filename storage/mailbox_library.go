package storage

import (
	"context"
	"errors"
	"fmt"
	"io"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
)

// PublishedContent reads what a publication is about, or fails with [ErrNotFound]
// where that has not come.
func (m *Mailbox) PublishedContent(ctx context.Context, p catalogue.Publication) ([]byte, error) {
	m.published.mu.Lock()
	defer m.published.mu.Unlock()
	c, err := m.shelf(ctx)
	if err != nil {
		return nil, err
	}
	h, err := m.holding(ctx, c)
	if err != nil {
		return nil, err
	}
	return m.read(h, p.Content.ID)
}

// A Download says how much of a publication is here.
type Download struct {
	Here bool
	Size int64 // of what travels, in the way that costs least here
	Got  int64 // of that
}

// Downloads says for each publication how much of it is here.
func (m *Mailbox) Downloads(ctx context.Context, ps []catalogue.Publication) ([]Download, error) {
	m.published.mu.Lock()
	defer m.published.mu.Unlock()
	c, err := m.shelf(ctx)
	if err != nil {
		return nil, err
	}
	h, err := m.holding(ctx, c)
	if err != nil {
		return nil, err
	}
	out := make([]Download, len(ps))
	for i, p := range h.usable(ps) {
		y, found := p.Best(h.content)
		if out[i].Here = h.content(p.Content.ID); !found {
			continue
		}
		if out[i].Size = y.Size; out[i].Here {
			out[i].Got = y.Size
			continue
		}
		err := m.store.View(ctx, func(tx *Tx) error {
			out[i].Got = 0
			return m.leavesOf(tx, y.ID, func(_ uint32, leaf []byte) error {
				out[i].Got += int64(len(leaf))
				return nil
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Sums implements exchange.Publisher.
func (m *Mailbox) Sums(ctx context.Context, id catalogue.ID) (catalogue.Sums, error) {
	s, err := m.shelves.Get(ctx, string(id[:]))
	if errors.Is(err, ErrNotFound) || err == nil && s.Sums == nil {
		return nil, batch.ErrNoLeaf
	}
	return s.Sums, err
}

// Piece implements exchange.Publisher: also of what is not whole here.
func (m *Mailbox) Piece(ctx context.Context, id catalogue.ID, index uint32) ([]byte, error) {
	s, err := m.shelves.Get(ctx, string(id[:]))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if s.File == nil {
		leaf, err := m.shelfLeaves.Get(ctx, leafKey(id, index))
		if errors.Is(err, ErrNotFound) {
			err = batch.ErrNoLeaf
		}
		return leaf, err
	}
	file, err := m.store.Blobs().Open(*s.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	at := int64(index) * catalogue.LeafSize
	if at >= s.Size {
		return nil, batch.ErrNoLeaf
	}
	leaf := make([]byte, min(catalogue.LeafSize, s.Size-at))
	_, err = file.ReadAt(leaf, int64(len(shelfMark))+at)
	return leaf, err
}

// read returns a content that is here.
func (m *Mailbox) read(h holding, id catalogue.ID) ([]byte, error) {
	y, found := h.source(id)
	if !found {
		return nil, ErrNotFound
	}
	packed, err := m.readBlob(h.all[y.ID])
	if err != nil || y.Method == catalogue.Stored {
		return packed, err
	}
	return h.of[id].Unpack(y, packed, nil)
}

func (m *Mailbox) readBlob(s shelved) ([]byte, error) {
	file, err := m.store.Blobs().Open(*s.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	whole, err := io.ReadAll(file)
	if err != nil || len(whole) < len(shelfMark) {
		return nil, errors.Join(err, fmt.Errorf("a published blob of %d bytes", len(whole)))
	}
	return whole[len(shelfMark):], nil
}
