package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Panel is a coloured area behind an object, with a margin around that; it
// follows the theme. Its edge is thick while what it holds has the focus.
type Panel struct {
	widget.BaseWidget
	colour  fyne.ThemeColorName
	edge    fyne.ThemeColorName // "" for none
	round   bool
	margin  float32 // in paddings
	wraps   bool    // what it holds knows its height only at its width
	lit     bool
	content fyne.CanvasObject
	rect    *canvas.Rectangle
}

// NewGround is a panel without margin or corners.
func NewGround(colour fyne.ThemeColorName, content fyne.CanvasObject) *Panel {
	p := &Panel{colour: colour, content: content, rect: canvas.NewRectangle(color.Transparent)}
	p.ExtendBaseWidget(p)
	return p
}

// NewPanel has a margin, round corners and an edge; "" for none.
func NewPanel(colour, edge fyne.ThemeColorName, content fyne.CanvasObject) *Panel {
	p := NewGround(colour, content)
	p.edge, p.round, p.margin = edge, true, 3
	return p
}

// newFrame is a panel around something that can have the focus.
func newFrame(content fyne.CanvasObject) *Panel {
	p := NewPanel(ColourCard, ColourEdge, content)
	p.margin, p.wraps = 2, true
	return p
}

// light makes the edge thick or thin.
func (p *Panel) light(on bool) {
	if p.lit != on {
		p.lit = on
		p.Refresh()
	}
}

// Holds is what stands on the panel.
func (p *Panel) Holds() fyne.CanvasObject { return p.content }

// CreateRenderer implements [fyne.Widget].
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	r := panelRenderer{p}
	r.Refresh()
	return r
}

type panelRenderer struct{ p *Panel }

func (r panelRenderer) Layout(size fyne.Size) {
	m := r.p.margin * theme.Padding()
	r.p.rect.Resize(size)
	r.p.content.Resize(fyne.NewSize(max(0, size.Width-2*m), max(0, size.Height-2*m)))
	r.p.content.Move(fyne.NewPos(m, m))
}

func (r panelRenderer) MinSize() fyne.Size {
	m := r.p.margin * theme.Padding()
	if have := r.p.Size().Width; have > 0 && r.p.wraps {
		Fit(r.p.content, max(0, have-2*m))
	}
	return r.p.content.MinSize().AddWidthHeight(2*m, 2*m)
}

func (r panelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.rect, r.p.content}
}

func (r panelRenderer) Destroy() {}

func (r panelRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	colour := func(name fyne.ThemeColorName) color.Color { return r.p.Theme().Color(name, v) }
	g := r.p.rect
	g.FillColor = colour(r.p.colour)
	g.StrokeColor, g.StrokeWidth, g.CornerRadius = color.Transparent, 0, 0
	switch {
	case r.p.lit:
		g.StrokeColor, g.StrokeWidth = colour(theme.ColorNameForeground), 3
	case r.p.edge != "":
		g.StrokeColor, g.StrokeWidth = colour(r.p.edge), 1
	}
	if r.p.round {
		g.CornerRadius = theme.InputRadiusSize() * 1.25
	}
	g.Refresh()
	r.p.content.Refresh()
}
