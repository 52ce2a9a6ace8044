package xpath

import "math"

// newPredicate looks once at what a predicate is, so that evaluation need not.
func newPredicate(expr node) predicate {
	p := predicate{expr: expr}
	if n, ok := expr.(*numeral); ok && n.f >= 1 && n.f == math.Trunc(n.f) && n.f < 1<<31 {
		p.index = int(n.f)
	}
	if !usesPosition(expr) {
		p.key = findKey(expr)
	}
	return p
}

// findKey looks for name = value, alone or in an "and".
func findKey(expr node) *keyed {
	n, ok := expr.(*chain)
	if !ok {
		return nil
	}
	switch {
	case n.level == levelAnd:
		k := findKey(n.first)
		for i := 0; k == nil && i < len(n.rest); i++ {
			k = findKey(n.rest[i].arg)
		}
		if k != nil {
			k.whole = false
		}
		return k
	case n.level == levelEquality && len(n.rest) == 1 && n.rest[0].op == "=":
		a, b := n.first, n.rest[0].arg
		if name := childName(a); name != "" && fixed(b) {
			return &keyed{name, b, true}
		}
		if name := childName(b); name != "" && fixed(a) {
			return &keyed{name, a, true}
		}
	}
	return nil
}

// childName returns name where n is nothing but the path "name".
func childName(n node) string {
	p, ok := n.(*path)
	if !ok || p.absolute || p.start != nil || len(p.steps) != 1 {
		return ""
	}
	s := p.steps[0]
	if s.axis != child || s.test.kind != testName || s.test.prefix != "" || s.test.local == "*" || len(s.preds) > 0 {
		return ""
	}
	return s.test.local
}

// fixed says whether n has the same value at every context node.
func fixed(n node) bool {
	switch n := n.(type) {
	case *literal:
		return true
	case *path:
		return n.absolute || n.start != nil && fixed(n.start)
	case *call:
		if n.name == "instance" {
			return len(n.args) == 1 && fixed(n.args[0])
		}
		return n.name == "current"
	}
	return false
}

// usesPosition says whether n asks for position() or last() of its own focus.
func usesPosition(n node) bool {
	switch n := n.(type) {
	case *chain:
		for _, o := range n.rest {
			if usesPosition(o.arg) {
				return true
			}
		}
		return usesPosition(n.first)
	case *negation:
		return usesPosition(n.arg)
	case *filter:
		return usesPosition(n.arg)
	case *path:
		return n.start != nil && usesPosition(n.start)
	case *call:
		for _, a := range n.args {
			if usesPosition(a) {
				return true
			}
		}
		return n.name == "last" || n.name == "position" && len(n.args) == 0
	}
	return false
}

// plan takes "//x" together to one step to the descendants x. With a predicate
// that counts that would be another thing: //x[1] is every first x.
func plan(steps []step) []step {
	out := make([]step, 0, len(steps))
	for i := 0; i < len(steps); i++ {
		s := steps[i]
		if s.anyDepth() && i+1 < len(steps) && steps[i+1].axis == child && !counts(steps[i+1].preds) {
			i++
			s = steps[i]
			s.axis = descendant
		}
		out = append(out, s)
	}
	return out
}

func counts(preds []predicate) bool {
	for _, p := range preds {
		if usesPosition(p.expr) || mayBeNumber(p.expr) {
			return true
		}
	}
	return false
}

func mayBeNumber(n node) bool {
	switch n := n.(type) {
	case *chain:
		return n.level == levelSum || n.level == levelProduct
	case *path, *literal, *filter:
		return false
	case *call:
		switch n.name {
		case "not", "selected", "contains", "starts-with", "boolean", "true", "false", "regex":
			return false
		}
	}
	return true
}

// Problems returns what would stop the evaluation of some part of e: functions
// that don't exist and calls with too few or too many arguments, in the order
// of the source.
func (e *Expr) Problems() []*EvalError {
	var found []*EvalError
	visit(e.root, func(n node) {
		if c, ok := n.(*call); ok {
			if err := c.check(); err != nil {
				found = append(found, err)
			}
		}
	})
	return found
}

// visit calls f for n and everything below it.
func visit(n node, f func(node)) {
	f(n)
	switch n := n.(type) {
	case *chain:
		visit(n.first, f)
		for _, o := range n.rest {
			visit(o.arg, f)
		}
	case *negation:
		visit(n.arg, f)
	case *call:
		for _, a := range n.args {
			visit(a, f)
		}
	case *filter:
		visit(n.arg, f)
		visitPredicates(n.preds, f)
	case *path:
		if n.start != nil {
			visit(n.start, f)
		}
		for _, s := range n.steps {
			visitPredicates(s.preds, f)
		}
	}
}

func visitPredicates(preds []predicate, f func(node)) {
	for _, p := range preds {
		visit(p.expr, f)
	}
}
