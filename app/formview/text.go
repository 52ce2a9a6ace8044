package formview

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/session"
)

// MaxField is how many characters one field holds. Beyond it typing gets slow,
// so longer texts stand in several fields.
const MaxField = 10_000

// MaxAnswer is how many bytes one answer takes by pasting, all its fields
// together. More would not fit the record that carries the response.
const MaxAnswer = 1 << 20

// An Entry is a field to type in. Tab leaves it, Ctrl+Tab types one; it tells
// when it gains or loses the focus, and what is pasted before it is put in.
type Entry struct {
	widget.Entry
	OnFocus func(gained bool)
	// OnPaste is asked before text is pasted; true means that it was dealt
	// with.
	OnPaste func(text string) bool
	OnMove  func()            // the caret moved
	OnText  func(text string) // the text was changed

	single bool // Return does not begin a line
	rows   int
	probe  *widget.Label // tells how many lines the text has
}

// The lines that a field shows at least.
const (
	singleRows   = 1
	severalRows  = 4
	probedAtMost = 4 * MaxField // a text much longer scrolls within its field
)

// NewEntry makes a field that grows with its text. In one without several
// lines Return does not begin one; what is long wraps all the same.
func NewEntry(multiline bool) *Entry {
	e := &Entry{single: !multiline, rows: singleRows, probe: wrapped("")}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	if multiline {
		e.rows = severalRows
	}
	e.SetMinRowsVisible(e.rows)
	e.ExtendBaseWidget(e)
	e.OnChanged = func(text string) {
		e.grow()
		if e.OnText != nil {
			e.OnText(text)
		}
	}
	e.OnCursorChanged = func() {
		if e.OnMove != nil {
			e.OnMove()
		}
	}
	return e
}

// Resize implements [fyne.CanvasObject].
func (e *Entry) Resize(size fyne.Size) {
	narrower := size.Width != e.Size().Width
	e.Entry.Resize(size)
	if narrower {
		e.grow()
	}
}

// grow makes the field as high as its text.
func (e *Entry) grow() {
	width := e.Size().Width
	if width == 0 || len(e.Text) > probedAtMost {
		return
	}
	height := func(text string) float32 {
		e.probe.Resize(fyne.NewSize(width-theme.Padding(), 1))
		e.probe.SetText(text)
		return e.probe.MinSize().Height
	}
	one, two := height("x"), height("x\nx")
	text := e.Text
	if text == "" {
		text = e.PlaceHolder
	}
	rows := 1 + int((height(text)-one)/(two-one)+0.5)
	least := severalRows
	if e.single {
		least = singleRows
	}
	if rows = max(rows, least); rows != e.rows {
		e.rows = rows
		e.SetMinRowsVisible(rows)
	}
}

// TypedKey implements [fyne.Focusable]: in a field of one line Return goes on.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if e.single && (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter) {
		if e.OnSubmitted != nil {
			e.OnSubmitted(e.Text)
		} else if canvas := fyne.CurrentApp().Driver().CanvasForObject(e); canvas != nil {
			canvas.FocusNext()
		}
		return
	}
	e.Entry.TypedKey(k)
}

// AcceptsTab says that Tab moves on to the next field.
func (e *Entry) AcceptsTab() bool { return false }

// FocusGained implements [fyne.Focusable].
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	if e.OnFocus != nil {
		e.OnFocus(true)
	}
}

// FocusLost implements [fyne.Focusable].
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	if e.OnFocus != nil {
		e.OnFocus(false)
	}
}

// TypedShortcut implements [fyne.Shortcutable].
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutPaste:
		if e.OnPaste != nil && e.OnPaste(s.Clipboard.Content()) {
			return
		}
		if e.single {
			e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: oneLine{s.Clipboard}})
			return
		}
	case *desktop.CustomShortcut:
		if s.KeyName == fyne.KeyTab && s.Modifier == fyne.KeyModifierControl && !e.single {
			e.TypedRune('\t')
			return
		}
	}
	e.Entry.TypedShortcut(s)
}

// oneLine is a clipboard whose lines stand behind each other.
type oneLine struct{ fyne.Clipboard }

