package formview

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func TestThingsStandSideBySideWhileThereIsRoom(t *testing.T) {
	around(t)
	a, b, c := NewButton("One", nil), NewButton("Two", nil), NewButton("Tre", nil)
	row := NewRow(1, a, b, c)
	row.Resize(fyne.NewSize(600, 40))
	if a.Position().Y != c.Position().Y || b.Position().X <= a.Position().X || c.Position().X <= b.Position().X {
		t.Errorf("with room they stand at %v %v %v", a.Position(), b.Position(), c.Position())
	}
	one := row.MinSize().Height
	row.Resize(fyne.NewSize(a.Natural()+b.Natural()+2*theme.Padding(), 40))
	if c.Position().Y <= a.Position().Y || c.Position().X != 0 || b.Position().Y != a.Position().Y {
		t.Errorf("with less they stand at %v %v %v", a.Position(), b.Position(), c.Position())
	}
	if two := row.MinSize().Height; two < 2*one {
		t.Errorf("two rows are %v high, one %v", two, one)
	}
	b.Hide()
	row.Layout.Layout(row.Objects, row.Size())
	if c.Position().Y != a.Position().Y {
		t.Error("what is hidden takes room")
	}
}

func TestButtonsBesideEachOtherAreEquallyHigh(t *testing.T) {
	around(t)
	short, long := NewButton("One", nil), NewButton(strings.Repeat("several words ", 8), nil)
	row := NewRow(1, short, long)
	row.Resize(fyne.NewSize(300, 40))
	other := NewRow(1, NewButton("One", nil), NewButton("Two", nil))
	other.Resize(fyne.NewSize(300, 40))
	if a, b := other.Objects[0].Size().Height, other.Objects[1].Size().Height; a != b {
		t.Errorf("they are %v and %v high", a, b)
	}
	if long.Size().Width > 300 {
		t.Errorf("one sticks out: %v", long.Size())
	}
}

func TestOnMirroredScreensARowBeginsAtTheRight(t *testing.T) {
	mirror(t)
	a, b := NewButton("أ", nil), NewButton("ب", nil)
	row := NewRow(1, a, b)
	row.Resize(fyne.NewSize(400, 40))
	if a.Position().X+a.Size().Width < 399 || b.Position().X >= a.Position().X {
		t.Errorf("they stand at %v and %v", a.Position(), b.Position())
	}
}

func TestAColumnIsNeverWiderThanCanBeRead(t *testing.T) {
	around(t)
	l := NewLabel(strings.Repeat("words that are read ", 40))
	column := NewColumn(l)
	for _, width := range []float32{200, 360, 700, 1366, 3000} {
		column.Resize(fyne.NewSize(width, 400))
		w := l.Size().Width
		if w > Measure*theme.TextSize() || w > width {
			t.Errorf("in a window of %v the column is %v wide", width, w)
		}
		for _, line := range l.lines {
			if n := len([]rune(line.Text)); n > 85 {
				t.Errorf("a line has %d characters: %q", n, line.Text)
			}
		}
	}
}

func TestABadgeFitsItsWordsAndWrapsWhereItMust(t *testing.T) {
	around(t)
	b := NewBadge("translation needs review")
	row := NewRow(1, b)
	row.Resize(fyne.NewSize(400, 40))
	if n := len(b.label.lines); n != 1 {
		t.Errorf("with room enough it has %d lines", n)
	}
	row.Resize(fyne.NewSize(90, 40))
	if b.Size().Width > 90 || len(b.label.lines) < 2 {
		t.Errorf("with little it is %v wide and has %d lines", b.Size().Width, len(b.label.lines))
	}
	if b.Words() != "translation needs review" {
		t.Errorf("it says %q", b.Words())
	}
}

func TestANoticeSaysByItsShapeToo(t *testing.T) {
	around(t)
	n := NewProblem("That is too old.")
	n.Resize(fyne.NewSize(200, 40))
	if n.icon.Resource == nil || n.icon.Size().Width == 0 || n.label.Position().X <= n.icon.Position().X {
		t.Error("there is no sign before the words")
	}
	high := n.MinSize().Height
	n.SetWords(strings.Repeat("Several words more. ", 10))
	n.Resize(fyne.NewSize(200, 40))
	if n.MinSize().Height <= high {
		t.Error("more words take no more room")
	}
	n.OneLine()
	n.Resize(fyne.NewSize(201, 40))
	if len(n.label.lines) != 1 || n.Natural() < 200 {
		t.Errorf("in one line it has %d lines, and would like to be %v wide", len(n.label.lines), n.Natural())
	}
}

