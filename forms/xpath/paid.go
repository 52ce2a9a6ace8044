package xpath

import "time"

// What evaluations read is paid for in steps, so that a budget bounds their time
// and memory whatever they look at.

// text is Node.Text, paid for: an element with much below it costs what it
// takes to walk there.
func (ev *evaluation) text(n Node) string {
	if kids := branches(n); kids != nil {
		ev.spend(2)
		return string(ev.appendText(nil, kids))
	}
	return ev.leafText(n)
}

func (ev *evaluation) leafText(n Node) string {
	ev.spend(2)
	s := n.Text()
	ev.spendText(s)
	return s
}

// branches returns the children of a node whose text is put together from
// several places, nil for all others.
func branches(n Node) []Node {
	if k := n.Kind(); k != Element && k != Document {
		return nil
	}
	kids := n.Children()
	if len(kids) > 1 || len(kids) == 1 && kids[0].Kind() == Element {
		return kids
	}
	return nil
}

func (ev *evaluation) appendText(b []byte, kids []Node) []byte {
	for _, c := range kids {
		k := c.Kind()
		if k != Element && k != Text {
			continue
		}
		if inner := branches(c); inner != nil {
			ev.spend(2)
			b = ev.appendText(b, inner)
		} else {
			b = append(b, ev.leafText(c)...)
		}
	}
	return b
}

func (ev *evaluation) str(v Value) string {
	s := v.str
	switch {
	case v.typ == NodeSet:
		if len(v.nodes) == 0 {
			return ""
		}
		return ev.text(v.nodes[0])
	case v.typ != String:
		return v.String()
	}
	ev.spendText(s)
	return s
}

func (ev *evaluation) num(v Value) float64 {
	if v.typ == Number || v.typ == Boolean {
		return v.num
	}
	return ev.parse(ev.str(v))
}

func (ev *evaluation) parse(s string) float64 {
	if len(s) >= len("2006-01-02") {
		ev.spend(4)
		return parseNumber(s, ev.location())
	}
	return parseNumber(s, time.UTC) // too short for a date
}

// find asks a Finder for the nodes that may pass a predicate. It compares text
// with text, so the value must be a string or one node.
func (ev *evaluation) find(to []Node, t test, n Node, k *keyed) (_ []Node, found bool) {
	finder, ok := n.(Finder)
	if !ok || t.kind != testName || t.prefix != "" || t.local == "*" {
		return to, false
	}
	v := k.value.eval(ev, focus{pos: 1, size: 1})
	if v.typ != String && (v.typ != NodeSet || len(v.nodes) != 1) {
		return to, false
	}
	return append(to, ev.ask(finder, t.local, k.name, ev.str(v))...), true
}

// Reading a child for an index takes as long as a few steps. It is done once
// for all evaluations, so a list of any length can be indexed within a budget.
const (
	stepsPerIndexed = 4
	maxIndexSteps   = DefaultSteps / 4
)

// ask puts a question to a Finder and pays for it.
func (ev *evaluation) ask(finder Finder, child, key, value string) []Node {
	ev.spend(min(finder.FindCost(child, key)*stepsPerIndexed, maxIndexSteps))
	hits := finder.Find(child, key, value)
	ev.spend(len(hits) + 1)
	return hits
}
