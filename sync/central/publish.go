package central

import (
	"context"
	"errors"
	"fmt"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
)

// A Shelf keeps what a centre published. What a method takes is durable when it
// returns.
type Shelf interface {
	// Publish puts p behind the catalogue, with the blobs that it names, each by
	// its content. It fails with ErrMoved unless p follows what is held.
	Publish(ctx context.Context, p catalogue.Publication, blobs ...[]byte) error
	// Catalogue says how far the catalogue goes.
	Catalogue(ctx context.Context) (catalogue.Cursor, error)
	// Publications returns those from a number on, in their order, at most max.
	Publications(ctx context.Context, from uint64, max int) ([]catalogue.Publication, error)
	// Sums returns the sums of a blob, or ErrNotFound.
	Sums(ctx context.Context, id catalogue.ID) (catalogue.Sums, error)
	// Piece returns a leaf of a blob, or ErrNotFound.
	Piece(ctx context.Context, id catalogue.ID, index uint32) ([]byte, error)
}

var _ exchange.Publisher = (*Server)(nil)

// ErrUnchanged means that what is in force is the same already.
var ErrUnchanged = errors.New("this is published already, and nothing of it has changed")

// bases is how many earlier versions a content can travel after: a device that
// was away for longer takes it whole.
const bases = 3

// Publish signs p as the next publication and keeps it with its content, nil for
// none. Number, Previous, Issued, Content and Ways are filled in.
func (k Keys) Publish(ctx context.Context, s Shelf, p catalogue.Publication, content []byte, now time.Time) (catalogue.Publication, error) {
	all, err := s.Publications(ctx, 1, catalogue.MaxPublications)
	if err != nil {
		return p, err
	}
	var earlier []catalogue.Publication // the last one first
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Subject() == p.Subject() && (p.Kind != catalogue.Announcement || p.Name != "") {
			earlier = append(earlier, all[i])
		}
	}
	p.Number, p.Previous, p.Issued = uint64(len(all)+1), [8]byte{}, now.Unix()
	if len(all) > 0 {
		p.Previous = all[len(all)-1].Hash8()
		p.Issued = max(p.Issued, all[len(all)-1].Issued) // whatever the clock does
	}
	var blobs [][]byte
	if len(content) > 0 {
		if int64(len(content)) > catalogue.MaxContent {
			return p, fmt.Errorf("%d bytes are too many to publish; at most %d", len(content), catalogue.MaxContent)
		}
		_, p.Content = catalogue.SumsOf(content)
		old, err := contentsOf(ctx, s, earlier)
		if err != nil {
			return p, err
		}
		blobs = append(blobs, content)
		p.Ways = nil
		for _, y := range catalogue.Pack(content, old...) {
			p.Ways = append(p.Ways, y.Way)
			if y.Blob != p.Content {
				blobs = append(blobs, y.Bytes)
			}
		}
	}
	if len(earlier) > 0 && same(earlier[0], p) {
		return earlier[0], ErrUnchanged
	}
	if p, err = catalogue.Sign(k.LogKey, k.Centre, p); err != nil {
		return p, err
	}
	return p, s.Publish(ctx, p, blobs...)
}

// same reports whether a later publication says nothing that the earlier one did not.
func same(a, b catalogue.Publication) bool {
	return a.Content == b.Content && a.Version == b.Version && a.Language == b.Language && a.Title == b.Title &&
		a.Text == b.Text && a.File == b.File && a.Withdrawn == b.Withdrawn
}

// contentsOf reads the contents of the last few publications that have one.
func contentsOf(ctx context.Context, s Shelf, ps []catalogue.Publication) (all [][]byte, err error) {
	for _, p := range ps {
		if len(all) == bases {
			break
		}
		if p.Content == (catalogue.Blob{}) {
			continue
		}
		content, err := ReadBlob(ctx, s, p.Content)
		if err != nil {
			return nil, fmt.Errorf("read version %q: %w", p.Version, err)
		}
		all = append(all, content)
	}
	return all, nil
}

// ReadBlob reads a blob of a shelf whole.
func ReadBlob(ctx context.Context, s Shelf, b catalogue.Blob) ([]byte, error) {
	content := make([]byte, 0, b.Size)
	for i := range uint32(b.Leaves()) {
		leaf, err := s.Piece(ctx, b.ID, i)
		if err != nil {
			return nil, err
		}
		content = append(content, leaf...)
	}
	return content, nil
}

// Catalogue implements exchange.Publisher.
func (s *Server) Catalogue(ctx context.Context) (catalogue.Cursor, error) {
	return s.store.Catalogue(ctx)
}

// Publications implements exchange.Publisher.
func (s *Server) Publications(ctx context.Context, from uint64, max int) ([]catalogue.Publication, error) {
	return s.store.Publications(ctx, from, max)
}

// Sums implements exchange.Publisher.
func (s *Server) Sums(ctx context.Context, id catalogue.ID) (catalogue.Sums, error) {
	sums, err := s.store.Sums(ctx, id)
	return sums, noLeaf(err)
}

// Piece implements exchange.Publisher.
func (s *Server) Piece(ctx context.Context, id catalogue.ID, index uint32) ([]byte, error) {
	leaf, err := s.store.Piece(ctx, id, index)
	return leaf, noLeaf(err)
}

func noLeaf(err error) error {
	if errors.Is(err, ErrNotFound) {
		return batch.ErrNoLeaf
	}
	return err
}
