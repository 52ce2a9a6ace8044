package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// pageBar is what stands on the buttons below a page, and how many rows they take.
func (p *person) pageBar() (words string, rows int) {
	p.t.Helper()
	var seen []string
	last := float32(-1)
	visit(p.shell.bar, func(o fyne.CanvasObject) {
		if b, ok := o.(*formview.Button); ok {
			text, _ := b.Shown()
			seen = append(seen, text)
			if y := b.Position().Y; y > last+b.Size().Height/2 || last < 0 {
				rows, last = rows+1, y
			}
		}
	})
	return strings.Join(seen, "|"), rows
}

func TestWhereWordsAreTooWideForARowTheBarIsBrief(t *testing.T) {
	p := known(t, phone)
	p.taps("Answer the questionnaire")
	p.taps("Next")
	if words, rows := p.pageBar(); rows != 1 || words != "Previous|2 of 14|Next" {
		t.Errorf("it says %q in %d rows", words, rows)
	}
	p.settles(workspace.Settings{Languages: []string{"fr"}}) // longer words, and still words
	if words, rows := p.pageBar(); rows != 1 || words != "Précédent|2/14|Suivant" {
		t.Errorf("in French it says %q in %d rows", words, rows)
	}
	p.settles(workspace.Settings{TextSize: 200, Languages: []string{"en"}})
	if words, rows := p.pageBar(); rows != 1 || words != "|2/14|Next" {
		t.Errorf("in large text it says %q in %d rows", words, rows)
	}
	p.taps("Previous") // its word is gone, the button is the same
	p.taps("1 of 14")
}
