package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// A star is drawn rather than written: few fonts have one. Empty it is an
// outline, so that the colour is not the only sign.
var (
	starFull  = fyne.NewStaticResource("star-full.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M12 2l3 7h7l-5.6 4.6L18.500 21 12 16.800 5.500 21l2.100-7.400L2 9h7z"/></svg>`))
	starEmpty = fyne.NewStaticResource("star-empty.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M12 2l3 7h7l-5.600 4.600L18.500 21 12 16.800 5.500 21l2.100-7.400L2 9h7z M12 6.500L10.300 10.800H6.300L9.600 13.300 8.400 17.300 12 14.800 15.600 17.300 14.400 13.300 17.700 10.800H13.700z" fill-rule="evenodd"/></svg>`))
)

// mostStars is how many stars can be told apart; a longer range has a slider.
const mostStars = 20

// Rating asks for a number of a range by a row of stars.
type Rating struct {
	widget.BaseWidget
	OnAnswer func(value string)

	around *surroundings
	scale  scale
	stars  *stars
	shown  *Label
	clear  *Button
	box    *fyne.Container
}

func newRating(around *surroundings, s scale) *Rating {
	r := &Rating{around: around, scale: s, shown: quiet("")}
	r.stars = newStars(int(s.steps) + 1)
	r.stars.OnRate = func(n int) { r.answer(s.at(int64(n - 1))) }
	r.stars.OnFocus = func() { around.reveal(r.stars) }
	r.clear = around.low("fill.clear", nil, func() { r.answer("") })
	r.box = NewStack(gapWords, r.stars, r.shown, r.clear)
	r.ExtendBaseWidget(r)
	return r
}

// Display fills as many stars as n's answer has.
func (r *Rating) Display(n session.Node) {
	at, ok := r.scale.of(n.Value)
	lit, words := 0, r.around.words.Say("fill.no_answer")
	if ok {
		lit = int(at) + 1
		words = r.around.words.Say("fill.position", locale.Values{"Position": lit, "Total": r.scale.steps + 1})
	} else if n.Value != "" {
		words = n.Value
	}
	r.stars.disabled = n.ReadOnly
	r.stars.set(lit)
	r.shown.SetWords(words)
	r.clear.Hidden = n.Value == "" || n.Required || n.ReadOnly
	r.around.settle()
}

func (r *Rating) answer(value string) {
	if r.OnAnswer != nil {
		r.OnAnswer(value)
	}
}

// First is what gets the focus when the question is gone to.
func (r *Rating) First() fyne.Focusable { return r.stars }

// CreateRenderer implements [fyne.Widget].
func (r *Rating) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// stars is a row of them, of which the first few are full.
type stars struct {
	widget.BaseWidget
	Press
	OnRate     func(n int) // from 1
	total, lit int
	width      float32 // as laid out
}

func newStars(total int) *stars {
	s := &stars{total: total}
	s.Of(s)
	s.ExtendBaseWidget(s)
	return s
}

func (s *stars) set(lit int) {
	if s.lit != lit {
		s.lit = lit
		s.Refresh()
	}
}

func (s *stars) rate(n int) {
	if n = min(max(n, 1), s.total); !s.disabled && s.OnRate != nil {
		s.OnRate(n)
	}
}

// side is the width of one star with what stands around it: a finger's.
func (s *stars) side() float32 { return theme.TextSize() * 2.2 }

func (s *stars) columns() int { return max(1, min(s.total, int(s.width/s.side()))) }

// Tapped implements [fyne.Tappable].
func (s *stars) Tapped(e *fyne.PointEvent) {
	if e == nil { // the space bar: there is nothing to press
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil && !fyne.CurrentDevice().IsMobile() {
		c.Focus(s)
	}
	x := e.Position.X
	if Mirrored() {
		x = s.Size().Width - x
	}
	column, row := int(x/s.side()), int(e.Position.Y/s.side())
	if column < s.columns() && x >= 0 {
		s.rate(row*s.columns() + column + 1)
	}
}

// TypedRune implements [fyne.Focusable]: a figure is that many stars.
func (s *stars) TypedRune(r rune) {
	if r >= '1' && r <= '9' && int(r-'0') <= s.total {
		s.rate(int(r - '0'))
	}
}

// TypedKey implements [fyne.Focusable].
func (s *stars) TypedKey(e *fyne.KeyEvent) {
	on := 1
	if Mirrored() {
		on = -1
	}
	switch e.Name {
	case fyne.KeyRight:
		s.rate(s.lit + on)
	case fyne.KeyLeft:
		s.rate(s.lit - on)
	case fyne.KeyUp:
		s.rate(s.lit + 1)
	case fyne.KeyDown:
		s.rate(s.lit - 1)
	case fyne.KeyHome:
		s.rate(1)
	case fyne.KeyEnd:
		s.rate(s.total)
	}
}

// CreateRenderer implements [fyne.Widget].
func (s *stars) CreateRenderer() fyne.WidgetRenderer {
	r := &starsRenderer{s: s, ground: canvas.NewRectangle(color.Transparent)}
	for range s.total {
		r.images = append(r.images, canvas.NewImageFromResource(nil))
	}
	r.Refresh()
	return r
}

type starsRenderer struct {
	s      *stars
	ground *canvas.Rectangle
	images []*canvas.Image
}

func (r *starsRenderer) Layout(size fyne.Size) {
	r.s.width = size.Width
	side, columns := r.s.side(), r.s.columns()
	for i, image := range r.images {
		at := fyne.NewPos(float32(i%columns)*side+side*0.1, float32(i/columns)*side+side*0.1)
		Place(image, at, fyne.NewSquareSize(side*0.8), size.Width)
	}
	Place(r.ground, fyne.NewPos(0, 0), fyne.NewSize(min(size.Width, float32(columns)*side), size.Height), size.Width)
}

func (r *starsRenderer) MinSize() fyne.Size {
	rows := 1
	if r.s.width > 0 {
		rows = (r.s.total + r.s.columns() - 1) / r.s.columns()
	}
	return fyne.NewSize(r.s.side(), float32(rows)*r.s.side())
}

func (r *starsRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.ground}
	for _, image := range r.images {
		all = append(all, image)
	}
	return all
}

func (r *starsRenderer) Refresh() {
	s := r.s
	name := theme.ColorNamePrimary
	if s.disabled {
		name = theme.ColorNameDisabled
	}
	r.ground.StrokeWidth, r.ground.CornerRadius = 0, theme.InputRadiusSize()
	if s.focused {
		r.ground.StrokeColor, r.ground.StrokeWidth = s.Theme().Color(theme.ColorNameForeground, fyne.CurrentApp().Settings().ThemeVariant()), 3
	}
	for i, image := range r.images {
		shape, colour := starEmpty, theme.ColorNameForeground
		if i < s.lit {
			shape, colour = starFull, name
		}
		image.Resource = theme.NewColoredResource(shape, colour)
		image.FillMode = canvas.ImageFillContain
	}
	r.Layout(s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *starsRenderer) Destroy() {}
