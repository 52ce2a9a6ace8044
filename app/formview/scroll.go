package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A Scroll is a page that moves under the wheel wherever the pointer is, and
// that follows the focus: see [Scroll.Reveal].
type Scroll struct {
	widget.BaseWidget
	inner   *swiped
	content fyne.CanvasObject
	stops   []fyne.Focusable // what can have the focus, as far as it was there at the start
	laid    room             // as it was laid out last

	OnMove func() // the page was scrolled; may be nil
}

// A room is what a page has for its words: when that changes, all of them move.
type room struct {
	size fyne.Size
	text float32
}

// NewScroll shows content, which scrolls up and down only.
func NewScroll(content fyne.CanvasObject) *Scroll {
	s := &Scroll{inner: newSwiped(content), content: content}
	s.inner.OnScrolled = func(fyne.Position) { s.moved() }
	s.ExtendBaseWidget(s)
	s.adopt(content)
	return s
}

// adopt makes the page follow what stands on it: the focus, fields that grow,
// and the wheel over them. What asks somebody else already stays with them.
func (s *Scroll) adopt(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			s.adopt(c)
		}
	case *wheel:
		if o.page == nil {
			o.page = s
		}
	case *Entry:
		s.stops = append(s.stops, o)
		if o.OnFocus == nil {
			o.OnFocus = func(gained bool) {
				if gained {
					s.Reveal(o)
				}
			}
		}
		if o.OnGrow == nil {
			o.OnGrow = s.Settle
		}
	case interface {
		fyne.CanvasObject
		fyne.Focusable
		press() *Press
	}:
		s.stops = append(s.stops, o)
		if p := o.press(); p.OnFocus == nil {
			p.OnFocus = func() { s.Reveal(o) }
		}
	case interface{ Holds() fyne.CanvasObject }:
		s.adopt(o.Holds())
	}
}

// Follow makes the page follow what was put on it after it was made.
func (s *Scroll) Follow() {
	s.stops = nil
	s.adopt(s.content)
}

// OnSwipe is called when a finger is moved across the page: 1 is on, -1 back.
func (s *Scroll) OnSwipe(do func(by int)) { s.inner.onSwipe = do }

func (s *Scroll) moved() {
	if s.OnMove != nil {
		s.OnMove()
	}
}

func (s *Scroll) moveTo(at fyne.Position) {
	if before := s.inner.Offset; at != before {
		s.inner.ScrollToOffset(at)
		s.moved()
	}
}

// Heads are the labels that the page begins with: its heading, or what stands
// above that and it.
func (s *Scroll) Heads() (heads []*Label) {
	for _, o := range firstOn(s.content, 2) {
		if l, ok := o.(*Label); ok {
			heads = append(heads, l)
		}
	}
	return heads
}

// firstOn is what stands first on something, at most so many things.
func firstOn(o fyne.CanvasObject, most int) (first []fyne.CanvasObject) {
	c, several := o.(*fyne.Container)
	if !several {
		return []fyne.CanvasObject{o}
	}
	for _, child := range c.Objects {
		if child.Visible() && len(first) < most {
			first = append(first, firstOn(child, most-len(first))...)
		}
	}
	return first
}

// Passed says whether the page was scrolled so far that o is out of sight above.
func (s *Scroll) Passed(o fyne.CanvasObject) bool {
	at := s.inner.Offset.Y
	return at > 0 && at >= s.place(o)+o.Size().Height
}

// Reveal moves the page so far that o is seen, its top before its bottom.
func (s *Scroll) Reveal(o fyne.CanvasObject) {
	s.RevealPart(s.place(o), o.Size().Height)
}

// RevealPart is Reveal for what begins at top and is so high; it may be called
// before the page was drawn.
func (s *Scroll) RevealPart(top, height float32) {
	const air = 24
	view := s.inner.Size().Height
	offset := s.inner.Offset.Y
	if below := top + height + air - (offset + view); below > 0 {
		offset += below
	}
	if top-air < offset {
		offset = top - air
	}
	s.moveTo(fyne.NewPos(0, max(0, offset)))
}

// place is how far below the top of the content o stands.
func (s *Scroll) place(o fyne.CanvasObject) float32 {
	driver := fyne.CurrentApp().Driver()
	return driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(s.content).Y
}

