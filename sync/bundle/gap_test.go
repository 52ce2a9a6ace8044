package bundle_test

import (
	"crypto/rand"
	"os"
	"testing"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

// gapped is a stick on which the device's second response is lost, while the
// third, which it wrote when it had receipts for all before, waits for the
// centre. Another peer, which stood at the same place of the log without those
// receipts, had offered the chain from its first record: so a hub does to which
// the receipts had not come.
func gapped(t *testing.T) (root exchangetest.Root, stick string, centre *exchangetest.Keeper, s *exchangetest.Sender) {
	root = exchangetest.NewRoot(t)
	centre = exchangetest.NewKeeper(root, nil)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	s = exchangetest.NewSender(a)
	stick = t.TempDir()
	a.Respond("one")
	visit(t, stick, s, bundle.Options{})
	before := files(t, stick)
	a.Respond("two")
	visit(t, stick, s, bundle.Options{})
	lost := added(t, before, files(t, stick))
	bring(t, stick, centre)
	visit(t, stick, s, bundle.Options{}) // takes the receipts
	if s.Received() != len(a.Records) {
		t.Fatalf("%d receipts for %d records", s.Received(), len(a.Records))
	}
	a.Respond("three")
	offers, err := s.Offers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, stick, bundle.Options{})
	old := batch.Offer{Origin: a.Identity.ID(), Position: offers[0].Position}
	for _, of := range []batch.Carried{a.Records[1], a.Records[3]} { // the last of control, and of text
		old.Tails = append(old.Tails, batch.Tail{Chain: of.Chain, First: 1, Top: of.Have()})
	}
	if _, err := b.Receipts(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	shut(t, b)
	visit(t, stick, s, bundle.Options{})
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	return root, stick, centre, s
}

// added is the one file that came.
func added(t *testing.T, before, after []string) string {
	t.Helper()
	known := map[string]bool{}
	for _, name := range before {
		known[name] = true
	}
	for _, name := range after {
		if !known[name] {
			return name
		}
	}
	t.Fatal("nothing was written")
	return ""
}

func TestWhatStandsBehindALostPartReachesTheCentre(t *testing.T) {
	_, stick, centre, s := gapped(t)
	if r := bring(t, stick, centre); len(r.Refused) > 0 {
		t.Errorf("refused %v", r.Refused)
	}
	if err := centre.Missing(s.Author); err != nil {
		t.Error(err)
	}
	visit(t, stick, s, bundle.Options{})
	if s.Received() != len(s.Author.Records) {
		t.Errorf("%d receipts for %d records", s.Received(), len(s.Author.Records))
	}
	before := len(files(t, stick))
	bring(t, stick, centre)
	visit(t, stick, s, bundle.Options{})
	if after := len(files(t, stick)); after != before {
		t.Errorf("with nothing new %d files became %d", before, after)
	}
}

// A hub that never met the device takes what is before the gap, and behind it.
func TestWhatStandsBehindALostPartReachesAHub(t *testing.T) {
	root, stick, _, s := gapped(t)
	me, err := identity.New(rand.Reader, "radio", "box")
	if err != nil {
		t.Fatal(err)
	}
	hub := exchangetest.NewKeeper(root, me)
	if r := bring(t, stick, hub); len(r.Refused) > 0 {
		t.Errorf("refused %v", r.Refused)
	}
	last := s.Author.Records[len(s.Author.Records)-1]
	held := hub.Held()[last.Chain]
	if len(held) == 0 || held[len(held)-1].ID != last.ID {
		t.Errorf("the hub holds %d records of the chain, and not the last", len(held))
	}
}

// The part with the centre's answer is lost, too: nothing on the stick says that what
// stands before the gap was received. A hub takes it, refuses what comes behind the
// gap, and is offered the chain from there.
func TestWhatStandsOnBothSidesOfAGapReachesAHub(t *testing.T) {
	root, stick, _, s := gapped(t)
	for _, name := range files(t, stick) {
		b := open(t, name, bundle.Options{})
		receipts := 0
		for _, p := range b.Parts() {
			receipts += p.Counts.Receipts
		}
		shut(t, b)
		if receipts > 0 {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	me, err := identity.New(rand.Reader, "radio", "box")
	if err != nil {
		t.Fatal(err)
	}
	hub := exchangetest.NewKeeper(root, me)
	r := bring(t, stick, hub)
	last := s.Author.Records[len(s.Author.Records)-1]
	held := hub.Held()[last.Chain]
	if len(held) == 0 || held[len(held)-1].ID != last.ID {
		t.Errorf("the hub holds %d records of the chain, and not the last; refused were %v", len(held), r.Refused)
	}
}

// Whose clock runs backwards is not forgotten for those who stood elsewhere before,
// also when the receipts that lead from there are lost.
func TestADeviceWithADeadClockIsStillFollowed(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	s := exchangetest.NewSender(a)
	other := exchangetest.NewAuthor(t, root.Card, root.Token)
	stick := t.TempDir()
	for round := range 12 {
		o := bundle.Options{Clock: clock(1_000_000_000 - int64(round))}
		a.Respond("answer")
		visit(t, stick, s, o)
		other.Respond("meanwhile")
		centre.Accept(t.Context(), batch.Peer{}, other.Records, nil)
		before := files(t, stick)
		bring(t, stick, centre)
		answer := added(t, before, files(t, stick))
		visit(t, stick, s, o)
		if s.Received() != len(a.Records) {
			t.Fatalf("round %d: %d receipts for %d records", round, s.Received(), len(a.Records))
		}
		if err := os.Remove(answer); err != nil {
			t.Fatal(err)
		}
	}
}

func clock(seconds int64) func() time.Time {
	return func() time.Time { return time.Unix(seconds, 0) }
}

// Receipts that stand in a bundle more than once are handed down once.
func TestReceiptsThatStandInABundleTwiceAreHandedDownOnce(t *testing.T) {
	_, stick, centre, s := gapped(t)
	offers, err := s.Offers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := offers[0]
	all.Tails = nil
	for _, r := range []batch.Carried{s.Author.Records[1], s.Author.Records[3]} {
		all.Tails = append(all.Tails, batch.Tail{Chain: r.Chain, First: 1, Top: r.Have()})
	}
	same, err := centre.Receipts(t.Context(), all) // under the device's own checkpoint
	if err != nil || len(same) == 0 {
		t.Fatal(same, err)
	}
	for range 3 {
		b := open(t, stick, bundle.Options{})
		if err := b.TakeReceipts(t.Context(), same[0]); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Receipts(t.Context(), offers[0]); err != nil || len(got) != 1 {
			t.Errorf("handed down %d times: %v", len(got), err)
		}
		shut(t, b)
	}
}

// The receipts of what a hub brought on by one stick were lost on their way back. It has
// the records no more, and asks on a new stick for their receipts alone.
func TestReceiptsAreAskedForWithoutTheRecords(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	s := exchangetest.NewSender(a)
	a.Respond("one")
	a.Respond("two")
	old := t.TempDir()
	visit(t, old, s, bundle.Options{})
	bring(t, old, centre)
	offers, err := s.Offers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stick := t.TempDir()
	ask := func(most int) {
		t.Helper()
		b := open(t, stick, bundle.Options{})
		for _, o := range offers {
			receipts, err := b.Receipts(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			for _, rs := range receipts {
				if err := s.TakeReceipts(t.Context(), rs); err != nil {
					t.Fatal(err)
				}
			}
		}
		shut(t, b)
		if s.Received() != most {
			t.Errorf("%d receipts, not %d", s.Received(), most)
		}
	}
	ask(0)
	bring(t, stick, centre)
	ask(len(a.Records))
	before := len(files(t, stick))
	bring(t, stick, centre)
	if after := len(files(t, stick)); after != before {
		t.Errorf("they are asked for once more: %d files became %d", before, after)
	}
}
