package session

import (
	"math"
	"strconv"
	"strings"
	"time"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// Cast writes a value as the data type of a question does, as other ODK
// programs do with what a control or a form gives: 2.5 becomes the int 2, 89
// the decimal 89.0, and what can't be of the type becomes blank. What a person
// types is not cast, lest it be lost: see [Session.Set].
func Cast(t forms.DataType, value string) string {
	trimmed := strings.TrimSpace(value)
	if trimmed == "" {
		if t == forms.String || t == "" {
			return value
		}
		return ""
	}
	switch t {
	case forms.Int:
		return castInt(trimmed)
	case forms.Decimal:
		if f, ok := number(trimmed); ok {
			return decimal(f)
		}
		return ""
	case forms.Date:
		return castDate(trimmed)
	case forms.DateTime:
		if ok, _ := wellFormed(t, trimmed); !ok {
			return ""
		}
	case forms.Time:
		if !isTime(trimmed) || strings.Count(trimmed, ":") < 2 { // seconds are not to be left out
			return ""
		}
	case forms.GeoPoint:
		return castPoint(trimmed)
	case forms.GeoTrace, forms.GeoShape:
		return castLine(trimmed, t == forms.GeoShape)
	default:
		return value
	}
	return trimmed
}

// castInt drops a fraction. The bounds are those of XML Schema's int.
func castInt(value string) string {
	f, ok := number(value)
	f = math.Trunc(f)
	if !ok || f < math.MinInt32 || f > math.MaxInt32 {
		return ""
	}
	return strconv.FormatFloat(f+0, 'f', -1, 64)
}

// decimal writes a number with a point always.
func decimal(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func castDate(value string) string {
	date, clock, both := strings.Cut(value, "T")
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return ""
	}
	if _, err := time.Parse("15:04:05.999999999", clock); both && err != nil { // a zone would make it another day elsewhere
		if _, err = time.Parse("15:04", clock); err != nil {
			return ""
		}
	}
	return date
}

func castPoint(value string) string {
	if !isPoint(value) {
		return ""
	}
	out := []string{}
	for _, s := range strings.Fields(value) {
		f, _ := strconv.ParseFloat(s, 64) // isPoint has looked
		out = append(out, decimal(f))
	}
	for len(out) < 4 {
		out = append(out, "0.0")
	}
	return strings.Join(out, " ")
}

func castLine(value string, closed bool) string {
	if !isLine(value, closed) {
		return ""
	}
	var out []string
	for p := range strings.SplitSeq(strings.TrimRight(value, "; \n"), ";") {
		out = append(out, castPoint(strings.TrimSpace(p)))
	}
	return strings.Join(out, ";")
}

// computed is how the value of an expression stands in the instance at a
// question: what is no number is blank, and numbers that are dates by the
// question's type are written as such.
func (s *Session) computed(q *forms.Question, v xpath.Value) string {
	value := v.String()
	if v.Type() == xpath.Number {
		f := v.Number()
		if math.IsNaN(f) {
			return ""
		}
		if _, err := strconv.ParseFloat(value, 64); err == nil { // not already written as a date
			switch q.Bind.Type {
			case forms.Date:
				return time.Unix(0, 0).UTC().AddDate(0, 0, int(math.Floor(min(max(f, -1e7), 1e7)))).Format(time.DateOnly)
			case forms.DateTime:
				ms := int64(math.Round(min(max(f, -1e7), 1e7) * 24 * 60 * 60 * 1000))
				return time.UnixMilli(ms).In(s.now().Location()).Format(timestamp)
			}
		}
	}
	return s.given(q, value)
}

// given is how a value that the form gives stands in the instance at a
// question.
func (s *Session) given(q *forms.Question, value string) string {
	value = clean(q, value)
	if v := Cast(q.Bind.Type, value); v != "" || q.Bind.Type != forms.Date && q.Bind.Type != forms.DateTime {
		return v
	}
	if q.Bind.Type == forms.Date { // a date-time with a zone: the date as it is written
		if date, _, ok := strings.Cut(value, "T"); ok {
			return castDate(date)
		}
	}
	return ""
}
