package xpath

import "strings"

// A node of the syntax tree evaluates itself, prints itself and tells what it
// reads.
type node interface {
	eval(ev *evaluation, f focus) Value
	print(p *printer)
	refs(c *collector, base []Reference) []Reference
}

type (
	literal struct{ s string }

	// numeral keeps its digits, so that it prints as it was written.
	numeral struct {
		digits string
		f      float64
	}

	// chain is a run of operators of one level, evaluated from the left. It is
	// flat so that "1+1+1+…" does not nest.
	chain struct {
		level level
		first node
		rest  []operation
	}
	operation struct {
		op  string
		arg node
	}

	// negation is one or more minus signs.
	negation struct {
		signs int
		arg   node
	}

	call struct {
		offset int
		name   string
		fn     *function // nil where there is none of this name
		args   []node
		cache  patternCache
	}

	// filter is a primary expression with predicates.
	filter struct {
		arg   node
		preds []predicate
	}

	// path is a location path. It starts at the root, at the nodes of start,
	// or at the context node.
	path struct {
		absolute bool
		start    node
		steps    []step
		plan     []step // what is evaluated: steps with "//x" taken together
		downward bool   // plan has only children, attributes and itself
	}
	step struct {
		axis  axis
		test  test
		preds []predicate
	}
	predicate struct {
		expr  node
		index int    // ≥ 1: the predicate is this number
		key   *keyed // a Finder can say which nodes may pass
	}
	// keyed is the condition name = value in a predicate, where value is the
	// same for all nodes that the predicate looks at.
	keyed struct {
		name  string
		value node
		whole bool // the predicate asks for nothing else
	}
)

// level is the binding strength of operators, weakest first.
type level uint8

const (
	levelOr level = iota
	levelAnd
	levelEquality
	levelRelation
	levelSum
	levelProduct
	levelUnary
	levelUnion
	levelPath
	levelNone // nothing binds as strongly
)

type axis uint8

const (
	child axis = iota
	attribute
	self
	parent
	descendant
	descendantOrSelf
	ancestor
	ancestorOrSelf
	followingSibling
	precedingSibling
	following
	preceding
	namespace
)

var axisNames = [...]string{
	"child", "attribute", "self", "parent", "descendant", "descendant-or-self", "ancestor",
	"ancestor-or-self", "following-sibling", "preceding-sibling", "following", "preceding", "namespace",
}

// reverse axes count positions backwards.
func (a axis) reverse() bool {
	switch a {
	case ancestor, ancestorOrSelf, preceding, precedingSibling:
		return true
	}
	return false
}

// test is a node test: a kind, or a name where kind is testName.
type test struct {
	kind   testKind
	prefix string
	local  string // "*" for any; the target of an instruction
}

type testKind uint8

const (
	testName testKind = iota
	testNode
	testText
	testComment
	testInstruction
)

// printer writes the tree in abbreviated syntax.
type printer struct{ strings.Builder }

func levelOf(n node) level {
	switch n := n.(type) {
	case *chain:
		return n.level
	case *negation:
		return levelUnary
	}
	return levelPath
}

// operand prints n so that it binds at least as strongly as min.
func (p *printer) operand(n node, min level) {
	// "/" before an operator would be read as the start of a path.
	root, isPath := n.(*path)
	if levelOf(n) < min || isPath && root.absolute && len(root.steps) == 0 {
		p.WriteByte('(')
		n.print(p)
		p.WriteByte(')')
		return
	}
	n.print(p)
}

func (n *literal) print(p *printer) {
	quote := `"`
	if strings.Contains(n.s, quote) {
		quote = "'"
	}
	p.WriteString(quote + n.s + quote)
}

func (n *numeral) print(p *printer) { p.WriteString(n.digits) }

func (n *chain) print(p *printer) {
	p.operand(n.first, n.level+1)
	for _, o := range n.rest {
		p.WriteString(" " + o.op + " ")
		p.operand(o.arg, n.level+1)
	}
}

func (n *negation) print(p *printer) {
	for range n.signs {
		p.WriteByte('-')
	}
	p.operand(n.arg, levelUnary+1)
}

func (n *call) print(p *printer) {
	p.WriteString(n.name + "(")
	for i, a := range n.args {
		if i > 0 {
			p.WriteString(", ")
		}
		a.print(p)
	}
	p.WriteByte(')')
}

func (n *filter) print(p *printer) {
	if _, inner := n.arg.(*filter); inner {
		p.operand(n.arg, levelNone)
	} else {
		p.primary(n.arg)
	}
	p.predicates(n.preds)
}

// primary prints what predicates and steps may follow.
func (p *printer) primary(n node) {
	switch n.(type) {
	case *call, *literal, *numeral, *filter:
		n.print(p)
	default:
		p.WriteByte('(')
		n.print(p)
		p.WriteByte(')')
	}
}

func (p *printer) predicates(preds []predicate) {
	for _, pr := range preds {
		p.WriteByte('[')
		pr.expr.print(p)
		p.WriteByte(']')
	}
}

func (n *path) print(p *printer) {
	slash := n.absolute
	if n.start != nil {
		p.primary(n.start)
		slash = true
	}
	if len(n.steps) == 0 {
		p.WriteByte('/')
		return
	}
	hidden := false
	for i, s := range n.steps {
		if slash {
			p.WriteByte('/')
		}
		// "//": the step is printed as nothing between two slashes.
		if hidden = slash && !hidden && i+1 < len(n.steps) && s.anyDepth(); hidden {
			continue
		}
		slash = true
		s.print(p)
	}
}

// anyDepth says whether s is what "//" stands for.
func (s *step) anyDepth() bool {
	return s.axis == descendantOrSelf && s.test.kind == testNode && len(s.preds) == 0
}

func (s *step) print(p *printer) {
	plain := s.test.kind == testNode && len(s.preds) == 0
	switch {
	case plain && s.axis == self:
		p.WriteByte('.')
		return
	case plain && s.axis == parent:
		p.WriteString("..")
		return
	case s.axis == attribute:
		p.WriteByte('@')
	case s.axis != child:
		p.WriteString(axisNames[s.axis] + "::")
	}
	s.test.print(p)
	p.predicates(s.preds)
}

func (t test) print(p *printer) {
	switch t.kind {
	case testNode:
		p.WriteString("node()")
	case testText:
		p.WriteString("text()")
	case testComment:
		p.WriteString("comment()")
	case testInstruction:
		p.WriteString("processing-instruction(")
		if t.local != "" {
			(&literal{t.local}).print(p)
		}
		p.WriteByte(')')
	default:
		p.WriteString(t.name())
	}
}

func (t test) name() string {
	if t.prefix != "" {
		return t.prefix + ":" + t.local
	}
	return t.local
}
