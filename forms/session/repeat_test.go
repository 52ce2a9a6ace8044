package session_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

func TestAnAnswerInARepeatConcernsItsOwnInstanceUnlessOthersReadIt(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type         | name  | label | calculation           | repeat_count |
		|        | begin repeat | r     | R     |                       | 50           |
		|        | integer      | x     | X     |                       |              |
		|        | calculate    | twice |       | ${x} * 2              |              |
		|        | calculate    | first |       | ../../r[1]/y          |              |
		|        | integer      | y     | Y     |                       |              |
		|        | end repeat   |       |       |                       |              |`)
	before := f.Session.Visits()
	f.Answer("r[7]/x", "4")
	f.Value("r[7]/twice", "8")
	if n := f.Session.Visits() - before; n != 1 {
		t.Errorf("%d nodes were recomputed, want 1", n)
	}
	f.Answer("r[1]/y", "3")
	f.Value("r[50]/first", "3")
}

func TestRepeatsGrowShrinkAndKeepTheirOwnAnswers(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type         | name   | label    | calculation | relevant | constraint |
		|        | begin repeat | member | Member   |             |          |            |
		|        | text         | name   | Name     |             |          |            |
		|        | integer      | age    | Age      |             |          |            |
		|        | text         | school | School   |             | ${age} < 18 |         |
		|        | calculate    | place  |          | position(..)|          |            |
		|        | begin repeat | phone  | Phone    |             |          |            |
		|        | text         | number | Number of ${name} |    |          |            |
		|        | end repeat   |        |          |             |          |            |
		|        | end repeat   |        |          |             |          |            |
		|        | calculate    | total  |          | sum(${age}) |          |            |
		|        | calculate    | many   |          | count(${member}) |     |            |
		|        | calculate    | phones |          | count(${phone}) |      |            |`)
	f.Answer("member[1]/age", "40")
	f.Answer("member[1]/name", "Asha")
	f.Value("many", "1")
	if ref := f.Add("member"); ref != "/data/member[2]" {
		t.Errorf("the new one is %s", ref)
	}
	f.Answer("member[2]/age", "9")
	f.Answer("member[2]/name", "Ben")
	f.NotRelevant("member[1]/school")
	f.Relevant("member[2]/school")
	f.Value("total", "49")
	f.Value("member[2]/place", "2")
	f.Add("member")
	f.Answer("member[3]/age", "1")
	if ref := f.Add("member[2]/phone"); ref != "/data/member[2]/phone[2]" {
		t.Errorf("the nested one is %s", ref)
	}
	f.Value("phones", "4")
	if label := f.Of("member[2]/phone[2]/number").Label; label != "Number of Ben" {
		t.Errorf("label %q", label)
	}
	if err := f.RemoveRepeat("/data/member[1]"); err != nil {
		t.Fatal(err)
	}
	f.Value("total", "10")
	f.Value("many", "2")
	f.Value("phones", "3")
	f.Value("member[1]/name", "Ben")
	f.Value("member[1]/place", "1")
	f.Value("member[2]/place", "2")
	if _, ok := f.Node("/data/member[3]"); ok {
		t.Error("three are left")
	}
}

func TestARepeatCountIsFollowedAndASlipOfItLosesNothing(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type         | name   | label | repeat_count | calculation | default |
		|        | integer      | many   | Many? |              |             |         |
		|        | begin repeat | member | M     | ${many}      |             |         |
		|        | text         | name   | Name  |              |             |         |
		|        | text         | who    | Who   |              |             | concat('n', position(..)) |
		|        | end repeat   |        |       |              |             |         |
		|        | calculate    | seen   |       |              | count(${member}) |    |`)
	f.Value("seen", "0")
	f.Answer("many", "12")
	f.Value("seen", "12")
	f.Value("member[12]/who", "n12")
	f.Answer("member[12]/name", "Zoe")
	f.Answer("many", "1")
	f.Value("seen", "1")
	draft := f.Draft()
	f.Answer("many", "12")
	f.Value("member[12]/name", "Zoe")
	if sub := f.Submission(); strings.Count(string(sub.XML), "<member>") != 12 {
		t.Errorf("%s", sub.XML)
	}
	resumed, err := session.Resume(f.Definition(), draft, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := resumed.Node("/data/member"); len(n.Children) != 1 || n.CanAdd {
		t.Errorf("after resuming: %+v", n)
	}
	if err := resumed.Set("/data/many", "12"); err != nil {
		t.Fatal(err)
	}
	if n, _ := resumed.Node("/data/member[12]/name"); n.Value != "Zoe" {
		t.Errorf("the name is %q", n.Value)
	}
	if _, err := f.AddRepeat("/data/member"); !errors.Is(err, session.ErrCounted) {
		t.Errorf("adding: %v", err)
	}
	f.Answer("many", "999999999")
	f.Value("seen", fmt.Sprint(session.MaxInstances))
}

func TestARepeatMayAskForOneMoreAsLongAsTheAnswerIsYes(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type         | name | label | repeat_count |
		|        | begin repeat | r    | R     | if(count(${r}) = 0 or ${r}[last()]/more = 'y', count(${r}) + 1, count(${r})) |
		|        | text         | more | More? |              |
		|        | end repeat   |      |       |              |`)
	for i := 1; i <= 3; i++ {
		if n := len(f.Of("r").Children); n != i {
			t.Fatalf("%d instances, want %d", n, i)
		}
		f.Answer(fmt.Sprintf("r[%d]/more", i), "y")
	}
}
