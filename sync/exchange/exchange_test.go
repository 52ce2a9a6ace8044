package exchange_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// meet runs one exchange between s and k over a pipe that is cut after so many bytes.
func meet(t testing.TB, s *exchangetest.Sender, k *exchangetest.Keeper, o exchange.Options, up, down int64) (exchange.Report, error, exchange.Report, error) {
	t.Helper()
	a, b := exchangetest.Pipe()
	type result struct {
		exchange.Report
		error
	}
	served := make(chan result, 1)
	go func() {
		r, err := k.Serve(context.Background(), b)
		served <- result{r, err}
	}()
	o.Self = s.Self()
	r, err := exchange.Run(t.Context(), exchangetest.Cut(a, up, down), s, o)
	end := <-served
	return r, err, end.Report, end.error
}

func complete(t testing.TB, s *exchangetest.Sender, k *exchangetest.Keeper, o exchange.Options) exchange.Report {
	t.Helper()
	r, err, _, serr := meet(t, s, k, o, -1, -1)
	if err != nil || serr != nil || !r.Complete {
		t.Fatalf("caller %v, server %v, %+v", err, serr, r)
	}
	return r
}

func author(t testing.TB, r exchangetest.Root) *exchangetest.Author {
	a := exchangetest.NewAuthor(t, r.Card, r.Token)
	a.Respond("What we think of question a.")
	a.Respond("And of question b.")
	return a
}

func TestARunBringsEverythingOverAndReceiptsBack(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, a := exchangetest.NewKeeper(root, nil), author(t, root)
	a.Attach(3*batch.LeafSize + 5)
	s := exchangetest.NewSender(a)
	r := complete(t, s, k, exchange.Options{})
	if err := k.Missing(a); err != nil {
		t.Error(err)
	}
	if r.Sent != 5 || r.Leaves != 4 || s.Received() != 5 || r.Receipts != 5 || k.Redelivered() != 0 {
		t.Errorf("%+v, %d receipts, %d redelivered", r, s.Received(), k.Redelivered())
	}
	if c := s.Centre(); c == nil || c.Root() != root.Card.Root() || !r.Again {
		t.Errorf("the centre's card did not come: %+v", r)
	}
	r = complete(t, s, k, exchange.Options{Centre: &root.Card})
	if r.Sent != 0 || r.Receipts != 0 || r.Again || r.BytesUp+r.BytesDown > 300 {
		t.Errorf("with nothing new: %+v", r)
	}
}

func TestAHubGivesCustodyAndTheSameAgainOnceMore(t *testing.T) {
	root := exchangetest.NewRoot(t)
	hub, err := identity.New(rand.Reader, "hub", "box")
	if err != nil {
		t.Fatal(err)
	}
	k, a := exchangetest.NewKeeper(root, hub), author(t, root)
	s := exchangetest.NewSender(a)
	for i := range 2 {
		complete(t, s, k, exchange.Options{})
		if len(s.Custody) != i+1 || len(s.Custody[i].Held) != 2 || s.Received() != 0 {
			t.Fatalf("run %d: custody %+v, %d receipts", i, s.Custody, s.Received())
		}
	}
}

func TestCutAtEveryByteEverythingArrivesOnce(t *testing.T) {
	root := exchangetest.NewRoot(t)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	a.Records = a.Records[:1] // an epoch alone has 3 KB
	a.Attach(700)
	var whole exchange.Report
	for _, memory := range []bool{false, true} {
		for _, up := range []bool{true, false} {
			step := int64(13) // without a memory nothing but bytes is lost: some cuts will do
			if memory {
				step = 1
			}
			for n := int64(0); ; n += step {
				k, s := exchangetest.NewKeeper(root, nil), exchangetest.NewSender(a)
				o := exchange.Options{Centre: &root.Card}
				if memory {
					o.Memory = new(exchange.Memory)
				}
				cutUp, cutDown := n, int64(-1)
				if !up {
					cutUp, cutDown = -1, n
				}
				r, err, _, _ := meet(t, s, k, o, cutUp, cutDown)
				if err == nil && r.Complete {
					whole = r
					break
				}
				held := 0
				for _, rs := range k.Held() {
					held += len(rs)
				}
				r = complete(t, s, k, o)
				if err := k.Missing(a); err != nil || s.Received() != len(a.Records) {
					t.Fatalf("cut at %d (up: %t): %v, %d receipts", n, up, err, s.Received())
				}
				if memory && k.Redelivered() > 0 {
					t.Fatalf("cut at %d (up: %t): %d held, %d sent again", n, up, held, k.Redelivered())
				}
			}
		}
	}
	if whole.BytesUp < 1000 || whole.BytesDown < 300 {
		t.Errorf("a small run, but not that small: %+v", whole)
	}
}

