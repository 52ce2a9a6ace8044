package app

import (
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/contribution"
)

// shownParagraphs is how many paragraphs stand on one page.
const shownParagraphs = 20

// paragraphs are the fields of the text, some at a time.
func (w *writing) paragraphs() fyne.CanvasObject {
	box := formview.NewStack(gapCards)
	w.fields = nil
	last := min(w.from+shownParagraphs, len(w.text.Paragraphs))
	if len(w.text.Paragraphs) > shownParagraphs {
		box.Add(w.pager(last))
	}
	for i := w.from; i < last; i++ {
		box.Add(w.paragraph(i))
	}
	add := w.button("contribution.add_paragraph", func() {
		w.insert(len(w.text.Paragraphs), "")
		w.focus(len(w.text.Paragraphs) - 1)
	})
	add.Icon = theme.ContentAddIcon()
	box.Add(buttons(add))
	if len(w.text.Paragraphs) > shownParagraphs {
		box.Add(w.pager(last))
	}
	return box
}

// paragraph is one numbered paragraph in a field of its own. What is pasted is
// split where a line is empty, and said so.
func (w *writing) paragraph(i int) fyne.CanvasObject {
	e, o := w.entry(true, w.text.Paragraphs[i].Text, func(s string) { w.text.Paragraphs[i].Text = s })
	e.OnPaste = func(text string) bool { return w.paste(i, e, text) }
	w.fields = append(w.fields, e)
	label := quiet(w.a.words.Say("contribution.paragraph", locale.Values{"Number": i + 1}))
	label.Bold = true
	var remove fyne.CanvasObject
	if len(w.text.Paragraphs) > 1 {
		b := w.button("action.remove", func() {
			w.text.Paragraphs = slices.Delete(w.text.Paragraphs, i, i+1)
			w.renumber()
		})
		b.Low()
		b.Icon = theme.DeleteIcon()
		remove = b
	}
	return formview.NewStack(gapTight, newBar(nil, label, remove, true), o)
}

// paste puts long text, or text of several paragraphs, into paragraphs. Nothing
// of it is left out but the empty lines between them.
func (w *writing) paste(i int, e *formview.Entry, text string) bool {
	whole := len(text)
	for _, p := range w.text.Paragraphs {
		whole += len(p.Text)
	}
	if whole > workspace.MaxDraft { // the text stays where it came from
		w.a.shell.say(w.a.words.Say("error.paste_too_long", locale.Values{"Size": w.a.words.Size(workspace.MaxDraft)}))
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
	pieces = together(pieces, contribution.MaxParagraphs-len(w.text.Paragraphs))
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
	said := w.a.words.Count("contribution.split", len(pieces))
	if whole > contribution.MaxBytes {
		said = locale.Sentences(said, w.a.words.Say("error.text_too_long", locale.Values{"Size": w.a.words.Size(contribution.MaxBytes)}))
	}
	w.a.shell.say(said)
	return true
}

// together joins neighbours, an empty line between them, until there are at most
// so many, as far as a field holds them.
func together(pieces []string, most int) []string {
	if most < 1 || len(pieces) <= most {
		return pieces
	}
	whole := 0
	for _, p := range pieces {
		whole += len(p) + 2
	}
	size := min(formview.MaxField, 2*whole/most) // bytes, so never more characters
	var joined []string
	for _, p := range pieces {
		if n := len(joined); n > 0 && len(joined[n-1])+2+len(p) <= size {
			joined[n-1] += "\n\n" + p
			continue
		}
		joined = append(joined, p)
	}
	return joined
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
	return formview.NewStack(gapWords, where, buttons(w.button("nav.previous", turn(-shownParagraphs)), w.button("nav.next", turn(shownParagraphs))))
}
