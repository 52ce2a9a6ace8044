package central_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"baraza.example/forms"
	"baraza.example/sync/batch"
	"baraza.example/sync/central"
	"baraza.example/sync/identity"
)

// reply sends what a device answers.
func (d *device) reply(to batch.ClarificationID, about, text string) batch.Record {
	return d.submit(batch.KindReply, batch.Content{InstanceID: "uuid:reply to " + to.String(), Revision: 1, Ready: 1_700_000_100,
		Body: batch.Reply{To: to, About: about, Text: text}.Encode()})
}

func TestTheSecretariatAsksAndReadsTheReply(t *testing.T) {
	s := newSite(t, true)
	d := s.device(t, "Radio Maisha")
	r := d.respond("uuid:1", 1, "<a>what they said</a><b/>")
	path := "/item/" + r.ID.String()
	s.login()
	if _, body := s.ask("GET", path, nil); strings.Contains(body, "<textarea") {
		t.Error("who may only read is asked for a question")
	}
	if w, _ := s.ask("POST", path+"/ask", url.Values{"text": {"Where?"}}); w.StatusCode != http.StatusForbidden {
		t.Errorf("who may only read asks: %d", w.StatusCode)
	}
	editor := cheapAccount(passphrase)
	editor.Role = central.Editor
	if err := s.store.PutAccount(t.Context(), editor); err != nil {
		t.Fatal(err)
	}
	if w, body := s.ask("POST", path+"/ask", url.Values{"text": {"  "}, "question": {"a"}}); w.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "1 to 4000") {
		t.Errorf("an empty question: %d", w.StatusCode)
	}
	if w, body := s.ask("POST", path+"/ask", url.Values{"text": {"<b>Where?"}, "question": {"nowhere"}}); w.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "&lt;b&gt;Where?</textarea>") {
		t.Errorf("about a question that is not there: %d, %s", w.StatusCode, body)
	}
	if w, body := s.ask("POST", path+"/ask", url.Values{"text": {"<b>Where?"}, "question": {"a"}}); w.StatusCode != http.StatusOK || w.Request.URL.Path != path || !strings.Contains(body, "&lt;b&gt;Where?") || !strings.Contains(body, reader) {
		t.Errorf("%d at %s: %s", w.StatusCode, w.Request.URL, body)
	}
	if w, _ := s.ask("POST", path+"/ask", url.Values{"text": {"x"}}, "Sec-Fetch-Site", "cross-site"); w.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", w.StatusCode)
	}

	all, err := s.store.Clarifications(t.Context(), batch.Peer{ID: d.ID(), Role: batch.RoleDevice}, batch.Ask{}, 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d wait for the device, %v", len(all), err)
	}
	if q, err := all[0].Open(d.epoch); err != nil || q.Text != "<b>Where?" || q.About != "a" || q.InstanceID != "uuid:1" || q.From != reader {
		t.Errorf("the device reads %+v, %v", q, err)
	}
	answer := d.reply(all[0].ID(), "uuid:1", "At the <lake>.")
	stranger := s.device(t, "Another")
	stranger.reply(all[0].ID(), "uuid:1", "in its name")
	if _, body := s.ask("GET", path, nil); !strings.Contains(body, "At the &lt;lake&gt;.") || !strings.Contains(body, answer.ID.Code()) || strings.Contains(body, "in its name") {
		t.Errorf("the thread is %s", body)
	}
	if w, body := s.ask("GET", "/item/"+answer.ID.Code(), nil); w.StatusCode != http.StatusOK || !strings.Contains(body, "At the &lt;lake&gt;.") {
		t.Errorf("the reply by its code: %d", w.StatusCode)
	}
	if _, body := s.ask("GET", "/table.csv?kind=response", nil); strings.Contains(body, "lake") || strings.Count(body, "\n") != 2 {
		t.Errorf("the table has the reply: %s", body)
	}
}

func TestOnlyWhatCanBeReadIsAskedAbout(t *testing.T) {
	s := newSite(t, true)
	d := s.device(t, "Radio Maisha")
	r := d.respond("uuid:1", 1, "<a>x</a>")
	ask := central.Asking{Text: "Where?", Now: time.Unix(1, 0)}
	if _, err := (&central.Desk{Store: s.store}).Ask(t.Context(), r.ID.Code(), ask); !errors.Is(err, central.ErrNotAsked) || !errors.Is(err, central.ErrNoKey) {
		t.Errorf("without a key: %v", err)
	}
	if _, err := s.desk.Ask(t.Context(), d.reply(batch.ClarificationID{1}, "uuid:1", "x").ID.Code(), ask); !errors.Is(err, central.ErrNotAsked) {
		t.Errorf("about a reply: %v", err)
	}
	ask.Text = strings.Repeat("字", batch.MaxQuestion+1)
	if _, err := s.desk.Ask(t.Context(), r.ID.Code(), ask); !errors.Is(err, batch.ErrClarification) {
		t.Errorf("too long: %v", err)
	}
}

