package formview

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/formstest"
	"baraza.example/forms/session"
)

// A sheet is a form on the screen of somebody who fills it in.
type sheet struct {
	*Form
	t       *testing.T
	s       *session.Session
	window  fyne.Window
	changes int
	asked   []forms.Ref // for files
}

// fill shows the first page of the form that a table stands for, in a window as
// wide as a phone. The languages are those of the person.
func fill(t *testing.T, table string, languages ...string) *sheet {
	t.Helper()
	return fillDefinition(t, formstest.Read(t, table), languages...)
}

func fillDefinition(t *testing.T, def *forms.Definition, languages ...string) *sheet {
	t.Helper()
	around(t)
	s, err := session.Start(def, session.Options{Languages: languages})
	if err != nil {
		t.Fatal(err)
	}
	words := locale.New(append(languages, "en")...)
	sh := &sheet{t: t, s: s}
	sh.Form = NewForm(s, Options{Words: words, Changed: func() { sh.changes++ }, Attach: func(r forms.Ref) { sh.asked = append(sh.asked, r) }})
	t.Cleanup(sh.Close)
	sh.window = test.NewTempWindow(t, sh.Object())
	sh.window.Resize(fyne.NewSize(360, 600))
	sh.Show(sh.Pages()[0])
	return sh
}

// field is the question of this name as it stands on the page.
func (sh *sheet) field(name string) *field {
	sh.t.Helper()
	for _, d := range sh.order {
		if d.ref.Name() == name {
			return d
		}
	}
	sh.t.Fatalf("%s does not stand on the page", name)
	return nil
}

func (sh *sheet) types(name, words string) {
	sh.t.Helper()
	e := sh.entry(name)
	sh.window.Canvas().Focus(e)
	test.Type(e, words)
}

// entry is the first field of a question that is typed.
func (sh *sheet) entry(name string) *Entry {
	sh.t.Helper()
	switch c := sh.field(name).control.(type) {
	case *Text:
		return c.parts[0]
	case interface{ First() fyne.Focusable }:
		if e, ok := c.First().(*Entry); ok {
			return e
		}
	}
	sh.t.Fatalf("%s is not typed", name)
	return nil
}

func (sh *sheet) picks(name, label string) {
	sh.t.Helper()
	for _, r := range sh.field(name).control.(*Pick).rows {
		if r.Label() == label {
			test.Tap(r)
			return
		}
	}
	sh.t.Fatalf("%s has no choice %q", name, label)
}

func (sh *sheet) value(name string) string {
	n, _ := sh.s.Node(sh.field(name).ref)
	return n.Value
}

// shown is every text on the page, from top to bottom.
func (sh *sheet) shown() string { return strings.Join(drawn(sh.Object()), "\n") }

func (sh *sheet) sees(words ...string) {
	sh.t.Helper()
	shown := strings.Join(strings.Fields(sh.shown()), " ")
	for _, w := range words {
		if !strings.Contains(shown, w) {
			sh.t.Errorf("%q is not to be seen in %q", w, shown)
		}
	}
}

func (sh *sheet) doesNotSee(words ...string) {
	sh.t.Helper()
	shown := strings.Join(strings.Fields(sh.shown()), " ")
	for _, w := range words {
		if strings.Contains(shown, w) {
			sh.t.Errorf("%q is to be seen in %q", w, shown)
		}
	}
}

const household = `
	| survey | type            | name   | label            | hint        | relevant     | constraint | constraint_message | required | read_only |
	|        | text            | home   | Anybody home?    | y or n      |              |            |                    |          |           |
	|        | begin_group     | people | People           |             | ${home}='y'  |            |                    |          |           |
	|        | integer         | age    | How old?         |             |              | . < 150    | That is too old.   | yes      |           |
	|        | select_one yn   | well   | Are they well?   |             |              |            |                    | yes      |           |
	|        | select_multiple yn | which | Which of both?  |             |              |            |                    |          |           |
	|        | end_group       |        |                  |             |              |            |                    |          |           |
	|        | begin_group     | rest   | The rest         |             |              |            |                    |          |           |
	|        | note            | n      | Read this first. |             |              |            |                    |          |           |
	|        | date            | day    | Which day?       |             |              |            |                    |          |           |
	|        | text            | fixed  | Number           |             |              |            |                    |          | yes       |
	|        | image           | photo  | A picture        |             |              |            |                    |          |           |
	|        | acknowledge     | ok     | The rules        |             |              |            |                    |          |           |
	|        | end_group       |        |                  |             |              |            |                    |          |           |
	| choices | list_name | name | label |
	|         | yn        | y    | Yes   |
	|         | yn        | n    | No    |`

