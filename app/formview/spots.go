package formview

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"baraza.example/forms/geo"
)

// A spot is something on a sketch that can be picked and not moved: a place, a
// way, or an area.
type spot struct {
	name   string
	line   []geo.Place // never empty; the corners of an area each once
	area   bool
	picked bool
}

// newSpot reads what a choice says of where it lies.
func newSpot(name, geometry string) (spot, bool) {
	line, ok := geo.ParseLine(geometry)
	if !ok || len(line) == 0 {
		return spot{}, false
	}
	area := len(line) > 3 && line[0] == line[len(line)-1]
	if area {
		line = geo.Open(line)
	}
	return spot{name: name, line: line, area: area}, true
}

// setSpots draws other spots; the view stays where it is, if they are in it.
func (s *Sketch) setSpots(spots []spot) {
	s.spots = spots
	if !s.placed || !s.inView() {
		s.Whole()
	}
	s.Refresh()
}

// corners are where the lines of a spot are drawn; those of an area come back to
// where they began.
func (s *Sketch) corners(o spot) []fyne.Position {
	all := make([]fyne.Position, 0, len(o.line)+1)
	for _, p := range o.line {
		all = append(all, s.pos(p))
	}
	if o.area {
		all = append(all, all[0])
	}
	return all
}

// anchor is where the dot of a spot is drawn: in the middle of an area, halfway
// along a way.
func (s *Sketch) anchor(o spot) fyne.Position {
	if !o.area {
		return s.pos(o.line[len(o.line)/2])
	}
	var sum fyne.Position
	for _, p := range o.line {
		sum = sum.Add(s.pos(p))
	}
	n := float32(len(o.line))
	return fyne.NewPos(sum.X/n, sum.Y/n)
}

// spotAt is the spot within a finger of a position: the one whose dot or line is
// nearest, else an area around it; -1 where there is none.
func (s *Sketch) spotAt(at fyne.Position) int {
	best, closest := -1, theme.TextSize()*1.4
	within := -1
	for i, o := range s.spots {
		corners := s.corners(o)
		off := apart(at, s.anchor(o), s.anchor(o))
		for j := 1; j < len(corners); j++ {
			off = min(off, apart(at, corners[j-1], corners[j]))
		}
		if off < closest {
			best, closest = i, off
		}
		if o.area && encloses(corners, at) {
			within = i
		}
	}
	if best < 0 {
		return within
	}
	return best
}

// apart is how far a position is from a straight line between two others.
func apart(p, from, to fyne.Position) float32 {
	d, v := to.Subtract(from), p.Subtract(from)
	along := float32(0)
	if square := d.X*d.X + d.Y*d.Y; square > 0 {
		along = min(max((v.X*d.X+v.Y*d.Y)/square, 0), 1)
	}
	return float32(math.Hypot(float64(v.X-along*d.X), float64(v.Y-along*d.Y)))
}

// encloses says whether a position lies within a ring of corners: a line from it
// to one side crosses the ring an odd number of times.
func encloses(ring []fyne.Position, p fyne.Position) bool {
	inside := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a.Y > p.Y) != (b.Y > p.Y) && p.X < a.X+(p.Y-a.Y)/(b.Y-a.Y)*(b.X-a.X) {
			inside = !inside
		}
	}
	return inside
}

// spots draws those in view, as many as can be told apart, and their names where
// there is room beside the others. What is picked is larger and filled.
func (r *sketchRenderer) spots(ink, ground, words color.Color) {
	s := r.s
	drawn := 0
	var names []caption
	for _, picked := range []bool{false, true} { // what is picked lies above the rest
		for _, o := range s.spots {
			at := s.anchor(o)
			if o.picked != picked || drawn == mostDrawn && !picked {
				continue
			}
			drawn++
			fill, size, thick := ground, theme.TextSize()*0.9, float32(2)
			if picked {
				fill, size, thick = ink, size*1.5, 4
			}
			corners := s.corners(o)
			for i := 1; i < len(corners); i++ {
				r.segment(corners[i-1], corners[i], ink, thick)
			}
			r.dot(at, size, fill, ink)
			c := caption{words: o.name, dot: at, size: size, left: at.X - size/2, right: at.X + size/2, strong: picked}
			for _, corner := range corners {
				c.left, c.right = min(c.left, corner.X), max(c.right, corner.X)
			}
			names = append(names, c)
		}
	}
	r.name(names, words)
}

// A caption is a name beside a dot and the lines around it.
type caption struct {
	words       string
	dot         fyne.Position
	size        float32 // of the dot
	left, right float32 // where the dot and its lines end
	strong      bool
}

// name writes names beside their lines, or else beside their dots, where they
// cover neither each other nor another dot; those that are picked come first.
func (r *sketchRenderer) name(names []caption, ink color.Color) {
	type box struct{ from, to fyne.Position }
	var taken []box
	for _, n := range names {
		half := n.size / 2
		taken = append(taken, box{n.dot.SubtractXY(half, half), n.dot.AddXY(half, half)})
	}
	view, air := r.s.Size(), theme.Padding()
	for i := len(names) - 1; i >= 0; i-- {
		n := names[i]
		style := fyne.TextStyle{Bold: n.strong}
		t := canvas.NewText(inOrder(shownRunes(n.words), directionOf(n.words, Mirrored())), ink)
		t.TextSize, t.TextStyle, t.FontSource = theme.CaptionTextSize(), style, fontOf(n.words, style)
		m := t.MinSize()
		for _, left := range []float32{n.right + air, n.left - air - m.Width, n.dot.X + n.size/2 + air, n.dot.X - n.size/2 - air - m.Width} {
			b := box{fyne.NewPos(left, n.dot.Y-m.Height/2), fyne.NewPos(left+m.Width, n.dot.Y+m.Height/2)}
			free := b.from.X >= 0 && b.from.Y >= 0 && b.to.X <= view.Width && b.to.Y <= view.Height
			for _, o := range taken {
				free = free && (b.to.X < o.from.X || b.from.X > o.to.X || b.to.Y < o.from.Y || b.from.Y > o.to.Y)
			}
			if free {
				t.Move(b.from)
				t.Resize(m)
				r.objects = append(r.objects, t)
				taken = append(taken, b)
				break
			}
		}
	}
}
