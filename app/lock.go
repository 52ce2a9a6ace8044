package app

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// shortestLock is how many characters a PIN has at least.
const shortestLock = 4

// newLock is a PIN or passphrase that is being chosen, typed twice.
type newLock struct{ typed, again string }

// fields ask for it; done is called when the second is typed.
func (n *newLock) fields(a *App, on *formview.Scroll, done func()) fyne.CanvasObject {
	say := a.words.Say
	first := a.newSecret(on, n.typed, func(s string) { n.typed = s }, nil)
	second := a.newSecret(on, n.again, func(s string) { n.again = s }, done)
	first.Field.OnSubmitted = func(string) { a.window.Canvas().Focus(second.Field) }
	first.Pair(second)
	return formview.NewStack(gapParts,
		formview.NewStack(gapWords, strong(say("lock.new")), first, quiet(say("lock.advice"))),
		formview.NewStack(gapWords, strong(say("lock.again")), second))
}

// fault says what is wrong with it; of one that is empty nothing is.
func (n *newLock) fault(a *App) string {
	switch {
	case n.typed != n.again:
		return a.words.Say("lock.differ")
	case n.typed != "" && utf8.RuneCountInString(n.typed) < shortestLock:
		return a.words.Say("lock.short", locale.Values{"Least": shortestLock})
	}
	return ""
}

// locking is the screen on which the lock is set, changed and taken away.
type locking struct {
	a       *App
	fresh   newLock
	old     string
	problem string
	done    string // what was done
	busy    bool
}

func (a *App) showLock() {
	l := &locking{a: a}
	a.goTo(place{draw: l.draw, enter: a.looked})
}

func (l *locking) draw() screen {
	a, say := l.a, l.a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	set := a.safe.passphrase
	content.Objects = []fyne.CanvasObject{lines(heading(say("lock.title")), wrapped(a.lockState()), wrapped(say("lock.why")))}
	switch {
	case l.problem != "":
		content.Add(formview.NewProblem(l.problem))
	case l.done != "":
		content.Add(formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, l.done))
	}
	if l.busy {
		content.Add(strong(say("lock.busy")))
		return screen{title: say("lock.title"), way: "nav.settings", body: scroll}
	}
	label := say("lock.set_it")
	if set {
		label = say("lock.change")
		old := a.newSecret(scroll, l.old, func(s string) { l.old = s }, nil)
		content.Add(formview.NewStack(gapWords, strong(say("lock.old")), old))
	}
	keep := func() { l.keep(false) }
	box := formview.NewStack(gapCards, l.fresh.fields(a, scroll, keep), buttons(primary(label, keep)))
	content.Add(box)
	if a.byWordsOnly() {
		content.Add(formview.NewStack(gapWords, buttons(action(say("lock.ask_nothing"), func() { l.keep(true) })), quiet(say("lock.ask_nothing_why"))))
	}
	if set {
		content.Add(a.lockTimeChoices())
		content.Add(formview.NewStack(gapWords, buttons(action(say("lock.remove"), func() { l.keep(true) })), quiet(say("lock.remove_why"))))
	}
	scroll.Follow()
	return screen{title: say("lock.title"), way: "nav.settings", body: scroll}
}

// keep has the new lock in force, or none. Who has one must type it first.
func (l *locking) keep(none bool) {
	a := l.a
	l.done, l.problem = "", ""
	if !none {
		if l.problem = l.fresh.fault(a); l.problem == "" && l.fresh.typed == "" {
			l.problem = a.words.Say("lock.missing")
		}
	}
	if l.problem != "" {
		a.redraw()
		return
	}
	fresh, old, w, set := l.fresh.typed, l.old, a.work, a.safe.passphrase
	if none {
		fresh = ""
	}
	l.busy = true
	a.redraw()
	a.jobs.run(func() error {
		if set {
			if err := w.TryPassphrase(a.ctx, []byte(old)); err != nil {
				return err
			}
		}
		return w.SetPassphrase(a.ctx, []byte(fresh))
	}, func(err error) {
		l.busy, l.old = false, ""
		if err != nil {
			l.problem = a.explain(err)
			a.redraw()
			return
		}
		l.fresh = newLock{}
		l.done = a.words.Say("lock.done")
		if none {
			l.done = a.words.Say("lock.removed")
		}
		a.looked()
	})
}

// lock closes the workspace and shows the door, if somebody could be kept out by
// that. What can't be saved stays on the screen.
func (a *App) lock() {
	if a.work != nil && a.o.People != nil && a.safe.lockable() {
		a.depart(a.standBefore)
	}
}

// depart closes the workspace, of which nothing is on the screen from then on, and
// calls then.
func (a *App) depart(then func()) {
	a.leave()
	if a.shell.unsaved {
		a.shell.say(a.words.Say("lock.not_saved"))
		return
	}
	for o := a.window.Canvas().Overlays(); o.Top() != nil; { // dialogs
		o.Remove(o.Top())
	}
	closing := a.closing()
	a.window.SetContent(a.interlude(a.words.Say("lock.closing")))
	a.place, a.trail, a.running, a.filling = place{}, nil, nil, nil
	a.afresh()
	a.jobs.run(closing, func(err error) {
		a.work = nil
		then()
		a.shell.trouble(err)
	})
}

// lockKey locks, wherever one is.
var lockKey = &desktop.CustomShortcut{KeyName: fyne.KeyL, Modifier: fyne.KeyModifierShortcutDefault}