func (sh *sheet) page(label string) {
	sh.t.Helper()
	for _, p := range sh.Pages() {
		if p.Label == label {
			sh.Show(p)
			return
		}
	}
	sh.t.Fatalf("there is no page %q", label)
}

func (sh *sheet) pages() (labels []string) {
	for _, p := range sh.Pages() {
		labels = append(labels, p.Label)
	}
	return labels
}

func TestAGroupIsAPageAndIsThereOnlyWhileItIsAsked(t *testing.T) {
	sh := fill(t, household)
	if got := len(sh.pages()); got != 2 {
		t.Errorf("there are %d pages: %q", got, sh.pages())
	}
	sh.sees("Anybody home?", "y or n")
	sh.types("home", "y")
	if got := strings.Join(sh.pages()[1:], ", "); got != "People, The rest" {
		t.Errorf("after the answer the pages are %q", got)
	}
	if sh.changes == 0 {
		t.Error("nobody was told of the change")
	}
}

func TestAQuestionShowsUpWithItsConditionAndGoesWithIt(t *testing.T) {
	sh := fill(t, `
		| survey | type    | name | label    | relevant     |
		|        | text    | home | Home?    |              |
		|        | integer | age  | How old? | ${home}='y'  |
		|        | text    | last | The end  |              |`)
	sh.doesNotSee("How old?")
	before := sh.field("last").box.Position().Y
	sh.types("home", "y")
	sh.sees("How old?")
	if after := sh.field("last").box.Position().Y; after <= before {
		t.Errorf("what follows stands at %v, before at %v", after, before)
	}
	sh.types("home", "es")
	sh.doesNotSee("How old?")
}

func TestWhatIsWrongIsSaidWhenTheFieldIsLeftAndGoesWhenItIsRight(t *testing.T) {
	sh := fill(t, household)
	sh.types("home", "y")
	sh.page("People")
	sh.sees("Needed")
	sh.types("age", "200")
	sh.doesNotSee("That is too old.")
	sh.window.Canvas().Unfocus()
	sh.sees("That is too old.")
	e := sh.entry("age")
	e.SetText("20")
	sh.doesNotSee("That is too old.")
}

func TestAnAnswerOfAnotherKindIsExplainedByAnExample(t *testing.T) {
	sh := fill(t, household)
	sh.page("The rest")
	sh.types("day", "soon")
	sh.window.Canvas().Unfocus()
	sh.sees("This answer can't be taken as it is", "like 2007-06-22")
	if got := sh.entry("day").PlaceHolder; !strings.Contains(got, "2007-06-22") {
		t.Errorf("an empty date shows %q", got)
	}
}

func TestWhatIsMissingIsSaidAfterACheckOnly(t *testing.T) {
	sh := fill(t, household)
	sh.types("home", "y")
	sh.page("People")
	sh.doesNotSee("Needs an answer")
	sh.Check()
	if n := strings.Count(sh.shown(), "Needs an answer"); n != 2 {
		t.Errorf("it is said %d times", n)
	}
	sh.picks("well", "Yes")
	if n := strings.Count(sh.shown(), "Needs an answer"); n != 1 {
		t.Errorf("after one answer it is said %d times", n)
	}
}

func TestOneAndSeveralArePicked(t *testing.T) {
	sh := fill(t, household)
	sh.types("home", "y")
	sh.page("People")
	sh.picks("well", "Yes")
	sh.picks("well", "No")
	sh.picks("which", "No")
	sh.picks("which", "Yes")
	if sh.value("well") != "n" || sh.value("which") != "y n" {
		t.Errorf("picked are %q and %q", sh.value("well"), sh.value("which"))
	}
	sh.picks("which", "No")
	if sh.value("which") != "y" {
		t.Errorf("after taking one away it is %q", sh.value("which"))
	}
}

