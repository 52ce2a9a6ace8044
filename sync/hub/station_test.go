package hub_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
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

// A station is a hub with its store on a simulated disk.
type station struct {
	t     *testing.T
	me    *identity.Identity
	root  exchangetest.Root
	quota hub.Quota
	disk  *simdisk.Disk
	store *storage.Store
	box   *storage.Mailbox
	hub   *hub.Hub
	now   time.Time
}

func newStation(t *testing.T, root exchangetest.Root, name string, quota hub.Quota) *station {
	t.Helper()
	me, err := identity.New(rand.Reader, name, "box")
	if err != nil {
		t.Fatal(err)
	}
	s := &station{t: t, me: me, root: root, quota: quota, disk: simdisk.New(1), now: time.Unix(1_800_000_000, 0)}
	s.start()
	t.Cleanup(func() { shut(t, s.store, s.box) })
	return s
}

// open opens the store on a disk, and a mailbox that has joined.
func open(t *testing.T, disk *simdisk.Disk, root exchangetest.Root, self identity.ID, clock func() time.Time) (*storage.Store, *storage.Mailbox) {
	t.Helper()
	store, err := storage.Open(t.Context(), "/store", storage.Options{FS: disk, MemoryIndex: true, NoBallast: true})
	if err != nil {
		t.Fatal(err)
	}
	box, err := storage.NewMailbox(t.Context(), store, self, storage.MailboxOptions{Clock: clock})
	if err == nil {
		err = box.Join(t.Context(), identity.Invite{Consultation: root.Card.Consultation,
			Root: root.Card.Root(), Recipients: root.Card.RecipientsHash(), Token: root.Token, Centre: &root.Card})
	}
	if err != nil {
		t.Fatal(err)
	}
	return store, box
}

// shut ends a store, whose mailbox must not contradict itself.
func shut(t *testing.T, store *storage.Store, box *storage.Mailbox) {
	if err := errors.Join(box.Check(context.Background()), store.Close()); err != nil {
		t.Errorf("at the end of the test: %v", err)
	}
}

func (s *station) start() {
	s.t.Helper()
	clock := func() time.Time { return s.now }
	s.store, s.box = open(s.t, s.disk, s.root, s.me.ID(), clock)
	var err error
	if s.hub, err = hub.New(hub.Options{Custody: s.box, Identity: s.me, Quota: s.quota, Clock: clock}); err != nil {
		s.t.Fatal(err)
	}
}

// crash takes the power away and starts again.
func (s *station) crash() {
	s.t.Helper()
	s.disk.Crash()
	s.store.Close()
	s.start()
}

type serve func(context.Context, exchange.Conn) (exchange.Report, error)

// wire is a Transport to somebody in this process; cut, if positive, is after
// how many bytes upwards it breaks.
type wire struct {
	to  serve
	cut int64
	end chan struct{}
}

func (w *wire) Peer() string { return "somebody in this process" }

func (w *wire) Open(context.Context) (exchange.Conn, error) {
	caller, server := exchangetest.Pipe()
	w.end = make(chan struct{})
	go func() {
		defer close(w.end)
		w.to(context.Background(), server)
	}()
	if w.cut > 0 {
		caller = exchangetest.Cut(caller, w.cut, 1<<40)
	}
	return caller, nil
}

// up has the hub bring on what it carries.
func (s *station) up(to serve) exchange.Report {
	s.t.Helper()
	w := &wire{to: to}
	r, err := s.hub.Forward(s.t.Context(), w, nil)
	<-w.end
	if err != nil {
		s.t.Fatalf("%s forwards: %v", s.me.Card.Org, err)
	}
	return r
}

// A person has a device with a mailbox of its own.
type person struct {
	*exchangetest.Author
	t     *testing.T
	store *storage.Store
	box   *storage.Mailbox
	put   int // of Author.Records, in the mailbox
}

func newPerson(t *testing.T, root exchangetest.Root) *person {
	t.Helper()
	return install(t, root, exchangetest.NewAuthor(t, root.Card, root.Token))
}

// install puts what an author has made into an empty store.
func install(t *testing.T, root exchangetest.Root, a *exchangetest.Author) *person {
	t.Helper()
	p := &person{Author: a, t: t}
	p.store, p.box = open(t, simdisk.New(1), root, p.Identity.ID(), time.Now)
	t.Cleanup(func() { shut(t, p.store, p.box) })
	return p
}

// ready brings into the mailbox what was made since.
func (p *person) ready() {
	p.t.Helper()
	err := p.store.Update(p.t.Context(), func(tx *storage.Tx) error {
		for _, r := range p.Records[p.put:] {
			var files []storage.OwnFile
			if f, found := p.Files[r.ID]; found {
				hash, size, err := p.store.Blobs().Put(p.t.Context(), bytes.NewReader(f.Plain))
				if err != nil {
					return err
				}
				files = []storage.OwnFile{{Record: r.ID, Blob: hash, Size: size, Key: f.Key}}
			}
			if err := p.box.Append(tx, []batch.Record{r.Record}, files); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.put = len(p.Records)
}

// visit runs one exchange with a hub or the centre.
func (p *person) visit(to serve) exchange.Report {
	p.t.Helper()
	p.ready()
	w := &wire{to: to}
	r, err := exchange.Once(p.t.Context(), w, p.box, exchange.Options{Self: p.self()})
	<-w.end
	if err != nil {
		p.t.Fatalf("a device's visit: %v", err)
	}
	return r
}

func (p *person) self() exchange.Peer {
	return exchange.Peer{ID: p.Identity.ID(), Role: batch.RoleDevice}
}

// received counts the receipts that have come, each checked once more.
func (p *person) received(root exchangetest.Root) (n int) {
	p.t.Helper()
	for _, r := range p.Records {
		receipt, found, err := p.box.Receipt(p.t.Context(), r.ID)
		if err == nil && found {
			err = receipt.Check(exchangetest.LogName(root.Card))
			n++
		}
		if err != nil {
			p.t.Error(err)
		}
	}
	return n
}

func (s *station) used(id identity.ID) (own, all int64) {
	s.t.Helper()
	own, all, err := s.box.Usage(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return own, all
}