// Resume makes the page stand where another one was scrolled to that had the
// same on it.
func (s *Scroll) Resume(before *Scroll) {
	most := max(0, s.content.Size().Height-s.inner.Size().Height)
	s.moveTo(fyne.NewPos(0, min(before.inner.Offset.Y, most)))
}

// TakeFocus gives the focus to what stands where something had it on another
// page with the same on it. It reports false while that can't be told: of a page
// that was not drawn yet Fyne doesn't know where things are.
func (s *Scroll) TakeFocus(before *Scroll) bool {
	canvas := fyne.CurrentApp().Driver().CanvasForObject(s)
	if canvas == nil {
		return false
	}
	if len(s.stops) != len(before.stops) {
		return true
	}
	for i, stop := range before.stops {
		if p, ok := stop.(interface{ press() *Press }); ok && p.press().focused {
			canvas.Focus(s.stops[i])
		}
	}
	return true
}

// keep brings what has the focus into sight again after all has moved.
func (s *Scroll) keep() {
	canvas := fyne.CurrentApp().Driver().CanvasForObject(s)
	if canvas == nil {
		return
	}
	for _, stop := range s.stops {
		if o, ok := stop.(fyne.CanvasObject); ok && stop == canvas.Focused() {
			s.Reveal(o)
			return
		}
	}
}

// Offset is how far the page was moved.
func (s *Scroll) Offset() float32 { return s.inner.Offset.Y }

// Top goes back to the beginning of the page.
func (s *Scroll) Top() { s.moveTo(fyne.Position{}) }

// Settle lays the page out again after what it shows grew or shrank. It draws
// nothing anew that has not changed: it is called for every letter typed.
func (s *Scroll) Settle() {
	size := s.inner.Size()
	if size.Width == 0 {
		return
	}
	if c, ok := s.content.(*fyne.Container); ok {
		c.Layout.Layout(c.Objects, c.Size())
	}
	high := max(s.content.MinSize().Height, size.Height)
	if s.content.Size() == fyne.NewSize(size.Width, high) {
		return
	}
	s.content.Resize(fyne.NewSize(size.Width, high))
	at := s.inner.Offset
	s.inner.Resize(size.AddWidthHeight(0, 1)) // so that the bar beside it is as long as the page
	s.inner.Resize(size)
	s.moveTo(fyne.NewPos(0, min(at.Y, max(0, high-size.Height))))
}

// Redraw is Settle for what may look otherwise at the same height.
func (s *Scroll) Redraw() {
	at := s.inner.Offset
	s.inner.Refresh()
	s.Settle()
	s.moveTo(at)
}

// MinSize is small: a page may always be scrolled.
func (s *Scroll) MinSize() fyne.Size { return fyne.NewSize(120, 80) }

// CreateRenderer implements [fyne.Widget].
func (s *Scroll) CreateRenderer() fyne.WidgetRenderer { return scrollRenderer{s} }

type scrollRenderer struct{ s *Scroll }

func (r scrollRenderer) Layout(size fyne.Size) {
	r.s.inner.Resize(size)
	r.s.Settle()
	if now := (room{size, theme.TextSize()}); r.s.laid != now {
		r.s.laid = now
		r.s.keep()
	}
}
func (r scrollRenderer) MinSize() fyne.Size           { return r.s.MinSize() }
func (r scrollRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.s.inner} }
func (r scrollRenderer) Refresh()                     { r.s.Redraw() }
func (r scrollRenderer) Destroy()                     {}

// A wheel lies over a field and hands the wheel on to the page: a field with
// several lines would keep it. It takes nothing else.
type wheel struct {
	widget.BaseWidget
	page *Scroll
}

func newWheel(page *Scroll) *wheel {
	w := &wheel{page: page}
	w.ExtendBaseWidget(w)
	return w
}

// Scrolled implements [fyne.Scrollable].
func (w *wheel) Scrolled(e *fyne.ScrollEvent) {
	if w.page != nil {
		w.page.inner.Scrolled(e)
	}
}

// CreateRenderer implements [fyne.Widget].
func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// UnderWheel lets the wheel over a field move the page.
func UnderWheel(page *Scroll, field fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(field, newWheel(page))
}
