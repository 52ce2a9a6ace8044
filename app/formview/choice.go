package formview

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Choice is one line to pick, with words that wrap: a ring with a dot where
// one may be picked, a box with a tick where several may.
type Choice struct {
	widget.BaseWidget
	Press
	Value   string
	OnPick  func()
	several bool
	picked  bool
	label   *Label
	note    *Label // what is to be known of the words; may be empty

	plate *plate // pictures and sounds; nil where there are none
	plain bool   // there is no mark but on what is picked: the picture is the choice

	above bool // the mark stands above the words, not beside them
	bare  bool // the words stand elsewhere, at the head of a table
	head  bool // no mark: it heads a table
}

// NewChoice makes a line that is not picked.
func NewChoice(value, label string, several bool) *Choice {
	c := &Choice{Value: value, several: several, label: NewLabel(label), note: quiet("")}
	c.label.Aligned, c.note.Aligned = true, true
	c.OnTapped = func() {
		if c.OnPick != nil {
			c.OnPick()
		}
	}
	c.Of(c)
	c.ExtendBaseWidget(c)
	return c
}

// Label is the words of the line.
func (c *Choice) Label() string { return c.label.Words() }

// Note is what stands below the words, and SetNote changes it.
func (c *Choice) Note() string { return c.note.Words() }

// SetNote says below the words what is to be known of them.
func (c *Choice) SetNote(words string) {
	c.note.SetWords(words)
	c.Refresh()
}

// Picked says whether the line is marked.
func (c *Choice) Picked() bool { return c.picked }

// SetPicked marks the line or takes the mark away.
func (c *Choice) SetPicked(picked bool) {
	if c.picked != picked {
		c.picked = picked
		c.Refresh()
	}
}

// Tapped implements [fyne.Tappable].
func (c *Choice) Tapped(*fyne.PointEvent) {
	if c.head {
		return
	}
	if canvas := fyne.CurrentApp().Driver().CanvasForObject(c); canvas != nil && !fyne.CurrentDevice().IsMobile() {
		canvas.Focus(c)
	}
	c.Press.Tapped(nil)
}

// TypedKey implements [fyne.Focusable]: Up and Down move among the choices.
func (c *Choice) TypedKey(e *fyne.KeyEvent) {
	canvas := fyne.CurrentApp().Driver().CanvasForObject(c)
	switch {
	case canvas != nil && e.Name == fyne.KeyDown:
		canvas.FocusNext()
	case canvas != nil && e.Name == fyne.KeyUp:
		canvas.FocusPrevious()
	default:
		c.Press.TypedKey(e)
	}
}

// CreateRenderer implements [fyne.Widget].
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	r := &choiceRenderer{c: c, ground: canvas.NewRectangle(color.Transparent), frame: canvas.NewRectangle(color.Transparent), dot: canvas.NewRectangle(color.Transparent), tick: canvas.NewImageFromResource(nil)}
	r.tick.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type choiceRenderer struct {
	c                  *Choice
	ground, frame, dot *canvas.Rectangle
	tick               *canvas.Image
}

func (r *choiceRenderer) mark() float32 { return theme.TextSize() * 1.25 }

func (r *choiceRenderer) Layout(size fyne.Size) {
	c, m, pad := r.c, r.mark(), theme.Padding()
	r.ground.Resize(size)
	left, air := 1.6*pad, r.air()
	if c.above {
		r.layoutAbove(size)
		return
	}
	words := left + m + 2*pad
	width := max(0, size.Width-words-left)
	h := Fit(c.label, width)
	Place(c.label, fyne.NewPos(words, air), fyne.NewSize(width, h), size.Width)
	if c.Note() != "" {
		n := Fit(c.note, width)
		Place(c.note, fyne.NewPos(words, air+h), fyne.NewSize(width, n), size.Width)
		h += n
	}
	if c.plate != nil {
		Place(c.plate.box, fyne.NewPos(words, air+h), fyne.NewSize(width, Fit(c.plate.box, width)), size.Width)
	}
	top := air + (c.label.pitch()-m)/2
	inner := m * 0.5
	Place(r.frame, fyne.NewPos(left, top), fyne.NewSquareSize(m), size.Width)
	Place(r.dot, fyne.NewPos(left+(m-inner)/2, top+(m-inner)/2), fyne.NewSquareSize(inner), size.Width)
	Place(r.tick, fyne.NewPos(left+m*0.05, top+m*0.05), fyne.NewSquareSize(m*0.9), size.Width)
}

