package storage_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

// choosing is a device that takes what its person chose.
type choosing struct {
	*storage.Mailbox
	choose func(catalogue.Publication) bool
}

func (c choosing) Wanted(ctx context.Context, most int) ([]batch.Get, error) {
	return c.WantedBy(ctx, c.choose, most)
}

func anything(catalogue.Publication) bool { return true }

func (p *person) fetch(k *exchangetest.Keeper, choose func(catalogue.Publication) bool) exchange.Report {
	p.t.Helper()
	r, err := meet(p.t, choosing{p.box, choose}, exchange.Peer{ID: p.Identity.ID(), Role: batch.RoleDevice}, k.Serve)
	if err != nil {
		p.t.Fatalf("exchange: %v", err)
	}
	return r
}

// version is the publication of a document by name and version.
func (p *person) version(name, version string) (found catalogue.Publication) {
	p.t.Helper()
	all, err := p.box.Published(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, pub := range all {
		if pub.Name == name && pub.Version == version {
			found = pub
		}
	}
	return found
}

func (p *person) read(name, version string) []byte {
	p.t.Helper()
	content, err := p.box.PublishedContent(p.t.Context(), p.version(name, version))
	if err != nil {
		return nil
	}
	return content
}

func questionnaire(revision string) []byte {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "<text id=\"q%d\"><value>Question %x of the list</value></text>\n", i, i*7919)
		if i == 250 {
			b.WriteString(revision)
		}
	}
	return []byte(b.String())
}

func TestADeviceTakesWhatWasChosen(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k := exchangetest.NewKeeper(root, nil)
	large := make([]byte, 30*catalogue.LeafSize)
	rand.Read(large)
	k.Publish(t, root.Log, "large", "1", large)
	k.Publish(t, root.Log, "paper", "1", questionnaire("one"))
	d := newPerson(t, root, 1)
	d.fetch(k, func(p catalogue.Publication) bool { return p.Name == "paper" })
	if !bytes.Equal(d.read("paper", "1"), questionnaire("one")) || d.read("large", "1") != nil {
		t.Error("what was chosen is not here, or the other is")
	}
	downloads, err := d.box.Downloads(t.Context(), []catalogue.Publication{d.version("paper", "1"), d.version("large", "1")})
	if err != nil || !downloads[0].Here || downloads[1].Here || downloads[1].Size != int64(len(large)) || downloads[1].Got != 0 {
		t.Errorf("%+v, %v", downloads, err)
	}
	d.fetch(k, anything)
	if !bytes.Equal(d.read("large", "1"), large) {
		t.Error("what was chosen later is not here")
	}
}

func TestTheNextVersionComesAsAPatch(t *testing.T) {
	for _, real := range []bool{false, true} {
		root := exchangetest.NewRoot(t)
		k := exchangetest.NewKeeper(root, nil)
		k.Publish(t, root.Log, "paper", "1", questionnaire("one"))
		var d *person
		if d = newPerson(t, root, 1); real {
			d = onFiles(t, root)
		}
		d.fetch(k, anything)
		idle := d.fetch(k, anything)
		for _, v := range []string{"2", "3", "4"} {
			k.Publish(t, root.Log, "paper", v, questionnaire("changed to "+v))
			r := d.fetch(k, anything)
			if took := r.BytesDown - idle.BytesDown; took > 900 || r.Pieces != 1 {
				t.Errorf("version %s took %d bytes in %d pieces", v, took, r.Pieces)
			}
			d.crash()
			if !bytes.Equal(d.read("paper", v), questionnaire("changed to "+v)) {
				t.Fatalf("version %s is not here as it was", v)
			}
		}
		if d.read("paper", "1") != nil || d.read("paper", "2") != nil {
			t.Error("versions that nobody needs any more take room")
		}
	}
}

// A device that was away for long has no base that anybody packs after: it takes
// the whole.
func TestADeviceThatWasAwayTakesTheWhole(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k := exchangetest.NewKeeper(root, nil)
	k.Publish(t, root.Log, "paper", "1", questionnaire("one"))
	d := newPerson(t, root, 1)
	d.fetch(k, anything)
	k.Publish(t, root.Log, "paper", "2", questionnaire("two"))
	k.Publish(t, root.Log, "paper", "3", questionnaire("three"))
	d.fetch(k, anything)
	if !bytes.Equal(d.read("paper", "3"), questionnaire("three")) {
		t.Error("it is not here as it was")
	}
}

// The power goes in the middle of a piece, again and again: no piece comes twice, and
// there is never half a document.
func TestADocumentSurvivesPowerCuts(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k := exchangetest.NewKeeper(root, nil)
	document := make([]byte, 30*catalogue.LeafSize+9)
	rand.Read(document)
	k.Publish(t, root.Log, "document", "1", document)
	d := newPerson(t, root, 7)
	pieces := 0
	for run := 0; d.read("document", "1") == nil; run++ {
		if run > 100 {
			t.Fatalf("%d pieces after %d runs", pieces, run)
		}
		a, b := exchangetest.Pipe()
		done := make(chan struct{})
		go func() { defer close(done); k.Serve(context.Background(), b) }()
		r, _ := exchange.Run(t.Context(), exchangetest.Cut(a, -1, 3*catalogue.LeafSize), choosing{d.box, anything}, exchange.Options{Centre: &root.Card})
		<-done
		pieces += r.Pieces
		d.crash()
	}
	if pieces != 31 || !bytes.Equal(d.read("document", "1"), document) {
		t.Errorf("%d pieces came", pieces)
	}
}

func TestForgettingADocumentForgetsNoAttachment(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k := exchangetest.NewKeeper(root, nil)
	paper := questionnaire("one")
	k.Publish(t, root.Log, "paper", "1", paper)
	d := newPerson(t, root, 1)
	hash, _, err := d.store.Blobs().Put(t.Context(), bytes.NewReader(paper)) // somebody attached it to a response
	if err != nil {
		t.Fatal(err)
	}
	d.fetch(k, anything)
	k.Publish(t, root.Log, "paper", "2", questionnaire("two"))
	d.fetch(k, anything)
	if d.read("paper", "1") != nil {
		t.Error("the older version takes room")
	}
	if blob, err := d.store.Blobs().Open(hash); err != nil {
		t.Errorf("the attachment went with it: %v", err)
	} else if err := blob.Close(); err != nil {
		t.Error(err)
	}
}

// Whoever has no card of the centre yet can't tell who signed, and asks nothing.
func TestWithoutTheCentresCardNothingIsTaken(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k := exchangetest.NewKeeper(root, nil)
	p := k.Publish(t, root.Log, "paper", "1", questionnaire("one"))
	invite := invitation(root)
	invite.Centre = nil
	d := join(&person{Author: exchangetest.NewAuthor(t, root.Card, root.Token), t: t, disk: simdisk.New(1), dir: "/device", invite: invite})
	if from, err := d.box.Behind(t.Context(), p.Cursor()); from != 0 || err != nil {
		t.Errorf("it asks from %d, %v", from, err)
	}
	if err := d.box.TakePublications(t.Context(), []catalogue.Publication{p}); err == nil {
		t.Error("it took what it can't check")
	}
	d.fetch(k, anything) // the card comes in the run, and the next has the rest
	d.fetch(k, anything)
	if d.read("paper", "1") == nil {
		t.Error("with the card it does not come either")
	}
}
