package session_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

func TestAgeIsAskedOnlyOfPeopleWhoAreHome(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type    | name | label    | relevant     |
		|        | text    | home | Home?    |              |
		|        | integer | age  | How old? | ${home}='y'  |`)
	f.NotRelevant("age")
	f.Answer("home", "y")
	f.Relevant("age")
}

func TestWhatIsNotRelevantIsKeptInTheDraftAndLeftOutOfTheSubmission(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type        | name | label    | relevant     | calculation |
		|        | text        | home | Home?    |              |   |
		|        | begin group | g    | G        | ${home}='y'  |   |
		|        | integer     | age  | How old? |              |   |
		|        | end group   |      |          |              |   |
		|        | calculate   | seen |          |              | concat('[', ${age}, ']') |`)
	f.Answer("home", "y")
	f.Answer("age", "7")
	f.Value("seen", "[7]")
	f.Answer("home", "n")
	f.Value("seen", "[]")
	if draft := string(f.Draft().XML); !strings.Contains(draft, "<age>7</age>") {
		t.Errorf("the draft lost the answer: %s", draft)
	}
	if sub := string(f.Submission().XML); strings.Contains(sub, "<g>") || strings.Contains(sub, "age") {
		t.Errorf("the submission holds what is not relevant: %s", sub)
	}
	f.Answer("home", "y")
	f.Value("age", "7")
	f.Value("seen", "[7]")
}

func TestConstraintsApplyToAnswersAndRequiredToBlanks(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type    | name | label    | required | constraint | constraint_message | required_message | relevant |
		|        | integer | age  | How old? | yes      | . > 0      | Above 0, ${who}.   | Please, ${who}!  |          |
		|        | text    | who  | Who?     |          |            |                    |                  |          |
		|        | text    | gone | Gone?    | yes      |            |                    |                  | false()  |`)
	f.Answer("who", "Asha")
	found := f.Validate()
	if len(found) != 1 || found[0].Kind != session.ViolatesRequired || found[0].Message != "Please, Asha!" {
		t.Errorf("blank: %+v", found)
	}
	f.Violates("age", "-3", session.ViolatesConstraint)
	f.Value("age", "-3") // what was typed stays
	if found = f.Validate(); len(found) != 1 || found[0].Message != "Above 0, Asha." || found[0].Ref != "/data/age" {
		t.Errorf("against the constraint: %+v", found)
	}
	f.Violates("age", "many", session.ViolatesType)
	if _, found = f.Finalize(); len(found) != 1 || found[0].Kind != session.ViolatesType {
		t.Errorf("no number: %+v", found)
	}
	f.Answer("age", "3")
	f.Submission()
}

func TestCalculationsFollowTheirOrderNotTheSheets(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type      | name  | label | calculation     |
		|        | calculate | three |       | ${two} + ${one} |
		|        | calculate | two   |       | ${one} * 2      |
		|        | integer   | one   | One   |                 |`)
	f.Value("three", "")
	f.Answer("one", "4")
	f.Value("two", "8")
	f.Value("three", "12")
	f.Answer("one", "")
	f.Value("three", "")
}

func TestWhatIsComputedFromItselfIsADiagnosticNotAHang(t *testing.T) {
	def := formstest.Read(t, `
		| survey | type      | name | label | calculation | relevant  |
		|        | calculate | a    |       | ${b} + 1    |           |
		|        | text      | c    | C     |             | ${a} > 1  |
		|        | calculate | b    |       | ${c} + 1    |           |`)
	_, err := session.Start(def, session.Options{})
	var d forms.Diagnostic
	if !errors.As(err, &d) || d.Code != "cycle" || d.Place.Sheet != "survey" || d.Place.Row == 0 {
		t.Errorf("got %v", err)
	}
	if found := session.Check(def); len(found) == 0 {
		t.Error("Check finds nothing")
	}
}

