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

// edge is the margin around the columns, as that of a page with one.
func edge() float32 { return 3 * theme.Padding() }

func (besides) wide(width float32) bool {
	return width >= (formview.Measure+sideColumn+betweenThem+4)*theme.TextSize()
}

func (b besides) Layout(o []fyne.CanvasObject, size fyne.Size) {
	t, edge := theme.TextSize(), edge()
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
	edge := edge()
	main, side := o[0].MinSize().Height, o[1].MinSize().Height
	if o[0].Position().Y == o[1].Position().Y {
		return fyne.NewSize(0, max(main, side)+2*edge)
	}
	return fyne.NewSize(0, main+side+gapParts*theme.Padding()+2*edge)
}

// halves are two columns of one width; where the words of one are too wide for
// that, the second stands below the first.
type halves struct{ least float32 } // the width of a column, in widths of the text

func (h halves) beside(width float32) bool { return width >= 2*h.least*theme.TextSize() }

func (h halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	if h.beside(size.Width) {
		w := size.Width / 2
		for i, c := range o {
			formview.Place(c, fyne.NewPos(float32(i)*w, 0), fyne.NewSize(w, formview.Fit(c, w)), size.Width)
		}
		return
	}
	y := float32(0)
	for _, c := range o {
		high := formview.Fit(c, size.Width)
		c.Move(fyne.NewPos(0, y))
		y += high
	}
}

func (h halves) MinSize(o []fyne.CanvasObject) fyne.Size {
	first, second := o[0].MinSize().Height, o[1].MinSize().Height
	if o[0].Position().Y == o[1].Position().Y {
		return fyne.NewSize(0, max(first, second))
	}
	return fyne.NewSize(0, first+second)
}
