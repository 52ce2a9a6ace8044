package formview

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"baraza.example/assets/locale"
	"baraza.example/forms/calendar"
)

// exactly is how much of a date is asked for.
type exactly int

const (
	toTheDay exactly = iota
	toTheMonth
	toTheYear
)

// figuresIn reads the numbers that stand in what was typed, in digits of any
// script, whatever stands between them.
func figuresIn(words *locale.Localizer, typed string) (all []int, digits []int) {
	for _, f := range strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsDigit(r) }) {
		read, ok := words.ReadFigures(f)
		n, err := strconv.Atoi(read)
		if !ok || err != nil {
			return nil, nil
		}
		all, digits = append(all, n), append(digits, len([]rune(f)))
	}
	return all, digits
}

// readDate reads a date as it is typed in a calendar: the year first, as in
// 2007-06-22, or last, as in 22.6.2007 and 22/6/2007. Letters make it none.
func readDate(words *locale.Localizer, c calendar.Calendar, much exactly, typed string) (time.Time, bool) {
	if strings.ContainsFunc(typed, unicode.IsLetter) {
		return time.Time{}, false
	}
	n, digits := figuresIn(words, typed)
	if len(n) != 3-int(much) {
		return time.Time{}, false
	}
	d := calendar.Date{Month: 1, Day: 1}
	last := len(n) - 1
	switch {
	case digits[0] == 4:
		d.Year = n[0]
		if last >= 1 {
			d.Month = n[1]
		}
		if last >= 2 {
			d.Day = n[2]
		}
	case last > 0 && digits[last] == 4:
		d.Year, d.Month = n[last], n[last-1]
		if last >= 2 {
			d.Day = n[0]
		}
	default:
		return time.Time{}, false
	}
	if much != toTheDay { // a month may begin in the middle of one of the moon's
		months := c.Months(d.Year)
		if d.Month < 1 || d.Month > len(months) {
			return time.Time{}, false
		}
		d.Day = months[d.Month-1].From
	}
	return c.Time(d)
}

// written is a day as figures of a calendar, the year first.
func writtenDate(c calendar.Calendar, much exactly, t time.Time) (string, bool) {
	d, ok := c.Of(t)
	switch {
	case !ok:
		return "", false
	case much == toTheYear:
		return fmt.Sprintf("%04d", d.Year), true
	case much == toTheMonth:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month), true
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day), true
}

// inFull says a day with the name of its month, in the calendar asked for and,
// where that isn't the Gregorian, in that as well.
func inFull(words *locale.Localizer, c calendar.Calendar, much exactly, t time.Time) string {
	common := words.Day(t)
	switch {
	case c.Name == "" && much == toTheYear:
		return ""
	case c.Name == "" && much == toTheMonth:
		return words.Month(t)
	case c.Name == "":
		return common
	}
	d, ok := c.Of(t)
	if !ok {
		return common
	}
	return words.DayIn(monthOf(c, d.Year, d.Month), d.Day) + " = " + common
}

// monthOf is a month of a calendar as it is put in words.
func monthOf(c calendar.Calendar, year, number int) locale.Month {
	m := c.Months(year)[number-1]
	return locale.Month{Calendar: c.Name, Year: year, Number: number, Place: m.Place, Latin: m.Name}
}

// readTime reads a time of the day: 14:30, 14.30, 14h30, 1430, 2:30 pm.
func readTime(words *locale.Localizer, typed string) (string, bool) {
	low := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(typed), ".m.", "m"))
	afternoon, morning := strings.HasSuffix(low, "pm"), strings.HasSuffix(low, "am")
	letters := strings.TrimFunc(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, low), unicode.IsSpace)
	if letters != "" && letters != "pm" && letters != "am" && letters != "h" && letters != "hm" {
		return "", false
	}
	n, digits := figuresIn(words, low)
	if len(n) == 1 && (digits[0] == 3 || digits[0] == 4) && letters == "" {
		n = []int{n[0] / 100, n[0] % 100}
	}
	if len(n) == 1 && (letters == "h" || afternoon || morning) {
		n = append(n, 0)
	}
	if len(n) < 2 || len(n) > 3 || (afternoon || morning) && (n[0] < 1 || n[0] > 12) {
		return "", false
	}
	switch {
	case afternoon && n[0] < 12:
		n[0] += 12
	case morning && n[0] == 12:
		n[0] = 0
	}
	if n[0] > 23 || n[1] > 59 || len(n) == 3 && n[2] > 59 {
		return "", false
	}
	if len(n) == 3 {
		return fmt.Sprintf("%02d:%02d:%02d", n[0], n[1], n[2]), true
	}
	return fmt.Sprintf("%02d:%02d", n[0], n[1]), true
}
