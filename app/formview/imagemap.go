package formview

import (
	"image"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/image/vector"

	"baraza.example/forms/imagemap"
	"baraza.example/forms/session"
)

// A Parted picture is one whose parts are touched to pick choices; what is picked
// is drawn over. The list of choices stands below it, for the keyboard and for
// names.
type Parted struct {
	widget.BaseWidget
	*Pick
	form    *Form
	touch   *touched
	hint    *Label
	lost    *Label
	all     *fyne.Container
	file    string // that is shown
	drawing *imagemap.Drawing
	node    session.Node
}

func (d *field) partedOf(p *Pick) *Parted {
	f := d.form
	c := &Parted{Pick: p, form: f, hint: quiet(f.around.words.Say("picture.touch_hint")), lost: quiet(f.around.words.Say("picture.not_touched"))}
	c.touch = newTouched()
	c.touch.onTap = func(at imagemap.Point) {
		offered := func(id string) bool {
			return slices.ContainsFunc(c.node.Choices, func(o session.Choice) bool { return o.Value == id })
		}
		if id := c.drawing.At(at, offered); id != "" && !c.node.ReadOnly {
			c.pick(id)
		}
	}
	c.hint.Hide()
	c.lost.Hide()
	c.touch.Hide()
	c.all = NewStack(gapControl, c.hint, c.touch, c.lost, p)
	c.BaseWidget.ExtendBaseWidget(c)
	return c
}

// Display shows the picture of n with what is picked.
func (c *Parted) Display(n session.Node) {
	c.node = n
	c.Pick.Display(n)
	if name := n.Media.Image; name != c.file || name == "" {
		c.file = name
		c.load(name)
	}
	c.mark()
}

// load reads the drawing; where it is none, the list is all there is.
func (c *Parted) load(name string) {
	c.drawing = nil
	c.touch.Hide()
	c.hint.Hide()
	c.lost.Show()
	content, err := c.form.file(name)
	if name == "" || err != nil {
		return
	}
	var d *imagemap.Drawing
	var m image.Image
	c.form.away(func() {
		if d, err = imagemap.Read(content); err == nil {
			m, err = d.Image(shownSide)
		}
	}, func() {
		if err != nil || c.file != name {
			return
		}
		c.drawing = d
		c.touch.set(d, m)
		c.touch.Show()
		c.hint.Show()
		c.lost.Hide()
		c.mark()
		c.around.settle()
	})
}

// mark draws over what is picked.
func (c *Parted) mark() {
	if c.drawing == nil {
		return
	}
	var rings [][]imagemap.Point
	for _, p := range c.drawing.Parts {
		if c.has(p.ID) {
			rings = append(rings, p.Rings...)
		}
	}
	c.touch.mark(rings)
}

// First is what gets the focus when the question is gone to.
func (c *Parted) First() fyne.Focusable { return c.Pick.First() }

// CreateRenderer implements [fyne.Widget].
func (c *Parted) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.all) }

// touched is the picture itself.
type touched struct {
	widget.BaseWidget
	onTap   func(at imagemap.Point)
	drawing *imagemap.Drawing
	image   *canvas.Image
	over    *canvas.Image // what is picked
}

func newTouched() *touched {
	t := &touched{image: canvas.NewImageFromImage(nil), over: canvas.NewImageFromImage(nil)}
	for _, m := range []*canvas.Image{t.image, t.over} {
		m.FillMode, m.ScaleMode = canvas.ImageFillStretch, canvas.ImageScaleSmooth
	}
	t.ExtendBaseWidget(t)
	return t
}

func (t *touched) set(d *imagemap.Drawing, m image.Image) {
	t.drawing, t.image.Image = d, m
	t.Refresh()
}

// mark fills outlines with the colour of what is picked, and draws them around.
func (t *touched) mark(rings [][]imagemap.Point) {
	const side = 800
	scale := side / max(t.drawing.Width, t.drawing.Height)
	w, h := max(1, int(t.drawing.Width*scale)), max(1, int(t.drawing.Height*scale))
	over := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := vector.NewRasterizer(w, h)
	for _, ring := range rings {
		for i, p := range ring {
			x, y := float32((p.X-t.drawing.X)*scale), float32((p.Y-t.drawing.Y)*scale)
			x, y = min(max(x, -side), 2*side), min(max(y, -side), 2*side)
			if i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
	}
	v := fyne.CurrentApp().Settings().ThemeVariant()
	ink := color.NRGBAModel.Convert(t.Theme().Color(theme.ColorNamePrimary, v)).(color.NRGBA)
	ink.A = 0xB0
	r.Draw(over, over.Rect, image.NewUniform(ink), image.Point{})
	t.over.Image = over
	t.Refresh()
}

// Tapped implements [fyne.Tappable].
func (t *touched) Tapped(e *fyne.PointEvent) {
	size := t.drawn(t.Size().Width)
	if t.drawing == nil || e == nil || size.Width == 0 {
		return
	}
	x := e.Position.X
	if Mirrored() {
		x -= t.Size().Width - size.Width
	}
	if x < 0 || x > size.Width || e.Position.Y > size.Height {
		return
	}
	t.onTap(imagemap.Point{
		X: t.drawing.X + float64(x/size.Width)*t.drawing.Width,
		Y: t.drawing.Y + float64(e.Position.Y/size.Height)*t.drawing.Height,
	})
}

// drawn is the size of the picture in a width.
func (t *touched) drawn(width float32) fyne.Size {
	if t.drawing == nil {
		return fyne.Size{}
	}
	ratio := float32(t.drawing.Height / t.drawing.Width)
	w := min(width, padHigh*theme.TextSize()/ratio)
	return fyne.NewSize(w, w*ratio)
}

// CreateRenderer implements [fyne.Widget].
func (t *touched) CreateRenderer() fyne.WidgetRenderer { return touchedRenderer{t} }

type touchedRenderer struct{ t *touched }

func (r touchedRenderer) Layout(size fyne.Size) {
	for _, m := range []*canvas.Image{r.t.image, r.t.over} {
		Place(m, fyne.NewPos(0, 0), r.t.drawn(size.Width), size.Width)
	}
}

func (r touchedRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, r.t.drawn(r.t.Size().Width).Height)
}

func (r touchedRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.image, r.t.over}
}
func (r touchedRenderer) Destroy() {}
func (r touchedRenderer) Refresh() {
	r.Layout(r.t.Size())
	r.t.image.Refresh()
	r.t.over.Refresh()
}
