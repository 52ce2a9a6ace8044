package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
)

// A line leads to another screen: what it is about, and below it how that
// stands. It takes a tap anywhere, the focus, and Return.
type line struct {
	widget.BaseWidget
	open             func()
	here             bool // it is the screen that is shown
	focused, hovered bool
	ground           *canvas.Rectangle
	title, state     *widget.Label
	box              *fyne.Container
}

func newLine(title, state string, open func()) *line {
	l := &line{open: open, ground: canvas.NewRectangle(color.Transparent), title: wrapped(title), state: quiet(state)}
	l.title.TextStyle.Bold = true
	l.state.Hidden = state == ""
	l.box = formview.NewStack(-1.6, l.title, l.state)
	l.ExtendBaseWidget(l)
	return l
}

// Tapped implements [fyne.Tappable].
func (l *line) Tapped(*fyne.PointEvent) { l.open() }

// FocusGained implements [fyne.Focusable].
func (l *line) FocusGained() { l.focused = true; l.Refresh() }

// FocusLost implements [fyne.Focusable].
func (l *line) FocusLost() { l.focused = false; l.Refresh() }

// TypedRune implements [fyne.Focusable].
func (l *line) TypedRune(r rune) {
	if r == ' ' {
		l.open()
	}
}

// TypedKey implements [fyne.Focusable].
func (l *line) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		l.open()
	}
}

// MouseIn implements [desktop.Hoverable].
func (l *line) MouseIn(*desktop.MouseEvent) { l.hovered = true; l.Refresh() }

// MouseMoved implements [desktop.Hoverable].
func (l *line) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements [desktop.Hoverable].
func (l *line) MouseOut() { l.hovered = false; l.Refresh() }

// Cursor implements [desktop.Cursorable].
func (l *line) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements [fyne.Widget].
func (l *line) CreateRenderer() fyne.WidgetRenderer {
	r := &lineRenderer{l}
	r.Refresh()
	return r
}

type lineRenderer struct{ l *line }

func (r *lineRenderer) Layout(size fyne.Size) {
	r.l.ground.Resize(size)
	r.l.box.Resize(size)
}
func (r *lineRenderer) MinSize() fyne.Size { return r.l.box.MinSize() }
func (r *lineRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.ground, r.l.box}
}
func (r *lineRenderer) Destroy() {}
func (r *lineRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	name := theme.ColorNameButton
	switch {
	case r.l.focused:
		name = theme.ColorNamePressed
	case r.l.hovered:
		name = theme.ColorNameHover
	}
	g := r.l.ground
	g.FillColor, g.CornerRadius = r.l.Theme().Color(name, v), theme.InputRadiusSize()
	g.StrokeColor, g.StrokeWidth = r.l.Theme().Color(theme.ColorNamePrimary, v), 0
	if r.l.focused || r.l.here {
		g.StrokeWidth = 2
	}
	g.Refresh()
	r.l.box.Refresh()
}

// list shows entries in a list that draws only what is in sight.
func (a *App) list(entries []entry) fyne.CanvasObject {
	l := widget.NewList(func() int { return len(entries) }, func() fyne.CanvasObject {
		title, state := widget.NewLabel(""), widget.NewLabel("")
		title.TextStyle.Bold = true
		state.SizeName = theme.SizeNameCaptionText
		title.Truncation, state.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
		return formview.NewStack(-1.6, title, state)
	}, func(i widget.ListItemID, o fyne.CanvasObject) {
		labels := o.(*fyne.Container).Objects
		labels[0].(*widget.Label).SetText(entries[i].title)
		labels[1].(*widget.Label).SetText(entries[i].state)
	})
	l.OnSelected = func(i widget.ListItemID) {
		l.UnselectAll()
		entries[i].open()
	}
	return l
}

// insetLayout keeps a margin at the sides.
type insetLayout struct{ margin float32 }

func (i insetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Resize(fyne.NewSize(size.Width-2*i.margin, size.Height))
		o.Move(fyne.NewPos(i.margin, 0))
	}
}

func (i insetLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size.AddWidthHeight(2*i.margin, 0)
}
