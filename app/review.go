package app

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// review shows what is missing, and everything that was answered.
func (f *filling) review() {
	f.save.flush()
	f.a.goTo(place{draw: f.drawReview, enter: func() { f.response.Log(session.EventEndScreen) }, leave: f.save.flush, within: f})
}

func (f *filling) drawReview() screen {
	say := f.a.words.Say
	f.checked = true
	f.form.Check()
	found := f.response.Validate()
	ready := primary(say("action.make_ready"), f.makeReady)
	ready.Icon = theme.ConfirmIcon()
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	column := []fyne.CanvasObject{heading(say("review.title"))}
	switch {
	case len(found) > 0:
		missing := formview.NewStack(gapCards, formview.NewProblem(f.a.words.Count("review.missing_count", len(found))))
		for _, v := range found {
			n, _ := f.response.Node(v.Ref)
			missing.Add(newMarked(pointed, n.Label, f.form.Message(v), func() { f.back(v.Ref) }))
		}
		column = append(column, missing)
		ready.Disable()
	case f.response.NeedsReason():
		column = append(column, f.reason(scroll, f.a.again))
		ready.Disable()
	default:
		column = append(column, formview.NewPanel(formview.ColourSoft, "", lines(
			formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("review.complete")),
			wrapped(say("ready.explain")), quiet(say("review.after")))))
	}
	column = append(column, quiet(say("review.unanswered_fine")))
	content.Objects = append(append(column, answers(f.form)...), section(say("print.take"), f.a.copies(f.response.InstanceID(), "", f.save.flush)))
	scroll.Follow()
	return screen{title: say("review.title"), way: "nav.consultation", body: scroll, done: 1,
		bar: newBar(nil, nil, ready, false)}
}

// back leaves the review for a question.
func (f *filling) back(ref forms.Ref) {
	f.page = max(0, f.form.PageOf(ref))
	f.a.back()
	f.form.Reveal(ref)
	f.findPlace()
}

func (f *filling) makeReady() {
	f.save.flush()
	finish, found := f.response.Finishing(f.answerLanguage())
	if len(found) > 0 {
		f.a.again()
		return
	}
	f.made = true // what is left of the visit is logged
	var item workspace.Item
	f.a.jobs.run(func() (err error) {
		item, err = finish(context.WithoutCancel(f.a.ctx))
		return err
	}, func(err error) {
		if err != nil {
			f.made = false
			f.a.shell.trouble(err)
			return
		}
		f.form.Close()
		f.a.finished(item)
	})
}

// answerLanguage is what the person said their answers are written in, where
// the form asks; else the language of the screens.
func (f *filling) answerLanguage() string {
	if n, ok := f.response.Node(f.response.Root().Ref.Child("profile").Child("answer_language")); ok && n.Value != "" && n.Value != "other" {
		return n.Value
	}
	return f.a.words.Language().Code
}

// finished shows what was just made ready; the way back leads home.
func (a *App) finished(item workspace.Item) {
	a.showHome()
	a.showItem(item.Name)
}
