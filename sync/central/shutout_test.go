package central_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/exchange"
)

func TestWhatADeviceSentBeforeItWasRevokedIsMarked(t *testing.T) {
	s := newSite(t, true)
	lost, other := s.device(t, "Radio Maisha"), s.device(t, "Another")
	before := lost.respond("uuid:1", 1, "<a>written on the <lost> one</a>")
	elsewhere := other.respond("uuid:2", 1, "<a>x</a>")

	office := &device{Author: s.second(t, lost.Author), t: t, c: s.centre}
	office.newEpoch(2)
	card := office.Card
	card.Device = "office <laptop>"
	raw, err := card.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	h := office.Header(batch.Control, batch.KindCard, 2)
	office.send(office.Sign(h, office.epoch.Seal(h.Bytes(), raw)))
	later := office.respond("uuid:3", 1, "<a>y</a>")

	if out := s.accept(t, revokes(t, other.Author, other.Identity, lost.ID())); out[0].Refusal != nil {
		t.Fatal(out[0].Refusal)
	}
	for _, i := range list(t, s.desk) {
		if i.ShutOut != nil {
			t.Fatalf("another organisation's word marks %s", i.Code)
		}
	}
	revocation := office.send(revokes(t, office.Author, lost.Identity, lost.ID()))
	out, err := s.Accept(t.Context(), exchange.Peer{}, []batch.Carried{{Record: lost.Text("too late")}}, nil)
	if err != nil || out[0].Refusal == nil {
		t.Fatal("a revoked device is heard", err)
	}

	stored, err := s.store.Record(t.Context(), revocation.ID)
	if err != nil {
		t.Fatal(err)
	}
	when := time.Unix(stored.Time, 0).UTC()
	marked := 0
	for _, i := range list(t, s.desk) {
		switch {
		case i.ID != before.ID:
			if i.ShutOut != nil {
				t.Errorf("%s is of another device, and marked", i.Code)
			}
		case i.ShutOut == nil || *i.ShutOut != (central.ShutOut{When: when, By: office.ID(), Organisation: card.Org, Device: card.Device}) || !i.Counted():
			t.Errorf("%+v, counted %v", i.ShutOut, i.Counted())
		default:
			marked++
		}
	}
	if marked != 1 {
		t.Errorf("%d are marked", marked)
	}

	s.login()
	if _, body := s.ask("GET", "/", nil); strings.Count(body, "revoked later") != 1 {
		t.Errorf("the list: %s", body)
	}
	_, page := s.ask("GET", "/item/"+before.ID.Code(), nil)
	for _, want := range []string{"revoked later", when.Format("2006-01-02 15:04"), "office &lt;laptop&gt;", card.Org, "ask the organisation"} {
		if !strings.Contains(page, want) {
			t.Errorf("its page doesn't say %q", want)
		}
	}
	for _, r := range []batch.Record{elsewhere, later} {
		if _, page := s.ask("GET", "/item/"+r.ID.Code(), nil); strings.Contains(page, "revoked") {
			t.Errorf("the page of %s speaks of a revocation", r.ID.Code())
		}
	}
	if _, lines := s.ask("GET", "/received.json", nil); strings.Count(lines, `"device_revoked":"`+when.Format(time.RFC3339)+`"`) != 1 {
		t.Errorf("received.json: %s", lines)
	}

	var table bytes.Buffer
	if err := s.desk.ExportCSV(t.Context(), &table, central.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for _, row := range rows[1:] {
		want := []string{"", ""}
		if row[at["record"]] == before.ID.String() {
			want = []string{when.Format(time.RFC3339), card.Device}
		}
		if row[at["device_revoked"]] != want[0] || row[at["device_revoked_by"]] != want[1] {
			t.Errorf("%s: revoked %q by %q", row[at["record"]], row[at["device_revoked"]], row[at["device_revoked_by"]])
		}
	}
}

// Without a key the desk knows when, not what the other device calls itself.
func TestADeskWithoutAKeySaysWhatWasRevoked(t *testing.T) {
	s := newSite(t, false)
	lost := s.author(t, "lost")
	s.accept(t, lost.Begin())
	before := lost.Text("before")
	s.accept(t, before)
	by := s.second(t, lost)
	if out := s.accept(t, revokes(t, by, lost.Identity, lost.ID())); out[0].Refusal != nil {
		t.Fatal(out[0].Refusal)
	}
	_, page := s.ask("GET", "/item/"+before.ID.Code(), nil)
	if !strings.Contains(page, "revoked later") || !strings.Contains(page, by.ID().Short()) {
		t.Errorf("%s", page)
	}
}
