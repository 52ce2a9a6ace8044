package formview

import (
	"image/color"
	"strings"
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/levels"
)

// ordered is what an [Entry] shows in place of Fyne's own content where words run
// from right to left. Fyne lays the runs of a line from the left in the order of
// typing, and takes the caret to stand where so many letters end. What is typed,
// chosen and undone, and where lines end, stays Fyne's; ordered draws the lines in
// the order in which they are seen, from the right, and the caret and what is chosen
// where they belong.
type ordered struct {
	widget.BaseWidget
	field *Entry
	fynes fyne.CanvasObject // Fyne's content: it is not seen, and breaks the lines

	laid   laidField
	lines  []line
	hint   []*canvas.Text
	chosen []*canvas.Rectangle
	caret  *canvas.Rectangle
	blink  *fyne.Animation
	moved  time.Time // when the caret did so
}

// laidField is what the lines were made for.
type laidField struct {
	text, hint string
	hidden     bool
	width      float32
	size       float32
	font       string
	colour     color.Color
	pale       color.Color
	mirrored   bool
}

// A line of a field.
type line struct {
	from, to    int // in runes of the text
	base        int // the level of its paragraph: 1 runs from right to left
	left, right float32
	runs        []placed // from the left
}

// placed is a run where it is seen.
type placed struct {
	run         // begins at a rune of the text
	left, width float32
	drawn       *canvas.Text
}

func newOrdered(field *Entry, fynes fyne.CanvasObject) *ordered {
	o := &ordered{field: field, fynes: fynes, caret: canvas.NewRectangle(color.Transparent)}
	o.ExtendBaseWidget(o)
	return o
}

// update draws what has changed.
func (o *ordered) update() {
	e := o.field
	th, v := e.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	now := laidField{e.Text, e.PlaceHolder, e.Password, o.Size().Width, th.Size(theme.SizeNameText), th.Font(e.TextStyle).Name(),
		th.Color(theme.ColorNameForeground, v), th.Color(theme.ColorNamePlaceHolder, v), Mirrored()}
	if e.Disabled() {
		now.colour = th.Color(theme.ColorNameDisabled, v)
	}
	if now.width > 0 && now != o.laid {
		o.laid = now
		o.lay()
	}
	o.mark()
	canvas.Refresh(o)
}

// lay makes the lines.
func (o *ordered) lay() {
	had := map[string][]*canvas.Text{}
	for _, l := range o.lines {
		for _, r := range l.runs {
			had[r.drawn.Text] = append(had[r.drawn.Text], r.drawn)
		}
	}
	draw := func(words string) *canvas.Text {
		var t *canvas.Text
		if again := had[words]; len(again) > 0 {
			t, had[words] = again[0], again[1:]
		} else {
			t = canvas.NewText(words, o.laid.colour)
		}
		t.Color, t.TextSize, t.TextStyle, t.FontSource = o.laid.colour, o.laid.size, o.field.TextStyle, nil
		return t
	}
	text := o.field.seen()
	bases, all := directed(text, o.laid.mirrored)
	o.lines = nil
	for _, ends := range o.field.fynesRows(text) {
		l := line{from: ends[0], to: ends[1], base: bases[ends[0]]}
		own := all[l.from:l.to]
		for i := len(own) - 1; i >= 0 && unicode.IsSpace(text[l.from+i]); i-- { // rule L1
			own[i] = l.base
		}
		total := float32(0)
		for _, r := range reordered(runsOf(text[l.from:l.to], own)) {
			r.from += l.from
			p := placed{run: r, left: total, drawn: draw(r.drawn())}
			if f := fontOf(string(r.text), p.drawn.TextStyle); riseOf(f) > 0 { // marks aren't cut off
				p.drawn.FontSource = f
			}
			p.width = p.measure(p.drawn.Text)
			total += p.width
			l.runs = append(l.runs, p)
		}
		l.left = theme.InnerPadding()
		if l.base == 1 || o.laid.mirrored {
			l.left = o.laid.width - theme.InnerPadding() - total
		}
		l.right = l.left + total
		for i := range l.runs {
			p := &l.runs[i]
			p.left += l.left
			p.drawn.Resize(fyne.NewSize(p.width, p.drawn.MinSize().Height))
			p.drawn.Move(fyne.NewPos(p.left, o.top(len(o.lines))-o.laid.size*riseOf(p.drawn.FontSource)))
		}
		o.lines = append(o.lines, l)
	}
	o.layHint()
}

// layHint makes the lines of the placeholder, which stand in the order in which they
// are seen already. An address that is too long is cut at its end.
func (o *ordered) layHint() {
	o.hint = nil
	if o.laid.text != "" || o.laid.hint == "" {
		return
	}
	room := o.laid.width - 2*theme.InnerPadding()
	for i, words := range strings.Split(o.laid.hint, "\n") {
		if !hasRightToLeft(words) {
			words = cutShort(words, room, func(s string) float32 { return fyne.MeasureText(s, o.laid.size, o.field.TextStyle).Width })
		}
		t := canvas.NewText(words, o.laid.pale)
		t.TextSize, t.TextStyle, t.Alignment = o.laid.size, o.field.TextStyle, fyne.TextAlignTrailing
		t.Resize(fyne.NewSize(room, o.pitch()))
		t.Move(fyne.NewPos(theme.InnerPadding(), o.top(i)))
		o.hint = append(o.hint, t)
	}
}

