package formview

import (
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/mobile"
)

// turns says whether the field draws its words itself: on screens that run from right
// to left, and where letters do. A text much too long is left to Fyne.
func (e *Entry) turns() bool {
	if len(e.Text) > probedAtMost {
		return false
	}
	return Mirrored() || strings.ContainsFunc(e.Text, leftward) || e.Text == "" && strings.ContainsFunc(e.PlaceHolder, leftward)
}

// order shows Fyne's content of the field, or ours.
func (e *Entry) order() {
	scroll := e.within
	if scroll == nil {
		return
	}
	switch turns := e.turns(); {
	case turns && e.ordered == nil:
		e.ordered = newOrdered(e, scroll.Content)
		scroll.Content = e.ordered
		scroll.Refresh()
	case !turns && e.ordered != nil:
		e.ordered.blinks(false)
		scroll.Content, e.ordered = e.ordered.fynes, nil
		scroll.Refresh()
	case turns:
		e.ordered.update()
		e.keepSideways(scroll)
	}
}

// keepSideways keeps the caret in sight in a field whose lines are not broken.
func (e *Entry) keepSideways(scroll *container.Scroll) {
	room := scroll.Size().Width
	if e.Wrapping != fyne.TextWrapOff || !e.here || e.ordered.Size().Width <= room {
		return
	}
	x, offset := e.ordered.caret.Position().X, scroll.Offset
	if margin := room / 10; x < offset.X+margin || x > offset.X+room-margin {
		offset.X = min(max(0, x-room/2), e.ordered.Size().Width-room)
		scroll.ScrollToOffset(offset)
	}
}

// seen are the runes that are drawn, as many as the text has. Explicit marks of
// direction are not heeded, as on labels.
func (e *Entry) seen() []rune {
	text := []rune(e.Text)
	for i, r := range text {
		switch {
		case r == '\n':
		case e.Password:
			text[i] = '•'
		case r == '\t':
		case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', unicode.IsControl(r):
			text[i] = '\u200B'
		}
	}
	return text
}

// fynesRows are the lines as Fyne breaks them: where each begins and ends. Of a row Fyne
// tells where a column of it is in the text.
func (e *Entry) fynesRows(text []rune) (ends [][2]int) {
	row, column := e.CursorRow, e.CursorColumn
	defer func() { e.CursorRow, e.CursorColumn = row, column }()
	e.CursorColumn = 0
	from := 0
	for e.CursorRow = 1; ; e.CursorRow++ {
		next := e.CursorTextOffset() // 0 where there is no such row
		if next <= from || next > len(text) {
			return append(ends, [2]int{from, e.unseen(text, from, len(text))})
		}
		ends = append(ends, [2]int{from, e.unseen(text, from, next)})
		from = next
	}
}

// unseen takes from a line what Fyne doesn't show at its end: what begins a new line,
// or the space at which it was broken.
func (e *Entry) unseen(text []rune, from, to int) int {
	last := to - 1
	switch {
	case last < from || to == len(text) && text[last] != '\n':
		return to
	case text[last] == '\n':
		return last
	case e.Wrapping == fyne.TextWrapWord && last > from && unicode.IsSpace(text[last]):
		return last
	}
	return to
}

// chosen is what is selected. Fyne tells the words, and the caret stands at one end.
func (e *Entry) chosen() (from, to int) {
	words := e.SelectedText()
	n, at, text := utf8.RuneCountInString(words), e.CursorTextOffset(), []rune(e.Text)
	before := at >= n && at <= len(text) && string(text[at-n:at]) == words
	behind := at+n <= len(text) && string(text[at:at+n]) == words
	if behind && (!before || e.anchor == at+n) {
		return at, at + n
	}
	return max(0, at-n), at
}

// stand puts the caret in its place.
func (e *Entry) stand(row, column int, leading bool) {
	e.CursorRow, e.CursorColumn, e.leading = row, column, -1
	if leading {
		e.leading = e.CursorTextOffset()
	}
	e.Refresh()
}

// leads says whether the caret is drawn at the letter that follows it.
func (e *Entry) leads() bool { return e.leading == e.CursorTextOffset() }

