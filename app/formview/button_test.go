package formview

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

func TestAButtonIsPressedByTapReturnAndSpace(t *testing.T) {
	around(t)
	pressed := 0
	b := NewButton("Next", func() { pressed++ })
	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnter})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyA})
	b.TypedRune(' ')
	b.TypedRune('x')
	if pressed != 4 {
		t.Errorf("it was pressed %d times, not 4", pressed)
	}
	b.Disable()
	b.Tapped(nil)
	b.TypedRune(' ')
	if pressed != 4 || !b.Disabled() || b.Cursor() != desktop.DefaultCursor {
		t.Error("a button that can't be pressed is pressed")
	}
	b.Enable()
	b.Tapped(nil)
	if pressed != 5 {
		t.Error("after that it can't be pressed any more")
	}
}

func TestLongWordsOfAButtonWrapWhereThereIsNoRoom(t *testing.T) {
	around(t)
	b := NewButton("Answer for another group of people who have no device", nil)
	wide := b.MinSize()
	b.Resize(fyne.NewSize(200, 20))
	narrow := b.MinSize()
	if narrow.Height < 1.4*wide.Height {
		t.Errorf("one line is %v, in little room it is %v", wide, narrow)
	}
	b.Resize(fyne.NewSize(200, narrow.Height))
	for _, line := range b.label.lines {
		if line.MinSize().Width > 200 {
			t.Errorf("%q is %v wide", line.Text, line.MinSize().Width)
		}
	}
}

func TestAButtonGivesUpItsMarginBeforeItsLine(t *testing.T) {
	around(t)
	b := NewButton("Previous", nil)
	b.Resize(fyne.NewSize(b.Tight(), 40))
	if n := len(b.label.lines); n != 1 {
		t.Errorf("at its tightest it has %d lines", n)
	}
	if b.Tight() >= b.Natural() {
		t.Errorf("tight it is %v, else %v", b.Tight(), b.Natural())
	}
}

func TestAnIconTakesRoomBesideItsWord(t *testing.T) {
	around(t)
	b := NewButton("Outbox", nil)
	plain := b.Natural()
	b.Icon = theme.MailSendIcon()
	if with := b.Natural(); with < plain+theme.IconInlineSize() {
		t.Errorf("with an icon it is %v wide, without %v", with, plain)
	}
	b.Refresh()
	b.Resize(b.MinSize())
	if b.icon.Position().X >= b.label.Position().X {
		t.Errorf("the icon stands at %v, the word at %v", b.icon.Position(), b.label.Position())
	}
}

func TestOnMirroredScreensTheIconStandsAtTheRight(t *testing.T) {
	mirror(t)
	b := NewButton("الصادر", nil)
	b.Icon, b.Leading = theme.MailSendIcon(), true
	b.Resize(fyne.NewSize(300, 40))
	b.Refresh()
	if b.icon.Position().X <= b.label.Position().X || b.icon.Position().X < 200 {
		t.Errorf("the icon stands at %v, the word at %v", b.icon.Position(), b.label.Position())
	}
}

func TestWhatHasTheFocusHasARing(t *testing.T) {
	around(t)
	told := 0
	b := NewButton("Next", nil)
	b.OnFocus = func() { told++ }
	w := test.NewTempWindow(t, b)
	before := b.ground.StrokeWidth
	w.Canvas().Focus(b)
	if b.ground.StrokeWidth <= before || told != 1 || !b.Focused() {
		t.Errorf("the ring is %v, before it was %v, told %d times", b.ground.StrokeWidth, before, told)
	}
	w.Canvas().Unfocus()
	if b.ground.StrokeWidth != before {
		t.Errorf("without the focus the ring is %v", b.ground.StrokeWidth)
	}
	b.MouseIn(nil)
	if !b.Hovered() {
		t.Error("the pointer over it is not seen")
	}
	b.MouseMoved(nil)
	b.MouseOut()
	if b.Hovered() || b.Cursor() != desktop.PointerCursor {
		t.Error("the pointer that left is still seen")
	}
}

func TestKindsOfButtonsLookDifferent(t *testing.T) {
	around(t)
	seen := map[any]string{}
	for name, set := range map[string]func(*Button){
		"plain":    func(*Button) {},
		"primary":  func(b *Button) { b.Importance = widget.HighImportance },
		"low":      func(b *Button) { b.Importance = widget.LowImportance },
		"disabled": func(b *Button) { b.Disable() },
	} {
		b := NewButton("Next", nil)
		set(b)
		b.Refresh()
		r, g, bl, a := b.ground.FillColor.RGBA()
		key := [5]any{r, g, bl, a, b.label.Colour}
		if other, twice := seen[key]; twice {
			t.Errorf("%s looks like %s", name, other)
		}
		seen[key] = name
	}
}

func TestAChoiceMovesTheFocusWithUpAndDown(t *testing.T) {
	around(t)
	a, b := NewChoice("a", "A", false), NewChoice("b", "B", false)
	w := test.NewTempWindow(t, NewStack(0, a, b))
	w.Canvas().Focus(a)
	a.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if w.Canvas().Focused() != fyne.Focusable(b) {
		t.Error("Down does not go to the next")
	}
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyUp})
	if w.Canvas().Focused() != fyne.Focusable(a) {
		t.Error("Up does not go back")
	}
	picked := 0
	a.OnPick = func() { picked++ }
	a.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	a.TypedRune(' ')
	test.Tap(a)
	if picked != 3 {
		t.Errorf("it was picked %d times, not 3", picked)
	}
}

func TestANoteStandsBelowAChoiceAndMakesItHigher(t *testing.T) {
	around(t)
	c := NewChoice("fr", "Français", false)
	c.Resize(fyne.NewSize(300, 40))
	plain := c.MinSize().Height
	c.SetNote("draft")
	if with := c.MinSize().Height; with <= plain || c.Note() != "draft" {
		t.Errorf("it is %v high, before it was %v", with, plain)
	}
	c.Resize(fyne.NewSize(300, c.MinSize().Height))
	if c.note.Position().Y <= c.label.Position().Y {
		t.Error("the note does not stand below the words")
	}
}

func TestMarksOfOneAndOfSeveralDiffer(t *testing.T) {
	around(t)
	one, several := NewChoice("a", "A", false), NewChoice("a", "A", true)
	for _, c := range []*Choice{one, several} {
		c.SetPicked(true)
		c.Resize(fyne.NewSize(200, 40))
	}
	renderer := func(c *Choice) *choiceRenderer { return test.WidgetRenderer(c).(*choiceRenderer) }
	if r := renderer(one); r.dot.Hidden || !r.tick.Hidden {
		t.Error("one of several has no dot")
	}
	if r := renderer(several); !r.dot.Hidden || r.tick.Hidden {
		t.Error("several have no tick")
	}
	one.SetPicked(false)
	if r := renderer(one); !r.dot.Hidden || one.Picked() {
		t.Error("the dot stays")
	}
}
