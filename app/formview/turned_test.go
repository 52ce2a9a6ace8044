package formview

import (
	"io/fs"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"baraza.example/assets"
)

// lettered is a theme with the program's font, which has Arabic.
type lettered struct {
	plain
	mirrored bool
}

func (l lettered) RightToLeft() bool { return l.mirrored }

func (l lettered) Font(fyne.TextStyle) fyne.Resource { return letters() }

var letters = sync.OnceValue(func() fyne.Resource {
	const name = "BarazaSans-Regular.ttf"
	content, err := fs.ReadFile(assets.Fonts(), name)
	if err != nil {
		panic(err)
	}
	return fyne.NewStaticResource(name, content)
})

// typed is a field of a width in which a person has typed.
func typed(t *testing.T, mirrored bool, width float32, text string) *Entry {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, lettered{plain{theme.DefaultTheme()}, mirrored})
	e := NewEntry(true)
	w := test.NewTempWindow(t, e)
	w.Resize(fyne.NewSize(width, 300))
	w.Canvas().Focus(e)
	for _, r := range text {
		if r == '\n' {
			press(e, fyne.KeyReturn)
			continue
		}
		e.TypedRune(r)
	}
	if e.Text != text {
		t.Fatalf("typed is %q", e.Text)
	}
	return e
}

func press(e *Entry, keys ...fyne.KeyName) {
	for _, k := range keys {
		e.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

// shows is a line of a field as one sees it, from left to right.
func shows(e *Entry, row int) string {
	var b strings.Builder
	for _, p := range e.ordered.lines[row].runs {
		b.WriteString(seen(p.drawn.Text))
	}
	return b.String()
}

// click presses and lets go of the mouse at a place of the text.
func click(e *Entry, x, y float32) {
	m := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	m.Position = fyne.NewPos(x, y)
	e.MouseDown(m)
	e.MouseUp(m)
}

func TestTheCaretGoesOnToTheLeftAsArabicIsTyped(t *testing.T) {
	e := typed(t, true, 400, "")
	right := e.CursorPosition().X
	if right < 350 {
		t.Errorf("in an empty field the caret stands at %v of 400", right)
	}
	for _, r := range "شبكة الواحة" {
		e.TypedRune(r)
		if x := e.CursorPosition().X; x > right || x < 200 {
			t.Errorf("behind %q the caret stands at %v, before it stood at %v", e.Text, x, right)
		}
		right = e.CursorPosition().X
	}
	l := e.ordered.lines[0]
	if got := right + theme.InputBorderSize()/2; got != l.left {
		t.Errorf("the caret stands at %v, the words end at %v", got, l.left)
	}
	if l.right != e.Size().Width-theme.InnerPadding() {
		t.Errorf("the words begin at %v", l.right)
	}
}

func TestWhatIsTypedIsSeenInOrder(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		mirrored         bool
	}{
		{"a number", "القرار 141 (أنطاليا)", "(" + back("أنطاليا") + ") 141 " + back("القرار"), true},
		{"Latin within", "أنشطة ITU المتصلة", back("المتصلة") + " ITU " + back("أنشطة"), true},
		{"Latin first", "ITU والاتحاد", back("والاتحاد") + " ITU", true},
		{"Latin alone", "Réseau (ITU).", "Réseau (ITU).", true},
		{"a telephone number", "+216 71 123", "+216 71 123", true},
		{"a full stop", "نعم.", "." + back("نعم"), true},
		{"within English", "The word القرار 141 here.", "The word 141 " + back("القرار") + " here.", false},
		{"on English screens", "القرار 141.", ".141 " + back("القرار"), false},
		{"Hebrew", "שלום 12", "12 " + back("שלום"), false},
		{"marks of direction", "\u202eabc\u202c نعم", "", true},
	} {
		e := typed(t, c.mirrored, 500, c.text)
		if got := shows(e, 0); c.want != "" && got != c.want {
			t.Errorf("%s: one sees %q, and should see %q", c.name, got, c.want)
		}
	}
}

func TestTextFromLeftToRightIsDrawnByFyne(t *testing.T) {
	e := typed(t, false, 400, "Words, हिन्दी እና 中文, naïve 141 (x)")
	if e.ordered != nil {
		t.Error("it is drawn by us")
	}
	e.TypedRune('ع')
	if e.ordered == nil {
		t.Error("with a letter of Arabic it is drawn by Fyne")
	}
	press(e, fyne.KeyBackspace)
	if e.ordered != nil {
		t.Error("and without it is still drawn by us")
	}
}

func TestATapPutsTheCaretWhereTheEyeExpectsIt(t *testing.T) {
	e := typed(t, true, 400, "شبكة ITU الواحة")
	l, y := e.ordered.lines[0], e.ordered.top(0)+5
	for _, c := range []struct {
		name string
		x    float32
		at   int
	}{
		{"right of all", l.right + 5, 0},
		{"left of all", l.left - 5, 15},
		{"at the T's left side", l.runs[1].left + l.runs[1].advance(1) + 1, 6},
		{"at the T's right side", l.runs[1].left + l.runs[1].advance(2) - 1, 7},
		{"behind the ش", l.right - l.runs[2].advance(1), 1},
	} {
		click(e, c.x, y)
		if got := e.CursorTextOffset(); got != c.at {
			t.Errorf("%s: the caret stands before letter %d, not %d", c.name, got, c.at)
		}
	}
	// Wherever one taps, the caret comes to within a letter of it.
	for x := l.left; x < l.right; x += 3 {
		click(e, x, y)
		if far := e.CursorPosition().X - x; far > 16 || far < -16 {
			t.Errorf("tapped at %v, the caret came to %v", x, e.CursorPosition().X)
		}
	}
}

func TestLeftGoesToTheLeft(t *testing.T) {
	e := typed(t, true, 400, "شَبَكة لا 12")
	press(e, fyne.KeyHome)
	var at []int
	before := e.CursorPosition().X
	for e.CursorTextOffset() < 10 { // up to the number
		press(e, fyne.KeyLeft)
		at = append(at, e.CursorTextOffset())
		if x := e.CursorPosition().X; x >= before {
			t.Errorf("to the left of %v the caret came to %v", before, x)
		}
		before = e.CursorPosition().X
	}
	if at[0] != 2 || at[1] != 4 {
		t.Errorf("between a letter and its mark the caret stood still: %v", at)
	}
	press(e, fyne.KeyRight)
	if e.CursorPosition().X <= before {
		t.Error("to the right it went to the left")
	}
	press(e, fyne.KeyEnd, fyne.KeyBackspace)
	if e.Text != "شَبَكة لا 1" {
		t.Errorf("taken back is %q", e.Text)
	}
}

func TestByWordsLeftGoesToTheLeft(t *testing.T) {
	e := typed(t, true, 400, "شبكة الواحة")
	press(e, fyne.KeyHome)
	e.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: fyne.KeyModifierShortcutDefault})
	if at := e.CursorTextOffset(); at != 4 {
		t.Errorf("the caret stands before letter %d", at)
	}
	e.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyRight, Modifier: fyne.KeyModifierShortcutDefault})
	if at := e.CursorTextOffset(); at != 0 {
		t.Errorf("and back before letter %d", at)
	}
}