func TestAnAnswerThatIsNotNeededCanBeTakenBack(t *testing.T) {
	sh := fill(t, `
		| survey  | type          | name | label |
		|         | select_one yn | a    | A?    |
		| choices | list_name | name | label |
		|         | yn        | y    | Yes   |`)
	sh.doesNotSee("Clear the answer")
	sh.picks("a", "Yes")
	sh.sees("Clear the answer")
	test.Tap(sh.field("a").control.(*Pick).clear)
	if sh.value("a") != "" {
		t.Errorf("the answer is %q", sh.value("a"))
	}
}

func TestANoteIsReadAndNotAnswered(t *testing.T) {
	sh := fill(t, household)
	sh.page("The rest")
	sh.sees("Read this first.")
	if sh.field("n").control != nil {
		t.Error("a note has a control")
	}
}

func TestWhatIsReadOnlyCannotBeTypedIn(t *testing.T) {
	sh := fill(t, household)
	sh.page("The rest")
	if e := sh.entry("fixed"); !e.Disabled() {
		t.Error("it can be typed in")
	}
}

func TestAFileIsAskedForByItsQuestion(t *testing.T) {
	sh := fill(t, household)
	sh.page("The rest")
	test.Tap(sh.field("photo").control.(*Picture).upload.choose)
	if len(sh.asked) != 1 || sh.asked[0].Name() != "photo" {
		t.Errorf("asked were %v", sh.asked)
	}
	if err := sh.s.Set(sh.asked[0], "map.png"); err != nil {
		t.Fatal(err)
	}
	sh.sees("map.png", "Choose another file", "Remove")
	test.Tap(sh.field("photo").control.(*Picture).upload.remove)
	sh.doesNotSee("map.png")
}

func TestWhatWasReadIsAcknowledgedAndTakenBack(t *testing.T) {
	sh := fill(t, household)
	sh.page("The rest")
	row := sh.field("ok").control.(*Acknowledge).row
	test.Tap(row)
	if sh.value("ok") != "OK" || !row.Picked() {
		t.Errorf("the answer is %q", sh.value("ok"))
	}
	test.Tap(row)
	if sh.value("ok") != "" {
		t.Errorf("the answer is still %q", sh.value("ok"))
	}
}

func TestAnsweredAskedAndNeededAreCounted(t *testing.T) {
	sh := fill(t, household)
	sh.types("home", "y")
	people := sh.Pages()[1]
	answered, needed := sh.Answered(people)
	if asked := sh.Asked(people); answered != 0 || needed != 2 || asked != 3 {
		t.Errorf("%d answered, %d needed, %d asked", answered, needed, asked)
	}
	sh.page("People")
	sh.types("age", "20")
	sh.picks("which", "Yes")
	if answered, needed := sh.Answered(people); answered != 2 || needed != 1 {
		t.Errorf("%d answered, %d needed", answered, needed)
	}
	if got := sh.PageOf(sh.field("age").ref); got != 1 {
		t.Errorf("the age stands on page %d", got)
	}
	if got := sh.PageOf("/data/nowhere"); got != -1 {
		t.Errorf("nothing stands on page %d", got)
	}
}

func TestAnswersAreReadInWords(t *testing.T) {
	sh := fill(t, household)
	sh.types("home", "y")
	people := sh.Pages()[1]
	sh.page("People")
	sh.types("age", "20")
	sh.picks("which", "Yes")
	sh.picks("which", "No")
	var all []string
	for _, a := range sh.Answers(people) {
		all = append(all, a.Question+" "+a.Words)
	}
	if got := strings.Join(all, "; "); got != "How old? 20; Which of both? Yes, No" {
		t.Errorf("they read %q", got)
	}
}

func TestALargeGroupIsSeveralPages(t *testing.T) {
	var table strings.Builder
	table.WriteString("| survey | type | name | label |\n| | begin_group | all | All |\n")
	for g := range 3 {
		fmt.Fprintf(&table, "| | begin_group | g%d | Part %d |\n", g, g)
		for q := range 10 {
			fmt.Fprintf(&table, "| | text | q%d_%d | Question %d |\n", g, q, q)
		}
		table.WriteString("| | end_group | | |\n")
	}
	table.WriteString("| | end_group | | |\n")
	sh := fill(t, table.String())
	if got := strings.Join(sh.pages(), ", "); got != "Part 0, Part 1, Part 2" {
		t.Errorf("the pages are %q", got)
	}
}

