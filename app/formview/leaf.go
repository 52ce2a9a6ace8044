package formview

import (
	"image/color"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/forms/calendar"
)

// A leaf is the page of one month: its days in weeks, to be tapped or walked
// through with the arrow keys.
type leaf struct {
	widget.BaseWidget
	OnPick func(t time.Time)

	around   *surroundings
	calendar calendar.Calendar
	year     int
	month    int // from 1
	title    *Label
	grid     *days
	box      *fyne.Container
}

func newLeaf(around *surroundings, c calendar.Calendar) *leaf {
	l := &leaf{around: around, calendar: c, title: strong("")}
	l.grid = newDays(strings.Fields(around.words.Say("fill.weekdays")))
	l.grid.OnFocus = func() { around.reveal(l.grid) }
	l.grid.OnPick = func(t time.Time) {
		if l.OnPick != nil {
			l.OnPick(t)
		}
	}
	l.grid.OnLeave = func(t time.Time) { l.goTo(t); l.grid.at = t; l.grid.Refresh() }
	back := around.button("fill.month_before", theme.NavigateBackIcon(), func() { l.turn(-1) })
	on := around.button("fill.month_after", theme.NavigateNextIcon(), func() { l.turn(1) })
	yearBack := around.button("fill.year_before", theme.MediaFastRewindIcon(), func() { l.turnYear(-1) })
	yearOn := around.button("fill.year_after", theme.MediaFastForwardIcon(), func() { l.turnYear(1) })
	for _, b := range []*Button{back, on, yearBack, yearOn} {
		b.Importance = widget.LowImportance
	}
	l.box = NewStack(gapWords, l.title, l.grid, NewRow(gapWords, back, on, yearBack, yearOn))
	l.ExtendBaseWidget(l)
	return l
}

// open turns to the month of the answer, or else of today.
func (l *leaf) open(t time.Time, answered bool, now time.Time) {
	l.mark(t, answered)
	if !answered {
		t = time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	}
	l.goTo(t)
	l.grid.at = t
}

func (l *leaf) mark(t time.Time, answered bool) {
	l.grid.picked, l.grid.answered = t, answered
	l.grid.Refresh()
}

func (l *leaf) goTo(t time.Time) {
	if d, ok := l.calendar.Of(t); ok {
		l.year, l.month = d.Year, d.Month
		l.show()
	}
}

func (l *leaf) turn(by int) {
	year, month := l.year, l.month+by
	if month < 1 {
		year--
		month = len(l.calendar.Months(year))
	} else if month > len(l.calendar.Months(year)) {
		year, month = year+1, 1
	}
	l.turnTo(year, month)
}

func (l *leaf) turnYear(by int) {
	l.turnTo(l.year+by, min(l.month, len(l.calendar.Months(l.year+by))))
}

func (l *leaf) turnTo(year, month int) {
	if months := l.calendar.Months(year); month >= 1 && month <= len(months) {
		l.year, l.month = year, month
		l.show()
		l.grid.at = l.grid.first
	}
}

func (l *leaf) show() {
	m := l.calendar.Months(l.year)[l.month-1]
	first, _ := l.calendar.Time(calendar.Date{Year: l.year, Month: l.month, Day: m.From})
	title := l.around.words.Month(first)
	if l.calendar.Name != "" {
		title = l.around.words.MonthIn(monthOf(l.calendar, l.year, l.month))
	}
	l.title.SetWords(title)
	l.grid.show(first, m.From, m.Days)
	l.around.settle()
}

// CreateRenderer implements [fyne.Widget].
func (l *leaf) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.box) }

// days is a month's, in weeks that begin on Monday.
type days struct {
	widget.BaseWidget
	Press
	OnPick  func(t time.Time)
	OnLeave func(t time.Time) // the arrow keys went to a day of another month

	weekdays    []string
	first       time.Time
	from, count int
	at, picked  time.Time // where the keys are, and the answer
	answered    bool
}

func newDays(weekdays []string) *days {
	d := &days{weekdays: weekdays}
	d.Of(d)
	d.ExtendBaseWidget(d)
	return d
}

func (d *days) show(first time.Time, from, count int) {
	d.first, d.from, d.count = first, from, count
	d.Refresh()
}

// lead is how many places of the first week belong to the month before.
func (d *days) lead() int { return (int(d.first.Weekday()) + 6) % 7 }

func (d *days) rows() int { return (d.lead()+d.count+6)/7 + 1 }

func (d *days) cell() fyne.Size {
	return fyne.NewSize(d.Size().Width/7, theme.TextSize()*2.2)
}

