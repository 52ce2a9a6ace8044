package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
)

// dropped takes a file that was let fall on the window: the answer to a question
// that is on the screen, or an invite.
func (a *App) dropped(at fyne.Position, files []fyne.URI) {
	if len(files) == 0 {
		return
	}
	if f := a.onForm(); f != nil {
		if ref, ok := f.form.TakesFile(at); ok {
			r, err := storage.Reader(files[0])
			if err != nil {
				a.noFile(files[0].Name())
				return
			}
			f.attached(ref, r)
			return
		}
	}
	a.readText(files[0], a.showJoin)
}
