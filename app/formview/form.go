// Package formview draws a form that is being filled in: one page at a time,
// with a control for each question. It shows the state of a session and reports
// answers to it; it decides nothing.
//
// Sizes are Fyne's units and grow with the theme's text. Everything here belongs
// to the goroutine that draws. Start at [NewForm].
package formview

import (
	"errors"
	"image"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// Options are what a form takes from its surroundings.
type Options struct {
	Words *locale.Localizer
	// Attach is called when a person wants to answer the question with a file.
	Attach func(forms.Ref)
	// Choose asks for a file of at most so many bytes whose name ends in one of the
	// endings, and hands over what is in it. It tells by itself what goes wrong.
	// nil where no files can be chosen.
	Choose func(most int64, endings []string, take func(name string, content []byte))
	// Keep keeps a file that was made here and answers the question with it.
	Keep func(ref forms.Ref, name string, content []byte)
	// Kept hands over a file that an answer names, if it has at most so many bytes.
	// nil where there are none to be had.
	Kept func(name string, most int64, take func(content []byte, err error))
	// File opens a file of the form: a picture or a sound beside words; nil where it
	// has none.
	File func(name string) ([]byte, error)
	// Away does work on another goroutine, and then what follows on this one; nil
	// does both at once.
	Away func(work, then func())
	// Paging is how much is asked at one time.
	Paging Paging
	// Swiped is called when a finger is moved across the page: 1 is on, -1 back. Turn
	// is called to show another page; Removed after an instance of a repeat was taken away.
	// Each may be nil.
	Swiped  func(by int)
	Turn    func(page int)
	Removed func()
	// Remarks lets a person say something to the secretariat about each question.
	Remarks bool
	// Beside says what stands beside a question, as what was asked back about it.
	Beside map[forms.Ref][]string
	// Studio plays and records; nil where nothing can.
	Studio Studio
	// Changed is called after each answer.
	Changed func()
}

// away does what takes time.
func (f *Form) away(work, then func()) {
	if f.o.Away == nil {
		work()
		then()
		return
	}
	f.o.Away(work, then)
}

// chooser asks for files of a kind; nil where none can be chosen.
func (f *Form) chooser(most int64, endings ...string) func(func(string, []byte)) {
	if f.o.Choose == nil {
		return nil
	}
	return func(take func(string, []byte)) { f.o.Choose(most, endings, take) }
}

// A Form shows one page of a session at a time.
type Form struct {
	session *session.Session
	o       Options
	around  *surroundings
	page    Page
	fields  map[forms.Ref]*field
	order   []*field
	groups  map[forms.Ref]*fyne.Container // shown while relevant
	repeats map[forms.Ref]int             // instances as drawn
	opened  map[forms.Ref]int             // of a repeat with several, the instance that is open, from 1
	checked bool                          // what is missing is shown, too
	body    *fyne.Container
	undo    *Button // hidden where there is nothing to take back
	remarks *Button // nil where nothing can be said beside answers
	cancel  func()

	speakers  []*speaker // of the page
	recorders []*Sound
	remarking bool                   // the person wants to say something beside answers
	pictures  map[string]image.Image // of the form, read for the page
}

// NewForm draws s; close it when it isn't shown any more.
func NewForm(s *session.Session, o Options) *Form {
	f := &Form{session: s, o: o, opened: map[forms.Ref]int{}, body: NewStack(gapFields), around: &surroundings{words: o.Words}}
	f.around.page, f.around.came = NewScroll(NewColumn(f.body)), f.came
	f.around.page.OnSwipe(o.Swiped)
	f.cancel = s.Subscribe(f.update)
	return f
}

// Say words a message as the form does.
func (f *Form) Say(id locale.ID, values ...locale.Values) string {
	return f.around.words.Say(id, values...)
}

// Close ends watching the session.
func (f *Form) Close() {
	f.cancel()
	f.silence()
}

// silence stops what is playing and recording on the page.
func (f *Form) silence() {
	for _, s := range f.speakers {
		s.end()
	}
	for _, s := range f.recorders {
		s.end()
	}
	f.speakers, f.recorders = nil, nil
}

// Object is what to put on the screen.
func (f *Form) Object() fyne.CanvasObject { return f.around.page }

// Show draws a page, anew if it stands there already.
func (f *Form) Show(p Page) {
	f.page = p
	f.build()
	f.around.page.Top()
}

// Check shows beside each question what Validate finds, the missing too, from
// now on.
func (f *Form) Check() {
	f.checked = true
	f.judgeAll()
}

// Reveal moves to the question at ref on the page that is shown, and gives its
// control the focus.
func (f *Form) Reveal(ref forms.Ref) {
	d := f.fields[ref]
	if d == nil {
		return
	}
	f.around.page.Settle()
	f.around.page.Reveal(d.box)
	canvas := fyne.CurrentApp().Driver().CanvasForObject(f.around.page)
	if canvas == nil {
		return
	}
	switch c := d.control.(type) {
	case *Text:
		canvas.Focus(c.parts[0])
	case interface{ First() fyne.Focusable }:
		if first := c.First(); first != nil {
			canvas.Focus(first)
		}
	}
}

func (f *Form) build() {
	f.silence()
	f.pictures = map[string]image.Image{}
	f.around.frozen = true
	f.fields, f.groups, f.repeats, f.order = map[forms.Ref]*field{}, map[forms.Ref]*fyne.Container{}, map[forms.Ref]int{}, nil
	f.body.RemoveAll()
	if n, _ := f.session.Node(f.page.refs[0]); f.page.loose && n.Label != f.page.Label {
		f.body.Add(f.heading(f.page.Label, 0))
	}
	for _, ref := range f.page.refs {
		if n, ok := f.session.Node(ref); ok {
			f.add(f.body, n, 0)
		}
	}
	undo := f.button("action.undo", func() { f.Undo() })
	undo.Low()
	undo.Icon = theme.ContentUndoIcon()
	f.undo = undo
	f.undo.Hidden = !f.session.CanUndo()
	foot := NewRow(gapLow, undo)
	if f.o.Remarks && slices.ContainsFunc(f.order, func(d *field) bool { return d.margin != nil }) {
		f.remarks = f.button("remark.all", f.remarkAll)
		f.remarks.Low()
		f.remarks.Icon = theme.DocumentCreateIcon()
		f.remarkWords()
		foot.Add(f.remarks)
	}
	f.body.Add(foot)
	f.around.frozen = false
	if f.checked {
		f.judgeAll()
	}
	f.around.page.Redraw()
}

// add draws n and what stands in it below what into holds.
func (f *Form) add(into *fyne.Container, n session.Node, depth int) {
	for _, words := range n.Above {
		into.Add(f.heading(words, max(depth, 1)))
	}
	switch e := n.Element.(type) {
	case *forms.Question:
		if e.Control == forms.Hidden {
			return
		}
		d := newField(f, n)
		f.fields[n.Ref] = d
		f.order = append(f.order, d)
		into.Add(d.box)
	default:
		box := NewStack(gapFields)
		head := NewStack(gapControl)
		if n.Label != "" && !n.Instance {
			head.Add(f.heading(n.Label, depth))
			marks := NewRow(1)
			if showBadges(marks, f.around.badges(n.Language, n.NeedsReview)); !marks.Hidden {
				head.Add(marks)
			}
		}
		if n.Hint != "" {
			head.Add(quiet(n.Hint))
		}
		if len(head.Objects) > 0 {
			box.Add(head)
		}
		for i, ref := range n.Children {
			c, ok := f.session.Node(ref)
			if !ok {
				continue
			}
			if c.Instance {
				f.addInstance(box, n, c, i, depth)
				continue
			}
			f.add(box, c, depth+1)
		}
		if _, isRepeat := e.(*forms.Repeat); isRepeat && !n.Instance {
			f.repeats[n.Ref] = len(n.Children)
			if n.CanAdd {
				add := f.button("fill.add_another", func() { f.addRepeat(n.Ref) })
				add.Icon = theme.ContentAddIcon()
				box.Add(NewRow(1, add))
			}
		}
		box.Hidden = !n.Relevant
		f.groups[n.Ref] = box
		into.Add(box)
	}
}

func (f *Form) button(id locale.ID, do func()) *Button {
	b := NewButton(f.around.words.Say(id), do)
	b.OnFocus = func() { f.around.reveal(b) }
	return b
}

func (f *Form) heading(words string, depth int) *Label {
	l := strong(words)
	l.SizeName = theme.SizeNameHeadingText
	if depth > 0 {
		l.SizeName = theme.SizeNameSubHeadingText
	}
	return l
}

// update redraws what a change touched.
func (f *Form) update(refs []forms.Ref) {
	for ref, drawn := range f.repeats {
		if n, ok := f.session.Node(ref); ok && len(n.Children) != drawn {
			f.build()
			return
		}
	}
	came := false // or went
	for _, ref := range refs {
		n, ok := f.session.Node(ref)
		if !ok {
			continue
		}
		if d := f.fields[ref]; d != nil {
			came = came || d.box.Hidden == n.Relevant
			d.display(n)
		}
		if g := f.groups[ref]; g != nil {
			came = came || g.Hidden == n.Relevant
			g.Hidden = !n.Relevant
		}
	}
	if came {
		f.around.page.Redraw()
		return
	}
	f.around.settle()
}

// answer puts a person's answer in. Of what is typed nothing is said before the
// person leaves the field; what was wrong and isn't any more is cleared at once.
func (f *Form) answer(d *field, value string, finished bool) {
	err := f.session.Set(d.ref, value)
	var v *session.Violation
	switch {
	case err == nil:
		d.complain("")
	case errors.As(err, &v) && (finished || d.wrong.Visible()):
		d.complain(f.Message(*v))
	}
	if f.checked && finished {
		f.judgeAll()
	}
	f.changed()
}

func (f *Form) changed() {
	if f.undo != nil && f.undo.Hidden == f.session.CanUndo() {
		f.undo.Hidden = !f.session.CanUndo()
	}
	f.around.settle()
	if f.o.Changed != nil {
		f.o.Changed()
	}
}

// judge says what is wrong with one answer.
func (f *Form) judge(d *field) {
	found := f.session.Validate()
	i := slices.IndexFunc(found, func(v session.Violation) bool { return v.Ref == d.ref })
	if i < 0 || found[i].Kind == session.ViolatesRequired && !f.checked {
		d.complain("")
	} else {
		d.complain(f.Message(found[i]))
	}
	f.around.settle()
}

func (f *Form) judgeAll() {
	wrong := map[forms.Ref]string{}
	for _, v := range f.session.Validate() {
		wrong[v.Ref] = f.Message(v)
	}
	for _, d := range f.order {
		d.complain(wrong[d.ref])
	}
	f.around.settle()
}

// Message words a violation: by the form's own message, or by ours for its kind.
func (f *Form) Message(v session.Violation) string {
	n, _ := f.session.Node(v.Ref)
	words := f.around.words
	q, ok := n.Element.(*forms.Question)
	switch {
	case !ok:
		return v.Message
	case v.Kind == session.ViolatesConstraint && len(q.Bind.ConstraintMessage) > 0, v.Kind == session.ViolatesRequired && len(q.Bind.RequiredMessage) > 0:
		return v.Message
	case v.Kind == session.ViolatesRequired:
		return words.Say("review.missing")
	case v.Kind == session.ViolatesReadOnly:
		return words.Say("fill.read_only")
	}
	message := words.Say("review.not_accepted")
	if e := f.example(q); e != "" {
		message += ": " + e
	}
	return message
}

// example says how an answer of q's type is written.
func (f *Form) example(q *forms.Question) string {
	switch q.Bind.Type {
	case forms.Int, forms.Decimal:
		return f.around.words.Say("fill.number_hint")
	case forms.Date:
		return f.around.words.Say("fill.date_hint")
	}
	return ""
}
