package formview

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/forms/session"
)

const arranged = `
	| survey  | type              | name   | label   | appearance       |
	|         | select_one five   | two    | Two     | columns-2        |
	|         | select_one five   | fit    | Fit     | columns          |
	|         | select_multiple five | pack | Packed | columns-pack     |
	|         | select_one five   | agree  | Agree?  | likert           |
	|         | select_one yn     | heads  | Table   | label            |
	|         | select_one yn     | bare   | Line    | list-nolabel     |
	|         | select_one yn     | full   | Full    | list             |
	|         | select_one yn     | quick  | Quick   | quick            |
	|         | text              | after  | After   |                  |
	| choices | list_name | name | label |
	|         | five      | a    | Never |
	|         | five      | b    | Rarely |
	|         | five      | c    | Now and then |
	|         | five      | d    | Often |
	|         | five      | e    | Always |
	|         | yn        | y    | Yes |
	|         | yn        | n    | No |`

// perRow is how many choices stand beside each other in the first row.
func perRow(p *Pick) (n int) {
	for _, r := range p.rows {
		if r.Position().Y == p.rows[0].Position().Y {
			n++
		}
	}
	return n
}

func TestChoicesStandInColumnsAsTheFormAsks(t *testing.T) {
	sh := fill(t, arranged)
	pick := func(name string) *Pick { return sh.field(name).control.(*Pick) }
	for _, c := range []struct {
		width float32
		name  string
		want  int
	}{{360, "two", 2}, {360, "fit", 2}, {900, "fit", 3}, {360, "agree", 1}, {900, "agree", 5}, {360, "bare", 2}, {360, "full", 2}, {900, "two", 2}, {120, "two", 1}} {
		sh.window.Resize(fyne.NewSize(c.width, 600))
		if got := perRow(pick(c.name)); got != c.want {
			t.Errorf("at %v %s has %d choices beside each other, want %d", c.width, c.name, got, c.want)
		}
		for _, r := range pick(c.name).rows {
			if r.Position().X+r.Size().Width > pick(c.name).Size().Width+1 {
				t.Errorf("at %v %s sticks out", c.width, c.name)
			}
		}
	}
	sh.window.Resize(fyne.NewSize(900, 600))
	if got := perRow(pick("pack")); got < 4 {
		t.Errorf("packed choices stand %d in a row", got)
	}
}

func TestATableHasItsLabelsAtTheHead(t *testing.T) {
	sh := fill(t, arranged)
	heads, bare := sh.field("heads").control.(*Pick), sh.field("bare").control.(*Pick)
	if heads.rows[0].Position().X != bare.rows[0].Position().X || heads.rows[1].Size().Width != bare.rows[1].Size().Width {
		t.Error("the heads don't stand above their columns")
	}
	if bare.rows[0].label.Visible() || !heads.rows[0].label.Visible() {
		t.Error("labels stand in the wrong line")
	}
	test.Tap(heads.rows[0])
	if got := sh.value("heads"); got != "" {
		t.Errorf("a head was picked: %q", got)
	}
	test.Tap(bare.rows[1])
	if got := sh.value("bare"); got != "n" {
		t.Errorf("the second of the line is %q", got)
	}
	sh.window.Resize(fyne.NewSize(110, 600))
	if perRow(bare) == 1 && !bare.rows[0].label.Visible() {
		t.Error("where they stand below each other nobody knows which is which")
	}
}

func TestAQuickAnswerGoesOnToTheNextQuestion(t *testing.T) {
	sh := fill(t, arranged)
	test.Tap(sh.field("quick").control.(*Pick).rows[0])
	if sh.value("quick") != "y" || sh.window.Canvas().Focused() != fyne.Focusable(sh.entry("after")) {
		t.Errorf("the answer is %q, the focus in %T", sh.value("quick"), sh.window.Canvas().Focused())
	}
}

func TestFiftyThousandChoicesAreSearchedWhileTyping(t *testing.T) {
	a := around(t)
	p := newPick(a, false, true)
	n := session.Node{}
	for i := range 50_000 {
		n.Choices = append(n.Choices, session.Choice{Value: fmt.Sprint("v", i), Label: fmt.Sprint("Village ", i), Language: "English (en)"})
	}
	p.Display(n)
	if len(p.rows) > shownMatches {
		t.Fatalf("%d rows stand there at once", len(p.rows))
	}
	test.NewTempWindow(t, p)
	start := time.Now()
	test.Type(p.find, "village 4321")
	took := time.Since(start) / 12
	if len(p.rows) == 0 || p.rows[0].Label() != "Village 4321" {
		t.Errorf("the search finds %d", len(p.rows))
	}
	t.Logf("a letter takes %v", took)
	var got string
	p.OnAnswer = func(v string) { got = v }
	p.find.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got != "v4321" {
		t.Errorf("Return picks %q", got)
	}
}

func TestAChoiceThatIsOnlyReadCannotBePicked(t *testing.T) {
	sh := fill(t, `
		| survey  | type          | name | label          | read_only |
		|         | select_one yn | well | Are they well? | yes       |
		| choices | list_name | name | label |
		|         | yn        | y    | Yes   |`)
	p := sh.field("well").control.(*Pick)
	test.Tap(p.rows[0])
	if got := sh.value("well"); got != "" || !p.rows[0].disabled {
		t.Errorf("it was answered with %q", got)
	}
}
