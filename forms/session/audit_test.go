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
		if (r[0] == "question" || r[0] == "add repeat") != (r[3] != "") {
			t.Errorf("%v has an end, or none", r)
		}
	}
	want := []string{
		"form start|||", "question|/data/who||Asha B.", "question|/data/age||-1", "constraint error|/data/age||",
		"question|/data/age|-1|7", "add repeat|/data/r[2]||", "form resume|||", "question|/data/r[1]/x||",
		"delete repeat|/data/r[2]||", "form save|||", "form exit|||", "form finalize|||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// logOf finishes s and reads its log without the times.
func logOf(t *testing.T, s *session.Session) (head string, lines []string) {
	t.Helper()
	sub, found := s.Finalize()
	if len(found) > 0 {
		t.Fatal(found)
	}
	rows, err := csv.NewReader(strings.NewReader(string(sub.Audit))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		lines = append(lines, strings.Join(append(r[:2:2], r[4:]...), "|"))
	}
	return strings.Join(rows[0], ","), lines
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOfAScreenWithManyQuestionsTheLogHasTheGroupAndWhatChanged(t *testing.T) {
	f := formstest.Start(t, formstest.Read(t, `
		| survey | type        | name | label | appearance | parameters         |
		|        | text        | a    | A     |            |                    |
		|        | begin group | g    | G     | field-list |                    |
		|        | text        | b    | B     |            |                    |
		|        | text        | c    | C     |            |                    |
		|        | end group   |      |       |            |                    |
		|        | audit       |      |       |            | track-changes=true |`))
	f.Come("/data/a")
	f.Come("/data/g")
	f.Come("/data/g/b")
	f.Come("/data/g/c")
	f.Answer("c", "x, y")
	f.Log(session.EventJump)
	f.Come("/data/a")
	f.Log(session.EventEndScreen)
	_, got := logOf(t, f.Session)
	same(t, got, []string{
		"form start|||", "question|/data/a||", "question|/data/g/c||x, y", "group questions|/data/g||", "jump|||",
		"question|/data/a||", "end screen|||", "form save|||", "form exit|||", "form finalize|||",
	})
}

func TestADraftsLogHasWhatIsLookedAtAndGoesOnAfterIt(t *testing.T) {
	def := formstest.Read(t, `
		| survey | type  | name | label |
		|        | text  | a    | A     |
		|        | audit |      |       |`)
	f := formstest.Start(t, def)
	f.Come("/data/a")
	for range 3 { // taking a draft changes nothing
		if log := f.Draft().Audit; len(log) != 2 || log[1].Event != "question" || log[1].End.IsZero() {
			t.Fatalf("the draft's log is %v", log)
		}
	}
	_, got := logOf(t, f.Session)
	same(t, got, []string{"form start|", "question|/data/a", "form save|", "form exit|", "form finalize|"})
}

func TestTheLogSaysWhereSomebodyWas(t *testing.T) {
	const form = `
		| survey | type  | name | label | parameters |
		|        | text  | a    | A     |            |
		|        | audit |      |       | location-priority=balanced location-min-interval=60 location-max-age=120 |`
	clock := formstest.Clock
	at, asked := "1 2 0 50", 0
	f := formstest.Start(t, formstest.Read(t, form), func(o *session.Options) {
		o.Now = func() time.Time { return clock }
		o.Locate = func() string { asked++; return at }
	})
	f.Come("/data/a")
	at = "3 4 0 70" // less accurate: the one before counts while it is not too old
	clock = clock.Add(70 * time.Second)
	f.Log(session.EventJump)
	clock = clock.Add(61 * time.Second)
	f.Come("/data/a")
	at = ""
	clock = clock.Add(10 * time.Minute)
	head, got := logOf(t, f.Session)
	if head != "event,node,start,end,latitude,longitude,accuracy" {
		t.Errorf("heading %s", head)
	}
	same(t, got, []string{
		"form start||1|2|50", "location tracking enabled||1|2|50", "question|/data/a|1|2|50", "jump||1|2|50",
		"question|/data/a|3|4|70", "form save||||", "form exit||||", "form finalize||||",
	})
	if asked != 4 {
		t.Errorf("the device was asked %d times", asked)
	}

	f = formstest.Start(t, formstest.Read(t, form))
	_, got = logOf(t, f.Session)
	same(t, got, []string{
		"form start||||", "location tracking enabled||||", "location providers disabled||||",
		"form save||||", "form exit||||", "form finalize||||",
	})
}

func TestAReasonIsAskedOnlyWhenAFinishedResponseWasChanged(t *testing.T) {
	def := formstest.Read(t, `
		| survey | type  | name | label | parameters |
		|        | text  | a    | A     |            |
		|        | audit |      |       | track-changes-reasons=on-form-edit identify-user=true |`)
	clock := formstest.Clock
	o := session.Options{Now: func() time.Time { clock = clock.Add(time.Second); return clock }}
	s, err := session.Start(def, o)
	if err != nil {
		t.Fatal(err)
	}
	if !s.NeedsUser() {
		t.Error("nobody is asked who they are")
	}
	s.Identify("  ")
	if !s.NeedsUser() {
		t.Error("a blank name is taken")
	}
	s.Identify("Asha")
	if err := s.Set("/data/a", "1"); err != nil || s.NeedsUser() || s.NeedsReason() {
		t.Errorf("%v: user %v, reason %v", err, s.NeedsUser(), s.NeedsReason())
	}
	sub, _ := s.Finalize()
	if log := string(sub.Audit); !strings.HasPrefix(log, "event,node,start,end,user,change-reason\n") || strings.Count(log, ",Asha,") != 5 {
		t.Errorf("the log is\n%s", log)
	}

	s, err = session.Edit(def, sub.XML, o)
	if err != nil {
		t.Fatal(err)
	}
	s.Identify("Baraka")
	if s.NeedsReason() {
		t.Error("a reason is asked before anything was changed")
	}
	if err := s.Set("/data/a", "2"); err != nil || !s.NeedsReason() {
		t.Errorf("no reason is asked: %v", err)
	}
	s, err = session.Resume(def, s.Draft(), o)
	if err != nil || !s.NeedsReason() || s.User() != "Baraka" {
		t.Fatalf("after going on no reason is asked of %s: %v", s.User(), err)
	}
	s.Identify("Chiku")
	s.Reason(" ")
	if !s.NeedsReason() {
		t.Error("a blank reason is taken")
	}
	s.Reason("a slip of the pen")
	if s.NeedsReason() {
		t.Error("a reason is asked twice")
	}
	_, got := logOf(t, s)
	same(t, got, []string{
		"form resume||Baraka|", "question|/data/a|Baraka|", "form resume||Chiku|", "change reason||Chiku|a slip of the pen",
		"form save||Chiku|", "form exit||Chiku|", "form finalize||Chiku|",
	})
}

func TestTheLogSaysThatNothingWasRecorded(t *testing.T) {
	f := formstest.Start(t, formstest.Read(t, `
		| survey | type             | name | label |
		|        | text             | a    | A     |
		|        | background-audio | hear |       |
		|        | audit            |      |       |`))
	_, got := logOf(t, f.Session)
	same(t, got, []string{"form start|", "background audio disabled|", "form save|", "form exit|", "form finalize|"})
}
