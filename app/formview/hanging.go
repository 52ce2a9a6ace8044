package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

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
