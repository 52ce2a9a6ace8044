package xpath

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Type is one of the four types of XPath 1.0.
type Type uint8

// The types of values. A date is a Number that knows how it is written.
const (
	NodeSet Type = iota
	String
	Number
	Boolean
)

// A Value is what an expression comes to. The zero Value is the empty
// node-set.
type Value struct {
	typ   Type
	num   float64 // Number; Boolean as 0 or 1
	str   string  // String; of a Number, how it is written where that differs
	nodes []Node
	zone  *time.Location // for dates written without one; set on results
}

func text(s string) Value     { return Value{typ: String, str: s} }
func number(f float64) Value  { return Value{typ: Number, num: f} }
func nodeSet(ns []Node) Value { return Value{nodes: ns} }
func boolean(b bool) (v Value) {
	v.typ = Boolean
	if b {
		v.num = 1
	}
	return v
}

// Type returns the type of v before any conversion.
func (v Value) Type() Type { return v.typ }

// Nodes returns the nodes of a node-set in document order (the order of the
// function for randomize), nil for all other types.
func (v Value) Nodes() []Node { return v.nodes }

// String converts v as string() does: the text of the first node, "NaN" for
// what is not a number. A form keeps NaN as blank; that is the caller's to do.
func (v Value) String() string {
	switch v.typ {
	case NodeSet:
		if len(v.nodes) == 0 {
			return ""
		}
		return v.nodes[0].Text()
	case Boolean:
		return strconv.FormatBool(v.num != 0)
	case Number:
		if v.str == "" {
			return formatNumber(v.num)
		}
	}
	return v.str
}

// Number converts v as number() does; a date or date-time becomes days since
// 1970-01-01 UTC.
func (v Value) Number() float64 {
	if v.typ == Number || v.typ == Boolean {
		return v.num
	}
	zone := v.zone
	if zone == nil {
		zone = time.Local
	}
	return parseNumber(v.String(), zone)
}

// Bool converts v as boolean() does.
func (v Value) Bool() bool {
	switch v.typ {
	case NodeSet:
		return len(v.nodes) > 0
	case String:
		return v.str != ""
	}
	return v.num != 0 && !math.IsNaN(v.num)
}

// formatNumber writes f as XPath 1.0 §4.2 says: no exponent, no sign on zero.
func formatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// parseNumber reads a number as XPath 1.0 §4.4 says, and beyond it an exponent
// (other programs write 7.9e-12) and dates (ODK XForms, number()).
func parseNumber(s string, zone *time.Location) float64 {
	if f, ok := wholeNumber(s); ok {
		return f
	}
	s = strings.Trim(s, " \t\r\n")
	if !looksNumeric(s) {
		if t, ok := parseDateTime(s, zone); ok {
			return daysOf(t)
		}
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(s, 64) // too large is ±Inf, as it should be
	return f
}

// wholeNumber reads what most numbers in forms are: a few digits.
func wholeNumber(s string) (f float64, ok bool) {
	const most = 15 // digits that a float64 holds exactly
	if len(s) == 0 || len(s) > most {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	return float64(n), true
}

func looksNumeric(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := 0
	s, digits = cutDigits(s)
	if rest, ok := strings.CutPrefix(s, "."); ok {
		var more int
		s, more = cutDigits(rest)
		digits += more
	}
	if digits == 0 {
		return false
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '-' || s[0] == '+') {
			s = s[1:]
		}
		if s, digits = cutDigits(s); digits == 0 {
			return false
		}
	}
	return s == ""
}

func cutDigits(s string) (rest string, n int) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[n:], n
}
