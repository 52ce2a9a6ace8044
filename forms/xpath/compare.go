package xpath

import "math"

// compare follows XPath 1.0 §3.4 with one exception: an order (<, ≤, >, ≥)
// between a node-set and a boolean looks at the number of each node.
func (ev *evaluation) compare(op string, a, b Value) bool {
	equality := op == "=" || op == "!="
	if a.typ != NodeSet && b.typ != NodeSet {
		if equality {
			return ev.equal(a, b) == (op == "=")
		}
		return ordered(op, ev.num(a), ev.num(b))
	}
	if equality && (a.typ == Boolean || b.typ == Boolean) {
		return (a.Bool() == b.Bool()) == (op == "=")
	}
	if !equality {
		return ev.anyOrdered(op, a, b)
	}
	if a.typ == NodeSet && b.typ == NodeSet {
		return ev.anyEqual(op, a.nodes, b.nodes)
	}
	if b.typ == NodeSet {
		a, b = b, a
	}
	for _, n := range a.nodes {
		if ev.equal(text(ev.text(n)), b) == (op == "=") {
			return true
		}
	}
	return false
}

// equal compares two values that are no node-sets.
func (ev *evaluation) equal(a, b Value) bool {
	switch {
	case a.typ == Boolean || b.typ == Boolean:
		return a.Bool() == b.Bool()
	case a.typ == Number || b.typ == Number:
		return ev.num(a) == ev.num(b)
	}
	return ev.str(a) == ev.str(b)
}

func ordered(op string, a, b float64) bool {
	switch op {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

// anyEqual asks whether some node of a has the text of some node of b (or, for
// !=, another text) without comparing each with each.
func (ev *evaluation) anyEqual(op string, a, b []Node) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	if len(a) == 1 && len(b) == 1 {
		return (ev.text(a[0]) == ev.text(b[0])) == (op == "=")
	}
	texts := make(map[string]bool, len(a))
	for _, n := range a {
		texts[ev.text(n)] = true
	}
	for _, n := range b {
		has := texts[ev.text(n)]
		if op == "=" && has || op == "!=" && (!has || len(texts) > 1) {
			return true
		}
	}
	return false
}

// anyOrdered asks whether some pair of numbers stands in the order op. Only
// the smallest and largest of each side matter.
func (ev *evaluation) anyOrdered(op string, a, b Value) bool {
	minA, maxA, okA := ev.extent(a)
	minB, maxB, okB := ev.extent(b)
	if !okA || !okB {
		return false
	}
	if op == "<" || op == "<=" {
		return ordered(op, minA, maxB)
	}
	return ordered(op, maxA, minB)
}

// extent returns the smallest and largest number of v; not ok where there is
// none.
func (ev *evaluation) extent(v Value) (low, high float64, ok bool) {
	if v.typ != NodeSet {
		f := ev.num(v)
		return f, f, !math.IsNaN(f)
	}
	low, high = math.Inf(1), math.Inf(-1)
	for _, n := range v.nodes {
		if f := ev.parse(ev.text(n)); !math.IsNaN(f) {
			low, high, ok = min(low, f), max(high, f), true
		}
	}
	return low, high, ok
}
