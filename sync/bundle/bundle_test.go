package bundle_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

func open(t testing.TB, path string, o bundle.Options) *bundle.Bundle {
	t.Helper()
	b, err := bundle.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func shut(t testing.TB, b *bundle.Bundle) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

// visit brings what s has to the bundle at path, and takes what is there for it.
func visit(t testing.TB, path string, s *exchangetest.Sender, o bundle.Options) exchange.Report {
	t.Helper()
	o.Identity, o.Writer = s.Author.Identity, s.Self()
	b := open(t, path, o)
	r, err := exchange.Once(t.Context(), b.Transport(), s, exchange.Options{Self: s.Self(), Centre: s.Centre()})
	if err != nil || !r.Complete {
		t.Fatalf("%+v: %v", r, err)
	}
	shut(t, b)
	return r
}

// bring has k take what is in the bundle and leave its answers there.
func bring(t testing.TB, path string, k *exchangetest.Keeper) exchange.Report {
	t.Helper()
	b := open(t, path, bundle.Options{Writer: k.Self(), Identity: k.Hub})
	r, err := b.Bring(t.Context(), k.Serve)
	if err != nil || !r.Complete {
		t.Fatalf("%+v: %v", r, err)
	}
	shut(t, b)
	return r
}

func TestTransportOfAMeeting(t *testing.T) {
	exchangetest.Transport(t, func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport {
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		return bundle.Meeting{Name: "here", Serve: func(_ context.Context, c exchange.Conn) { serve(ctx, c) }}
	})
}

func TestABundleKeepsAsAHubDoes(t *testing.T) {
	exchangetest.Inbox(t, func(t *testing.T) exchangetest.InboxUnderTest {
		root := exchangetest.NewRoot(t)
		b := open(t, t.TempDir(), bundle.Options{Centre: root.Card.Root(), PartSize: 20 << 10})
		t.Cleanup(func() { shut(t, b) })
		return exchangetest.InboxUnderTest{Inbox: b, Self: b.Self(), Centre: root.Card, Token: root.Token, Mute: true}
	})
}

func TestABundleSendsAsAHubDoes(t *testing.T) {
	for name, partSize := range map[string]int64{"one part": 0, "many parts": 4 << 10} {
		t.Run(name, func(t *testing.T) {
			exchangetest.Outbox(t, func(t *testing.T, c identity.Centre, token [16]byte) exchangetest.OutboxUnderTest {
				a := exchangetest.NewAuthor(t, c, token)
				for i := range 5 {
					a.Respond(fmt.Sprint("text ", i))
				}
				a.Attach(3*batch.LeafSize + 1)
				folder := t.TempDir()
				visit(t, folder, exchangetest.NewSender(a), bundle.Options{PartSize: partSize})
				b := open(t, folder, bundle.Options{Centre: c.Root()})
				if err := b.TakeCentre(t.Context(), c); err != nil { // as the suite's hellos say
					t.Fatal(err)
				}
				t.Cleanup(func() { shut(t, b) })
				return exchangetest.OutboxUnderTest{Outbox: b, Self: b.Self()}
			})
		})
	}
}

func TestAStickGoesToTheCentreAndBringsReceiptsBack(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	stick := filepath.Join(t.TempDir(), "stick")
	var senders []*exchangetest.Sender
	for i := range 3 {
		a := exchangetest.NewAuthor(t, root.Card, root.Token)
		for j := range 4 {
			a.Respond(fmt.Sprint("answer ", i, j))
		}
		a.Attach(2*batch.LeafSize + 5)
		senders = append(senders, exchangetest.NewSender(a))
	}
	for round := range 3 {
		for _, s := range senders {
			visit(t, stick, s, bundle.Options{PartSize: 30 << 10})
		}
		bring(t, stick, centre)
		for i, s := range senders {
			visit(t, stick, s, bundle.Options{})
			if err := centre.Missing(s.Author); err != nil || s.Received() != len(s.Author.Records) {
				t.Errorf("round %d, device %d: %v; %d receipts for %d records", round, i, err, s.Received(), len(s.Author.Records))
			}
			if s.Centre() == nil {
				t.Error("the centre's card did not come along")
			}
			s.Author.Respond("and one more")
		}
	}
	if n := centre.Redelivered(); n != 0 {
		t.Errorf("%d records were brought twice", n)
	}
}

func TestAHubsWordAndTheReceiptsComeBackOnTheStick(t *testing.T) {
	root := exchangetest.NewRoot(t)
	me, err := identity.New(rand.Reader, "radio", "box")
	if err != nil {
		t.Fatal(err)
	}
	hub := exchangetest.NewKeeper(root, me)
	s := exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))
	last := s.Author.Respond("answer")
	stick := t.TempDir()
	visit(t, stick, s, bundle.Options{})
	bring(t, stick, hub)
	if visit(t, stick, s, bundle.Options{}); len(s.Custody) == 0 {
		t.Fatal("no word of the hub")
	}
	word := s.Custody[0]
	if word.Hub != me.ID() || len(word.Held) != 2 || word.Held[1] != last.Have() {
		t.Errorf("the hub's word is %+v", word)
	}
	before := files(t, stick)
	bring(t, stick, hub) // nothing new: nothing more is written
	visit(t, stick, s, bundle.Options{})
	if after := files(t, stick); len(after) != len(before) {
		t.Errorf("with nothing new %d files became %d", len(before), len(after))
	}
}

