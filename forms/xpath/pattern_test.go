package xpath

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// searchOwn tries a pattern by backtracking, whatever RE2 could do with it.
func searchOwn(source, text string) (found bool, err error) {
	p, groups, err := parsePattern(source)
	if err != nil {
		return false, err
	}
	ev := &evaluation{ctx: &Context{}, left: 200_000}
	defer ev.recover(&err)
	return p.search(ev, text, groups), nil
}

// octal is a back-reference with a digit behind it, which RE2 takes for a
// character.
var octal = regexp.MustCompile(`\\[1-9]`)

// RE2 is the other implementation of what both know.
func FuzzPattern(f *testing.F) {
	for _, s := range [][2]string{
		{"^[0-9]{3}$", "123"}, {"a|b|", "xb"}, {"(a|ab)(c|bcd)(d*)", "abcd"}, {"x*?y+", "xxy"}, {"[^a-c]", "abcd"},
		{"[]a]", "]"}, {"[[:alpha:]_-]+", "a-b"}, {`\d\s\w\b`, "1 a"}, {`\pL\x41\x{1F600}`, "aA😀"}, {"(?i)AbC", "aBc"},
		{"(?s)a.b", "a\nb"}, {"(?m)^b$", "a\nb\nc"}, {"(?i:a)B", "AB"}, {"a{2,}b{0,1}c{,3}", "aac{,3}"}, {"(a*)*b", "aab"},
		{"(|a)+", ""}, {"{a}", "{a}"}, {`\.\-\/`, ".-/"}, {"(?P<n>a)", "a"}, {".", "\xff"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, source, text string) {
		if len(source) > 200 || len(text) > 200 || octal.MatchString(source) {
			return
		}
		found, err := searchOwn(source, text)
		re, otherErr := regexp.Compile(source)
		if err != nil || otherErr != nil {
			return
		}
		if found != re.MatchString(text) {
			t.Errorf("%q in %q: %v here, %v by RE2", source, text, found, !found)
		}
	})
}

func TestPatternsThatBacktrackForEverAreStopped(t *testing.T) {
	long := strings.Repeat("x", 30_000)
	for name, c := range map[string][2]string{
		"nested repeats":  {`^(?!y)(x+x+)+y`, long},
		"look-behind":     {`(?<=(?<=(?<=x*)x*)x*)y`, long},
		"back-references": {`(x*)(x*)(x*)\1\2\3y`, long},
		"deep groups":     {`^(?!y)(x|x)*y`, long},
		"from each place": {`x*(?=y)`, long},
		"empty rounds":    {`^(?!y)((x?)*)*y`, long},
	} {
		e, err := Compile("regex('" + c[1] + "', '" + c[0] + "')")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Eval(&Context{}); !errors.Is(err, ErrBudget) {
			t.Errorf("%s: error %v, want %v", name, err, ErrBudget)
		}
	}
}

func TestPatternsThatAreNoneAreRefused(t *testing.T) {
	for _, source := range []string{
		"(?=", "(?=a", ")(?=a)", "(?<!", "(?<n", `\k<n>(?=a)`, `(a)\2`, "(?=*)", "(?=a)++*", `(?=a)\`, "(?=[)", "(?=a)[z-a]",
		`(?=a)\u12`, "(?=a){99999}", "(?=a)x{5,2}", "(?~a)", strings.Repeat("(?=", 200) + "a" + strings.Repeat(")", 200),
		strings.Repeat("(a)", 200) + `\1`,
	} {
		if p, _, err := parsePattern(source); err == nil {
			t.Errorf("%q was taken as %v", excerpt(source), p)
		}
	}
}

func BenchmarkPatternsThatBacktrack(b *testing.B) {
	long := strings.Repeat("x", 30_000)
	for _, source := range []string{`^(?!y)(x+x+)+y`, `(?<=(?<=(?<=x*)x*)x*)y`, `(x*)(x*)(x*)\1\2\3y`, `^(?!y)(x|x)*y`, `x*(?=y)`} {
		e, err := Compile("regex('" + long + "', '" + source + "')")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(source, func(b *testing.B) {
			for b.Loop() {
				e.Eval(&Context{})
			}
		})
	}
}
