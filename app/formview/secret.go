package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// Secret asks for a text that nobody is to read over the shoulder: dots stand
// for it until a person wants to see it.
type Secret struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func()

	around *surroundings
	field  *Entry
	show   *Button
	box    *fyne.Container
}

// newSecret makes the control of the appearance masked.
func newSecret(around *surroundings) *Secret {
	s := &Secret{around: around, field: NewEntry(false)}
	s.field.MultiLine, s.field.Wrapping, s.field.Password = false, fyne.TextWrapOff, true
	s.field.OnText = func(text string) {
		if s.OnAnswer != nil {
			s.OnAnswer(text)
		}
	}
	s.field.OnFocus = func(gained bool) {
		if gained {
			around.reveal(s.field)
		} else if s.OnLeave != nil {
			s.OnLeave()
		}
	}
	s.show = around.button("fill.show_typed", theme.VisibilityIcon(), s.turn)
	s.show.Importance = widget.LowImportance
	s.box = NewStack(gapWords, UnderWheel(around.page, s.field), NewRow(gapControl, s.show))
	s.ExtendBaseWidget(s)
	return s
}

// turn shows what is typed, or hides it again.
func (s *Secret) turn() {
	s.field.Password = !s.field.Password
	id, icon := locale.ID("fill.show_typed"), theme.VisibilityIcon()
	if !s.field.Password {
		id, icon = "fill.hide_typed", theme.VisibilityOffIcon()
	}
	s.show.Icon = icon
	s.show.SetText(s.around.words.Say(id))
	s.field.Refresh()
	s.around.settle()
}

// Display puts the answer of n into the field.
func (s *Secret) Display(n session.Node) {
	if s.field.Text != n.Value {
		told := s.field.OnText
		s.field.OnText = nil
		s.field.SetText(n.Value)
		s.field.OnText = told
	}
	if n.ReadOnly {
		s.field.Disable()
	} else {
		s.field.Enable()
	}
}

// First is what gets the focus when the question is gone to.
func (s *Secret) First() fyne.Focusable { return s.field }

// CreateRenderer implements [fyne.Widget].
func (s *Secret) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.box) }
