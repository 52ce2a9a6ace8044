package locale

import (
	"math/bits"
	"strings"
	"unicode"

	"golang.org/x/text/number"
)

// marks are the characters that a language writes numbers with.
type marks struct {
	zero           rune // the digit; the other nine follow it
	decimal, group string
}

func (l *Localizer) marks() marks {
	p := l.now.Load().printer
	zero := []rune(p.Sprint(number.Decimal(0)))[0]
	notDigit := func(s string) string {
		return strings.TrimFunc(s, func(r rune) bool { return unicode.IsDigit(r) })
	}
	return marks{zero, notDigit(p.Sprint(number.Decimal(1.5, number.Scale(1)))), notDigit(p.Sprint(number.Decimal(1111111, number.Scale(0)))[:len(p.Sprint(number.Decimal(1111)))])}
}

// Figures writes a number given as ASCII digits with "." before the fraction,
// as programs exchange them, in the digits and with the decimal mark of the
// language; grouped, with marks between the thousands as well. What is no such
// number stays as it is.
func (l *Localizer) Figures(value string, grouped bool) string {
	digits, minus := strings.CutPrefix(value, "-")
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	if !figures(whole + fraction) {
		return value
	}
	m := l.marks()
	var b strings.Builder
	if minus {
		b.WriteByte('-')
	}
	if n, fits := small(whole); grouped && fits {
		b.WriteString(l.now.Load().printer.Sprint(number.Decimal(n)))
	} else {
		m.put(&b, whole)
	}
	if hasFraction {
		b.WriteString(m.decimal)
		m.put(&b, fraction)
	}
	return b.String()
}

func (m marks) put(b *strings.Builder, digits string) {
	for _, d := range digits {
		b.WriteRune(m.zero + d - '0')
	}
}

func figures(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// small is a number that the printer can group; zeros in front would be lost.
func small(digits string) (n int64, ok bool) {
	if digits == "" || len(digits) > 18 || len(digits) > 1 && digits[0] == '0' {
		return 0, false
	}
	for _, d := range digits {
		n = n*10 + int64(d-'0')
	}
	return n, bits.Len64(uint64(n)) < 64
}

// ReadFigures reads a number as people of the language type it, in digits of
// any script, and returns it as [Localizer.Figures] takes it. Marks between
// thousands and spaces are dropped. A mark that this language doesn't use
// before fractions is taken for one where it can't stand between thousands:
// "2,5" is two and a half in English, too.
func (l *Localizer) ReadFigures(typed string) (value string, ok bool) {
	const dot, comma = '.', ','
	m := l.marks()
	var b strings.Builder
	for i, r := range strings.TrimSpace(typed) {
		switch {
		case unicode.IsDigit(r):
			b.WriteRune('0' + digit(r))
		case (r == '-' || r == '−' || r == '\u200e' || r == '\u200f' || r == '\u061c') && b.Len() == 0:
			if r == '-' || r == '−' {
				b.WriteByte('-')
			}
		case r == '+' && i == 0, unicode.IsSpace(r), r == '\'', r == '’', r == '_':
		case r == '٬': // Arabic thousands
		case r == '٫':
			b.WriteRune(dot)
		case r == dot || r == comma:
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	plain := b.String()
	mark := "."
	if m.decimal == "," {
		mark = ","
	}
	if strings.ContainsRune(typed, '٫') {
		mark = "."
	}
	other := "."
	if mark == "." {
		other = ","
	}
	switch {
	case strings.Count(plain, mark) > 1: // it can only stand between thousands
		if strings.Contains(plain, other) && strings.LastIndex(plain, mark) > strings.Index(plain, other) || !thousands(plain, mark, other) {
			return "", false
		}
		mark, other = other, mark
	case strings.Count(plain, other) == 1 && !strings.Contains(plain, mark) && !thousands(plain, other, mark):
		mark, other = other, mark
	}
	whole, fraction, _ := strings.Cut(plain, mark)
	if strings.Contains(fraction, other) || strings.Contains(whole, other) && !thousands(whole, other, mark) {
		return "", false
	}
	whole = strings.ReplaceAll(whole, other, "")
	digits, minus := strings.CutPrefix(whole, "-")
	if !figures(digits+fraction) || strings.Contains(digits, "-") {
		return "", false
	}
	if value = digits; digits == "" {
		value = "0"
	}
	if minus {
		value = "-" + value
	}
	if fraction != "" {
		value += "." + fraction
	}
	return value, true
}

// digit is the worth of a decimal digit: those of a script stand together from
// a zero on.
func digit(r rune) rune {
	const mathematical = 0x1D7CE // five sets of them follow each other
	if r >= mathematical && r < mathematical+50 {
		return (r - mathematical) % 10
	}
	zero := r
	for r-zero < 9 && unicode.IsDigit(zero-1) {
		zero--
	}
	return r - zero
}

// thousands says whether mark stands between groups of digits: three in the
// last, one to three in those before, as in India two.
func thousands(plain, mark, decimal string) bool {
	whole, _, _ := strings.Cut(strings.TrimPrefix(plain, "-"), decimal)
	groups := strings.Split(whole, mark)
	for i, g := range groups {
		last := i == len(groups)-1
		if last && len(g) != 3 || !last && (len(g) < 1 || len(g) > 3) {
			return false
		}
	}
	return groups[0] != "0"
}
