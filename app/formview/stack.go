package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// Measure is how wide a readable column is at most, in widths of the text
// size: about 70 characters.
const Measure = 35

// The distances between what stands below each other, in paddings.
const (
	gapWords    = 0.8 // a question and its hint
	gapControl  = 1.6 // words and what they are about
	gapLow      = 3.2 // buttons without an edge beside each other
	gapFields   = 4.8 // one question and the next
	gapSections = 4.8
)

// NewStack puts objects below each other, gap times the padding between them,
// each as wide as the stack and as high as it is at that width.
func NewStack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(stack{gap}, objects...)
}

// NewColumn is a stack that is never wider than a readable column. It stands in
// the middle of what room there is, with a margin.
func NewColumn(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(column{}, NewStack(gapSections, objects...))
}

// stack lays out twice, because text that wraps knows its height only at its
// width.
type stack struct{ gap float32 }

func (s stack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := Fit(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		y += h + s.gap*theme.Padding()
	}
}

func (s stack) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if size.Height > 0 {
			size.Height += s.gap * theme.Padding()
		}
		m := o.MinSize()
		size = fyne.NewSize(max(size.Width, m.Width), size.Height+m.Height)
	}
	return size
}

// Fit makes o as wide as said and returns the height it then needs.
func Fit(o fyne.CanvasObject, width float32) float32 {
	o.Resize(fyne.NewSize(width, o.Size().Height))
	h := o.MinSize().Height
	o.Resize(fyne.NewSize(width, h))
	if again := o.MinSize().Height; again != h {
		h = again
		o.Resize(fyne.NewSize(width, h))
	}
	return h
}

type column struct{}

func (column) margin() float32 { return 3 * theme.Padding() }

func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := min(size.Width-2*c.margin(), Measure*theme.TextSize())
	for _, o := range objects {
		h := Fit(o, w)
		o.Resize(fyne.NewSize(w, max(h, size.Height-2*c.margin())))
		o.Move(fyne.NewPos((size.Width-w)/2, c.margin()))
	}
}

func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return fyne.NewSize(0, size.Height+2*c.margin()) // it fits any width: words wrap
}
