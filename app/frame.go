package app

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
)

// frame lays the shell out: on a narrow window one column, on a wide one the
// rail beside it.
type frame struct {
	s    *shell
	wide bool
}

// wideFrom is from which width on there is a rail, and railed how wide that is,
// in widths of the text.
const (
	wideFrom = 54
	railed   = 15.5
)

// From which heights on, in heights of the text, the foot stands below a bar of
// buttons, the foot stands at all, and there is a header: in a window as low as a
// hand the page needs the room.
const (
	lowFrom  = 18
	footFrom = 12
	headFrom = 8
)

func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	header, note, done, body, bar, rail, foot := objects[0], objects[1], objects[2], objects[3], objects[4], objects[5], objects[6]
	if wide := size.Width >= wideFrom*theme.TextSize(); wide != f.wide {
		f.wide = wide
		f.s.setWaiting(f.s.waits)
		f.s.arrange() // lays out again, with wide as it is now
		return
	}
	tall := size.Height / theme.TextSize()
	top := formview.Fit(header, size.Width)
	header.Move(fyne.NewPos(0, 0))
	if setVisible(header, tall >= headFrom); !header.Visible() {
		top = 0
	}
	low := formview.Fit(foot, size.Width)
	footed := tall >= lowFrom || tall >= footFrom && len(f.s.bar.Objects) == 0
	if setVisible(foot, footed); !footed {
		low = 0
	}
	foot.Move(fyne.NewPos(0, size.Height-low))
	left := float32(0)
	beside := f.wide && !f.s.shown.bare
	if setVisible(rail, beside); beside {
		left = railed * theme.TextSize()
		formview.Place(rail, fyne.NewPos(0, top), fyne.NewSize(left, max(0, size.Height-top-low)), size.Width)
	}
	width := size.Width - left
	across := func(o fyne.CanvasObject, y, h float32) {
		formview.Place(o, fyne.NewPos(left, y), fyne.NewSize(width, h), size.Width)
	}
	if done.Visible() {
		h := done.MinSize().Height
		across(done, top, h)
		top += h
	}
	if note.Visible() {
		h := min(formview.Fit(note, width), size.Height/3)
		across(note, top, h)
		top += h
	}
	high := float32(0)
	barred := len(f.s.bar.Objects) > 0
	if setVisible(bar, barred); barred {
		high = formview.Fit(bar, width)
		across(bar, size.Height-low-high, high)
	}
	across(body, top, max(0, size.Height-top-low-high))
}

// setVisible shows or hides, where that is a change.
func setVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case visible == o.Visible():
	case visible:
		o.Show()
	default:
		o.Hide()
	}
}

// MinSize is small: every screen scrolls.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(160, 160) }

// barred keeps what can be done within the readable column, so that what comes
// next stands at the same place on every screen.
type barred struct{}

func (barred) Layout(o []fyne.CanvasObject, size fyne.Size) {
	pad := theme.Padding()
	w := min(size.Width-4*pad, formview.Measure*theme.TextSize())
	h := formview.Fit(o[0], w)
	o[0].Resize(fyne.NewSize(w, h))
	o[0].Move(fyne.NewPos((size.Width-w)/2, 1.6*pad))
}

func (barred) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, o[0].MinSize().Height+3.2*theme.Padding())
}

// above stands one thing above another that has the rest of the room.
type above struct{}

func (above) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := formview.Fit(o[0], size.Width)
	o[0].Move(fyne.NewPos(0, 0))
	for _, rest := range o[1:] {
		rest.Resize(fyne.NewSize(size.Width, max(0, size.Height-h)))
		rest.Move(fyne.NewPos(0, h))
	}
}

func (above) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// margins keep what they hold away from the edges, in paddings.
type margins struct{ side, air float32 }

func (m margins) Layout(o []fyne.CanvasObject, size fyne.Size) {
	pad := theme.Padding()
	for _, c := range o {
		c.Resize(fyne.NewSize(max(0, size.Width-2*m.side*pad), max(0, size.Height-2*m.air*pad)))
		c.Move(fyne.NewPos(m.side*pad, m.air*pad))
	}
}

func (m margins) MinSize(o []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, c := range o {
		size = size.Max(c.MinSize())
	}
	return size.AddWidthHeight(2*m.side*theme.Padding(), 2*m.air*theme.Padding())
}

// foot lays out whether all is saved, and how much waits: the first in fewer
// words where there is little room.
type foot struct {
	waiting      *formview.Button
	saved        *formview.Notice
	words, short string
}

func (f *foot) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	room := size.Width
	high := f.saved.MinSize().Height
	if f.waiting.Visible() {
		drawn := f.waiting.Icon
		f.waiting.Icon = theme.MailSendIcon()
		w := f.waiting.Natural()
		if f.saved.SetWords(f.words); w+f.saved.Natural() > room {
			w = f.waiting.Tight()
			if f.saved.SetWords(f.short); w+f.saved.Natural()+theme.Padding() > room {
				f.waiting.Icon = nil // the word says it, too
				w = f.waiting.Tight()
			}
		}
		if (drawn == nil) != (f.waiting.Icon == nil) {
			f.waiting.Refresh()
		}
		h := formview.Fit(f.waiting, w)
		formview.Place(f.waiting, fyne.NewPos(room-w, (size.Height-h)/2), fyne.NewSize(w, h), size.Width)
		room -= w + theme.Padding()
	}
	if f.saved.SetWords(f.words); f.saved.Natural() > room {
		f.saved.SetWords(f.short)
	}
	formview.Place(f.saved, fyne.NewPos(0, (size.Height-high)/2), fyne.NewSize(max(0, room), high), size.Width)
}

func (f *foot) MinSize([]fyne.CanvasObject) fyne.Size {
	if f.waiting.Visible() {
		return fyne.NewSize(0, max(f.saved.MinSize().Height, f.waiting.MinSize().Height))
	}
	// Before there is a name nothing can wait, and the page has more room.
	return fyne.NewSize(0, f.saved.MinSize().Height+2*theme.Padding())
}

// progress is a thin line that says how far one is.
type progress struct {
	widget.BaseWidget
	share        float32 // 0 to 1
	ground, done *canvas.Rectangle
}

func newProgress() *progress {
	p := &progress{ground: canvas.NewRectangle(color.Transparent), done: canvas.NewRectangle(color.Transparent)}
	p.ExtendBaseWidget(p)
	return p
}

// CreateRenderer implements [fyne.Widget].
func (p *progress) CreateRenderer() fyne.WidgetRenderer {
	r := progressRenderer{p}
	r.Refresh()
	return r
}

type progressRenderer struct{ p *progress }

func (r progressRenderer) Layout(size fyne.Size) {
	r.p.ground.Resize(size)
	w := size.Width * min(1, max(0, r.p.share))
	formview.Place(r.p.done, fyne.NewPos(0, 0), fyne.NewSize(w, size.Height), size.Width)
}

func (r progressRenderer) MinSize() fyne.Size { return fyne.NewSize(0, theme.Padding()) }

func (r progressRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.ground, r.p.done}
}

func (r progressRenderer) Destroy() {}

func (r progressRenderer) Refresh() {
	v := fyne.CurrentApp().Settings().ThemeVariant()
	r.p.ground.FillColor = r.p.Theme().Color(formview.ColourTrack, v)
	r.p.done.FillColor = r.p.Theme().Color(formview.ColourAccent, v)
	r.Layout(r.p.Size())
	r.p.ground.Refresh()
	r.p.done.Refresh()
}
