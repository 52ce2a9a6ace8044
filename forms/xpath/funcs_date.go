package xpath

import (
	"math"
	"strconv"
	"strings"
	"time"
)

var dateFunctions = []function{
	{name: "today", call: func(c args) Value {
		now := c.ev.now()
		return day(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()), now.Format(time.DateOnly))
	}},
	{name: "now", call: func(c args) Value { return date(c.ev.now()) }},
	{name: "date", min: 1, max: 1, call: toDate},
	{name: "date-time", min: 1, max: 1, call: toDate},
	{name: "decimal-date-time", min: 1, max: 1, call: func(c args) Value {
		return number(c.ev.asDate(c.value(0)).num)
	}},
	{name: "decimal-time", min: 1, max: 1, call: decimalTime},
	{name: "format-date", min: 2, max: 2, call: formatDate},
	{name: "format-date-time", min: 2, max: 2, call: formatDate},
}

const (
	msPerDay = 24 * 60 * 60 * 1000
	// maxDays keeps years within the four digits that dates are written with.
	maxDays = 2_932_896 // 9999-12-31
	minDays = -719_528  // 0000-01-01
)

func daysOf(t time.Time) float64 { return float64(t.UnixMilli()) / msPerDay }

// date makes a value that is days as a number and ISO 8601 as a string: a date
// at midnight, else a date-time, both in the zone of t.
func date(t time.Time) Value {
	t = t.Truncate(time.Millisecond)
	layout := "2006-01-02T15:04:05.000-07:00"
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		layout = time.DateOnly
	}
	return Value{typ: Number, num: daysOf(t), str: t.Format(layout)}
}

// day is the value of a date without a time. Where clocks go forward at
// midnight the day begins later, and is still written as a date.
func day(begin time.Time, written string) Value {
	return Value{typ: Number, num: daysOf(begin), str: written}
}

// noDate is what date() makes of something else.
var noDate = Value{typ: Number, num: math.NaN(), str: "Invalid Date"}

// asDate takes a number for days since 1970 and a string for ISO 8601.
func (ev *evaluation) asDate(v Value) Value {
	ev.spend(20)
	switch v.typ {
	case Boolean:
		return noDate
	case Number:
		if v.str != "" && v.str != noDate.str {
			if d, ok := ev.dateOf(v.str); ok {
				return d
			}
		}
		if !(v.num >= minDays && v.num <= maxDays) {
			return noDate
		}
		ms := math.Round(v.num * msPerDay)
		return date(time.UnixMilli(int64(ms)).In(ev.location()))
	}
	if d, ok := ev.dateOf(ev.str(v)); ok {
		return d
	}
	return noDate
}

// dateOf reads what is written as a date or date-time.
func (ev *evaluation) dateOf(s string) (Value, bool) {
	t, ok := parseDateTime(s, ev.location())
	switch {
	case !ok:
		return Value{}, false
	case len(s) == len(time.DateOnly):
		return day(t, s), true
	}
	return date(t), true
}

// toDate returns "" for what is blank, so that a blank question stays blank.
func toDate(c args) Value {
	v := c.value(0)
	if v.typ == Boolean || v.typ != Number && c.ev.str(v) == "" {
		return text("")
	}
	if v.typ == NodeSet {
		v = text(c.ev.str(v))
	}
	if v.typ == String {
		v.str = padDate(v.str)
	}
	return c.ev.asDate(v)
}

// padDate turns 2012-7-3 into 2012-07-03.
func padDate(s string) string {
	day, rest, timed := strings.Cut(s, "T")
	parts := strings.Split(day, "-")
	if len(parts) != 3 {
		return s
	}
	for i := 1; i < 3; i++ {
		if len(parts[i]) == 1 {
			parts[i] = "0" + parts[i]
		}
	}
	day = strings.Join(parts, "-")
	if timed {
		return day + "T" + rest
	}
	return day
}

// parseDateTime reads a date or date-time of ISO 8601; one without offset is in
// zone. The seconds, their fraction and the minutes of the offset may be left
// out.
func parseDateTime(s string, zone *time.Location) (time.Time, bool) {
	if len(s) < len(time.DateOnly) || s[4] != '-' || s[7] != '-' {
		return time.Time{}, false
	}
	day, err := time.Parse(time.DateOnly, s[:10])
	if err != nil {
		return time.Time{}, false
	}
	c, person := clock{zone: zone}, zone
	if rest := s[10:]; rest != "" {
		var ok bool
		if rest[0] != 'T' {
			return time.Time{}, false
		}
		if c, ok = parseClock(rest[1:], zone); !ok {
			return time.Time{}, false
		}
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, c.hour, c.minute, c.second, c.nano, c.zone).In(person), true
}

