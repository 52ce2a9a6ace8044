package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// natural is what an object has that can be narrower than it would like to be.
type natural interface{ Natural() float32 }

// NaturalWidth is how wide o is when there is room enough.
func NaturalWidth(o fyne.CanvasObject) float32 {
	if n, ok := o.(natural); ok {
		return n.Natural()
	}
	return o.MinSize().Width
}

// NewRow stands objects side by side, each as wide as it likes to be, gap times
// the padding between them, and begins another row where there is no more room.
func NewRow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap}, objects...)
}

type row struct {
	gap    float32
	height float32 // as laid out
	width  float32
}

func (r *row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	gap := r.gap * theme.Padding()
	x, y, high := float32(0), float32(0), float32(0)
	var line []fyne.CanvasObject
	end := func() { // of one height, so that buttons beside each other are aligned
		for _, o := range line {
			o.Resize(fyne.NewSize(o.Size().Width, high))
		}
		line = nil
	}
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		w := min(NaturalWidth(o), size.Width)
		if x > 0 && x+w > size.Width {
			end()
			x, y, high = 0, y+high+gap, 0
		}
		h := Fit(o, w)
		Place(o, fyne.NewPos(x, y), fyne.NewSize(w, h), size.Width)
		high = max(high, h)
		line = append(line, o)
		x += w + gap
	}
	end()
	r.height, r.width = y+high, size.Width
}

func (r *row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if r.width == 0 {
		for _, o := range objects {
			r.height = max(r.height, o.MinSize().Height)
		}
	}
	return fyne.NewSize(0, r.height)
}
