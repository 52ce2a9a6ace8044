package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// resume goes on with a draft where it was left. Where the form has changed
// since, what became of the answers is shown first.
func (a *App) resume(instanceID string) {
	var r *workspace.Response
	var moved *workspace.Move
	a.jobs.run(func() (err error) {
		r, moved, err = a.work.GoOn(a.ctx, instanceID, a.languages()...)
		return err
	}, func(err error) {
		if err == nil && moved != nil {
			a.showMove(r, moved)
			return
		}
		a.fill(r, err)
	})
}

// correct begins or goes on with a correction of what was made ready.
func (a *App) correct(name string) {
	var r *workspace.Response
	a.jobs.run(func() (err error) {
		r, err = a.work.Correct(a.ctx, name, a.languages()...)
		return err
	}, func(err error) { a.fill(r, err) })
}

// changesOf is how many changes of one kind are listed.
const changesOf = 100

// showMove says that a draft is of an older form, and what changed.
func (a *App) showMove(r *workspace.Response, m *workspace.Move) {
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		column := []fyne.CanvasObject{
			lines(heading(say("move.title")), wrapped(say("move.explain", locale.Values{"From": versionName(m.From), "To": versionName(m.To)}))),
		}
		for _, kind := range []session.ChangeKind{session.ChangeLost, session.ChangeRefused, session.ChangeMoved, session.ChangeNew} {
			if of := a.changes(r, m, kind); of != nil {
				column = append(column, of)
			}
		}
		if len(m.Changes) == 0 {
			column = append(column, formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("move.nothing")))
		}
		column = append(column, quiet(say("move.untouched")))
		goOn := primary(say("move.go_on"), func() {
			a.back() // from the pages, the way back leads past this screen
			a.fill(r, nil)
			a.filling.changed() // so that it is saved as it is now
		})
		return screen{title: say("move.title"), way: "nav.consultation", body: page(column...), bar: newBar(nil, nil, goOn, false)}
	}})
}

// changes lists what became of answers in one way; nil if none did.
func (a *App) changes(r *workspace.Response, m *workspace.Move, kind session.ChangeKind) fyne.CanvasObject {
	box, n := section(a.words.Say(locale.ID("move."+string(kind)))), 0
	for _, c := range m.Changes {
		if c.Kind != kind {
			continue
		}
		if n++; n > changesOf {
			continue
		}
		at := c.To
		if at == "" {
			at = c.From
		}
		label := at.Name()
		if node, ok := r.Node(at); ok && node.Label != "" {
			label = node.Label
		}
		row := lines(strong(shorten(label, 400)))
		if c.Value != "" {
			row.Add(wrapped(shorten(c.Value, 1200)))
		}
		box.Add(row)
	}
	if n > changesOf {
		box.Add(quiet(a.words.Count("move.more", n-changesOf)))
	}
	if n == 0 {
		return nil
	}
	return box
}

// versionName is a version as its author calls it.
func versionName(version string) string {
	if version == "" {
		return "–"
	}
	return version
}

// identify asks who fills the form in, where the form wants to know
// (identify-user), before anything else is asked.
func (f *filling) identify() screen {
	say := f.a.words.Say
	name := f.response.User()
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	entry, field := newField(scroll, false, name, func(s string) { name = s })
	goOn := func() {
		if strings.TrimSpace(name) == "" {
			return
		}
		f.response.Identify(name)
		f.look()
		f.a.again()
	}
	entry.OnSubmitted = func(string) { goOn() }
	content.Objects = []fyne.CanvasObject{
		lines(heading(say("identify.title")), wrapped(say("identify.why"))),
		formview.NewStack(gapTight, strong(say("identify.name")), field),
	}
	return screen{title: say("identify.title"), way: "nav.consultation", body: scroll, bar: newBar(nil, nil, primary(say("nav.next"), goOn), false)}
}

// reason asks why a finished response was changed, where its form wants to know
// (track-changes-reasons).
func (f *filling) reason(on *formview.Scroll, given func()) fyne.CanvasObject {
	say := f.a.words.Say
	why := ""
	_, field := newField(on, true, "", func(s string) { why = s })
	keep := action(say("reason.keep"), func() {
		if f.response.Reason(why); !f.response.NeedsReason() {
			f.save.touched()
			given()
		}
	})
	return formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapWords,
		subheading(say("reason.title")), wrapped(say("reason.why")), field, buttons(keep)))
}
