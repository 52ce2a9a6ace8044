package xpath

import (
	"math"
	"slices"
	"time"
)

// evaluation is one run of an expression. It stops by panic with one of its
// own errors, which recover turns into a return value.
type evaluation struct {
	ctx   *Context
	left  int // steps
	zone  *time.Location
	free  []Node  // unused memory for sets
	block int     // its last size
	begin [4]Node // its first
	top   Node
}

// focus is what "." and position() mean at one place of the expression.
type focus struct {
	node      Node
	pos, size int
}

// stopped carries an error up to Eval.
type stopped struct{ err error }

func (ev *evaluation) recover(err *error) {
	if r := recover(); r != nil {
		s, ok := r.(stopped)
		if !ok {
			panic(r)
		}
		*err = s.err
	}
}

// room returns an empty set with place for some nodes. It is to be given to
// settle before anything else is evaluated: most sets are small, and one block
// of memory holds many.
func (ev *evaluation) room() []Node {
	const least = 4
	switch {
	case ev.block == 0:
		ev.free, ev.block = ev.begin[:], len(ev.begin)
	case len(ev.free) < least:
		ev.block = min(2*ev.block, 256)
		ev.free = make([]Node, ev.block)
	}
	return ev.free[:0]
}

// settle keeps what was gathered in room, or in memory of its own where it
// grew too large.
func (ev *evaluation) settle(set []Node) []Node {
	if n := len(set); n > 0 && n <= len(ev.free) && &set[0] == &ev.free[0] {
		ev.free = ev.free[n:]
	}
	return set[:len(set):len(set)]
}

// single is the set of n alone, empty for nil.
func (ev *evaluation) single(n Node) []Node {
	if n == nil {
		return nil
	}
	return ev.settle(append(ev.room(), n))
}

func (ev *evaluation) spend(n int) {
	if ev.left -= n; ev.left < 0 {
		outOfSteps() // a call, so that spend itself is small enough to be inlined
	}
}

func outOfSteps() { panic(stopped{ErrBudget}) }

// bytesPerStep is how much text counts as one step.
const bytesPerStep = 16

func (ev *evaluation) spendText(s string) { ev.spend(len(s) / bytesPerStep) }

func (ev *evaluation) now() time.Time {
	if ev.ctx.Now != nil {
		return ev.ctx.Now()
	}
	return time.Now()
}

// location is the person's zone.
func (ev *evaluation) location() *time.Location {
	if ev.zone == nil {
		ev.zone = ev.now().Location()
	}
	return ev.zone
}

func (ev *evaluation) root() Node {
	if ev.top == nil {
		if ev.top = ev.ctx.Root; ev.top == nil {
			ev.top = ev.topmost(ev.ctx.Node)
		}
	}
	return ev.top
}

// topmost returns the last ancestor of n, or n itself.
func (ev *evaluation) topmost(n Node) Node {
	for n != nil {
		p := n.Parent()
		if p == nil {
			break
		}
		ev.spend(1)
		n = p
	}
	return n
}

func (n *literal) eval(*evaluation, focus) Value { return text(n.s) }
func (n *numeral) eval(*evaluation, focus) Value { return number(n.f) }

func (n *negation) eval(ev *evaluation, f focus) Value {
	x := ev.num(n.arg.eval(ev, f))
	if n.signs%2 == 1 {
		x = -x
	}
	return number(x)
}

func (n *chain) eval(ev *evaluation, f focus) Value {
	switch n.level {
	case levelOr, levelAnd:
		return n.logical(ev, f)
	case levelUnion:
		return n.union(ev, f)
	}
	v := n.first.eval(ev, f)
	for _, o := range n.rest {
		ev.spend(1)
		w := o.arg.eval(ev, f)
		if n.level <= levelRelation {
			v = boolean(ev.compare(o.op, v, w))
		} else {
			v = number(arithmetic(o.op, ev.num(v), ev.num(w)))
		}
	}
	return v
}

// logical stops at the first operand that decides.
func (n *chain) logical(ev *evaluation, f focus) Value {
	decides := n.level == levelOr
	if ev.truth(n.first, f) == decides {
		return boolean(decides)
	}
	for _, o := range n.rest {
		ev.spend(1)
		if ev.truth(o.arg, f) == decides {
			return boolean(decides)
		}
	}
	return boolean(!decides)
}

func (n *chain) union(ev *evaluation, f focus) Value {
	all := ev.nodes(n.first, f)
	all = all[:len(all):len(all)]
	for _, o := range n.rest {
		more := ev.nodes(o.arg, f)
		ev.spend(len(more) + 1)
		all = append(all, more...)
	}
	return nodeSet(ev.inOrder(all))
}

// nodes evaluates n, which must come to a node-set.
func (ev *evaluation) nodes(n node, f focus) []Node {
	v := n.eval(ev, f)
	if v.typ != NodeSet {
		panic(stopped{&EvalError{Message: "a path is needed here, not a value: " + describe(n)}})
	}
	return v.nodes
}

func describe(n node) string {
	var p printer
	n.print(&p)
	return excerpt(p.String())
}

func arithmetic(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "div":
		return a / b
	}
	return math.Mod(a, b)
}

