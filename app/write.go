package app

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
)

// writing is a contribution while it is on the screen.
type writing struct {
	a       *App
	text    *contribution.Contribution
	save    *autosave
	scroll  *formview.Scroll
	fields  []*formview.Entry // of the paragraphs shown
	from    int               // the first of them
	checked bool
}

// shownParagraphs is how many paragraphs stand on one page.
const shownParagraphs = 20

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
	a.write(c)
}

// write goes on with a contribution.
func (a *App) write(c *contribution.Contribution) {
	w := &writing{a: a, text: c}
	w.save = &autosave{a: a, take: w.taken}
	a.goTo(place{draw: w.draw, leave: w.save.flush})
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
}

func (w *writing) draw() screen {
	say := w.a.words.Say
	if len(w.text.Paragraphs) == 0 {
		w.text.Paragraphs = []contribution.Paragraph{{Number: 1}}
	}
	column := formview.NewStack(2)
	w.scroll = formview.NewScroll(formview.NewColumn(column))
	var missing []string
	if w.checked {
		missing = w.missing()
	}
	for _, m := range missing {
		l := wrapped(m)
		l.Importance = widget.DangerImportance
		column.Add(l)
	}
	column.Add(w.line("contribution.title", &w.text.Title))
	column.Add(w.line("contribution.on_behalf", &w.text.OnBehalf))
	w.fields = nil
	last := min(w.from+shownParagraphs, len(w.text.Paragraphs))
	if len(w.text.Paragraphs) > shownParagraphs {
		column.Add(w.pager(last))
	}
	for i := w.from; i < last; i++ {
		column.Add(w.paragraph(i))
	}
	add := w.button("contribution.add_paragraph", func() {
		w.insert(len(w.text.Paragraphs), "")
		w.focus(len(w.text.Paragraphs) - 1)
	})
	column.Add(buttons(add))
	if len(w.text.Paragraphs) > shownParagraphs {
		column.Add(w.pager(last))
	}
	column.Add(w.choices("contribution.language", "answer_language", &w.text.Language))
	publication := string(w.text.Publication)
	column.Add(w.choices("screen.publication", "publication", &publication, func() { w.text.Publication = contribution.Publication(publication) }))
	return screen{
		title: w.a.textTitle(w.text.Title), body: w.scroll,
		bar: newBar(action(say("nav.back"), w.a.back), nil, primary(say("action.make_ready"), w.makeReady), false),
	}
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
	e := formview.NewEntry(multiline)
	e.SetText(text)
	scroll, height := w.scroll, e.MinSize().Height
	e.OnText = func(s string) {
		changed(s)
		w.changed()
		if h := e.MinSize().Height; h != height {
			height = h
			scroll.Settle()
		}
	}
	e.OnFocus = func(gained bool) {
		if gained {
			scroll.Reveal(e)
		}
	}
	return e, formview.UnderWheel(scroll, e)
}

func (w *writing) line(id locale.ID, value *string) fyne.CanvasObject {
	_, o := w.entry(false, *value, func(s string) { *value = s })
	return formview.NewStack(0, strong(w.a.words.Say(id)), inset(o))
}

// paragraph is one numbered paragraph in a field of its own. What is pasted is
// split where a line is empty, and said so.
func (w *writing) paragraph(i int) fyne.CanvasObject {
	e, o := w.entry(true, w.text.Paragraphs[i].Text, func(s string) { w.text.Paragraphs[i].Text = s })
	e.OnPaste = func(text string) bool { return w.paste(i, e, text) }
	w.fields = append(w.fields, e)
	label := quiet(w.a.words.Say("contribution.paragraph", locale.Values{"Number": i + 1}))
	head := container.NewBorder(nil, nil, nil, nil, label)
	if len(w.text.Paragraphs) > 1 {
		remove := w.button("action.remove", func() {
			w.text.Paragraphs = slices.Delete(w.text.Paragraphs, i, i+1)
			w.renumber()
		})
		remove.Importance = widget.LowImportance
		head = container.NewBorder(nil, nil, nil, remove, label)
	}
	return formview.NewStack(-0.5, head, inset(o))
}

