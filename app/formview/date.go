package formview

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/assets/locale"
	"baraza.example/forms/calendar"
	"baraza.example/forms/session"
)

// Date asks for a day, a month or a year: typed, or picked from the page of a
// month. It is typed in the calendar of the appearance; the answer is the
// Gregorian day. Below stands the day in words, so that a person sees whether
// day and month were taken as meant.
type Date struct {
	widget.BaseWidget
	OnAnswer func(value string)
	OnLeave  func()

	around   *surroundings
	calendar calendar.Calendar
	much     exactly
	field    *Entry
	full     *Label
	open     *Button
	leaf     *leaf // nil until it was opened
	box      *fyne.Container
	value    string
	locked   bool
	now      func() time.Time
}

// newDate makes the control of a date. The appearances are month-year, year,
// no-calendar, and the names of calendars.
func newDate(around *surroundings, appearance []string) *Date {
	d := &Date{around: around, calendar: calendar.Gregorian(), field: NewEntry(false), full: quiet(""), now: time.Now}
	for _, a := range appearance {
		if c, ok := calendar.Named(a); ok {
			d.calendar = c
		}
	}
	hint := locale.ID("fill.date_hint")
	switch {
	case slices.Contains(appearance, "year"):
		d.much, hint = toTheYear, "fill.year_hint"
	case slices.Contains(appearance, "month-year"):
		d.much, hint = toTheMonth, "fill.month_hint"
	}
	d.field.PlaceHolder = around.words.Say(hint)
	if d.calendar.Name != "" {
		d.field.PlaceHolder = around.words.Say("fill.calendar_hint", locale.Values{"Calendar": around.words.Say(locale.ID("calendar." + strings.ReplaceAll(d.calendar.Name, "-", "_")))})
	}
	d.field.OnText = d.typed
	d.field.OnFocus = func(gained bool) {
		if gained {
			around.reveal(d.field)
		} else if d.OnLeave != nil {
			d.OnLeave()
		}
	}
	d.box = NewStack(gapWords, UnderWheel(around.page, d.field), d.full)
	if d.much == toTheDay && !slices.Contains(appearance, "no-calendar") {
		d.open = around.low("fill.pick_day", theme.CalendarIcon(), d.turn)
		d.box.Add(NewRow(gapControl, d.open))
	}
	d.ExtendBaseWidget(d)
	return d
}

// Display shows the day of n; what is none stands there as it was typed.
func (d *Date) Display(n session.Node) {
	d.locked = n.ReadOnly
	if d.field.Disabled() != n.ReadOnly {
		if n.ReadOnly {
			d.field.Disable()
		} else {
			d.field.Enable()
		}
	}
	if d.open != nil {
		d.open.Hidden = n.ReadOnly
	}
	if n.Value != d.value || d.field.Text == "" {
		d.value = n.Value
		d.write()
	}
	d.say()
	d.around.settle()
}

// day is the day of the answer.
func (d *Date) day() (time.Time, bool) {
	value, _, _ := strings.Cut(d.value, "T")
	t, err := time.Parse(time.DateOnly, value)
	return t, err == nil
}

func (d *Date) write() {
	words := d.value
	if t, ok := d.day(); ok {
		if w, known := writtenDate(d.calendar, d.much, t); known {
			words = w
		}
	}
	d.put(words)
}

func (d *Date) put(words string) {
	told := d.field.OnText
	d.field.OnText = nil
	d.field.SetText(words)
	d.field.OnText = told
}

func (d *Date) say() {
	words := ""
	if t, ok := d.day(); ok {
		words = inFull(d.around.words, d.calendar, d.much, t)
	}
	d.full.SetWords(words)
	d.full.Hidden = words == ""
	if d.leaf != nil {
		t, ok := d.day()
		d.leaf.mark(t, ok)
	}
}

func (d *Date) typed(text string) {
	value := strings.TrimSpace(text)
	if t, ok := readDate(d.around.words, d.calendar, d.much, text); ok {
		value = t.Format(time.DateOnly)
	}
	d.answer(value)
}

func (d *Date) answer(value string) {
	d.value = value
	if d.OnAnswer != nil {
		d.OnAnswer(value)
	}
	d.say()
	d.around.settle()
}

// turn opens the page of the month, or closes it.
func (d *Date) turn() {
	if d.leaf == nil {
		d.leaf = newLeaf(d.around, d.calendar)
		d.leaf.OnPick = func(t time.Time) {
			d.answer(t.Format(time.DateOnly))
			d.write()
		}
		d.box.Add(d.leaf)
		d.leaf.Hide()
	}
	if d.leaf.Hidden {
		t, ok := d.day()
		d.leaf.open(t, ok, d.now())
		d.leaf.Show()
		d.open.SetText(d.around.words.Say("fill.close_days"))
	} else {
		d.leaf.Hide()
		d.open.SetText(d.around.words.Say("fill.pick_day"))
	}
	d.around.settle()
}

// First is what gets the focus when the question is gone to.
func (d *Date) First() fyne.Focusable { return d.field }

// CreateRenderer implements [fyne.Widget].
func (d *Date) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(d.box) }
