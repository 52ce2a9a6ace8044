package formview

import (
	"image/color"
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
)

// A Label is words to be read. It fits any width, breaks its lines itself, and
// draws each of them in the order in which it is seen, so that numbers and
// Latin names within Arabic stand where they belong. Unlike Fyne's it has no
// margin of its own.
type Label struct {
	widget.BaseWidget
	SizeName  fyne.ThemeSizeName  // "" is that of text
	Colour    fyne.ThemeColorName // "" is the foreground
	Bold      bool
	Monospace bool
	Centred   bool
	OneLine   bool // is cut short with … where it doesn't fit
	TwoLines  bool // of OneLine: has two, in the size of a caption, before it is cut short
	Aligned   bool // begins where the screen's lines begin, whatever its own direction: one of a list

	words string
	laid  laid
	font  fyne.Resource // of the lines; nil is the theme's
	lines []*canvas.Text
	size  float32 // of the lines
}

// laid is what the lines were made for.
type laid struct {
	words    string
	width    float32
	size     float32
	style    fyne.TextStyle
	oneLine  bool
	twoLines bool
	mirrored bool
}

// NewLabel makes a label in the size of text.
func NewLabel(words string) *Label {
	l := &Label{words: words}
	l.ExtendBaseWidget(l)
	return l
}

// Words is what the label says, as it was given.
func (l *Label) Words() string { return l.words }

// SetWords says something else.
func (l *Label) SetWords(words string) {
	if l.words != words {
		l.words = words
		l.Refresh()
	}
}

// Natural is the width at which no line has to be broken.
func (l *Label) Natural() float32 {
	widest := float32(0)
	for line := range strings.SplitSeq(shownRunes(l.words), "\n") {
		widest = max(widest, widthOf(line, l.textSize(), l.style(), fontOf(l.words, l.style())))
	}
	return widest + 1
}

func (l *Label) textSize() float32 {
	if l.SizeName == "" {
		return l.Theme().Size(theme.SizeNameText)
	}
	return l.Theme().Size(l.SizeName)
}

func (l *Label) style() fyne.TextStyle {
	return fyne.TextStyle{Bold: l.Bold, Monospace: l.Monospace}
}

// lay breaks the lines for the width there is.
func (l *Label) lay() {
	now := laid{l.words, l.Size().Width, l.textSize(), l.style(), l.OneLine, l.TwoLines, Mirrored()}
	if now == l.laid && l.lines != nil {
		return
	}
	l.laid, l.size = now, now.size
	l.font = fontOf(l.words, now.style)
	width := func(s string) float32 { return widthOf(s, l.size, now.style, l.font) }
	words := shownRunes(l.words)
	direction := directionOf(words, now.mirrored)
	var lines []string
	switch {
	case now.oneLine:
		words = strings.ReplaceAll(words, "\n", " ")
		if now.twoLines && now.width > 0 && width(words) > now.width {
			l.size = l.Theme().Size(theme.SizeNameCaptionText)
			if lines = broken(words, now.width, width); len(lines) > 2 {
				lines = []string{lines[0], cutShort(strings.Join(lines[1:], " "), now.width, width)}
			}
		} else {
			lines = []string{cutShort(words, now.width, width)}
		}
	case now.width <= 0:
		lines = strings.Split(words, "\n")
	default:
		for paragraph := range strings.SplitSeq(words, "\n") {
			lines = append(lines, carried(broken(paragraph, now.width, width), direction)...)
		}
	}
	l.lines = make([]*canvas.Text, len(lines))
	for i, line := range lines {
		t := canvas.NewText(inOrder(line, direction), color.Transparent)
		t.TextSize, t.TextStyle, t.FontSource = l.size, now.style, l.font
		switch {
		case l.Centred:
			t.Alignment = fyne.TextAlignCenter
		case now.mirrored || direction == locale.RightToLeft && !l.Aligned:
			t.Alignment = fyne.TextAlignTrailing
		}
		l.lines[i] = t
	}
}

// linePitch is from one line to the next, in sizes of the text. Letters of some
// scripts reach into the line above or below.
const linePitch = 1.48

// pitch is the distance from one line to the next.
func (l *Label) pitch() float32 {
	if l.size > 0 {
		return l.size * linePitch
	}
	return l.textSize() * linePitch
}

// CreateRenderer implements [fyne.Widget].
func (l *Label) CreateRenderer() fyne.WidgetRenderer { return newTextsRenderer(l) }

func (l *Label) place(size fyne.Size) {
	l.lay()
	pitch, c := l.pitch(), l.shownIn()
	for i, t := range l.lines {
		t.Color = c
		t.Resize(fyne.NewSize(size.Width, t.MinSize().Height))
		t.Move(fyne.NewPos(0, onRow(t, i, pitch)))
	}
}

func (l *Label) rows() int {
	l.lay()
	return len(l.lines)
}

func (l *Label) texts() []*canvas.Text { return l.lines }

// shownIn is the colour of the words.
func (l *Label) shownIn() color.Color {
	name := l.Colour
	if name == "" {
		name = theme.ColorNameForeground
	}
	return l.Theme().Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}

// onRow is where the top of a text has to be to stand in the middle of a row.
func onRow(t *canvas.Text, row int, pitch float32) float32 {
	high := t.MinSize().Height
	if t.FontSource != nil { // so that all words stand on one line, whatever their font
		high = t.TextSize * deepLine
	}
	return float32(row)*pitch + (pitch-high)/2 - t.TextSize*riseOf(t.FontSource)
}

// A textsRenderer draws rows of words: those of a [Label] or of an [emphasised].
type textsRenderer struct {
	w     rowsOfWords
	again []*canvas.Text // of words that are made bold
}

