package session_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

const members = `
	| survey | type         | name   | label   | calculation    | relevant    | readonly |
	|        | text         | home   | Home?   |                |             |          |
	|        | begin repeat | member | Member  |                |             |          |
	|        | text         | name   | Name    |                |             |          |
	|        | integer      | age    | Age     |                |             |          |
	|        | text         | school | School? |                | ${age} < 18 |          |
	|        | calculate    | twice  |         | ${age} * 2     |             |          |
	|        | begin repeat | phone  | Phone   |                |             |          |
	|        | text         | number | Number  |                |             |          |
	|        | end repeat   |        |         |                |             |          |
	|        | end repeat   |        |         |                |             |          |
	|        | calculate    | all    |         | sum(${age})    |             |          |
	|        | calculate    | sum    |         | sum(${twice})  |             |          |`

// fillSlowly is Fill with a clock that goes on at every look by so much.
func fillSlowly(t *testing.T, table string, by time.Duration) *formstest.Scenario {
	now := formstest.Clock
	return formstest.Fill(t, table, func(o *session.Options) {
		o.Now = func() time.Time { now = now.Add(by); return now }
	})
}

func TestWhatAPersonDidIsTakenBackStepByStep(t *testing.T) {
	f := fillSlowly(t, members, time.Minute)
	start := string(f.Draft().XML)
	var states []string
	does := func(do func()) {
		states = append(states, string(f.Draft().XML))
		do()
	}
	does(func() { f.Answer("home", "here") })
	does(func() { f.Answer("member[1]/age", "12") })
	does(func() { f.Answer("member[1]/school", "Aga") })
	does(func() { f.Add("member") })
	does(func() { f.Answer("member[2]/age", "40") })
	does(func() { f.Answer("home", "") })
	does(func() {
		if err := f.RemoveRepeat(f.Ref("member[1]")); err != nil {
			t.Fatal(err)
		}
	})
	f.Value("all", "40")
	does(func() {
		if _, err := f.DuplicateRepeat(f.Ref("member[1]")); err != nil {
			t.Fatal(err)
		}
	})
	f.Value("sum", "160")
	for i := len(states) - 1; i >= 0; i-- {
		if _, ok := f.Undo(); !ok {
			t.Fatalf("step %d can't be taken back", i)
		}
		if got := string(f.Draft().XML); got != states[i] {
			t.Errorf("after step %d was taken back:\n got %s\nwant %s", i, got, states[i])
		}
		if i == 6 {
			f.Value("all", "52")
			f.Relevant("member[1]/school")
		}
	}
	if ref, ok := f.Undo(); ok || f.CanUndo() {
		t.Errorf("%s was taken back beyond the beginning", ref)
	}
	if string(f.Draft().XML) != start {
		t.Error("it isn't as it was at the start")
	}
}

func TestLettersTypedInOneGoAreOneStep(t *testing.T) {
	f := fillSlowly(t, members, 10*time.Millisecond)
	for i := range "Kisumu" {
		f.Answer("home", "Kisumu"[:i+1])
	}
	if ref, ok := f.Undo(); !ok || ref != f.Ref("home") {
		t.Errorf("took back %s, %v", ref, ok)
	}
	f.Value("home", "")
	if f.CanUndo() {
		t.Error("there is more to take back")
	}
}

