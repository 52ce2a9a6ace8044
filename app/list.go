package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
)

// An entry is one thing in a list, with how it stands.
type entry struct {
	shape        shape
	title, state string
	open         func()
	id           string // what [workspace.Workspace.Find] calls it; may be empty
}

// A list shows entries and draws only those in sight, however many there are.
// Up and down move in it; Return and the space bar open.
type list struct {
	widget.List
	entries []entry
	at      int  // by keyboard
	here    bool // it has the focus
}

func newList(entries []entry) *list {
	l := &list{entries: entries}
	l.Length = func() int { return len(l.entries) }
	l.CreateItem = func() fyne.CanvasObject {
		title, state := strong("x"), quiet("x")
		title.OneLine, state.OneLine = true, true
		return container.New(listed{}, newMark(hollow), title, state, formview.NewRing())
	}
	l.UpdateItem = func(n widget.ListItemID, o fyne.CanvasObject) {
		row, e := o.(*fyne.Container).Objects, l.entries[n]
		row[1].(*formview.Label).SetWords(e.title)
		row[2].(*formview.Label).SetWords(e.state)
		if m := row[0].(*mark); m.shape != e.shape {
			m.shape = e.shape
			m.Refresh()
		}
		formview.Light(row[3].(*canvas.Rectangle), l.here && n == l.at)
	}
	l.OnSelected = func(n widget.ListItemID) {
		l.UnselectAll()
		l.entries[n].open()
	}
	l.OnHighlighted = func(n widget.ListItemID) {
		before := l.at
		l.at = n
		l.RefreshItem(before)
		l.RefreshItem(n)
	}
	l.ExtendBaseWidget(l)
	return l
}

// FocusGained implements [fyne.Focusable].
func (l *list) FocusGained() {
	l.here = true
	l.List.FocusGained()
}

// FocusLost implements [fyne.Focusable].
func (l *list) FocusLost() {
	l.here = false
	l.List.FocusLost()
	l.RefreshItem(l.at)
}

// TypedKey implements [fyne.Focusable].
func (l *list) TypedKey(e *fyne.KeyEvent) {
	if (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) && l.at < len(l.entries) {
		l.entries[l.at].open()
		return
	}
	l.List.TypedKey(e)
}

// narrow keeps a list within the readable column.
type narrow struct{}

func (narrow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := min(size.Width, (formview.Measure+2)*theme.TextSize())
	o[0].Resize(fyne.NewSize(w, size.Height))
	o[0].Move(fyne.NewPos((size.Width-w)/2, 0))
}

func (narrow) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// listed lays out a row: a mark, beside it two lines of words, and around them
// the ring of the focus.
type listed struct{}

func (listed) Layout(o []fyne.CanvasObject, size fyne.Size) {
	pad, m := theme.Padding(), markSize()
	left := m + 5*pad
	width := max(0, size.Width-left-2*pad)
	title, state := o[1].MinSize().Height, o[2].MinSize().Height
	formview.Place(o[0], fyne.NewPos(2*pad, 2*pad), fyne.NewSquareSize(m), size.Width)
	formview.Place(o[1], fyne.NewPos(left, 2*pad), fyne.NewSize(width, title), size.Width)
	formview.Place(o[2], fyne.NewPos(left, 2*pad+title), fyne.NewSize(width, state), size.Width)
	o[3].Resize(size)
}

func (listed) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, o[1].MinSize().Height+o[2].MinSize().Height+4*theme.Padding())
}
