package app

import (
	"fyne.io/fyne/v2"
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
}

// A list shows entries and draws only those in sight, however many there are.
// Up and down move in it; Return and the space bar open.
type list struct {
	widget.List
	entries []entry
	at      int // by keyboard
}

func newList(entries []entry) *list {
	l := &list{entries: entries}
	l.Length = func() int { return len(l.entries) }
	l.CreateItem = func() fyne.CanvasObject {
		title, state := strong("x"), quiet("x")
		title.OneLine, state.OneLine = true, true
		return container.New(listed{}, newMark(hollow), title, state)
	}
	l.UpdateItem = func(n widget.ListItemID, o fyne.CanvasObject) {
		row, e := o.(*fyne.Container).Objects, l.entries[n]
		row[1].(*formview.Label).SetWords(e.title)
		row[2].(*formview.Label).SetWords(e.state)
		if m := row[0].(*mark); m.shape != e.shape {
			m.shape = e.shape
			m.Refresh()
		}
	}
	l.OnSelected = func(n widget.ListItemID) {
		l.UnselectAll()
		l.entries[n].open()
	}
	l.OnHighlighted = func(n widget.ListItemID) { l.at = n }
	l.ExtendBaseWidget(l)
	return l
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

// listed lays out a row: a mark, and beside it two lines of words.
type listed struct{}

func (listed) Layout(o []fyne.CanvasObject, size fyne.Size) {
	pad, m := theme.Padding(), markSize()
	left := m + 5*pad
	width := max(0, size.Width-left-2*pad)
	title, state := o[1].MinSize().Height, o[2].MinSize().Height
	formview.Place(o[0], fyne.NewPos(2*pad, 2*pad), fyne.NewSquareSize(m), size.Width)
	formview.Place(o[1], fyne.NewPos(left, 2*pad), fyne.NewSize(width, title), size.Width)
	formview.Place(o[2], fyne.NewPos(left, 2*pad+title), fyne.NewSize(width, state), size.Width)
}

func (listed) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, o[1].MinSize().Height+o[2].MinSize().Height+4*theme.Padding())
}
