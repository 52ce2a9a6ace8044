package storage_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

var (
	_ exchange.Outbox = (*storage.Mailbox)(nil)
	_ hub.Custody     = (*storage.Mailbox)(nil)
)

// A person has a device: what they made, and the store it is in.
type person struct {
	*exchangetest.Author
	t      *testing.T
	box    *storage.Mailbox
	store  *storage.Store
	disk   *simdisk.Disk // nil: the store is on real files
	dir    string
	now    time.Time
	put    int // of Author.Records, in the mailbox
	told   []batch.Have
	invite identity.Invite
}

func invitation(root exchangetest.Root) identity.Invite {
	return identity.Invite{Consultation: root.Card.Consultation, Addresses: []string{"https://centre.example"},
		Root: root.Card.Root(), Recipients: root.Card.RecipientsHash(), Token: root.Token, Centre: &root.Card}
}

// newPerson opens a device on a simulated disk and joins it.
func newPerson(t *testing.T, root exchangetest.Root, seed uint64) *person {
	t.Helper()
	return join(&person{Author: exchangetest.NewAuthor(t, root.Card, root.Token), t: t, disk: simdisk.New(seed), dir: "/device", invite: invitation(root)})
}

// onFiles opens a device on real files, with Badger.
func onFiles(t *testing.T, root exchangetest.Root) *person {
	t.Helper()
	return join(&person{Author: exchangetest.NewAuthor(t, root.Card, root.Token), t: t, dir: t.TempDir(), invite: invitation(root)})
}

func join(p *person) *person {
	p.t.Helper()
	p.now = time.Unix(1_800_000_000, 0)
	p.start()
	if err := p.box.Join(p.t.Context(), p.invite); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// start opens what is on the disk.
func (p *person) start() {
	p.t.Helper()
	opt := storage.Options{}
	if p.disk != nil {
		opt = storage.Options{FS: p.disk, MemoryIndex: true}
	}
	p.store = open(p.t, p.dir, opt)
	p.box = mailbox(p.t, p.store, p.Identity.ID(), storage.MailboxOptions{
		Clock:    func() time.Time { return p.now },
		Diverged: func(_ context.Context, h batch.Have) (bool, error) { p.told = append(p.told, h); return true, nil },
	})
}

// crash takes the power away and starts again. Real files are only closed.
func (p *person) crash() {
	p.t.Helper()
	if p.disk != nil {
		p.disk.Crash()
	} else if err := p.store.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.start()
}

// mailbox opens a mailbox that is checked when the test ends.
func mailbox(t *testing.T, s *storage.Store, self identity.ID, o storage.MailboxOptions) *storage.Mailbox {
	t.Helper()
	m, err := storage.NewMailbox(t.Context(), s, self, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Check(context.Background()); err != nil && !errors.Is(err, simdisk.ErrCrashed) && !errors.Is(err, storage.ErrClosed) {
			t.Errorf("at the end of the test: %v", err)
		}
	})
	return m
}

// ready brings into the mailbox what was made since.
func (p *person) ready() {
	p.t.Helper()
	var records []batch.Record
	var files []storage.OwnFile
	for _, r := range p.Records[p.put:] {
		records = append(records, r.Record)
		if f, found := p.Files[r.ID]; found {
			hash, size, err := p.store.Blobs().Put(p.t.Context(), bytes.NewReader(f.Plain))
			if err != nil {
				p.t.Fatal(err)
			}
			files = append(files, storage.OwnFile{Record: r.ID, Blob: hash, Size: size, Key: f.Key})
		}
	}
	err := p.store.Update(p.t.Context(), func(tx *storage.Tx) error { return p.box.Append(tx, records, files) })
	if err != nil {
		p.t.Fatal(err)
	}
	p.put = len(p.Records)
}

// send runs one exchange with whoever serves.
func (p *person) send(serve func(context.Context, exchange.Conn) (exchange.Report, error)) exchange.Report {
	p.t.Helper()
	r, err := meet(p.t, p.box, exchange.Peer{ID: p.Identity.ID(), Role: batch.RoleDevice}, serve)
	if err != nil {
		p.t.Fatalf("exchange: %v", err)
	}
	return r
}

// meet runs one exchange between two parties in this process.
func meet(t *testing.T, out exchange.Outbox, self exchange.Peer, serve func(context.Context, exchange.Conn) (exchange.Report, error)) (exchange.Report, error) {
	t.Helper()
	caller, server := exchangetest.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := serve(context.Background(), server)
		done <- err
	}()
	r, err := exchange.Run(t.Context(), caller, out, exchange.Options{Self: self})
	if served := <-done; err == nil {
		err = served
	}
	return r, err
}