func (n *filter) eval(ev *evaluation, f focus) Value {
	v := n.arg.eval(ev, f)
	if v.typ != NodeSet {
		panic(stopped{&EvalError{Message: "a path is needed before [: " + describe(n.arg)}})
	}
	set := append([]Node(nil), v.nodes...)
	ev.spend(len(set))
	for i := range n.preds {
		set = ev.keep(set, 0, &n.preds[i])
	}
	return nodeSet(set)
}

func (n *path) eval(ev *evaluation, f focus) Value {
	var set []Node
	switch {
	case n.start != nil:
		set = ev.inOrder(ev.nodes(n.start, f))
	case n.absolute:
		set = ev.single(ev.root())
	default:
		set = ev.single(f.node)
	}
	flat := len(set) == 1
	for i := range n.plan {
		if len(set) == 0 {
			return Value{}
		}
		set, flat = ev.step(&n.plan[i], set, flat)
	}
	return nodeSet(set)
}

// step takes each node of from one step further. flat says that no node of
// from stands inside another, so that what is found is in order as it comes.
func (ev *evaluation) step(s *step, from []Node, flat bool) (to []Node, stillFlat bool) {
	// Without predicates nothing else is evaluated in between, so what is found
	// may be gathered where free memory begins.
	gather := len(s.preds) == 0
	if gather {
		to = ev.room()
	}
	for _, n := range from {
		begin := len(to)
		to = ev.walk(to, s, n)
		if s.axis.reverse() {
			flip(to[begin:])
		}
		if len(from) > 1 {
			ev.spend(len(to) - begin) // what is found from many places fills the memory
		}
	}
	if gather {
		to = ev.settle(to)
	}
	downward := s.axis == child || s.axis == attribute || s.axis == self
	switch {
	case len(from) == 1:
		flat = flat && downward || s.axis == parent || s.axis == followingSibling || s.axis == precedingSibling
	case downward && (flat || ev.sameDepth(from)):
		flat = true
	case s.axis == parent && ev.sameDepth(from):
		to, flat = slices.Compact(to), true
	default:
		to, flat = ev.inOrder(to), false
	}
	return to, flat || len(to) <= 1
}

func flip(ns []Node) {
	for i, j := 0, len(ns)-1; i < j; i, j = i+1, j-1 {
		ns[i], ns[j] = ns[j], ns[i]
	}
}

// walk appends what one step finds from n, in the order of the axis.
func (ev *evaluation) walk(to []Node, s *step, n Node) []Node {
	begin := len(to)
	preds := s.preds
	switch {
	case s.axis == child && len(preds) > 0 && preds[0].index > 0:
		to, preds = ev.nthChild(to, s.test, n, preds[0].index), preds[1:]
	case s.axis == child && len(preds) > 0 && preds[0].key != nil:
		var found bool
		if to, found = ev.find(to, s.test, n, preds[0].key); found {
			if preds[0].key.whole {
				preds = preds[1:]
			}
			break
		}
		fallthrough
	default:
		to = ev.along(to, s.axis, s.test, n)
	}
	for i := range preds {
		to = ev.keep(to, begin, &preds[i])
	}
	return to
}

func (ev *evaluation) nthChild(to []Node, t test, n Node, index int) []Node {
	for _, c := range n.Children() {
		ev.spend(1)
		if ev.matches(t, Element, c) {
			if index--; index == 0 {
				return append(to, c)
			}
		}
	}
	return to
}

// passes says whether the node of f meets a predicate; a number asks for its
// position.
func (ev *evaluation) passes(n node, f focus) bool {
	if p, ok := n.(*path); ok {
		return ev.truth(p, f)
	}
	v := n.eval(ev, f)
	if v.typ == Number && v.str == "" {
		return v.num == float64(f.pos)
	}
	return v.Bool()
}

// truth is n as boolean() takes it. A path that only leads down is followed no
// further than to the first node.
func (ev *evaluation) truth(n node, f focus) bool {
	p, ok := n.(*path)
	if !ok || !p.downward || p.start != nil {
		return n.eval(ev, f).Bool()
	}
	from := f.node
	if p.absolute {
		from = ev.root()
	}
	return from != nil && ev.leads(p.plan, from)
}

func (ev *evaluation) leads(steps []step, n Node) bool {
	if len(steps) == 0 {
		return true
	}
	s := &steps[0]
	if s.axis == child && len(s.preds) == 0 {
		for _, c := range n.Children() {
			ev.spend(1)
			if ev.matches(s.test, Element, c) && ev.leads(steps[1:], c) {
				return true
			}
		}
		return false
	}
	for _, c := range ev.walk(nil, s, n) {
		if ev.leads(steps[1:], c) {
			return true
		}
	}
	return false
}

// keep drops the nodes of set[begin:] for which the predicate is not true.
func (ev *evaluation) keep(set []Node, begin int, p *predicate) []Node {
	size := len(set) - begin
	kept := begin
	for i, n := range set[begin:] {
		ev.spend(1)
		if ev.passes(p.expr, focus{node: n, pos: i + 1, size: size}) {
			set[kept] = n
			kept++
		}
	}
	return set[:kept]
}
