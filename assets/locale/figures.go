package locale

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/number"
)

// Number writes a whole number.
func (l *Localizer) Number(n int64) string {
	return l.now.Load().printer.Sprint(number.Decimal(n))
}

// Percent writes a share, 0 to 1, in whole percent.
func (l *Localizer) Percent(share float64) string {
	return l.now.Load().printer.Sprint(number.Percent(share, number.MaxFractionDigits(0)))
}

// Amount writes what something costs, with two figures that count where it is less than one.
func (l *Localizer) Amount(v float64, currency string) string {
	places := 2
	for small := v; small > 0 && small < 0.1 && places < 6; small *= 10 {
		places++
	}
	return strings.TrimSpace(l.now.Load().printer.Sprint(number.Decimal(v, number.MaxFractionDigits(places))) + " " + currency)
}

// Size writes bytes as people pay for them: a KB is 1,000 bytes.
func (l *Localizer) Size(bytes int64) string {
	switch p := l.now.Load().printer; {
	case bytes < 1000:
		return l.Say("size.bytes", Values{"N": bytes})
	case bytes < 999_500: // what would round to 1,000 KB is 1 MB
		return l.Say("size.kilobytes", Values{"N": p.Sprint(number.Decimal((bytes + 500) / 1000))})
	case bytes < 999_950_000: // as above
		return l.Say("size.megabytes", Values{"N": p.Sprint(number.Decimal(float64(bytes)/1e6, number.MaxFractionDigits(1)))})
	default:
		return l.Say("size.gigabytes", Values{"N": p.Sprint(number.Decimal(float64(bytes)/1e9, number.MaxFractionDigits(1)))})
	}
}

// Sentences puts sentences behind each other. Those in Chinese stand without a space:
// the mark at their end brings its own.
func Sentences(all ...string) string {
	var b strings.Builder
	for _, s := range all {
		if r, _ := utf8.DecodeLastRuneInString(b.String()); b.Len() > 0 && s != "" && !strings.ContainsRune("。！？；", r) {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}

// Clock writes the time of day.
func (l *Localizer) Clock(t time.Time) string {
	return t.Format(l.Language().Clock)
}

// Day writes a calendar day.
func (l *Localizer) Day(t time.Time) string {
	return l.Language().date(t, l.Language().Day, "2006-01-02")
}

// Month writes a month of a year.
func (l *Localizer) Month(t time.Time) string {
	return l.Language().date(t, l.Language().MonthYear, "2006-01")
}

// Moment writes day and time; the day is a word when it is now's or the one
// before. A zero t is at an unknown time.
func (l *Localizer) Moment(t, now time.Time) string {
	clock := Values{"Time": l.Clock(t)}
	same := func(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }
	switch {
	case t.IsZero():
		return l.Say("date.unknown")
	case same(t, now):
		return l.Say("date.today", clock)
	case same(t, now.AddDate(0, 0, -1)):
		return l.Say("date.yesterday", clock)
	}
	return l.Say("date.at", clock, Values{"Date": l.Day(t)})
}

// Span writes what is known of a date that lies between two days, both
// included: a day, a month, a year, or from the one to the other. Zero days
// are to be determined.
func (l *Localizer) Span(first, last time.Time) string {
	_, m, d := first.Date()
	switch {
	case first.IsZero():
		return l.Say("date.undetermined")
	case first.Equal(last):
		return l.Day(first)
	case d == 1 && first.AddDate(0, 1, -1).Equal(last):
		return l.Month(first)
	case d == 1 && m == time.January && first.AddDate(1, 0, -1).Equal(last):
		return first.Format("2006")
	}
	return l.Say("date.span", Values{"From": l.Day(first), "To": l.Day(last)})
}

// date fills a pattern; languages without one take the figures.
func (l Language) date(t time.Time, pattern, figures string) string {
	if pattern == "" || len(l.Months) != 12 {
		return t.Format(figures)
	}
	return l.fill(pattern, t.Format("2006"), l.Months[t.Month()-1], t.Day())
}

func (l Language) fill(pattern, year, month string, day int) string {
	d := strconv.Itoa(day)
	if day == 1 && l.First != "" {
		d = l.First
	}
	return strings.NewReplacer("{d}", d, "{m}", month, "{y}", year).Replace(pattern)
}

// A Month is one of a year in a calendar that isn't the Gregorian.
type Month struct {
	Calendar string // as languages.toml names it: "ethiopian"
	Year     int
	Number   int    // in its year
	Place    int    // among the names of the calendar, from 0
	Latin    string // its name in Latin letters
}

// DayIn writes a day of a month in another calendar.
func (l *Localizer) DayIn(m Month, day int) string {
	return l.in(m, cmp.Or(l.Language().Day, "{d} {m} {y}"), day)
}

// MonthIn writes a month of another calendar.
func (l *Localizer) MonthIn(m Month) string {
	return l.in(m, cmp.Or(l.Language().MonthYear, "{m} {y}"), 0)
}

func (l *Localizer) in(m Month, pattern string, day int) string {
	language, name, whose := l.Language(), m.Latin, ""
	switch names := language.Calendars[m.Calendar]; {
	case len(language.Months) == 12 && language.Months[0] == "1": // a number doesn't tell whose month it is
		name, whose = strconv.Itoa(m.Number), l.Say(ID("calendar."+strings.ReplaceAll(m.Calendar, "-", "_")))
	case m.Place < len(names):
		name = names[m.Place]
	}
	return whose + language.fill(pattern, strconv.Itoa(m.Year), name, day)
}
