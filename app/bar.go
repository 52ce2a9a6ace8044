package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// bar stands something at the left, at the right and between. Where the three
// are too wide for one row, what is between goes, if it may, or has a row of
// its own above the others.
type bar struct {
	left, middle, right fyne.CanvasObject // nil for nothing
	fills               bool              // the middle takes the room there is, and may go
	rows                int               // as laid out
}

func newBar(left, middle, right fyne.CanvasObject, fills bool) *fyne.Container {
	b := &bar{left: left, middle: middle, right: right, fills: fills, rows: 1}
	var all []fyne.CanvasObject
	for _, o := range []fyne.CanvasObject{left, middle, right} { // the order of the focus
		if o != nil {
			all = append(all, o)
		}
	}
	return container.New(b, all...)
}

func least(o fyne.CanvasObject) fyne.Size {
	if o == nil {
		return fyne.Size{}
	}
	return o.MinSize()
}

func (b *bar) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	l, m, r := least(b.left), least(b.middle), least(b.right)
	gap := theme.Padding()
	row := max(l.Height, m.Height, r.Height)
	y, room := float32(0), size.Width-l.Width-r.Width-2*gap
	if b.middle != nil {
		switch {
		case b.fills:
			b.middle.Show()
			if room < 5*theme.TextSize() {
				b.middle.Hide()
			}
			b.middle.Resize(fyne.NewSize(max(0, room), row))
			b.middle.Move(fyne.NewPos(l.Width+min(gap, l.Width), 0))
		case m.Width <= room:
			b.rows = 1
			b.middle.Resize(m)
			b.middle.Move(fyne.NewPos(l.Width+gap+(room-m.Width)/2, 0))
		default:
			b.rows = 2
			b.middle.Resize(fyne.NewSize(size.Width, row))
			b.middle.Move(fyne.NewPos(0, 0))
			y = row + gap
		}
	}
	if b.left != nil {
		b.left.Resize(fyne.NewSize(min(l.Width, size.Width), row))
		b.left.Move(fyne.NewPos(0, y))
	}
	if b.right != nil {
		b.right.Resize(fyne.NewSize(min(r.Width, size.Width), row))
		b.right.Move(fyne.NewPos(max(0, size.Width-r.Width), y))
	}
}

func (b *bar) MinSize([]fyne.CanvasObject) fyne.Size {
	height := max(least(b.left).Height, least(b.middle).Height, least(b.right).Height)
	if b.rows == 2 {
		height = 2*height + theme.Padding()
	}
	return fyne.NewSize(0, height)
}
