package app

import (
	"fmt"
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/session"
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
	made     bool                // ready
	language string              // that form and labels were drawn in
	paging   string              // likewise
	lines    []*line             // of the outline, a line for each page
	beside   *formview.Scroll    // the outline
	visit    int                 // in which the outline was drawn
	stale    bool                // it will be brought up to date
	asked    []workspace.Message // about what is corrected here
}

// newResponse starts a response; there may be any number of them.
func (a *App) newResponse() {
	var r *workspace.Response
	a.jobs.run(func() (err error) {
		r, err = a.work.Start(a.ctx, a.consultation.Form.ID, "", a.languages()...)
		return err
	}, func(err error) { a.fill(r, err) })
}

// copyOf begins another response with the answers of one, a draft or what was made
// ready: for a group that says nearly the same.
func (a *App) copyOf(id string) {
	var r *workspace.Response
	a.jobs.run(func() (err error) {
		r, err = a.work.Copy(a.ctx, id, a.languages()...)
		return err
	}, func(err error) {
		if a.fill(r, err); err == nil {
			a.filling.open(0)
			a.shell.say(a.words.Say("copy.begun"))
		}
	})
}

func (a *App) fill(r *workspace.Response, err error) {
	if err != nil {
		a.shell.trouble(err)
		return
	}
	f := &filling{a: a, response: r}
	a.filling = f
	f.save = &autosave{a: a, take: r.Saving}
	f.renew()
	corrects := r.Revision() > 1 // what stands there was answered on purpose: it is read from the beginning
	if !corrects {
		f.page = f.firstOpen()
	}
	a.goTo(place{draw: f.draw, enter: f.look, leave: f.save.flush, within: f})
	if corrects {
		f.besides()
	}
}

// besides looks for what the secretariat asked about what is corrected, and puts it
// beside the questions.
func (f *filling) besides() {
	var asked []workspace.Message
	f.a.jobs.run(func() (err error) {
		asked, err = f.response.Messages(f.a.ctx)
		return err
	}, func(err error) {
		if f.asked = asked; len(asked) > 0 && f.a.filling == f && !f.made {
			f.renew()
			if f.a.place.within == f {
				f.a.redraw()
			}
		}
		f.a.shell.trouble(err)
	})
}

// firstOpen is the first page with nothing answered, where one goes on; the
// first of all for a response that was just started.
func (f *filling) firstOpen() int {
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
	f.language, f.paging = f.a.words.Language().Code, f.a.chosen.Paging
	f.response.SetLanguages(f.a.languages()...)
	f.form = formview.NewForm(f.response.Session, formview.Options{
		Words: f.a.words, Changed: f.changed, Attach: f.attach, Choose: f.a.chooseFile,
		Keep: f.keepMade, Kept: f.keptFile, File: f.response.FormFile, Away: f.a.elsewhere, Studio: newStudio(&f.a.jobs),
		Paging: formview.Paging(f.a.chosen.Paging), Remarks: true, Beside: f.a.askedBeside(f.asked, f.response.Definition().Root.Ref), Turn: f.open, Swiped: f.swiped,
		Removed: func() { f.a.shell.say(f.a.words.Say("filling.removed")) },
	})
	if f.checked {
		f.form.Check()
	}
}

func (f *filling) changed() {
	f.save.touched()
	if f.stale {
		return
	}
	f.stale = true
	f.a.jobs.after(saveAfter, func() {
		f.stale = false
		f.outdated()
	})
}

// outdated brings the outline up to date: not with every letter, for it looks at
// all answers.
func (f *filling) outdated() {
	pages := f.form.Parts()
	if len(pages) != len(f.lines) {
		if f.a.shell.frame.wide && f.a.filling == f && f.a.place.draw != nil && f.a.visit == f.visit {
			f.a.shell.outline(f.outline())
			f.findPlace()
		}
		return
	}
	wrong := f.wrongPages()
	for i, p := range pages {
		s, state := f.standing(p, wrong[i])
		f.lines[i].stands(s, state)
	}
	f.beside.Settle()
}

