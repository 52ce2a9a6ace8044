package exchange_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

// paper is a document in one of its revisions; it packs to about a tenth.
func paper(revision int) []byte {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "%d. The participants noted item %x of the list.\n", i, i*i*7919)
		if i == 150 {
			fmt.Fprintf(&b, "This is revision %d.\n", revision)
		}
	}
	return []byte(b.String())
}

func noise(t testing.TB, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand.Reader, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsPublishedComesDown(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, s := exchangetest.NewKeeper(root, nil), exchangetest.NewSender(author(t, root))
	o := exchange.Options{Centre: &root.Card, Memory: new(exchange.Memory)}
	complete(t, s, k, o)
	idle := complete(t, s, k, o)
	large := noise(t, 100*catalogue.LeafSize)
	k.Publish(t, root.Log, "large", "1", large)
	k.Publish(t, root.Log, "paper", "1", paper(1))
	r := complete(t, s, k, o)
	if !bytes.Equal(s.Content("large"), large) || !bytes.Equal(s.Content("paper"), paper(1)) || r.Altered != 0 {
		t.Errorf("not here as it was: %+v", r)
	}
	if most := int64(len(large)) * 103 / 100; r.BytesDown > most+2000 {
		t.Errorf("%d bytes came for %d", r.BytesDown, len(large))
	}
	if again := complete(t, s, k, o); again.BytesUp != idle.BytesUp || again.BytesDown > idle.BytesDown+20 || again.Pieces != 0 {
		t.Errorf("nothing new costs %d bytes up and %d down, before anything was published %d and %d", again.BytesUp, again.BytesDown, idle.BytesUp, idle.BytesDown)
	}
	k.Publish(t, root.Log, "paper", "2", paper(2))
	r = complete(t, s, k, o)
	t.Logf("a changed document: %d bytes up, %d down, of %d", r.BytesUp-idle.BytesUp, r.BytesDown-idle.BytesDown, len(paper(2)))
	if !bytes.Equal(s.Content("paper"), paper(2)) || r.BytesDown-idle.BytesDown > 4500 {
		t.Errorf("the change took %d bytes", r.BytesDown-idle.BytesDown)
	}
}

// TestWhatCameBeforeACutStays: each leaf comes once, however often the link breaks.
func TestWhatCameBeforeACutStays(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, s := exchangetest.NewKeeper(root, nil), exchangetest.NewSender(author(t, root))
	complete(t, s, k, exchange.Options{Centre: &root.Card})
	document := noise(t, 40*catalogue.LeafSize+1)
	k.Publish(t, root.Log, "document", "1", document)
	pieces, runs := 0, 0
	for s.Content("document") == nil {
		if runs++; runs > 60 {
			t.Fatalf("after %d runs %d pieces came", runs, pieces)
		}
		r, _, _, _ := meet(t, s, k, exchange.Options{Centre: &root.Card}, -1, 3*catalogue.LeafSize)
		pieces += r.Pieces
	}
	if pieces != 41 || runs < 10 || !bytes.Equal(s.Content("document"), document) {
		t.Errorf("%d pieces came in %d runs", pieces, runs)
	}
}

// altering is a hub that changes what it hands down.
type altering struct {
	*exchangetest.Keeper
	publication func(catalogue.Publication) catalogue.Publication
	piece       func([]byte) []byte
	sums        func(catalogue.Sums) catalogue.Sums
}

func (a altering) Publications(ctx context.Context, from uint64, most int) ([]catalogue.Publication, error) {
	ps, err := a.Keeper.Publications(ctx, from, most)
	for i := range ps {
		if a.publication != nil {
			ps[i] = a.publication(ps[i])
		}
	}
	return ps, err
}

func (a altering) Piece(ctx context.Context, id catalogue.ID, i uint32) ([]byte, error) {
	b, err := a.Keeper.Piece(ctx, id, i)
	if a.piece != nil && err == nil {
		b = a.piece(bytes.Clone(b))
	}
	return b, err
}

func (a altering) Sums(ctx context.Context, id catalogue.ID) (catalogue.Sums, error) {
	b, err := a.Keeper.Sums(ctx, id)
	if a.sums != nil && err == nil {
		b = a.sums(bytes.Clone(b))
	}
	return b, err
}

func serveOnce(t *testing.T, s *exchangetest.Sender, in exchange.Inbox, root exchangetest.Root) (exchange.Report, error) {
	t.Helper()
	a, b := exchangetest.Pipe()
	served := make(chan struct{})
	go func() {
		exchange.Serve(context.Background(), b, in, exchange.Options{})
		close(served)
	}()
	r, err := exchange.Run(t.Context(), a, s, exchange.Options{Self: s.Self(), Centre: &root.Card})
	<-served
	return r, err
}

func TestWhatAHubAlteredIsNoticedAndNotTaken(t *testing.T) {
	root, other := exchangetest.NewRoot(t), exchangetest.NewRoot(t)
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	forged := func(p catalogue.Publication) catalogue.Publication {
		l := exchangetest.NewLibrary(other.Card)
		return l.Publish(t, other.Log, "document", "1", noise(t, 50_000))
	}
	for name, a := range map[string]altering{
		"a publication of another centre": {publication: forged},
		"pieces":                          {piece: flip},
		"pieces cut short":                {piece: func(b []byte) []byte { return b[:len(b)-1] }},
		"sums":                            {sums: func(s catalogue.Sums) catalogue.Sums { return flip(s) }},
	} {
		t.Run(name, func(t *testing.T) {
			a.Keeper = exchangetest.NewKeeper(root, nil)
			document := noise(t, 5*catalogue.LeafSize)
			a.Publish(t, root.Log, "document", "1", document)
			s := exchangetest.NewSender(author(t, root))
			r, err := serveOnce(t, s, a, root)
			if err != nil || !r.Complete || r.Altered == 0 || s.Content("document") != nil {
				t.Errorf("%+v, %v", r, err)
			}
			complete(t, s, a.Keeper, exchange.Options{Centre: &root.Card})
			if !bytes.Equal(s.Content("document"), document) {
				t.Error("from an honest one it does not come either")
			}
		})
	}
}

// A hub that was left behind, or holds an older catalogue back on purpose, does not
// bring an older version back.
func TestAnOlderCatalogueChangesNothing(t *testing.T) {
	root := exchangetest.NewRoot(t)
	now, old := exchangetest.NewKeeper(root, nil), exchangetest.NewKeeper(root, nil)
	old.Publish(t, root.Log, "paper", "1", paper(1))
	first, _ := old.Publications(t.Context(), 1, 1)
	if err := now.TakePublications(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	now.Publish(t, root.Log, "paper", "2", paper(2))
	s := exchangetest.NewSender(author(t, root))
	o := exchange.Options{Centre: &root.Card}
	complete(t, s, now, o)
	for range 2 {
		complete(t, s, old, o)
		if !bytes.Equal(s.Content("paper"), paper(2)) {
			t.Fatal("the older version came back")
		}
	}
}

// A centre that was restored from a backup and went on publishes other things under
// the same numbers: everybody comes to have those.
func TestACentreThatWasSetBackIsFollowed(t *testing.T) {
	root := exchangetest.NewRoot(t)
	before, after := exchangetest.NewKeeper(root, nil), exchangetest.NewKeeper(root, nil)
	p := before.Publish(t, root.Log, "a", "1", paper(1))
	if err := after.TakePublications(t.Context(), []catalogue.Publication{p}); err != nil {
		t.Fatal(err)
	}
	before.Publish(t, root.Log, "paper", "lost with the disk", paper(2))
	before.Publish(t, root.Log, "more", "lost with the disk", paper(3))
	second := after.Publish(t, root.Log, "paper", "made anew", paper(4))
	_ = second
	s := exchangetest.NewSender(author(t, root))
	o := exchange.Options{Centre: &root.Card}
	complete(t, s, before, o)
	complete(t, s, after, o)
	if s.Content("more") == nil {
		t.Fatal("of two publications at one number that were issued at the same time the first stays")
	}
	after = exchangetest.NewKeeper(root, nil)
	after.TakePublications(t.Context(), []catalogue.Publication{p})
	after.Library.Later(1000)
	after.Publish(t, root.Log, "paper", "made anew", paper(4))
	complete(t, s, after, o)
	if !bytes.Equal(s.Content("paper"), paper(4)) || s.Content("more") != nil {
		t.Error("what the centre says now is not followed")
	}
	complete(t, s, before, o) // a hub that was left behind
	if !bytes.Equal(s.Content("paper"), paper(4)) {
		t.Error("a hub that was left behind brings back what is past")
	}
}

// plainSender is the outbox of an older program: it takes nothing of the kind.
type plainSender struct{ exchange.Outbox }

// plainKeeper is the inbox of an older program.
type plainKeeper struct{ exchange.Inbox }

func TestOlderProgramsAreMetAsBefore(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, s := exchangetest.NewKeeper(root, nil), exchangetest.NewSender(author(t, root))
	k.Publish(t, root.Log, "paper", "1", paper(1))
	if r, err := serveOnce(t, s, plainKeeper{k}, root); err != nil || !r.Complete || s.Content("paper") != nil {
		t.Errorf("an older server: %+v, %v", r, err)
	}
	a, b := exchangetest.Pipe()
	served := make(chan error, 1)
	go func() {
		_, err := k.Serve(context.Background(), b)
		served <- err
	}()
	r, err := exchange.Run(t.Context(), a, plainSender{s}, exchange.Options{Self: s.Self(), Centre: &root.Card})
	if serr := <-served; err != nil || serr != nil || !r.Complete {
		t.Errorf("an older caller: %+v, %v, %v", r, err, serr)
	}
}

func TestAServerGivesWithinBounds(t *testing.T) {
	root := exchangetest.NewRoot(t)
	get := func(g batch.Get) batch.Frame { return batch.Frame{Type: batch.FrameGet, Get: g} }
	empty := get(batch.Get{ID: catalogue.ID{1}, Ranges: [][2]uint32{{5, 5}}})
	endless := get(batch.Get{ID: catalogue.ID{1}, Ranges: [][2]uint32{{0, 1 << 31}}})
	for name, c := range map[string]struct {
		sent []byte
		code batch.RefuseCode
	}{
		"a range without a start":    {stream(hello(), empty), batch.RefusedMalformed},
		"more than there could be":   {stream(hello(), endless), batch.RefusedBusy},
		"a thousand questions":       {append(stream(hello()), bytes.Repeat(stream(endless), 1000)...), batch.RefusedMalformed},
		"publications without range": {stream(hello(), get(batch.Get{})), batch.RefusedMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			k := exchangetest.NewKeeper(root, nil)
			k.Publish(t, root.Log, "paper", "1", paper(1))
			caller, server := exchangetest.Pipe()
			ended := make(chan error, 1)
			go func() {
				_, err := k.Serve(context.Background(), server)
				ended <- err
			}()
			go caller.Write(c.sent)
			var last batch.Frame
			for r := batch.NewReader(caller); ; {
				f, err := r.Next()
				if err != nil {
					break
				}
				last = f
			}
			caller.Close()
			if err := <-ended; err == nil || last.Refusal.Code != c.code {
				t.Errorf("%v; told %+v", err, last.Refusal)
			}
		})
	}
}

func TestAServerThatGivesWhatNobodyAskedIsLeft(t *testing.T) {
	root := exchangetest.NewRoot(t)
	l := exchangetest.NewLibrary(root.Card)
	p := l.Publish(t, root.Log, "paper", "1", paper(1))
	rich := hello()
	rich.Hello.Published = p.Cursor().Bytes()
	for name, f := range map[string]batch.Frame{
		"pieces":       {Type: batch.FramePiece, Piece: batch.Piece{ID: p.Content.ID, Bytes: []byte("x")}},
		"sums":         {Type: batch.FrameSums, Sums: batch.Sums{ID: p.Content.ID}},
		"gets":         {Type: batch.FrameGet},
		"publications": {Type: batch.FramePublished, Published: []catalogue.Publication{p}},
	} {
		for _, h := range []batch.Frame{hello(), rich} {
			if name == "publications" && h.Hello.Published != [16]byte{} {
				continue // those it asks for
			}
			s := exchangetest.NewSender(author(t, root))
			r, err := exchange.Run(t.Context(), script{bytes.NewReader(stream(h, f))}, s, exchange.Options{})
			var rule *exchange.ProtocolError
			if !errors.As(err, &rule) {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
		}
	}
}