// CursorPosition is where the caret stands.
func (e *Entry) CursorPosition() fyne.Position {
	if e.ordered != nil {
		return e.ordered.caret.Position()
	}
	return e.Entry.CursorPosition()
}

// MouseDown implements [desktop.Mouseable].
func (e *Entry) MouseDown(m *desktop.MouseEvent) {
	e.Entry.MouseDown(m)
	e.point(m.Position)
}

// TouchDown implements [mobile.Touchable].
func (e *Entry) TouchDown(t *mobile.TouchEvent) {
	e.Entry.TouchDown(t)
	e.point(t.Position)
}

// point takes the caret to where Fyne should have put it.
func (e *Entry) point(at fyne.Position) {
	// What is still chosen after a tap was meant: a line, by three taps, or what a menu is for.
	if e.ordered == nil || e.SelectedText() != "" && !e.shift {
		return
	}
	e.stand(e.ordered.hit(at.Add(e.within.Offset)))
}

// Dragged implements [fyne.Draggable].
func (e *Entry) Dragged(d *fyne.DragEvent) {
	if e.ordered == nil {
		e.Entry.Dragged(d)
		return
	}
	if !e.drags && e.SelectedText() == "" {
		e.choose()
	}
	e.drags = true
	e.stand(e.ordered.hit(d.Position.Add(e.within.Offset)))
}

// choose begins to select where the caret stands. Fyne does so by the shortcut for words.
func (e *Entry) choose() {
	row, column := e.CursorRow, e.CursorColumn
	byWord := fyne.KeyModifierShortcutDefault
	if runtime.GOOS == "darwin" {
		byWord = fyne.KeyModifierAlt
	}
	e.Entry.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: byWord}) // nothing is chosen any more
	e.CursorRow, e.CursorColumn = row, column
	e.anchor = e.CursorTextOffset()
	e.Entry.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: byWord | fyne.KeyModifierShift})
}

// DragEnd implements [fyne.Draggable].
func (e *Entry) DragEnd() {
	e.drags = false
	e.Entry.DragEnd()
}

// KeyDown implements [desktop.Keyable].
func (e *Entry) KeyDown(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		e.shift = true
		if e.SelectedText() == "" {
			e.anchor = e.CursorTextOffset()
		}
	}
	e.Entry.KeyDown(k)
}

// KeyUp implements [desktop.Keyable].
func (e *Entry) KeyUp(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		e.shift = false
	}
	e.Entry.KeyUp(k)
}

// sideways is the other arrow in lines that run from right to left: Fyne takes the one
// to the left for the way back.
func (e *Entry) sideways(k fyne.KeyName) fyne.KeyName {
	if e.ordered == nil || e.CursorRow >= len(e.ordered.lines) || e.ordered.lines[e.CursorRow].base == 0 {
		return k
	}
	switch k {
	case fyne.KeyLeft:
		return fyne.KeyRight
	case fyne.KeyRight:
		return fyne.KeyLeft
	}
	return k
}

// steps does what a key that moves the caret does, and reports whether it was one.
func (e *Entry) steps(k fyne.KeyName) bool {
	if e.ordered == nil || len(e.ordered.lines) == 0 {
		return false
	}
	o, row := e.ordered, e.CursorRow
	switch k {
	case fyne.KeyLeft, fyne.KeyRight:
		k = e.sideways(k)
		for {
			at := e.CursorTextOffset()
			e.Entry.TypedKey(&fyne.KeyEvent{Name: k})
			to, text := e.CursorTextOffset(), []rune(e.Text)
			if to == at || to >= len(text) || !attached(text[to]) {
				break
			}
		}
		e.leading = -1
		if k == fyne.KeyLeft {
			e.leading = e.CursorTextOffset()
		}
		e.Refresh()
	case fyne.KeyUp, fyne.KeyDown:
		x := o.caret.Position().X
		e.Entry.TypedKey(&fyne.KeyEvent{Name: k})
		if e.CursorRow != row && e.CursorRow < len(o.lines) {
			column, leading := o.lines[e.CursorRow].hit(x)
			e.stand(e.CursorRow, column, leading)
		}
	default:
		return false
	}
	return true
}
