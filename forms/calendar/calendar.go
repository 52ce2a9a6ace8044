// Package calendar shows a day in the calendars that ODK's date questions know
// by appearance: ethiopian, coptic, islamic, persian, bikram-sambat, myanmar.
// The day itself stays a Gregorian one; a calendar is a way to write it.
//
// Years are counted as in the calendar's own era. Months are counted by their
// place in the year from 1 on, so that a month that only some years have is
// nothing special. Names of months are in Latin letters here; a reader's own are
// those of package locale. Start at
// [Named].
package calendar

import "time"

// A Calendar writes days.
type Calendar struct {
	Name string // the appearance: "ethiopian"; "" is the Gregorian
	year func(y int) []Month
	near func(jdn int) int // the year that a day may lie in, or the one after
}

// A Month is one of a year.
type Month struct {
	Name  string
	Place int // among the names of the calendar, from 0
	From  int // number of its first day in this year; nearly always 1
	Days  int
	start int // Julian day number of its first day
}

// A Date is a day as a calendar writes it.
type Date struct{ Year, Month, Day int }

// Names are the calendars beside the Gregorian, as appearances name them.
var Names = []string{"ethiopian", "coptic", "islamic", "persian", "bikram-sambat", "myanmar"}

// Named returns the calendar of an appearance.
func Named(appearance string) (Calendar, bool) {
	switch appearance {
	case "ethiopian":
		return Calendar{appearance, alexandrian(1724221, ethiopianMonths), days(365.25, 1724221)}, true
	case "coptic":
		return Calendar{appearance, alexandrian(1825030, copticMonths), days(365.25, 1825030)}, true
	case "islamic":
		return Calendar{appearance, islamic, days(354.36667, 1948440)}, true
	case "persian":
		return Calendar{appearance, persian, days(365.2422, 1948321)}, true
	case "bikram-sambat":
		return Calendar{appearance, bikram, days(365.2587, julianDay(1913, 4, 13)-1969*36526/100)}, true
	case "myanmar":
		return Calendar{appearance, myanmar, func(jdn int) int { return myanmarYear(jdn) }}, true
	}
	return Calendar{}, false
}

// Gregorian is the calendar that days are kept in.
func Gregorian() Calendar {
	return Calendar{"", gregorian, days(365.2425, 1721426)}
}

// days guesses the year of a day from the mean length of a year and the first
// day of the year 1.
func days(mean float64, epoch int) func(jdn int) int {
	return func(jdn int) int {
		y := int(float64(jdn-epoch)/mean) + 1
		if jdn < epoch {
			y--
		}
		return y
	}
}

// Months lists the months of a year; none where the calendar has no such year.
func (c Calendar) Months(year int) []Month { return c.year(year) }

// Of writes a day; not ok means that the calendar is not known for it.
func (c Calendar) Of(t time.Time) (d Date, ok bool) {
	y, m, day := t.Date()
	jdn := julianDay(y, int(m), day)
	for _, year := range []int{c.near(jdn), c.near(jdn) - 1, c.near(jdn) + 1} {
		for i, month := range c.year(year) {
			if at := jdn - month.start; at >= 0 && at < month.Days {
				return Date{year, i + 1, month.From + at}, true
			}
		}
	}
	return Date{}, false
}

// Time is the day that d writes, at midnight UTC; not ok means that there is no
// such day.
func (c Calendar) Time(d Date) (t time.Time, ok bool) {
	months := c.year(d.Year)
	if d.Month < 1 || d.Month > len(months) {
		return time.Time{}, false
	}
	m := months[d.Month-1]
	at := d.Day - m.From
	if at < 0 || at >= m.Days {
		return time.Time{}, false
	}
	return time.Unix(int64(m.start+at-julianDay(1970, 1, 1))*24*60*60, 0).UTC(), true
}

// julianDay is the Julian day number of a Gregorian day.
func julianDay(y, m, d int) int {
	const of1970 = 2440588
	return of1970 + int(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix()/(24*60*60))
}

// inOrder makes the months of a year that begins at a day.
func inOrder(start int, names []string, lengths func(i int) int) (all []Month) {
	for i, name := range names {
		n := lengths(i)
		all = append(all, Month{name, i, 1, n, start})
		start += n
	}
	return all
}
