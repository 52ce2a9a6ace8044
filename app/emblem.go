package app

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The emblem is people who sit in a half circle around one who speaks: a
// baraza. It is the program's own and resembles no body's.
type emblem struct {
	widget.BaseWidget
	colour fyne.ThemeColorName
	size   float32 // in sizes of the text
	seats  []*canvas.Circle
}

// seated is how many sit in the half circle.
const seated = 5

func newEmblem(colour fyne.ThemeColorName, size float32) *emblem {
	e := &emblem{colour: colour, size: size}
	for range seated + 1 {
		e.seats = append(e.seats, canvas.NewCircle(color.Transparent))
	}
	e.ExtendBaseWidget(e)
	return e
}

// CreateRenderer implements [fyne.Widget].
func (e *emblem) CreateRenderer() fyne.WidgetRenderer {
	r := emblemRenderer{e}
	r.Refresh()
	return r
}

type emblemRenderer struct{ e *emblem }

func (r emblemRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	seat := side * 0.16
	centre := fyne.NewPos(size.Width/2, size.Height/2+side*0.16)
	put := func(c *canvas.Circle, angle, radius, d float32) {
		x := centre.X + radius*float32(math.Cos(float64(angle)))
		y := centre.Y - radius*float32(math.Sin(float64(angle)))
		c.Resize(fyne.NewSquareSize(d))
		c.Move(fyne.NewPos(x-d/2, y-d/2))
	}
	for i, c := range r.e.seats[:seated] {
		put(c, float32(i)*math.Pi/(seated-1), side*0.36, seat)
	}
	put(r.e.seats[seated], 0, 0, seat*1.5)
}

func (r emblemRenderer) MinSize() fyne.Size {
	return fyne.NewSquareSize(r.e.size * theme.TextSize())
}

func (r emblemRenderer) Objects() (all []fyne.CanvasObject) {
	for _, c := range r.e.seats {
		all = append(all, c)
	}
	return all
}

func (r emblemRenderer) Destroy() {}

func (r emblemRenderer) Refresh() {
	c := r.e.Theme().Color(r.e.colour, fyne.CurrentApp().Settings().ThemeVariant())
	for _, s := range r.e.seats {
		s.FillColor = c
		s.Refresh()
	}
}
