package xpath

import "slices"

// patternMatch is one try of a pattern on a text.
type patternMatch struct {
	ev    *evaluation
	text  []rune
	begin []int // of groups, by number; -1 where a group took no part
	end   []int
	depth int
}

// maxPatternDepth bounds how deep tries may stand in each other: a try for each
// character of an answer and what is around it.
const maxPatternDepth = 20_000

// search says whether the pattern fits somewhere in the text.
func (p *pattern) search(ev *evaluation, text string, groups int) bool {
	m := &patternMatch{ev: ev, text: []rune(text), begin: make([]int, groups+1), end: make([]int, groups+1)}
	for i := 0; i <= len(m.text); i++ {
		for g := range m.begin {
			m.begin[g], m.end[g] = -1, -1
		}
		if m.try(p, i, func(int) bool { return true }) {
			return true
		}
	}
	return false
}

// try fits p at i; then says whether the rest of the pattern fits from where p
// ended.
func (m *patternMatch) try(p *pattern, i int, then func(int) bool) bool {
	const perTry = 4 // tries are longer than other steps
	m.ev.spend(perTry)
	if m.depth++; m.depth > maxPatternDepth {
		panic(stopped{ErrBudget})
	}
	defer func() { m.depth-- }()
	switch p.op {
	case patternChar:
		return i < len(m.text) && p.has(m.text[i]) && then(i+1)
	case patternSeq:
		return m.sequence(p.subs, i, then)
	case patternAny:
		for _, s := range p.subs {
			if m.try(s, i, then) {
				return true
			}
		}
		return false
	case patternRepeat:
		if p.subs[0].op == patternChar {
			return m.run(p, i, then)
		}
		return m.repeat(p, 0, i, then)
	case patternGroup:
		return m.group(p, i, then)
	case patternBack:
		return m.back(p.group, i, then)
	case patternAhead, patternBehind:
		return m.look(p, i) != p.negative && then(i)
	case patternAtomic:
		end := -1
		return m.try(p.subs[0], i, func(j int) bool { end = j; return true }) && then(end)
	}
	return m.stands(p.op, i) && then(i)
}

func (m *patternMatch) sequence(subs []*pattern, i int, then func(int) bool) bool {
	switch len(subs) {
	case 0:
		return then(i)
	case 1:
		return m.try(subs[0], i, then)
	}
	return m.try(subs[0], i, func(j int) bool { return m.sequence(subs[1:], j, then) })
}

// run fits a repeated character, which may be a whole answer, without standing
// a try in a try for each.
func (m *patternMatch) run(p *pattern, i int, then func(int) bool) bool {
	if p.lazy {
		for n := 0; ; n++ {
			if n >= p.min && then(i+n) {
				return true
			}
			if m.ev.spend(1); n == p.max || i+n == len(m.text) || !p.subs[0].has(m.text[i+n]) {
				return false
			}
		}
	}
	n := 0
	for n != p.max && i+n < len(m.text) && p.subs[0].has(m.text[i+n]) {
		n++
	}
	m.ev.spend(n)
	for ; n >= p.min; n-- {
		if then(i + n) {
			return true
		}
	}
	return false
}

// repeat fits p once more, or goes on; lazily the other way round. A round that
// takes no character is not repeated.
func (m *patternMatch) repeat(p *pattern, count, i int, then func(int) bool) bool {
	if m.depth++; m.depth > maxPatternDepth {
		panic(stopped{ErrBudget})
	}
	defer func() { m.depth-- }()
	enough := count >= p.min
	if p.lazy && enough && then(i) {
		return true
	}
	if p.max < 0 || count < p.max {
		more := m.try(p.subs[0], i, func(j int) bool {
			return (j > i || count < p.min) && m.repeat(p, count+1, j, then)
		})
		if more {
			return true
		}
	}
	return !p.lazy && enough && then(i)
}

func (m *patternMatch) group(p *pattern, i int, then func(int) bool) bool {
	begin, end := m.begin[p.group], m.end[p.group]
	fits := m.try(p.subs[0], i, func(j int) bool {
		oldBegin, oldEnd := m.begin[p.group], m.end[p.group]
		m.begin[p.group], m.end[p.group] = i, j
		if then(j) {
			return true
		}
		m.begin[p.group], m.end[p.group] = oldBegin, oldEnd
		return false
	})
	if !fits {
		m.begin[p.group], m.end[p.group] = begin, end
	}
	return fits
}

// back fits what a group has taken. One that took no part fits nowhere, as in
// Java.
func (m *patternMatch) back(group, i int, then func(int) bool) bool {
	if m.begin[group] < 0 {
		return false
	}
	taken := m.text[m.begin[group]:m.end[group]]
	m.ev.spend(len(taken) / bytesPerStep)
	end := i + len(taken)
	return end <= len(m.text) && slices.Equal(taken, m.text[i:end]) && then(end)
}

// look says whether the pattern inside fits from i on, or up to i.
func (m *patternMatch) look(p *pattern, i int) bool {
	if p.op == patternAhead {
		return m.try(p.subs[0], i, func(int) bool { return true })
	}
	for from := i; from >= 0; from-- {
		if m.try(p.subs[0], from, func(j int) bool { return j == i }) {
			return true
		}
	}
	return false
}

// stands says whether a place is what an assertion asks for.
func (m *patternMatch) stands(op patternOp, i int) bool {
	switch op {
	case patternBegin:
		return i == 0
	case patternEnd:
		return i == len(m.text)
	case patternLineBegin:
		return i == 0 || m.text[i-1] == '\n'
	case patternLineEnd:
		return i == len(m.text) || m.text[i] == '\n'
	}
	boundary := (i > 0 && isWord(m.text[i-1])) != (i < len(m.text) && isWord(m.text[i]))
	return boundary == (op == patternWord)
}

func isWord(c rune) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
