package hub_test

import (
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

func TestARecordGoesThroughTwoHubsAndItsReceiptComesBack(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	village, town := newStation(t, root, "village", hub.Quota{}), newStation(t, root, "town", hub.Quota{})
	town.now = town.now.Add(time.Hour)
	d := newPerson(t, root)
	for i := range 20 {
		d.Respond(fmt.Sprint("answer ", i))
	}
	d.Attach(3*batch.LeafSize + 100)

	d.visit(village.hub.Serve)
	for _, r := range d.Records {
		if got, err := d.box.State(t.Context(), r.ID); err != nil || got.State != storage.AtHub || got.Hub != "village" {
			t.Fatalf("after the village: %+v, %v", got, err)
		}
	}
	village.crash()
	village.up(town.hub.Serve)
	town.crash()
	town.up(centre.Serve)
	if err := centre.Missing(d.Author); err != nil {
		t.Fatal(err)
	}
	for _, r := range centre.Held()[d.Records[2].Chain] {
		if len(r.Path) != 2 || r.Path[0] != (batch.Stop{Hub: village.me.ID(), Time: village.now.Unix()}) || r.Path[1].Hub != town.me.ID() {
			t.Fatalf("the path is %+v", r.Path)
		}
	}
	town.crash()
	village.up(town.hub.Serve)
	village.crash()
	d.visit(village.hub.Serve)
	if d.received(root) != len(d.Records) {
		t.Errorf("%d of %d receipts came back", d.received(root), len(d.Records))
	}
	for _, s := range []*station{village, town} {
		if own, all := s.used(d.Identity.ID()); own > 8<<10 || own != all {
			t.Errorf("%s still carries %d bytes, %d of all", s.me.Card.Org, own, all)
		}
		if files := s.disk.Files(); slices.ContainsFunc(files, func(name string) bool { return len(name) > 64 }) {
			t.Errorf("%s still has a file of leaves: %v", s.me.Card.Org, files)
		}
	}
	if sent := village.up(town.hub.Serve); sent.Sent != 0 {
		t.Errorf("sent once more: %d", sent.Sent)
	}
}

func TestNothingIsLostWhenLinksAndHubsBreakAtAnyPoint(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := mathrand.New(mathrand.NewPCG(seed, 1))
			root := exchangetest.NewRoot(t)
			centre := exchangetest.NewKeeper(root, nil)
			a, b := newStation(t, root, "a", hub.Quota{}), newStation(t, root, "b", hub.Quota{})
			var devices []*person
			for range 3 {
				devices = append(devices, newPerson(t, root))
			}
			for range 40 {
				d := devices[r.IntN(3)]
				switch r.IntN(8) {
				case 0:
					d.Respond("a few words")
				case 1:
					d.Attach(1 + r.IntN(3*batch.LeafSize))
				case 2:
					a.crash()
				case 3:
					b.crash()
				case 4: // the village asks the town, or the centre
					to := []serve{b.hub.Serve, centre.Serve}[r.IntN(2)]
					attempt(t, a.box, a.hub.Self(), to, r)
				case 5:
					attempt(t, b.box, b.hub.Self(), centre.Serve, r)
				default:
					to := []serve{a.hub.Serve, b.hub.Serve, centre.Serve}[r.IntN(3)]
					d.ready()
					attempt(t, d.box, d.self(), to, r)
				}
				if err := errors.Join(a.box.Check(t.Context()), b.box.Check(t.Context())); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 { // the links hold from now on
				for _, d := range devices {
					d.visit(a.hub.Serve)
				}
				a.up(b.hub.Serve)
				b.up(centre.Serve)
				a.up(b.hub.Serve)
			}
			for i, d := range devices {
				d.visit(a.hub.Serve)
				if err := centre.Missing(d.Author); err != nil {
					t.Errorf("device %d: %v", i, err)
				}
				if d.received(root) != len(d.Records) {
					t.Errorf("device %d has %d of %d receipts", i, d.received(root), len(d.Records))
				}
			}
		})
	}
}

