package app

import (
	"runtime"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// A shortcut is what a key does wherever the focus is.
type shortcut struct {
	key  fyne.Shortcut
	name string // of the key
	what string // it does, in words
	do   func()
}

// keys are all shortcuts. In a field Ctrl+Z is the field's own.
func (a *App) keys() []shortcut {
	say := a.words.Say
	control := func(key fyne.KeyName) *desktop.CustomShortcut {
		return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}
	}
	onPage := func(do func(f *filling)) func() { return func() { a.whileFilling(do) } }
	next, previous := control(fyne.KeyPageDown), control(fyne.KeyPageUp)
	all := []shortcut{
		{next, keyName(next), say("keys.next"), onPage(func(f *filling) { f.swiped(1) })},
		{previous, keyName(previous), say("keys.previous"), onPage(func(f *filling) { f.swiped(-1) })},
		{&fyne.ShortcutUndo{}, modifierName(fyne.KeyModifierShortcutDefault) + "Z", say("keys.undo"), onPage(func(f *filling) { f.undo() })},
	}
	back := &desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: fyne.KeyModifierAlt}
	all = append(all, shortcut{back, keyName(back), say("nav.back"), func() {
		if len(a.trail) > 0 && !a.shell.shown.bare {
			a.back()
		}
	}})
	for i, w := range a.allWays() {
		key := &desktop.CustomShortcut{KeyName: fyne.KeyName(strconv.Itoa(i + 1)), Modifier: fyne.KeyModifierShortcutDefault}
		all = append(all, shortcut{key, keyName(key), say(w.id), func() {
			if !a.shell.shown.bare {
				w.show()
			}
		}})
	}
	return append(all, shortcut{lockKey, keyName(lockKey), say("lock.now"), a.lock})
}

// shortcuts makes the keys do what they do.
func (a *App) shortcuts(add func(fyne.Shortcut, func(fyne.Shortcut))) {
	for _, k := range a.keys() {
		add(k.key, func(fyne.Shortcut) { k.do() })
	}
}

// keyList names the keys and what they do, those of every field and list too.
func (a *App) keyList() fyne.CanvasObject {
	say := a.words.Say
	list := formview.NewStack(gapTight)
	line := func(name, what string) {
		words := wrapped(name + " — " + what)
		words.Aligned = true
		list.Add(words)
	}
	line("Tab", say("keys.tab"))
	line("Shift+Tab", say("keys.shift_tab"))
	line(say("keys.space"), say("keys.press"))
	line("↑ ↓", say("keys.arrows"))
	line("Ctrl+Tab", say("keys.tab_typed"))
	for _, k := range a.keys() {
		line(k.name, k.what)
	}
	return list
}

// keyName is what stands on the keys of a shortcut.
func keyName(s *desktop.CustomShortcut) string {
	name := map[fyne.KeyName]string{fyne.KeyPageDown: "Page Down", fyne.KeyPageUp: "Page Up", fyne.KeyLeft: "←"}[s.KeyName]
	if name == "" {
		name = string(s.KeyName)
	}
	return modifierName(s.Modifier) + name
}

func modifierName(m fyne.KeyModifier) string {
	mac := runtime.GOOS == "darwin"
	switch {
	case m == fyne.KeyModifierSuper:
		return "⌘"
	case m == fyne.KeyModifierAlt && mac:
		return "⌥"
	case m == fyne.KeyModifierAlt:
		return "Alt+"
	case mac:
		return "⌃"
	}
	return "Ctrl+"
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