func TestWhatIsDraggedOverIsChosen(t *testing.T) {
	e := typed(t, true, 400, "قال ITU 12 نعم")
	l, y := e.ordered.lines[0], e.ordered.top(0)+5
	drag := func(from, to float32) {
		m := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
		m.Position = fyne.NewPos(from, y)
		e.MouseDown(m)
		d := &fyne.DragEvent{Dragged: fyne.NewDelta(to-from, 0)}
		d.Position = fyne.NewPos(to, y)
		e.Dragged(d)
		e.DragEnd()
		m.Position = d.Position
		e.MouseUp(m)
	}
	drag(l.right+3, l.left-3)
	if e.SelectedText() != e.Text {
		t.Errorf("over all, chosen is %q", e.SelectedText())
	}
	width := float32(0)
	for _, box := range e.ordered.chosen {
		width += box.Size().Width
	}
	if width < l.right-l.left-1 || width > l.right-l.left+1 {
		t.Errorf("%v of %v are marked", width, l.right-l.left)
	}
	first := l.runs[len(l.runs)-1] // of the words: the one at the right
	drag(first.left+first.width, first.left+first.width-first.advance(3))
	if e.SelectedText() != "قال" {
		t.Errorf("over the first word, chosen is %q", e.SelectedText())
	}
	if box := e.ordered.chosen[0]; len(e.ordered.chosen) != 1 || box.Position().X < 300 {
		t.Errorf("marked is %v of %v", box.Size(), box.Position())
	}
	press(e, fyne.KeyDelete)
	if e.Text != " ITU 12 نعم" {
		t.Errorf("and without it %q is left", e.Text)
	}
	e.Undo()
	if e.Text != "قال ITU 12 نعم" {
		t.Errorf("undone it is %q", e.Text)
	}
}

