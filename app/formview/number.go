package formview

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/session"
)

// Number asks for a number, typed in the digits and with the marks of the
// person's language. The answer is the number as programs exchange it; what is
// no number is handed on as it was typed, for it is kept, too.
type Number struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func()

	around  *surroundings
	grouped bool // marks between thousands while nobody types
	field   *Entry
	box     *fyne.Container
	value   string
	typing  bool
}

// newNumber makes the control of an integer or a decimal number; grouped is
// thousands-sep, counter adds buttons for one more and one less.
func newNumber(around *surroundings, grouped, counter bool) *Number {
	n := &Number{around: around, grouped: grouped, field: NewEntry(false)}
	n.field.PlaceHolder = around.words.Say("fill.number_hint")
	n.field.numeric(signs + fractions)
	n.field.OnText = n.typed
	n.field.OnFocus = n.focus
	n.field.OnGrow = around.settle
	n.box = NewStack(gapControl, UnderWheel(around.page, n.field))
	if counter {
		less := around.button("fill.one_less", theme.ContentRemoveIcon(), func() { n.count(-1) })
		more := around.button("fill.one_more", theme.ContentAddIcon(), func() { n.count(1) })
		n.box.Add(NewRow(gapControl, less, more))
	}
	n.ExtendBaseWidget(n)
	return n
}

// Display shows the number of n, if it isn't what stands there.
func (c *Number) Display(n session.Node) {
	if c.field.Disabled() != n.ReadOnly {
		if n.ReadOnly {
			c.field.Disable()
		} else {
			c.field.Enable()
		}
	}
	if n.Value == c.value && c.typing {
		return
	}
	c.value = n.Value
	c.write()
}

// write puts the value into the field: grouped only where nobody types, because
// the marks would jump.
func (c *Number) write() {
	words := c.around.words.Figures(c.value, c.grouped && !c.field.here)
	if c.field.Text == words {
		return
	}
	told := c.field.OnText
	c.field.OnText = nil
	c.field.SetText(words)
	c.field.OnText = told
}

func (c *Number) typed(text string) {
	value := strings.TrimSpace(text)
	if read, ok := c.around.words.ReadFigures(text); ok {
		value = read
	}
	c.typing = true
	c.answer(value)
	c.typing = false
}

func (c *Number) answer(value string) {
	c.value = value
	if c.OnAnswer != nil {
		c.OnAnswer(value)
	}
}

func (c *Number) focus(gained bool) {
	if gained {
		c.around.reveal(c.field)
	}
	c.write()
	if !gained && c.OnLeave != nil {
		c.OnLeave()
	}
}

// count adds to the number; it begins at nought.
func (c *Number) count(by int64) {
	next, ok := added(c.value, by)
	if c.field.Disabled() || !ok {
		return
	}
	c.answer(next)
	c.write()
	if c.OnLeave != nil {
		c.OnLeave()
	}
}

// First is what gets the focus when the question is gone to.
func (c *Number) First() fyne.Focusable { return c.field }

// CreateRenderer implements [fyne.Widget].
func (c *Number) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.box) }
