package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// showLeave says what becomes of what is here when the consultation is left.
func (a *App) showLeave() {
	var found *workspace.Leaving
	a.goTo(place{draw: func() screen {
		if found == nil {
			return screen{title: a.words.Say("leave.title"), way: "nav.consultation", body: page()}
		}
		return a.leaving(*found)
	}, enter: func() {
		at := a.visit
		var l workspace.Leaving
		a.jobs.run(func() (err error) {
			l, err = a.work.Leaving(a.ctx)
			return err
		}, func(err error) {
			if err != nil {
				a.shell.trouble(err)
				return
			}
			if found = &l; a.visit == at {
				a.redraw()
			}
		})
	}})
}

func (a *App) leaving(l workspace.Leaving) screen {
	say := a.words.Say
	stays := section(say("leave.stays"), wrapped(say("leave.stays_why")),
		lines(wrapped(a.words.Count("leave.drafts", l.Drafts)), wrapped(a.words.Count("leave.received", l.Received))))
	column := []fyne.CanvasObject{lines(heading(say("leave.title")), wrapped(say("leave.why"))), stays}
	leave := func() { a.takePart(false) }
	ways := []fyne.CanvasObject{primary(say("leave.now"), leave), action(say("leave.stay"), a.back)}
	switch {
	case a.chosen.BeHub: // others rely on it
		column = append(column, formview.NewProblem(say("leave.hub")))
		ways = []fyne.CanvasObject{primary(say("nav.hub"), a.showHub), action(say("leave.stay"), a.back)}
	case l.Waiting > 0:
		column = append(column, formview.NewPanel(formview.ColourCard, theme.ColorNameError, lines(
			formview.NewNotice(theme.WarningIcon(), theme.ColorNameError, a.words.Count("leave.waiting", l.Waiting, locale.Values{"Size": a.words.Size(l.Bytes)})),
			wrapped(say("leave.waiting_why")))))
		ways = []fyne.CanvasObject{primary(say("leave.send_first"), a.showOutbox), action(say("leave.anyway"), leave), ways[1]}
	}
	return screen{title: say("leave.title"), way: "nav.consultation", body: page(append(column, buttons(ways...))...)}
}

// takePart has this device take part in the consultation again, or no more.
func (a *App) takePart(again bool) {
	at := int64(0)
	if !again {
		at = a.clock().Unix()
		a.stopSender() // also what is under way
	}
	a.rule(func(r *workspace.Rules) { r.Left = at })
	a.showHome()
	if again {
		a.shell.say(a.words.Say("leave.back"))
	}
}

// hasLeft says on the first screen that the person has left, and has the way back.
func (a *App) hasLeft() fyne.CanvasObject {
	say := a.words.Say
	return formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards,
		lines(subheading(say("leave.left", locale.Values{"Time": a.moment(a.chosen.Rules.Left)})), wrapped(say("leave.left_why"))),
		buttons(primary(say("leave.come_back"), func() { a.takePart(true) }))))
}