func TestAClonedDeviceIsTold(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, a := exchangetest.NewKeeper(root, nil), author(t, root)
	complete(t, exchangetest.NewSender(a), k, exchange.Options{})
	copied := a.Clone()
	a.Respond("The first goes on.")
	complete(t, exchangetest.NewSender(a), k, exchange.Options{})
	copied.Respond("So does the copy.")
	copied.Respond("At length.")
	s := exchangetest.NewSender(copied)
	r := complete(t, s, k, exchange.Options{})
	if len(s.Forks) != 1 || !r.Again || r.Sent > 4 {
		t.Errorf("told of %v, %+v", s.Forks, r)
	}
}

func TestARefusedRecordBlocksItsChainOnly(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, a := exchangetest.NewKeeper(root, nil), exchangetest.NewAuthor(t, root.Card, root.Token)
	a.Make(batch.Attachments, batch.KindAttachment, func(batch.Header) []byte { return []byte("no leaf list") })
	a.Attach(10)
	a.Respond("text")
	s := exchangetest.NewSender(a)
	r := complete(t, s, k, exchange.Options{})
	if r.Sent != 3 || len(s.Refusals) != 1 || len(r.Refused) != 1 || s.Refusals[0].Code != batch.RefusedMalformed || s.Refusals[0].Record != a.Records[2].ID {
		t.Errorf("%+v, told %+v", r, s.Refusals)
	}
}

func TestWithoutItsInviteADeviceIsRefused(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, a := exchangetest.NewKeeper(root, nil), exchangetest.NewAuthor(t, root.Card, [16]byte{1})
	s := exchangetest.NewSender(a)
	r := complete(t, s, k, exchange.Options{})
	if r.Sent != 0 || len(s.Refusals) != 1 || s.Refusals[0].Code != batch.RefusedToken {
		t.Errorf("%+v, told %+v", r, s.Refusals)
	}
}

func TestAnotherCentreIsNotTalkedTo(t *testing.T) {
	ours, other := exchangetest.NewRoot(t), exchangetest.NewRoot(t)
	s := exchangetest.NewSender(author(t, ours))
	_, err, _, _ := meet(t, s, exchangetest.NewKeeper(other, nil), exchange.Options{}, -1, -1)
	if !errors.Is(err, identity.ErrOtherRoot) {
		t.Error(err)
	}
}

func TestLeavesThatAreNotHereDoNotHoldUpOthers(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, a := exchangetest.NewKeeper(root, nil), exchangetest.NewAuthor(t, root.Card, root.Token)
	lost := a.Attach(700 * batch.LeafSize) // more than is asked for at once
	here := a.Attach(3 * batch.LeafSize)
	s := exchangetest.NewSender(a)
	s.Lacks[lost.ID] = true
	r := complete(t, s, k, exchange.Options{})
	if r.Leaves != 3 || s.Received() != 3 {
		t.Errorf("%+v, %d receipts, wanted the 3 leaves of %v", r, s.Received(), here.ID)
	}
	s.Lacks[lost.ID] = false
	if r = complete(t, s, k, exchange.Options{}); r.Leaves != 700 || s.Received() != 4 {
		t.Errorf("%+v, %d receipts", r, s.Received())
	}
}

func TestAnOldAttachmentCompletedBesideANewOneIsReceivedInTheSameRun(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, a := exchangetest.NewKeeper(root, nil), exchangetest.NewAuthor(t, root.Card, root.Token)
	old := a.Attach(3 * batch.LeafSize)
	s := exchangetest.NewSender(a)
	s.Lacks[old.ID] = true                              // a cut kept its leaves away
	o := exchange.Options{Memory: new(exchange.Memory)} // so that its record isn't sent again
	complete(t, s, k, o)
	s.Lacks[old.ID] = false
	a.Attach(3 * batch.LeafSize)
	before := s.Received()
	if r := complete(t, s, k, o); r.Sent != 1 || r.Leaves != 6 || s.Received() != before+2 {
		t.Errorf("%+v, %d receipts more, wanted those of both attachments", r, s.Received()-before)
	}
}

func TestACentreThatLostItsEndGetsItAgain(t *testing.T) {
	root := exchangetest.NewRoot(t)
	a := author(t, root)
	s := exchangetest.NewSender(a)
	o := exchange.Options{Memory: new(exchange.Memory)}
	old, k := exchangetest.NewKeeper(root, nil), exchangetest.NewKeeper(root, nil)
	complete(t, exchangetest.NewSender(a), old, exchange.Options{}) // the backup
	hub, _ := identity.New(rand.Reader, "hub", "box")
	complete(t, s, exchangetest.NewKeeper(root, hub), o)
	r := complete(t, s, k, o) // another one, empty, at the same address
	if err := k.Missing(a); err != nil || r.Sent != 4 || len(s.Refusals) != 0 {
		t.Errorf("%v, %+v, refused %v", err, r, s.Refusals)
	}
}

// failing is an Inbox whose disk is full.
type failing struct{ *exchangetest.Keeper }

func (failing) Accept(context.Context, exchange.Peer, []batch.Carried, map[batch.Chain]batch.Seq) ([]exchange.Outcome, error) {
	return nil, errors.New("no space left on device")
}

