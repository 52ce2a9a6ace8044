package formview

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets/locale"
)

// Where emphasis begins and ends in a line, as runes of the private use area: a
// text loses its own before these are put in.
const (
	emphasisOn  = '\uE0F1'
	emphasisOff = '\uE0F2'
)

var noEmphasis = strings.NewReplacer(string(emphasisOn), "", string(emphasisOff), "")

// emphasised is a Label of which some words are emphasised: bold, or within bold
// words in the colour of what is primary. Each stretch is drawn for itself, in
// the direction of the whole.
type emphasised struct {
	Label
	marked string
	pieces []piece
	rows   int
}

// A piece is a stretch of a row that is drawn in one hand.
type piece struct {
	text     *canvas.Text
	emphatic bool
	row      int
	at, wide float32 // from the side on which its row begins
	short    float32 // what its row leaves free
}

func newEmphasised(marked string) *emphasised {
	e := &emphasised{marked: shownRunes(marked)}
	e.words = noEmphasis.Replace(e.marked)
	e.ExtendBaseWidget(e)
	return e
}

func (e *emphasised) hand(emphatic bool) (fyne.TextStyle, fyne.Resource) {
	style := e.style()
	style.Bold = style.Bold || emphatic
	return style, fontOf(e.words, style)
}

// lay breaks the lines for the width there is, as if all of it were bold.
func (e *emphasised) lay() {
	now := laid{words: e.marked, width: e.Size().Width, size: e.textSize(), style: e.style(), mirrored: Mirrored()}
	if now == e.laid && e.pieces != nil {
		return
	}
	e.laid, e.size, e.pieces, e.rows = now, now.size, nil, 0
	style, font := e.hand(true)
	lines := []string{e.marked}
	if now.width > 0 {
		lines = broken(e.marked, now.width, func(s string) float32 { return widthOf(noEmphasis.Replace(s), e.size, style, font) })
	}
	direction := directionOf(e.words, now.mirrored)
	emphatic := false
	for row, line := range lines {
		from, used := len(e.pieces), float32(0)
		for line != "" {
			stretch, rest := line, ""
			mark := strings.IndexFunc(line, func(r rune) bool { return r == emphasisOn || r == emphasisOff })
			if mark >= 0 {
				stretch, rest = line[:mark], line[mark+len(string(emphasisOn)):]
			}
			if stretch != "" {
				p := e.draw(stretch, emphatic, direction)
				p.row, p.at = row, used
				used += p.wide
				e.pieces = append(e.pieces, p)
			}
			if mark >= 0 {
				emphatic = strings.HasPrefix(line[mark:], string(emphasisOn))
			}
			line = rest
		}
		for i := range e.pieces[from:] {
			e.pieces[from+i].short = now.width - used
		}
	}
	e.rows = max(1, len(lines))
}

func (e *emphasised) draw(stretch string, emphatic bool, direction locale.Direction) piece {
	style, font := e.hand(emphatic)
	t := canvas.NewText(inOrder(stretch, direction), color.Transparent)
	t.TextSize, t.TextStyle, t.FontSource = e.size, style, font
	return piece{text: t, emphatic: emphatic, wide: widthOf(stretch, e.size, style, font)}
}

// CreateRenderer implements [fyne.Widget].
func (e *emphasised) CreateRenderer() fyne.WidgetRenderer {
	r := &emphasisedRenderer{e}
	r.Refresh()
	return r
}

type emphasisedRenderer struct{ e *emphasised }

func (r *emphasisedRenderer) Layout(size fyne.Size) {
	r.e.lay()
	r.colour()
	pitch := r.e.pitch()
	backward := directionOf(r.e.words, r.e.laid.mirrored) == locale.RightToLeft
	for _, p := range r.e.pieces {
		high := p.text.MinSize().Height
		p.text.Resize(fyne.NewSize(p.wide, high))
		if p.text.FontSource != nil {
			high = p.text.TextSize * deepLine
		}
		x := p.at
		switch {
		case backward:
			x = size.Width - p.at - p.wide
		case r.e.laid.mirrored:
			x += p.short
		}
		p.text.Move(fyne.NewPos(x, float32(p.row)*pitch+(pitch-high)/2))
	}
}

func (r *emphasisedRenderer) MinSize() fyne.Size {
	r.e.lay()
	return fyne.NewSize(0, float32(r.e.rows)*r.e.pitch())
}

func (r *emphasisedRenderer) Objects() []fyne.CanvasObject {
	all := make([]fyne.CanvasObject, len(r.e.pieces))
	for i, p := range r.e.pieces {
		all[i] = p.text
	}
	return all
}

func (r *emphasisedRenderer) Refresh() {
	r.Layout(r.e.Size())
	for _, p := range r.e.pieces {
		p.text.Refresh()
	}
}

func (r *emphasisedRenderer) colour() {
	th, variant := r.e.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	name := r.e.Colour
	if name == "" {
		name = theme.ColorNameForeground
	}
	plain, primary := th.Color(name, variant), th.Color(theme.ColorNamePrimary, variant)
	for _, p := range r.e.pieces {
		p.text.Color = plain
		if p.emphatic && r.e.Bold {
			p.text.Color = primary
		}
	}
}

func (r *emphasisedRenderer) Destroy() {}