// A question that names a question of the form by its name gets its path.
func TestAQuestionNamesTheQuestionThatItMeans(t *testing.T) {
	s := newSite(t, true, questionnaire(t))
	d := s.device(t, "Radio Maisha")
	r := d.submit(batch.KindResponse, batch.Content{InstanceID: "uuid:1", Revision: 1, FormID: s.desk.Forms[0].Settings.ID, Version: s.desk.Forms[0].Settings.Version,
		Body: []byte(`<data><questions><q_a><a>they said</a></q_a></questions></data>`)})
	var blank forms.Ref
	for e := range s.desk.Forms[0].All() {
		if q, ok := e.(*forms.Question); ok && q.Ref.Name() == "b" {
			blank = q.Ref
		}
	}
	for name, want := range map[string]string{"a": "questions/q_a/a", "questions/q_a/a": "questions/q_a/a", "b": strings.TrimPrefix(string(blank), "/data/")} {
		c, err := s.desk.Ask(t.Context(), r.ID.Code(), central.Asking{Text: "What?", Question: name, Now: time.Unix(1, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if q, err := c.Open(d.epoch); err != nil || q.About != want {
			t.Errorf("%s means %q, %v", name, q.About, err)
		}
	}
	if _, err := s.desk.Ask(t.Context(), r.ID.Code(), central.Asking{Text: "d?", Question: "d", Now: time.Unix(1, 0)}); !errors.Is(err, central.ErrNoQuestion) {
		t.Errorf("there is no question d: %v", err)
	}
}

// Somebody else's withdrawal takes nothing back.
func TestOnlyItsOrganisationWithdrawsASubmission(t *testing.T) {
	s := newSite(t, true)
	d, other := s.device(t, "Radio Maisha"), s.device(t, "Another")
	r := d.respond("uuid:1", 1, "<a>x</a>")
	body := batch.Withdrawal{Kind: batch.KindResponse, Reason: "It named <somebody>."}.Encode()
	other.submit(batch.KindWithdrawal, batch.Content{InstanceID: "uuid:1", Revision: 3, Body: body})
	if i := list(t, s.desk)[0]; i.Withdrawn {
		t.Error("another organisation took it back")
	}
	taken := d.submit(batch.KindWithdrawal, batch.Content{InstanceID: "uuid:1", Revision: 2, Body: body})
	if i := list(t, s.desk)[0]; !i.Withdrawn || !i.Counted() {
		t.Errorf("its own organisation's withdrawal: %+v", i)
	}
	s.login()
	for path, want := range map[string]string{"/": "Withdrawn", "/item/" + r.ID.Code(): "took it back", "/item/" + taken.ID.Code(): "It named &lt;somebody&gt;."} {
		if _, body := s.ask("GET", path, nil); !strings.Contains(body, want) {
			t.Errorf("%s doesn't say %q", path, want)
		}
	}
	again := d.respond("uuid:1", 3, "<a>after all</a>") // by a program that allows it
	for _, i := range list(t, s.desk) {
		if i.ID == again.ID && i.Withdrawn {
			t.Error("what came after is withdrawn, too")
		}
	}
}

func TestAQuestionFollowsTheRoadsOfWhatItIsAbout(t *testing.T) {
	s := newSite(t, true)
	d := s.device(t, "Radio Maisha")
	hub, elsewhere := identity.ID{1}, identity.ID{2}
	h := d.Header(batch.Text, batch.KindResponse, d.epoch.Number)
	content := batch.Content{Author: d.Card.DeviceKey, InstanceID: "uuid:1", Revision: 1, Body: []byte(`<data><a>x</a></data>`)}
	r := d.send(d.Sign(h, d.epoch.Seal(h.Bytes(), content.Encode())), batch.Stop{Hub: hub, Time: 5})
	if _, err := s.desk.Ask(t.Context(), r.ID.Code(), central.Asking{Text: "Where?", Now: time.Unix(9, 0)}); err != nil {
		t.Fatal(err)
	}
	for caller, want := range map[identity.ID]int{hub: 1, elsewhere: 0} {
		if all, err := s.Clarifications(t.Context(), batch.Peer{ID: caller, Role: batch.RoleHub}, batch.Ask{}, 10); err != nil || len(all) != want {
			t.Errorf("the hub %s is told %d, %v", caller.Short(), len(all), err)
		}
	}
	if all, err := s.Clarifications(t.Context(), batch.Peer{ID: hub, Role: batch.RoleDevice}, batch.Ask{}, 10); err != nil || len(all) != 0 {
		t.Errorf("a device with a hub's ID is told %d, %v", len(all), err)
	}
}
