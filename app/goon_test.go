package app

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"baraza.example/app/workspace"
	"baraza.example/forms/xlsform"
)

func formOf(t *testing.T, table string) workspace.Form {
	t.Helper()
	wb, err := xlsform.OpenMarkdown(table)
	if err != nil {
		t.Fatal(err)
	}
	f, err := workspace.NewForm(wb, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sitWith sits down with a form of one's own, on a device whose name is known.
func sitWith(t *testing.T, dir string, size fyne.Size, table string) *person {
	t.Helper()
	p := sitAt(t, dir, Options{}, size, time.Now, formOf(t, table))
	if _, err := p.work.Card(); err != nil {
		if err := p.work.SetUp(t.Context(), "Ujirani Cooperative", ""); err != nil {
			t.Fatal(err)
		}
	}
	p.showHome()
	return p
}

const visitsForm = `
	| survey   | type    | name | label                |
	|          | text    | town | Which town?          |
	|          | text    | rain | How much rain fell?  |
	|          | integer | head | How many were there? |
	| settings | form_id | version |
	|          | visits  | 1       |`

func TestADraftOfAnOlderFormSaysWhatChangedAndMovesOnlyWhenToldTo(t *testing.T) {
	dir := t.TempDir()
	p := sitWith(t, dir, phone, visitsForm)
	p.fill(p.work.Start(t.Context(), "visits", ""))
	p.types(0, "Mombasa")
	p.types(1, "a lot")
	p.types(2, "7")
	p.aSecondPasses()
	if err := p.work.Close(); err != nil {
		t.Fatal(err)
	}

	newer := strings.NewReplacer("rain | How much rain fell?", "wind | How strong was the wind?", "visits  | 1 ", "visits  | 2 ").Replace(visitsForm)
	p = sitWith(t, dir, phone, newer)
	p.taps("Go on with the answers")
	p.sees("The form has changed", "version 1", "version 2", "Not asked any more", "rain", "a lot", "Asked now, and not then", "How strong was the wind?")
	p.back()
	p.taps("Go on with the answers") // nothing was changed: it is said again
	p.sees("The form has changed")
	p.taps("Go on with the new form")
	p.sees("Which town?", "<Mombasa>", "How strong was the wind?")
	p.aSecondPasses()
	p.back()
	p.taps("Go on with the answers")
	p.sees("<Mombasa>")
	p.doesNotSee("The form has changed")
}

const loggedForm = `
	| survey   | type        | name | label    | appearance | parameters |
	|          | text        | town | Town?    |            |            |
	|          | text        | rain | Rain?    |            |            |
	|          | begin_group | g    | Together | field-list |            |
	|          | text        | x    | This?    |            |            |
	|          | text        | y    | That?    |            |            |
	|          | end_group   |      |          |            |            |
	|          | audit       |      |          |            | track-changes=true track-changes-reasons=on-form-edit identify-user=true |
	| settings | form_id | version |
	|          | logged  | 1       |`

// log is what the response that was opened last logged, a line an event.
func (p *person) log() (all []string) {
	for _, e := range p.filling.response.Draft().Audit {
		line := e.Event
		if e.Node != "" {
			line += " " + e.Node.Name()
		}
		if e.Old != e.New {
			line += fmt.Sprintf(" %q %q", e.Old, e.New)
		}
		all = append(all, line)
	}
	return all
}

func (p *person) hasLogged(want ...string) {
	p.t.Helper()
	if got := p.log(); !slices.Equal(got, want) {
		p.t.Errorf("logged was\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheLogOfAFormSaysWhatWasLookedAt(t *testing.T) {
	p := sitWith(t, t.TempDir(), phone, loggedForm)
	p.fill(p.work.Start(t.Context(), "logged", ""))
	p.sees("Who fills this in?")
	p.doesNotSee("Town?")
	p.taps("Next") // without a name nothing is asked
	p.sees("Who fills this in?")
	p.types(0, "Asha")
	p.taps("Next")
	p.sees("Town?", "Rain?")
	p.types(0, "Mombasa")
	p.types(1, "much")
	p.taps("Next")
	p.types(1, "that")
	p.filling.overview()
	p.taps("Together")
	p.taps("Review")
	p.back()
	p.showHome()
	visits := []string{
		"form start", `question town "" "Mombasa"`, `question rain "" "much"`, `question y "" "that"`, "group questions g", "jump", "group questions g",
		"end screen", "group questions g", "form save", "form exit",
	}
	p.hasLogged(visits...)
	p.taps("Go on with the answers")
	p.sees("Who fills this in?", "<Asha>")
	p.taps("Next")
	p.filling.review()
	p.taps("Make ready")
	p.sees("Correct these answers")

	p.taps("Correct these answers")
	p.types(0, "Baraka")
	p.taps("Next")
	p.types(0, "!")
	p.filling.review()
	p.sees("Why were the answers changed?", "[Make ready]")
	p.taps("Keep this reason") // a blank one is none
	p.sees("Why were the answers changed?")
	p.types(0, "a slip of the pen")
	p.taps("Keep this reason")
	p.doesNotSee("Why were the answers changed?")
	p.taps("Make ready")
	p.sees(" · Revision 2", "Response")

	items, err := p.work.Items(t.Context())
	if err != nil || len(items) != 2 || items[0].Attached != 1 || items[1].Attached != 1 {
		t.Fatalf("items %+v, %v", items, err)
	}
	rows, err := csv.NewReader(strings.NewReader(p.logFile())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); got != "event,node,start,end,old-value,new-value,user,change-reason" {
		t.Errorf("heading %s", got)
	}
	var said []string
	for _, r := range rows[1:] {
		said = append(said, r[0]+" "+r[6]+" "+r[7])
	}
	if i := slices.Index(said, "change reason Baraka a slip of the pen"); i < 0 {
		t.Errorf("the log doesn't say why: %q", said)
	}
}

// logFile is the log that went with the correction.
func (p *person) logFile() string {
	p.t.Helper()
	sub, found := p.filling.response.Finalize() // once more, of what was made ready
	if len(found) > 0 {
		p.t.Fatal(found)
	}
	return string(sub.Audit)
}

func TestAFormWithoutALogIsLeftWithoutSavingAnew(t *testing.T) {
	p := sitWith(t, t.TempDir(), laptop, visitsForm)
	p.fill(p.work.Start(t.Context(), "visits", ""))
	p.types(0, "Mombasa")
	p.aSecondPasses()
	taken := p.filling.save.taken
	p.showHome()
	if p.filling.save.taken != taken || len(p.log()) != 0 {
		t.Errorf("taken %d times, then %d; log %v", taken, p.filling.save.taken, p.log())
	}
}
