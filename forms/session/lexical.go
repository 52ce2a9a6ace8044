package session

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"baraza.example/forms"
	"baraza.example/forms/geo"
)

// clean gives an answer the form in which it is kept: characters that XML
// can't hold become U+FFFD, line ends become \n, and spaces that mean nothing
// are dropped.
func clean(q *forms.Question, value string) string {
	value = strings.ReplaceAll(value, "\r\n", "\n")
	value = strings.ToValidUTF8(value, "\uFFFD")
	value = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF {
			return r
		}
		return utf8.RuneError
	}, value)
	switch {
	case q.Control == forms.Select || q.Control == forms.RankList:
		return strings.Join(strings.Fields(value), " ")
	case q.Bind.Type != forms.String && q.Bind.Type != "":
		return strings.TrimSpace(value)
	}
	return value
}

// wellFormed reports whether value follows the lexical rules of a data type
// (https://getodk.github.io/xforms-spec/#data-types), and how it is written.
func wellFormed(t forms.DataType, value string) (ok bool, written string) {
	switch t {
	case forms.Int:
		_, err := strconv.ParseInt(value, 10, 64)
		return err == nil && value[0] != '+', "a whole number"
	case forms.Decimal:
		return isDecimal(value), "a number, such as 12.5"
	case forms.Boolean:
		return value == "true" || value == "false" || value == "1" || value == "0", "true or false"
	case forms.Date:
		_, err := time.Parse(time.DateOnly, value)
		return err == nil, "a date, written 2026-03-31"
	case forms.Time:
		return isTime(value), "a time, written 14:30"
	case forms.DateTime:
		date, clock, both := strings.Cut(value, "T")
		_, err := time.Parse(time.DateOnly, date)
		return err == nil && (!both || isTime(clock)), "a date and time, written 2026-03-31T14:30"
	case forms.GeoPoint:
		return isPoint(value), "a place, written as latitude and longitude in degrees"
	case forms.GeoTrace, forms.GeoShape:
		return isLine(value, t == forms.GeoShape), "a line of places, each latitude and longitude, with semicolons between"
	}
	return true, ""
}

// number reads a number in digits, with or without an exponent. Go's own names
// and notations (NaN, 0x1p4, 1_000) are none here.
func number(s string) (float64, bool) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func isDecimal(value string) bool {
	digits := strings.TrimPrefix(value, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	all := whole + fraction
	return all != "" && strings.Trim(all, "0123456789") == ""
}

// isTime takes 14:30, 14:30:00, 14:30:00.000 and each with a zone.
func isTime(value string) bool {
	for _, zone := range []string{"", "Z07:00", "-07"} {
		for _, clock := range []string{"15:04:05.999999999", "15:04"} {
			if _, err := time.Parse(clock+zone, value); err == nil {
				return true
			}
		}
	}
	return false
}

func isPoint(value string) bool {
	_, ok := geo.Parse(value)
	return ok
}

func isLine(value string, closed bool) bool {
	line, ok := geo.ParseLine(value)
	if closed {
		return ok && len(line) >= 3 && line[0] == line[len(line)-1]
	}
	return ok && len(line) >= 2
}