func (p *person) state(r batch.Carried) storage.Delivery {
	p.t.Helper()
	d, err := p.box.State(p.t.Context(), r.ID)
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

func TestARecordIsOnTheDeviceThenAtTheHubThenReceived(t *testing.T) {
	root := exchangetest.NewRoot(t)
	t.Run("simulated disk", func(t *testing.T) { journey(t, root, newPerson(t, root, 1)) })
	t.Run("real files", func(t *testing.T) { journey(t, root, onFiles(t, root)) })
}

func journey(t *testing.T, root exchangetest.Root, p *person) {
	letter := p.Respond("we were never asked")
	p.ready()
	if d := p.state(letter); d.State != storage.OnDevice || d.Since != p.now.Unix() || len(d.History) != 1 {
		t.Errorf("before anything was sent: %+v", d)
	}
	made := p.now.Unix()

	keeper, err := identity.New(rand.Reader, "Radio Amani", "studio")
	if err != nil {
		t.Fatal(err)
	}
	p.now = p.now.Add(time.Hour)
	p.send(exchangetest.NewKeeper(root, keeper).Serve)
	if d := p.state(letter); d.State != storage.AtHub || d.Hub != "test hub" || d.Since != p.now.Unix() || d.HubTime != 1 {
		t.Errorf("after the hub: %+v", d)
	}

	p.now = p.now.Add(time.Hour)
	p.crash()
	p.send(exchangetest.NewKeeper(root, nil).Serve)
	d := p.state(letter)
	if d.State != storage.Received || d.Since != p.now.Unix() || d.Receipt == nil {
		t.Fatalf("after the centre: %+v", d)
	}
	if err := d.Receipt.Check(exchangetest.LogName(root.Card)); err != nil || d.Receipt.Record != letter.ID {
		t.Errorf("its receipt: %v", err)
	}
	var what []storage.EventKind
	for _, e := range d.History {
		what = append(what, e.What)
	}
	if d.History[0].Time != made || fmt.Sprint(what) != fmt.Sprint([]storage.EventKind{
		storage.EventReady, storage.EventDelivered, storage.EventCustody, storage.EventDelivered, storage.EventReceived}) {
		t.Errorf("its history: %+v", d.History)
	}
	if n, bytes, err := p.box.Pending(t.Context()); n != 0 || bytes != 0 || err != nil {
		t.Errorf("still pending: %d records, %d bytes, %v", n, bytes, err)
	}
}

func TestAMailboxIsAnOutbox(t *testing.T) {
	exchangetest.Outbox(t, func(t *testing.T, c identity.Centre, token [16]byte) exchangetest.OutboxUnderTest {
		p := newPerson(t, exchangetest.Root{Card: c, Token: token}, 1)
		for range 3 {
			p.Respond("an answer")
		}
		p.Attach(2*batch.LeafSize + 1)
		p.ready()
		return exchangetest.OutboxUnderTest{Outbox: p.box, Self: exchange.Peer{ID: p.Identity.ID(), Role: batch.RoleDevice}}
	})
}

// What is held long since must cost nothing: people keep their device for
// years, and a hub carries for thousands.
func TestTheCostOfAnOfferDoesNotDependOnWhatIsHeld(t *testing.T) {
	root := exchangetest.NewRoot(t)
	centre := exchangetest.NewKeeper(root, nil)
	p := newPerson(t, root, 1)
	cost := func() float64 {
		p.Respond("the one that waits")
		p.ready()
		return testing.AllocsPerRun(20, func() {
			if o := p.offer(); len(o.Tails) != 1 || o.Tails[0].First != o.Tails[0].Top.Seq {
				t.Fatalf("offers %+v", o)
			}
		})
	}
	p.ready()
	p.send(centre.Serve)
	few := cost()
	for range 500 {
		p.Respond("an old one")
	}
	p.ready()
	p.send(centre.Serve)
	if many := cost(); many > few+10 {
		t.Errorf("%.0f allocations with few records, %.0f with many", few, many)
	}
}

func TestWhatAPeerSaidAgainstARecordIsShownUntilAnotherTakesIt(t *testing.T) {
	root := exchangetest.NewRoot(t)
	p := newPerson(t, root, 1)
	letter := p.Respond("is there room?")
	p.ready()
	ctx := t.Context()
	full := exchange.Peer{ID: identity.ID{7}, Role: batch.RoleHub, Name: "full hub"}
	if err := p.box.Refused(ctx, full, batch.Refusal{Record: letter.ID, Code: batch.RefusedFull, After: 900}); err != nil {
		t.Fatal(err)
	}
	d := p.state(letter)
	if last := d.History[len(d.History)-1]; d.Refusal == nil || d.Refusal.Code != batch.RefusedFull || d.Refusal.After != 900 || last.Where != "full hub" {
		t.Fatalf("it waits for %+v, history %+v", d.Refusal, d.History)
	}
	if err := p.box.Refused(ctx, full, batch.Refusal{Code: batch.RefusedBusy}); err != nil { // the whole run
		t.Fatal(err)
	}
	p.now = p.now.Add(time.Minute)
	if err := p.box.Delivered(ctx, exchange.Peer{ID: identity.ID{8}, Name: "another"}, []batch.Have{letter.Have()}); err != nil {
		t.Fatal(err)
	}
	if d := p.state(letter); d.Refusal != nil || d.State != storage.OnDevice {
		t.Errorf("another has taken it, and it waits for %+v", d.Refusal)
	}
	if _, err := p.box.State(ctx, batch.RecordID{1}); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("the state of a record that is not here: %v", err)
	}
}
