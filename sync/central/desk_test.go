package central_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"baraza.example/assets"
	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
)

// A device seals for the centre, as the application does.
type device struct {
	*centraltest.Author
	t     testing.TB
	c     *centre
	epoch identity.Epoch
}

func (c *centre) device(t testing.TB, name string) *device {
	t.Helper()
	d := &device{Author: c.author(t, name), t: t, c: c}
	d.newEpoch(1)
	card, err := d.Card.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	h := d.Header(batch.Control, batch.KindCard, 1)
	d.send(d.Sign(h, d.epoch.Seal(h.Bytes(), card)))
	return d
}

func (d *device) newEpoch(number uint32) {
	d.t.Helper()
	var err error
	if d.epoch, err = identity.NewEpoch(rand.Reader); err != nil {
		d.t.Fatal(err)
	}
	d.epoch.Number = number
	keys, err := batch.NewEpochKeys(d.epoch, d.c.keys.Centre, d.ID())
	if err != nil {
		d.t.Fatal(err)
	}
	d.send(d.Sign(d.Header(batch.Control, batch.KindEpoch, 0), keys))
}

func (d *device) send(r batch.Record, path ...batch.Stop) batch.Record {
	d.t.Helper()
	out, err := d.c.Accept(d.t.Context(), exchange.Peer{}, []batch.Carried{{Record: r, Path: path}}, nil)
	if err != nil || out[0].Refusal != nil {
		d.t.Fatal(err, out)
	}
	return r
}

func (d *device) submit(kind batch.Kind, c batch.Content) batch.Record {
	d.t.Helper()
	c.Author = d.Card.DeviceKey
	h := d.Header(batch.Text, kind, d.epoch.Number)
	return d.send(d.Sign(h, d.epoch.Seal(h.Bytes(), c.Encode())))
}

// respond sends a response in XML as it stands.
func (d *device) respond(instance string, revision uint32, answers string) batch.Record {
	return d.submit(batch.KindResponse, batch.Content{InstanceID: instance, Revision: revision, Ready: 1_700_000_000, Language: "en",
		FormID: "f", Version: "1", Name: "n", Body: []byte(`<data id="f" version="1">` + answers + `</data>`)})
}

// A desk has the first of the secretariat's keys.
func (c *centre) desk(t testing.TB, defs ...*forms.Definition) *central.Desk {
	t.Helper()
	keys, err := central.LoadDesk(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	return &central.Desk{Store: c.store, Keys: keys[:1], Forms: defs}
}

func list(t testing.TB, d *central.Desk) []central.Item {
	t.Helper()
	var items []central.Item
	for i, err := range d.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, i)
	}
	return items
}

func questionnaire(t testing.TB) *forms.Definition {
	t.Helper()
	folder, err := fs.Sub(assets.Consultation, "questionnaire")
	if err != nil {
		t.Fatal(err)
	}
	book, err := xlsform.OpenCSV(folder)
	if err != nil {
		t.Fatal(err)
	}
	def, found := xlsform.Read(book)
	if err := forms.Usable(found); err != nil {
		t.Fatal(err)
	}
	return def
}

