package formview

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// A Pad is a sheet to draw on with a finger, a pen or the mouse: white, or a
// picture. What is being drawn is drawn by lines of the screen; what is done lies
// in the picture.
type Pad struct {
	widget.BaseWidget
	OnDrawn func() // a stroke was ended, or taken back

	size    image.Point // of the sheet
	ground  image.Image // nil is white
	sheet   *image.RGBA // with all strokes but the one that is being drawn
	strokes []stroke
	now     *stroke
	ink     color.NRGBA
	image   *canvas.Image
	live    []*canvas.Line
}

// A stroke is a line that was drawn in one go, in points of the sheet.
type stroke struct {
	ink  color.NRGBA
	line []fyne.Position
}

// The inks.
var (
	inkBlack = color.NRGBA{0x11, 0x11, 0x11, 0xFF}
	inkRed   = color.NRGBA{0xC6, 0x28, 0x28, 0xFF}
	inkBlue  = color.NRGBA{0x15, 0x4E, 0xA8, 0xFF}
)

// Limits of what is drawn: beyond them nothing more is taken, so that a finger
// left on the sheet does not fill the memory.
const (
	mostStrokes = 2000
	mostInLine  = 20_000
)

// newPad makes a white sheet of so many points.
func newPad(width, height int) *Pad {
	p := &Pad{size: image.Pt(width, height), ink: inkBlack, image: canvas.NewImageFromImage(nil)}
	p.image.FillMode, p.image.ScaleMode = canvas.ImageFillStretch, canvas.ImageScaleSmooth
	p.ExtendBaseWidget(p)
	p.bake()
	return p
}

// SetGround begins anew on a picture; nil is a white sheet.
func (p *Pad) SetGround(m image.Image) {
	p.ground, p.strokes, p.now = m, nil, nil
	if m != nil {
		p.size = m.Bounds().Size()
	}
	p.bake()
}

// Drawn says whether there is a stroke.
func (p *Pad) Drawn() bool { return len(p.strokes) > 0 }

// Undo takes the last stroke back.
func (p *Pad) Undo() {
	if n := len(p.strokes); n > 0 {
		p.strokes = p.strokes[:n-1]
		p.changed()
	}
}

// Clear takes all strokes back.
func (p *Pad) Clear() {
	p.strokes, p.now = nil, nil
	p.changed()
}

func (p *Pad) changed() {
	p.bake()
	if p.OnDrawn != nil {
		p.OnDrawn()
	}
}

// bake draws the ground and all strokes.
func (p *Pad) bake() {
	p.sheet = image.NewRGBA(image.Rectangle{Max: p.size})
	draw.Draw(p.sheet, p.sheet.Rect, image.White, image.Point{}, draw.Src)
	if p.ground != nil {
		draw.Draw(p.sheet, p.sheet.Rect, p.ground, p.ground.Bounds().Min, draw.Over)
	}
	for _, s := range p.strokes {
		p.paint(s)
	}
	p.image.Image = p.sheet
	p.Refresh()
}

// thick is how wide strokes are, in points of the sheet.
func (p *Pad) thick() float32 { return max(2, float32(max(p.size.X, p.size.Y))/240) }

// paint draws a stroke into the sheet: each part of it with round ends.
func (p *Pad) paint(s stroke) {
	half := p.thick() / 2
	if len(s.line) == 1 {
		p.blob(s.ink, s.line[0], s.line[0], half)
	}
	for i := 1; i < len(s.line); i++ {
		p.blob(s.ink, s.line[i-1], s.line[i], half)
	}
}

// blob fills what a pen of a width covers between two places.
func (p *Pad) blob(ink color.NRGBA, a, b fyne.Position, half float32) {
	low := image.Pt(int(min(a.X, b.X)-half)-1, int(min(a.Y, b.Y)-half)-1)
	high := image.Pt(int(max(a.X, b.X)+half)+2, int(max(a.Y, b.Y)+half)+2)
	box := image.Rectangle{low, high}.Intersect(p.sheet.Rect)
	if box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	x, y := float32(box.Min.X), float32(box.Min.Y)
	along := math.Atan2(float64(b.Y-a.Y), float64(b.X-a.X))
	const corners = 8 // of each round end
	for i := range 2 * (corners + 1) {
		end, turn := b, along-math.Pi/2+math.Pi*float64(i)/corners
		if i > corners {
			end, turn = a, along+math.Pi/2+math.Pi*float64(i-corners-1)/corners
		}
		px, py := end.X-x+half*float32(math.Cos(turn)), end.Y-y+half*float32(math.Sin(turn))
		if i == 0 {
			r.MoveTo(px, py)
		} else {
			r.LineTo(px, py)
		}
	}
	r.ClosePath()
	r.Draw(p.sheet, box, image.NewUniform(ink), image.Point{})
}

