package formview

import (
	"errors"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/image/draw"

	"baraza.example/assets/locale"
	"baraza.example/forms/picture"
)

// shownSide is the longest side of a picture on the screen, in points.
const shownSide = 1600

// readPicture reads a picture for the screen: upright, and not larger than it can
// be shown.
func readPicture(content []byte) (image.Image, error) {
	m, _, err := picture.Decode(content)
	if err != nil {
		return nil, err
	}
	return fitted(m, shownSide), nil
}

// fitted scales m down until its longest side is at most so long.
func fitted(m image.Image, side int) image.Image {
	b := m.Bounds()
	longest := max(b.Dx(), b.Dy())
	if longest <= side {
		return m
	}
	to := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*side/longest), max(1, b.Dy()*side/longest)))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), m, b, draw.Src, nil)
	return to
}

// unshown says why a picture isn't shown.
func unshown(err error) locale.ID {
	if errors.Is(err, picture.ErrTooLarge) {
		return "picture.large"
	}
	return "picture.damaged"
}

// A Shot shows a picture as wide as there is room, and not higher than so many
// lines.
type Shot struct {
	widget.BaseWidget
	image *canvas.Image
	ratio float32 // height to width
	high  float32 // at most, in sizes of the text
	wide  float32 // of the picture, in points
}

func newShot(high float32) *Shot {
	s := &Shot{image: canvas.NewImageFromImage(nil), high: high}
	s.image.FillMode, s.image.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleSmooth
	s.ExtendBaseWidget(s)
	s.Hide()
	return s
}

// Set shows m; nil shows nothing.
func (s *Shot) Set(m image.Image) {
	s.Hidden = m == nil
	s.image.Image = m
	if m != nil {
		b := m.Bounds()
		s.ratio, s.wide = float32(b.Dy())/float32(max(1, b.Dx())), float32(b.Dx())
	}
	s.Refresh()
}

// SetResource shows a drawing of lines (SVG) of a ratio of height to width.
func (s *Shot) SetResource(r fyne.Resource, ratio float32) {
	s.Hidden = r == nil
	s.image.Resource, s.ratio, s.wide = r, ratio, 4000
	s.Refresh()
}

// Natural is the width that the picture needs.
func (s *Shot) Natural() float32 {
	if s.ratio == 0 {
		return 0
	}
	return min(max(s.wide, 2*theme.TextSize()), s.high*theme.TextSize()/s.ratio)
}

// drawn is the size of the picture in a width.
func (s *Shot) drawn(width float32) fyne.Size {
	w := min(width, s.Natural())
	return fyne.NewSize(w, w*s.ratio)
}

// CreateRenderer implements [fyne.Widget].
func (s *Shot) CreateRenderer() fyne.WidgetRenderer { return shotRenderer{s} }

type shotRenderer struct{ s *Shot }

func (r shotRenderer) Layout(size fyne.Size) {
	Place(r.s.image, fyne.NewPos(0, 0), r.s.drawn(size.Width), size.Width)
}

func (r shotRenderer) MinSize() fyne.Size {
	width := r.s.Size().Width
	if width == 0 {
		width = r.s.Natural()
	}
	return fyne.NewSize(0, r.s.drawn(width).Height)
}

func (r shotRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.s.image} }
func (r shotRenderer) Destroy()                     {}

func (r shotRenderer) Refresh() {
	r.Layout(r.s.Size())
	r.s.image.Refresh()
}