// attempt runs an exchange that may be cut.
func attempt(t *testing.T, out exchange.Outbox, self exchange.Peer, to serve, r *mathrand.Rand) {
	t.Helper()
	w := &wire{to: to, cut: int64(1 + r.IntN(20<<10))}
	exchange.Once(t.Context(), w, out, exchange.Options{Self: self})
	<-w.end
}

func TestAFullHubRefusesPolitelyAndHasRoomAgainLater(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	for _, c := range []struct {
		what  string
		quota hub.Quota
		code  batch.RefuseCode
	}{
		{"for one device", hub.Quota{Device: 30 << 10}, batch.RefusedQuota},
		{"for all", hub.Quota{Total: 30 << 10}, batch.RefusedFull},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := newStation(t, root, "radio", c.quota)
			d := newPerson(t, root)
			d.Respond("short")
			d.Attach(18 << 10)
			d.Attach(18 << 10)
			r := d.visit(s.hub.Serve)
			if len(r.Refused) != 1 || r.Refused[0].Code != c.code || !r.Refused[0].Code.Temporary() || r.Refused[0].After == 0 {
				t.Fatalf("refused: %+v", r.Refused)
			}
			s.up(centre.Serve)
			if r = d.visit(s.hub.Serve); len(r.Refused) != 0 {
				t.Fatalf("refused although there is room again: %+v", r.Refused)
			}
			s.up(centre.Serve)
			if err := centre.Missing(d.Author); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestManyDevicesAtOnceDoNotPassTheQuotaTogether(t *testing.T) {
	root := exchangetest.NewRoot(t)
	s := newStation(t, root, "radio", hub.Quota{Total: 100 << 10})
	var all sync.WaitGroup
	for range 16 {
		d := exchangetest.NewAuthor(t, root.Card, root.Token)
		for range 10 {
			d.Attach(1 << 10)
		}
		all.Go(func() {
			if _, err := s.hub.Accept(t.Context(), batch.Peer{}, d.Records, d.First()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if _, used := s.used(identity.ID{}); used > 100<<10 || used < 90<<10 {
		t.Errorf("%d bytes are held, the quota is %d", used, 100<<10)
	}
}

func TestADiskThatIsAlmostFullRefusesPolitely(t *testing.T) {
	root := exchangetest.NewRoot(t)
	s := newStation(t, root, "radio", hub.Quota{})
	d := newPerson(t, root)
	d.visit(s.hub.Serve)
	s.disk.SetCapacity(s.disk.Used() + 1<<20)
	letter := d.Respond("no room for this")
	outcomes, err := s.hub.Accept(t.Context(), d.self(), d.Records, nil)
	if err != nil || refusedAs(outcomes[0]) != "" || refusedAs(outcomes[1]) != "" || refusedAs(outcomes[2]) != batch.RefusedFull || outcomes[2].Refusal.Record != letter.ID {
		t.Errorf("what is known needs no room: %+v, %v", outcomes, err)
	}
	r := d.visit(s.hub.Serve)
	if len(r.Refused) != 1 || r.Refused[0].Code != batch.RefusedFull {
		t.Fatalf("refused: %+v", r.Refused)
	}
	s.disk.SetCapacity(0)
	if r = d.visit(s.hub.Serve); len(r.Refused) != 0 {
		t.Errorf("refused: %+v", r.Refused)
	}
}

func TestAHubTakesOnlyWhatItsOriginSigned(t *testing.T) {
	root := exchangetest.NewRoot(t)
	s := newStation(t, root, "radio", hub.Quota{})
	a, other := exchangetest.NewAuthor(t, root.Card, root.Token), exchangetest.NewRoot(t)
	elsewhere := other.Card
	elsewhere.Consultation = "another"
	letter := a.Respond("mine")
	for _, c := range []struct {
		what    string
		records []batch.Carried
		code    batch.RefuseCode
	}{
		{"before its registration", []batch.Carried{letter}, batch.RefusedUnknown},
		{"for another consultation", exchangetest.NewAuthor(t, elsewhere, other.Token).Records[:1], batch.RefusedElsewhere},
		{"after too many hubs", []batch.Carried{{Record: a.Records[0].Record, Path: make([]batch.Stop, batch.MaxPath)}}, batch.RefusedMalformed},
		{"registered", a.Records[:2], ""},
		{"with a signature that does not fit", []batch.Carried{forged(t, letter)}, batch.RefusedSignature},
		{"as it was made", []batch.Carried{letter}, ""},
		{"twice", []batch.Carried{letter, letter}, ""},
		{"with a gap", respond(a.Clone(), 2)[1:], batch.RefusedGap},
	} {
		outcomes, err := s.hub.Accept(t.Context(), batch.Peer{}, c.records, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		for _, o := range outcomes {
			if code := refusedAs(o); code != c.code {
				t.Errorf("%s: %q, want %q", c.what, code, c.code)
			}
		}
	}
	if held, err := s.hub.Have(t.Context(), []batch.Tail{{Chain: letter.Chain, First: 1, Top: letter.Have()}}); err != nil || len(held) != 1 || held[0] != letter.Have() {
		t.Errorf("held: %+v, %v", held, err)
	}
}

func refusedAs(o batch.Outcome) batch.RefuseCode {
	if o.Refusal == nil {
		return ""
	}
	return o.Refusal.Code
}

func respond(a *exchangetest.Author, n int) (records []batch.Carried) {
	for range n {
		records = append(records, a.Respond("more"))
	}
	return records
}

// forged changes the last byte of r, which is one of its signature.
func forged(t *testing.T, r batch.Carried) batch.Carried {
	t.Helper()
	raw := slices.Clone(r.Envelope)
	raw[len(raw)-1] ^= 1
	bad, err := batch.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return batch.Carried{Record: bad}
}

func TestADeviceThatWasSetBackGetsItsReceiptsAgain(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	s := newStation(t, root, "radio", hub.Quota{})
	d := newPerson(t, root)
	d.Respond("sent long ago")
	d.visit(s.hub.Serve)
	s.up(centre.Serve)
	d.visit(s.hub.Serve)
	if d.received(root) != 3 {
		t.Fatalf("%d of 3 receipts", d.received(root))
	}
	d.visit(s.hub.Serve) // has them all: the hub need not keep them
	restored := install(t, root, d.Author)
	for range 2 {
		restored.visit(s.hub.Serve)
		s.crash()
		s.up(centre.Serve)
	}
	if restored.received(root) != 3 {
		t.Errorf("%d of 3 receipts", restored.received(root))
	}
	if offers, err := s.box.Offers(t.Context()); err != nil || len(offers) != 1 {
		t.Errorf("the hub still asks for them: %+v, %v", offers, err)
	}
}

func TestAHubThatIsToldAFalsePositionGoesOn(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	s := newStation(t, root, "radio", hub.Quota{})
	d, other := newPerson(t, root), newPerson(t, root)
	other.Respond("fills the log")
	other.visit(centre.Serve)
	d.Respond("one")
	d.visit(s.hub.Serve)
	for _, size := range []int64{1, 3, 5, 6, 1 << 40} {
		_, err := s.hub.Receipts(t.Context(), batch.Offer{Origin: d.Identity.ID(), Position: batch.Position{Size: size, Root: [32]byte{1}}})
		if err != nil {
			t.Fatal(err)
		}
		s.up(centre.Serve)
	}
	if err := centre.Missing(d.Author); err != nil {
		t.Fatal(err)
	}
	d.visit(s.hub.Serve)
	s.up(centre.Serve)
	d.visit(s.hub.Serve)
	if d.received(root) != 3 {
		t.Errorf("%d of 3 receipts", d.received(root))
	}
	if f, err := s.box.Fork(t.Context()); err != nil || f != nil {
		t.Errorf("the centre is accused of a fork: %+v, %v", f, err)
	}
}

func TestAHubIsAnInbox(t *testing.T) {
	exchangetest.Inbox(t, func(t *testing.T) exchangetest.InboxUnderTest {
		root := exchangetest.NewRoot(t)
		s := newStation(t, root, "radio", hub.Quota{})
		return exchangetest.InboxUnderTest{Inbox: s.hub, Self: s.hub.Self(), Centre: root.Card, Token: root.Token}
	})
}
