package levels

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// A sequence is an isolating run sequence of the bidirectional algorithm.
type sequence struct {
	a        *ordering
	at       []int // its characters
	level    int
	sos, eos bidi.Class
	original []bidi.Class
}

func (s *sequence) class(n int) bidi.Class { return s.a.classes[s.at[n]] }

func (s *sequence) set(n int, c bidi.Class) { s.a.classes[s.at[n]] = c }

// weak applies rules W1 to W7.
func (s *sequence) weak() {
	before := s.sos
	for n := range s.at { // W1
		if s.class(n) == bidi.NSM {
			s.set(n, before)
		}
		if before = s.class(n); isolates(before) || before == bidi.PDI {
			before = bidi.ON
		}
	}
	last := s.sos
	for n := range s.at { // W2
		switch c := s.class(n); {
		case c == bidi.L || c == bidi.R || c == bidi.AL:
			last = c
		case c == bidi.EN && last == bidi.AL:
			s.set(n, bidi.AN)
		}
	}
	for n := range s.at { // W3
		if s.class(n) == bidi.AL {
			s.set(n, bidi.R)
		}
	}
	for n := 1; n+1 < len(s.at); n++ { // W4
		l, c, r := s.class(n-1), s.class(n), s.class(n+1)
		if l == r && (l == bidi.EN && (c == bidi.ES || c == bidi.CS) || l == bidi.AN && c == bidi.CS) {
			s.set(n, l)
		}
	}
	for n := 0; n < len(s.at); n++ { // W5, W6
		switch s.class(n) {
		case bidi.ET:
			to := n
			for to < len(s.at) && s.class(to) == bidi.ET {
				to++
			}
			c := bidi.ON
			if n > 0 && s.class(n-1) == bidi.EN || to < len(s.at) && s.class(to) == bidi.EN {
				c = bidi.EN
			}
			for ; n < to; n++ {
				s.set(n, c)
			}
			n--
		case bidi.ES, bidi.CS:
			s.set(n, bidi.ON)
		}
	}
	last = s.sos
	for n := range s.at { // W7
		switch c := s.class(n); {
		case c == bidi.L || c == bidi.R:
			last = c
		case c == bidi.EN && last == bidi.L:
			s.set(n, bidi.L)
		}
	}
}

// directed is the direction that a class has for neutrals beside it; ON for none.
func directed(c bidi.Class) bidi.Class {
	switch c {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// brackets applies rule N0.
func (s *sequence) brackets() {
	type opened struct {
		sign rune
		at   int
	}
	var open []opened
	var pairs [][2]int
	for n, i := range s.at {
		if s.class(n) != bidi.ON {
			continue
		}
		p, _ := bidi.LookupRune(s.a.text[i])
		switch {
		case p.IsOpeningBracket():
			if len(open) == maxBrackets {
				return
			}
			open = append(open, opened{facing(s.a.text[i]), n})
		case p.IsBracket():
			for k := len(open) - 1; k >= 0; k-- {
				if open[k].sign == canonical(s.a.text[i]) {
					pairs = append(pairs, [2]int{open[k].at, n})
					open = open[:k]
					break
				}
			}
		}
	}
	s.pair(pairs)
}

// facing is the sign that closes what a bracket opens.
func facing(r rune) rune { return canonical([]rune(bidi.ReverseString(string(r)))[0]) }

// canonical takes brackets that mean the same for one (BD16).
func canonical(r rune) rune {
	switch r {
	case 0x2329:
		return 0x3008
	case 0x232A:
		return 0x3009
	}
	return r
}

func (s *sequence) pair(pairs [][2]int) {
	slices.SortFunc(pairs, func(a, b [2]int) int { return a[0] - b[0] })
	own := strong(s.level)
	for _, p := range pairs {
		within := bidi.ON
		for n := p[0] + 1; n < p[1]; n++ {
			if c := directed(s.class(n)); c == own {
				within = own
				break
			} else if c != bidi.ON {
				within = c
			}
		}
		if within == bidi.ON {
			continue
		}
		if within != own {
			before := s.sos
			for n := p[0] - 1; n >= 0; n-- {
				if c := directed(s.class(n)); c != bidi.ON {
					before = c
					break
				}
			}
			if before != within {
				within = own
			}
		}
		for _, n := range p {
			s.set(n, within)
			for m := n + 1; m < len(s.at) && s.original[s.at[m]] == bidi.NSM; m++ {
				s.set(m, within)
			}
		}
	}
}

// neutral applies rules N1 and N2.
func (s *sequence) neutral() {
	before := s.sos
	for n := 0; n < len(s.at); n++ {
		if c := directed(s.class(n)); c != bidi.ON {
			before = c
			continue
		}
		to := n
		for to < len(s.at) && directed(s.class(to)) == bidi.ON {
			to++
		}
		after := s.eos
		if to < len(s.at) {
			after = directed(s.class(to))
		}
		c := strong(s.level)
		if before == after {
			c = before
		}
		for ; n < to; n++ {
			s.set(n, c)
		}
		n--
	}
}
