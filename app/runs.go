package app

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
)

// account is what was sent and when, to be read out.
type account struct {
	a    *App
	read bool
	runs []workspace.Run
}

func (a *App) showRuns() {
	c := &account{a: a}
	a.goTo(place{draw: c.screen, enter: func() {
		at := a.visit
		a.jobs.run(func() (err error) {
			c.runs, err = a.work.Runs(a.ctx)
			return err
		}, func(err error) {
			if c.read = true; a.visit == at {
				a.redraw()
			}
			a.shell.trouble(err)
		})
	}})
}

func (c *account) screen() screen {
	return screen{title: c.a.words.Say("sending.history"), way: "nav.outbox", body: c.draw()}
}

// mostRuns is how many runs stand on the screen: nobody reads out more.
const mostRuns = 50

func (c *account) draw() fyne.CanvasObject {
	a, say := c.a, c.a.words.Say
	column := []fyne.CanvasObject{lines(heading(say("sending.history")), wrapped(say("sending.history_why")))}
	if c.read && len(c.runs) == 0 {
		column = append(column, wrapped(say("sending.no_history")))
	}
	list := formview.NewStack(gapCards)
	for _, r := range c.runs[:min(len(c.runs), mostRuns)] {
		road, what := wording.Run(a.words, r, a.chosen.Rules.Price)
		when := a.moment(r.Ended)
		if r.Tries > 1 {
			when = a.words.Moment(time.Unix(r.Began, 0), a.clock()) + " – " + when
		}
		list.Add(formview.NewPanel(formview.ColourSoft, "", lines(strong(when), wrapped(road), quiet(strings.Join(what, " · ")))))
	}
	if len(list.Objects) > 0 {
		column = append(column, list, buttons(c.copying()))
	}
	return page(column...)
}

// copying puts the whole account on the clipboard, to be sent to whoever helps.
func (c *account) copying() fyne.CanvasObject {
	a := c.a
	b := action(a.words.Say("action.copy"), func() {
		var all strings.Builder
		for _, r := range c.runs {
			road, what := wording.Run(a.words, r, a.chosen.Rules.Price)
			all.WriteString(time.Unix(r.Ended, 0).Format("2006-01-02 15:04") + "  " + road + ": " + strings.Join(what, ", ") + "\n")
		}
		a.fyne.Clipboard().SetContent(all.String())
	})
	b.Icon = theme.ContentCopyIcon()
	return b
}
