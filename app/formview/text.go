package formview

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// shownParts is how many fields of a long text stand on the page at once.
const shownParts = 6

// Text asks for words, a number or a date, typed. A long text stands in several
// fields below each other, whose texts put together are the answer; of a very
// long one some of the fields are shown at a time.
type Text struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func() // the focus left the whole of it

	around    *surroundings
	multiline bool
	hint      string         // shown in an empty field
	kind      func(e *Entry) // what is particular about its fields; may be nil
	pieces    []string       // the whole answer
	from      int            // the first piece that is shown
	parts     []*Entry       // of the pieces from there on
	note      *Label
	count     *Label          // of words; nil in a field of one line
	turns     *fyne.Container // to the pieces before and after
	back, on  *Button
	box       *fyne.Container
	showing   bool // what is shown is being changed by Display, not by a person
}

// NewText makes the control of a question that is answered by typing.
func newText(around *surroundings, multiline bool, hint string) *Text {
	t := &Text{around: around, multiline: multiline, hint: hint, note: quiet("")}
	t.back = NewButton(around.words.Say("nav.previous"), func() { t.turn(-shownParts) })
	t.on = NewButton(around.words.Say("nav.next"), func() { t.turn(shownParts) })
	for _, b := range []*Button{t.back, t.on} {
		b.OnFocus = func() { around.reveal(b) }
	}
	if multiline {
		t.count = quiet("")
	}
	t.turns = NewRow(gapControl, t.back, t.on)
	t.box = NewStack(gapControl)
	t.ExtendBaseWidget(t)
	t.show("")
	return t
}

// Display shows the answer of n, if it isn't what stands there.
func (t *Text) Display(n session.Node) {
	if t.value() != n.Value {
		t.show(n.Value)
	}
	for _, p := range t.parts {
		if n.ReadOnly != p.Disabled() {
			if n.ReadOnly {
				p.Disable()
			} else {
				p.Enable()
			}
		}
	}
}

func (t *Text) value() string { return strings.Join(t.pieces, "") }

// show cuts the answer into pieces and shows those from the same one on.
func (t *Text) show(value string) {
	t.pieces = Split(value, MaxField)
	t.from = min(t.from, (len(t.pieces)-1)/shownParts*shownParts)
	t.draw()
}

func (t *Text) turn(by int) {
	if next := t.from + by; next >= 0 && next < len(t.pieces) {
		t.from = next
		t.draw()
		t.around.reveal(t.box)
	}
}

func (t *Text) draw() {
	t.showing = true
	defer func() { t.showing = false }()
	last := min(t.from+shownParts, len(t.pieces))
	for len(t.parts) < last-t.from {
		t.parts = append(t.parts, t.newPart())
	}
	t.parts = t.parts[:last-t.from]
	t.box.RemoveAll()
	for i, p := range t.parts {
		p.SetText(t.pieces[t.from+i])
		t.box.Add(UnderWheel(t.around.page, p))
	}
	if t.count != nil {
		t.tally()
		t.box.Add(t.count)
	}
	if len(t.pieces) > 1 {
		words := t.around.words
		t.note.SetWords(words.Say("fill.long_text", locale.Values{"Size": words.Size(int64(len(t.value())))}))
		t.box.Add(t.note)
	}
	if len(t.pieces) > shownParts {
		t.box.Add(quiet(t.around.words.Say("fill.parts", locale.Values{"From": t.from + 1, "To": last, "Total": len(t.pieces)})))
		t.box.Add(t.turns)
	}
	t.around.settle()
}

func (t *Text) newPart() *Entry {
	e := NewEntry(t.multiline)
	e.PlaceHolder = t.hint
	if t.kind != nil {
		t.kind(e)
	}
	height := float32(0)
	e.OnText = func(text string) {
		if t.showing {
			return
		}
		t.pieces[t.at(e)] = text
		t.tally()
		if t.multiline && utf8.RuneCountInString(text) > MaxField {
			t.show(t.value())
		}
		t.tell()
		if h := e.MinSize().Height; h != height {
			height = h
			t.around.settle()
			t.follow(e)
		}
	}
	e.OnFocus = func(gained bool) {
		if gained {
			t.follow(e)
			t.around.reached(e)
		} else if t.OnLeave != nil {
			t.OnLeave()
		}
	}
	e.OnMove = func() { t.follow(e) }
	e.OnPaste = func(text string) bool {
		if !t.multiline || utf8.RuneCountInString(text)+utf8.RuneCountInString(e.Text) <= MaxField {
			return false
		}
		t.paste(e, text)
		return true
	}
	return e
}

// tally counts the words.
func (t *Text) tally() {
	if t.count == nil {
		return
	}
	n := 0
	for _, p := range t.pieces {
		n += wordsIn(p)
	}
	t.count.SetWords("")
	if n > 0 {
		t.count.SetWords(t.around.words.Count("filling.words", n))
	}
}

// wordsIn counts words: what stands between spaces. A letter of a script that
// puts no spaces between words counts as one.
func wordsIn(text string) (n int) {
	within := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			within = false
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			if unicode.IsLetter(r) {
				n++
			}
			within = false
		case !within && (unicode.IsLetter(r) || unicode.IsNumber(r)):
			n++
			within = true
		}
	}
	return n
}

// at is the number of the piece that e holds.
func (t *Text) at(e *Entry) int {
	for i, p := range t.parts {
		if p == e {
			return t.from + i
		}
	}
	return t.from
}

// paste puts a long text in where the caret of e stands. All of it is kept.
func (t *Text) paste(e *Entry, text string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	at := t.at(e)
	piece := t.pieces[at]
	e.past()
	before := []rune(e.Text)
	cut := min(len(string(before[:min(e.CursorTextOffset(), len(before))])), len(piece))
	t.pieces[at] = piece[:cut] + text + piece[cut:]
	t.show(t.value())
	t.tell()
}

func (t *Text) tell() {
	if t.OnAnswer != nil {
		t.OnAnswer(t.value())
	}
}

// follow keeps the line of the caret in sight.
func (t *Text) follow(e *Entry) {
	if t.around.page == nil || t.showing {
		return
	}
	line := theme.TextSize() + theme.LineSpacing()*2
	top := t.around.page.place(e)
	if !e.single {
		top += float32(e.CursorRow) * line
	}
	t.around.page.RevealPart(top, line*2)
}

// CreateRenderer implements [fyne.Widget].
func (t *Text) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.box) }

// Split cuts a text into pieces of at most limit characters, behind an empty
// line where there is one, else behind a line, a word, or anywhere. Put
// together the pieces are the text.
func Split(text string, limit int) []string {
	var pieces []string
	for {
		end, n := 0, 0 // in bytes, and in characters
		for n < limit && end < len(text) {
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
			n++
		}
		if end == len(text) {
			return append(pieces, text)
		}
		cut := end
		for _, mark := range []string{"\n\n", "\n", ". ", " "} {
			if i := strings.LastIndex(text[:end], mark); i > end/4 {
				cut = i + len(mark)
				break
			}
		}
		pieces = append(pieces, text[:cut])
		text = text[cut:]
	}
}
