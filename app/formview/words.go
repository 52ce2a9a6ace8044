package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets/locale"
)

// surroundings are what a control needs of the page it stands on.
type surroundings struct {
	words  *locale.Localizer
	page   *Scroll                 // nil on no page
	frozen bool                    // don't lay out: more is to come
	came   func(fyne.CanvasObject) // told of what has the focus; may be nil
}

func (s *surroundings) settle() {
	if s.page != nil && !s.frozen {
		s.page.Settle()
	}
}

func (s *surroundings) reveal(o fyne.CanvasObject) {
	if s.page != nil {
		s.page.Reveal(o)
	}
	s.reached(o)
}

// reached tells whoever wants to know that a person has come to o.
func (s *surroundings) reached(o fyne.CanvasObject) {
	if s.came != nil {
		s.came(o)
	}
}

func wrapped(words string) *Label { return NewLabel(words) }

// quiet is a text that helps and may be passed over.
func quiet(words string) *Label {
	l := NewLabel(words)
	l.SizeName, l.Colour = theme.SizeNameCaptionText, theme.ColorNamePlaceHolder
	return l
}

func strong(words string) *Label {
	l := NewLabel(words)
	l.Bold = true
	return l
}