func TestARepeatIsAddedAndRemovedByItsButtons(t *testing.T) {
	sh := fill(t, `
		| survey | type         | name   | label   |
		|        | begin_repeat | member | Members |
		|        | text         | name   | Name    |
		|        | end_repeat   |        |         |`)
	press := func(label string) {
		t.Helper()
		for _, o := range buttonsIn(sh.body) {
			if o.Text == label {
				test.Tap(o)
				return
			}
		}
		t.Fatalf("there is no button %q", label)
	}
	at := len(sh.order)
	press("Add another")
	if len(sh.order) != at+1 {
		t.Errorf("%d fields, before it were %d", len(sh.order), at)
	}
	if f := sh.window.Canvas().Focused(); f != fyne.Focusable(sh.order[at].control.(*Text).parts[0]) {
		t.Errorf("the focus is not in the new one but in %T", f)
	}
	press("Remove this one")
	if len(sh.order) != at {
		t.Errorf("%d fields after removing", len(sh.order))
	}
}

func buttonsIn(o fyne.CanvasObject) (all []*Button) {
	switch o := o.(type) {
	case *Button:
		return []*Button{o}
	case *fyne.Container:
		for _, c := range o.Objects {
			all = append(all, buttonsIn(c)...)
		}
	}
	return all
}

func TestLeavingAReviewOneComesToTheQuestion(t *testing.T) {
	sh := fill(t, household)
	sh.types("home", "y")
	sh.page("People")
	sh.Reveal(sh.field("well").ref)
	if f := sh.window.Canvas().Focused(); f != fyne.Focusable(sh.field("well").control.(*Pick).rows[0]) {
		t.Errorf("the focus is in %T", f)
	}
	sh.Reveal("/data/nowhere") // nothing happens
}

func TestWordsInAnotherLanguageAndUnreviewedOnesHaveABadge(t *testing.T) {
	def := formstest.Read(t, `
		| survey  | type          | name | label::English (en) | label::Kiswahili (sw) |
		|         | select_one yn | a    | Home?               | Nyumbani?             |
		|         | text          | b    | How old?            |                       |
		| choices | list_name | name | label::English (en) | label::Kiswahili (sw) |
		|         | yn        | y    | Yes                 | Ndiyo                 |
		|         | yn        | n    | No                  |                       |`)
	q := def.Root.Children[0].(*forms.Question)
	q.Unreviewed = []string{"Kiswahili (sw)"}
	sh := fillDefinition(t, def, "sw", "en")
	badges := func(name string) (all []string) {
		for _, o := range sh.field(name).marks.Objects {
			all = append(all, o.(*Badge).Words())
		}
		return all
	}
	if got := strings.Join(badges("a"), ", "); got != "tafsiri haijakaguliwa" {
		t.Errorf("an unreviewed question has %q", got)
	}
	if got := strings.Join(badges("b"), ", "); got != "in English" {
		t.Errorf("a question in another language has %q", got)
	}
	rows := sh.field("a").control.(*Pick).rows
	if rows[0].Note() != "" || rows[1].Note() != "in English" {
		t.Errorf("the choices have %q and %q", rows[0].Note(), rows[1].Note())
	}
}

func TestWhatIsKnownOfAllChoicesIsSaidOnce(t *testing.T) {
	const choices = `
		| choices | list_name | name | label::English (en) | label::Kiswahili (sw) |
		|         | yn        | y    | Yes                 |                       |
		|         | yn        | n    | No                  |                       |`
	sh := fill(t, `
		| survey  | type          | name | label::English (en) | label::Kiswahili (sw) |
		|         | select_one yn | a    | Home?               | Nyumbani?             |
		|         | select_one yn | b    | Well?               |                       |`+choices, "sw", "en")
	a, b := sh.field("a").control.(*Pick), sh.field("b").control.(*Pick)
	if len(a.marks.Objects) != 1 || a.marks.Objects[0].(*Badge).Words() != "choices: in English" || a.rows[0].Note() != "" {
		t.Errorf("choices in another language than their question have %d badges", len(a.marks.Objects))
	}
	if len(b.marks.Objects) != 0 || b.rows[0].Note() != "" {
		t.Error("what is said of the question is said again of its choices")
	}
}
