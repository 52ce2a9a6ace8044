package exchangetest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"slices"
	"sync"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// A Library is a Publisher and a Subscriber in memory, which wants everything.
type Library struct {
	Centre identity.Centre

	mu    sync.Mutex
	all   []catalogue.Publication
	blobs map[catalogue.ID]*shelved
	later int64 // that its publications are issued
}

type shelved struct {
	catalogue.Blob
	sums   catalogue.Sums
	leaves map[uint32][]byte
}

var (
	_ exchange.Publisher  = (*Library)(nil)
	_ exchange.Subscriber = (*Library)(nil)
)

// NewLibrary returns an empty one.
func NewLibrary(c identity.Centre) *Library {
	return &Library{Centre: c, blobs: map[catalogue.ID]*shelved{}}
}

// Later has what is published from now on be issued so many seconds later.
func (l *Library) Later(seconds int64) { l.later += seconds }

// Publish adds a document, or its next version, as the centre does; the versions
// that are here are what it can travel after.
func (l *Library) Publish(t testing.TB, key ed25519.PrivateKey, name, version string, content []byte) catalogue.Publication {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	p := catalogue.Publication{Number: uint64(len(l.all) + 1), Issued: int64(len(l.all)+1) + l.later, Kind: catalogue.Document, Name: name, Version: version}
	var bases [][]byte
	for _, old := range l.all {
		if old.Name == name {
			bases = [][]byte{l.content(old)}
		}
	}
	if n := len(l.all); n > 0 {
		p.Previous = l.all[n-1].Hash8()
	}
	_, p.Content = catalogue.SumsOf(content)
	for _, y := range catalogue.Pack(content, bases...) {
		p.Ways = append(p.Ways, y.Way)
		l.shelve(y.Bytes)
	}
	l.shelve(content)
	p, err := catalogue.Sign(key, l.Centre, p)
	ok(t, err)
	l.all = append(l.all, p)
	return p
}

func (l *Library) shelve(content []byte) {
	sums, b := catalogue.SumsOf(content)
	s := &shelved{Blob: b, sums: sums, leaves: map[uint32][]byte{}}
	for i := range uint32(b.Leaves()) {
		s.leaves[i] = content[i*catalogue.LeafSize : min(int(i+1)*catalogue.LeafSize, len(content))]
	}
	l.blobs[b.ID] = s
}

func (l *Library) whole(id catalogue.ID) bool {
	s := l.blobs[id]
	return s != nil && s.sums != nil && len(s.leaves) == s.Leaves()
}

func (l *Library) bytes(id catalogue.ID) []byte {
	var b bytes.Buffer
	for i := range uint32(l.blobs[id].Leaves()) {
		b.Write(l.blobs[id].leaves[i])
	}
	return b.Bytes()
}

func (l *Library) content(p catalogue.Publication) []byte {
	if l.whole(p.Content.ID) {
		return l.bytes(p.Content.ID)
	}
	for _, y := range p.Ways {
		if l.whole(y.ID) && (y.Method != catalogue.After || l.whole(y.Base)) {
			var base []byte
			if y.Method == catalogue.After {
				base = l.bytes(y.Base)
			}
			if content, err := p.Unpack(y, l.bytes(y.ID), base); err == nil {
				return content
			}
		}
	}
	return nil
}

// Content is what is here of the last version of a document; nil: nothing whole.
func (l *Library) Content(name string) (content []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.all {
		if p.Name == name {
			content = l.content(p)
		}
	}
	return content
}

// Catalogue implements exchange.Publisher.
func (l *Library) Catalogue(context.Context) (c catalogue.Cursor, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.all); n > 0 {
		c = l.all[n-1].Cursor()
	}
	return c, nil
}

// Publications implements exchange.Publisher.
func (l *Library) Publications(_ context.Context, from uint64, most int) ([]catalogue.Publication, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from == 0 || from > uint64(len(l.all)) {
		return nil, nil
	}
	rest := l.all[from-1:]
	return slices.Clone(rest[:min(len(rest), most)]), nil
}

// Sums implements exchange.Publisher.
func (l *Library) Sums(_ context.Context, id catalogue.ID) (catalogue.Sums, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.blobs[id]; s != nil && s.sums != nil {
		return s.sums, nil
	}
	return nil, exchange.ErrNoLeaf
}

// Piece implements exchange.Publisher.
func (l *Library) Piece(_ context.Context, id catalogue.ID, index uint32) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.blobs[id]; s != nil && s.leaves[index] != nil {
		return s.leaves[index], nil
	}
	return nil, exchange.ErrNoLeaf
}

// Behind implements exchange.Subscriber.
func (l *Library) Behind(_ context.Context, peer catalogue.Cursor) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return catalogue.Behind(peer, uint64(len(l.all)), func(n uint64) [8]byte { return l.all[n-1].Hash8() }), nil
}

// TakePublications implements exchange.Subscriber.
func (l *Library) TakePublications(_ context.Context, ps []catalogue.Publication) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range ps {
		if err := p.Verify(l.Centre); err != nil {
			return err
		}
	}
	stay, keep := catalogue.Follow(l.all, ps)
	l.all = append(l.all[:stay], keep...)
	return nil
}

// Wanted implements exchange.Subscriber.
func (l *Library) Wanted(_ context.Context, most int) (gets []batch.Get, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range catalogue.Carried(catalogue.InForce(l.all), l.whole) {
		if most <= 0 {
			break
		}
		s := l.blobs[b.ID]
		if s == nil {
			s = &shelved{Blob: b, leaves: map[uint32][]byte{}}
			l.blobs[b.ID] = s
		}
		get := batch.Get{ID: b.ID}
		if s.sums != nil || b.Leaves() == 1 {
			get.Ranges = catalogue.Lacking(b, func(i uint32) bool { return s.leaves[i] != nil }, most)
		}
		most -= max(1, len(get.Ranges))
		gets = append(gets, get)
	}
	return gets, nil
}

// TakeSums implements exchange.Subscriber.
func (l *Library) TakeSums(_ context.Context, s batch.Sums) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.blobs[s.ID]
	if b == nil {
		return nil
	}
	if err := s.Sums.Check(b.Blob); err != nil {
		return err
	}
	b.sums = s.Sums
	return nil
}

// TakePieces implements exchange.Subscriber.
func (l *Library) TakePieces(_ context.Context, ps []batch.Piece) (faults []error, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range ps {
		faults = append(faults, l.take(p))
	}
	return faults, nil
}

func (l *Library) take(p batch.Piece) error {
	b := l.blobs[p.ID]
	if b == nil {
		return nil
	}
	sums := b.sums
	if sums == nil {
		sums = catalogue.OfOne(p.Bytes)
		if err := sums.Check(b.Blob); err != nil {
			return err
		}
	}
	if err := sums.CheckLeaf(b.Blob, int(p.Index), p.Bytes); err != nil {
		return err
	}
	b.sums, b.leaves[p.Index] = sums, p.Bytes
	return nil
}