// layoutAbove puts the mark in the middle and the words below it.
func (r *choiceRenderer) layoutAbove(size fyne.Size) {
	c, m, pad, top := r.c, r.mark(), theme.Padding(), r.air()
	left := (size.Width - m) / 2
	r.frame.Resize(fyne.NewSquareSize(m))
	r.frame.Move(fyne.NewPos(left, top))
	r.dot.Resize(fyne.NewSquareSize(m / 2))
	r.dot.Move(fyne.NewPos(left+m/4, top+m/4))
	r.tick.Resize(fyne.NewSquareSize(m * 0.9))
	r.tick.Move(fyne.NewPos(left+m*0.05, top+m*0.05))
	if !c.head {
		top += m + pad
	}
	width := max(0, size.Width-2*pad)
	h := Fit(c.label, width)
	c.label.Move(fyne.NewPos(pad, top))
	if c.Note() != "" {
		h += Fit(c.note, width)
		c.note.Move(fyne.NewPos(pad, top+h-c.note.Size().Height))
	}
	if c.plate != nil {
		Fit(c.plate.box, width)
		c.plate.box.Move(fyne.NewPos(pad, top+h))
	}
}

// air stands above and below the words.
func (r *choiceRenderer) air() float32 { return theme.TextSize() * 0.55 }

func (r *choiceRenderer) MinSize() fyne.Size {
	height := r.c.label.MinSize().Height
	if r.c.Note() != "" {
		height += r.c.note.MinSize().Height
	}
	if r.c.bare {
		height = 0
	}
	if r.c.plate != nil && r.c.plate.box.Visible() {
		height += r.c.plate.box.MinSize().Height
	}
	if r.c.above && !r.c.head {
		height += r.mark() + theme.Padding()
	}
	return fyne.NewSize(0, height+2*r.air())
}

func (r *choiceRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.ground, r.frame, r.dot, r.tick, r.c.label, r.c.note}
	if r.c.plate != nil {
		all = append(all, r.c.plate.box)
	}
	return all
}

func (r *choiceRenderer) Refresh() {
	c := r.c
	v := fyne.CurrentApp().Settings().ThemeVariant()
	colour := func(name fyne.ThemeColorName) color.Color { return c.Theme().Color(name, v) }
	r.ground.FillColor, r.ground.StrokeWidth = color.Transparent, 0
	r.ground.CornerRadius = theme.InputRadiusSize()
	if c.picked {
		r.ground.FillColor = colour(ColourSoft)
	}
	switch {
	case c.focused:
		r.ground.FillColor = colour(theme.ColorNameFocus)
		r.ground.StrokeColor, r.ground.StrokeWidth = colour(theme.ColorNamePrimary), 2
	case c.hovered:
		r.ground.FillColor = colour(theme.ColorNameHover)
	}
	edge, fill := colour(theme.ColorNameInputBorder), colour(theme.ColorNameInputBackground)
	if c.picked {
		edge = colour(theme.ColorNamePrimary)
	}
	r.frame.StrokeWidth, r.frame.StrokeColor, r.frame.FillColor = 2, edge, fill
	r.dot.FillColor = colour(theme.ColorNamePrimary)
	if c.several {
		r.frame.CornerRadius = 4
		r.dot.Hide()
		r.tick.Resource = theme.NewPrimaryThemedResource(theme.ConfirmIcon())
		r.tick.Hidden = !c.picked
	} else {
		r.frame.CornerRadius = r.mark() / 2
		r.dot.CornerRadius = r.mark() / 4
		r.dot.Hidden = !c.picked
		r.tick.Hide()
	}
	c.label.Colour, c.note.Hidden = theme.ColorNameForeground, c.Note() == "" || c.bare
	c.label.Hidden, r.frame.Hidden = c.bare, c.head
	if c.head {
		r.dot.Hide()
		r.tick.Hide()
	}
	if c.plain {
		r.frame.Hidden = !c.picked
		if c.picked && !c.focused {
			r.ground.StrokeColor, r.ground.StrokeWidth = colour(theme.ColorNamePrimary), 3
		}
	}
	if c.disabled {
		c.label.Colour = theme.ColorNameDisabled
	}
	r.Layout(c.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *choiceRenderer) Destroy() {}
