package xlsform

import "regexp"

// A token is a piece of an expression or of text that may hold one, as the
// rules of pyxform part it. Anything can be parted: what fits no rule is a token
// of one character.
type token struct {
	kind       tokenKind
	start, end int
}

type tokenKind uint8

const (
	otherToken tokenKind = iota
	plainToken           // dates, numbers, operators that decide nothing here
	mathToken
	unionToken
	openToken
	shutToken
	slashToken
	literalToken
	spaceToken
	nameRefToken
	callToken
	predicateToken
	predicateEndToken
	nameToken
)

// ncName is a name, with a prefix or without.
const (
	nameStart = `[A-Z_a-zÀ-ÖØ-öø-˿Ͱ-ͽͿ-῿\x{200c}-\x{200d}\x{2070}-\x{218f}\x{2c00}-\x{2fef}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}]`
	nameMore  = `(?:` + nameStart + `|[-.0-9·\x{0300}-\x{036f}\x{203f}-\x{2040}])*`
	ncName    = nameStart + nameMore + `(?::` + nameStart + nameMore + `)?`
)

// lexerRules are tried in order.
var lexerRules = []struct {
	kind tokenKind
	re   *regexp.Regexp
}{
	{plainToken, regexp.MustCompile(`^-?\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[+-]\d{2}:\d{2}|Z)?)?`)},
	{plainToken, regexp.MustCompile(`^\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[+-]\d{2}:\d{2}|Z)?`)},
	{plainToken, regexp.MustCompile(`^-?\d+\.\d*|^-?\.\d+|^-?\d+`)},
	{mathToken, regexp.MustCompile(`^[*+-]|^ mod |^ div `)},
	{plainToken, regexp.MustCompile(`^(?:=|!=|<=|>=|<|>| and | or )`)},
	{unionToken, regexp.MustCompile(`^\|`)},
	{openToken, regexp.MustCompile(`^\(`)},
	{shutToken, regexp.MustCompile(`^\)`)},
	{plainToken, regexp.MustCompile(`^\.\.?`)},
	{slashToken, regexp.MustCompile(`^/`)},
	{literalToken, regexp.MustCompile(`^"[^"]*"|^'[^']*'`)},
	{plainToken, regexp.MustCompile(`^,`)},
	{spaceToken, regexp.MustCompile(`^\s+`)},
	{nameRefToken, regexp.MustCompile(`^\$\{` + ncName + `(?:#` + ncName + `)?\}`)},
	{callToken, regexp.MustCompile(`^` + ncName + `\(`)},
	{predicateToken, regexp.MustCompile(`^` + ncName + `\[`)},
	{predicateEndToken, regexp.MustCompile(`^\]`)},
	{plainToken, regexp.MustCompile(`^` + ncName + `://`)},
	{nameToken, regexp.MustCompile(`^` + ncName)},
	{otherToken, regexp.MustCompile(`^(?s:.)`)},
}

func lex(s string) []token {
	var tokens []token
	for at := 0; at < len(s); {
		for _, r := range lexerRules {
			if m := r.re.FindStringIndex(s[at:]); m != nil && m[1] > 0 {
				tokens = append(tokens, token{r.kind, at, at + m[1]})
				at += m[1]
				break
			}
		}
	}
	return tokens
}

// isExpression tells a computed default from literal text the way pyxform
// does: it has an operator, a ${name}, a predicate or a function call. A hyphen
// in a date or place is none.
func isExpression(s string, data string) bool {
	for _, t := range lex(s) {
		switch t.kind {
		case mathToken:
			switch data {
			case "date", "dateTime", "geopoint", "geotrace", "geoshape":
				if s[t.start:t.end] == "-" {
					return false
				}
			}
			return true
		case unionToken, nameRefToken, callToken, predicateToken:
			return true
		}
	}
	return false
}

// instanceExpressions finds the paths into secondary instances that stand in a
// text, from instance( to the space after the path, as offsets.
func instanceExpressions(s string) [][2]int {
	var found [][2]int
	tokens := lex(s)
	for i := 0; i < len(tokens); i++ {
		if tokens[i].kind != callToken || s[tokens[i].start:tokens[i].end] != "instance(" {
			continue
		}
		last := pathEnd(tokens, i)
		found = append(found, [2]int{tokens[i].start, tokens[last].end})
		i = last
	}
	return found
}

// pathEnd returns the index of the last token of the path that begins with the
// call at i. In predicates anything may stand.
func pathEnd(tokens []token, i int) int {
	if i+2 >= len(tokens) || tokens[i+1].kind != literalToken || tokens[i+2].kind != shutToken {
		return i
	}
	i += 2
	depth := 0
	for ; i+1 < len(tokens); i++ {
		next := tokens[i+1].kind
		switch {
		case next == predicateToken && (depth > 0 || tokens[i].kind == slashToken):
			depth++
		case depth > 0 && next == predicateEndToken:
			depth--
		case depth > 0 || next == slashToken:
		case tokens[i].kind == slashToken && next != spaceToken:
		default:
			return i
		}
	}
	return i
}
