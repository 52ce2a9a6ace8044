package formview

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"baraza.example/assets/locale"
	"baraza.example/forms/calendar"
	"baraza.example/forms/session"
)

const dates = `
	| survey | type     | name  | label  | appearance    | read_only |
	|        | date     | day   | Day    |               |           |
	|        | date     | month | Month  | month-year    |           |
	|        | date     | year  | Year   | year          |           |
	|        | date     | plain | Plain  | no-calendar   |           |
	|        | date     | addis | Addis  | ethiopian     |           |
	|        | time     | hour  | Hour   |               |           |
	|        | dateTime | when  | When   |               |           |`

func TestADateIsTypedInManyWaysAndShownInWords(t *testing.T) {
	sh := fill(t, dates)
	for _, c := range []struct{ name, typed, want string }{
		{"day", "2007-06-22", "2007-06-22"}, {"day", "22/6/2007", "2007-06-22"}, {"day", "22.06.2007", "2007-06-22"}, {"day", "٢٠٠٧-٠٦-٢٢", "2007-06-22"},
		{"day", "2007 6 2", "2007-06-02"}, {"day", "2007-02-30", "2007-02-30"}, {"day", "22 June 2007", "22 June 2007"}, {"day", "1/2/07", "1/2/07"},
		{"month", "2007-06", "2007-06-01"}, {"month", "6/2007", "2007-06-01"}, {"year", "2007", "2007-01-01"}, {"year", "07", "07"},
		{"hour", "14:30", "14:30"}, {"hour", "2:30 pm", "14:30"}, {"hour", "12.05 a.m.", "00:05"}, {"hour", "14h30", "14:30"}, {"hour", "9h", "09:00"},
		{"hour", "1430", "14:30"}, {"hour", "٩:٠٥", "09:05"}, {"hour", "25:00", "25:00"}, {"hour", "noon", "noon"}, {"hour", "13 pm", "13 pm"},
	} {
		sh.entry(c.name).SetText("")
		sh.types(c.name, c.typed)
		if got := sh.value(c.name); got != c.want {
			t.Errorf("%s: %q is answered as %q, want %q", c.name, c.typed, got, c.want)
		}
	}
	sh.entry("day").SetText("6/7/2007")
	sh.sees("6 July 2007")
	sh.entry("day").SetText("2007-02-30")
	sh.window.Canvas().Focus(sh.entry("day"))
	sh.window.Canvas().Unfocus()
	sh.sees("This answer can't be taken as it is", "like 2007-06-22")
}

func TestADateIsTypedAndShownInItsCalendarAndKeptInTheGregorian(t *testing.T) {
	sh := fill(t, dates)
	sh.types("addis", "2000-01-01")
	if got := sh.value("addis"); got != "2007-09-12" {
		t.Errorf("the first day of the Ethiopian 2000 is kept as %q", got)
	}
	sh.sees("1 Meskerem 2000 = 12 September 2007")
	again := fill(t, dates)
	if err := again.s.Set(again.field("addis").ref, "2025-09-11"); err != nil {
		t.Fatal(err)
	}
	if got := again.entry("addis").Text; got != "2018-01-01" {
		t.Errorf("an answer that stands there is shown as %q", got)
	}
	for name, want := range map[string]string{
		"coptic": "1742-01-01", "islamic": "1447-03-18", "persian": "1404-06-20", "bikram-sambat": "2082-05-26", "myanmar": "1387-06-20",
	} {
		d := newDate(around(t), []string{name})
		d.Display(session.Node{Value: "2025-09-11"})
		if d.field.Text != want {
			t.Errorf("%s shows %q, want %q", name, d.field.Text, want)
		}
		var got string
		d.OnAnswer = func(v string) { got = v }
		d.field.SetText("")
		d.field.SetText(want)
		if got != "2025-09-11" {
			t.Errorf("%s: %q is kept as %q", name, want, got)
		}
	}
}

func TestADayIsPickedFromThePageOfAMonth(t *testing.T) {
	sh := fill(t, dates)
	d := sh.field("day").control.(*Date)
	d.now = func() time.Time { return time.Date(2007, 6, 22, 12, 0, 0, 0, time.UTC) }
	test.Tap(d.open)
	sh.sees("June 2007", "Mo", "30")
	grid := d.leaf.grid
	cell := grid.cell()
	test.TapAt(grid, fyne.NewPos(cell.Width*4.5, cell.Height*1.5)) // the first Friday
	if got := sh.value("day"); got != "2007-06-01" || d.field.Text != got {
		t.Errorf("tapping the first makes it %q, shown as %q", got, d.field.Text)
	}
	test.TapAt(grid, fyne.NewPos(cell.Width*0.5, cell.Height*1.5)) // of the month before
	if got := sh.value("day"); got != "2007-06-01" {
		t.Errorf("tapping where no day is makes it %q", got)
	}
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn} {
		grid.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if got := sh.value("day"); got != "2007-06-22" {
		t.Errorf("three weeks down it is %q", got)
	}
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyLeft} {
		grid.TypedKey(&fyne.KeyEvent{Name: k})
	}
	grid.TypedRune(' ')
	if got := sh.value("day"); got != "2007-07-05" {
		t.Errorf("over the end of the month it is %q", got)
	}
	sh.sees("July 2007")
	d.leaf.turn(-7)
	d.leaf.turn(-1)
	if d.leaf.month < 1 || d.leaf.month > 12 {
		t.Errorf("turned back it is month %d", d.leaf.month)
	}
	test.Tap(d.open)
	if d.leaf.Visible() {
		t.Error("the page can't be closed")
	}
	if sh.field("plain").control.(*Date).open != nil {
		t.Error("there is a calendar where none is wanted")
	}
}

func TestThePageOfAMonthRunsFromTheRightOnMirroredScreens(t *testing.T) {
	mirror(t)
	l := newLeaf(&surroundings{words: locale.New("ar")}, calendar.Gregorian())
	test.NewTempWindow(t, l).Resize(fyne.NewSize(360, 500))
	day := time.Date(2007, 6, 1, 0, 0, 0, 0, time.UTC)
	l.open(day, true, day)
	var got time.Time
	l.OnPick = func(t time.Time) { got = t }
	test.TapAt(l.grid, fyne.NewPos(l.grid.Size().Width-l.grid.cell().Width*4.5, l.grid.cell().Height*1.5))
	if !got.Equal(day) {
		t.Errorf("the fifth place from the right is %v", got)
	}
	l.grid.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if l.grid.at.Day() != 2 {
		t.Errorf("to the left comes %v", l.grid.at)
	}
}

func TestADayAndItsTimeMakeOneAnswer(t *testing.T) {
	sh := fill(t, dates)
	m := sh.field("when").control.(*Moment)
	sh.types("when", "2007-06-22")
	test.Type(m.clock.field, "9:05")
	if got := sh.value("when"); got != "2007-06-22T09:05" {
		t.Errorf("together they are %q", got)
	}
	if err := sh.s.Set(sh.field("when").ref, "2026-03-31T14:30:00.000+03:00"); err != nil {
		t.Fatal(err)
	}
	if m.date.field.Text != "2026-03-31" || m.clock.field.Text != "14:30" {
		t.Errorf("a moment is shown as %q and %q", m.date.field.Text, m.clock.field.Text)
	}
	if got := sh.value("when"); got != "2026-03-31T14:30:00.000+03:00" {
		t.Errorf("looking at it made it %q", got)
	}
	m.date.field.SetText("")
	m.clock.field.SetText("")
	if got := sh.value("when"); got != "" {
		t.Errorf("emptied it is %q", got)
	}
}
