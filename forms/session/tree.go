package session

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// A node is a place in the primary instance: an element, or the range of a
// repeat, which holds its instances and which expressions do not see. The
// document above the root has no plan.
type node struct {
	s        *Session
	plan     *plan
	parent   *node
	children []*node
	isRange  bool
	visible  int   // of a range: how many instances count; more wait for the count to grow again
	sample   *node // of a range: an instance outside the tree, to evaluate the repeat's own expressions in
	value    string
	relevant bool
	kids     []xpath.Node // Children, kept until the structure or relevance changes
	fresh    bool         // kids is up to date; of a range they are the instances that count
	alone    []xpath.Node // n itself
}

// build makes the nodes of a plan, literal defaults filled in. A repeat
// becomes a range with one instance, which is what XLSForm means.
func (s *Session) build(p *plan, parent *node, first bool) (*node, error) {
	if s.nodes++; s.nodes > MaxNodes {
		return nil, fmt.Errorf("%w: more than %d questions", ErrTooMany, MaxNodes)
	}
	n := &node{s: s, plan: p, parent: parent, relevant: true}
	if p.repeat != nil && first {
		n.isRange = true
		sample, err := s.build(p, n, false)
		if err != nil {
			return nil, err
		}
		n.sample = sample
		if p.count == nil {
			_, err = s.grow(n)
		}
		return n, err
	}
	if p.q != nil {
		if !p.q.DynamicDefault {
			n.value = clean(p.q, p.q.Default)
		}
		return n, nil
	}
	for _, c := range p.children {
		child, err := s.build(c, n, true)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	return n, nil
}

// grow adds a blank instance to a range.
func (s *Session) grow(r *node) (*node, error) {
	n, err := s.build(r.plan, r, false)
	if err != nil {
		return nil, err
	}
	r.children = append(r.children, n)
	r.visible = len(r.children)
	r.stale()
	return n, nil
}

// stale drops what is remembered of n's children as expressions see them.
func (n *node) stale() {
	n.fresh = false
	if n.isRange {
		n.parent.fresh = false
	}
}

// instances are those of a range that count.
func (n *node) instances() []*node { return n.children[:min(n.visible, len(n.children))] }

// below are the children a person can come to.
func (n *node) below() []*node {
	if n.isRange {
		return n.instances()
	}
	return n.children
}

// ref is the path of n with the positions of repeat instances.
func (n *node) ref() forms.Ref {
	switch {
	case n.plan == nil:
		return ""
	case n.isRange:
		return n.parent.ref().Child(n.plan.c.Name)
	case n.parent.isRange:
		return n.parent.ref().At(slices.Index(n.parent.children, n) + 1)
	}
	return n.parent.ref().Child(n.plan.c.Name)
}

// find returns the node at ref or nil. The ref of a repeat without a position
// is its range.
func (s *Session) find(ref forms.Ref) *node {
	rest, ok := strings.CutPrefix(string(ref), "/")
	if !ok {
		return nil
	}
	at := s.document
	for step := range strings.SplitSeq(rest, "/") {
		name, position, _ := strings.Cut(step, "[")
		if at = at.childNamed(name); at == nil {
			return nil
		}
		if position == "" {
			continue
		}
		i, err := strconv.Atoi(strings.TrimSuffix(position, "]"))
		switch {
		case err != nil:
			return nil
		case !at.isRange && i != 1, at.isRange && (i < 1 || i > len(at.instances())):
			return nil
		case at.isRange:
			at = at.children[i-1]
		}
	}
	return at
}

func (n *node) childNamed(name string) *node {
	if n.plan == nil { // the document
		if n.s.root.plan.c.Name == name {
			return n.s.root
		}
		return nil
	}
	if i, ok := n.plan.byName[name]; ok && !n.isRange {
		return n.children[i]
	}
	return nil
}

// Name, Kind, Parent, Children, Attributes and Text make a node an
// [xpath.Node].

// Name implements [xpath.Node].
func (n *node) Name() string {
	if n.plan == nil {
		return ""
	}
	return n.plan.c.Name
}

// Kind implements [xpath.Node].
func (n *node) Kind() xpath.Kind {
	if n.plan == nil {
		return xpath.Document
	}
	return xpath.Element
}

// Parent implements [xpath.Node]; the parent of a repeat instance is the
// element the repeat stands in.
func (n *node) Parent() xpath.Node {
	p := n.parent
	if p == nil {
		return nil
	}
	if p.isRange {
		p = p.parent
	}
	return p
}

// Children implements [xpath.Node]. What is not relevant is left out, as
// JavaRosa does; single instances of a repeat stay, so that positions do.
func (n *node) Children() []xpath.Node {
	if n.fresh {
		return n.kids
	}
	n.kids = n.kids[:0:0]
	for _, c := range n.children {
		switch {
		case !c.relevant:
		case c.isRange:
			n.kids = append(n.kids, n.ChildrenNamed(c.plan.c.Name)...)
		default:
			n.kids = append(n.kids, c)
		}
	}
	n.fresh = true
	return n.kids
}

// ChildrenNamed implements [xpath.Named].
func (n *node) ChildrenNamed(name string) []xpath.Node {
	c := n.childNamed(name)
	switch {
	case c == nil || !c.relevant:
		return nil
	case !c.isRange:
		if c.alone == nil {
			c.alone = []xpath.Node{c}
		}
		return c.alone
	case !c.fresh:
		c.kids = make([]xpath.Node, 0, c.visible)
		for _, i := range c.instances() {
			c.kids = append(c.kids, i)
		}
		c.fresh = true
	}
	return c.kids
}

// Attributes implements [xpath.Node]; the instance has none that forms read.
func (n *node) Attributes() []xpath.Node { return nil }

// Text implements [xpath.Node].
func (n *node) Text() string {
	if !n.relevant {
		return ""
	}
	if n.plan != nil && n.plan.q != nil {
		return n.value
	}
	var b strings.Builder
	for _, c := range n.Children() {
		b.WriteString(c.Text())
	}
	return b.String()
}

// eachQuestion calls do for the relevant questions below n in document order.
func (s *Session) eachQuestion(n *node, do func(*node)) {
	if !n.relevant {
		return
	}
	if n.plan.q != nil {
		do(n)
		return
	}
	for _, c := range n.below() {
		s.eachQuestion(c, do)
	}
}
