// Package levels says in which direction the letters of a line run: levels by the
// Unicode bidirectional algorithm (UAX 9, rules named as there). The libraries at hand
// tell directions and not levels, and a number behind Arabic within English then
// stands on the wrong side of it. Start at [Of].
package levels

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

const (
	maxDepth    = 125 // BD2
	maxBrackets = 63  // BD16
)

// removed are the classes that rule X9 takes out.
func removed(c bidi.Class) bool {
	switch c {
	case bidi.LRE, bidi.RLE, bidi.LRO, bidi.RLO, bidi.PDF, bidi.BN:
		return true
	}
	return false
}

func isolates(c bidi.Class) bool { return c == bidi.LRI || c == bidi.RLI || c == bidi.FSI }

// Of returns the level of each character of one paragraph whose own level
// is base, 0 or 1. What rule X9 takes out has the level of what stands before it.
func Of(text []rune, base int) []int {
	levels := make([]int, len(text))
	classes := make([]bidi.Class, len(text))
	turns := base == 1
	for i, r := range text {
		p, _ := bidi.LookupRune(r)
		classes[i], levels[i] = p.Class(), base
		switch p.Class() {
		case bidi.L, bidi.EN, bidi.ES, bidi.ET, bidi.CS, bidi.NSM, bidi.BN, bidi.B, bidi.S, bidi.WS, bidi.ON:
		default:
			turns = true
		}
	}
	if !turns {
		return levels
	}
	a := &ordering{text: text, classes: slices.Clone(classes), levels: levels, base: base}
	a.match(classes)
	a.explicit(classes)
	a.sequences(classes)
	last := base
	for i, c := range classes {
		switch {
		case removed(c):
			levels[i] = last
		case c == bidi.S || c == bidi.B: // L1
			levels[i] = base
		}
		last = levels[i]
	}
	return levels
}

// ordering is one paragraph at work.
type ordering struct {
	text    []rune
	classes []bidi.Class // as the rules change them
	levels  []int
	base    int
	ends    []int // by initiator of an isolate, where its PDI is; len(text) if nowhere
	begins  []int // by PDI, where its initiator is; -1 if nowhere
}

// match pairs isolates with their ends (BD9).
func (a *ordering) match(classes []bidi.Class) {
	a.ends, a.begins = make([]int, len(classes)), make([]int, len(classes))
	var open []int
	for i, c := range classes {
		a.begins[i] = -1
		switch {
		case isolates(c):
			a.ends[i] = len(classes)
			open = append(open, i)
		case c == bidi.PDI && len(open) > 0:
			last := open[len(open)-1]
			open = open[:len(open)-1]
			a.ends[last], a.begins[i] = i, last
		case c == bidi.B:
			open = nil
		}
	}
}

// first is the level that rules P2 and P3 give a stretch.
func (a *ordering) first(classes []bidi.Class, from, to int) int {
	for i := from; i < to; i++ {
		switch c := classes[i]; {
		case c == bidi.L:
			return 0
		case c == bidi.R || c == bidi.AL:
			return 1
		case isolates(c):
			i = a.ends[i]
		}
	}
	return 0
}

// explicit applies rules X1 to X8.
func (a *ordering) explicit(classes []bidi.Class) {
	type status struct {
		level    int
		override bidi.Class // ON: none
		isolate  bool
	}
	stack := []status{{a.base, bidi.ON, false}}
	overIsolate, overEmbedding, valid := 0, 0, 0
	for i, c := range classes {
		top := stack[len(stack)-1]
		rightward := c == bidi.RLE || c == bidi.RLO || c == bidi.RLI || c == bidi.FSI && a.first(classes, i+1, a.ends[i]) == 1
		next := (top.level + 2) &^ 1
		if rightward {
			next = (top.level + 1) | 1
		}
		fits := next <= maxDepth && overIsolate == 0 && overEmbedding == 0
		switch {
		case c == bidi.RLE || c == bidi.LRE || c == bidi.RLO || c == bidi.LRO:
			override := bidi.ON
			if c == bidi.RLO {
				override = bidi.R
			} else if c == bidi.LRO {
				override = bidi.L
			}
			if fits {
				stack = append(stack, status{next, override, false})
			} else if overIsolate == 0 {
				overEmbedding++
			}
		case isolates(c):
			a.levels[i] = top.level
			if top.override != bidi.ON {
				a.classes[i] = top.override
			}
			if fits {
				valid++
				stack = append(stack, status{next, bidi.ON, true})
			} else {
				overIsolate++
			}
		case c == bidi.PDI:
			if overIsolate > 0 {
				overIsolate--
			} else if valid > 0 {
				overEmbedding = 0
				for !stack[len(stack)-1].isolate {
					stack = stack[:len(stack)-1]
				}
				stack, valid = stack[:len(stack)-1], valid-1
			}
			top = stack[len(stack)-1]
			a.levels[i] = top.level
			if top.override != bidi.ON {
				a.classes[i] = top.override
			}
		case c == bidi.PDF:
			if overIsolate > 0 {
			} else if overEmbedding > 0 {
				overEmbedding--
			} else if !top.isolate && len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case c == bidi.B:
			a.levels[i] = a.base
		case c != bidi.BN:
			a.levels[i] = top.level
			if top.override != bidi.ON {
				a.classes[i] = top.override
			}
		}
	}
}

// sequences finds the isolating run sequences (BD13) and resolves each.
func (a *ordering) sequences(classes []bidi.Class) {
	var kept []int // what X9 leaves
	for i, c := range classes {
		if !removed(c) {
			kept = append(kept, i)
		}
	}
	var runs [][]int
	startsAt := map[int]int{} // run by its first character
	for from := 0; from < len(kept); {
		to := from + 1
		for to < len(kept) && a.levels[kept[to]] == a.levels[kept[from]] {
			to++
		}
		startsAt[kept[from]] = len(runs)
		runs = append(runs, kept[from:to])
		from = to
	}
	place := map[int]int{} // in kept, of the ends of runs
	for p, i := range kept {
		place[i] = p
	}
	explicit := slices.Clone(a.levels)
	for _, run := range runs {
		if classes[run[0]] == bidi.PDI && a.begins[run[0]] >= 0 {
			continue // it goes on from where its isolate begins
		}
		all := slices.Clone(run)
		for {
			last := all[len(all)-1]
			if !isolates(classes[last]) || a.ends[last] == len(classes) {
				break
			}
			on, ok := startsAt[a.ends[last]]
			if !ok {
				break
			}
			all = append(all, runs[on]...)
		}
		before, after := a.base, a.base
		if p := place[all[0]]; p > 0 {
			before = explicit[kept[p-1]]
		}
		last := all[len(all)-1]
		if p := place[last]; p+1 < len(kept) && !isolates(classes[last]) {
			after = explicit[kept[p+1]]
		}
		level := explicit[all[0]]
		s := &sequence{a: a, at: all, level: level, sos: strong(max(level, before)), eos: strong(max(level, after)), original: classes}
		s.weak()
		s.brackets()
		s.neutral()
		for _, i := range all {
			a.levels[i] = implicit(level, a.classes[i])
		}
	}
}

// strong is the direction of a level.
func strong(level int) bidi.Class {
	if level%2 == 1 {
		return bidi.R
	}
	return bidi.L
}

// implicit applies rules I1 and I2.
func implicit(level int, c bidi.Class) int {
	switch {
	case level%2 == 0 && c == bidi.R, level%2 == 1 && (c == bidi.L || c == bidi.EN || c == bidi.AN):
		return level + 1
	case level%2 == 0 && (c == bidi.AN || c == bidi.EN):
		return level + 2
	}
	return level
}
