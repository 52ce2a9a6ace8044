package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Slider is a track with a knob that is dragged, tapped to a place, or moved
// by the arrow keys. It begins where lines begin, or, upright, at the bottom.
// Until it is moved there is no knob: a knob in the middle would be an answer
// that nobody gave.
type Slider struct {
	widget.BaseWidget
	Press
	OnMove func(step int64) // while it moves
	OnDone func()           // it was let go

	steps   int64
	at      int64 // -1 is nowhere
	rest    int64 // where it waits while it is nowhere; -1 is nowhere at all
	upright bool
	every   int64 // steps from one tick to the next; 0 is no ticks
}

func newSlider(steps int64, upright bool, every int64) *Slider {
	s := &Slider{steps: steps, at: -1, rest: -1, upright: upright, every: every}
	if every > 0 && steps/every > mostTicks {
		s.every = 0
	}
	s.Of(s)
	s.ExtendBaseWidget(s)
	return s
}

// mostTicks is beyond which they would be a grey bar.
const mostTicks = 40

// knob is the width of what is dragged: a finger's, in sizes of the text.
func (s *Slider) knob() float32 { return theme.TextSize() * 1.6 }

// Set moves the knob without telling; -1 takes it away.
func (s *Slider) Set(step int64) {
	if s.at != step {
		s.at = step
		s.Refresh()
	}
}

func (s *Slider) move(step int64) {
	step = min(max(step, 0), s.steps)
	if s.disabled || step == s.at {
		return
	}
	s.Set(step)
	if s.OnMove != nil {
		s.OnMove(step)
	}
}

// length is the way of the knob.
func (s *Slider) length() float32 {
	if s.upright {
		return max(1, s.Size().Height-s.knob())
	}
	return max(1, s.Size().Width-s.knob())
}

// stepAt is the step nearest to a place on the slider.
func (s *Slider) stepAt(p fyne.Position) int64 {
	along := p.X - s.knob()/2
	switch {
	case s.upright:
		along = s.length() - (p.Y - s.knob()/2)
	case Mirrored():
		along = s.length() - along
	}
	return int64(float64(s.steps)*float64(min(max(along/s.length(), 0), 1)) + 0.5)
}

// placeOf is the middle of the knob after that many steps.
func (s *Slider) placeOf(step int64) fyne.Position {
	share := float32(0)
	if s.steps > 0 {
		share = float32(float64(step) / float64(s.steps))
	}
	k := s.knob() / 2
	switch {
	case s.upright:
		return fyne.NewPos(k, k+(1-share)*s.length())
	case Mirrored():
		return fyne.NewPos(k+(1-share)*s.length(), k)
	}
	return fyne.NewPos(k+share*s.length(), k)
}

// Tapped implements [fyne.Tappable].
func (s *Slider) Tapped(e *fyne.PointEvent) {
	if e == nil { // the space bar: there is nothing to press
		return
	}
	s.focus()
	s.move(s.stepAt(e.Position))
	s.DragEnd()
}

func (s *Slider) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && !fyne.CurrentDevice().IsMobile() {
		c.Focus(s)
	}
}

// Dragged implements [fyne.Draggable].
func (s *Slider) Dragged(e *fyne.DragEvent) { s.move(s.stepAt(e.Position)) }

// DragEnd implements [fyne.Draggable].
func (s *Slider) DragEnd() {
	if s.OnDone != nil && !s.disabled {
		s.OnDone()
	}
}

// TypedRune implements [fyne.Focusable].
func (s *Slider) TypedRune(rune) {}

// TypedKey implements [fyne.Focusable]: the arrows move by one step, Page Up and
// Page Down by a tenth of the way, Home and End to the ends.
func (s *Slider) TypedKey(e *fyne.KeyEvent) {
	forward := int64(1)
	if Mirrored() && !s.upright {
		forward = -1
	}
	tenth := max(1, s.steps/10)
	at := s.at
	if at < 0 {
		at = s.rest
	}
	switch e.Name {
	case fyne.KeyRight:
		at += forward
	case fyne.KeyLeft:
		at -= forward
	case fyne.KeyUp:
		at++
	case fyne.KeyDown:
		at--
	case fyne.KeyPageUp:
		at += tenth
	case fyne.KeyPageDown:
		at -= tenth
	case fyne.KeyHome:
		at = 0
	case fyne.KeyEnd:
		at = s.steps
	default:
		return
	}
	s.move(at)
	s.DragEnd()
}