// fill answers the questionnaire from a sample.
func fill(t testing.TB, def *forms.Definition, sample string) session.Submission {
	t.Helper()
	text, err := fs.ReadFile(assets.Samples, "answers/"+sample)
	if err != nil {
		t.Fatal(err)
	}
	var answers map[string]any
	if err := json.Unmarshal(text, &answers); err != nil {
		t.Fatal(err)
	}
	s, err := session.Start(def, session.Options{Languages: []string{"English (en)"},
		Now:  func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) },
		File: func(name string) ([]byte, error) { return fs.ReadFile(assets.Consultation, "questionnaire/"+name) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Fill(s, answers); err != nil {
		t.Fatal(err)
	}
	sub, violations := s.Finalize()
	if len(violations) > 0 {
		t.Fatal(violations)
	}
	return sub
}

func TestTheDeskReadsAResponseInFull(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	def := questionnaire(t)
	d := c.device(t, "Radio Maisha")
	sub := fill(t, def, "radio-kiswahili.json")
	r := d.submit(batch.KindResponse, batch.Content{InstanceID: sub.InstanceID, Revision: 1, Ready: 1_700_000_000, Language: "sw",
		FormID: sub.FormID, Version: sub.Version, Name: sub.InstanceName, Body: sub.XML})
	hub := batch.Stop{Hub: identity.ID{5}, Time: 1_750_000_000}
	d.send(r, hub) // once more through a hub: the first road counts

	desk := c.desk(t, def)
	items := list(t, desk)
	if len(items) != 1 {
		t.Fatalf("%d items", len(items))
	}
	i := items[0]
	if i.Problem != nil || i.Organisation != "Radio Maisha" || i.Device != "laptop of Radio Maisha" || i.InstanceID != sub.InstanceID || i.Revision != 1 ||
		i.Language != "sw" || i.Publication == "" || i.Tries != 2 || i.Road != central.RoadDirect || i.Index < 0 || i.Code != r.ID.Code() ||
		!i.Ready.Equal(time.Unix(1_700_000_000, 0)) || !i.Received.Equal(c.now) || !i.Counted() {
		t.Errorf("%+v", i)
	}
	for _, ref := range []string{r.ID.Code(), strings.ToLower(r.ID.Code()), r.ID.String()} {
		s, err := desk.Show(t.Context(), ref)
		if err != nil {
			t.Fatalf("%s: %v", ref, err)
		}
		want, err := session.ReadInstance(sub.XML)
		if err != nil || len(s.Answers) != len(want.Answers) || !bytes.Equal(s.Body, sub.XML) {
			t.Errorf("%d answers of %d: %v", len(s.Answers), len(want.Answers), err)
		}
		at := slices.IndexFunc(s.Answers, func(a central.Answer) bool { return a.Path == "questions/q_a/a" })
		if at < 0 || !strings.HasPrefix(s.Answers[at].Label, "a) What criteria") || s.Answers[at].Value == "" {
			t.Errorf("question a: %+v", s.Answers)
		}
		at = slices.IndexFunc(s.Answers, func(a central.Answer) bool { return strings.HasSuffix(a.Path, "/publication") })
		if at < 0 || s.Answers[at].Words == s.Answers[at].Value || s.Answers[at].Value != s.Publication {
			t.Errorf("the publication level in words: %+v", s.Answers)
		}
	}
	for ref, want := range map[string]error{"00000-00000": central.ErrNotFound, "0000A-00000": identity.ErrCheckDigits, strings.Repeat("0", 64): central.ErrNotFound} {
		if _, err := desk.Show(t.Context(), ref); !errors.Is(err, want) {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestTheDeskReadsAContribution(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, "Savannah Links")
	text, err := contribution.New(contribution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text.Title, text.OnBehalf, text.Language, text.Publication = "=Statements from a distance", "Savannah Links", "en", contribution.Anonymous
	text.SetText("First.\n\nSecond, with \"quotes\".", time.Unix(1, 0))
	body, err := contribution.Encode(text)
	if err != nil {
		t.Fatal(err)
	}
	r := d.submit(batch.KindContribution, batch.Content{InstanceID: text.ID, Revision: 1, Language: "en", Name: text.Title, Body: body})
	desk := c.desk(t)
	s, err := desk.Show(t.Context(), r.ID.Code())
	if err != nil || s.Problem != nil || s.Contribution == nil || len(s.Contribution.Paragraphs) != 2 || s.Publication != "anonymous" {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, rows := table(t, desk, central.ExportOptions{}); len(rows) != 0 {
		t.Errorf("a contribution among the responses: %v", rows)
	}
	_, rows := table(t, desk, central.ExportOptions{Kind: batch.KindContribution})
	row := rows[r.ID.Code()]
	if row["title"] != "'=Statements from a distance" || row["text"] != "1. First.\n\n2. Second, with \"quotes\"." || row["publication"] != "anonymous" || row["state"] != "ok" {
		t.Errorf("%v", row)
	}
}

func TestEachInstanceAndRevisionCountsOnce(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d, other := c.device(t, "d"), c.device(t, "other")
	first := d.respond("uuid:1", 1, "<a>one</a>")
	again := d.respond("uuid:1", 1, "<a>one</a>") // enveloped anew after a restore
	changed := d.respond("uuid:1", 1, "<a>something else</a>")
	second := d.respond("uuid:1", 2, "<a>corrected</a>")
	foreign := other.respond("uuid:1", 9, "<a>put in their place</a>")
	items := map[batch.RecordID]central.Item{}
	counted := 0
	for _, i := range list(t, c.desk(t)) {
		items[i.ID] = i
		if i.Counted() {
			counted++
		}
	}
	if counted != 3 || !items[first.ID].Counted() || !items[second.ID].Counted() {
		t.Errorf("%d counted", counted)
	}
	if i := items[again.ID]; i.DuplicateOf == nil || i.DuplicateOf.Record != first.ID || i.Differs {
		t.Errorf("the same again: %+v", i)
	}
	if i := items[changed.ID]; i.DuplicateOf == nil || !i.Differs {
		t.Errorf("other words under the same name: %+v", i)
	}
	_, rows := table(t, c.desk(t), central.ExportOptions{})
	if len(rows) != 3 || rows[second.ID.Code()]["a"] != "corrected" || rows[second.ID.Code()]["state"] != "ok" || rows[foreign.ID.Code()]["state"] != "ok" ||
		!strings.HasPrefix(rows[changed.ID.Code()]["state"], "differs from "+first.ID.Code()) {
		t.Errorf("%v", rows)
	}
}

func TestWhatCanNotBeOpenedIsListedAsSuch(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, "d")
	good := d.respond("uuid:1", 1, "<a>one</a>")
	noXML := d.submit(batch.KindResponse, batch.Content{InstanceID: "uuid:2", Revision: 1, Body: []byte("<a><b></a>")})
	noText := d.submit(batch.KindContribution, batch.Content{InstanceID: "uuid:3", Revision: 1, Body: []byte("{}")})
	garbage := d.send(d.Text("not sealed at all"))
	newer := d.send(d.Sign(d.Header(batch.Text, batch.Kind(60), 1), []byte("?")))
	lost := c.device(t, "another")
	lost.Epoch = 7 // its record never came: the listener would refuse what is under it
	keyless := lost.Text("under a lost key")
	if _, err := c.store.Put(t.Context(), []central.Received{centraltest.Take(t, keyless, 1)}); err != nil {
		t.Fatal(err)
	}

	want := map[batch.RecordID]error{good.ID: nil, noXML.ID: session.ErrInstance, garbage.ID: identity.ErrSeal, newer.ID: central.ErrUnknown, keyless.ID: central.ErrNoEpoch}
	items := list(t, c.desk(t))
	if len(items) != len(want)+1 {
		t.Errorf("%d items", len(items))
	}
	for _, i := range items {
		if i.ID == noText.ID {
			if i.Problem == nil {
				t.Error("a contribution of no contribution's bytes was read")
			}
		} else if !errors.Is(i.Problem, want[i.ID]) {
			t.Errorf("%v: %v, want %v", i.ID, i.Problem, want[i.ID])
		}
	}
	_, rows := table(t, c.desk(t), central.ExportOptions{})
	if len(rows) != len(want) {
		t.Errorf("%d rows", len(rows))
	}
	for id, err := range want {
		if state := rows[id.Code()]["state"]; (err == nil) != (state == "ok") || err != nil && !strings.HasPrefix(state, "not readable: ") {
			t.Errorf("%v: %q", id, state)
		}
	}
	// Without a key everything is still listed.
	blind := &central.Desk{Store: c.store}
	for _, i := range list(t, blind) {
		if i.ID == good.ID && (!errors.Is(i.Problem, central.ErrNoKey) || i.Received.IsZero()) {
			t.Errorf("without a key: %+v", i)
		}
	}
	if s, err := blind.Show(t.Context(), good.ID.Code()); err != nil || s.Problem == nil || s.Body != nil {
		t.Errorf("without a key: %+v, %v", s, err)
	}
}

// The offline key alone opens everything, if the desk's were lost.
func TestAnyRecipientsKeyOpens(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, "d")
	d.respond("uuid:1", 1, "<a>one</a>")
	d.newEpoch(1) // a device that was set back draws the same number again
	d.respond("uuid:2", 1, "<a>two</a>")
	for _, file := range []string{"away/offline.key", "desk/secretariat-2.key"} {
		key, err := central.LoadRecipient(c.dir + "/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range list(t, &central.Desk{Store: c.store, Keys: []identity.RecipientKey{key}}) {
			if i.Problem != nil {
				t.Errorf("%s: %v", file, i.Problem)
			}
		}
	}
}

// Whoever can write to the store can't make the desk read words that the
// author never signed.
func TestAChangedStoreIsNoticed(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, "d")
	d.respond("uuid:1", 1, "<a>one</a>")
	stranger := centraltest.NewAuthor(t, consultation, "stranger")
	forger := &swapped{Store: c.store, registration: batch.Registration{OrgKey: stranger.Card.OrgKey, DeviceKey: stranger.Card.DeviceKey}}
	desk := c.desk(t)
	desk.Store = forger
	for _, i := range list(t, desk) {
		if !errors.Is(i.Problem, identity.ErrSignature) {
			t.Errorf("%+v", i)
		}
	}
}

type swapped struct {
	central.Store
	registration batch.Registration
}

func (s *swapped) Origin(context.Context, identity.ID) (batch.Registration, error) {
	return s.registration, nil
}

func TestAttachmentsAreTakenOutWhole(t *testing.T) {
	c := newCentre(t, centraltest.NewMemory())
	d := c.device(t, "d")
	plain := bytes.Repeat([]byte("link log "), 3000)
	missing := []byte("a file that never came")
	r := d.submit(batch.KindResponse, batch.Content{InstanceID: "uuid:1", Revision: 1, Body: []byte(`<data id="f"><file>log.csv</file></data>`),
		Files: []batch.File{{Name: "log.csv", Hash: sha256.Sum256(plain), Size: int64(len(plain))}, {Name: "gone", Hash: sha256.Sum256(missing), Size: 22}}})
	file, leaves := d.Attachment(d.epoch, batch.Manifest{InstanceID: "uuid:1", Name: "log.csv", Hash: sha256.Sum256(plain), Key: [32]byte{4}}, plain)
	d.send(file)
	desk := c.desk(t)
	look := func(held int, whole bool) {
		t.Helper()
		s, err := desk.Show(t.Context(), r.ID.Code())
		if err != nil || len(s.Attachments) != 2 {
			t.Fatalf("%+v, %v", s, err)
		}
		a, gone := s.Attachments[0], s.Attachments[1]
		if a.Record != file.ID || a.Held != held || a.Pieces != len(leaves) || a.Whole() != whole || gone.Listed || gone.Whole() {
			t.Errorf("%+v", s.Attachments)
		}
	}
	look(0, false)
	if err := c.AcceptLeaf(t.Context(), leaves[1]); err != nil {
		t.Fatal(err)
	}
	look(1, false)
	var b bytes.Buffer
	if _, err := desk.Extract(t.Context(), file.ID, &b); !errors.Is(err, central.ErrIncomplete) || b.Len() > 0 {
		t.Errorf("half of it: %d bytes, %v", b.Len(), err)
	}
	for _, l := range leaves {
		if err := c.AcceptLeaf(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	look(len(leaves), true)
	m, err := desk.Extract(t.Context(), file.ID, &b)
	if err != nil || !bytes.Equal(b.Bytes(), plain) || m.Name != "log.csv" {
		t.Errorf("%d bytes of %d: %v", b.Len(), len(plain), err)
	}
	if _, err := desk.Extract(t.Context(), r.ID, &b); !errors.Is(err, batch.ErrLeaf) {
		t.Errorf("a response as an attachment: %v", err)
	}
	// A manifest that promises another file than its pieces make.
	lie, leaves := d.Attachment(d.epoch, batch.Manifest{InstanceID: "uuid:1", Hash: sha256.Sum256(missing), Key: [32]byte{5}}, plain[:100])
	d.send(lie)
	if err := c.AcceptLeaf(t.Context(), leaves[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.Extract(t.Context(), lie.ID, &b); !errors.Is(err, batch.ErrLeaf) {
		t.Errorf("another file than promised: %v", err)
	}
}
