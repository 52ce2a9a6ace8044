package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
)

// A line leads to another screen: a mark of how it stands, what it is about,
// and how it stands in words. It takes a tap anywhere, the focus, and Return.
type line struct {
	widget.BaseWidget
	formview.Press
	here         bool // it is the screen that is shown
	flat         bool // without an edge: one of many in a narrow column
	ground       *canvas.Rectangle
	sign         fyne.CanvasObject // may be nil
	title, state *formview.Label
}

func newLine(title, state string, open func()) *line {
	l := &line{ground: canvas.NewRectangle(color.Transparent), title: strong(title), state: quiet(state)}
	l.state.Hidden = state == ""
	l.title.Aligned, l.state.Aligned = true, true
	l.OnTapped = open
	l.Of(l)
	l.ExtendBaseWidget(l)
	return l
}

// newMarked is a line with a mark.
func newMarked(s shape, title, state string, open func()) *line {
	l := newLine(title, state, open)
	l.sign = newMark(s)
	return l
}

// newWay is a line with an icon.
func newWay(icon fyne.Resource, title, state string, open func()) *line {
	l := newLine(title, state, open)
	image := canvas.NewImageFromResource(theme.NewColoredResource(icon, theme.ColorNamePrimary))
	image.FillMode = canvas.ImageFillContain
	l.sign = image
	return l
}

// stands changes how it stands with what the line leads to.
func (l *line) stands(s shape, state string) {
	if m, ok := l.sign.(*mark); ok && m.shape != s {
		m.shape = s
		m.Refresh()
	}
	l.state.SetWords(state)
}

// CreateRenderer implements [fyne.Widget].
func (l *line) CreateRenderer() fyne.WidgetRenderer {
	r := lineRenderer{l}
	r.Refresh()
	return r
}

type lineRenderer struct{ l *line }

// side and air are the margins within.
func (r lineRenderer) side() float32 { return 2.4 * theme.Padding() }

func (r lineRenderer) air() float32 {
	if r.l.flat {
		return 1.2 * theme.Padding()
	}
	return 2.2 * theme.Padding()
}

func (r lineRenderer) Layout(size fyne.Size) {
	l := r.l
	l.ground.Resize(size)
	left := r.side()
	if l.sign != nil {
		m := markSize()
		formview.Place(l.sign, fyne.NewPos(left, r.air()+(formview.Fit(wrapped("x"), 100)-m)/2), fyne.NewSquareSize(m), size.Width)
		left += m + 2*theme.Padding()
	}
	width := max(0, size.Width-left-r.side())
	h := formview.Fit(l.title, width)
	formview.Place(l.title, fyne.NewPos(left, r.air()), fyne.NewSize(width, h), size.Width)
	if l.state.Visible() {
		formview.Place(l.state, fyne.NewPos(left, r.air()+h), fyne.NewSize(width, formview.Fit(l.state, width)), size.Width)
	}
}

func (r lineRenderer) MinSize() fyne.Size {
	high := r.l.title.MinSize().Height
	if r.l.state.Visible() {
		high += r.l.state.MinSize().Height
	}
	return fyne.NewSize(0, high+2*r.air())
}

func (r lineRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.l.ground, r.l.title, r.l.state}
	if r.l.sign != nil {
		all = append(all, r.l.sign)
	}
	return all
}

func (r lineRenderer) Destroy() {}

func (r lineRenderer) Refresh() {
	l := r.l
	v := fyne.CurrentApp().Settings().ThemeVariant()
	colour := func(name fyne.ThemeColorName) color.Color { return l.Theme().Color(name, v) }
	g := l.ground
	g.FillColor, g.StrokeColor, g.StrokeWidth = colour(formview.ColourCard), colour(formview.ColourEdge), 1
	g.CornerRadius = theme.InputRadiusSize()
	if l.flat {
		g.FillColor, g.StrokeColor = color.Transparent, color.Transparent
	}
	if l.here {
		g.FillColor = colour(formview.ColourSoft)
	}
	if l.Hovered() {
		g.StrokeColor = colour(theme.ColorNamePrimary)
	}
	if l.Focused() {
		g.StrokeColor, g.StrokeWidth = colour(theme.ColorNameForeground), 3
	}
	r.Layout(l.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
