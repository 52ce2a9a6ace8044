package formview

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

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
	label   *widget.Label
	hint    *widget.Label
	mark    *widget.Label // that an answer is needed, or in which language the words are
	wrong   *widget.Label
	control control // nil for a note
	box     *fyne.Container
}

func newField(f *Form, n session.Node) *field {
	d := &field{ref: n.Ref, form: f, label: strong(""), hint: quiet(""), mark: quiet(""), wrong: wrapped("")}
	d.wrong.Importance = widget.DangerImportance
	q := n.Element.(*forms.Question)
	if q.Control == forms.Note {
		d.label.TextStyle.Bold = false
	}
	d.box = NewStack(0, d.label, d.hint, d.mark)
	if d.control = d.newControl(q); d.control != nil {
		d.box.Add(container.New(indent{}, d.control))
	}
	d.box.Add(d.wrong)
	d.wrong.Hide()
	d.display(n)
	return d
}

// newControl chooses by the form's control, data type and appearance.
func (d *field) newControl(q *forms.Question) control {
	f, around := d.form, d.form.around
	switch q.Control {
	case forms.Note:
		return nil
	case forms.Select1, forms.Select:
		search := strings.Contains(q.Appearance, "minimal") || strings.Contains(q.Appearance, "autocomplete")
		p := newPick(around, q.Control == forms.Select, search)
		p.OnAnswer = func(v string) { f.answer(d, v, true) }
		return p
	case forms.Upload:
		u := newUpload(around)
		u.OnAttach = func() {
			if f.o.Attach != nil {
				f.o.Attach(d.ref)
			}
		}
		u.OnAnswer = func(v string) { f.answer(d, v, true) }
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
	setText(d.label, n.Label)
	d.label.Hidden = n.Label == ""
	setText(d.hint, n.Hint)
	d.hint.Hidden = n.Hint == ""
	var marks []string
	if n.Required {
		marks = append(marks, d.form.around.words.Say("fill.required"))
	}
	if b := d.form.badge(n); b != "" {
		marks = append(marks, b)
	}
	setText(d.mark, strings.Join(marks, " · "))
	d.mark.Hidden = len(marks) == 0
	if d.control != nil {
		d.control.Display(n)
	}
}

// complain shows what is wrong beside the question; "" takes it away.
func (d *field) complain(message string) {
	setText(d.wrong, message)
	d.wrong.Hidden = message == ""
}

func setText(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
}

// indent stands a control under its question's words, which labels set in a
// little from the edge.
type indent struct{}

func (indent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	in := theme.InnerPadding()
	for _, o := range objects {
		h := fit(o, size.Width-2*in)
		o.Resize(fyne.NewSize(size.Width-2*in, h))
		o.Move(fyne.NewPos(in, 0))
	}
}

func (indent) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size.AddWidthHeight(2*theme.InnerPadding(), theme.Padding())
}
