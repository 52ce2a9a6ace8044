package formview

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/session"
)

// Clock asks for a time of the day, typed.
type Clock struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func()

	around *surroundings
	field  *Entry
	box    *fyne.Container
	value  string
}

func newClock(around *surroundings) *Clock {
	c := &Clock{around: around, field: NewEntry(false)}
	c.field.PlaceHolder = around.words.Say("fill.time_hint")
	c.field.OnText = func(text string) {
		value := strings.TrimSpace(text)
		if read, ok := readTime(around.words, text); ok {
			value = read
		}
		c.value = value
		if c.OnAnswer != nil {
			c.OnAnswer(value)
		}
	}
	c.field.OnFocus = func(gained bool) {
		if gained {
			around.reveal(c.field)
			return
		}
		c.write() // as it was understood
		if c.OnLeave != nil {
			c.OnLeave()
		}
	}
	c.box = NewStack(gapWords, UnderWheel(around.page, c.field))
	c.ExtendBaseWidget(c)
	return c
}

// Display shows the time of n.
func (c *Clock) Display(n session.Node) {
	if c.field.Disabled() != n.ReadOnly {
		if n.ReadOnly {
			c.field.Disable()
		} else {
			c.field.Enable()
		}
	}
	if n.Value != c.value {
		c.value = n.Value
		c.write()
	}
}

// write shows hours and minutes; seconds and the zone only a program gives.
func (c *Clock) write() {
	words := c.value
	if len(words) > 5 && words[2] == ':' && strings.ContainsAny(words[5:6], ":Z+-") {
		words = words[:5]
	}
	if words == c.field.Text {
		return
	}
	told := c.field.OnText
	c.field.OnText = nil
	c.field.SetText(words)
	c.field.OnText = told
}

// First is what gets the focus when the question is gone to.
func (c *Clock) First() fyne.Focusable { return c.field }

// CreateRenderer implements [fyne.Widget].
func (c *Clock) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.box) }

// Moment asks for a day and a time of it.
type Moment struct {
	widget.BaseWidget
	OnAnswer func(value string)
	date     *Date
	clock    *Clock
	box      *fyne.Container
	whole    string
}

func newMoment(around *surroundings, appearance []string) *Moment {
	m := &Moment{date: newDate(around, appearance), clock: newClock(around)}
	m.date.OnAnswer = func(string) { m.answer() }
	m.clock.OnAnswer = func(string) { m.answer() }
	m.box = NewStack(gapControl, m.date, m.clock)
	m.ExtendBaseWidget(m)
	return m
}

func (m *Moment) answer() {
	m.whole = m.date.value
	if m.clock.value != "" {
		m.whole += "T" + m.clock.value
	}
	if m.OnAnswer != nil {
		m.OnAnswer(m.whole)
	}
}

// Display shows the day and the time of n, each in its field.
func (m *Moment) Display(n session.Node) {
	whole := n.Value
	day, clock := n, n
	if whole == m.whole { // what the fields say together: they need not be told
		day.Value, clock.Value = m.date.value, m.clock.value
	} else {
		m.whole = whole
		day.Value, clock.Value, _ = strings.Cut(whole, "T")
	}
	m.date.Display(day)
	m.clock.Display(clock)
}

// left is called when one of the fields is left.
func (m *Moment) left(do func()) { m.date.OnLeave, m.clock.OnLeave = do, do }

// First is what gets the focus when the question is gone to.
func (m *Moment) First() fyne.Focusable { return m.date.field }

// CreateRenderer implements [fyne.Widget].
func (m *Moment) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.box) }
