package formview

import (
	"image/color"
	"math"
	"slices"
	"strconv"

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
	spots  []geo.Place // that are only picked
	picked []bool      // of the spots
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

func (s *Sketch) all() []geo.Place { return append(slices.Clone(s.line), s.spots...) }

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
	if i := s.near(e.Position, s.spots); i >= 0 && s.OnSpot != nil {
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
// cross in the middle, Return adds a place there. Page Up and Page Down go from
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

type sketchRenderer struct {
	s       *Sketch
	ground  *canvas.Rectangle
	objects []fyne.CanvasObject
}

// sketchHigh is how high a sketch is, in sizes of the text.
const sketchHigh = 16

func (r *sketchRenderer) MinSize() fyne.Size {
	return fyne.NewSize(8*theme.TextSize(), sketchHigh*theme.TextSize())
}
func (r *sketchRenderer) Layout(fyne.Size)             { r.draw() }
func (r *sketchRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *sketchRenderer) Destroy()                     {}

func (r *sketchRenderer) Refresh() {
	r.draw()
	canvas.Refresh(r.s)
}

func (r *sketchRenderer) draw() {
	s := r.s
	v := fyne.CurrentApp().Settings().ThemeVariant()
	colour := func(name fyne.ThemeColorName) color.Color { return s.Theme().Color(name, v) }
	r.ground.FillColor, r.ground.StrokeColor, r.ground.StrokeWidth = colour(theme.ColorNameInputBackground), colour(theme.ColorNameInputBorder), 1
	if s.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = colour(theme.ColorNameForeground), 3
	}
	r.ground.Resize(s.Size())
	r.objects = []fyne.CanvasObject{r.ground}
	if s.scale == 0 || s.Size().Width == 0 {
		return
	}
	r.grid(colour(ColourEdge), colour(theme.ColorNamePlaceHolder))
	line, ink := s.line, colour(theme.ColorNamePrimary)
	every := 1 + len(line)/mostDrawn
	var last fyne.Position
	first := true
	join := func(to fyne.Position) {
		if !first {
			r.segment(last, to, ink, 2)
		}
		last, first = to, false
	}
	if s.kind != geo.Point {
		for i := 0; i < len(line); i += every {
			join(s.pos(line[i]))
		}
		if n := len(line); n > 0 && (n-1)%every != 0 {
			join(s.pos(line[n-1]))
		}
		if s.kind == geo.Shape && len(line) > 2 {
			join(s.pos(line[0]))
		}
	}
	for i, p := range line {
		if every > 1 && i != 0 && i != len(line)-1 && i != s.at {
			continue
		}
		fill := ink
		if i != s.at && i != 0 && s.kind != geo.Point {
			fill = colour(theme.ColorNameInputBackground)
		}
		size := theme.TextSize() * 0.7
		if i == s.at {
			size *= 1.5
		}
		r.dot(s.pos(p), size, fill, ink)
	}
	for i, p := range s.spots {
		fill, size := colour(theme.ColorNameInputBackground), theme.TextSize()
		if i < len(s.picked) && s.picked[i] {
			fill, size = ink, size*1.4
		}
		r.dot(s.pos(p), size, fill, ink)
	}
	if s.focused { // where Return adds a place
		mid, arm := fyne.NewPos(s.Size().Width/2, s.Size().Height/2), theme.TextSize()*0.7
		r.segment(mid.SubtractXY(arm, 0), mid.AddXY(arm, 0), colour(theme.ColorNameForeground), 1)
		r.segment(mid.SubtractXY(0, arm), mid.AddXY(0, arm), colour(theme.ColorNameForeground), 1)
	}
	r.bar(colour(theme.ColorNameForeground))
}

// segment draws a line as far as it is in view.
func (r *sketchRenderer) segment(from, to fyne.Position, ink color.Color, width float32) {
	if from, to, ok := clipped(from, to, r.s.Size()); ok {
		l := canvas.NewLine(ink)
		l.StrokeWidth, l.Position1, l.Position2 = width, from, to
		r.objects = append(r.objects, l)
	}
}

func (r *sketchRenderer) dot(at fyne.Position, size float32, fill, edge color.Color) {
	s := r.s.Size()
	if at.X < size/2 || at.Y < size/2 || at.X > s.Width-size/2 || at.Y > s.Height-size/2 {
		return
	}
	c := canvas.NewCircle(fill)
	c.StrokeColor, c.StrokeWidth = edge, 2
	c.Resize(fyne.NewSquareSize(size))
	c.Move(at.SubtractXY(size/2, size/2))
	r.objects = append(r.objects, c)
}

// grid draws degrees as far apart as can be read, and names them.
func (r *sketchRenderer) grid(ink, words color.Color) {
	s := r.s
	size, text := s.Size(), theme.CaptionTextSize()*0.85
	label := func(degrees, step float64, at fyne.Position) (end float32) {
		places := max(0, int(math.Ceil(-math.Log10(step))))
		t := canvas.NewText(strconv.FormatFloat(degrees+0, 'f', places, 64)+"°", words)
		t.TextSize = text
		m := t.MinSize()
		if at.X+m.Width < size.Width && at.Y+m.Height < size.Height && at.X >= 0 && at.Y >= 0 {
			t.Move(at)
			t.Resize(m)
			r.objects = append(r.objects, t)
		}
		return at.X + m.Width
	}
	low, high := s.placeAt(fyne.NewPos(0, size.Height)), s.placeAt(fyne.NewPos(size.Width, 0))
	step := round(float64(size.Height) / 4 / s.scale)
	for d := math.Ceil(low.Lat/step) * step; d <= high.Lat; d += step {
		y := s.pos(geo.Place{Lat: d}).Y
		r.segment(fyne.NewPos(0, y), fyne.NewPos(size.Width, y), ink, 1)
		label(d, step, fyne.NewPos(3, y))
	}
	taken := float32(-1)
	step = round(float64(size.Width) / 4 / s.scale / s.squeeze())
	for d := math.Ceil(low.Lon/step) * step; d <= high.Lon; d += step {
		x := s.pos(geo.Place{Lon: d}).X
		r.segment(fyne.NewPos(x, 0), fyne.NewPos(x, size.Height), ink, 1)
		if x > taken { // beside the one before
			taken = label(d, step, fyne.NewPos(x+3, 2))
		}
	}
}

// bar says how long a way on the map is.
func (r *sketchRenderer) bar(ink color.Color) {
	s := r.s
	size := s.Size()
	a := s.placeAt(fyne.NewPos(size.Width/2-size.Width/8, size.Height/2))
	b := s.placeAt(fyne.NewPos(size.Width/2+size.Width/8, size.Height/2))
	metres := geo.Between(a, b)
	if metres == 0 || math.IsNaN(metres) || s.scaleWords == nil {
		return
	}
	nice := round(metres)
	width := size.Width / 4 * float32(nice/metres)
	t := canvas.NewText(s.scaleWords(nice), ink)
	t.TextSize = theme.CaptionTextSize() * 0.85
	m := t.MinSize()
	x, y := size.Width-width-theme.Padding()*2, size.Height-theme.Padding()*2
	if x < 0 || size.Width < m.Width+4*theme.Padding() {
		return
	}
	r.segment(fyne.NewPos(x, y), fyne.NewPos(x+width, y), ink, 3)
	t.Resize(m)
	t.Move(fyne.NewPos(size.Width-m.Width-theme.Padding()*2, y-m.Height-2))
	r.objects = append(r.objects, t)
}

// round is the nearest of 1, 2, 5 times a power of ten that is not larger.
func round(x float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{5, 2} {
		if x/ten >= f {
			return f * ten
		}
	}
	return ten
}

// clipped is the part of a line within a size (Liang and Barsky).
func clipped(from, to fyne.Position, size fyne.Size) (fyne.Position, fyne.Position, bool) {
	dx, dy := float64(to.X-from.X), float64(to.Y-from.Y)
	start, end := 0.0, 1.0
	for _, edge := range [4][2]float64{
		{-dx, float64(from.X)}, {dx, float64(size.Width - from.X)}, {-dy, float64(from.Y)}, {dy, float64(size.Height - from.Y)},
	} {
		p, q := edge[0], edge[1]
		switch {
		case p == 0 && q < 0:
			return from, to, false
		case p < 0:
			start = max(start, q/p)
		case p > 0:
			end = min(end, q/p)
		}
	}
	if start > end || math.IsNaN(start) || math.IsNaN(end) {
		return from, to, false
	}
	at := func(t float64) fyne.Position { return fyne.NewPos(from.X+float32(t*dx), from.Y+float32(t*dy)) }
	return at(start), at(end), true
}