func TestTwoTapsChooseAWordOfArabic(t *testing.T) {
	e := typed(t, true, 400, "شبكة الواحة هنا")
	r := e.ordered.lines[0].runs[0]
	x := r.edge(8)
	click(e, x, e.ordered.top(0)+5)
	e.DoubleTapped(&fyne.PointEvent{})
	if e.SelectedText() != "الواحة" {
		t.Errorf("chosen is %q", e.SelectedText())
	}
	if box := e.ordered.chosen[0]; x < box.Position().X || x > box.Position().X+box.Size().Width {
		t.Errorf("marked is from %v, tapped at %v", box.Position().X, x)
	}
}

func TestShiftAndAnArrowChooseWhatTheyPass(t *testing.T) {
	e := typed(t, true, 400, "بببب")
	press(e, fyne.KeyHome, fyne.KeyLeft)
	e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	press(e, fyne.KeyLeft)
	if from, to := e.chosen(); from != 1 || to != 2 {
		t.Errorf("chosen is %d to %d", from, to)
	}
	press(e, fyne.KeyRight, fyne.KeyRight)
	if from, to := e.chosen(); from != 0 || to != 1 {
		t.Errorf("on the other side chosen is %d to %d", from, to)
	}
	e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	press(e, fyne.KeyLeft)
	if from, to := e.chosen(); from != to || e.CursorTextOffset() != 1 {
		t.Errorf("an arrow without Shift left %d to %d, and the caret at %d", from, to, e.CursorTextOffset())
	}
}

func TestALongAnswerInArabicIsBroken(t *testing.T) {
	text := strings.TrimSpace(strings.Repeat("نحن شبكة مجتمعية تربط 3 قرى ", 8)) + "\n\nSecond.\nثانيا"
	e := typed(t, true, 300, text)
	lines := e.ordered.lines
	if len(lines) < 8 {
		t.Fatalf("%d lines", len(lines))
	}
	var b strings.Builder
	for i, l := range lines {
		if l.right > 300 || l.left < 0 || l.right < 280-theme.InnerPadding() {
			t.Errorf("line %d stands from %v to %v", i, l.left, l.right)
		}
		b.WriteString(string([]rune(text)[l.from:l.to]))
		if l.to < len([]rune(text)) {
			b.WriteRune([]rune(text)[l.to])
		}
	}
	if b.String() != text {
		t.Errorf("the lines are %q", b.String())
	}
	if shows(e, len(lines)-2) != "Second." {
		t.Errorf("the last but one reads %q", shows(e, len(lines)-2))
	}
	// From line to line the caret stays about where it is.
	click(e, 150, e.ordered.top(1)+5)
	x := e.CursorPosition().X
	press(e, fyne.KeyDown, fyne.KeyDown)
	if far := e.CursorPosition().X - x; e.CursorRow != 3 || far > 30 || far < -30 {
		t.Errorf("down from %v the caret came to %v of line %d", x, e.CursorPosition().X, e.CursorRow)
	}
	e.ordered.field.FocusLost()
	if !e.ordered.caret.Hidden || e.ordered.blink != nil {
		t.Error("without the focus there is a caret")
	}
}

func TestOnEnglishScreensAParagraphOfArabicStandsAtTheRight(t *testing.T) {
	e := typed(t, false, 400, "One.\nنعم.\n- \nTwo")
	l := e.ordered.lines
	for row, want := range []int{0, 1, 1, 0} {
		if l[row].base != want {
			t.Errorf("line %d runs %v", row, l[row].base)
		}
	}
	if l[0].left > 20 || l[1].right < 350 || l[2].right < 350 {
		t.Errorf("the lines begin at %v, %v and %v", l[0].left, l[1].right, l[2].right)
	}
}

func TestOnMirroredScreensAHintWithinAFieldStandsAtTheRight(t *testing.T) {
	e := typed(t, true, 400, "")
	for _, hint := range []string{"مثل 2007", "name@example.org"} {
		e.hint, e.PlaceHolder = "", hint
		e.orderHint()
		e.Refresh()
		t1 := e.ordered.hint[0]
		if end := t1.Position().X + t1.Size().Width; t1.Alignment != fyne.TextAlignTrailing || end < 380 {
			t.Errorf("%q ends at %v", hint, end)
		}
		if x := e.CursorPosition().X; x < 380 {
			t.Errorf("before %q the caret stands at %v", hint, x)
		}
	}
	e.TypedRune('ن')
	if len(e.ordered.hint) != 0 {
		t.Error("beside what is typed there is still the hint")
	}
}