// directed tells for each rune, and for the end, which way its paragraph runs, and
// the levels. A paragraph without letters runs as the one before it.
func directed(text []rune, mirrored bool) (bases, all []int) {
	before := 0
	for from := 0; from <= len(text); {
		to := from
		for to < len(text) && text[to] != '\n' {
			to++
		}
		if words := string(text[from:to]); strings.ContainsFunc(words, sided) {
			before = 0
			if directionOf(words, mirrored) == locale.RightToLeft {
				before = 1
			}
		}
		all = append(all, levels.Of(text[from:to], before)...)
		for range to - from + 1 {
			bases = append(bases, before)
		}
		all = append(all, before) // of the sign that ends it
		from = to + 1
	}
	return bases, all
}

// mark puts the caret where it stands, and marks what is chosen.
func (o *ordered) mark() {
	e := o.field
	o.chosen = o.chosen[:0]
	if len(o.lines) == 0 {
		return
	}
	th, v := e.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	edge := th.Size(theme.SizeNameInputBorder)
	row := min(e.CursorRow, len(o.lines)-1)
	at := fyne.NewPos(o.lines[row].caret(o.lines[row].from+e.CursorColumn, e.leads())-edge/2, o.top(row))
	if at != o.caret.Position() {
		o.moved = time.Now()
	}
	o.caret.Move(at)
	o.caret.Resize(fyne.NewSize(edge, o.pitch()))
	o.caret.Hidden = !e.here || e.Disabled()
	o.blinks(!o.caret.Hidden)
	if from, to := e.chosen(); e.here && from < to {
		for i, l := range o.lines {
			for _, r := range l.runs {
				if first, last := max(from, r.from), min(to, r.from+len(r.text)); first < last {
					a, b := r.edge(first), r.edge(last)
					box := canvas.NewRectangle(th.Color(theme.ColorNameSelection, v))
					box.Move(fyne.NewPos(min(a, b), o.top(i)))
					box.Resize(fyne.NewSize(max(a, b)-min(a, b), o.pitch()))
					o.chosen = append(o.chosen, box)
				}
			}
		}
	}
}

// The caret is seen for half a second and not seen for another; it stays while it
// moves.
const (
	blinking = time.Second / 2
	staying  = 300 * time.Millisecond
)

func (o *ordered) blinks(on bool) {
	full := o.field.Theme().Color(theme.ColorNamePrimary, fyne.CurrentApp().Settings().ThemeVariant())
	switch {
	case on && o.blink == nil:
		o.caret.FillColor, o.moved = full, time.Now()
		if !fyne.CurrentApp().Settings().ShowAnimations() {
			return
		}
		o.blink = fyne.NewAnimation(blinking, func(f float32) {
			now := full
			if f > 0.5 && time.Since(o.moved) > staying {
				now = color.Transparent
			}
			if now != o.caret.FillColor {
				o.caret.FillColor = now
				o.caret.Refresh()
			}
		})
		o.blink.Curve, o.blink.AutoReverse, o.blink.RepeatCount = fyne.AnimationLinear, true, fyne.AnimationRepeatForever
		o.blink.Start()
	case !on && o.blink != nil:
		o.blink.Stop()
		o.blink = nil
	}
}

// pitch is the height of a line, which is that of Fyne's.
func (o *ordered) pitch() float32 {
	return fyne.MeasureText("M", o.laid.size, o.field.TextStyle).Height
}

// top is where a line begins, as Fyne's do.
func (o *ordered) top(row int) float32 {
	return theme.InnerPadding() - theme.InputBorderSize() + float32(row)*o.pitch()
}

// CreateRenderer implements [fyne.Widget].
func (o *ordered) CreateRenderer() fyne.WidgetRenderer { return orderedRenderer{o} }

type orderedRenderer struct{ o *ordered }

func (r orderedRenderer) Layout(size fyne.Size) {
	r.o.fynes.Resize(size)
	r.o.update()
}

func (r orderedRenderer) MinSize() fyne.Size { return r.o.fynes.MinSize() }

func (r orderedRenderer) Objects() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, box := range r.o.chosen {
		all = append(all, box)
	}
	for _, l := range r.o.lines {
		for _, p := range l.runs {
			all = append(all, p.drawn)
		}
	}
	for _, t := range r.o.hint {
		all = append(all, t)
	}
	return append(all, r.o.caret)
}

func (r orderedRenderer) Refresh() { r.o.update() }

func (r orderedRenderer) Destroy() { r.o.blinks(false) }
