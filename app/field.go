package app

import (
	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
)

// newField is a field on a page, and what to put there: it comes into sight with
// the focus, makes room as it grows, and the wheel over it moves the page.
func newField(on *formview.Scroll, multiline bool, text string, changed func(string)) (*formview.Entry, fyne.CanvasObject) {
	e := formview.NewEntry(multiline)
	e.SetText(text)
	height := e.MinSize().Height
	e.OnText = func(s string) {
		changed(s)
		if h := e.MinSize().Height; h != height {
			height = h
			on.Settle()
		}
	}
	e.OnFocus = func(gained bool) {
		if gained {
			on.Reveal(e)
		}
	}
	return e, formview.UnderWheel(on, e)
}
