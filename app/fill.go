package app

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
)

// filling is a response while its pages are on the screen.
type filling struct {
	a        *App
	response *workspace.Response
	form     *formview.Form
	save     *autosave
	page     int
	outlined bool // the list of pages is shown instead of a page
	checked  bool
	language string // that form and labels were drawn in
}

// newResponse starts a response; there may be any number of them.
func (a *App) newResponse() {
	var r *workspace.Response
	a.jobs.run(func() (err error) {
		r, err = a.work.Start(a.ctx, a.consultation.Form.ID, "", a.languages()...)
		return err
	}, func(err error) { a.fill(r, err) })
}

// resume goes on with a draft where it was left.
func (a *App) resume(instanceID string) {
	var r *workspace.Response
	a.jobs.run(func() (err error) {
		r, err = a.work.Resume(a.ctx, instanceID, a.languages()...)
		return err
	}, func(err error) { a.fill(r, err) })
}

func (a *App) fill(r *workspace.Response, err error) {
	if err != nil {
		a.shell.trouble(err)
		return
	}
	f := &filling{a: a, response: r}
	a.filling = f
	f.save = &autosave{a: a, take: r.Saving}
	f.page = f.firstOpen()
	a.goTo(place{draw: f.draw, leave: f.save.flush})
}

// firstOpen is the first page with nothing answered, where one goes on; the
// first of all for a response that was just started.
func (f *filling) firstOpen() int {
	f.renew()
	for i, p := range f.form.Pages() {
		if answered, _ := f.form.Answered(p); answered == 0 && i > 0 {
			if i == 1 {
				return 0
			}
			return i
		}
	}
	return 0
}

// renew makes the form's view in the language there is now.
func (f *filling) renew() {
	if f.form != nil {
		f.form.Close()
	}
	f.language = f.a.words.Language().Code
	f.response.SetLanguages(f.a.languages()...)
	f.form = formview.NewForm(f.response.Session, formview.Options{
		Words: f.a.words, Changed: f.changed, Attach: f.attach,
	})
	if f.checked {
		f.form.Check()
	}
}

func (f *filling) changed() {
	f.save.touched()
	if f.a.shell.frame.wide {
		f.a.shell.outline(f.outline())
	}
}

func (f *filling) draw() screen {
	if f.language != f.a.words.Language().Code {
		f.renew()
	}
	say := f.a.words.Say
	pages := f.form.Pages()
	f.page = min(max(f.page, 0), len(pages)-1)
	s := screen{title: f.a.draftTitle(f.response.Draft())}
	if f.outlined && !f.a.shell.frame.wide {
		s.body = f.outline()
		s.bar = newBar(nil, nil, primary(say("action.close"), func() { f.outlined = false; f.a.again() }), false)
		return s
	}
	f.form.Show(pages[f.page])
	s.body, s.outline = f.form.Object(), f.outline()
	next := primary(say("nav.next"), func() { f.turn(1) })
	if f.page == len(pages)-1 {
		next = primary(say("review.title"), f.review)
	}
	previous := action(say("nav.previous"), func() { f.turn(-1) })
	if f.page == 0 {
		previous.Disable()
	}
	where := action(say("fill.position", locale.Values{"Position": f.page + 1, "Total": len(pages)}), func() { f.outlined = true; f.a.again() })
	if f.a.shell.frame.wide {
		where.Disable()
	}
	s.bar = newBar(previous, where, next, false)
	return s
}

func (f *filling) turn(by int) { f.open(f.page + by) }

func (f *filling) open(page int) {
	f.page, f.outlined = page, false
	f.a.again()
}

// outline lists the pages with how far each of them is, and the review.
func (f *filling) outline() fyne.CanvasObject {
	box := formview.NewStack(1)
	for i, p := range f.form.Pages() {
		answered, needed := f.form.Answered(p)
		state := f.a.words.Count("screen.answered", answered)
		if answered == 0 {
			state = f.a.words.Say("fill.no_answer")
		}
		if needed > 0 {
			state += " · " + f.a.words.Count("screen.needed", needed)
		}
		l := newLine(p.Label, state, func() { f.open(i) })
		l.here = i == f.page
		box.Add(l)
	}
	box.Add(newLine(f.a.words.Say("review.title"), "", f.review))
	return formview.NewScroll(container.NewPadded(box))
}

// attach asks for a file and answers the question with it.
func (f *filling) attach(ref forms.Ref) {
	dialog.ShowFileOpen(func(r fyne.URIReadCloser, err error) {
		if err == nil && r != nil {
			f.attached(ref, r)
		} else {
			f.a.shell.trouble(err)
		}
	}, f.a.window)
}

func (f *filling) attached(ref forms.Ref, r fyne.URIReadCloser) {
	name := r.URI().Name()
	var kept workspace.Kept
	f.a.jobs.run(func() (err error) {
		defer r.Close()
		kept, err = f.a.work.Keep(f.a.ctx, name, r)
		return err
	}, func(err error) {
		if err == nil {
			err = f.response.Attached(ref, kept)
			f.changed()
		}
		if err != nil {
			f.a.shell.say(f.a.words.Say("error.file_gone", locale.Values{"Name": name}) + " " + err.Error())
		}
	})
}

// review shows what is missing, and everything that was answered.
func (f *filling) review() {
	f.save.flush()
	f.a.goTo(place{draw: f.drawReview})
}

func (f *filling) drawReview() screen {
	say := f.a.words.Say
	f.checked = true
	f.form.Check()
	found := f.response.Validate()
	column := []fyne.CanvasObject{heading(say("review.title"))}
	ready := primary(say("action.make_ready"), f.makeReady)
	if len(found) > 0 {
		missing := formview.NewStack(1.5, strong(f.a.words.Count("review.missing_count", len(found))))
		for _, v := range found {
			n, _ := f.response.Node(v.Ref)
			missing.Add(newLine(n.Label, f.form.Message(v), func() { f.back(v.Ref) }))
		}
		column = append(column, missing)
		ready.Disable()
	} else {
		column = append(column, wrapped(say("review.complete")), wrapped(say("ready.explain")), quiet(say("review.after")))
	}
	column = append(column, quiet(say("review.unanswered_fine")))
	for _, p := range f.form.Pages() {
		if answers := f.form.Answers(p); len(answers) > 0 {
			box := formview.NewStack(1, subheading(p.Label))
			for _, answer := range answers {
				box.Add(formview.NewStack(-1.6, quiet(answer.Question), wrapped(shorten(answer.Words, 1200))))
			}
			column = append(column, box)
		}
	}
	return screen{title: say("review.title"), body: page(column...),
		bar: newBar(action(say("nav.back"), f.a.back), nil, ready, false)}
}

// back leaves the review for a question.
func (f *filling) back(ref forms.Ref) {
	f.page = max(0, f.form.PageOf(ref))
	f.a.back()
	f.form.Reveal(ref)
}

func (f *filling) makeReady() {
	f.save.flush()
	finish, found := f.response.Finishing(f.answerLanguage())
	if len(found) > 0 {
		f.a.again()
		return
	}
	var item workspace.Item
	f.a.jobs.run(func() (err error) {
		item, err = finish(context.WithoutCancel(f.a.ctx))
		return err
	}, func(err error) {
		if err != nil {
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

func shorten(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + " …"
	}
	return text
}
