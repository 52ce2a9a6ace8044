package xpath

import (
	"regexp"
	"regexp/syntax"
	"sync/atomic"
)

// patternCache keeps the last pattern of one call, which seldom changes.
type patternCache struct{ last atomic.Pointer[compiled] }

type compiled struct {
	source string
	re     *regexp.Regexp // nil where RE2 does not know the pattern
	size   int
	own    *pattern
	groups int
}

// regex searches; a pattern that must fit the whole text says so with ^ and $.
// Patterns are RE2's, which take linear time; those with look-around or
// back-references are tried step by step.
func regex(c args) Value {
	s, source := c.str(0), c.str(1)
	p := c.n.cache.last.Load()
	if p == nil || p.source != source {
		p = compilePattern(c, source)
		c.n.cache.last.Store(p)
	}
	if p.re == nil {
		c.ev.spend(len(s))
		return boolean(p.own.search(c.ev, s, p.groups))
	}
	c.ev.spend((len(s) + 1) * p.size / 2)
	return boolean(p.re.MatchString(s))
}

// maxPattern is how large a pattern may be when its repetitions are written
// out: x{1000} counts as a thousand.
const maxPattern = 20_000

func compilePattern(c args, source string) *compiled {
	const perByte = 10 // steps: classes such as \pL are long
	c.ev.spend(len(source) * perByte)
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		own, groups, ownErr := parsePattern(source)
		if ownErr != nil {
			c.fail("the pattern %q can't be used: %v", excerpt(source), ownErr)
		}
		return &compiled{source: source, own: own, groups: groups}
	}
	size := patternSize(tree)
	if size > maxPattern {
		c.fail("the pattern %q is too large", excerpt(source))
	}
	c.ev.spend(size * perByte)
	re, err := regexp.Compile(source)
	if err != nil {
		c.fail("the pattern %q can't be used: %v", excerpt(source), err)
	}
	return &compiled{source: source, re: re, size: size}
}

func patternSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		size += patternSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max, 1)
	}
	return min(size, maxPattern+1)
}
