package storage_test

import (
	"crypto/rand"
	"errors"
	"testing"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

// receiptsOf asks a centre for what an offer lacks.
func receiptsOf(t *testing.T, k *exchangetest.Keeper, o batch.Offer) batch.Receipts {
	t.Helper()
	rs, err := k.Receipts(t.Context(), o)
	if err != nil || len(rs) != 1 {
		t.Fatalf("%d receipts, %v", len(rs), err)
	}
	return rs[0]
}

func (p *person) offer() batch.Offer {
	p.t.Helper()
	offers, err := p.box.Offers(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return offers[0]
}

func (p *person) received() (n int) {
	p.t.Helper()
	for _, r := range p.Records {
		if _, found, err := p.box.Receipt(p.t.Context(), r.ID); err != nil {
			p.t.Fatal(err)
		} else if found {
			n++
		}
	}
	return n
}

func (p *person) fork() *storage.LogFork {
	p.t.Helper()
	f, err := p.box.Fork(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return f
}

func TestOnlyReceiptsThatProveWhatTheySayAreKept(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	p.Respond("one")
	p.Respond("two")
	p.ready()
	centre := exchangetest.NewKeeper(root, nil)
	centre.Accept(t.Context(), batch.Peer{}, p.Records, nil)
	good := receiptsOf(t, centre, p.offer())

	for _, c := range []struct {
		what   string
		change func(rs *batch.Receipts)
	}{
		{"another index", func(rs *batch.Receipts) { rs.Entries[0].Index += 4 }},
		{"another record", func(rs *batch.Receipts) { rs.Entries[1].Record[5] ^= 1 }},
		{"another root", func(rs *batch.Receipts) { rs.Checkpoint.Hash[0] ^= 1 }},
		{"another time", func(rs *batch.Receipts) { rs.Checkpoint.Time++ }},
		{"no signature", func(rs *batch.Receipts) { rs.Checkpoint.Signature = nil }},
		{"a longer proof", func(rs *batch.Receipts) { rs.Proof = append(rs.Proof, [32]byte{}) }},
	} {
		bad, err := batch.DecodeReceipts(good.Encode())
		if err != nil {
			t.Fatal(err)
		}
		c.change(&bad)
		if err := p.box.TakeReceipts(t.Context(), bad); !errors.Is(err, batch.ErrReceipt) || p.received() != 0 {
			t.Errorf("%s: %v, %d kept", c.what, err, p.received())
		}
	}
	for _, verdict := range []error{nil, batch.ErrKnown} { // twice is once
		if err := p.box.TakeReceipts(t.Context(), good); err != verdict || p.received() != len(p.Records) {
			t.Errorf("genuine: %v, %d of %d kept", err, p.received(), len(p.Records))
		}
	}
	if p.fork() != nil {
		t.Errorf("evidence of a fork: %+v", p.fork())
	}
}

func TestALogThatWasChangedAfterTheFactIsNoticedAndNothingOfItBelieved(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	p.ready()
	honest, second := exchangetest.NewKeeper(root, nil), exchangetest.NewKeeper(root, nil)
	honest.Accept(t.Context(), batch.Peer{}, p.Records, nil)
	if err := p.box.TakeReceipts(t.Context(), receiptsOf(t, honest, p.offer())); err != nil {
		t.Fatal(err)
	}
	before := p.received()

	stranger := exchangetest.NewAuthor(t, root.Card, root.Token)
	second.Accept(t.Context(), batch.Peer{}, stranger.Records[:1], nil) // stands where p's first stood
	second.Accept(t.Context(), batch.Peer{}, p.Records[:1], nil)
	o := p.offer()
	o.Tails = []batch.Tail{{Chain: p.Records[0].Chain, First: 1, Top: p.Records[1].Have()}}
	forked := receiptsOf(t, second, o)
	if err := p.box.TakeReceipts(t.Context(), forked); !errors.Is(err, batch.ErrFork) {
		t.Fatalf("a forked log: %v", err)
	}
	p.crash()
	f := p.fork()
	if p.received() != before || f == nil || f.Before.Size != int64(before) {
		t.Fatalf("%d receipts, before %d; evidence %+v", p.received(), before, f)
	}
	if kept, err := batch.DecodeReceipts(f.Receipts); err != nil || kept.Checkpoint.Hash != forked.Checkpoint.Hash {
		t.Errorf("the evidence is %+v, %v", kept, err)
	}
	p.Respond("one more")
	p.ready()
	honest.Accept(t.Context(), batch.Peer{}, p.Records, nil)
	if err := p.box.TakeReceipts(t.Context(), receiptsOf(t, honest, p.offer())); err != nil || p.received() != len(p.Records) {
		t.Errorf("the log as it was, and longer: %v", err)
	}
}

func TestReceiptsFromAnotherCheckpointAreAskedForAgain(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	p.ready()
	centre := exchangetest.NewKeeper(root, nil)
	centre.Accept(t.Context(), batch.Peer{}, p.Records, nil)
	nowhere := p.offer() // before it stood anywhere in the log
	if err := p.box.TakeReceipts(t.Context(), receiptsOf(t, centre, nowhere)); err != nil {
		t.Fatal(err)
	}
	p.Respond("more")
	p.ready()
	centre.Accept(t.Context(), batch.Peer{}, p.Records, nil)
	o := p.offer()
	late := o
	late.Position = batch.Position{}
	before := p.received()
	if err := p.box.TakeReceipts(t.Context(), receiptsOf(t, centre, late)); !errors.Is(err, batch.ErrUnlinked) || p.received() != before {
		t.Errorf("unlinked: %v", err)
	}
	if again := p.offer(); again.Position != o.Position || len(again.Tails) != 1 {
		t.Errorf("asks from %+v, stood at %+v", again, o)
	}
	if err := p.box.TakeReceipts(t.Context(), receiptsOf(t, centre, p.offer())); err != nil || p.received() != len(p.Records) {
		t.Errorf("linked: %v", err)
	}
}

func TestACentresCardMustBeTheInvites(t *testing.T) {
	root, other := exchangetest.NewRoot(t), exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	ctx := t.Context()
	if err := p.box.TakeCentre(ctx, other.Card); !errors.Is(err, identity.ErrOtherRoot) {
		t.Errorf("another root: %v", err)
	}
	if err := p.box.Join(ctx, invitation(other)); !errors.Is(err, storage.ErrJoined) {
		t.Errorf("a second invite, to another centre: %v", err)
	}
	older := root.Card
	older.Issued = 0
	if err := p.box.TakeCentre(ctx, older); !errors.Is(err, identity.ErrCentre) {
		t.Errorf("a card whose date was changed: %v", err)
	}
	p.crash()
	if c, err := p.box.Centre(ctx); err != nil || c == nil || c.Root() != root.Card.Root() {
		t.Errorf("the card kept: %+v, %v", c, err)
	}
	if v, joined, err := p.box.Invite(ctx); err != nil || !joined || v.Token != root.Token {
		t.Errorf("the invite kept: %+v, %v", v, err)
	}
	empty := mailbox(t, open(t, "/other", onDisk(2)), p.Identity.ID(), storage.MailboxOptions{})
	if err := empty.TakeCentre(ctx, root.Card); !errors.Is(err, storage.ErrNotJoined) {
		t.Errorf("before an invite: %v", err)
	}
	if err := empty.TakeReceipts(ctx, batch.Receipts{}); !errors.Is(err, storage.ErrNoCentre) {
		t.Errorf("receipts before a card: %v", err)
	}
}

func TestACopiedFolderIsNoticedAndStartsAnew(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	p := newPerson(t, root, 1)
	p.Respond("sent before the copy")
	p.ready()
	p.send(centre.Serve)

	// The copy has the same chains and goes on with them before we do.
	copied := p.Author.Clone()
	copied.Respond("by the copy")
	if _, err := centre.Accept(t.Context(), batch.Peer{}, copied.Records, nil); err != nil {
		t.Fatal(err)
	}
	mine := p.Respond("by us")
	p.ready()
	p.send(centre.Serve)
	if len(p.told) != 1 || p.told[0].Hash != copied.Records[len(copied.Records)-1].ID.Hash8() {
		t.Fatalf("told of %+v", p.told)
	}
	if d := p.state(mine); d.State != storage.OnDevice {
		t.Errorf("what the centre does not have: %+v", d)
	}

	err := p.store.Update(t.Context(), func(tx *storage.Tx) error { return p.box.Abandon(tx) })
	if err != nil {
		t.Fatal(err)
	}
	if o := p.offer(); len(o.Tails) != 0 {
		t.Errorf("what was abandoned is still offered: %+v", o.Tails)
	}
	if d := p.state(mine); !d.Abandoned {
		t.Errorf("its state: %+v", d)
	}
	lost := p.Respond("still in the old chain")
	err = p.store.Update(t.Context(), func(tx *storage.Tx) error { return p.box.Append(tx, []batch.Record{lost.Record}, nil) })
	if !errors.Is(err, storage.ErrChain) {
		t.Errorf("what nobody would ever send was taken: %v", err)
	}
	p.put = len(p.Records)
	p.Renew()
	again := p.Respond("by us")
	p.ready()
	p.send(centre.Serve)
	if d := p.state(again); d.State != storage.Received || len(p.told) != 1 {
		t.Errorf("enveloped anew: %+v, told %d times", d, len(p.told))
	}
}

func TestAnOwnChainHasNoGapsAndNoStrangers(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	p.ready()
	one, two := p.Respond("one"), p.Respond("two")
	copied := p.Author.Clone()
	three, other := p.Respond("three"), copied.Respond("another third")
	stranger := exchangetest.NewAuthor(t, root.Card, root.Token)
	file := p.Attach(10)
	add := func(rs ...batch.Carried) error {
		return p.store.Update(t.Context(), func(tx *storage.Tx) error {
			var records []batch.Record
			for _, r := range rs {
				records = append(records, r.Record)
			}
			return p.box.Append(tx, records, nil)
		})
	}
	for _, c := range []struct {
		what    string
		records []batch.Carried
		good    bool
	}{
		{"a gap", []batch.Carried{two}, false},
		{"a good one before a gap", []batch.Carried{one, three}, false},
		{"two in order", []batch.Carried{one, two}, true},
		{"the same again", []batch.Carried{two}, false},
		{"a third", []batch.Carried{three}, true},
		{"another third", []batch.Carried{other}, false},
		{"another device's", stranger.Records[:1], false},
		{"an attachment without its file", []batch.Carried{file}, false},
	} {
		if err := add(c.records...); (err == nil) != c.good {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	err := p.store.View(t.Context(), func(tx *storage.Tx) error {
		top, err := p.box.Tail(tx, three.Chain)
		if top != three.Have() {
			t.Errorf("the chain ends with %+v", top)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.put = len(p.Records)
}

func TestACustodyOfOthersRecordsChangesNothing(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	letter := p.Respond("ours")
	p.ready()
	keeper, err := identity.New(rand.Reader, "Radio", "box")
	if err != nil {
		t.Fatal(err)
	}
	lie := letter.Have()
	lie.Hash[0] ^= 1
	for _, held := range [][]batch.Have{{lie}, {exchangetest.NewAuthor(t, root.Card, root.Token).Records[1].Have()}} {
		word := batch.SignCustody(keeper, batch.Custody{Name: "Radio", Held: held, Time: 5})
		if err := p.box.TakeCustody(t.Context(), word); err != nil {
			t.Error(err)
		}
	}
	word := batch.SignCustody(keeper, batch.Custody{Name: "Radio", Held: []batch.Have{letter.Have()}, Time: 5})
	word.Name = "Another"
	if err := p.box.TakeCustody(t.Context(), word); !errors.Is(err, batch.ErrCustody) {
		t.Errorf("a changed name: %v", err)
	}
	if d := p.state(letter); d.State != storage.OnDevice {
		t.Errorf("it is said to be at %q", d.Hub)
	}
}
