package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
)

// A link is one point of a chain: its mark, its words, and how the line that
// leads to it looks.
type link struct {
	mark    *mark
	words   *fyne.Container
	reached bool // the line before it is drawn through
}

// A chain is points joined by a line: the dates of a consultation, the way of
// what was sent. It stands upright, or lies where all its words have room.
type chain struct {
	widget.BaseWidget
	links []link
	flat  bool // may lie
	lines []*canvas.Rectangle
	high  float32 // as laid out
	wide  float32
}

func newChain(flat bool, links ...link) *chain {
	c := &chain{links: links, flat: flat}
	for range links[1:] {
		c.lines = append(c.lines, canvas.NewRectangle(color.Transparent))
	}
	c.ExtendBaseWidget(c)
	return c
}

// newTrack shows how far a thing has come on its way of three steps.
func (a *App) newTrack(steps []string, reached int) *chain {
	var links []link
	for i, words := range steps {
		s := hollow
		switch {
		case i < reached || reached == len(steps)-1 && i == reached:
			s = full
		case i == reached:
			s = half
		}
		label := formview.NewLabel(words)
		label.SizeName = theme.SizeNameCaptionText
		if label.Bold = i == reached; i > reached {
			label.Colour = theme.ColorNamePlaceHolder
		}
		links = append(links, link{newMark(s), formview.NewStack(0, label), i <= reached})
	}
	return newChain(true, links...)
}

// lies says whether the words have room beside each other: no word broken.
func (c *chain) lies(width float32) bool {
	return c.flat && width/float32(len(c.links)) >= 6.5*theme.TextSize()
}

// CreateRenderer implements [fyne.Widget].
func (c *chain) CreateRenderer() fyne.WidgetRenderer {
	r := chainRenderer{c}
	r.Refresh()
	return r
}

type chainRenderer struct{ c *chain }

func (r chainRenderer) Layout(size fyne.Size) {
	c, m, pad := r.c, markSize(), theme.Padding()
	thick := m * 0.1
	y := float32(0)
	if c.lies(size.Width) {
		step := size.Width / float32(len(c.links))
		for i, l := range c.links {
			x := float32(i) * step
			formview.Place(l.mark, fyne.NewPos(x, 0), fyne.NewSquareSize(m), size.Width)
			h := formview.Fit(l.words, step-2*pad)
			formview.Place(l.words, fyne.NewPos(x, m+pad), fyne.NewSize(step-2*pad, h), size.Width)
			y = max(y, m+pad+h)
			if i > 0 {
				formview.Place(c.lines[i-1], fyne.NewPos(x-step+m+pad, (m-thick)/2), fyne.NewSize(step-m-2*pad, thick), size.Width)
			}
		}
	} else {
		last := float32(0)
		left := m + 2.4*pad
		for i, l := range c.links {
			h := formview.Fit(l.words, max(0, size.Width-left))
			formview.Place(l.mark, fyne.NewPos(0, y), fyne.NewSquareSize(m), size.Width)
			formview.Place(l.words, fyne.NewPos(left, y), fyne.NewSize(max(0, size.Width-left), h), size.Width)
			if i > 0 {
				formview.Place(c.lines[i-1], fyne.NewPos((m-thick)/2, last+m), fyne.NewSize(thick, y-last-m), size.Width)
			}
			last = y
			y += max(h, m)
			if i < len(c.links)-1 {
				y += 3 * pad
			}
		}
	}
	c.high, c.wide = y, size.Width
}

func (r chainRenderer) MinSize() fyne.Size {
	if r.c.wide == 0 {
		return fyne.NewSize(0, markSize())
	}
	return fyne.NewSize(0, r.c.high)
}

func (r chainRenderer) Objects() (all []fyne.CanvasObject) {
	for _, l := range r.c.lines {
		all = append(all, l)
	}
	for _, l := range r.c.links {
		all = append(all, l.mark, l.words)
	}
	return all
}

func (r chainRenderer) Destroy() {}

func (r chainRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	for i, l := range r.c.lines {
		name := formview.ColourEdge
		if r.c.links[i+1].reached {
			name = theme.ColorNamePrimary
		}
		l.FillColor = r.c.Theme().Color(name, v)
		l.Refresh()
	}
	for _, l := range r.c.links {
		l.mark.Refresh()
		l.words.Refresh()
	}
	r.Layout(r.c.Size())
}