func (f *filling) draw() screen {
	if f.language != f.a.words.Language().Code || f.paging != f.a.chosen.Paging {
		f.renew()
	}
	if f.response.NeedsUser() {
		return f.identify()
	}
	say := f.a.words.Say
	pages := f.form.Pages()
	f.page = min(max(f.page, 0), len(pages)-1)
	s := screen{title: f.a.draftTitle(f.response), way: "nav.consultation", done: float32(f.page+1) / float32(len(pages))}
	if f.outlined && !f.a.shell.frame.wide {
		s.body = f.outline()
		s.bar = newBar(nil, nil, primary(say("action.close"), func() { f.open(f.page) }), false)
		return s
	}
	f.form.Show(pages[f.page])
	s.body, s.outline = f.form.Object(), f.outline()
	next := primary(say("nav.next"), func() { f.turn(1) })
	if f.page == len(pages)-1 {
		next = primary(say("review.title"), f.review)
	}
	var previous, where fyne.CanvasObject
	if f.page > 0 {
		back := action(say("nav.previous"), func() { f.turn(-1) })
		back.BriefIcon = backIcon()
		previous = back
	}
	position := say("fill.position", locale.Values{"Position": f.page + 1, "Total": len(pages)})
	if f.a.shell.frame.wide {
		where = wrapped(position)
	} else {
		overview := low(position, theme.ListIcon(), f.overview)
		overview.Brief = fmt.Sprintf("%d/%d", f.page+1, len(pages))
		where = overview
	}
	s.bar = newBar(previous, where, next, false)
	return s
}

func (f *filling) turn(by int) { f.open(f.page + by) }

func (f *filling) open(page int) {
	f.page, f.outlined = page, false
	f.a.again()
	f.look()
	f.findPlace()
}

// findPlace brings the line of the page that is shown into sight in the outline
// beside it.
func (f *filling) findPlace() {
	for _, l := range f.lines {
		if l.here && f.beside.Size().Height > 0 {
			f.beside.RevealPart(l.Position().Y, l.Size().Height)
		}
	}
}

// overview shows the list of pages instead of a page.
func (f *filling) overview() {
	f.outlined = true
	f.response.Log(session.EventJump)
	f.a.again()
}

// look tells the log that the page is looked at.
func (f *filling) look() {
	if !f.response.NeedsUser() {
		f.form.Look()
	}
}

// closed ends the visit to the response, in its log too.
func (f *filling) closed() {
	if f.made || !f.response.Audited() {
		return
	}
	f.response.Log(session.EventSave)
	f.response.Log(session.EventExit)
	f.save.touched()
	f.save.flush()
}

// outline lists the pages with how far each of them is, and the review.
func (f *filling) outline() fyne.CanvasObject {
	box := formview.NewStack(0.4)
	scroll := formview.NewScroll(container.New(margins{2, 2}, box))
	add := func(l *line) {
		l.flat = true
		l.OnFocus = func() { scroll.Reveal(l) }
		box.Add(l)
	}
	wrong := f.wrongPages()
	f.lines, f.visit, f.beside = nil, f.a.visit, scroll
	one := f.form.InOnePage()
	for i, p := range f.form.Parts() {
		s, state := f.standing(p, wrong[i])
		l := newMarked(s, p.Label, state, func() {
			if one {
				f.open(0)
				f.form.RevealPart(p)
				return
			}
			f.open(i)
		})
		l.here = i == f.page && !one
		f.lines = append(f.lines, l)
		add(l)
	}
	add(newWay(theme.ListIcon(), f.a.words.Say("review.title"), "", f.review))
	add(newWay(theme.ContentCopyIcon(), f.a.words.Say("copy.begin"), "", func() {
		f.save.flush()
		f.a.copyOf(f.response.InstanceID())
	}))
	add(newWay(theme.DeleteIcon(), f.a.words.Say("trash.put"), "", f.putAside))
	return scroll
}

// standing is how far a page is: a ring for nothing yet, a ring with a dot for
// something, a tick for all, a triangle where something has to be changed.
func (f *filling) standing(p formview.Page, wrong int) (shape, string) {
	answered, needed := f.form.Answered(p)
	asked := f.form.Asked(p)
	state := f.a.words.Say("screen.answered_of", locale.Values{"Count": answered, "Total": asked})
	if needed > 0 {
		state += " · " + f.a.words.Count("screen.needed", needed)
	}
	switch {
	case wrong > 0:
		return pointed, state + " · " + f.a.words.Count("screen.to_change", wrong)
	case asked == 0 && f.form.MayGrow(p):
		return hollow, f.a.words.Say("fill.no_answer")
	case asked == 0:
		return solid, f.a.words.Say("screen.to_read")
	case answered == asked:
		return full, state
	case answered > 0:
		return half, state
	case needed == 0:
		return hollow, f.a.words.Say("fill.no_answer")
	}
	return hollow, state
}

// wrongPages counts, by page, the answers that can't be taken as they are; those
// that are only missing are counted elsewhere.
func (f *filling) wrongPages() map[int]int {
	wrong := map[int]int{}
	for _, v := range f.response.Validate() {
		if v.Kind != session.ViolatesRequired {
			wrong[f.form.PartOf(v.Ref)]++
		}
	}
	return wrong
}
