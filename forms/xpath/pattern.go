package xpath

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is a node of a regular expression with what RE2 leaves out:
// look-around, back-references, atomic groups. Such patterns stand in forms
// that were written for ODK Collect (Java) and for browsers. They are tried by
// backtracking, which may take very long: each try is a step of the evaluation.
type pattern struct {
	op       patternOp
	ranges   []rune // patternChar: pairs of first and last
	subs     []*pattern
	min, max int // patternRepeat; max < 0 is no limit
	lazy     bool
	negative bool // of a look
	group    int  // patternGroup and patternBack, from 1
}

type patternOp uint8

const (
	patternChar patternOp = iota
	patternSeq
	patternAny // one of several
	patternRepeat
	patternGroup
	patternBack
	patternAhead
	patternBehind
	patternAtomic
	patternBegin // of the text
	patternEnd
	patternLineBegin
	patternLineEnd
	patternWord // boundary
	patternNoWord
)

// Limits of a pattern.
const (
	maxPatternRepeat = 10_000
	maxPatternNest   = 100
	maxPatternGroups = 99
)

// patternParser reads the syntax that Java and JavaScript share.
type patternParser struct {
	rest   string
	flags  syntax.Flags
	groups int
	names  map[string]int
	nest   int
	backs  int // the highest back-reference
}

func parsePattern(source string) (p *pattern, groups int, err error) {
	r := &patternParser{rest: source, flags: syntax.Perl, names: map[string]int{}}
	defer func() {
		if e := recover(); e != nil {
			fault, ok := e.(patternError)
			if !ok {
				panic(e)
			}
			err = errors.New(string(fault))
		}
	}()
	p = r.alternatives()
	if r.rest != "" {
		r.fail("the parenthesis at %q closes nothing", excerpt(r.rest))
	}
	if r.backs > r.groups {
		r.fail("there is no group %d", r.backs)
	}
	return p, r.groups, nil
}

// patternError is how the parser stops.
type patternError string

func (r *patternParser) fail(format string, a ...any) {
	panic(patternError(fmt.Sprintf(format, a...)))
}

func (r *patternParser) accept(s string) bool {
	rest, ok := strings.CutPrefix(r.rest, s)
	r.rest = rest
	return ok
}

// until takes what stands before end, and end.
func (r *patternParser) until(end string) string {
	before, after, ok := strings.Cut(r.rest, end)
	if !ok {
		r.fail("%s is missing", end)
	}
	r.rest = after
	return before
}

func (r *patternParser) alternatives() *pattern {
	if r.nest++; r.nest > maxPatternNest {
		r.fail("it nests deeper than %d levels", maxPatternNest)
	}
	flags := r.flags // those set inside end with the group
	any := &pattern{op: patternAny, subs: []*pattern{r.sequence()}}
	for r.accept("|") {
		any.subs = append(any.subs, r.sequence())
	}
	r.flags = flags
	r.nest--
	if len(any.subs) == 1 {
		return any.subs[0]
	}
	return any
}

func (r *patternParser) sequence() *pattern {
	seq := &pattern{op: patternSeq}
	for r.rest != "" && r.rest[0] != '|' && r.rest[0] != ')' {
		if atom := r.atom(); atom != nil {
			seq.subs = append(seq.subs, r.repeated(atom))
		}
	}
	return seq
}

// atom returns nil for what sets flags only.
func (r *patternParser) atom() *pattern {
	switch c := r.rest[0]; c {
	case '(':
		return r.parenthesis()
	case '*', '+', '?':
		r.fail("there is nothing before %q to repeat", string(c))
	case '^':
		r.rest = r.rest[1:]
		return &pattern{op: choose(r.flags&syntax.OneLine == 0, patternLineBegin, patternBegin)}
	case '$':
		r.rest = r.rest[1:]
		return &pattern{op: choose(r.flags&syntax.OneLine == 0, patternLineEnd, patternEnd)}
	case '[':
		return r.character(classLength(r.rest))
	case '\\':
		return r.escape()
	}
	_, n := utf8.DecodeRuneInString(r.rest)
	return r.character(n)
}

