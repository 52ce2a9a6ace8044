package xpath

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parser reads the source directly: which of the two meanings "*", "div" or
// "-" has follows from where the parser stands, so no token stream is needed.
type parser struct {
	src   string
	pos   int
	depth int
}

func parse(src string) (n node, err error) {
	if len(src) > MaxLength {
		return nil, &SyntaxError{MaxLength, fmt.Sprintf("the expression is longer than %d bytes", MaxLength)}
	}
	p := &parser{src: src}
	defer func() {
		if r := recover(); r != nil {
			se, ok := r.(*SyntaxError)
			if !ok {
				panic(r)
			}
			n, err = nil, se
		}
	}()
	n = p.expr()
	if p.space(); p.pos < len(src) {
		p.fail("this does not belong here: %q", excerpt(src[p.pos:]))
	}
	return n, nil
}

func excerpt(s string) string {
	const most = 20
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most]) + "…"
	}
	return s
}

func (p *parser) fail(format string, args ...any) {
	panic(&SyntaxError{p.pos, fmt.Sprintf(format, args...)})
}

func (p *parser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// peek says whether s comes next, after space.
func (p *parser) peek(s string) bool {
	p.space()
	return strings.HasPrefix(p.src[p.pos:], s)
}

func (p *parser) accept(s string) bool {
	if !p.peek(s) {
		return false
	}
	p.pos += len(s)
	return true
}

func (p *parser) expect(s string) {
	if !p.accept(s) {
		if p.pos == len(p.src) {
			p.fail("the expression ends where %q is missing", s)
		}
		p.fail("%q is missing before %q", s, excerpt(p.src[p.pos:]))
	}
}

// expr reads an operator expression. All nesting passes through here.
func (p *parser) expr() node {
	if p.depth++; p.depth > MaxDepth {
		p.fail("the expression nests deeper than %d levels", MaxDepth)
	}
	defer func() { p.depth-- }()
	return p.binary(levelOr)
}

// operators of each level; longer ones before their beginnings.
var operators = [...][]string{
	levelOr:       {"or"},
	levelAnd:      {"and"},
	levelEquality: {"!=", "="},
	levelRelation: {"<=", ">=", "<", ">"},
	levelSum:      {"+", "-"},
	levelProduct:  {"*", "div", "mod"},
	levelUnion:    {"|"},
}

func (p *parser) binary(l level) node {
	first := p.tighter(l)
	var rest []operation
	for {
		op := p.operator(operators[l])
		if op == "" {
			break
		}
		rest = append(rest, operation{op, p.tighter(l)})
	}
	if rest == nil {
		return first
	}
	return &chain{level: l, first: first, rest: rest}
}

func (p *parser) tighter(l level) node {
	switch l {
	case levelProduct:
		return p.unary()
	case levelUnion:
		return p.path()
	}
	return p.binary(l + 1)
}

// operator reads one of ops. A word may be followed by a digit ("1 and1", as
// other engines allow) but not by a letter.
func (p *parser) operator(ops []string) string {
	for _, op := range ops {
		if !p.peek(op) {
			continue
		}
		end := p.pos + len(op)
		if isLetter(op[0]) && end < len(p.src) {
			if r, _ := utf8.DecodeRuneInString(p.src[end:]); unicode.IsLetter(r) || r == '_' {
				continue
			}
		}
		p.pos = end
		return op
	}
	return ""
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
func isDigit(b byte) bool  { return '0' <= b && b <= '9' }

func (p *parser) unary() node {
	signs := 0
	for p.accept("-") {
		signs++
	}
	arg := p.binary(levelUnion)
	if signs == 0 {
		return arg
	}
	return &negation{signs, arg}
}

// path reads a location path, or a primary expression with what follows it.
func (p *parser) path() node {
	n := &path{}
	switch {
	case p.accept("//"):
		n.absolute = true
		n.steps = append(n.steps, anyDepthStep)
		p.steps(n)
	case p.accept("/"):
		n.absolute = true
		if p.startsStep() {
			p.steps(n)
		}
	case p.startsPrimary():
		start := p.filter()
		switch {
		case p.accept("//"):
			n.steps = append(n.steps, anyDepthStep)
		case p.accept("/"):
		default:
			return start
		}
		n.start = start
		p.steps(n)
	case p.startsStep():
		p.steps(n)
	case p.pos == len(p.src):
		p.fail("the expression ends where a value is missing")
	case p.src[p.pos] == '$':
		p.fail("variables do not exist in forms")
	default:
		p.fail("a value is missing before %q", excerpt(p.src[p.pos:]))
	}
	n.plan = plan(n.steps)
	n.downward = !slices.ContainsFunc(n.plan, func(s step) bool {
		return s.axis != child && s.axis != attribute && s.axis != self
	})
	return n
}

var anyDepthStep = step{axis: descendantOrSelf, test: test{kind: testNode}}

func (p *parser) steps(n *path) {
	for {
		n.steps = append(n.steps, p.step())
		if p.accept("//") {
			n.steps = append(n.steps, anyDepthStep)
		} else if !p.accept("/") {
			return
		}
	}
}

func (p *parser) startsStep() bool {
	p.space()
	if p.pos == len(p.src) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return r == '.' || r == '@' || r == '*' || isNameStart(r)
}

// startsPrimary says whether a literal, number, parenthesis or call follows.
func (p *parser) startsPrimary() bool {
	p.space()
	if p.pos == len(p.src) {
		return false
	}
	rest := p.src[p.pos:]
	switch c := rest[0]; {
	case c == '"' || c == '\'' || c == '(' || isDigit(c):
		return true
	case c == '.':
		return len(rest) > 1 && isDigit(rest[1])
	}
	name := p.qname(rest)
	if name == "" || nodeTypes[name] != 0 {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(rest[len(name):], " \t\r\n"), "(")
}

var nodeTypes = map[string]testKind{
	"node": testNode, "text": testText, "comment": testComment, "processing-instruction": testInstruction,
}

func (p *parser) filter() node {
	n := p.primary()
	if preds := p.predicates(); preds != nil {
		return &filter{n, preds}
	}
	return n
}

func (p *parser) primary() node {
	p.space()
	switch c := p.src[p.pos]; {
	case c == '(':
		p.pos++
		n := p.expr()
		p.expect(")")
		return n
	case c == '"' || c == '\'':
		return &literal{p.quoted()}
	case c == '.' || isDigit(c):
		return p.numeral()
	}
	return p.call()
}

func (p *parser) quoted() string {
	body := p.src[p.pos+1:]
	end := strings.IndexByte(body, p.src[p.pos])
	if end < 0 {
		p.fail("the text that starts here has no closing quote")
	}
	p.pos += end + 2
	return body[:end]
}

func (p *parser) numeral() node {
	rest, whole := cutDigits(p.src[p.pos:])
	end := p.pos + whole
	if strings.HasPrefix(rest, ".") {
		_, fraction := cutDigits(rest[1:])
		end += 1 + fraction
	}
	digits := p.src[p.pos:end]
	p.pos = end
	f, _ := strconv.ParseFloat(digits, 64) // too many digits are infinity
	return &numeral{digits, f}
}

func (p *parser) call() node {
	n := &call{offset: p.pos, name: p.qname(p.src[p.pos:])}
	n.fn = library[n.name]
	p.pos += len(n.name)
	p.expect("(")
	if p.accept(")") {
		return n
	}
	for {
		n.args = append(n.args, p.expr())
		if !p.accept(",") {
			p.expect(")")
			return n
		}
	}
}

func (p *parser) predicates() []predicate {
	var preds []predicate
	for p.accept("[") {
		expr := p.expr()
		p.expect("]")
		preds = append(preds, newPredicate(expr))
	}
	return preds
}

// step reads one step. Predicates after "." and ".." are not in XPath 1.0 but
// stand in forms.
func (p *parser) step() step {
	s := step{test: test{kind: testNode}}
	switch {
	case p.peek(".."):
		p.pos += 2
		s.axis = parent
	case p.peek("."):
		p.pos++
		s.axis = self
	case p.accept("@"):
		s.axis = attribute
		s.test = p.test()
	default:
		s.axis = p.axis()
		s.test = p.test()
	}
	s.preds = p.predicates()
	return s
}

// axis reads "name::" where it stands.
func (p *parser) axis() axis {
	p.space()
	name := p.ncname(p.src[p.pos:])
	after := strings.TrimLeft(p.src[p.pos+len(name):], " \t\r\n")
	if name == "" || !strings.HasPrefix(after, "::") {
		return child
	}
	for a, known := range axisNames {
		if name == known {
			p.pos = len(p.src) - len(after) + 2
			return axis(a)
		}
	}
	p.fail("there is no axis %q", excerpt(name))
	return child
}

func (p *parser) test() test {
	if p.accept("*") {
		return test{local: "*"}
	}
	p.space()
	rest := p.src[p.pos:]
	first := p.ncname(rest)
	if first == "" {
		if p.pos == len(p.src) {
			p.fail("the expression ends where a name is missing")
		}
		p.fail("a name is missing before %q", excerpt(rest))
	}
	if strings.HasPrefix(rest[len(first):], ":*") {
		p.pos += len(first) + 2
		return test{prefix: first, local: "*"}
	}
	name := p.qname(rest)
	p.pos += len(name)
	if kind := nodeTypes[name]; kind != 0 && p.accept("(") {
		t := test{kind: kind}
		if kind == testInstruction && (p.peek(`"`) || p.peek("'")) {
			t.local = p.quoted()
		}
		p.expect(")")
		return t
	}
	if name == first {
		return test{local: name}
	}
	return test{prefix: first, local: name[len(first)+1:]}
}

// qname returns the name at the start of s, with its prefix, or "".
func (p *parser) qname(s string) string {
	first := p.ncname(s)
	if first == "" {
		return ""
	}
	if rest, ok := strings.CutPrefix(s[len(first):], ":"); ok {
		if local := p.ncname(rest); local != "" {
			return s[:len(first)+1+len(local)]
		}
	}
	return first
}

func (p *parser) ncname(s string) string {
	for i, r := range s {
		if i == 0 && !isNameStart(r) || i > 0 && !isNamePart(r) {
			return s[:i]
		}
	}
	return s
}

func isNameStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func isNamePart(r rune) bool {
	return isNameStart(r) || r == '-' || r == '.' || r == '·' || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}
