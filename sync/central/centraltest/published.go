package centraltest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"baraza.example/sync/catalogue"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// Publish implements central.Shelf.
func (m *Memory) Publish(ctx context.Context, p catalogue.Publication, blobs ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := m.cursor(); p.Number != last.Number+1 || p.Previous != last.Hash {
		return central.ErrMoved
	}
	for _, b := range blobs {
		_, blob := catalogue.SumsOf(b)
		m.published[blob.ID] = bytes.Clone(b)
	}
	m.catalogue = append(m.catalogue, p)
	return nil
}

func (m *Memory) cursor() (c catalogue.Cursor) {
	if n := len(m.catalogue); n > 0 {
		c = m.catalogue[n-1].Cursor()
	}
	return c
}

// Catalogue implements central.Shelf.
func (m *Memory) Catalogue(context.Context) (catalogue.Cursor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cursor(), nil
}

// Publications implements central.Shelf.
func (m *Memory) Publications(_ context.Context, from uint64, most int) ([]catalogue.Publication, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from = max(from, 1)
	if from > uint64(len(m.catalogue)) {
		return nil, nil
	}
	rest := m.catalogue[from-1:]
	return slices.Clone(rest[:min(most, len(rest))]), nil
}

// Sums implements central.Shelf.
func (m *Memory) Sums(_ context.Context, id catalogue.ID) (catalogue.Sums, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, here := m.published[id]
	if !here {
		return nil, central.ErrNotFound
	}
	sums, _ := catalogue.SumsOf(content)
	return sums, nil
}

// Piece implements central.Shelf.
func (m *Memory) Piece(_ context.Context, id catalogue.ID, index uint32) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, at := m.published[id], int64(index)*catalogue.LeafSize
	if at >= int64(len(content)) {
		return nil, central.ErrNotFound
	}
	return bytes.Clone(content[at:min(at+catalogue.LeafSize, int64(len(content)))]), nil
}

func published(t *testing.T, f *fixture) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := identity.Centre{Consultation: "c", RootKey: public, LogKey: public}
	content := make([]byte, 2*catalogue.LeafSize+9)
	rand.Read(content)
	sums, blob := catalogue.SumsOf(content)
	var all []catalogue.Publication
	sign := func(p catalogue.Publication) catalogue.Publication {
		t.Helper()
		p, err := catalogue.Sign(key, card, p)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	publish := func(p catalogue.Publication, blobs ...[]byte) {
		t.Helper()
		p.Number = uint64(len(all) + 1)
		if len(all) > 0 {
			p.Previous = all[len(all)-1].Hash8()
		}
		p = sign(p)
		if err := f.Publish(f.ctx, p, blobs...); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if c, err := f.Catalogue(f.ctx); c != (catalogue.Cursor{}) || err != nil {
		t.Errorf("an empty catalogue goes to %+v, %v", c, err)
	}
	publish(catalogue.Publication{Kind: catalogue.Announcement, Text: "one"})
	publish(catalogue.Publication{Kind: catalogue.Document, Name: "d", Content: blob, Ways: []catalogue.Way{{Method: catalogue.Stored, Blob: blob}}}, content)
	publish(catalogue.Publication{Kind: catalogue.Document, Name: "e", Content: blob, Ways: []catalogue.Way{{Method: catalogue.Stored, Blob: blob}}}, content)
	for why, p := range map[string]catalogue.Publication{
		"the same number again": {Number: 3, Previous: all[1].Hash8(), Kind: 9},
		"a gap":                 {Number: 5, Previous: all[2].Hash8(), Kind: 9},
		"another one before it": {Number: 4, Previous: all[1].Hash8(), Kind: 9},
	} {
		if err := f.Publish(f.ctx, sign(p)); !errors.Is(err, central.ErrMoved) {
			t.Errorf("%s: %v", why, err)
		}
	}
	f.Store.Close()
	f.Store = f.open(t)
	if c, err := f.Catalogue(f.ctx); c != all[2].Cursor() || err != nil {
		t.Errorf("the catalogue goes to %+v, %v", c, err)
	}
	for _, c := range []struct{ from, most, first, n int }{{1, 9, 1, 3}, {0, 9, 1, 3}, {2, 1, 2, 1}, {3, 9, 3, 1}, {4, 9, 0, 0}} {
		got, err := f.Publications(f.ctx, uint64(c.from), c.most)
		if err != nil || len(got) != c.n || c.n > 0 && !bytes.Equal(got[0].Encode(), all[c.first-1].Encode()) {
			t.Errorf("from %d at most %d: %d, %v", c.from, c.most, len(got), err)
		}
	}
	if got, err := f.Sums(f.ctx, blob.ID); err != nil || !bytes.Equal(got, sums) {
		t.Errorf("sums: %v", err)
	}
	for i := range uint32(3) {
		if leaf, err := f.Piece(f.ctx, blob.ID, i); err != nil || sums.CheckLeaf(blob, int(i), leaf) != nil {
			t.Errorf("leaf %d: %v", i, err)
		}
	}
	_, sumsErr := f.Sums(f.ctx, catalogue.ID{7})
	_, pieceErr := f.Piece(f.ctx, blob.ID, 3)
	if !errors.Is(sumsErr, central.ErrNotFound) || !errors.Is(pieceErr, central.ErrNotFound) {
		t.Errorf("what is not there: %v, %v", sumsErr, pieceErr)
	}
}