// CreateRenderer implements [fyne.Widget].
func (s *Slider) CreateRenderer() fyne.WidgetRenderer {
	r := &sliderRenderer{s: s, track: canvas.NewRectangle(color.Transparent), done: canvas.NewRectangle(color.Transparent), knob: canvas.NewCircle(color.Transparent)}
	if s.every > 0 {
		for range s.steps/s.every + 1 {
			r.ticks = append(r.ticks, canvas.NewRectangle(color.Transparent))
		}
	}
	r.Refresh()
	return r
}

type sliderRenderer struct {
	s           *Slider
	track, done *canvas.Rectangle
	ticks       []*canvas.Rectangle
	knob        *canvas.Circle
}

// uprightLength is how high an upright slider is, in sizes of the text.
const uprightLength = 14

func (r *sliderRenderer) MinSize() fyne.Size {
	k := r.s.knob()
	if r.s.upright {
		return fyne.NewSize(k, uprightLength*theme.TextSize())
	}
	return fyne.NewSize(2*k, k)
}

func (r *sliderRenderer) Layout(fyne.Size) {
	s := r.s
	thick := s.knob() / 4
	bar := func(o fyne.CanvasObject, from, to fyne.Position, thick float32) {
		left, top := min(from.X, to.X)-thick/2, min(from.Y, to.Y)-thick/2
		o.Move(fyne.NewPos(left, top))
		o.Resize(fyne.NewSize(max(from.X, to.X)-left+thick/2, max(from.Y, to.Y)-top+thick/2))
	}
	first, last := s.placeOf(0), s.placeOf(s.steps)
	bar(r.track, first, last, thick)
	here := s.placeOf(max(0, s.at))
	if s.at < 0 {
		here = s.placeOf(max(0, s.rest))
	}
	bar(r.done, first, here, thick)
	for i, t := range r.ticks {
		p := s.placeOf(int64(i) * s.every)
		across := fyne.NewPos(0, thick*1.3)
		if s.upright {
			across = fyne.NewPos(thick*1.3, 0)
		}
		bar(t, p.Subtract(across), p.Add(across), 1)
	}
	r.knob.Resize(fyne.NewSquareSize(s.knob()))
	r.knob.Move(here.Subtract(fyne.NewPos(s.knob()/2, s.knob()/2)))
}

func (r *sliderRenderer) Refresh() {
	s := r.s
	v := fyne.CurrentApp().Settings().ThemeVariant()
	colour := func(name fyne.ThemeColorName) color.Color { return s.Theme().Color(name, v) }
	main := colour(theme.ColorNamePrimary)
	if s.disabled {
		main = colour(theme.ColorNameDisabled)
	}
	r.track.FillColor, r.done.FillColor = colour(theme.ColorNameInputBorder), main
	r.track.CornerRadius, r.done.CornerRadius = s.knob()/8, s.knob()/8
	for _, t := range r.ticks {
		t.FillColor = colour(theme.ColorNameInputBorder)
	}
	r.knob.FillColor, r.knob.StrokeColor, r.knob.StrokeWidth = main, colour(theme.ColorNameInputBackground), 2
	if s.at < 0 { // it waits: a ring
		r.knob.FillColor, r.knob.StrokeColor = colour(theme.ColorNameInputBackground), colour(theme.ColorNameInputBorder)
	}
	if s.focused { // a change of colour alone is easily missed
		r.knob.StrokeColor, r.knob.StrokeWidth = colour(theme.ColorNameForeground), 4
		r.track.StrokeColor, r.track.StrokeWidth = colour(theme.ColorNameForeground), 1
	} else {
		r.track.StrokeWidth = 0
	}
	r.knob.Hidden, r.done.Hidden = s.at < 0 && s.rest < 0, s.at < 0
	r.Layout(s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *sliderRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.track, r.done}
	for _, t := range r.ticks {
		all = append(all, t)
	}
	return append(all, r.knob)
}

func (r *sliderRenderer) Destroy() {}
