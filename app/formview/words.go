package formview

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
)

// surroundings are what a control needs of the page it stands on.
type surroundings struct {
	words  *locale.Localizer
	page   *Scroll // nil on no page
	frozen bool    // don't lay out: more is to come
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
}

// A Button is a button that tells when it gains the focus.
type Button struct {
	widget.Button
	OnFocus func()
	focused bool
}

// NewButton makes a button.
func NewButton(label string, tapped func()) *Button {
	b := &Button{}
	b.Text, b.OnTapped = label, tapped
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements [fyne.Widget]: with a ring around what has the
// focus, for a change of colour alone is easily missed.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{WidgetRenderer: b.Button.CreateRenderer(), b: b, ring: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type buttonRenderer struct {
	fyne.WidgetRenderer
	b    *Button
	ring *canvas.Rectangle
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.ring.Resize(size)
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return append(slices.Clone(r.WidgetRenderer.Objects()), r.ring)
}

func (r *buttonRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.ring.StrokeWidth, r.ring.CornerRadius = 3, theme.InputRadiusSize()
	r.ring.StrokeColor = theme.Color(theme.ColorNameForeground)
	r.ring.Hidden = !r.b.focused
	r.ring.Refresh()
}

// FocusLost implements [fyne.Focusable].
func (b *Button) FocusLost() {
	b.focused = false
	b.Button.FocusLost()
	b.Refresh()
}

// FocusGained implements [fyne.Focusable].
func (b *Button) FocusGained() {
	b.focused = true
	b.Button.FocusGained()
	b.Refresh()
	if b.OnFocus != nil {
		b.OnFocus()
	}
}

// TypedKey implements [fyne.Focusable]: Return presses, too.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		b.Tapped(nil)
		return
	}
	b.Button.TypedKey(e)
}

func wrapped(words string) *widget.Label {
	l := widget.NewLabel(words)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// quiet is a text that helps and may be passed over.
func quiet(words string) *widget.Label {
	l := wrapped(words)
	l.SizeName = theme.SizeNameCaptionText
	l.Importance = widget.LowImportance
	return l
}

func strong(words string) *widget.Label {
	l := wrapped(words)
	l.TextStyle.Bold = true
	return l
}
