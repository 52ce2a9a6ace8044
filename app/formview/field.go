package formview

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

// A control shows the answer to a question and reports a person's intention.
type control interface {
	fyne.CanvasObject
	Display(n session.Node) // the only way in
}

// A field is a question as it stands on a page: its words, its control, and
// what is wrong with the answer.
type field struct {
	ref     forms.Ref
	form    *Form
	label   *Label
	styled  *fyne.Container // instead of label where the words are in Markdown
	hint    *Label
	plate   *plate          // pictures and sounds; nil where the form has none here
	marks   *fyne.Container // that an answer is needed, or what is to be known of the words
	wrong   *Notice
	more    *guide  // nil where the form says no more
	margin  *margin // nil where nothing can be said beside the answer
	control control // nil for a note
	box     *fyne.Container
}

func newField(f *Form, n session.Node) *field {
	d := &field{ref: n.Ref, form: f, label: strong(""), styled: NewStack(gapWords), hint: quiet(""), marks: NewRow(1), wrong: NewProblem("")}
	q := n.Element.(*forms.Question)
	if q.Control == forms.Note {
		d.label.Bold = false
	}
	words := NewStack(gapWords, d.label, d.styled, d.hint, d.marks)
	if len(q.Media) > 0 && !imageMapped(q) {
		d.plate = newPlate(f, smallShot, true)
		words.Add(d.plate.box)
	}
	if len(q.Guidance) > 0 {
		d.more = newGuide(f.around)
		words.Add(d.more.box)
	}
	if strings.HasPrefix(q.Appearance, "printer") {
		words.Add(quiet(f.around.words.Say("code.no_printer")))
	}
	for _, said := range f.o.Beside[n.Ref] {
		words.Add(NewNotice(theme.QuestionIcon(), theme.ColorNamePrimary, said))
	}
	d.box = NewStack(gapControl, words)
	if d.control = d.newControl(q); d.control != nil {
		d.box.Add(d.control)
	}
	d.box.Add(d.wrong)
	d.wrong.Hide()
	if f.o.Remarks && d.control != nil {
		d.margin = newMargin(d)
		d.box.Add(d.margin.box)
	}
	d.display(n)
	return d
}

// newControl chooses by the form's control, data type and appearance.
func (d *field) newControl(q *forms.Question) control {
	f, around := d.form, d.form.around
	if c := d.special(q); c != nil {
		return c
	}
	switch q.Control {
	case forms.Note:
		return nil
	case forms.Select1, forms.Select:
		search := strings.Contains(q.Appearance, "minimal") || strings.Contains(q.Appearance, "autocomplete")
		p := newPick(around, q.Control == forms.Select, search)
		p.looks, p.form = strings.Fields(q.Appearance), f
		p.OnAnswer = func(v string) {
			f.answer(d, v, true)
			if v != "" && slices.Contains(p.looks, "quick") {
				f.goOn(d)
			}
		}
		if imageMapped(q) {
			return d.partedOf(p)
		}
		if slices.Contains(p.looks, "map") {
			return newMapped(p)
		}
		return p
	case forms.Upload:
		made := func(name string, content []byte) {
			if f.o.Keep != nil {
				f.o.Keep(d.ref, name, content)
			}
		}
		attach := func() {
			if f.o.Attach != nil {
				f.o.Attach(d.ref)
			}
		}
		answered := func(v string) { f.answer(d, v, true) }
		switch q.MediaType {
		case "image/*":
			p := d.pictureOf(strings.Fields(q.Appearance))
			p.OnAttach, p.OnAnswer, p.OnMade = attach, answered, made
			return p
		case "audio/*", "video/*":
			s := d.soundOf(q)
			s.OnAttach, s.OnAnswer, s.OnMade = attach, answered, made
			return s
		}
		u := newUpload(around)
		u.OnAttach, u.OnAnswer = attach, answered
		return u
	case forms.Trigger:
		a := newAcknowledge(around)
		a.OnAnswer = func(v string) { f.answer(d, v, true) }
		return a
	}
	t := newText(around, slices.Contains(strings.Fields(q.Appearance), "multiline"), f.example(q))
	t.OnAnswer = func(v string) { f.answer(d, v, false) }
	t.OnLeave = func() { f.judge(d) }
	return t
}

func (d *field) display(n session.Node) {
	d.box.Hidden = !n.Relevant
	if n.Label != d.label.Words() || n.Label == "" {
		d.label.SetWords(n.Label)
		d.label.Hidden = showStyled(d.form.around, d.styled, n.Label, d.label.Bold) || n.Label == ""
	}
	if d.plate != nil {
		d.plate.display(n.Media)
	}
	d.hint.SetWords(n.Hint)
	d.hint.Hidden = n.Hint == ""
	if d.more != nil {
		d.more.display(n.Guidance)
	}
	if d.margin != nil {
		d.margin.display(n)
	}
	var marks []string
	if n.Remark.NoOpinion {
		marks = append(marks, d.form.around.words.Say("remark.no_opinion_said"))
	}
	if n.Required {
		marks = append(marks, d.form.around.words.Say("fill.required"))
	}
	if n.Label != "" {
		marks = append(marks, d.form.around.badges(n.Language, n.NeedsReview)...)
	}
	showBadges(d.marks, marks)
	if d.control != nil {
		d.control.Display(n)
	}
}

// complain shows what is wrong beside the question; "" takes it away.
func (d *field) complain(message string) {
	d.wrong.SetWords(message)
	d.wrong.Hidden = message == ""
}

// imageMapped says whether the picture of a question is touched to answer it.
func imageMapped(q *forms.Question) bool {
	return slices.Contains(strings.Fields(q.Appearance), "image-map") && (q.Control == forms.Select1 || q.Control == forms.Select)
}
