package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
)

// bar stands something at the side where lines begin, at the other side, and
// between. Where the three are too wide for one row, what is between goes, if it
// may, or they are written briefly, or it has a row of its own above the others;
// where even two are too wide, each has its own, the last one lowest.
type bar struct {
	left, middle, right fyne.CanvasObject // nil for nothing
	fills               bool              // the middle takes the room there is, and may go
	high                float32           // as laid out
}

func newBar(left, middle, right fyne.CanvasObject, fills bool) *fyne.Container {
	b := &bar{left: left, middle: middle, right: right, fills: fills}
	return container.New(b, b.all()...)
}

// tight is how narrow o may be with its words in one line.
func tight(o fyne.CanvasObject) float32 {
	if t, ok := o.(interface{ Tight() float32 }); ok {
		return t.Tight()
	}
	return natural(o).Width
}

func natural(o fyne.CanvasObject) fyne.Size {
	if o == nil {
		return fyne.Size{}
	}
	return fyne.NewSize(formview.NaturalWidth(o), o.MinSize().Height)
}

// all are those that there are, in the order of the focus.
func (b *bar) all() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, o := range []fyne.CanvasObject{b.left, b.middle, b.right} {
		if o != nil {
			all = append(all, o)
		}
	}
	return all
}

// brief changes between words and brief ones.
func (b *bar) brief(brief bool) {
	for _, o := range b.all() {
		if o, ok := o.(interface{ SetBrief(bool) }); ok {
			o.SetBrief(brief)
		}
	}
}

// inOneRow lays all out in one row, written briefly, or reports that they are too
// wide even so. What is between becomes brief before the others: it says where one
// is, and they what they do.
func (b *bar) inOneRow(size fyne.Size) bool {
	all, gap := b.all(), theme.Padding()
	left := func() float32 {
		room := size.Width - gap*float32(len(all)-1)
		for _, o := range all {
			room -= tight(o)
		}
		return room
	}
	if o, ok := b.middle.(interface{ SetBrief(bool) }); ok {
		o.SetBrief(true)
	}
	room := left()
	if room < 0 {
		b.brief(true)
		room = left()
	}
	if room < 0 {
		b.brief(false)
		return false
	}
	high := float32(0)
	for _, o := range all {
		high = max(high, natural(o).Height)
	}
	x := float32(0)
	for _, o := range all {
		w := tight(o) + room/float32(len(all))
		formview.Place(o, fyne.NewPos(x, 0), fyne.NewSize(w, high), size.Width)
		x += w + gap
	}
	b.high = high
	return true
}

func (b *bar) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	b.brief(false)
	gap := 2 * theme.Padding()
	l, r := natural(b.left), natural(b.right)
	room := size.Width - l.Width - r.Width
	if l.Width > 0 && r.Width > 0 {
		room -= gap
	}
	y := float32(0)
	row := func(o fyne.CanvasObject) { // a row of its own
		if o == nil {
			return
		}
		h := formview.Fit(o, size.Width)
		formview.Place(o, fyne.NewPos(0, y), fyne.NewSize(size.Width, h), size.Width)
		y += h + theme.Padding()
	}
	if room < 0 && b.left != nil && b.right != nil {
		if t := tight(b.left) + tight(b.right) + gap; t <= size.Width { // closer together they fit
			more := (size.Width - t) / 2
			l.Width, r.Width = tight(b.left)+more, tight(b.right)+more
			room = 0
		}
	}
	if room < 0 {
		switch {
		case b.fills && b.middle != nil:
			b.middle.Hide()
		case b.inOneRow(size):
			return
		default:
			row(b.middle)
		}
		row(b.left)
		row(b.right)
		b.high = max(0, y-theme.Padding())
		return
	}
	high := max(l.Height, r.Height)
	if b.middle != nil {
		m := natural(b.middle)
		switch {
		case b.fills:
			b.middle.Show()
			if room < 6*theme.TextSize() { // words would be broken
				b.middle.Hide()
			}
			h := formview.Fit(b.middle, max(0, room-gap))
			high = max(high, h)
			left := l.Width
			if left > 0 {
				left += gap
			}
			formview.Place(b.middle, fyne.NewPos(left, (high-h)/2), fyne.NewSize(max(0, room-gap), h), size.Width)
		case m.Width+2*gap <= room:
			high = max(high, m.Height)
			middle := max(l.Width+gap, (size.Width-m.Width)/2) // in the middle of the bar, if it can be
			if middle+m.Width+gap > size.Width-r.Width {
				middle = l.Width + gap + (room-gap-m.Width)/2
			}
			formview.Place(b.middle, fyne.NewPos(middle, (high-m.Height)/2), fyne.NewSize(m.Width, m.Height), size.Width)
		case b.inOneRow(size):
			return
		default:
			row(b.middle)
		}
	}
	if b.left != nil {
		formview.Place(b.left, fyne.NewPos(0, y), fyne.NewSize(l.Width, high), size.Width)
	}
	if b.right != nil {
		formview.Place(b.right, fyne.NewPos(size.Width-r.Width, y), fyne.NewSize(r.Width, high), size.Width)
	}
	b.high = y + high
}

func (b *bar) MinSize([]fyne.CanvasObject) fyne.Size {
	if b.high == 0 {
		return fyne.NewSize(0, max(natural(b.left).Height, natural(b.middle).Height, natural(b.right).Height))
	}
	return fyne.NewSize(0, b.high)
}
