package session_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

func TestTheAuditLogSaysWhatWasDoneAndWhen(t *testing.T) {
	clock := formstest.Clock
	tick := func(o *session.Options) {
		o.Now = func() time.Time { clock = clock.Add(time.Second); return clock }
	}
	def := formstest.Read(t, `
		| survey | type         | name | label | constraint | parameters         |
		|        | text         | who  | Who?  |            |                    |
		|        | integer      | age  | Age?  | . > 0      |                    |
		|        | begin repeat | r    | R     |            |                    |
		|        | text         | x    | X     |            |                    |
		|        | end repeat   |      |       |            |                    |
		|        | audit        |      |       |            | track-changes=true |`)
	f := formstest.Start(t, def, tick)
	f.Answer("who", "Asha")
	f.Answer("who", "Asha B.")
	f.Violates("age", "-1", session.ViolatesConstraint)
	f.Answer("age", "7")
	if _, err := f.AddRepeat("/data/r"); err != nil {
		t.Fatal(err)
	}
	draft := f.Draft()
	s, err := session.Resume(def, draft, session.Options{Now: func() time.Time { clock = clock.Add(time.Second); return clock }})
	if err != nil {
		t.Fatal(err)
	}
	s.Come("/data/r[1]/x")
	if err := s.RemoveRepeat("/data/r[2]"); err != nil {
		t.Fatal(err)
	}
	sub, found := s.Finalize()
	if len(found) > 0 {
		t.Fatal(found)
	}
	if !slices.Contains(sub.Attachments, session.AuditFile) || !strings.Contains(string(sub.XML), ">audit.csv</") {
		t.Errorf("the submission doesn't name its log: %v\n%s", sub.Attachments, sub.XML)
	}
	rows, err := csv.NewReader(strings.NewReader(string(sub.Audit))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); got != "event,node,start,end,old-value,new-value" {
		t.Errorf("heading %s", got)
	}
	var got []string
	last := ""
	for _, r := range rows[1:] {
		if r[2] < last {
			t.Errorf("%v begins before the event before it", r)
		}
		last = r[2]
		got = append(got, strings.Join([]string{r[0], r[1], r[4], r[5]}, "|"))
		if (r[0] == "question") != (r[3] != "") {
			t.Errorf("%v has an end, or none", r)
		}
	}
	want := []string{
		"form start|||", "question|/data/who||Asha B.", "question|/data/age||-1", "constraint error|/data/age||",
		"question|/data/age|-1|7", "add repeat|/data/r[2]||", "form resume|||", "question|/data/r[1]/x||",
		"delete repeat|/data/r[2]||", "form exit|||", "form finalize|||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