func TestAFormThatReadsEverythingEverywhereIsRefusedInBoundedTime(t *testing.T) {
	var b strings.Builder
	b.WriteString("| survey | type | name | label | relevant |\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "| | text | q%d | Q | count(//a//b//a//b//c) + count(//q%d) + count(/data/*[. = %d]) > 1 |\n", i, (i+1)%3000, i)
	}
	_, err := session.Start(formstest.Read(t, b.String()), session.Options{})
	var d forms.Diagnostic
	if !errors.As(err, &d) {
		t.Errorf("got %v", err)
	}
}

func TestSumsOverWildcardsFollowTheirParts(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type        | name | label | calculation |
		|        | begin group | g    | G     |             |
		|        | integer     | a    | A     |             |
		|        | integer     | b    | B     |             |
		|        | end group   |      |       |             |
		|        | calculate   | all  |       | sum(/data/g/*[. != '']) |
		|        | calculate   | any  |       | count(//b[. > 1]) |`)
	f.Answer("a", "1")
	f.Answer("b", "2")
	f.Value("all", "3")
	f.Value("any", "1")
}

func TestAnAnswerRecomputesOnlyWhatDependsOnIt(t *testing.T) {
	var b strings.Builder
	b.WriteString("| survey | type | name | label | calculation |\n")
	for i := range 500 {
		fmt.Fprintf(&b, "| | integer | q%d | Q | |\n| | calculate | c%d | | ${q%d} + 1 |\n", i, i, i)
	}
	f := formstest.Fill(t, b.String())
	before := f.Session.Visits()
	f.Answer("q250", "1")
	f.Value("c250", "2")
	if n := f.Session.Visits() - before; n > 2 {
		t.Errorf("%d nodes were recomputed, want 1", n)
	}
}

func TestChoicesAreFilteredByEarlierAnswers(t *testing.T) {
	f := formstest.Fill(t, `
		| survey  | type             | name   | label  | choice_filter     |
		|         | select_one state | state  | State  |                   |
		|         | select_one city  | city   | City   | state = ${state}  |
		|         | select_multiple city | visited | Visited | state = ${state} |
		| choices | list_name | name | label  | state |
		|         | state     | ke   | Kenya  |       |
		|         | state     | tz   | Tanzania |     |
		|         | city      | nbo  | Nairobi| ke    |
		|         | city      | mba  | Mombasa| ke    |
		|         | city      | dar  | Dar    | tz    |`)
	f.Answer("state", "ke")
	if got, want := f.Of("city").Choices, []session.Choice{{Value: "nbo", Label: "Nairobi"}, {Value: "mba", Label: "Mombasa"}}; !slices.Equal(got, want) {
		t.Errorf("choices %+v", got)
	}
	f.Violates("city", "dar", session.ViolatesChoice)
	f.Answer("city", "mba")
	f.Violates("visited", "nbo nbo", session.ViolatesChoice)
	f.Answer("visited", "  nbo   mba ")
	f.Value("visited", "nbo mba")
	f.Answer("state", "tz")
	f.Value("city", "") // what is no longer offered is set aside …
	f.Value("visited", "")
	if draft := string(f.Draft().XML); !strings.Contains(draft, "<visited>nbo mba</visited>") {
		t.Errorf("the draft lost the answer: %s", draft)
	}
	f.Answer("city", "dar")
	f.Answer("state", "ke")
	f.Value("city", "") // … and comes back, unless it was answered anew
	f.Value("visited", "nbo mba")
}

func TestChoicesComeFromAFileInTheLanguageAsked(t *testing.T) {
	table := `
		| survey | type                               | name    | label | choice_filter   | parameters |
		|        | select_one_from_file countries.csv | country | Where |                 | value=code label=title |
		|        | select_one_from_file countries.csv | near    | Near  | region = instance('countries')/root/item[code = ${country}]/region | value=code label=title |
		|        | calculate                          | shown   |       |                 |            |`
	table = strings.Replace(table, "|        | calculate                          | shown   |       |                 |            |", "", 1)
	csv := "\xEF\xBB\xBFcode,title::English (en),title::Kiswahili (sw),region\nKE,Kenya,Kenya,East\nEG,Egypt,Misri,North\nTZ,Tanzania,Tanzania,East\n"
	with := func(o *session.Options) {
		o.File = func(name string) ([]byte, error) { return []byte(csv), nil }
		o.Languages = []string{"sw"}
	}
	f := formstest.Fill(t, table, with)
	if got := f.Of("country").Choices[1]; got.Value != "EG" || got.Label != "Misri" {
		t.Errorf("got %+v", got)
	}
	f.Answer("country", "KE")
	if got := f.Of("near").Choices; len(got) != 2 || got[1].Value != "TZ" {
		t.Errorf("filtered: %+v", got)
	}
	if _, err := session.Start(f.Definition(), session.Options{}); err == nil || !strings.Contains(err.Error(), "countries.csv") {
		t.Errorf("without the file: %v", err)
	}
}

func TestDefaultsAndPreloadsStandAtTheStart(t *testing.T) {
	f := formstest.Fill(t, `
		| survey   | type     | name   | label  | default      | calculation    |
		|          | start    | start  |        |              |                |
		|          | end      | end    |        |              |                |
		|          | today    | today  |        |              |                |
		|          | deviceid | device |        |              |                |
		|          | text     | plain  | Plain  | as it is     |                |
		|          | date     | when   | When   | today()      |                |
		|          | text     | from   | From   | concat(${plain}, '!') |       |
		| settings | form_id  | version | instance_name             |
		|          | f        | 3       | concat('on ', ${today})   |`,
		func(o *session.Options) { o.Property = map[string]string{"deviceid": "box-7"} })
	f.Value("start", "2026-03-31T14:30:00.000+03:00")
	f.Value("end", "")
	f.Value("today", "2026-03-31")
	f.Value("device", "box-7")
	f.Value("plain", "as it is")
	f.Value("when", "2026-03-31")
	f.Value("from", "as it is!")
	f.Answer("when", "")
	draft := f.Draft()
	sub := f.Submission()
	if sub.InstanceName != "on 2026-03-31" || !strings.HasPrefix(sub.InstanceID, "uuid:") || sub.FormID != "f" || sub.Version != "3" {
		t.Errorf("%+v", sub)
	}
	f.Value("end", "2026-03-31T14:30:00.000+03:00")
	again, err := session.Resume(f.Definition(), draft, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := again.Node("/data/when"); n.Value != "" {
		t.Errorf("a default came back: %q", n.Value)
	}
}

func TestATriggerComputesOnceWhenItsQuestionIsAnswered(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type      | name | label | trigger | calculation     |
		|        | text      | a    | A     |         |                 |
		|        | text      | b    | B     |         |                 |
		|        | calculate | c    |       | ${a}    | concat(${a}, ${b}) |`)
	f.Value("c", "")
	f.Answer("b", "2")
	f.Value("c", "")
	f.Answer("a", "1")
	f.Value("c", "12")
	f.Answer("b", "3")
	f.Value("c", "12")
}

func TestLabelsFallBackAlongTheChain(t *testing.T) {
	f := formstest.Fill(t, `
		| survey   | type | name | label::English (en) | label::Kiswahili (sw) | label::Français (fr) |
		|          | text | a    | Name                | Jina                  | Nom                  |
		|          | text | b    | Place               |                       | Lieu                 |
		| settings | default_language |
		|          | English (en)     |`,
		func(o *session.Options) { o.Languages = []string{"ki", "Kiswahili (sw)"} })
	if n := f.Of("a"); n.Label != "Jina" || n.Language != "Kiswahili (sw)" {
		t.Errorf("%q in %q", n.Label, n.Language)
	}
	if n := f.Of("b"); n.Label != "Place" || n.Language != "English (en)" {
		t.Errorf("%q in %q", n.Label, n.Language)
	}
	f.SetLanguages("fr")
	if n := f.Of("b"); n.Label != "Lieu" {
		t.Errorf("%q", n.Label)
	}
}

func TestWhoWatchesHearsWhatMayLookDifferent(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type | name | label           | relevant     | required |
		|        | text | a    | A               |              |          |
		|        | text | b    | B               | ${a} = 'y'   |          |
		|        | note | c    | You said ${a}   |              |          |
		|        | text | d    | D               |              | ${a}='y' |
		|        | text | e    | E               |              |          |`)
	var heard []forms.Ref
	cancel := f.Subscribe(func(changed []forms.Ref) { heard = append(heard, changed...) })
	f.Answer("a", "y")
	if want := []forms.Ref{"/data/a", "/data/b", "/data/c", "/data/d"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
	if label := f.Of("c").Label; label != "You said y" {
		t.Errorf("label %q", label)
	}
	heard = nil
	cancel()
	f.Answer("a", "n")
	if heard != nil {
		t.Errorf("heard %q after cancelling", heard)
	}
}

func TestReadOnlyQuestionsTakeNoAnswer(t *testing.T) {
	f := formstest.Fill(t, `
		| survey | type | name | label | readonly | default |
		|        | text | a    | A     | yes      | fixed   |
		|        | note | n    | Note  |          |         |`)
	f.Violates("a", "other", session.ViolatesReadOnly)
	f.Value("a", "fixed")
	f.Violates("n", "x", session.ViolatesReadOnly)
	if err := f.Set("/data/none", "x"); !errors.Is(err, session.ErrNoNode) {
		t.Errorf("got %v", err)
	}
}

func TestAnswersMustBeOfTheQuestionsType(t *testing.T) {
	for _, c := range []struct {
		kind      string
		good, bad []string
	}{
		{"integer", []string{"0", "-7", "123456789012"}, []string{"1.5", "x", "1e3", "+1", "99999999999999999999"}},
		{"decimal", []string{"1.5", "-.5", "7"}, []string{"1,5", "NaN", "1e3", "-", "."}},
		{"date", []string{"2024-02-29"}, []string{"2023-02-29", "31.12.2023", "2023-1-1"}},
		{"time", []string{"14:30", "14:30:00.000+03:00", "14:30:05Z"}, []string{"25:00", "2 pm"}},
		{"dateTime", []string{"2024-02-29T14:30:00.000+03:00", "2024-02-29"}, []string{"2024-02-30T14:30", "now"}},
		{"geopoint", []string{"-1.28 36.82", "-1.28 36.82 1795 5"}, []string{"91 0", "0 181", "1", "a b"}},
		{"geoshape", []string{"0 0; 0 1; 1 1; 0 0"}, []string{"0 0; 0 1; 1 1", "0 0"}},
	} {
		f := formstest.Fill(t, "| survey | type | name | label |\n| | "+c.kind+" | q | Q |")
		for _, v := range c.good {
			f.Answer("q", v)
		}
		for _, v := range c.bad {
			f.Violates("q", v, session.ViolatesType)
		}
	}
}

func TestARangeHasEndsAndARankHasAll(t *testing.T) {
	f := formstest.Fill(t, `
		| survey  | type      | name | label | parameters |
		|         | range     | r    | R     | start=1 end=5 step=1 |
		|         | rank c    | k    | K     |            |
		| choices | list_name | name | label |
		|         | c         | a    | A     |
		|         | c         | b    | B     |`)
	f.Answer("r", "5")
	f.Violates("r", "6", session.ViolatesConstraint)
	f.Answer("k", "b a")
	f.Violates("k", "b", session.ViolatesChoice)
}

func TestDraftsAreTheSameBytesAfterResuming(t *testing.T) {
	def := formstest.Read(t, `
		| survey   | type         | name | label | relevant |
		|          | text         | a    | A     |          |
		|          | text         | b    | B     | ${a} = 'none' |
		|          | begin repeat | r    | R     |          |
		|          | text         | c    | C     |          |
		|          | end repeat   |      |       |          |
		| settings | form_id  | version |
		|          | a&"b     | <1>     |`)
	f := formstest.Start(t, def)
	nasty := "  <b>\"&amp;'\r\n\r]]>\t\x00\xff é مرحبا 𐍈 "
	f.Answer("a", nasty)
	f.Answer("b", "hidden")
	f.Add("r")
	f.Answer("r[2]/c", "two")
	d := f.Draft()
	if err := xml.Unmarshal(d.XML, new(struct{})); err != nil {
		t.Fatal(err)
	}
	again, err := session.Resume(def, d, session.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Draft(); !bytes.Equal(got.XML, d.XML) || got.InstanceID != d.InstanceID || !got.Started.Equal(d.Started) {
		t.Errorf("\n%s\n%s", d.XML, got.XML)
	}
	if n, _ := again.Node("/data/a"); !strings.HasPrefix(n.Value, "  <b>") || !strings.Contains(n.Value, "'\n\r]]>\t") {
		t.Errorf("%q", n.Value)
	}
}

func TestADraftWithAnswersTheFormDoesNotAskIsNotCutDown(t *testing.T) {
	f := formstest.Fill(t, "| survey | type | name | label |\n| | text | a | A |\n| | text | b | B |")
	f.Answer("b", "kept")
	newer := formstest.Read(t, "| survey | type | name | label |\n| | text | a | A |")
	_, err := session.Resume(newer, f.Draft(), session.Options{})
	var m *session.MismatchError
	if !errors.As(err, &m) || len(m.Lost) != 1 || m.Lost[0].Value != "kept" {
		t.Errorf("got %v", err)
	}
	f.Answer("b", "")
	if _, err := session.Resume(newer, f.Draft(), session.Options{}); err != nil {
		t.Errorf("nothing would be lost: %v", err)
	}
}

func TestTheSameSeedDrawsTheSameInstanceID(t *testing.T) {
	draw := func() string {
		return formstest.Fill(t, "| survey | type | name | label |\n| | text | a | A |", func(o *session.Options) {
			o.Rand = rand.New(rand.NewPCG(7, 7))
		}).InstanceID()
	}
	if a, b := draw(), draw(); a != b || len(a) != len("uuid:00000000-0000-4000-8000-000000000000") {
		t.Errorf("%s, %s", a, b)
	}
}
