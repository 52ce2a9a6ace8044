package bundle_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

func noise(t testing.TB, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(rand.Reader, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// A stick that was at the centre brings what was published to everybody it visits.
func TestAStickBringsDownWhatWasPublished(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	stick := filepath.Join(t.TempDir(), "stick")
	document, paper := noise(t, 20*catalogue.LeafSize+3), bytes.Repeat([]byte("a background paper. "), 2000)
	centre.Publish(t, root.Log, "document", "1", document)
	centre.Publish(t, root.Log, "paper", "1", paper)
	first := exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))
	visit(t, stick, first, bundle.Options{PartSize: 30 << 10})
	b := open(t, stick, bundle.Options{PartSize: 30 << 10, Writer: centre.Self()})
	if _, err := b.Bring(t.Context(), centre.Serve); err != nil {
		t.Fatal(err)
	}
	if n, size := b.Published(); n != 2 || size < int64(len(document)) {
		t.Errorf("%d publications with %d bytes travel", n, size)
	}
	shut(t, b)
	for range 2 {
		s := exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))
		visit(t, stick, s, bundle.Options{})
		if !bytes.Equal(s.Content("document"), document) || !bytes.Equal(s.Content("paper"), paper) {
			t.Error("what was published is not here as it was")
		}
	}
	paper = append(paper, "and a last word"...)
	centre.Publish(t, root.Log, "paper", "2", paper)
	before := len(files(t, stick))
	bring(t, stick, centre)
	bring(t, stick, centre)
	if n := len(files(t, stick)); n != before+1 {
		t.Errorf("what is new takes %d parts", n-before)
	}
	visit(t, stick, first, bundle.Options{})
	if !bytes.Equal(first.Content("paper"), paper) || !bytes.Equal(first.Content("document"), document) {
		t.Error("the next version is not here")
	}
}

func TestABundleTakesAlongNoMoreThanItWasTold(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	small, large := noise(t, 100), noise(t, 10*catalogue.LeafSize)
	centre.Publish(t, root.Log, "large", "1", large)
	centre.Publish(t, root.Log, "small", "1", small)
	for _, c := range []struct {
		most         int64
		small, large bool
	}{{-1, false, false}, {catalogue.LeafSize, true, false}, {0, true, true}} {
		stick := t.TempDir()
		b := open(t, stick, bundle.Options{Writer: centre.Self(), Published: c.most})
		if _, err := b.Bring(t.Context(), centre.Serve); err != nil {
			t.Fatal(err)
		}
		shut(t, b)
		s := exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))
		visit(t, stick, s, bundle.Options{})
		if got := s.Content("small") != nil; got != c.small {
			t.Errorf("at most %d bytes: the small one came: %t", c.most, got)
		}
		if got := s.Content("large") != nil; got != c.large {
			t.Errorf("at most %d bytes: the large one came: %t", c.most, got)
		}
	}
}

// Somebody wrote into the folder what the centre never said: it is passed over,
// and a visit to the centre mends what was put in its place.
func TestWhatAStickSaysOfTheCentreIsNotBelieved(t *testing.T) {
	root, other := exchangetest.NewRoot(t), exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	document := noise(t, 3*catalogue.LeafSize)
	p := centre.Publish(t, root.Log, "document", "1", document)
	forged := exchangetest.NewLibrary(other.Card).Publish(t, other.Log, "document", "9", noise(t, 50))
	stick := t.TempDir()
	bring(t, stick, centre)
	lies := []batch.Frame{
		{Type: batch.FramePublished, Published: []catalogue.Publication{forged}},
		{Type: batch.FrameSums, Sums: batch.Sums{ID: p.Content.ID, Sums: noise(t, 48)}},
		{Type: batch.FramePiece, Piece: batch.Piece{ID: p.Content.ID, Index: 1, Bytes: noise(t, catalogue.LeafSize)}},
	}
	var payload []byte
	for _, f := range lies {
		payload = f.Append(payload)
	}
	raw := append(head(t), block('D', payload)...)
	put(t, filepath.Join(stick, "zzz"+bundle.Extension), raw)
	s := exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))
	visit(t, stick, s, bundle.Options{})
	if c := s.Content("document"); c != nil && !bytes.Equal(c, document) {
		t.Error("something else was taken")
	}
	b := open(t, stick, bundle.Options{})
	for range 4 { // what turns out to be false when it is read is asked for again
		if _, err := b.Sums(t.Context(), p.Content.ID); err != nil && !errors.Is(err, batch.ErrNoLeaf) {
			t.Fatal(err)
		}
		if _, err := b.Piece(t.Context(), p.Content.ID, 1); err != nil && !errors.Is(err, batch.ErrNoLeaf) {
			t.Fatal(err)
		}
		if _, err := b.Bring(t.Context(), centre.Serve); err != nil {
			t.Fatal(err)
		}
	}
	r, err := runOver(t, b, s)
	if err != nil || !bytes.Equal(s.Content("document"), document) {
		t.Errorf("after the stick was at the centre again: %+v, %v", r, err)
	}
	shut(t, b)
}

func runOver(t testing.TB, b *bundle.Bundle, s *exchangetest.Sender) (exchange.Report, error) {
	return exchange.Once(t.Context(), b.Transport(), s, exchange.Options{Self: s.Self(), Centre: s.Centre()})
}
