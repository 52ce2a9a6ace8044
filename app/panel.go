package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
)

// A panel is a coloured area behind an object, with a margin around that; it
// follows the theme.
type panel struct {
	widget.BaseWidget
	colour  fyne.ThemeColorName
	edge    fyne.ThemeColorName // "" for none
	round   bool
	margin  float32 // in paddings
	content fyne.CanvasObject
	rect    *canvas.Rectangle
}

// newGround is a panel without margin or corners.
func newGround(colour fyne.ThemeColorName, content fyne.CanvasObject) *panel {
	p := &panel{colour: colour, content: content, rect: canvas.NewRectangle(color.Transparent)}
	p.ExtendBaseWidget(p)
	return p
}

// newPanel has a margin, round corners and an edge.
func newPanel(colour, edge fyne.ThemeColorName, content fyne.CanvasObject) *panel {
	p := newGround(colour, content)
	p.edge, p.round, p.margin = edge, true, 3
	return p
}

// Holds is what stands on the panel.
func (p *panel) Holds() fyne.CanvasObject { return p.content }

// CreateRenderer implements [fyne.Widget].
func (p *panel) CreateRenderer() fyne.WidgetRenderer {
	r := panelRenderer{p}
	r.Refresh()
	return r
}

type panelRenderer struct{ p *panel }

func (r panelRenderer) Layout(size fyne.Size) {
	m := r.p.margin * theme.Padding()
	r.p.rect.Resize(size)
	r.p.content.Resize(fyne.NewSize(max(0, size.Width-2*m), max(0, size.Height-2*m)))
	r.p.content.Move(fyne.NewPos(m, m))
}

func (r panelRenderer) MinSize() fyne.Size {
	m := r.p.margin * theme.Padding()
	return r.p.content.MinSize().AddWidthHeight(2*m, 2*m)
}

func (r panelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.rect, r.p.content}
}

func (r panelRenderer) Destroy() {}

func (r panelRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	r.p.rect.FillColor = r.p.Theme().Color(r.p.colour, v)
	r.p.rect.StrokeColor, r.p.rect.StrokeWidth, r.p.rect.CornerRadius = color.Transparent, 0, 0
	if r.p.edge != "" {
		r.p.rect.StrokeColor, r.p.rect.StrokeWidth = r.p.Theme().Color(r.p.edge, v), 1
	}
	if r.p.round {
		r.p.rect.CornerRadius = theme.InputRadiusSize() * 1.25
	}
	r.p.rect.Refresh()
	r.p.content.Refresh()
}

// besides stands a narrow column beside the readable one where the window is
// wide enough, and below it else.
type besides struct{}

func newBesides(main, side *fyne.Container) *fyne.Container {
	return container.New(besides{}, main, side)
}

// The widths of the columns, in widths of the text.
const (
	sideColumn  = 21
	betweenThem = 4
)

func (besides) wide(width float32) bool {
	return width >= (formview.Measure+sideColumn+betweenThem+4)*theme.TextSize()
}

func (b besides) Layout(o []fyne.CanvasObject, size fyne.Size) {
	t, edge := theme.TextSize(), 4*theme.Padding()
	if b.wide(size.Width) {
		left := (size.Width - (formview.Measure+sideColumn+betweenThem)*t) / 2
		h := formview.Fit(o[0], formview.Measure*t)
		formview.Place(o[0], fyne.NewPos(left, edge), fyne.NewSize(formview.Measure*t, h), size.Width)
		h = formview.Fit(o[1], sideColumn*t)
		formview.Place(o[1], fyne.NewPos(left+(formview.Measure+betweenThem)*t, edge), fyne.NewSize(sideColumn*t, h), size.Width)
		return
	}
	w := min(size.Width-2*edge, formview.Measure*t)
	h := formview.Fit(o[0], w)
	o[0].Move(fyne.NewPos((size.Width-w)/2, edge))
	formview.Fit(o[1], w)
	o[1].Move(fyne.NewPos((size.Width-w)/2, edge+h+gapParts*theme.Padding()))
}

func (b besides) MinSize(o []fyne.CanvasObject) fyne.Size {
	edge := 4 * theme.Padding()
	main, side := o[0].MinSize().Height, o[1].MinSize().Height
	if o[0].Position().Y == o[1].Position().Y {
		return fyne.NewSize(0, max(main, side)+2*edge)
	}
	return fyne.NewSize(0, main+side+gapParts*theme.Padding()+2*edge)
}