// Tapped implements [fyne.Tappable].
func (d *days) Tapped(e *fyne.PointEvent) {
	if e == nil { // Return or the space bar
		d.pick(d.at)
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(d); c != nil && !fyne.CurrentDevice().IsMobile() {
		c.Focus(d)
	}
	x, cell := e.Position.X, d.cell()
	if Mirrored() {
		x = d.Size().Width - x
	}
	if e.Position.Y < cell.Height || x < 0 || x >= d.Size().Width {
		return
	}
	i := (int(e.Position.Y/cell.Height)-1)*7 + int(x/cell.Width) - d.lead()
	if i >= 0 && i < d.count {
		d.pick(d.first.AddDate(0, 0, i))
	}
}

func (d *days) pick(t time.Time) {
	if i := d.index(t); i >= 0 && i < d.count {
		d.at = t
		if d.OnPick != nil {
			d.OnPick(t)
		}
	}
}

func (d *days) index(t time.Time) int { return int(t.Sub(d.first).Hours() / 24) }

// TypedRune implements [fyne.Focusable].
func (d *days) TypedRune(r rune) {
	if r == ' ' {
		d.pick(d.at)
	}
}

// TypedKey implements [fyne.Focusable].
func (d *days) TypedKey(e *fyne.KeyEvent) {
	by := map[fyne.KeyName]int{fyne.KeyLeft: -1, fyne.KeyRight: 1, fyne.KeyUp: -7, fyne.KeyDown: 7, fyne.KeyPageUp: -d.count, fyne.KeyPageDown: d.count}[e.Name]
	switch {
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
		d.pick(d.at)
		return
	case by == 0:
		return
	case Mirrored() && (by == 1 || by == -1):
		by = -by
	}
	d.at = d.at.AddDate(0, 0, by)
	if i := d.index(d.at); (i < 0 || i >= d.count || d.at.Before(d.first)) && d.OnLeave != nil {
		d.OnLeave(d.at)
		return
	}
	d.Refresh()
}

// CreateRenderer implements [fyne.Widget].
func (d *days) CreateRenderer() fyne.WidgetRenderer {
	r := &daysRenderer{d: d, here: canvas.NewRectangle(color.Transparent), picked: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type daysRenderer struct {
	d            *days
	here, picked *canvas.Rectangle
	words        []*canvas.Text
}

func (r *daysRenderer) MinSize() fyne.Size {
	return fyne.NewSize(7*theme.TextSize(), float32(r.d.rows())*theme.TextSize()*2.2)
}

func (r *daysRenderer) Layout(size fyne.Size) {
	d, cell := r.d, r.d.cell()
	place := func(o fyne.CanvasObject, i int) {
		Place(o, fyne.NewPos(float32(i%7)*cell.Width, float32(i/7)*cell.Height), cell, size.Width)
	}
	for i, t := range r.words {
		at := i
		if i >= len(d.weekdays) {
			at = 7 + d.lead() + i - len(d.weekdays)
		}
		place(t, at)
	}
	mark := func(o *canvas.Rectangle, t time.Time, shown bool) {
		i := d.index(t)
		o.Hidden = !shown || i < 0 || i >= d.count || t.Before(d.first)
		place(o, 7+d.lead()+max(0, i))
	}
	mark(r.here, d.at, d.focused)
	mark(r.picked, d.picked, d.answered)
}

func (r *daysRenderer) Refresh() {
	d := r.d
	v := fyne.CurrentApp().Settings().ThemeVariant()
	colour := func(name fyne.ThemeColorName) color.Color { return d.Theme().Color(name, v) }
	r.words = r.words[:0]
	put := func(words string, name fyne.ThemeColorName, bold bool) {
		t := canvas.NewText(words, colour(name))
		t.Alignment, t.TextSize, t.TextStyle.Bold = fyne.TextAlignCenter, theme.TextSize()*0.9, bold
		r.words = append(r.words, t)
	}
	for _, w := range d.weekdays {
		put(w, theme.ColorNamePlaceHolder, false)
	}
	for i := range d.count {
		picked := d.answered && d.index(d.picked) == i && !d.picked.Before(d.first)
		put(strconv.Itoa(d.from+i), theme.ColorNameForeground, picked)
	}
	r.picked.FillColor, r.picked.CornerRadius = colour(ColourSoft), theme.InputRadiusSize()
	r.picked.StrokeColor, r.picked.StrokeWidth = colour(theme.ColorNamePrimary), 1
	r.here.StrokeColor, r.here.StrokeWidth, r.here.CornerRadius = colour(theme.ColorNameForeground), 3, theme.InputRadiusSize()
	r.Layout(d.Size())
	canvas.Refresh(d)
}

func (r *daysRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.picked, r.here}
	for _, t := range r.words {
		all = append(all, t)
	}
	return all
}

func (r *daysRenderer) Destroy() {}