func choose(first bool, a, b patternOp) patternOp {
	if first {
		return a
	}
	return b
}

// classLength is how long the class at the start of s is, [:alpha:] included.
func classLength(s string) int {
	i := 1
	if i < len(s) && s[i] == '^' {
		i++
	}
	if i < len(s) && s[i] == ']' {
		i++
	}
	for i < len(s) {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], "[:"):
			if end := strings.Index(s[i:], ":]"); end > 0 {
				i += end + 1
			}
		case s[i] == ']':
			return i + 1
		}
		i++
	}
	return len(s)
}

// character reads what stands for one character by the parser of RE2, which
// knows the classes.
func (r *patternParser) character(n int) *pattern {
	written := r.rest[:min(n, len(r.rest))]
	r.rest = r.rest[len(written):]
	if written == "{" || written == "}" || written == "]" {
		written = `\` + written // which are themselves where they open and close nothing
	}
	re, err := syntax.Parse(hexEscapes(written), r.flags)
	if err != nil {
		r.fail("%s: %v", written, err)
	}
	p := &pattern{op: patternChar}
	switch re.Op {
	case syntax.OpCharClass:
		p.ranges = re.Rune
	case syntax.OpLiteral:
		if len(re.Rune) != 1 {
			r.fail("%q is not one character", written)
		}
		for c := re.Rune[0]; ; {
			p.ranges = append(p.ranges, c, c)
			if re.Flags&syntax.FoldCase == 0 {
				break
			}
			if c = unicode.SimpleFold(c); c == re.Rune[0] {
				break
			}
		}
	case syntax.OpAnyCharNotNL:
		p.ranges = []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	case syntax.OpAnyChar:
		p.ranges = []rune{0, unicode.MaxRune}
	case syntax.OpNoMatch: // an empty class
	case syntax.OpBeginText:
		p.op = patternBegin
	case syntax.OpEndText:
		p.op = patternEnd
	case syntax.OpWordBoundary:
		p.op = patternWord
	case syntax.OpNoWordBoundary:
		p.op = patternNoWord
	default:
		r.fail("%q is not one character", written)
	}
	return p
}

// hexEscapes writes \u1234 as RE2 does, \x{1234}.
func hexEscapes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+5 < len(s) && s[i+1] == 'u':
			b.WriteString(`\x{` + s[i+2:i+6] + `}`)
			i += 5
		case s[i] == '\\' && i+1 < len(s):
			b.WriteString(s[i : i+2])
			i++
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func (r *patternParser) escape() *pattern {
	s := r.rest
	switch {
	case len(s) == 1:
		r.fail(`it ends with \`)
	case '1' <= s[1] && s[1] <= '9':
		n := int(s[1] - '0')
		r.rest = s[2:]
		r.backs = max(r.backs, n)
		return &pattern{op: patternBack, group: n}
	case s[1] == 'k' && strings.HasPrefix(s, `\k<`):
		r.rest = s[3:]
		n, ok := r.names[r.until(">")]
		if !ok {
			r.fail("there is no group of this name before it")
		}
		return &pattern{op: patternBack, group: n}
	case s[1] == 'u':
		return r.character(6)
	case strings.HasPrefix(s[2:], "{") && strings.IndexByte("pPx", s[1]) >= 0:
		return r.character(max(strings.IndexByte(s, '}'), 1) + 1)
	case s[1] == 'x':
		return r.character(4)
	case s[1] == '0': // up to three octal digits
		n := 2
		for n < 4 && n < len(s) && '0' <= s[n] && s[n] <= '7' {
			n++
		}
		return r.character(n)
	case s[1] == 'p' || s[1] == 'P':
		return r.character(3)
	case s[1] == 'Z': // Java; the end of the text
		r.rest = s[2:]
		return &pattern{op: patternEnd}
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	return r.character(1 + n)
}

func (r *patternParser) parenthesis() *pattern {
	p := &pattern{op: patternGroup}
	switch {
	case r.accept("(?:"):
		p.op = patternSeq
	case r.accept("(?="):
		p.op = patternAhead
	case r.accept("(?!"):
		p.op, p.negative = patternAhead, true
	case r.accept("(?<="):
		p.op = patternBehind
	case r.accept("(?<!"):
		p.op, p.negative = patternBehind, true
	case r.accept("(?>"):
		p.op = patternAtomic
	case r.accept("(?P<"), r.accept("(?<"):
		name := r.until(">")
		r.names[name] = r.groups + 1
	case r.accept("(?"):
		return r.setFlags(p)
	default:
		r.rest = r.rest[1:]
	}
	if p.op == patternGroup {
		if r.groups++; r.groups > maxPatternGroups {
			r.fail("it has more than %d groups", maxPatternGroups)
		}
		p.group = r.groups
	}
	return r.closing(p)
}

func (r *patternParser) closing(p *pattern) *pattern {
	p.subs = []*pattern{r.alternatives()}
	if !r.accept(")") {
		r.fail("a closing parenthesis is missing")
	}
	return p
}

// setFlags reads "i)" or "i-s:…)" after "(?".
func (r *patternParser) setFlags(p *pattern) *pattern {
	before, flags, on := r.flags, r.flags, true
	for {
		if r.rest == "" {
			r.fail("a closing parenthesis is missing")
		}
		c := r.rest[0]
		r.rest = r.rest[1:]
		set, opposite := syntax.Flags(0), false
		switch c {
		case 'i':
			set = syntax.FoldCase
		case 's':
			set = syntax.DotNL
		case 'm':
			set, opposite = syntax.OneLine, true
		case '-':
			on = false
			continue
		case ')':
			r.flags = flags
			return nil
		case ':':
			r.flags = flags
			p.op = patternSeq
			r.closing(p)
			r.flags = before
			return p
		default:
			r.fail("there is no group that begins with (?%c", c)
		}
		if on != opposite {
			flags |= set
		} else {
			flags &^= set
		}
	}
}

// repeated reads what may follow an atom: * + ? {2,5}, each with ? or + behind.
func (r *patternParser) repeated(atom *pattern) *pattern {
	p := &pattern{op: patternRepeat, subs: []*pattern{atom}, max: -1}
	switch {
	case r.accept("*"):
	case r.accept("+"):
		p.min = 1
	case r.accept("?"):
		p.max = 1
	case r.counts(p):
	default:
		return atom
	}
	switch {
	case r.accept("?"):
		p.lazy = true
	case r.accept("+"):
		return &pattern{op: patternAtomic, subs: []*pattern{p}}
	}
	if r.rest != "" && (strings.IndexByte("*+?", r.rest[0]) >= 0 || r.counts(&pattern{})) {
		r.fail("a repetition can't be repeated without parentheses")
	}
	return p
}

// counts reads {2}, {2,} or {2,5}; other braces are themselves.
func (r *patternParser) counts(p *pattern) bool {
	if !strings.HasPrefix(r.rest, "{") {
		return false
	}
	inner, after, ok := strings.Cut(r.rest[1:], "}")
	low, high, both := strings.Cut(inner, ",")
	least, fits := times(low)
	if !ok || !fits {
		return false
	}
	most := least
	if high != "" {
		if most, fits = times(high); !fits {
			return false
		}
	}
	if max(least, most) > maxPatternRepeat || most < least {
		r.fail("{%s} is no number of times, or too many", inner)
	}
	p.min, p.max = least, most
	if both && high == "" {
		p.max = -1
	}
	r.rest = after
	return true
}

// times reads a number without leading zeros; one that is far too large is one
// more than is allowed.
func times(s string) (int, bool) {
	rest, n := cutDigits(s)
	if n == 0 || rest != "" || n > 1 && s[0] == '0' {
		return 0, false
	}
	times, err := strconv.Atoi(s)
	if err != nil {
		return maxPatternRepeat + 1, true
	}
	return times, true
}

// has says whether a character is in the ranges.
func (p *pattern) has(c rune) bool {
	if len(p.ranges) > 8 {
		i, found := slices.BinarySearch(p.ranges, c)
		return found || i%2 == 1
	}
	for i := 0; i < len(p.ranges); i += 2 {
		if p.ranges[i] <= c && c <= p.ranges[i+1] {
			return true
		}
	}
	return false
}
