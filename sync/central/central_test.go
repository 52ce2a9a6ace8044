package central_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const consultation = "annex-2"

// A centre over a store, with the keys that init made.
type centre struct {
	*central.Server
	store  central.Store
	dir    string
	keys   central.Keys
	invite identity.Invite
	now    time.Time
}

func newCentre(t testing.TB, store central.Store) *centre {
	t.Helper()
	c := &centre{store: store, dir: t.TempDir() + "/keys", now: time.Unix(1_800_000_000, 0)}
	var err error
	if c.invite, err = central.Init(t.Context(), c.dir, central.InitOptions{Name: "Test centre", Consultation: consultation,
		Addresses: []string{"http://localhost:1"}, Store: store}); err != nil {
		t.Fatal(err)
	}
	if c.keys, err = central.Load(c.dir); err != nil {
		t.Fatal(err)
	}
	c.restart(t)
	return c
}

func (c *centre) restart(t testing.TB) {
	t.Helper()
	s, err := central.New(t.Context(), central.Options{Store: c.store, Centre: c.keys.Centre, LogKey: c.keys.LogKey,
		Now: func() time.Time { return c.now }})
	if err != nil {
		t.Fatal(err)
	}
	c.Server = s
}

func (c *centre) accept(t testing.TB, records ...batch.Record) []exchange.Outcome {
	t.Helper()
	var carried []batch.Carried
	for _, r := range records {
		carried = append(carried, batch.Carried{Record: r})
	}
	out, err := c.Accept(t.Context(), exchange.Peer{}, carried, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *centre) author(t testing.TB, name string) *centraltest.Author {
	t.Helper()
	a := centraltest.NewAuthor(t, consultation, name)
	if o := c.accept(t, a.Register(c.invite.Token), a.Begin()); o[0].Refusal != nil || o[1].Refusal != nil {
		t.Fatal(o[0].Refusal, o[1].Refusal)
	}
	return a
}

// An inbox is what unproven asks of a centre; tests also hand it broken ones.
type inbox interface {
	Accept(ctx context.Context, from exchange.Peer, records []batch.Carried, first map[batch.Chain]batch.Seq) ([]exchange.Outcome, error)
	Receipts(ctx context.Context, o batch.Offer) ([]batch.Receipts, error)
}

// unproven sends records of one origin and lists those that were accepted and
// have no receipt that the device can check.
func unproven(ctx context.Context, in inbox, log batch.Log, records []batch.Record) ([]batch.RecordID, error) {
	offer := batch.Offer{Origin: records[0].Origin}
	var missing []batch.RecordID
	for _, r := range records {
		out, err := in.Accept(ctx, exchange.Peer{}, []batch.Carried{{Record: r}}, nil)
		if err != nil {
			return nil, err
		}
		if out[0].Refusal == nil {
			missing = append(missing, r.ID)
		}
		if !slices.ContainsFunc(offer.Tails, func(t batch.Tail) bool { return t.Chain == r.Chain }) {
			offer.Tails = append(offer.Tails, batch.Tail{Chain: r.Chain, First: 1, Top: r.Have()})
		}
	}
	all, err := in.Receipts(ctx, offer)
	if err != nil {
		return missing, err
	}
	for _, rs := range all {
		receipts, err := rs.Check(log, batch.Checkpoint{})
		if err != nil {
			return missing, err
		}
		for _, r := range receipts {
			if r.Check(log) == nil {
				missing = slices.DeleteFunc(missing, func(id batch.RecordID) bool { return id == r.Record })
			}
		}
	}
	return missing, nil
}

func TestEveryAcceptedRecordHasAProvenReceipt(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := centraltest.NewAuthor(t, consultation, "a")
	records := []batch.Record{a.Register(c.invite.Token), a.Begin()}
	for i := range 30 {
		records = append(records, a.Text(fmt.Sprint(i)))
	}
	missing, err := unproven(t.Context(), c, c.Log(), records)
	if err != nil || len(missing) != 0 {
		t.Errorf("%d records were acknowledged without a receipt: %v", len(missing), err)
	}
}

func TestAnAcknowledgementWithoutLogEntryIsNoticed(t *testing.T) {
	store := centraltest.NewMemory()
	c := newCentre(t, &hidesTexts{store})
	a := centraltest.NewAuthor(t, consultation, "a")
	missing, err := unproven(t.Context(), c, c.Log(), []batch.Record{a.Register(c.invite.Token), a.Begin(), a.Text("1"), a.Text("2")})
	if err != nil {
		t.Fatal(err)
	}
	if len(missing) == 0 {
		t.Error("records without a log entry passed as received")
	}
}

// hidesTexts is a store whose sequencer never sees texts: they are acknowledged
// and not logged.
type hidesTexts struct{ *centraltest.Memory }

func (h *hidesTexts) Unlogged(ctx context.Context, max int) ([]batch.RecordID, error) {
	ids, err := h.Memory.Unlogged(ctx, max)
	return slices.DeleteFunc(ids, func(id batch.RecordID) bool {
		r, err := h.Record(ctx, id)
		return err != nil || r.Lane == batch.Text
	}), err
}

func TestStrangersAndForgeriesAreRefused(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	known := c.author(t, "known")
	stranger := centraltest.NewAuthor(t, consultation, "stranger")
	elsewhere := centraltest.NewAuthor(t, "another consultation", "elsewhere")
	forger := known.Clone()
	forger.Identity = &identity.Identity{Device: stranger.Device, Card: known.Card}
	forged := forger.Text("not theirs") // the origin's name under another key's signature
	noToken := centraltest.NewAuthor(t, consultation, "no token")
	stolen := stranger.Sign(stranger.Header(batch.Control, batch.KindRegistration, 0),
		batch.NewRegistration(known.Card, c.invite.Token)) // somebody else's registration, signed anew
	garbled := known.Clone().Sign(known.Header(batch.Attachments, batch.KindAttachment, 0), []byte("no leaf list"))
	for name, tc := range map[string]struct {
		r    batch.Record
		code batch.RefuseCode
	}{
		"never registered":    {stranger.Clone().Text("x"), batch.RefusedUnknown},
		"other consultation":  {elsewhere.Register(c.invite.Token), batch.RefusedElsewhere},
		"another's signature": {forged, batch.RefusedSignature},
		"a wrong token":       {noToken.Register([16]byte{1, 2, 3}), batch.RefusedToken},
		"another's proof":     {stolen, batch.RefusedToken},
		"no leaf list":        {garbled, batch.RefusedMalformed},
		"a garbled registration": {stranger.Clone().Sign(stranger.Clone().Header(batch.Control, batch.KindRegistration, 0), []byte{0xff}),
			batch.RefusedMalformed},
	} {
		out := c.accept(t, tc.r)
		if out[0].Refusal == nil || out[0].Refusal.Code != tc.code || out[0].Refusal.Record != tc.r.ID {
			t.Errorf("%s: %+v, want %s", name, out[0].Refusal, tc.code)
		}
		if _, err := c.store.Record(t.Context(), tc.r.ID); !errors.Is(err, central.ErrNotFound) {
			t.Errorf("%s: it was stored", name)
		}
	}
}

func TestARefusedRegistrationVouchesForNothing(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := centraltest.NewAuthor(t, consultation, "a")
	a.Register(c.invite.Token)                                         // never arrives
	out := c.accept(t, a.Register(c.invite.Token), a.Text("after it")) // a gap, and what builds on it
	if out[0].Refusal.Code != batch.RefusedGap || out[1].Refusal == nil || out[1].Refusal.Code != batch.RefusedUnknown {
		t.Errorf("%+v", out)
	}
}

func TestAnInviteServesAGroupUntilItIsWithdrawn(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	one, two := centraltest.NewAuthor(t, consultation, "one"), centraltest.NewAuthor(t, consultation, "two")
	registered, begun := one.Register(c.invite.Token), one.Begin()
	if out := c.accept(t, registered, two.Register(c.invite.Token)); out[0].Refusal != nil || out[1].Refusal != nil {
		t.Fatalf("two devices with one invite: %+v", out)
	}
	if err := c.store.WithdrawToken(t.Context(), c.invite.Token); err != nil {
		t.Fatal(err)
	}
	late := centraltest.NewAuthor(t, consultation, "late")
	if out := c.accept(t, late.Register(c.invite.Token)); out[0].Refusal == nil || out[0].Refusal.Code != batch.RefusedToken {
		t.Errorf("with a withdrawn invite: %+v", out)
	}
	restored := one.Clone()
	restored.Incarnation++
	for name, r := range map[string]batch.Record{"the same again": registered, "what they write": one.Text("1")} {
		if out := c.accept(t, begun, r); out[1].Refusal != nil {
			t.Errorf("who is registered, %s: %+v", name, out[1].Refusal)
		}
	}
}

func TestReceiptsContinueFromWhereTheDeviceStands(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := c.author(t, "a")
	first := a.Text("1")
	c.accept(t, first)
	ask := func(from batch.Checkpoint, seq batch.Seq) []batch.Receipts {
		t.Helper()
		all, err := c.Receipts(t.Context(), batch.Offer{Origin: a.ID(), Position: batch.Position{Size: from.Size, Root: from.Hash},
			Tails: []batch.Tail{{Chain: first.Chain, First: seq, Top: first.Have()}}})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	got := ask(batch.Checkpoint{}, 1)
	held := got[0].Checkpoint
	for i := range 7 { // the log grows by others' records too
		c.author(t, fmt.Sprint("other ", i))
	}
	c.accept(t, a.Text("2"), a.Text("3"))
	got = ask(held, 2)
	receipts, err := got[0].Check(c.Log(), held)
	if err != nil || len(receipts) != 2 || got[0].Since != held.Size {
		t.Fatalf("%d receipts since %d: %v", len(receipts), got[0].Since, err)
	}
	if all := ask(got[0].Checkpoint, 4); all != nil {
		t.Errorf("nothing new, and yet %d answers", len(all))
	}
	// A device that was shown another log must not be told that ours continues it.
	misled := held
	misled.Hash[0]++
	if got := ask(misled, 2); got[0].Since != 0 || got[0].Consistency != nil {
		t.Error("a consistency proof for a root that was never ours")
	}
	ahead := batch.Checkpoint{Size: 1000}
	if got := ask(ahead, 2); got[0].Since != 0 {
		t.Error("a consistency claim for a size that we never had")
	}
	// Nobody asks for another's records.
	other := centraltest.NewAuthor(t, consultation, "curious")
	all, err := c.Receipts(t.Context(), batch.Offer{Origin: other.ID(), Tails: []batch.Tail{{Chain: first.Chain, First: 1, Top: first.Have()}}})
	if err != nil || all != nil {
		t.Errorf("an offer of another origin's chain: %d answers, %v", len(all), err)
	}
}

func TestManyReceiptsComeInSeveralBatches(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := c.author(t, "a")
	var carried []batch.Carried
	for i := range batch.MaxReceipts + 5 {
		carried = append(carried, batch.Carried{Record: a.Text(fmt.Sprint(i))})
	}
	if _, err := c.Accept(t.Context(), exchange.Peer{}, carried, nil); err != nil {
		t.Fatal(err)
	}
	all, err := c.Receipts(t.Context(), batch.Offer{Origin: a.ID(), Tails: []batch.Tail{{Chain: carried[0].Chain, First: 1, Top: carried[0].Have()}}})
	if err != nil {
		t.Fatal(err)
	}
	var held batch.Checkpoint
	n := 0
	for _, rs := range all {
		receipts, err := rs.Check(c.Log(), held)
		if err != nil {
			t.Fatal(err)
		}
		held, n = rs.Checkpoint, n+len(receipts)
	}
	if len(all) != 2 || n != len(carried) {
		t.Errorf("%d receipts in %d batches", n, len(all))
	}
}

func TestAnAttachmentIsReceivedWithItsLastLeaf(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := c.author(t, "a")
	r, leaves := attachment(t, a, 3*batch.LeafSize)
	c.accept(t, r)
	tail := batch.Offer{Origin: a.ID(), Tails: []batch.Tail{{Chain: r.Chain, First: 1, Top: r.Have()}}}
	for i, l := range leaves {
		if all, err := c.Receipts(t.Context(), tail); err != nil || all != nil {
			t.Errorf("received with %d of %d leaves: %v", i, len(leaves), err)
		}
		if err := c.AcceptLeaf(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := c.Receipts(t.Context(), tail); err != nil || len(all) != 1 {
		t.Errorf("whole, and yet %d receipts: %v", len(all), err)
	}
	l := leaves[0]
	l.Attachment[0]++
	if err := c.AcceptLeaf(t.Context(), l); !errors.Is(err, batch.ErrLeaf) {
		t.Errorf("a leaf of an unknown attachment: %v", err)
	}
}

func attachment(t testing.TB, a *centraltest.Author, size int) (batch.Record, []batch.Leaf) {
	t.Helper()
	e := identity.Epoch{Number: a.Epoch, Key: [32]byte{1}}
	return a.Attachment(e, batch.Manifest{Key: e.Key}, make([]byte, size))
}

// Two front ends over one store are two sequencers.
func TestTwoFrontEndsWriteOneLog(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	one := c.Server
	c.restart(t)
	var wg sync.WaitGroup
	for i, s := range []*central.Server{one, c.Server, one, c.Server} {
		a := c.author(t, fmt.Sprint(i))
		wg.Go(func() {
			for k := range 25 {
				r := a.Text(fmt.Sprint(k))
				if missing, err := unproven(t.Context(), s, s.Log(), []batch.Record{r}); err != nil || len(missing) > 0 {
					t.Errorf("author %d, record %d: %d unproven, %v", i, k, len(missing), err)
				}
			}
		})
	}
	wg.Wait()
	cp, err := c.store.Checkpoint(t.Context())
	if err != nil || cp.Size != 4*27 {
		t.Errorf("the log has %d leaves, %v", cp.Size, err)
	}
	c.restart(t) // and its hashes fit
}

func TestWhatWasStoredWithoutALogEntryIsLoggedAtStart(t *testing.T) {
	store := centraltest.NewMemory()
	c := newCentre(t, store)
	a := c.author(t, "a")
	r := a.Text("stored when the power went")
	if _, err := store.Put(t.Context(), []central.Received{centraltest.Take(t, r, 1)}); err != nil {
		t.Fatal(err)
	}
	c.restart(t)
	if s, err := store.Record(t.Context(), r.ID); err != nil || s.Index < 0 {
		t.Errorf("index %d, %v", s.Index, err)
	}
}

func TestTheLogsTimeNeverRunsBackwards(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	a := c.author(t, "a")
	before, _ := c.store.Checkpoint(t.Context())
	c.now = c.now.AddDate(-20, 0, 0)
	r := a.Text("sent when the centre's clock was twenty years off")
	if out := c.accept(t, r); out[0].Refusal != nil {
		t.Fatal(out[0].Refusal)
	}
	after, _ := c.store.Checkpoint(t.Context())
	if after.Time < before.Time || after.Size != before.Size+1 {
		t.Errorf("checkpoint %+v after %+v", after, before)
	}
}

func TestAnotherCentresStoreIsRefused(t *testing.T) {
	store := centraltest.NewMemory()
	mine := newCentre(t, store)
	mine.author(t, "a")
	other := newCentre(t, centraltest.NewMemory())
	_, err := central.New(t.Context(), central.Options{Store: store, Centre: other.keys.Centre, LogKey: other.keys.LogKey})
	if !errors.Is(err, central.ErrOtherLog) {
		t.Errorf("another centre's store: %v", err)
	}
	_, err = central.New(t.Context(), central.Options{Store: store, Centre: mine.keys.Centre, LogKey: other.keys.LogKey})
	if !errors.Is(err, central.ErrOtherLog) {
		t.Errorf("another centre's log key: %v", err)
	}
	_, err = central.New(t.Context(), central.Options{Store: &damagedHashes{store}, Centre: mine.keys.Centre, LogKey: mine.keys.LogKey})
	if !errors.Is(err, central.ErrOtherLog) {
		t.Errorf("a damaged log: %v", err)
	}
}

type damagedHashes struct{ *centraltest.Memory }

func (d *damagedHashes) Hashes(ctx context.Context, at []int64) ([][32]byte, error) {
	hs, err := d.Memory.Hashes(ctx, at)
	for i := range hs {
		hs[i][0] ^= 1
	}
	return hs, err
}

// A store in trouble must not lead to an acknowledgement.
func TestTroubleWithTheStoreIsNoAcknowledgement(t *testing.T) {
	for _, method := range []string{"Put", "Append"} {
		c := newCentre(t, centraltest.NewMemory())
		a := c.author(t, "a")
		broken := &troubled{Memory: c.store.(*centraltest.Memory)}
		c.store = broken
		c.restart(t)
		broken.method = method
		r := a.Text("1")
		if out, err := c.Accept(t.Context(), exchange.Peer{}, []batch.Carried{{Record: r}}, nil); err == nil {
			t.Errorf("%s failed, and the outcome was %+v", method, out)
		}
		broken.method = ""
		if out := c.accept(t, r); out[0].Refusal != nil {
			t.Errorf("after the trouble with %s: %+v", method, out[0].Refusal)
		}
	}
}

type troubled struct {
	*centraltest.Memory
	method string
}

var errDisk = errors.New("no space left on device")

func (s *troubled) Put(ctx context.Context, rs []central.Received) ([]central.Placed, error) {
	if s.method == "Put" {
		return nil, errDisk
	}
	return s.Memory.Put(ctx, rs)
}

func (s *troubled) Append(ctx context.Context, from int64, leaves []batch.RecordID, hashes [][32]byte, c batch.Checkpoint) error {
	if s.method == "Append" {
		return errDisk
	}
	return s.Memory.Append(ctx, from, leaves, hashes, c)
}
