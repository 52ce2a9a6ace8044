package workspace_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/forms/xlsform"
	"baraza.example/storage"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

func TestMain(m *testing.M) {
	batch.WarmUp()
	os.Exit(m.Run())
}

// A centre is a real one over a store in memory.
type centre struct {
	t      *testing.T
	store  *centraltest.Memory
	root   ed25519.PrivateKey
	logKey ed25519.PrivateKey
	card   identity.Centre
	desk   []identity.RecipientKey
	invite identity.Invite
	mu     sync.Mutex
	server *central.Server
}

func newCentre(t *testing.T) *centre {
	t.Helper()
	c := &centre{t: t, store: centraltest.NewMemory()}
	var err error
	if _, c.root, err = ed25519.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, c.logKey, err = ed25519.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	for i := range identity.MinRecipients {
		c.desk = append(c.desk, newReader(t, fmt.Sprintf("reader %d", i+1)))
	}
	c.issue(c.desk...)
	if c.invite, err = central.NewInvite(t.Context(), c.store, c.card, []string{"https://centre.example"}, "everybody", time.Now(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	return c
}

func newReader(t *testing.T, name string) identity.RecipientKey {
	t.Helper()
	key, err := identity.NewRecipientKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue signs a card for these readers, later than the last one, and serves it.
func (c *centre) issue(readers ...identity.RecipientKey) {
	c.t.Helper()
	card := identity.Centre{Name: "Secretariat", Consultation: "wgstudy-2007", LogKey: c.logKey.Public().(ed25519.PublicKey), Issued: c.card.Issued + 1_700_000_000}
	if c.card.Issued > 0 {
		card.Issued = c.card.Issued + 1
	}
	for _, key := range readers {
		public, err := key.Public()
		if err != nil {
			c.t.Fatal(err)
		}
		card.Recipients = append(card.Recipients, public)
	}
	card, err := identity.SignCentre(c.root, card)
	if err != nil {
		c.t.Fatal(err)
	}
	server, err := central.New(c.t.Context(), central.Options{Store: c.store, Centre: card, LogKey: c.logKey})
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.card, c.server = card, server
}

// road leads to the centre. up and down are the bytes after which it breaks, at
// the first run; negative: it holds.
func (c *centre) road() *road { return &road{c: c, up: -1, down: -1} }

type road struct {
	c        *centre
	up, down int64
	over     sync.WaitGroup // once the centre has done what it could with what came
}

func (r *road) Peer() string { return "https://centre.example" }

func (r *road) Open(ctx context.Context) (exchange.Conn, error) {
	caller, server := exchangetest.Pipe()
	r.c.mu.Lock()
	s := r.c.server
	r.c.mu.Unlock()
	r.over.Go(func() {
		_, _ = s.Serve(ctx, server) // the caller sees how it ended
		server.Close()
	})
	if r.up >= 0 || r.down >= 0 {
		caller = exchangetest.Cut(caller, r.up, r.down)
		r.up, r.down = -1, -1
	}
	return caller, nil
}

// list is what the secretariat sees, with these keys.
func (c *centre) list(keys ...identity.RecipientKey) []central.Item {
	c.t.Helper()
	var all []central.Item
	for i, err := range (&central.Desk{Store: c.store, Keys: keys}).List(c.t.Context()) {
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, i)
	}
	return all
}

// counted is how often each instance is counted; what can't be opened fails.
func (c *centre) counted() map[string]int {
	c.t.Helper()
	n := map[string]int{}
	for _, i := range c.list(c.desk...) {
		if i.Problem != nil {
			c.t.Errorf("%s can't be opened: %v", i.Code, i.Problem)
		}
		if i.Differs {
			c.t.Errorf("%s differs from the record it repeats", i.Code)
		}
		if i.Counted() {
			n[i.InstanceID]++
		}
	}
	return n
}

// body is what came in of a submission, as it was signed.
func (c *centre) body(id batch.RecordID) central.Submission {
	c.t.Helper()
	s, err := (&central.Desk{Store: c.store, Keys: c.desk}).Show(c.t.Context(), id.String())
	if err == nil {
		err = s.Problem
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// records counts what a kind of record came in how often.
func (c *centre) records(kind batch.Kind) (n int) {
	c.t.Helper()
	for s, err := range c.store.Records(c.t.Context(), central.Query{}) {
		if err != nil {
			c.t.Fatal(err)
		}
		if s.Kind == kind {
			n++
		}
	}
	return n
}

const boats = `
| survey   |         |       |                    |          |            |
|          | type    | name  | label              | required | constraint |
|          | text    | lake  | Which lake?        | yes      |            |
|          | integer | boats | How many boats?    |          | . >= 0     |
|          | file    | photo | A picture of them? |          |            |
|          | file    | map   | And a map?         |          |            |
| settings |         |            |         |
|          | form_id | form_title | version |
|          | boats   | Boats      | 1       |
`

func boatsForm(t *testing.T) workspace.Form {
	t.Helper()
	wb, err := xlsform.OpenMarkdown(boats)
	if err != nil {
		t.Fatal(err)
	}
	f, err := workspace.NewForm(wb, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A device is a workspace on a simulated disk.
type device struct {
	*workspace.Workspace
	t     *testing.T
	disk  *simdisk.Disk
	clock func() time.Time
	on    func() workspace.Network // nil: one of which nothing is known
}

func newDevice(t *testing.T) *device {
	t.Helper()
	return newDeviceAt(t, nil)
}

func newDeviceAt(t *testing.T, clock func() time.Time) *device {
	t.Helper()
	return newDeviceOn(t, clock, nil)
}

func newDeviceOn(t *testing.T, clock func() time.Time, on func() workspace.Network) *device {
	t.Helper()
	if on == nil {
		on = func() workspace.Network { return workspace.Network{} }
	}
	d := &device{t: t, disk: simdisk.New(1), clock: clock, on: on}
	d.open()
	if err := d.SetUp(t.Context(), "Umoja wa Wavuvi", "the old laptop"); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *device) open() {
	d.t.Helper()
	w, err := workspace.Open(d.t.Context(), "store", workspace.Options{
		Store: storage.Options{FS: d.disk, MemoryIndex: true, NoBallast: true}, Forms: []workspace.Form{boatsForm(d.t)}, Clock: d.clock, Network: d.on,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Workspace = w
	d.t.Cleanup(func() { w.Close() })
}

// reopen ends the program and starts it again.
func (d *device) reopen() {
	d.t.Helper()
	if err := d.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.open()
}

// crash is a power cut: what was not synced is gone.
func (d *device) crash() {
	d.t.Helper()
	d.disk.Crash()
	d.Close()
	d.open()
}

// copied is another device with a copy of this one's folder.
func (d *device) copied() *device {
	d.t.Helper()
	c := &device{t: d.t, disk: d.disk.Copy(2), clock: d.clock, on: d.on}
	c.open()
	return c
}

func (d *device) join(text []byte) {
	d.t.Helper()
	if _, err := d.Join(d.t.Context(), text); err != nil {
		d.t.Fatal(err)
	}
}

func (d *device) start() *workspace.Response {
	d.t.Helper()
	r, err := d.Start(d.t.Context(), "boats", "")
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d *device) resume(instanceID string) *workspace.Response {
	d.t.Helper()
	r, err := d.Resume(d.t.Context(), instanceID)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func answer(t *testing.T, r *workspace.Response, ref forms.Ref, value string) {
	t.Helper()
	if err := r.Set(ref, value); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func ready(t *testing.T, r *workspace.Response) workspace.Item {
	t.Helper()
	i, violations, err := r.MakeReady(t.Context(), "sw")
	if err != nil || len(violations) > 0 {
		t.Fatal(err, violations)
	}
	return i
}

// respond makes a response ready.
func (d *device) respond(lake string) workspace.Item {
	d.t.Helper()
	r := d.start()
	answer(d.t, r, "/data/lake", lake)
	return ready(d.t, r)
}

func (d *device) meet(c *centre) exchange.Report {
	d.t.Helper()
	report, err := d.Exchange(d.t.Context(), c.road())
	if err != nil {
		d.t.Fatal(err)
	}
	return report
}

// tryToSend opens a road that breaks at once: what waits is sealed, and nothing
// arrives.
func (d *device) tryToSend(c *centre) {
	d.t.Helper()
	if _, err := d.Exchange(d.t.Context(), &road{c: c, up: 10, down: -1}); err == nil {
		d.t.Fatal("the link did not break")
	}
}

func (d *device) items() []workspace.Item {
	d.t.Helper()
	items, err := d.Items(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return items
}

func (d *device) item(name string) workspace.Item {
	d.t.Helper()
	i, err := d.Item(d.t.Context(), name)
	if err != nil {
		d.t.Fatal(err)
	}
	return i
}

// received fails unless each of these is received, with a receipt that holds.
func (d *device) received(c *centre, names ...string) {
	d.t.Helper()
	for _, name := range names {
		i := d.item(name)
		if i.Delivery.State != workspace.Received {
			d.t.Errorf("%s: state %v, waits for %q", name, i.Delivery.State, i.Waiting())
			continue
		}
		receipt, found, err := d.Receipt(d.t.Context(), i.Record)
		if err != nil || !found {
			d.t.Errorf("%s: receipt found: %v, %v", name, found, err)
			continue
		}
		if err := receipt.Check(c.server.Log()); err != nil {
			d.t.Errorf("%s: %v", name, err)
		}
	}
}