func TestADuplicateHasTheAnswersAndIsIndependent(t *testing.T) {
	f := formstest.Fill(t, members)
	f.Answer("member[1]/name", "Asha")
	f.Answer("member[1]/age", "12")
	f.Answer("member[1]/school", "Aga")
	f.Add("member[1]/phone")
	f.Answer("member[1]/phone[2]/number", "0711")
	if err := f.SetRemark(f.Ref("member[1]/age"), session.Remark{Note: "about"}); err != nil {
		t.Fatal(err)
	}
	ref, err := f.DuplicateRepeat(f.Ref("member[1]"))
	if err != nil || ref != f.Ref("member[2]") {
		t.Fatalf("duplicated as %s: %v", ref, err)
	}
	for name, want := range map[string]string{"name": "Asha", "age": "12", "school": "Aga", "twice": "24", "phone[2]/number": "0711"} {
		f.Value("member[2]/"+name, want)
	}
	if got := f.Of("member[2]/age").Remark.Note; got != "about" {
		t.Errorf("its note is %q", got)
	}
	f.Value("sum", "48")
	f.Answer("member[2]/age", "30")
	f.Value("member[1]/age", "12")
	f.Value("sum", "84")
	if _, err := f.DuplicateRepeat(f.Ref("member")); !errors.Is(err, session.ErrNoNode) {
		t.Errorf("the repeat itself was duplicated: %v", err)
	}
	counted := formstest.Fill(t, `
		| survey | type         | name | label | repeat_count |
		|        | begin repeat | r    | R     | 2            |
		|        | integer      | x    | X     |              |
		|        | end repeat   |      |       |              |`)
	if _, err := counted.DuplicateRepeat(counted.Ref("r[1]")); !errors.Is(err, session.ErrCounted) {
		t.Errorf("an instance that the form counts was duplicated: %v", err)
	}
}

func TestARemarkTravelsWithTheResponse(t *testing.T) {
	f := formstest.Fill(t, members)
	plain := string(f.Draft().XML)
	if strings.Contains(plain, "remark") {
		t.Errorf("a response without remarks says something of them: %s", plain)
	}
	note := "We mean \"2006\" <not> 2007"
	if err := f.SetRemark(f.Ref("member[1]/name"), session.Remark{Note: note}); err != nil {
		t.Fatal(err)
	}
	if err := f.SetRemark(f.Ref("home"), session.Remark{NoOpinion: true}); err != nil {
		t.Fatal(err)
	}
	draft := f.Draft()
	again, err := session.Resume(f.Definition(), draft, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Draft().XML; string(got) != string(draft.XML) {
		t.Errorf("read again it is\n%s, was\n%s", got, draft.XML)
	}
	sub, found := f.Finalize()
	if len(found) > 0 {
		t.Fatal(found)
	}
	in, err := session.ReadInstance(sub.XML)
	if err != nil || len(in.Remarks) != 2 || !in.Remarks[0].NoOpinion || in.Remarks[1].Note != note {
		t.Errorf("the secretariat reads %+v, %v", in.Remarks, err)
	}
	f.Answer("home", "here")
	if f.Of("home").Remark.NoOpinion {
		t.Error("there is no opinion beside an answer")
	}
	if err := f.SetRemark(f.Ref("home"), session.Remark{Note: strings.Repeat("ä", 3000), NoOpinion: true}); err != nil {
		t.Fatal(err)
	}
	if r := f.Of("home").Remark; r.NoOpinion || len([]rune(r.Note)) != session.MaxRemark {
		t.Errorf("it is said %v in %d characters", r.NoOpinion, len([]rune(r.Note)))
	}
}

func TestWordsHaveTheirPicturesAndGuidance(t *testing.T) {
	f := formstest.Fill(t, `
		| survey  | type         | name | label | guidance_hint      | media::image::English (en) | media::audio::Français (fr) |
		|         | select_one a | q    | Q     | Count those absent | well.png                   | puits.mp3                   |
		| choices | list_name    | name | label | media::image       | geometry                   |
		|         | a            | x    | X     | x.png              | 1 2                        |
		|         | a            | y    | Y     |                    |                            |`,
		func(o *session.Options) { o.Languages = []string{"en"} })
	n := f.Of("q")
	if n.Guidance != "Count those absent" || n.Media.Image != "well.png" || n.Media.Audio != "puits.mp3" {
		t.Errorf("%q %+v", n.Guidance, n.Media)
	}
	if c := n.Choices; c[0].Media.Image != "x.png" || c[1].Media.Image != "" || c[0].Geometry != "1 2" {
		t.Errorf("%+v", c)
	}
}