// on is where a position of the screen lies on the sheet.
func (p *Pad) on(at fyne.Position) fyne.Position {
	size := p.Size()
	return fyne.NewPos(
		min(max(at.X/max(1, size.Width), 0), 1)*float32(p.size.X),
		min(max(at.Y/max(1, size.Height), 0), 1)*float32(p.size.Y))
}

// off is where a place of the sheet is seen.
func (p *Pad) off(at fyne.Position) fyne.Position {
	size := p.Size()
	return fyne.NewPos(at.X/float32(p.size.X)*size.Width, at.Y/float32(p.size.Y)*size.Height)
}

// Tapped implements [fyne.Tappable]: a dot.
func (p *Pad) Tapped(e *fyne.PointEvent) {
	if e == nil || len(p.strokes) >= mostStrokes {
		return
	}
	p.strokes = append(p.strokes, stroke{p.ink, []fyne.Position{p.on(e.Position)}})
	p.end()
}

// Dragged implements [fyne.Draggable]: a stroke.
func (p *Pad) Dragged(e *fyne.DragEvent) {
	if p.now == nil {
		if len(p.strokes) >= mostStrokes {
			return
		}
		p.now = &stroke{p.ink, []fyne.Position{p.on(e.Position.SubtractXY(e.Dragged.DX, e.Dragged.DY))}}
	}
	if len(p.now.line) >= mostInLine {
		return
	}
	from, to := p.now.line[len(p.now.line)-1], p.on(e.Position)
	p.now.line = append(p.now.line, to)
	l := canvas.NewLine(p.now.ink)
	l.StrokeWidth = p.thick() * p.Size().Width / float32(p.size.X)
	l.Position1, l.Position2 = p.off(from), p.off(to)
	p.live = append(p.live, l)
	canvas.Refresh(p)
}

// DragEnd implements [fyne.Draggable].
func (p *Pad) DragEnd() {
	if p.now != nil {
		p.strokes = append(p.strokes, *p.now)
		p.now = nil
		p.end()
	}
}

// end puts the last stroke into the sheet.
func (p *Pad) end() {
	p.live = nil
	p.paint(p.strokes[len(p.strokes)-1])
	p.Refresh()
	if p.OnDrawn != nil {
		p.OnDrawn()
	}
}

// File is what was drawn, and how its name ends: a PNG of few colours on a white
// sheet, a JPEG where the ground is a picture, for a photograph would cost many
// times more as PNG.
func (p *Pad) File() (content []byte, ext string, err error) {
	var b bytes.Buffer
	if p.ground != nil {
		err = jpeg.Encode(&b, p.sheet, &jpeg.Options{Quality: 85})
		return b.Bytes(), ".jpg", err
	}
	few := image.NewPaletted(p.sheet.Rect, inks)
	draw.Draw(few, few.Rect, p.sheet, image.Point{}, draw.Src)
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, few)
	return b.Bytes(), ".png", err
}

// inks are white and each ink in some steps, for smooth edges.
var inks = func() (all color.Palette) {
	all = append(all, color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF})
	for _, ink := range []color.NRGBA{inkBlack, inkRed, inkBlue} {
		const steps = 5
		for i := 1; i <= steps; i++ {
			mix := func(c uint8) uint8 { return uint8((255*(steps-i) + int(c)*i) / steps) }
			all = append(all, color.NRGBA{mix(ink.R), mix(ink.G), mix(ink.B), 0xFF})
		}
	}
	return all
}()

// CreateRenderer implements [fyne.Widget].
func (p *Pad) CreateRenderer() fyne.WidgetRenderer {
	r := &padRenderer{p, canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type padRenderer struct {
	p    *Pad
	edge *canvas.Rectangle
}

// padHigh is how high a pad is at most, in sizes of the text.
const padHigh = 26

func (r *padRenderer) Layout(size fyne.Size) {
	r.p.image.Resize(size)
	r.edge.Resize(size)
}

func (r *padRenderer) MinSize() fyne.Size {
	width := r.p.Size().Width
	return fyne.NewSize(0, max(5*theme.TextSize(), width*float32(r.p.size.Y)/float32(max(1, r.p.size.X))))
}

func (r *padRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.p.image, r.edge}
	for _, l := range r.p.live {
		all = append(all, l)
	}
	return all
}

func (r *padRenderer) Destroy() {}

func (r *padRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	r.edge.StrokeColor, r.edge.StrokeWidth = r.p.Theme().Color(theme.ColorNameInputBorder, v), 1
	r.Layout(r.p.Size())
	r.p.image.Refresh()
	r.edge.Refresh()
}
