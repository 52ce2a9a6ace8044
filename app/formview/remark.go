package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// A margin is what a person says of a question beside the answer: a note to the
// secretariat, and that there is no opinion. It is there when the page was asked
// for it, and where something was said.
type margin struct {
	d     *field
	open  *Button
	said  *Label // the note, while the fields are closed
	none  *Choice
	note  *Entry
	panel *fyne.Container // nil until it was wanted
	box   *fyne.Container
	now   session.Remark
	asked bool // an answer is needed: there can't be none
	blank bool
}

func newMargin(d *field) *margin {
	m := &margin{d: d, said: quiet("")}
	m.open = d.form.around.low("remark.add", theme.DocumentCreateIcon(), m.press)
	m.open.Small()
	m.said.Hide()
	m.box = NewStack(gapWords, NewRow(1, m.open), m.said)
	return m
}

func (m *margin) say(id locale.ID, values ...locale.Values) string {
	return m.d.form.around.words.Say(id, values...)
}

// press opens the fields, or closes them.
func (m *margin) press() {
	if m.panel == nil {
		m.build()
		m.box.Add(m.panel)
	} else {
		m.panel.Hidden = !m.panel.Hidden
	}
	m.show()
	m.d.form.around.settle()
	if m.panel.Hidden {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(m.box); c != nil {
		c.Focus(m.note)
	}
}

func (m *margin) build() {
	around := m.d.form.around
	m.none = NewChoice("", m.say("remark.no_opinion"), true)
	m.none.SetNote(m.say("remark.no_opinion_note"))
	m.none.OnFocus = func() { around.reveal(m.none) }
	m.none.OnPick = func() { m.set(session.Remark{Note: m.now.Note, NoOpinion: !m.now.NoOpinion}) }
	m.note = NewEntry(true)
	m.note.PlaceHolder = m.say("remark.hint")
	m.note.SetText(m.now.Note)
	m.note.OnText = func(text string) { m.set(session.Remark{Note: text, NoOpinion: m.now.NoOpinion}) }
	m.note.OnGrow = around.settle
	m.note.OnFocus = func(gained bool) {
		if gained {
			around.reveal(m.note)
		}
	}
	m.panel = NewStack(gapControl, m.none, UnderWheel(around.page, m.note))
}

func (m *margin) set(r session.Remark) {
	f := m.d.form
	if f.session.SetRemark(m.d.ref, r) == nil {
		f.changed()
	}
}

// display shows what is said of n.
func (m *margin) display(n session.Node) {
	m.now, m.asked, m.blank = n.Remark, n.Required, n.Value == ""
	m.box.Hidden = n.ReadOnly || !m.d.form.remarking && n.Remark.Empty()
	m.show()
}

func (m *margin) show() {
	open := m.panel != nil && !m.panel.Hidden
	words := m.say("remark.add")
	if open {
		words = m.say("remark.close")
	}
	if m.open.Text != words {
		m.open.SetText(words)
	}
	m.said.Hidden = open || m.now.Note == ""
	if m.now.Note != "" {
		m.said.SetWords(m.say("remark.said", locale.Values{"Note": m.now.Note}))
	}
	if m.panel != nil {
		m.none.Hidden = m.asked || !m.blank
		m.none.SetPicked(m.now.NoOpinion)
	}
}

// remarkAll lets the person say something of each question of the page, or hides
// the ways to do so where nothing is said.
func (f *Form) remarkAll() {
	f.remarking = !f.remarking
	f.remarkWords()
	for _, d := range f.order {
		if n, ok := f.session.Node(d.ref); ok && d.margin != nil {
			d.margin.display(n)
		}
	}
	f.around.settle()
}

func (f *Form) remarkWords() {
	id := locale.ID("remark.all")
	if f.remarking {
		id = "remark.all_close"
	}
	f.remarks.SetText(f.around.words.Say(id))
}
