package hub_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"

	"baraza.example/storage"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/hub"
)

// content is what a mailbox has of the last version of a document.
func content(t *testing.T, box *storage.Mailbox, name string) []byte {
	t.Helper()
	all, err := box.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range catalogue.InForce(all) {
		if p.Name == name {
			if c, err := box.PublishedContent(t.Context(), p); err == nil {
				return c
			}
		}
	}
	return nil
}

func paper(revision byte) []byte {
	return append(bytes.Repeat([]byte("what the participants noted, in some detail; "), 900), revision)
}

// Hubs that never meet the centre hand down what came from the hub before them, and
// a device has it from the last one alone.
func TestWhatIsPublishedGoesThroughThreeHubs(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	noise := make([]byte, 30*catalogue.LeafSize+5)
	rand.Read(noise)
	centre.Publish(t, root.Log, "noise", "1", noise)
	centre.Publish(t, root.Log, "paper", "1", paper(1))
	var chain []*station
	for _, name := range []string{"first", "second", "third"} {
		chain = append(chain, newStation(t, root, name, hub.Quota{}))
	}
	d := newPerson(t, root)
	down := func() {
		to := serve(centre.Serve)
		for _, s := range chain {
			s.up(to)
			s.crash()
			to = s.hub.Serve
		}
		d.visit(to)
	}
	down()
	if !bytes.Equal(content(t, d.box, "noise"), noise) || !bytes.Equal(content(t, d.box, "paper"), paper(1)) {
		t.Fatal("what was published is not here as it was")
	}
	centre.Publish(t, root.Log, "paper", "2", paper(2))
	down()
	if !bytes.Equal(content(t, d.box, "paper"), paper(2)) {
		t.Error("the next version did not come")
	}
	if r := d.visit(chain[2].hub.Serve); r.Pieces != 0 || r.BytesDown > 4300 { // the card of the centre has 4,000
		t.Errorf("with nothing new: %+v", r)
	}
}

// The link of a hub breaks, and its power goes, after every few pieces: what came
// before is there, and a part of a document is handed on.
func TestADocumentGrowsOverManyBrokenLinks(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	noise := make([]byte, 40*catalogue.LeafSize)
	rand.Read(noise)
	centre.Publish(t, root.Log, "noise", "1", noise)
	s, d := newStation(t, root, "radio", hub.Quota{}), newPerson(t, root)
	pieces, runs, handed := 0, 0, 0
	for content(t, s.box, "noise") == nil {
		if runs++; runs > 100 {
			t.Fatalf("%d pieces in %d runs", pieces, runs)
		}
		w := &wire{to: func(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
			return centre.Serve(ctx, exchangetest.Cut(c, -1, -1))
		}}
		conn, _ := w.Open(t.Context())
		r, _ := exchange.Run(t.Context(), exchangetest.Cut(conn, -1, 4*catalogue.LeafSize), s.box, exchange.Options{Self: s.hub.Self(), Centre: &root.Card})
		<-w.end
		pieces += r.Pieces
		s.crash()
		if runs%5 == 0 {
			handed += d.visit(s.hub.Serve).Pieces
		}
	}
	if pieces != 40 || runs < 10 || handed == 0 {
		t.Errorf("%d pieces came in %d runs, %d were handed on meanwhile", pieces, runs, handed)
	}
	handed += d.visit(s.hub.Serve).Pieces
	if handed != 40 || !bytes.Equal(content(t, d.box, "noise"), noise) {
		t.Errorf("the device has %d pieces", handed)
	}
}
