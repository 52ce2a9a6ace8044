package formview

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/session"
)

// MaxField is how many characters one field holds. Beyond it typing gets slow,
// so longer texts stand in several fields.
const MaxField = 10_000

// An Entry is a field to type in. Tab leaves it, Ctrl+Tab types one; it tells
// when it gains or loses the focus, and what is pasted before it is put in.
type Entry struct {
	widget.Entry
	OnFocus func(gained bool)
	// OnPaste is asked before text is pasted; true means that it was dealt
	// with.
	OnPaste func(text string) bool
	OnMove  func() // the caret moved
}

// NewEntry makes a field; one with several lines grows with its text.
func NewEntry(multiline bool) *Entry {
	e := &Entry{}
	e.MultiLine = multiline
	e.Scroll = container.ScrollNone
	if multiline {
		e.Wrapping = fyne.TextWrapWord
		e.SetMinRowsVisible(4)
	} else {
		e.Scroll = container.ScrollHorizontalOnly
	}
	e.ExtendBaseWidget(e)
	e.OnCursorChanged = func() {
		if e.OnMove != nil {
			e.OnMove()
		}
	}
	return e
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
	case *desktop.CustomShortcut:
		if s.KeyName == fyne.KeyTab && s.Modifier == fyne.KeyModifierControl && e.MultiLine {
			e.TypedRune('\t')
			return
		}
	}
	e.Entry.TypedShortcut(s)
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
	e.OnChanged = func(text string) {
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
		at := 0
		for _, p := range t.parts {
			if p == e {
				at += caret(e)
				break
			}
			at += len(p.Text)
		}
		whole := t.value()
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
	if e.MultiLine {
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
