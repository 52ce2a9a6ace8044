package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// Hidden is a field whose text nobody is to read over the shoulder: dots stand
// for it until a person wants to see it.
type Hidden struct {
	widget.BaseWidget
	Field  *Entry
	Button *Button

	words *locale.Localizer
	turns func()  // after the field was turned; may be nil
	pair  *Hidden // turns with it; may be nil
	box   *fyne.Container
}

// NewHidden makes such a field. The wheel over it moves the page on, as soon as it
// stands on one.
func NewHidden(words *locale.Localizer, on *Scroll) *Hidden {
	h := &Hidden{Field: NewEntry(false), words: words}
	h.Field.MultiLine, h.Field.Wrapping, h.Field.Password = false, fyne.TextWrapOff, true
	h.Field.ActionItem = canvas.NewRectangle(color.Transparent) // Fyne puts an eye without a word there
	h.Button = NewButton(words.Say("fill.show_typed"), h.turn)
	h.Button.Icon = theme.VisibilityIcon()
	h.Button.Low()
	h.box = NewStack(gapWords, UnderWheel(on, h.Field), NewRow(gapControl, h.Button))
	h.ExtendBaseWidget(h)
	return h
}

// turn shows what is typed, or hides it again.
func (h *Hidden) turn() {
	h.Field.Password = !h.Field.Password
	id, icon := locale.ID("fill.show_typed"), theme.VisibilityIcon()
	if !h.Field.Password {
		id, icon = "fill.hide_typed", theme.VisibilityOffIcon()
	}
	h.Button.Icon = icon
	h.Button.SetText(h.words.Say(id))
	h.Field.Refresh()
	if h.pair != nil {
		h.pair.turn()
	}
	if h.turns != nil {
		h.turns()
	}
}

// Pair makes another field turn with this one: it needs no button of its own.
func (h *Hidden) Pair(other *Hidden) {
	h.pair = other
	other.Button.Hide()
}

// Holds is what stands in the control.
func (h *Hidden) Holds() fyne.CanvasObject { return h.box }

// CreateRenderer implements [fyne.Widget].
func (h *Hidden) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(h.box) }

// Secret asks for a text that nobody is to read over the shoulder.
type Secret struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func()

	hidden *Hidden
}

// newSecret makes the control of the appearance masked.
func newSecret(around *surroundings) *Secret {
	s := &Secret{hidden: NewHidden(around.words, around.page)}
	s.hidden.turns = around.settle
	field := s.hidden.Field
	field.OnText = func(text string) {
		if s.OnAnswer != nil {
			s.OnAnswer(text)
		}
	}
	field.OnFocus = func(gained bool) {
		if gained {
			around.reveal(field)
		} else if s.OnLeave != nil {
			s.OnLeave()
		}
	}
	s.ExtendBaseWidget(s)
	return s
}

// Display puts the answer of n into the field.
func (s *Secret) Display(n session.Node) {
	field := s.hidden.Field
	if field.Text != n.Value {
		told := field.OnText
		field.OnText = nil
		field.SetText(n.Value)
		field.OnText = told
	}
	if n.ReadOnly {
		field.Disable()
	} else {
		field.Enable()
	}
}

// First is what gets the focus when the question is gone to.
func (s *Secret) First() fyne.Focusable { return s.hidden.Field }

// CreateRenderer implements [fyne.Widget].
func (s *Secret) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.hidden) }
