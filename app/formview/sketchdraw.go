package formview

import (
	"image/color"
	"math"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"baraza.example/forms/geo"
)

// sketchRenderer draws what a [Sketch] shows.
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
	r.spots(ink, colour(theme.ColorNameInputBackground), colour(theme.ColorNameForeground))
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
	var names []func() // above all lines
	label := func(degrees, step float64, at fyne.Position) (end float32) {
		places := max(0, int(math.Ceil(-math.Log10(step))))
		t := canvas.NewText(strconv.FormatFloat(degrees+0, 'f', places, 64)+"°", words)
		t.TextSize = text
		m := t.MinSize()
		if at.X+m.Width < size.Width && at.Y+m.Height < size.Height && at.X >= 0 && at.Y >= 0 {
			names = append(names, func() { r.write(t, at) })
		}
		return at.X + m.Width
	}
	low, high := s.placeAt(fyne.NewPos(0, size.Height)), s.placeAt(fyne.NewPos(size.Width, 0))
	step := round(float64(size.Height) / 4 / s.scale)
	for d := math.Ceil(low.Lat/step) * step; d <= high.Lat; d += step {
		y := s.pos(geo.Place{Lat: d}).Y
		r.segment(fyne.NewPos(0, y), fyne.NewPos(size.Width, y), ink, 1)
		if y > 2*text { // below those at the top
			label(d, step, fyne.NewPos(3, y))
		}
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
	for _, name := range names {
		name()
	}
}

// write stands words on a ground of their own, so that no line strikes them through.
func (r *sketchRenderer) write(t *canvas.Text, at fyne.Position) {
	under := canvas.NewRectangle(r.ground.FillColor)
	for _, o := range []fyne.CanvasObject{under, t} {
		o.Move(at)
		o.Resize(t.MinSize())
		r.objects = append(r.objects, o)
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
	r.write(t, fyne.NewPos(size.Width-m.Width-theme.Padding()*2, y-m.Height-2))
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
