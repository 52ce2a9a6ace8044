package app

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// showWipe asks, and asks for a word to be typed, before a person's keys are
// destroyed. It says what that can't do.
func (a *App) showWipe(who workspace.Person) {
	typed, problem := "", ""
	waits := 0
	inside := a.work != nil
	wipe := func() {
		if !strings.EqualFold(strings.TrimSpace(typed), a.words.Say("wipe.word")) {
			problem = a.words.Say("wipe.not_typed", locale.Values{"Word": a.words.Say("wipe.word")})
			a.redraw()
			return
		}
		a.wipe(who)
	}
	at := 0
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		content := formview.NewStack(gapParts)
		scroll := formview.NewScroll(formview.NewColumn(content))
		content.Objects = []fyne.CanvasObject{lines(heading(say("wipe.title")), wrapped(say("wipe.what")))}
		if waits > 0 {
			content.Add(formview.NewProblem(a.words.Count("wipe.waits", waits)))
		}
		content.Add(section(say("wipe.honest"), wrapped(say("wipe.flash")), wrapped(say("wipe.copies")), wrapped(say("wipe.unlocked")), wrapped(say("wipe.sent"))))
		if problem != "" {
			content.Add(formview.NewProblem(problem))
		}
		entry, field := newField(scroll, false, typed, func(s string) { typed = s })
		entry.OnSubmitted = func(string) { wipe() }
		do := action(say("wipe.do"), wipe)
		do.Icon = theme.DeleteIcon()
		content.Add(formview.NewStack(gapWords, strong(say("wipe.type", locale.Values{"Word": say("wipe.word")})), field, buttons(do)))
		scroll.Follow()
		s := screen{title: say("wipe.title"), way: "nav.settings", body: scroll, bare: !inside}
		if !inside {
			s.bar = newBar(nil, nil, primary(say("nav.back"), a.back), false)
		}
		return s
	}, enter: func() {
		if at = a.visit; !inside {
			return
		}
		w := a.work
		var items []workspace.Item
		a.jobs.run(func() (err error) {
			items, err = w.Items(a.ctx)
			return err
		}, func(err error) {
			if waits = waitingIn(items); a.visit == at {
				a.redraw()
			}
			a.shell.trouble(err)
		})
	}})
}

// wipe closes the workspace if it is the one that is open, destroys the keys and
// removes the rest.
func (a *App) wipe(who workspace.Person) {
	a.leave()
	a.place, a.trail, a.running, a.filling = place{}, nil, nil, nil
	w, closing := a.work, a.closing()
	a.window.SetContent(a.interlude(a.words.Say("wipe.running")))
	a.afresh()
	a.jobs.run(func() (err error) {
		if w != nil {
			err = closing()
		}
		err = errors.Join(err, a.o.People.Wipe(a.whole, who.ID))
		if a.o.Log != nil { // ids and times of theirs stand in it, whoever else used it
			err = errors.Join(err, a.o.Log.Clear())
		}
		return err
	}, func(err error) {
		a.standClosed()
		a.showWiped(err)
	})
}

// showWiped says what became of it.
func (a *App) showWiped(err error) {
	a.start(place{draw: func() screen {
		say := a.words.Say
		what := fyne.CanvasObject(formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("wipe.done")))
		if err != nil {
			what = formview.NewProblem(a.explain(err))
		}
		return screen{title: say("wipe.title"), bare: true, body: page(heading(say("wipe.title")), what, wrapped(say("wipe.flash"))),
			bar: newBar(nil, nil, primary(say("nav.next"), a.showDoor), false)}
	}})
}
