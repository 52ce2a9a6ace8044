package calendar

import (
	"fmt"
	"testing"
	"time"
)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The days are those of almanacs and of public holidays.
func TestKnownDaysAreWrittenAsPeopleThereWriteThem(t *testing.T) {
	for _, c := range []struct{ calendar, gregorian, want string }{
		{"ethiopian", "2007-09-12", "1 Meskerem 2000"}, // the Ethiopian millennium
		{"ethiopian", "2025-09-11", "1 Meskerem 2018"},
		{"ethiopian", "2023-09-12", "1 Meskerem 2016"},
		{"ethiopian", "2023-09-11", "6 Pagume 2015"},
		{"ethiopian", "1974-09-12", "2 Meskerem 1967"},
		{"coptic", "2024-09-11", "1 Thout 1741"},
		{"coptic", "2024-01-07", "28 Koiak 1740"}, // Christmas
		{"islamic", "2023-07-19", "1 Muharram 1445"},
		{"islamic", "1970-01-01", "22 Shawwal 1389"},
		{"persian", "2024-03-20", "1 Farvardin 1403"},
		{"persian", "2025-03-20", "30 Esfand 1403"},
		{"persian", "1979-02-11", "22 Bahman 1357"},
		{"persian", "2025-03-21", "1 Farvardin 1404"},
		{"bikram-sambat", "1913-04-13", "1 Baisakh 1970"},
		{"bikram-sambat", "1943-04-14", "1 Baisakh 2000"},
		{"bikram-sambat", "2015-09-20", "3 Asoj 2072"}, // the constitution of Nepal
		{"bikram-sambat", "2024-04-13", "1 Baisakh 2081"},
		{"myanmar", "2023-10-29", "15 Thadingyut 1385"}, // full moons
		{"myanmar", "2024-05-22", "15 Kason 1386"},
		{"myanmar", "2015-07-31", "15 Waso 1377"},
		{"myanmar", "1948-01-04", "24 Pyatho 1309"}, // independence: the ninth of the waning moon
		{"", "2007-06-22", "22 June 2007"},
	} {
		calendar, ok := Named(c.calendar)
		if c.calendar == "" {
			calendar, ok = Gregorian(), true
		}
		d, known := calendar.Of(day(t, c.gregorian))
		if !ok || !known {
			t.Fatalf("%s: %s is not known", c.calendar, c.gregorian)
		}
		if got := fmt.Sprint(d.Day, " ", calendar.Months(d.Year)[d.Month-1].Name, " ", d.Year); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.calendar, c.gregorian, got, c.want)
		}
	}
}

func TestEveryDayComesBack(t *testing.T) {
	for _, name := range append([]string{""}, Names...) {
		c, ok := Named(name)
		if name == "" {
			c, ok = Gregorian(), true
		}
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		var last Date
		from, to := day(t, "1914-01-01"), day(t, "2043-01-01")
		if name == "bikram-sambat" {
			to = day(t, "2034-04-14") // the table ends
		}
		for at := from; at.Before(to); at = at.AddDate(0, 0, 1) {
			d, ok := c.Of(at)
			back, again := c.Time(d)
			if !ok || !again || !back.Equal(at) {
				t.Fatalf("%s: %s is %v and comes back as %s", name, at.Format(time.DateOnly), d, back.Format(time.DateOnly))
			}
			follows := d.Year == last.Year && d.Month == last.Month && d.Day == last.Day+1 || d.Year == last.Year && d.Month == last.Month+1 && d.Day == 1 || d.Year == last.Year+1 && d.Month == 1
			if last != (Date{}) && !follows {
				t.Fatalf("%s: after %v comes %v", name, last, d)
			}
			last = d
		}
	}
}

func TestDaysThatThereAreNotAreRefused(t *testing.T) {
	for name, all := range map[string][]Date{
		"ethiopian":     {{2016, 13, 6}, {2016, 14, 1}, {0, 1, 1}, {-5, 1, 1}, {2016, 0, 1}, {2016, 1, 31}},
		"islamic":       {{1445, 2, 30}, {1 << 40, 1, 1}},
		"persian":       {{1402, 12, 30}, {4000, 1, 1}},
		"bikram-sambat": {{1969, 1, 1}, {2091, 1, 1}, {2081, 1, 33}},
		"myanmar":       {{1216, 1, 1}, {1501, 1, 1}, {1386, 2, 31}},
	} {
		c, _ := Named(name)
		for _, d := range all {
			if got, ok := c.Time(d); ok {
				t.Errorf("%s: %v is %v", name, d, got)
			}
		}
	}
	if _, ok := Named("gregorian"); ok {
		t.Error("there is a calendar of another name")
	}
	for _, name := range Names {
		c, _ := Named(name)
		for _, at := range []string{"0001-01-01", "9999-12-31"} {
			if d, ok := c.Of(day(t, at)); ok {
				if back, _ := c.Time(d); !back.Equal(day(t, at)) {
					t.Errorf("%s: %s becomes %v", name, at, d)
				}
			}
		}
	}
}
