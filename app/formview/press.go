package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// A Press is what all that is pressed has in common: a tap anywhere on it,
// Return and the space bar do the same, and it can have the focus. Widgets embed
// it and name themselves with [Press.Of].
type Press struct {
	OnTapped func()
	OnFocus  func() // it gained the focus

	self             fyne.Widget
	disabled         bool
	focused, hovered bool
}

// Of names the widget that is pressed; it is drawn again when the focus comes
// or goes.
func (p *Press) Of(w fyne.Widget) { p.self = w }

// Focused and Hovered say how it is to be drawn.
func (p *Press) Focused() bool { return p.focused }

// Hovered says whether the pointer is over it.
func (p *Press) Hovered() bool { return p.hovered }

func (p *Press) press() *Press { return p }

// Tapped implements [fyne.Tappable].
func (p *Press) Tapped(*fyne.PointEvent) {
	if p.OnTapped != nil && !p.disabled {
		p.OnTapped()
	}
}

// FocusGained implements [fyne.Focusable].
func (p *Press) FocusGained() {
	p.focused = true
	p.self.Refresh()
	if p.OnFocus != nil {
		p.OnFocus()
	}
}

// FocusLost implements [fyne.Focusable].
func (p *Press) FocusLost() { p.focused = false; p.self.Refresh() }

// TypedRune implements [fyne.Focusable].
func (p *Press) TypedRune(r rune) {
	if r == ' ' {
		p.Tapped(nil)
	}
}

// TypedKey implements [fyne.Focusable].
func (p *Press) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		p.Tapped(nil)
	}
}

// MouseIn implements [desktop.Hoverable].
func (p *Press) MouseIn(*desktop.MouseEvent) { p.hovered = true; p.self.Refresh() }

// MouseMoved implements [desktop.Hoverable].
func (p *Press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (p *Press) MouseOut() { p.hovered = false; p.self.Refresh() }

// Cursor implements [desktop.Cursorable].
func (p *Press) Cursor() desktop.Cursor {
	if p.disabled {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}