func (c oneLine) Content() string {
	return strings.Join(strings.FieldsFunc(c.Clipboard.Content(), func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// Text asks for words, a number or a date, typed. A long text stands in several
// fields below each other, whose texts put together are the answer.
type Text struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func() // the focus left the whole of it

	around    *surroundings
	multiline bool
	hint      string // shown in an empty field
	parts     []*Entry
	note      *widget.Label
	box       *fyne.Container
	showing   bool // what is shown is being changed by Display, not by a person
}

// NewText makes the control of a question that is answered by typing.
func newText(around *surroundings, multiline bool, hint string) *Text {
	t := &Text{around: around, multiline: multiline, hint: hint, note: quiet("")}
	t.box = NewStack(1)
	t.ExtendBaseWidget(t)
	t.show("")
	return t
}

// Display shows the answer at n.
func (t *Text) Display(n session.Node) {
	if n.Value == t.value() {
		return
	}
	t.show(n.Value)
}

func (t *Text) value() string {
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

func (t *Text) show(value string) {
	t.showing = true
	defer func() { t.showing = false }()
	pieces := Split(value, MaxField)
	for len(t.parts) < len(pieces) {
		t.parts = append(t.parts, t.newPart())
	}
	t.parts = t.parts[:len(pieces)]
	t.box.RemoveAll()
	for i, p := range t.parts {
		p.SetText(pieces[i])
		t.box.Add(container.NewStack(p, newWheel(t.around.page)))
	}
	if len(pieces) > 1 {
		t.note.SetText(t.around.words.Say("fill.long_text"))
		t.box.Add(t.note)
	}
	t.around.settle()
}

func (t *Text) newPart() *Entry {
	e := NewEntry(t.multiline)
	e.PlaceHolder = t.hint
	height := float32(0)
	e.OnText = func(text string) {
		if t.showing {
			return
		}
		if utf8.RuneCountInString(text) > MaxField && t.multiline {
			t.show(t.value())
		}
		if t.OnAnswer != nil {
			t.OnAnswer(t.value())
		}
		if h := e.MinSize().Height; h != height {
			height = h
			t.around.settle()
			t.follow(e)
		}
	}
	e.OnFocus = func(gained bool) {
		if gained {
			t.follow(e)
		} else if t.OnLeave != nil {
			t.OnLeave()
		}
	}
	e.OnMove = func() { t.follow(e) }
	e.OnPaste = func(text string) bool {
		if !t.multiline || utf8.RuneCountInString(text)+utf8.RuneCountInString(e.Text) <= MaxField {
			return false
		}
		whole := t.value()
		if len(whole)+len(text) > MaxAnswer { // it stays where it came from
			t.note.SetText(t.around.words.Say("error.text_too_long", locale.Values{"Size": t.around.words.Size(MaxAnswer)}))
			t.box.Add(t.note)
			t.around.settle()
			return true
		}
		at := 0
		for _, p := range t.parts {
			if p == e {
				at += caret(e)
				break
			}
			at += len(p.Text)
		}
		t.show(whole[:at] + text + whole[at:])
		if t.OnAnswer != nil {
			t.OnAnswer(t.value())
		}
		return true
	}
	return e
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
	t.around.page.reveal(top, line*2)
}

// caret is the byte at which e's caret stands, as well as it can be told where
// lines are wrapped: the end of the text else.
func caret(e *Entry) int {
	if e.CursorRow == 0 {
		runes := []rune(e.Text)
		return len(string(runes[:min(e.CursorColumn, len(runes))]))
	}
	return len(e.Text)
}

// CreateRenderer implements [fyne.Widget].
func (t *Text) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.box) }

// Split cuts a text into pieces of at most limit characters, behind an empty
// line where there is one, else behind a line, a word, or anywhere. Put
// together the pieces are the text.
func Split(text string, limit int) []string {
	var pieces []string
	for utf8.RuneCountInString(text) > limit {
		end := 0 // in bytes, of limit characters
		for range limit {
			_, n := utf8.DecodeRuneInString(text[end:])
			end += n
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
	return append(pieces, text)
}