// clock is a time of day in a zone.
type clock struct {
	hour, minute, second, nano int
	zone                       *time.Location
}

func parseClock(s string, zone *time.Location) (clock, bool) {
	c := clock{zone: zone}
	var ok bool
	if s, c.hour, ok = two(s, 23); !ok || !strings.HasPrefix(s, ":") {
		return c, false
	}
	if s, c.minute, ok = two(s[1:], 59); !ok {
		return c, false
	}
	if strings.HasPrefix(s, ":") {
		if s, c.second, ok = two(s[1:], 59); !ok {
			return c, false
		}
		if rest, found := strings.CutPrefix(s, "."); found {
			after, n := cutDigits(rest)
			if n == 0 {
				return c, false
			}
			f, _ := strconv.ParseFloat("0."+rest[:n], 64)
			c.nano, s = int(f*1e9), after
		}
	}
	switch {
	case s == "":
		return c, true
	case s == "Z":
		c.zone = time.UTC
		return c, true
	}
	c.zone, ok = parseOffset(s)
	return c, ok
}

func parseOffset(s string) (*time.Location, bool) {
	if s[0] != '+' && s[0] != '-' {
		return nil, false
	}
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	rest, hours, ok := two(s[1:], 23)
	minutes := 0
	if ok && rest != "" {
		rest, minutes, ok = two(strings.TrimPrefix(rest, ":"), 59)
	}
	if !ok || rest != "" {
		return nil, false
	}
	return time.FixedZone("", sign*(hours*60+minutes)*60), true
}

// two reads two digits up to most.
func two(s string, most int) (rest string, n int, ok bool) {
	if len(s) < 2 || !isDigit(s[0]) || !isDigit(s[1]) {
		return s, 0, false
	}
	n = int(s[0]-'0')*10 + int(s[1]-'0')
	return s[2:], n, n <= most
}

// decimalTime gives the fraction of the day, in the person's zone.
func decimalTime(c args) Value {
	s := c.str(0)
	if _, rest, ok := strings.Cut(s, "T"); ok {
		if _, ok := parseDateTime(s, c.ev.location()); !ok {
			return number(math.NaN())
		}
		s = rest
	}
	t, ok := parseDateTime("1970-01-01T"+s, c.ev.location())
	if !ok {
		return number(math.NaN())
	}
	h, m, sec := t.Clock()
	ms := ((h*60+m)*60+sec)*1000 + t.Nanosecond()/int(time.Millisecond)
	return number(float64(ms) / msPerDay)
}

// formatDate serves both functions: times of a date are zero.
func formatDate(c args) Value {
	v := c.value(0)
	if v.typ == NodeSet || v.typ == String {
		v = text(padDate(c.ev.str(v)))
	}
	d := c.ev.asDate(v)
	t, ok := parseDateTime(d.str, c.ev.location())
	if !ok {
		return text("")
	}
	format := c.str(1)
	c.ev.spend(len(format))
	s := formatTime(t, format, calendarOf(c.ev.ctx.Language))
	c.ev.spendText(s)
	return text(s)
}

// formatTime replaces the identifiers of the specification and those that
// JavaRosa adds; others stay as they are.
func formatTime(t time.Time, format string, names *calendar) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(format, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if after == "" {
			b.WriteByte('%')
			return b.String()
		}
		s, ok := timeField(t, after[0], names)
		if !ok {
			b.WriteByte('%')
			format = after
			continue
		}
		b.WriteString(s)
		format = after[1:]
	}
}

func timeField(t time.Time, id byte, names *calendar) (string, bool) {
	switch id {
	case 'Y':
		return t.Format("2006"), true
	case 'y':
		return t.Format("06"), true
	case 'm':
		return t.Format("01"), true
	case 'n':
		return t.Format("1"), true
	case 'b':
		return names.months[t.Month()-1], true
	case 'd':
		return t.Format("02"), true
	case 'e':
		return t.Format("2"), true
	case 'a':
		return names.days[t.Weekday()], true
	case 'H':
		return t.Format("15"), true
	case 'h':
		return strconv.Itoa(t.Hour()), true
	case 'M':
		return t.Format("04"), true
	case 'S':
		return t.Format("05"), true
	case '3':
		return t.Format(".000")[1:], true
	case 'W':
		_, week := t.ISOWeek()
		return strconv.Itoa(week), true
	case 'Z':
		return t.Format("-07:00"), true
	case '%':
		return "%", true
	}
	return "", false
}
