package workspace_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// A forger has what a device has sent, as a relay does, and a registered device of its own.
type forger struct {
	r      *mathrand.Rand
	theirs []batch.Carried // of the device: texts, a pack, a file
	own    *identity.Identity
}

// forgeries are the ways in which a forger changes an envelope. What each returns is not
// what anybody signed, except replayed.
var forgeries = []struct {
	name  string
	forge func(f *forger, of batch.Carried) []byte
}{
	{"bits flipped", func(f *forger, of batch.Carried) []byte {
		raw := bytes.Clone(of.Envelope)
		for range 1 + f.r.IntN(3) {
			raw[f.r.IntN(len(raw))] ^= 1 << f.r.IntN(8)
		}
		return raw
	}},
	{"a stretch overwritten", func(f *forger, of batch.Carried) []byte {
		raw := bytes.Clone(of.Envelope)
		from := f.r.IntN(len(raw))
		for i := from; i < min(len(raw), from+1+f.r.IntN(40)); i++ {
			raw[i] = byte(f.r.Uint32())
		}
		return raw
	}},
	{"cut short", func(f *forger, of batch.Carried) []byte { return bytes.Clone(of.Envelope[:f.r.IntN(len(of.Envelope))]) }},
	{"made longer", func(f *forger, of batch.Carried) []byte {
		return append(bytes.Clone(of.Envelope), make([]byte, 1+f.r.IntN(20))...)
	}},
	{"two halves of two", func(f *forger, of batch.Carried) []byte {
		other := f.another(of)
		return append(bytes.Clone(of.Envelope[:f.r.IntN(len(of.Envelope))]), other.Envelope[f.r.IntN(len(other.Envelope)):]...)
	}},
	{"another's payload", func(f *forger, of batch.Carried) []byte {
		return identity.JoinEnvelope(of.Header.Bytes(), f.another(of).Payload, f.signature(of)).Bytes()
	}},
	{"another's signature", func(f *forger, of batch.Carried) []byte {
		return identity.JoinEnvelope(of.Header.Bytes(), of.Payload, f.signature(f.another(of))).Bytes()
	}},
	{"another header under the signature", func(f *forger, of batch.Carried) []byte {
		return identity.JoinEnvelope(f.header(of).Bytes(), of.Payload, f.signature(of)).Bytes()
	}},
	{"the forger's key under the device's name", func(f *forger, of batch.Carried) []byte {
		raw, err := identity.SignEnvelope(f.own.Device, of.Header.Bytes(), of.Payload)
		if err != nil {
			panic(err)
		}
		return raw
	}},
	{"the forger's key and another header", func(f *forger, of batch.Carried) []byte {
		raw, err := identity.SignEnvelope(f.own.Device, f.header(of).Bytes(), of.Payload)
		if err != nil {
			panic(err)
		}
		return raw
	}},
	{"replayed", func(_ *forger, of batch.Carried) []byte { return of.Envelope }},
}

func (f *forger) another(than batch.Carried) batch.Carried {
	for {
		if o := f.theirs[f.r.IntN(len(f.theirs))]; o.ID != than.ID {
			return o
		}
	}
}

func (f *forger) genuine(raw []byte) bool {
	return slices.ContainsFunc(f.theirs, func(r batch.Carried) bool { return bytes.Equal(r.Envelope, raw) })
}

func (f *forger) signature(of batch.Carried) []byte {
	e, err := identity.ParseEnvelope(of.Envelope)
	if err != nil {
		panic(err)
	}
	return e.Signature
}

// header is that of a record with one thing changed.
func (f *forger) header(of batch.Carried) batch.Header {
	h := of.Header
	switch f.r.IntN(6) {
	case 0:
		h.Seq += 1 + batch.Seq(f.r.IntN(3))
	case 1:
		h.Incarnation++
		h.Seq, h.Prev = 1, [8]byte{}
	case 2:
		h.Consultation[f.r.IntN(8)] ^= 1 << f.r.IntN(8)
	case 3:
		h.Prev[f.r.IntN(8)] ^= 1 << f.r.IntN(8)
	case 4:
		h.Epoch++
	case 5:
		h.Kind ^= 1 // a response becomes a contribution
	}
	return h
}

