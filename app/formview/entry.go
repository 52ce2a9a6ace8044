package formview

import (
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
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
	OnMove  func()            // the caret moved
	OnGrow  func()            // the field became higher or lower
	OnText  func(text string) // the text was changed

	// Most is how many lines the field grows to; what is longer scrolls within
	// it. 0 for as many as there are.
	Most int

	// Takes says what may be typed; nil takes all.
	Takes func(r rune) bool
	keys  mobile.KeyboardType // of a phone, for a field of one kind of letters
	here  bool                // it has the focus
	hint  string              // the placeholder as it was given, where it runs from right to left

	within  *container.Scroll // what shows the content
	ordered *ordered          // what is shown in place of Fyne's content; nil while that is shown
	leading int               // where the caret is drawn at the letter behind it; -1 nowhere
	anchor  int               // where a selection began
	shift   bool              // is held down
	drags   bool              // a selection is being drawn

	single bool // Return does not begin a line
	rows   int
	least  int           // rows, however little is typed
	probe  *widget.Label // Fyne's, as in the field; tells how many lines the text has
	ring   *canvas.Rectangle
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
	e := &Entry{single: !multiline, least: singleRows, leading: -1, probe: widget.NewLabel(""), ring: NewRing()}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.probe.Wrapping = fyne.TextWrapWord
	if multiline {
		e.least = severalRows
	}
	e.rows = e.least
	e.SetMinRowsVisible(e.rows)
	e.ExtendBaseWidget(e)
	e.OnChanged = func(text string) {
		if !utf8.ValidString(text) { // as some clipboards hand over: nothing could read it back
			e.SetText(strings.ToValidUTF8(text, "\uFFFD"))
			return
		}
		e.grow()
		if e.OnText != nil {
			e.OnText(text)
		}
	}
	e.OnCursorChanged = func() {
		if e.ordered != nil {
			e.ordered.update()
		}
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
		e.orderHint()
		e.grow()
	}
}

// orderHint puts a placeholder that runs from right to left into the order in which
// it is seen, as a [Label] does: Fyne lays the runs of a line in that of typing.
func (e *Entry) orderHint() {
	if e.hint == "" && hasRightToLeft(e.PlaceHolder) {
		e.hint = e.PlaceHolder
	}
	if e.hint == "" {
		return
	}
	lines := []string{e.hint}
	if e.Wrapping != fyne.TextWrapOff {
		room := e.Size().Width - 4*theme.InnerPadding()
		lines = broken(e.hint, room, func(s string) float32 {
			return widthOf(s, theme.TextSize(), fyne.TextStyle{}, fontOf(e.hint, fyne.TextStyle{}))
		})
	}
	for i, line := range carried(lines, locale.RightToLeft) {
		lines[i] = inOrder(line, locale.RightToLeft)
	}
	e.SetPlaceHolder(strings.Join(lines, "\n"))
	e.order()
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
	if e.Most > 0 {
		rows = min(rows, e.Most)
	}
	if rows = max(rows, e.least); rows != e.rows {
		e.rows = rows
		e.SetMinRowsVisible(rows)
		if e.OnGrow != nil {
			e.OnGrow()
		}
	}
}

// TypedKey implements [fyne.Focusable]: in a field of one line Return goes on.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if e.single && (k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter) {
		if e.OnSubmitted != nil {
			e.OnSubmitted(e.Text)
		} else if c := fyne.CurrentApp().Driver().CanvasForObject(e); c != nil {
			c.FocusNext()
		}
		return
	}
	switch k.Name {
	case fyne.KeyBackspace, fyne.KeyReturn, fyne.KeyEnter:
		e.past()
	}
	if e.steps(k.Name) {
		return
	}
	e.Entry.TypedKey(k)
}

// CreateRenderer implements [fyne.Widget]: Fyne's field marks the focus by a
// shade of its edge, which is easily missed.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	r := e.Entry.CreateRenderer()
	e.ordered, e.within = nil, nil
	for _, o := range r.Objects() {
		if s, ok := o.(*container.Scroll); ok {
			e.within = s
		}
	}
	e.order()
	return ringed{r, e}
}

type ringed struct {
	fyne.WidgetRenderer
	e *Entry
}

func (r ringed) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.e.ring.Resize(size)
}

func (r ringed) Refresh() {
	r.WidgetRenderer.Refresh()
	r.e.order()
}

func (r ringed) Objects() []fyne.CanvasObject {
	return append(slices.Clone(r.WidgetRenderer.Objects()), r.e.ring)
}

// AcceptsTab says that Tab moves on to the next field.
func (e *Entry) AcceptsTab() bool { return false }

// FocusGained implements [fyne.Focusable].
func (e *Entry) FocusGained() {
	e.here = true
	Light(e.ring, true)
	e.Entry.FocusGained()
	if e.OnFocus != nil {
		e.OnFocus(true)
	}
}

// FocusLost implements [fyne.Focusable].
func (e *Entry) FocusLost() {
	e.here, e.shift, e.drags = false, false, false
	Light(e.ring, false)
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
		e.past()
		if e.single {
			e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: oneLine{s.Clipboard}})
			return
		}
	case *desktop.CustomShortcut:
		if s.KeyName == fyne.KeyTab && s.Modifier == fyne.KeyModifierControl && !e.single {
			e.TypedRune('\t')
			return
		}
		// Fyne gives a shortcut to what has the focus and to nobody else.
		if c, ok := fyne.CurrentApp().Driver().CanvasForObject(e).(fyne.Shortcutable); ok {
			c.TypedShortcut(s)
		}
		if s.KeyName == fyne.KeyLeft || s.KeyName == fyne.KeyRight { // by words
			if e.SelectedText() == "" {
				e.anchor = e.CursorTextOffset()
			}
			e.Entry.TypedShortcut(&desktop.CustomShortcut{KeyName: e.sideways(s.KeyName), Modifier: s.Modifier})
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
