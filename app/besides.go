package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
)

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
