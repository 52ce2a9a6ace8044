package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// NewRing makes the edge around what has the focus. It is not to be seen before
// [Light].
func NewRing() *canvas.Rectangle {
	r := canvas.NewRectangle(color.Transparent)
	r.StrokeWidth = 3
	r.Hide()
	return r
}

// Light shows a ring or takes it away, in the colours there are now. A change of
// colour alone would easily be missed: what has no edge gets one.
func Light(ring *canvas.Rectangle, on bool) {
	ring.StrokeColor = theme.Current().Color(theme.ColorNameForeground, fyne.CurrentApp().Settings().ThemeVariant())
	ring.CornerRadius = theme.InputRadiusSize()
	ring.Hidden = !on
	ring.Refresh()
}
