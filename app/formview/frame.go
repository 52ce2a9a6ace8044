package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A frame is an edge around an object, with a margin; the edge is thick while
// what it holds has the focus.
type frame struct {
	widget.BaseWidget
	content fyne.CanvasObject
	margin  float32 // in paddings
	lit     bool
	rect    *canvas.Rectangle
}

func newFrame(margin float32, content fyne.CanvasObject) *frame {
	f := &frame{content: content, margin: margin, rect: canvas.NewRectangle(color.Transparent)}
	f.ExtendBaseWidget(f)
	return f
}

// light makes the edge thick or thin.
func (f *frame) light(on bool) {
	if f.lit != on {
		f.lit = on
		f.Refresh()
	}
}

// Holds is what stands in the frame.
func (f *frame) Holds() fyne.CanvasObject { return f.content }

// CreateRenderer implements [fyne.Widget].
func (f *frame) CreateRenderer() fyne.WidgetRenderer {
	r := frameRenderer{f}
	r.Refresh()
	return r
}

type frameRenderer struct{ f *frame }

func (r frameRenderer) Layout(size fyne.Size) {
	m := r.f.margin * theme.Padding()
	r.f.rect.Resize(size)
	r.f.content.Resize(fyne.NewSize(max(0, size.Width-2*m), max(0, size.Height-2*m)))
	r.f.content.Move(fyne.NewPos(m, m))
}

func (r frameRenderer) MinSize() fyne.Size {
	m := r.f.margin * theme.Padding()
	if have := r.f.Size().Width; have > 0 { // words know their height only at their width
		Fit(r.f.content, max(0, have-2*m))
	}
	return r.f.content.MinSize().AddWidthHeight(2*m, 2*m)
}

func (r frameRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.f.rect, r.f.content}
}

func (r frameRenderer) Destroy() {}

func (r frameRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	g := r.f.rect
	g.FillColor, g.StrokeColor, g.StrokeWidth = r.f.Theme().Color(ColourCard, v), r.f.Theme().Color(ColourEdge, v), 1
	if r.f.lit {
		g.StrokeColor, g.StrokeWidth = r.f.Theme().Color(theme.ColorNameForeground, v), 3
	}
	g.CornerRadius = theme.InputRadiusSize()
	g.Refresh()
}

// newHanging stands words beside a short mark, which has a column of its own.
func newHanging(mark *Label, words fyne.CanvasObject) *fyne.Container {
	return container.New(hanging{}, mark, words)
}

type hanging struct{}

func (hanging) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := o[0].(*Label).Natural() + 2*theme.Padding()
	Place(o[0], fyne.NewPos(0, 0), fyne.NewSize(left, o[0].MinSize().Height), size.Width)
	width := max(0, size.Width-left)
	Place(o[1], fyne.NewPos(left, 0), fyne.NewSize(width, Fit(o[1], width)), size.Width)
}

func (hanging) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, max(o[0].MinSize().Height, o[1].MinSize().Height))
}
