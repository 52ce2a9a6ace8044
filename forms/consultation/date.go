package consultation

import (
	"fmt"
	"strings"
	"time"
)

// ToBeDetermined is how a date is written that nobody has settled yet.
const ToBeDetermined = "to be determined"

// A Date is as exact as what is known: a day, a month, a year, a span of days,
// or nothing yet. The zero value is to be determined.
type Date struct {
	text        string
	first, last time.Time
}

// ParseDate reads 2007-06-22, 2008-02, 2009, 2007-09-04/2007-09-14 or
// [ToBeDetermined].
func ParseDate(text string) (Date, error) {
	if text == ToBeDetermined {
		return Date{}, nil
	}
	from, until, span := strings.Cut(text, "/")
	first, last, err := days(from)
	if err != nil {
		return Date{}, err
	}
	if span {
		var start time.Time
		if start, last, err = days(until); err != nil {
			return Date{}, err
		}
		if start.Before(first) {
			return Date{}, fmt.Errorf("the span %s ends before it begins", text)
		}
	}
	return Date{text: text, first: first, last: last}, nil
}

// days returns the first and the last day of a day, a month or a year.
func days(text string) (first, last time.Time, err error) {
	for layout, end := range map[string]func(time.Time) time.Time{
		"2006-01-02": func(t time.Time) time.Time { return t },
		"2006-01":    func(t time.Time) time.Time { return t.AddDate(0, 1, -1) },
		"2006":       func(t time.Time) time.Time { return t.AddDate(1, 0, -1) },
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, end(t), nil
		}
	}
	return first, last, fmt.Errorf("%q is no day (2007-06-22), month (2008-02), year (2009), span (2007-09-04/2007-09-14) or %q", text, ToBeDetermined)
}

// Determined says whether anything is known of the date.
func (d Date) Determined() bool { return d.text != "" }

// First and Last return the days, as midnight UTC, between which the date
// lies, both included. They are zero while it is to be determined.
func (d Date) First() time.Time { return d.first }

// Last is described at [Date.First].
func (d Date) Last() time.Time { return d.last }

// String returns the date as [ParseDate] reads it.
func (d Date) String() string {
	if d.text == "" {
		return ToBeDetermined
	}
	return d.text
}

// MarshalText returns the date as [ParseDate] reads it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is [ParseDate].
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}
