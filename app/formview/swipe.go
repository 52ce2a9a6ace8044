package formview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// A swiped page is scrolled up and down, and tells when a finger was moved across
// it. With a mouse nothing is swiped.
type swiped struct {
	container.Scroll
	onSwipe func(by int) // 1 is on, -1 is back
	dx, dy  float32
}

func newSwiped(content fyne.CanvasObject) *swiped {
	s := &swiped{Scroll: container.Scroll{Content: content, Direction: container.ScrollVerticalOnly}}
	s.ExtendBaseWidget(s)
	return s
}

// swipeLength is how far a finger has to go across, in units, and how many times
// farther than up or down.
const (
	swipeLength = 90
	swipeSlope  = 2.5
)

// Dragged implements [fyne.Draggable].
func (s *swiped) Dragged(e *fyne.DragEvent) {
	s.dx += e.Dragged.DX
	s.dy += e.Dragged.DY
	if d, ok := any(&s.Scroll).(fyne.Draggable); ok { // with a finger the page follows
		d.Dragged(e)
	}
}

// DragEnd implements [fyne.Draggable].
func (s *swiped) DragEnd() {
	dx, dy := s.dx, s.dy
	s.dx, s.dy = 0, 0
	if d, ok := any(&s.Scroll).(fyne.Draggable); ok {
		d.DragEnd()
	}
	across, along := max(dx, -dx), max(dy, -dy)
	if s.onSwipe == nil || !fyne.CurrentDevice().IsMobile() || across < swipeLength || across < swipeSlope*along {
		return
	}
	by := 1 // to the left goes on, as pages are turned
	if dx > 0 {
		by = -1
	}
	if Mirrored() {
		by = -by
	}
	s.onSwipe(by)
}
