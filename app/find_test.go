package app

import (
	"testing"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
)

// What a search in a long list finds stands below the field, and would be below
// the window where the field alone was brought into sight.
func TestWhatASearchFindsComesIntoSight(t *testing.T) {
	p := known(t, laptop)
	p.taps("Answer the questionnaire")
	p.openPage("About the organisation")
	driver := fyne.CurrentApp().Driver()
	search := p.field(searchOf(p, "In which country is it based?"))
	p.window.Canvas().Focus(search)
	search.SetText("kenya")
	var found *formview.Choice
	visit(p.window.Content(), func(o fyne.CanvasObject) {
		if c, ok := o.(*formview.Choice); ok && c.Label() == "Kenya" {
			found = c
		}
	})
	if found == nil {
		t.Fatalf("Kenya is not found in\n%s", p.shown())
	}
	bottom := driver.AbsolutePositionForObject(found).Y + found.Size().Height
	if bar := driver.AbsolutePositionForObject(p.shell.bar).Y; bottom > bar {
		t.Errorf("it ends at %.0f, and the buttons begin at %.0f", bottom, bar)
	}
}
