package formview

import (
	"image/color"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/geo"
)

// A Sketch is a map without a ground: a grid of degrees, north above, and the
// places of an answer on it. A tap adds a place, places are dragged, the ground
// is dragged to see what lies beside. It needs no network and no files.
type Sketch struct {
	widget.BaseWidget
	Press
	OnChange func(line []geo.Place) // a person changed the places
	OnBegin  func()                 // before a person changes them; once for a drag
	OnSpot   func(i int)            // a person picked one of the spots

	kind   geo.Kind
	line   []geo.Place // corners of a shape each once
	spots  []spot      // that are only picked
	at     int         // the place that keys move; -1 is none
	centre geo.Place
	scale  float64 // units a degree of latitude
	placed bool    // centre and scale were chosen
	moved  int     // the place that is being dragged; -1 is the ground, -2 none
	locked bool

	scaleWords func(metres float64) string
}

// Scales beyond which nothing is to be seen, in units a degree of latitude.
const (
	farthest = 0.8
	nearest  = 2e7 // half a centimetre a unit
)

// mostDrawn is how many places of a long line are drawn.
const mostDrawn = 400

func newSketch(kind geo.Kind, scaleWords func(metres float64) string) *Sketch {
	s := &Sketch{kind: kind, at: -1, moved: -2, scaleWords: scaleWords}
	s.Of(s)
	s.ExtendBaseWidget(s)
	return s
}

// SetLine draws other places; the view stays where it is, if they are in it.
func (s *Sketch) SetLine(line []geo.Place) {
	if slices.Equal(line, s.line) {
		return
	}
	s.line = line
	if s.at >= len(line) {
		s.at = -1
	}
	if !s.placed || !s.inView() {
		s.Whole()
	}
	s.Refresh()
}

func (s *Sketch) all() []geo.Place {
	all := slices.Clone(s.line)
	for _, o := range s.spots {
		all = append(all, o.line...)
	}
	return all
}

func (s *Sketch) inView() bool {
	size := s.Size()
	return !slices.ContainsFunc(s.all(), func(p geo.Place) bool {
		at := s.pos(p)
		return at.X < 0 || at.Y < 0 || at.X > size.Width || at.Y > size.Height
	})
}

// Whole moves the view so that all places are in it; without any, that all of
// the earth is.
func (s *Sketch) Whole() {
	size := s.Size()
	const least = 20 // of a page that is only being laid out, less than nothing is left
	if size.Width < least || size.Height < least {
		s.placed = false
		return
	}
	s.placed = true
	all := s.all()
	if len(all) == 0 {
		s.centre = geo.Place{}
		s.scale = float64(min(size.Width/360, size.Height/180))
		s.Refresh()
		return
	}
	low, high := all[0], all[0]
	for _, p := range all {
		low.Lat, high.Lat = min(low.Lat, p.Lat), max(high.Lat, p.Lat)
		low.Lon, high.Lon = min(low.Lon, p.Lon), max(high.Lon, p.Lon)
	}
	s.centre = geo.Place{Lat: (low.Lat + high.Lat) / 2, Lon: (low.Lon + high.Lon) / 2}
	const air, alone = 0.75, 0.01 // a place by itself is seen with a kilometre around it
	down := max(high.Lat-low.Lat, alone)
	across := max((high.Lon-low.Lon)*s.squeeze(), alone)
	s.zoomTo(air * min(float64(size.Height)/down, float64(size.Width)/across))
}

// squeeze is how much shorter a degree of longitude is than one of latitude in
// the middle of the view.
func (s *Sketch) squeeze() float64 { return max(0.02, math.Cos(s.centre.Lat*math.Pi/180)) }

func (s *Sketch) zoomTo(scale float64) {
	s.scale = min(max(scale, farthest), nearest)
	s.Refresh()
}

// Zoom shows more of less.
func (s *Sketch) Zoom(by float64) { s.zoomTo(s.scale * by) }

// pos is where a place is drawn.
func (s *Sketch) pos(p geo.Place) fyne.Position {
	size := s.Size()
	return fyne.NewPos(
		size.Width/2+float32((p.Lon-s.centre.Lon)*s.squeeze()*s.scale),
		size.Height/2-float32((p.Lat-s.centre.Lat)*s.scale))
}

// placeAt is what is drawn at a position.
func (s *Sketch) placeAt(at fyne.Position) geo.Place {
	size := s.Size()
	p := geo.Place{
		Lat: s.centre.Lat - float64(at.Y-size.Height/2)/s.scale,
		Lon: s.centre.Lon + float64(at.X-size.Width/2)/s.scale/s.squeeze(),
	}
	p.Lat, p.Lon = min(max(p.Lat, -90), 90), min(max(p.Lon, -180), 180)
	return p.Rounded()
}

// near is the place within a finger of a position, or -1.
func (s *Sketch) near(at fyne.Position, places []geo.Place) int {
	best, closest := -1, theme.TextSize()*1.4
	for i, p := range places {
		d := s.pos(p).Subtract(at)
		if off := float32(math.Hypot(float64(d.X), float64(d.Y))); off < closest {
			best, closest = i, off
		}
	}
	return best
}

