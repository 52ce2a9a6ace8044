package app

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
)

// writing is a contribution while it is on the screen.
type writing struct {
	a       *App
	text    *contribution.Contribution
	save    *autosave
	scroll  *formview.Scroll
	title   *formview.Entry
	fields  []*formview.Entry // of the paragraphs shown
	from    int               // the first of them
	checked bool

	revision uint32              // it will be; 1 for a new one
	asked    []workspace.Message // about what is corrected here
}

func (a *App) newContribution() {
	c, err := contribution.New(contribution.Options{Now: a.clock})
	if err != nil {
		a.shell.trouble(err)
		return
	}
	c.Language = a.words.Language().Code
	if card, err := a.work.Card(); err == nil {
		c.OnBehalf = card.Org
	}
	w := a.write(c, 1)
	a.window.Canvas().Focus(w.title)
}

// goOnWriting opens the draft of a contribution.
func (a *App) goOnWriting(id string) {
	a.writeFrom(func() (contribution.Contribution, error) { return a.work.Contribution(a.ctx, id) })
}

// correctText begins or goes on with a correction of a contribution that was made ready.
func (a *App) correctText(name string) {
	a.writeFrom(func() (contribution.Contribution, error) {
		c, _, err := a.work.CorrectContribution(a.ctx, name)
		return c, err
	})
}

// writeFrom goes on with the draft that read returns.
func (a *App) writeFrom(read func() (contribution.Contribution, error)) {
	var c contribution.Contribution
	var revision uint32
	var asked []workspace.Message
	a.jobs.run(func() (err error) {
		if c, err = read(); err == nil {
			revision, asked, err = a.work.Correcting(a.ctx, c.ID)
		}
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.write(&c, revision, asked...)
	})
}

// write goes on with a contribution.
func (a *App) write(c *contribution.Contribution, revision uint32, asked ...workspace.Message) *writing {
	w := &writing{a: a, text: c, revision: revision, asked: asked}
	w.save = &autosave{a: a, take: w.taken}
	a.goTo(place{draw: w.draw, leave: w.save.flush})
	return w
}

// taken is a copy to be saved, made now.
func (w *writing) taken() func(context.Context) error {
	c := *w.text
	c.Paragraphs = slices.Clone(c.Paragraphs)
	return func(ctx context.Context) error { return w.a.work.SaveContribution(ctx, &c) }
}

func (w *writing) changed() {
	w.text.Changed = w.a.clock().UTC()
	w.save.touched()
	w.a.shell.retitle(w.a.textTitle(w.text.Title))
}

func (w *writing) draw() screen {
	say := w.a.words.Say
	if len(w.text.Paragraphs) == 0 {
		w.text.Paragraphs = []contribution.Paragraph{{Number: 1}}
	}
	column := formview.NewStack(gapParts)
	w.scroll = formview.NewScroll(formview.NewColumn(column))
	head := formview.NewStack(gapCards, heading(w.kind()))
	for _, m := range w.asked {
		text := w.a.asks(m)
		if about := w.a.questionLabel(m); about != "" {
			text = about + " · " + text
		}
		head.Add(formview.NewNotice(theme.QuestionIcon(), theme.ColorNameForeground, text))
	}
	if w.checked {
		for _, m := range w.missing() {
			head.Add(formview.NewProblem(m))
		}
	}
	column.Add(head)
	title, titled := w.line("contribution.title", &w.text.Title)
	_, behalf := w.line("contribution.on_behalf", &w.text.OnBehalf)
	w.title = title
	column.Add(formview.NewStack(gapCards, titled, behalf))
	column.Add(w.paragraphs())
	column.Add(w.choices("contribution.language", "answer_language", &w.text.Language))
	publication := string(w.text.Publication)
	column.Add(w.choices("screen.publication", "publication", &publication, func() { w.text.Publication = contribution.Publication(publication) }))
	column.Add(buttons(w.button("trash.put", func() {
		w.save.flush()
		w.a.putAside(w.text.ID)
	})))
	ready := primary(say("action.make_ready"), w.makeReady)
	ready.Icon = theme.ConfirmIcon()
	return screen{
		title: w.a.textTitle(w.text.Title), short: w.kind(), way: "nav.consultation", body: w.scroll,
		bar: newBar(nil, nil, ready, false),
	}
}

// kind is what is written: a contribution, or which revision of one.
func (w *writing) kind() string {
	return wording.Revision(w.a.words, w.a.words.Say("screen.contribution"), w.revision)
}

// button is a button that scrolls into sight with the focus.
func (w *writing) button(id locale.ID, do func()) *formview.Button {
	b := action(w.a.words.Say(id), do)
	scroll := w.scroll
	b.OnFocus = func() { scroll.Reveal(b) }
	return b
}

// entry is a field that follows the focus and grows with its page.
func (w *writing) entry(multiline bool, text string, changed func(string)) (*formview.Entry, fyne.CanvasObject) {
	return newField(w.scroll, multiline, text, func(s string) {
		changed(s)
		w.changed()
	})
}

// line is a field for one line, and with its name above it.
func (w *writing) line(id locale.ID, value *string) (*formview.Entry, fyne.CanvasObject) {
	entry, o := w.entry(false, *value, func(s string) { *value = s })
	return entry, formview.NewStack(gapTight, strong(w.a.words.Say(id)), o)
}

// choices asks for one of a list of the built-in form.
func (w *writing) choices(id locale.ID, list string, value *string, after ...func()) fyne.CanvasObject {
	box := formview.NewStack(gapWords)
	def, err := w.a.form()
	if err != nil {
		return box
	}
	pick := formview.NewPick(w.a.words, w.scroll)
	node := session.Node{Value: *value, Required: true}
	for _, c := range def.Lists[list].Choices {
		if c.Value == "other" {
			continue // a text names its language
		}
		label, _ := c.Label.In(w.a.headings()...)
		node.Choices = append(node.Choices, session.Choice{Value: c.Value, Label: label})
	}
	pick.OnAnswer = func(v string) {
		*value, node.Value = v, v
		for _, f := range after {
			f()
		}
		pick.Display(node)
		w.changed()
	}
	pick.Display(node)
	box.Add(strong(w.a.words.Say(id)))
	box.Add(pick)
	return box
}

// headings are the person's languages as the form names them.
func (a *App) headings() (all []string) {
	def, err := a.form()
	if err != nil {
		return nil
	}
	for _, code := range a.languages() {
		for _, heading := range def.Languages {
			if l, ok := locale.Named(heading); ok && l.Code == code {
				all = append(all, heading)
			}
		}
	}
	return append(all, def.Settings.DefaultLanguage)
}

// missing says what keeps the text from being made ready.
func (w *writing) missing() []string { return wording.Missing(w.a.words, w.text) }

func (w *writing) makeReady() {
	w.save.flush()
	if w.checked = true; len(w.missing()) > 0 {
		w.a.again()
		return
	}
	text := w.text.Whole()
	var item workspace.Item
	w.a.jobs.run(func() (err error) {
		item, err = w.a.work.MakeContributionReady(context.WithoutCancel(w.a.ctx), text, "")
		return err
	}, func(err error) {
		if err != nil {
			w.a.shell.trouble(err)
			return
		}
		w.a.finished(item)
	})
}