// tall is a page of many buttons with a field between them.
func tall(t *testing.T) (*Scroll, []*Button, *Entry) {
	t.Helper()
	around(t)
	var all []fyne.CanvasObject
	var buttons []*Button
	for range 40 {
		b := NewButton("x", nil)
		buttons = append(buttons, b)
		all = append(all, b)
	}
	e := NewEntry(true)
	all = append(all[:20], append([]fyne.CanvasObject{UnderWheel(nil, e)}, all[20:]...)...)
	page := NewScroll(NewColumn(all...))
	w := test.NewTempWindow(t, page)
	w.Resize(fyne.NewSize(300, 300))
	return page, buttons, e
}

func TestAPageFollowsTheFocus(t *testing.T) {
	page, buttons, e := tall(t)
	canvas := fyne.CurrentApp().Driver().CanvasForObject(page)
	inSight := func(o fyne.CanvasObject) bool {
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y
		return top >= 0 && top+o.Size().Height <= 301
	}
	for _, b := range []*Button{buttons[39], buttons[0], buttons[25]} {
		canvas.Focus(b)
		if !inSight(b) {
			t.Error("what has the focus is out of sight")
		}
	}
	canvas.Focus(e)
	if !inSight(e) {
		t.Error("the field that has the focus is out of sight")
	}
}

func TestAPageGrowsWithItsFieldsAndStaysWhereItWas(t *testing.T) {
	page, _, e := tall(t)
	page.inner.ScrollToOffset(fyne.NewPos(0, 500))
	before := page.content.Size().Height
	e.SetText(strings.Repeat("line\n", 30))
	if after := page.content.Size().Height; after < before+300 {
		t.Errorf("the page is %v high, before it was %v", after, before)
	}
	if page.inner.Offset.Y != 500 {
		t.Errorf("it stands at %v", page.inner.Offset.Y)
	}
	e.SetText("")
	if after := page.content.Size().Height; after != before {
		t.Errorf("without the text it is %v high, before it was %v", after, before)
	}
}

func TestAPageDrawnAnewStaysWhereItWasWithItsFocus(t *testing.T) {
	page, buttons, _ := tall(t)
	canvas := fyne.CurrentApp().Driver().CanvasForObject(page)
	canvas.Focus(buttons[30])
	at := page.inner.Offset.Y
	again, others, _ := tall(t)
	canvas = fyne.CurrentApp().Driver().CanvasForObject(again)
	again.Resume(page)
	if !again.TakeFocus(page) {
		t.Error("a page that was drawn doesn't take the focus")
	}
	if again.inner.Offset.Y == 0 || again.inner.Offset.Y < at-1 {
		t.Errorf("it stands at %v, before it stood at %v", again.inner.Offset.Y, at)
	}
	if canvas.Focused() != fyne.Focusable(others[30]) {
		t.Errorf("the focus is in %T", canvas.Focused())
	}
	again.Top()
	if again.inner.Offset.Y != 0 {
		t.Error("it does not go to the top")
	}
}

func TestAPageAsksWhatStandsOnPanelsToo(t *testing.T) {
	around(t)
	b := NewButton("x", nil)
	held := holding{container.NewStack(b)}
	page := NewScroll(NewColumn(NewLabel("a"), held))
	if len(page.stops) != 1 || b.OnFocus == nil {
		t.Error("the page does not follow a button on a panel")
	}
	own := 0
	c := NewButton("y", nil)
	c.OnFocus = func() { own++ }
	NewScroll(NewColumn(c))
	c.FocusGained()
	if own != 1 {
		t.Error("what asked somebody else was taken over")
	}
}

// holding is something with a thing in it.
type holding struct{ *fyne.Container }

func (h holding) Holds() fyne.CanvasObject { return h.Container }
