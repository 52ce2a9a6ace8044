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
	count  int // how many rows there are
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
	e.laid, e.size, e.pieces = now, now.size, nil
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
	e.count = len(lines)
}

func (e *emphasised) draw(stretch string, emphatic bool, direction locale.Direction) piece {
	style, font := e.hand(emphatic)
	t := canvas.NewText(inOrder(stretch, direction), color.Transparent)
	t.TextSize, t.TextStyle, t.FontSource = e.size, style, font
	return piece{text: t, emphatic: emphatic, wide: widthOf(stretch, e.size, style, font)}
}

// CreateRenderer implements [fyne.Widget].
func (e *emphasised) CreateRenderer() fyne.WidgetRenderer { return newTextsRenderer(e) }

func (e *emphasised) place(size fyne.Size) {
	e.lay()
	pitch, plain := e.pitch(), e.shownIn()
	primary := e.Theme().Color(theme.ColorNamePrimary, fyne.CurrentApp().Settings().ThemeVariant())
	backward := directionOf(e.words, e.laid.mirrored) == locale.RightToLeft
	for _, p := range e.pieces {
		p.text.Color = plain
		if p.emphatic && e.Bold {
			p.text.Color = primary
		}
		x := p.at
		switch {
		case backward:
			x = size.Width - p.at - p.wide
		case e.laid.mirrored:
			x += p.short
		}
		p.text.Resize(fyne.NewSize(p.wide, p.text.MinSize().Height))
		p.text.Move(fyne.NewPos(x, onRow(p.text, p.row, pitch)))
	}
}

func (e *emphasised) rows() int {
	e.lay()
	return e.count
}

func (e *emphasised) texts() []*canvas.Text {
	all := make([]*canvas.Text, len(e.pieces))
	for i, p := range e.pieces {
		all[i] = p.text
	}
	return all
}