// Tapped implements [fyne.Tappable].
func (s *Sketch) Tapped(e *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && !fyne.CurrentDevice().IsMobile() {
		c.Focus(s)
	}
	if e == nil || s.disabled {
		return
	}
	if i := s.spotAt(e.Position); i >= 0 && s.OnSpot != nil {
		s.OnSpot(i)
		return
	}
	if s.locked {
		return
	}
	if i := s.near(e.Position, s.line); i >= 0 && s.kind != geo.Point {
		s.at = i
		s.Refresh()
		return
	}
	s.add(s.placeAt(e.Position))
}

func (s *Sketch) add(p geo.Place) {
	if s.locked {
		return
	}
	line := append(slices.Clone(s.line), p)
	if s.kind == geo.Point {
		line = []geo.Place{p}
	}
	s.begin()
	s.at = len(line) - 1
	s.change(line)
}

func (s *Sketch) begin() {
	if s.OnBegin != nil {
		s.OnBegin()
	}
}

func (s *Sketch) change(line []geo.Place) {
	s.line, s.placed = line, true
	s.Refresh()
	if s.OnChange != nil {
		s.OnChange(line)
	}
}

// Dragged implements [fyne.Draggable]: a place under the finger moves, else the
// ground.
func (s *Sketch) Dragged(e *fyne.DragEvent) {
	if s.moved == -2 {
		s.moved = -1
		if !s.locked {
			s.moved = s.near(e.Position.SubtractXY(e.Dragged.DX, e.Dragged.DY), s.line)
		}
		if s.moved >= 0 {
			s.begin()
		}
	}
	if s.moved < 0 {
		s.centre.Lat = min(max(s.centre.Lat+float64(e.Dragged.DY)/s.scale, -90), 90)
		s.centre.Lon = min(max(s.centre.Lon-float64(e.Dragged.DX)/s.scale/s.squeeze(), -180), 180)
		s.Refresh()
		return
	}
	s.move(s.moved, s.placeAt(e.Position))
}

func (s *Sketch) move(i int, to geo.Place) {
	line := slices.Clone(s.line)
	line[i] = to
	s.at = i
	s.change(line)
}

// DragEnd implements [fyne.Draggable].
func (s *Sketch) DragEnd() { s.moved = -2 }

// TypedRune implements [fyne.Focusable].
func (s *Sketch) TypedRune(r rune) {
	switch r {
	case '+', '=':
		s.Zoom(2)
	case '-':
		s.Zoom(0.5)
	case ' ':
		s.add(s.centre.Rounded())
	}
}

// TypedKey implements [fyne.Focusable]: the arrows move the ground below the
// cross in the middle, Return adds a place there or picks the spot. Page Up and Page Down go from
// place to place; the one gone to is moved by the arrows and taken away by
// Delete, until Escape lets it go.
func (s *Sketch) TypedKey(e *fyne.KeyEvent) {
	step := fyne.NewPos(0, 0)
	const by = 16
	switch e.Name {
	case fyne.KeyLeft:
		step.X = -by
	case fyne.KeyRight:
		step.X = by
	case fyne.KeyUp:
		step.Y = -by
	case fyne.KeyDown:
		step.Y = by
	case fyne.KeyReturn, fyne.KeyEnter:
		if i := s.spotAt(fyne.NewPos(s.Size().Width/2, s.Size().Height/2)); i >= 0 && s.OnSpot != nil && !s.disabled {
			s.OnSpot(i)
			return
		}
		s.at = -1
		s.add(s.centre.Rounded())
		s.at = -1
		s.Refresh()
	case fyne.KeyPageUp, fyne.KeyPageDown:
		if n := len(s.line); n > 0 {
			s.at = (max(s.at, 0) + map[fyne.KeyName]int{fyne.KeyPageUp: n - 1, fyne.KeyPageDown: 1}[e.Name]) % n
			s.Refresh()
		}
	case fyne.KeyEscape:
		s.at = -1
		s.Refresh()
	case fyne.KeyDelete, fyne.KeyBackspace:
		if s.at >= 0 && !s.locked {
			i := s.at
			s.at = -1
			s.begin()
			s.change(slices.Delete(slices.Clone(s.line), i, i+1))
		}
	}
	switch {
	case step.IsZero():
	case s.at >= 0 && !s.locked:
		s.begin()
		s.move(s.at, s.placeAt(s.pos(s.line[s.at]).Add(step)))
	default:
		s.centre = s.placeAt(fyne.NewPos(s.Size().Width/2, s.Size().Height/2).Add(step))
		s.Refresh()
	}
}

// Resize implements [fyne.CanvasObject].
func (s *Sketch) Resize(size fyne.Size) {
	s.BaseWidget.Resize(size)
	if !s.placed {
		s.Whole()
	}
}

// CreateRenderer implements [fyne.Widget].
func (s *Sketch) CreateRenderer() fyne.WidgetRenderer {
	r := &sketchRenderer{s: s, ground: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}