func TestNothingIsAcknowledgedThatIsNotDurable(t *testing.T) {
	root := exchangetest.NewRoot(t)
	s := exchangetest.NewSender(author(t, root))
	a, b := exchangetest.Pipe()
	go exchange.Serve(context.Background(), b, failing{exchangetest.NewKeeper(root, nil)}, exchange.Options{})
	r, err := exchange.Run(t.Context(), a, s, exchange.Options{})
	var refusal batch.Refusal
	if !errors.As(err, &refusal) || r.Sent != 0 || r.Retry != time.Minute || len(s.Known) != 0 || strings.Contains(err.Error(), "space") {
		t.Errorf("%+v: %v, remembers %v", r, err, s.Known)
	}
}

// gated is an Inbox whose first commit waits.
type gated struct {
	*exchangetest.Keeper
	began chan int // records in each commit
	gate  chan struct{}
}

func (g gated) Accept(ctx context.Context, p exchange.Peer, rs []batch.Carried, first map[batch.Chain]batch.Seq) ([]exchange.Outcome, error) {
	g.began <- len(rs)
	<-g.gate
	return g.Keeper.Accept(ctx, p, rs, first)
}

func TestWhatArrivesDuringACommitGoesIntoTheNext(t *testing.T) {
	root := exchangetest.NewRoot(t)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	for range 10 {
		a.Respond("text")
	}
	synctest.Test(t, func(t *testing.T) {
		g := gated{exchangetest.NewKeeper(root, nil), make(chan int, 100), make(chan struct{})}
		s := exchangetest.NewSender(a)
		caller, server := exchangetest.Pipe()
		ended := make(chan error, 2)
		go func() { _, err := exchange.Serve(t.Context(), server, g, exchange.Options{}); ended <- err }()
		go func() { _, err := exchange.Run(t.Context(), caller, s, exchange.Options{}); ended <- err }()
		synctest.Wait() // all that fits the window has arrived
		close(g.gate)
		if err := errors.Join(<-ended, <-ended); err != nil {
			t.Fatal(err)
		}
		if n := len(g.began); n > 3 {
			t.Errorf("%d commits for %d records", n, len(a.Records))
		}
	})
}

func TestWhatWasAcknowledgedBeforeACutIsRemembered(t *testing.T) {
	const leaves, cut = 100, 300_000
	for range 50 { // a busy machine may be cut before it has read an acknowledgement
		root := exchangetest.NewRoot(t)
		k, a := exchangetest.NewKeeper(root, nil), author(t, root)
		a.Attach(leaves * batch.LeafSize)
		s := exchangetest.NewSender(a)
		r, err, _, _ := meet(t, s, k, exchange.Options{}, cut, -1)
		if err == nil || r.Complete {
			t.Fatalf("%+v: %v", r, err)
		}
		if r.Sent < 5 || r.Leaves == 0 {
			continue
		}
		if known := s.Known[k.Self().ID]; len(known) != 3 {
			t.Errorf("remembers %v", known)
		}
		// Some may be durable whose acknowledgement the cut has caught.
		if again := complete(t, s, k, exchange.Options{}); again.Leaves > leaves-r.Leaves || again.Leaves < leaves-cut/batch.LeafSize {
			t.Errorf("%d leaves acknowledged before the cut, %d sent after it", r.Leaves, again.Leaves)
		}
		return
	}
	t.Fatal("nothing was acknowledged before the cut, fifty times")
}

// Its first records are sent before anybody knows of the other copy, and in the
// text lane none stands at their place.
func TestNothingOfACopyIsKeptOnceOneOfItsRecordsWasRefused(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k := exchangetest.NewKeeper(root, nil)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	b := a.Clone()
	a.Make(batch.Control, batch.KindEpoch, func(batch.Header) []byte { return []byte("the one's keys") })
	b.Make(batch.Control, batch.KindEpoch, func(batch.Header) []byte { return []byte("the other's keys") })
	b.Respond("under the other's keys")
	if _, err := k.Accept(t.Context(), exchange.Peer{}, a.Records, nil); err != nil {
		t.Fatal(err)
	}
	var frames []byte
	offers, err := exchangetest.NewSender(b).Offers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	frames = append(frames, stream(hello(), batch.Frame{Type: batch.FrameOffer, Offer: offers[0]})...)
	for _, r := range b.Records {
		frames = batch.Frame{Type: batch.FrameRecord, Record: r}.Append(frames)
	}
	frames = batch.Frame{Type: batch.FrameBye}.Append(frames)
	r, err := k.Serve(t.Context(), script{bytes.NewReader(frames)})
	if err != nil || len(r.Refused) != 2 || r.Refused[0].Code != batch.RefusedFork || r.Refused[1].Code != batch.RefusedFork {
		t.Errorf("%+v, %v", r, err)
	}
	if err := k.Missing(a); err != nil {
		t.Error(err)
	}
}