func TestDotsForAHiddenTextStandAtTheRight(t *testing.T) {
	typed(t, true, 400, "")
	h := NewHidden(around(t).words, nil)
	test.ApplyTheme(t, lettered{plain{theme.DefaultTheme()}, true})
	test.NewTempWindow(t, h.Field).Resize(fyne.NewSize(400, 60))
	h.Field.SetText("سر secret")
	if got := shows(h.Field, 0); got != "•••••••••" || h.Field.ordered.lines[0].right < 350 {
		t.Errorf("one sees %q, up to %v", got, h.Field.ordered.lines[0].right)
	}
	h.turn()
	if got := shows(h.Field, 0); got != "secret "+back("سر") {
		t.Errorf("shown it reads %q", got)
	}
}

// besides is a theme whose font has no Arabic, and that knows one for it.
type besides struct {
	plain
}

func (besides) FontOf(words string, _ fyne.TextStyle) fyne.Resource {
	if strings.ContainsFunc(words, leftward) {
		return higher{letters()}
	}
	return nil
}

type higher struct{ fyne.Resource }

func (higher) Rise() float32 { return 0.25 }

func TestInAFontOfItsOwnWordsAreMeasuredAsDrawn(t *testing.T) {
	e := typed(t, true, 400, "شبكة الواحة")
	l := e.ordered.lines[0]
	right, top := l.right-l.left, l.runs[0].drawn.Position().Y
	test.ApplyTheme(t, besides{plain{theme.DefaultTheme()}})
	e.Refresh()
	r := e.ordered.lines[0].runs[0]
	if r.width != right || r.edge(5) >= r.edge(4) {
		t.Errorf("it is %v wide, not %v", r.width, right)
	}
	if up := top - r.drawn.Position().Y; up < 0.2*r.drawn.TextSize || up > 0.3*r.drawn.TextSize {
		t.Errorf("words in a higher font begin %v further up", up)
	}
}

func TestATextMuchTooLongIsLeftToFyne(t *testing.T) {
	e := typed(t, true, 400, "نعم")
	e.SetText(strings.Repeat("نعم ", probedAtMost/7+1))
	if e.ordered != nil {
		t.Error("it is drawn by us")
	}
}

// FuzzTypedFromTheRight: whatever is typed, all of it stands on some line, and the
// caret, a tap and a selection find their place.
func FuzzTypedFromTheRight(f *testing.F) {
	f.Add("القرار 141 (أنطاليا، 2006)\nبشأن ITU ")
	f.Add("\u202eabc\u2066אב\u2069 12,5\t\u0300 \n\n لا")
	test.NewTempApp(f)
	fyne.CurrentApp().Settings().SetTheme(lettered{plain{theme.DefaultTheme()}, true})
	e := NewEntry(true)
	test.NewTempWindow(f, e).Resize(fyne.NewSize(200, 300))
	e.FocusGained()
	f.Fuzz(func(t *testing.T, words string) {
		if !utf8.ValidString(words) || len(words) > 300 {
			return
		}
		e.SetText(words)
		text, at := []rune(words), 0
		for row, l := range e.ordered.lines {
			if l.from < at || l.from > at+1 || l.to < l.from || l.to > len(text) {
				t.Fatalf("%q: line %d has runes %d to %d, the one before ends at %d", words, row, l.from, l.to, at)
			}
			drawn := 0
			for _, r := range l.runs {
				drawn += len(r.text)
			}
			if drawn != l.to-l.from {
				t.Fatalf("%q: %d of %d runes of line %d are drawn", words, drawn, l.to-l.from, row)
			}
			at = l.to
			e.stand(row, l.to-l.from, false)
			if x := e.CursorPosition().X; x < l.left-3 || x > l.right+3 {
				t.Errorf("%q: the caret stands at %v, line %d from %v to %v", words, x, row, l.left, l.right)
			}
			for x := float32(0); x < 200; x += 40 {
				if column, _ := l.hit(x); column < 0 || column > l.to-l.from {
					t.Errorf("%q: a tap comes to column %d of %d", words, column, l.to-l.from)
				}
			}
		}
		if at < len(text)-1 {
			t.Errorf("%q: the last line ends at %d of %d", words, at, len(text))
		}
		e.TypedShortcut(&fyne.ShortcutSelectAll{})
		if from, to := e.chosen(); to-from != utf8.RuneCountInString(e.SelectedText()) {
			t.Errorf("%q: chosen is %d to %d", words, from, to)
		}
		press(e, fyne.KeyEnd)
	})
}