// paste puts long text, or text of several paragraphs, into paragraphs. Nothing
// of it is left out but the empty lines between them.
func (w *writing) paste(i int, e *formview.Entry, text string) bool {
	whole := len(text)
	for _, p := range w.text.Paragraphs {
		whole += len(p.Text)
	}
	if whole > contribution.MaxBytes { // no record could carry it: the text stays where it came from
		w.a.shell.say(w.a.words.Say("error.text_too_long", locale.Values{"Size": w.a.words.Size(contribution.MaxBytes)}))
		return true
	}
	var split contribution.Contribution
	split.SetText(text, w.a.clock())
	var pieces []string
	for _, p := range split.Paragraphs {
		pieces = append(pieces, formview.Split(p.Text, formview.MaxField)...)
	}
	if len(pieces) <= 1 && utf8.RuneCountInString(text+e.Text) <= formview.MaxField {
		return false
	}
	var fresh []contribution.Paragraph
	for _, p := range pieces {
		fresh = append(fresh, contribution.Paragraph{Text: p})
	}
	at := i + 1
	if strings.TrimSpace(e.Text) == "" {
		w.text.Paragraphs = slices.Delete(w.text.Paragraphs, i, i+1)
		at = i
	}
	w.text.Paragraphs = slices.Insert(w.text.Paragraphs, at, fresh...)
	w.renumber()
	w.a.shell.say(w.a.words.Count("contribution.split", len(pieces)))
	return true
}

func (w *writing) insert(at int, text string) {
	w.text.Paragraphs = slices.Insert(w.text.Paragraphs, at, contribution.Paragraph{Text: text})
	w.from = at / shownParagraphs * shownParagraphs
	w.renumber()
}

func (w *writing) renumber() {
	for i := range w.text.Paragraphs {
		w.text.Paragraphs[i].Number = i + 1
	}
	w.from = min(w.from, max(0, len(w.text.Paragraphs)-1)/shownParagraphs*shownParagraphs)
	w.changed()
	w.a.again()
}

// focus moves to a paragraph.
func (w *writing) focus(i int) {
	if at := i - w.from; at >= 0 && at < len(w.fields) {
		w.a.window.Canvas().Focus(w.fields[at])
	}
}

// pager leads through a text of very many paragraphs.
func (w *writing) pager(last int) fyne.CanvasObject {
	say := w.a.words.Say
	turn := func(by int) func() {
		return func() {
			if next := w.from + by; next >= 0 && next < len(w.text.Paragraphs) {
				w.from = next
				w.a.again()
			}
		}
	}
	where := quiet(say("screen.paragraphs", locale.Values{"From": w.from + 1, "To": last, "Total": len(w.text.Paragraphs)}))
	return formview.NewStack(0, where, buttons(w.button("nav.previous", turn(-shownParagraphs)), w.button("nav.next", turn(shownParagraphs))))
}

// choices asks for one of a list of the built-in form.
func (w *writing) choices(id locale.ID, list string, value *string, after ...func()) fyne.CanvasObject {
	box := formview.NewStack(0)
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
		label, _ := c.Label.In(w.headings(def)...)
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
	box.Add(inset(pick))
	return box
}

// headings are the person's languages as the form names them.
func (w *writing) headings(def *forms.Definition) (all []string) {
	for _, code := range w.a.languages() {
		for _, heading := range def.Languages {
			if l, ok := locale.Named(heading); ok && l.Code == code {
				all = append(all, heading)
			}
		}
	}
	return append(all, def.Settings.DefaultLanguage)
}

// missing says what keeps the text from being made ready.
func (w *writing) missing() (all []string) {
	for _, v := range w.ready().Check() {
		var id locale.ID
		switch {
		case v.Field == "paragraphs" && v.Kind == contribution.Missing:
			id = "contribution.empty"
		case v.Field == "title" && v.Kind == contribution.Missing:
			id = "contribution.title_missing"
		case v.Kind == contribution.Missing:
			id = map[string]locale.ID{"onBehalf": "screen.missing_onbehalf", "language": "screen.missing_language", "publication": "screen.missing_publication"}[v.Field]
		default:
			id = "screen.text_too_long"
		}
		all = append(all, w.a.words.Say(id, locale.Values{"Limit": contribution.MaxTitle}))
	}
	return all
}

// ready is the text without its empty paragraphs.
func (w *writing) ready() *contribution.Contribution {
	c := *w.text
	c.Paragraphs = nil
	for _, p := range w.text.Paragraphs {
		if strings.TrimSpace(p.Text) != "" {
			c.Paragraphs = append(c.Paragraphs, contribution.Paragraph{Number: len(c.Paragraphs) + 1, Text: p.Text})
		}
	}
	return &c
}

func (w *writing) makeReady() {
	w.save.flush()
	if w.checked = true; len(w.missing()) > 0 {
		w.a.again()
		return
	}
	text := w.ready()
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
