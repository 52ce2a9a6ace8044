package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
)

// A shape is what a mark looks like, so that states are told apart without
// colours. A word always stands beside it.
type shape int

const (
	hollow  shape = iota // a ring: on this device, or a date that is not known
	half                 // a ring with a dot: on its way
	full                 // a disc with a tick: received, or complete
	solid                // a disc: a date that is known, or what is new
	pointed              // a triangle: something has to be changed
	dashed               // a sheet: still being written
	asking               // a question mark: it waits for an answer
)

// A mark is a small drawing of a shape.
type mark struct {
	widget.BaseWidget
	shape shape
	disc  *canvas.Circle
	dot   *canvas.Circle
	icon  *canvas.Image
}

func newMark(s shape) *mark {
	m := &mark{shape: s, disc: canvas.NewCircle(color.Transparent), dot: canvas.NewCircle(color.Transparent), icon: canvas.NewImageFromResource(nil)}
	m.icon.FillMode = canvas.ImageFillContain
	m.ExtendBaseWidget(m)
	return m
}

// markSize is the width of a mark.
func markSize() float32 { return theme.TextSize() * 1.25 }

// CreateRenderer implements [fyne.Widget].
func (m *mark) CreateRenderer() fyne.WidgetRenderer {
	r := markRenderer{m}
	r.Refresh()
	return r
}

type markRenderer struct{ m *mark }

func (r markRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	at := func(part float32) (fyne.Position, fyne.Size) {
		s := side * part
		return fyne.NewPos((size.Width-s)/2, (size.Height-s)/2), fyne.NewSquareSize(s)
	}
	place := func(o fyne.CanvasObject, part float32) {
		p, s := at(part)
		o.Move(p)
		o.Resize(s)
	}
	place(r.m.disc, 0.86)
	place(r.m.dot, 0.4)
	icon := float32(0.62)
	switch r.m.shape {
	case pointed, dashed, asking:
		icon = 1
	}
	place(r.m.icon, icon)
}

func (r markRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(markSize()) }

func (r markRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.m.disc, r.m.dot, r.m.icon}
}

func (r markRenderer) Destroy() {}

func (r markRenderer) Refresh() {
	m := r.m
	v := fyne.CurrentApp().Settings().ThemeVariant()
	colour := func(name fyne.ThemeColorName) color.Color { return m.Theme().Color(name, v) }
	m.disc.Hidden, m.dot.Hidden, m.icon.Hidden = false, true, true
	m.disc.StrokeWidth, m.disc.FillColor = markSize()*0.1, color.Transparent
	switch m.shape {
	case hollow:
		m.disc.StrokeColor = colour(theme.ColorNameInputBorder)
	case half:
		m.disc.StrokeColor, m.dot.FillColor = colour(formview.ColourAccent), colour(formview.ColourAccent)
		m.dot.Hidden = false
	case full:
		m.disc.StrokeColor, m.disc.FillColor = colour(theme.ColorNameSuccess), colour(theme.ColorNameSuccess)
		m.icon.Hidden, m.icon.Resource = false, theme.NewColoredResource(theme.ConfirmIcon(), theme.ColorNameForegroundOnSuccess)
	case solid:
		m.disc.StrokeColor, m.disc.FillColor = colour(theme.ColorNamePrimary), colour(theme.ColorNamePrimary)
	case pointed:
		m.disc.Hidden = true
		m.icon.Hidden, m.icon.Resource = false, theme.NewColoredResource(theme.WarningIcon(), theme.ColorNameError)
	case asking:
		m.disc.Hidden = true
		m.icon.Hidden, m.icon.Resource = false, theme.NewColoredResource(theme.QuestionIcon(), theme.ColorNamePrimary)
	case dashed:
		m.disc.Hidden = true
		m.icon.Hidden, m.icon.Resource = false, theme.NewColoredResource(theme.DocumentCreateIcon(), theme.ColorNamePrimary)
	}
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