// place is somewhere that records are taken: it knows the device's registration and its epoch.
type place struct {
	name   string
	accept func(r batch.Carried) (exchange.Outcome, error)
	tries  int
}

// TestTenThousandForgeriesAreAllRefused shows ten thousand altered, replayed, cut and key-swapped
// envelopes to hubs and centres that would take the true ones, and to those that have them.
func TestTenThousandForgeriesAreAllRefused(t *testing.T) {
	c, author, thief := newCentre(t), newDevice(t), newDevice(t)
	author.join(c.invite.File())
	thief.join(c.invite.File())
	for _, lake := range []string{"Victoria", "Turkana", "Tanganyika"} {
		author.respond(lake)
		author.meet(c) // each its own record
	}
	r := author.start()
	answer(t, r, "/data/lake", "Chad")
	if err := r.Attach(t.Context(), "/data/photo", "boats.bin", bytes.NewReader(bytes.Repeat([]byte("boat"), 5000)), workspace.Keeping{}); err != nil {
		t.Fatal(err)
	}
	ready(t, r)
	author.meet(c)
	author.respond("Malawi")
	author.respond("Kivu") // a pack
	author.meet(c)
	thief.respond("Rudolf")
	thief.meet(c)

	// What the device sent, and empty places that have its control lane alone.
	elsewhere := newCentre(t)
	young := &centre{t: t, store: centraltest.NewMemory(), root: c.root, logKey: c.logKey, card: c.card}
	if err := young.store.AddToken(t.Context(), central.Token{Token: c.invite.Token}); err != nil {
		t.Fatal(err)
	}
	young.issue(c.desk...)
	station := newDevice(t)
	station.join(c.invite.File())
	h, err := station.Hub("Radio Amani", hub.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	accept := func(in exchange.Inbox) func(batch.Carried) (exchange.Outcome, error) {
		return func(r batch.Carried) (exchange.Outcome, error) {
			o, err := in.Accept(t.Context(), exchange.Peer{}, []batch.Carried{r}, map[batch.Chain]batch.Seq{r.Chain: r.Seq})
			if err != nil {
				return exchange.Outcome{}, err
			}
			return o[0], nil
		}
	}
	places := []*place{{name: "a hub", accept: accept(h)}, {name: "a centre", accept: accept(young.server)},
		{name: "a centre that has the true one", accept: accept(c.server)}, {name: "another centre", accept: accept(elsewhere.server)}}
	f := &forger{r: mathrand.New(mathrand.NewPCG(1, 7))}
	card, _ := author.Card()
	for s, err := range c.store.Records(t.Context(), central.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		s.Path = nil
		control := s.Lane == batch.Control
		if control {
			for _, p := range places[:2] {
				if o, err := p.accept(s.Carried); err != nil || o.Refusal != nil {
					t.Fatal(p.name, o.Refusal, err)
				}
			}
		}
		if s.Origin == card.ID() && !control {
			f.theirs = append(f.theirs, s.Carried)
		}
	}
	if len(f.theirs) < 5 {
		t.Fatalf("only %d records", len(f.theirs))
	}
	if f.own, err = identity.New(rand.Reader, "a stranger", "x"); err != nil {
		t.Fatal(err)
	}

	n := 10_000
	if testing.Short() {
		n = 1_000
	}
	if os.Getenv("BARAZA_SOAK") != "" {
		n = 100_000
	}
	parsed, signed := map[string]int{}, 0
	for i := range n {
		way := forgeries[i%len(forgeries)]
		of := f.theirs[f.r.IntN(len(f.theirs))]
		raw := way.forge(f, of)
		if way.name != "replayed" && f.genuine(raw) { // two halves may fit
			raw = raw[:len(raw)-1]
		}
		record, err := batch.Parse(raw)
		if err != nil {
			continue // no decoder takes it
		}
		parsed[way.name]++
		for _, p := range places {
			if way.name == "replayed" && p.name != "a centre that has the true one" && p.name != "another centre" {
				continue // there it would be the true one
			}
			p.tries++
			o, err := p.accept(batch.Carried{Record: record})
			if err != nil {
				t.Fatal(err)
			}
			if o.New {
				t.Fatalf("forgery %d (%s) was taken by %s", i, way.name, p.name)
			}
			if o.Refusal == nil && way.name != "replayed" {
				t.Fatalf("forgery %d (%s) is known to %s", i, way.name, p.name)
			}
		}
		signed++
	}
	for _, way := range forgeries[5:] {
		if parsed[way.name] == 0 {
			t.Errorf("%s: no decoder let one through: the signature was never asked", way.name)
		}
	}
	t.Logf("%d envelopes, %d refused by the decoder, the others shown: %d to a hub, %d to a centre without and %d with the true ones, %d to another centre; by kind %v",
		n, n-signed, places[0].tries, places[1].tries, places[2].tries, places[3].tries, parsed)

	// The true ones are still taken: no forgery keeps them out.
	for _, r := range f.theirs {
		for _, p := range places[:2] {
			if o, err := p.accept(r); err != nil || o.Refusal != nil || !o.New {
				t.Errorf("%s no longer takes the true %v %d: %+v, %v", p.name, r.Lane, r.Seq, o.Refusal, err)
			}
		}
	}
	for id, times := range c.counted() {
		if times != 1 {
			t.Errorf("%s is counted %d times", id, times)
		}
	}
}

// A registered device signs what it likes. What it took from another, or says in another's name,
// reaches the centre and is opened by nobody.
func TestWhatIsSignedInAnothersSteadIsNotOpened(t *testing.T) {
	c, author := newCentre(t), newDevice(t)
	author.join(c.invite.File())
	author.respond("Victoria")
	author.meet(c)
	card, _ := author.Card()
	var keys, text batch.Record
	for s, err := range c.store.Records(t.Context(), central.Query{Origin: ptr(card.ID())}) {
		if err != nil {
			t.Fatal(err)
		}
		switch s.Kind {
		case batch.KindEpoch:
			keys = s.Record
		case batch.KindResponse:
			text = s.Record
		}
	}
	theirs, err := batch.ReadEpochKeys(keys)
	if err != nil || text.Kind != batch.KindResponse {
		t.Fatal(err)
	}
	thief := centraltest.NewAuthor(t, "wgstudy-2007", "thief")
	take := func(r batch.Record) {
		t.Helper()
		o, err := c.server.Accept(t.Context(), exchange.Peer{}, []batch.Carried{{Record: r}}, nil)
		if err != nil || o[0].Refusal != nil {
			t.Fatal(o, err)
		}
	}
	take(thief.Register(c.invite.Token))
	// The device's keys under the thief's name, and its sealed text with them.
	take(thief.Sign(thief.Header(batch.Control, batch.KindEpoch, 0), canon.Encode(theirs)))
	const copies = 200
	for range copies {
		take(thief.Sign(thief.Header(batch.Text, batch.KindResponse, theirs.Number), text.Payload))
	}
	// Keys of the thief's own, and words in the device's name.
	epoch, err := identity.NewEpoch(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own, err := batch.NewEpochKeys(epoch, c.card, thief.ID())
	if err != nil {
		t.Fatal(err)
	}
	take(thief.Sign(thief.Header(batch.Control, batch.KindEpoch, 0), own))
	for i := range copies {
		h := thief.Header(batch.Text, batch.KindResponse, epoch.Number)
		words := batch.Content{Author: card.DeviceKey, InstanceID: fmt.Sprintf("uuid:forged-%d", i), Revision: 1, FormID: "boats", Version: "1", Body: []byte("<data/>")}
		take(thief.Sign(h, epoch.Seal(h.Bytes(), words.Encode())))
	}
	opened, refused := 0, 0
	for _, i := range c.list(c.desk...) {
		switch {
		case i.Problem == nil:
			opened++
		case i.Origin == thief.ID():
			refused++
		default:
			t.Errorf("the true one: %v", i.Problem)
		}
	}
	if opened != 1 || refused != 2*copies {
		t.Errorf("%d opened, %d refused", opened, refused)
	}
}

func ptr[T any](v T) *T { return &v }
