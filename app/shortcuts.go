package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"baraza.example/assets/locale"
)

// shortcuts are what keys do wherever the focus is. In a field Ctrl+Z is the
// field's own.
func (a *App) shortcuts(add func(fyne.Shortcut, func(fyne.Shortcut))) {
	add(lockKey, func(fyne.Shortcut) { a.lock() })
	add(&fyne.ShortcutUndo{}, func(fyne.Shortcut) { a.whileFilling(func(f *filling) { f.undo() }) })
	for key, by := range map[fyne.KeyName]int{fyne.KeyPageDown: 1, fyne.KeyPageUp: -1} {
		add(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) {
			a.whileFilling(func(f *filling) { f.swiped(by) })
		})
	}
}

// onForm is the response on the screen, if there is one and its pages are shown.
func (a *App) onForm() *filling {
	if f := a.place.within; f != nil && a.filling == f && !f.outlined && a.shell.shown.body == f.form.Object() {
		return f
	}
	return nil
}

func (a *App) whileFilling(do func(f *filling)) {
	if f := a.onForm(); f != nil {
		do(f)
	}
}

// swiped turns the page, where there is one more; behind the last is the review.
func (f *filling) swiped(by int) {
	last := len(f.form.Pages()) - 1
	switch next := f.page + by; {
	case next > last:
		f.review()
	case next >= 0:
		f.turn(by)
	}
}

// undo takes back what was done last, and says so.
func (f *filling) undo() {
	if what, ok := f.form.Undo(); ok {
		f.a.shell.say(f.a.words.Say("filling.undone", locale.Values{"What": what}))
		return
	}
	f.a.shell.say(f.a.words.Say("filling.nothing_to_undo"))
}