type rowsOfWords interface {
	Size() fyne.Size
	place(fyne.Size)
	rows() int // for the width there is
	pitch() float32
	texts() []*canvas.Text
}

func newTextsRenderer(w rowsOfWords) fyne.WidgetRenderer {
	r := &textsRenderer{w: w}
	r.Refresh()
	return r
}

func (r *textsRenderer) Layout(size fyne.Size) { r.place(size) }

func (r *textsRenderer) place(size fyne.Size) {
	r.w.place(size)
	r.again = nil
	for _, t := range r.w.texts() {
		if needsBold(t.TextStyle, t.FontSource) {
			second := canvas.NewText(t.Text, t.Color)
			second.TextSize, second.TextStyle, second.FontSource, second.Alignment = t.TextSize, t.TextStyle, t.FontSource, t.Alignment
			second.Resize(t.Size())
			second.Move(t.Position().AddXY(t.TextSize*bolder, 0))
			r.again = append(r.again, second)
		}
	}
}

func (r *textsRenderer) MinSize() fyne.Size {
	rows := max(1, r.w.rows())
	return fyne.NewSize(0, float32(rows)*r.w.pitch())
}

func (r *textsRenderer) Objects() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, t := range r.w.texts() {
		all = append(all, t)
	}
	for _, t := range r.again {
		all = append(all, t)
	}
	return all
}

func (r *textsRenderer) Refresh() {
	r.place(r.w.Size())
	for _, t := range r.w.texts() {
		t.Refresh()
	}
}

func (r *textsRenderer) Destroy() {}

// shownRunes leaves out what has no shape and could turn a line round or break
// it where nobody sees why: explicit marks of direction, and control characters.
func shownRunes(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', unicode.IsControl(r), r == '\uFEFF':
			return -1
		}
		return r
	}, words)
}

// cutShort takes off the end what doesn't fit.
func cutShort(words string, room float32, width func(string) float32) string {
	if room <= 0 || width(words) <= room {
		return words
	}
	runes := []rune(words)
	fits := 0
	for low, high := 0, len(runes); low <= high; {
		middle := (low + high) / 2
		if width(strings.TrimRight(string(runes[:middle]), " ")+"…") <= room {
			fits, low = middle, middle+1
		} else {
			high = middle - 1
		}
	}
	return strings.TrimRight(string(runes[:fits]), " ") + "…"
}

// broken cuts a paragraph into lines of at most room, between words. Writing
// without spaces is cut between letters, and so is a word wider than the room.
func broken(paragraph string, room float32, width func(string) float32) []string {
	if len(paragraph) < 2000 && width(paragraph) <= room {
		return []string{paragraph}
	}
	space := width("x x") - width("xx")
	known := map[string]float32{} // of words: they come again
	measure := func(word string) float32 {
		w, ok := known[word]
		if !ok {
			w = width(word)
			known[word] = w
		}
		return w
	}
	var lines []string
	var line strings.Builder
	used := float32(0)
	end := func() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
		line.Reset()
		used = 0
	}
	for _, word := range wordsOf(paragraph) {
		w := measure(word)
		if used > 0 && used+space+w > room {
			if !spaceless(word) {
				end()
			}
		}
		if w <= room && (used == 0 || used+space+w <= room) {
			if used > 0 {
				line.WriteByte(' ')
				used += space
			}
			line.WriteString(word)
			used += w
			continue
		}
		if used > 0 { // of writing without spaces, what fits behind the words before
			line.WriteByte(' ')
			used += space
		}
		for _, piece := range unbroken(word) {
			letters := []string{piece}
			if measure(piece) > room {
				letters = clusters(piece)
			}
			for _, letter := range letters {
				w := measure(letter)
				if used > 0 && used+w > room {
					end()
				}
				line.WriteString(letter)
				used += w
			}
		}
	}
	end()
	return lines
}

// wordsOf cuts a paragraph at its spaces, but for those within what stays together.
func wordsOf(paragraph string) []string {
	const longest = 60 // bytes that are kept together, whatever somebody pastes
	var all []string
	for word := range strings.FieldsSeq(paragraph) {
		last := len(all) - 1
		if last >= 0 && len(all[last])+len(word) < longest && staysWith(all[last], word) {
			all[last] += " " + word
			continue
		}
		all = append(all, word)
	}
	return all
}

// staysWith tells a space at which no line is broken: French and others set one before
// some marks and within quotation marks, and a number keeps the unit behind it.
func staysWith(before, word string) bool {
	return strings.IndexAny(word, "?!;:»") == 0 || strings.HasSuffix(before, "«") ||
		numeric(before) && slices.Contains(unitsOfSize, strings.TrimRight(word, ".,;:!?)।።،"))
}

// unitsOfSize are those in all languages.
var unitsOfSize = []string{"B", "KB", "MB", "GB", "o", "Ko", "Mo", "Go", "بايت", "ك.ب", "م.ب", "ج.ب"}

func numeric(word string) bool {
	word = strings.TrimLeft(word, "(")
	return word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' && r != ',' })
}

// spaceless tells writing in which words follow each other without spaces.
func spaceless(word string) bool {
	for _, r := range word {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			return true
		}
	}
	return false
}

// clusters cuts a word into letters with the marks that belong to them.
func clusters(word string) []string {
	var all []string
	for _, r := range word {
		joined := unicode.In(r, unicode.M) || r == '\u200D' || r >= '\uFE00' && r <= '\uFE0F' || r >= '\U0001F3FB' && r <= '\U0001F3FF'
		if n := len(all); n > 0 && (joined || strings.HasSuffix(all[n-1], "\u200D")) {
			all[n-1] += string(r)
			continue
		}
		all = append(all, string(r))
	}
	return all
}
