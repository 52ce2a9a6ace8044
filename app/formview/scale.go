package formview

import (
	"strconv"
	"strings"
)

// A scale is the numbers that a range offers: from the first, in steps, to the
// last. They are counted in the smallest decimal place that is needed, so that
// ten steps of 0.1 make 1 and not a little less.
type scale struct {
	first, step int64 // in units of the last decimal place
	steps       int64 // 0 is one number only
	places      int
}

// maxPlaces and maxUnits keep the arithmetic exact.
const (
	maxPlaces = 6
	maxUnits  = 1 << 50
)

// newScale reads the parameters start, end and step of a range; the defaults
// are those of ODK: 1, 10 and 1. A range may run downwards.
func newScale(parameters map[string]string) (scale, bool) {
	read := func(name, otherwise string) string {
		if v := strings.TrimSpace(parameters[name]); v != "" {
			return v
		}
		return otherwise
	}
	start, end, step := read("start", "1"), read("end", "10"), read("step", "1")
	places := 0
	for _, s := range []string{start, end, step} {
		_, fraction, _ := strings.Cut(s, ".")
		places = max(places, len(strings.TrimRight(fraction, "0")))
	}
	first, ok1 := units(start, places)
	last, ok2 := units(end, places)
	by, ok3 := units(step, places)
	if by < 0 {
		by = -by
	}
	if !ok1 || !ok2 || !ok3 || by == 0 || places > maxPlaces {
		return scale{}, false
	}
	s := scale{first: first, step: by, places: places, steps: (last - first) / by}
	if last < first {
		s.step, s.steps = -by, (first-last)/by
	}
	return s, true
}

// units counts a decimal number in its smallest place.
func units(number string, places int) (n int64, ok bool) {
	whole, fraction, _ := strings.Cut(number, ".")
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > places {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	return n, err == nil && n > -maxUnits && n < maxUnits
}

// at is the number after i steps, as it is written in an answer.
func (s scale) at(i int64) string {
	return written(s.first+min(max(i, 0), s.steps)*s.step, s.places)
}

// of is after how many steps a number comes; one between two steps counts as
// the nearer.
func (s scale) of(value string) (i int64, ok bool) {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || x != x {
		return 0, false
	}
	unit := 1.0
	for range s.places {
		unit *= 10
	}
	steps := (x*unit - float64(s.first)) / float64(s.step)
	return int64(min(max(steps+0.5, 0), float64(s.steps))), true
}

// stepsIn is how many steps a distance has, whichever way it is written.
func (s scale) stepsIn(distance string) (n int64, ok bool) {
	d, ok := units(strings.TrimSpace(distance), s.places)
	if !ok || d%s.step != 0 {
		return 0, false
	}
	return max(d/s.step, -d/s.step), true
}

// written is a number of units as a decimal number.
func written(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatInt(n, 10)
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, fraction := digits[:len(digits)-places], strings.TrimRight(digits[len(digits)-places:], "0")
	if fraction != "" {
		whole += "." + fraction
	}
	if whole == "0" {
		return whole
	}
	return sign + whole
}

// added is a number and one to add to it; blank counts as nought.
func added(value string, by int64) (string, bool) {
	if value == "" {
		value = "0"
	}
	_, fraction, _ := strings.Cut(value, ".")
	places := len(strings.TrimRight(fraction, "0"))
	n, ok := units(value, min(places, maxPlaces))
	if !ok {
		return "", false
	}
	one := int64(1)
	for range places {
		one *= 10
	}
	return written(n+by*one, places), true
}