// What was received long ago is on no stick: only its successors know its hash.
func TestAStickThatBeginsWhereReceiptsEnd(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	s := exchangetest.NewSender(a)
	for range 3 { // each with a stick of its own
		a.Respond("answer")
		stick := t.TempDir()
		b := open(t, stick, bundle.Options{Identity: a.Identity, Writer: s.Self()})
		if _, err := b.Accept(t.Context(), s.Self(), a.Records[:1], a.First()); err != nil { // as one does that was refused as unknown
			t.Fatal(err)
		}
		shut(t, b)
		visit(t, stick, s, bundle.Options{})
		if r := bring(t, stick, centre); len(r.Refused) > 0 {
			t.Errorf("refused %v", r.Refused)
		}
		before := len(files(t, stick))
		if bring(t, stick, centre); len(files(t, stick)) != before {
			t.Error("the same receipts were written twice")
		}
		visit(t, stick, s, bundle.Options{})
		if err := centre.Missing(a); err != nil || s.Received() != len(a.Records) {
			t.Errorf("%v; %d receipts for %d records", err, s.Received(), len(a.Records))
		}
	}
}

// A copied device learns from a stick, too, that there is another.
func TestAForkIsShownToTheDeviceThatComesWithTheStick(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	copied := a.Clone()
	a.Respond("mine")
	copied.Respond("the copy's")
	mine, other := exchangetest.NewSender(a), exchangetest.NewSender(copied)
	first, second := t.TempDir(), t.TempDir()
	visit(t, first, mine, bundle.Options{})
	visit(t, second, other, bundle.Options{})
	bring(t, first, centre)
	b := open(t, second, bundle.Options{})
	if _, err := b.Bring(t.Context(), centre.Serve); err != nil {
		t.Fatal(err)
	}
	shut(t, b)
	visit(t, second, other, bundle.Options{})
	if len(other.Forks) == 0 || other.Forks[0].Hash != a.Records[2].ID.Hash8() {
		t.Errorf("the copy was told of %v", other.Forks)
	}
	visit(t, first, mine, bundle.Options{})
	if mine.Received() != len(a.Records) || len(mine.Forks) != 0 {
		t.Errorf("the other one has %d receipts and was told of %v", mine.Received(), mine.Forks)
	}
}

func files(t testing.TB, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, filepath.Join(folder, e.Name()))
	}
	return names
}
