package session

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// A node is a place in the primary instance: an element, an attribute, or the
// range of a repeat, which holds its instances and which expressions do not
// see. The document above the root has no plan.
type node struct {
	s        *Session
	plan     *plan
	parent   *node
	children []*node
	attrs    []*node
	isRange  bool
	added    bool  // an instance of a repeat that the form does not begin with
	patient  bool  // a range whose count has no end by itself
	visible  int   // of a range: how many instances count; more wait for the count to grow again
	sample   *node // of a range: an instance outside the tree, to evaluate the repeat's own expressions in
	value    string
	picked   string // of a select: the answer, where the filter doesn't offer all of it now
	relevant bool
	remark   Remark
	kids     []xpath.Node // Children, kept until the structure or relevance changes
	fresh    bool         // kids is up to date; of a range they are the instances that count
	alone    []xpath.Node // n itself
}

// build makes the nodes of a plan, literal defaults filled in. A repeat
// becomes a range with the instances the form starts with: one, unless it says
// otherwise. From is what the primary instance holds here, or nil for the
// defaults.
func (s *Session) build(p *plan, parent *node, asRange bool, from *forms.Tree) (*node, error) {
	if s.nodes++; s.nodes > MaxNodes {
		return nil, fmt.Errorf("%w: more than %d questions", ErrTooMany, MaxNodes)
	}
	n := &node{s: s, plan: p, parent: parent, relevant: true}
	if p.repeat != nil && asRange {
		n.isRange = true
		sample, err := s.build(p, n, false, nil)
		if err != nil {
			return nil, err
		}
		n.sample = sample
		return n, s.populate(n, from)
	}
	s.nodes += len(p.attrs)
	for _, a := range p.attrs {
		attr := &node{s: s, plan: a, parent: n, relevant: true}
		attr.value = a.q.Default
		if from != nil {
			attr.value = from.Attr(a.c.Name)
		}
		n.attrs = append(n.attrs, attr)
	}
	if p.q != nil {
		value := p.q.Default
		if from != nil {
			value = from.Text
		}
		n.value = s.given(p.q, value)
		return n, nil
	}
	for _, c := range p.children {
		child, err := s.buildChild(c, n, from)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	return n, nil
}

// buildChild makes a child as the tree of its parent says.
func (s *Session) buildChild(p *plan, parent *node, from *forms.Tree) (*node, error) {
	if from == nil {
		return s.build(p, parent, true, nil)
	}
	if p.repeat != nil {
		return s.build(p, parent, true, from)
	}
	child := from.Child(p.name)
	if child == nil {
		child = &forms.Tree{} // left out: blank
	}
	return s.build(p, parent, true, child)
}

// populate gives a range its first instances: those of the tree of its parent,
// or of the form.
func (s *Session) populate(r *node, from *forms.Tree) error {
	p := r.plan
	initial := p.repeat.Initial
	if from != nil {
		initial = []*forms.Tree{}
		for _, c := range from.Children {
			if c.Name == p.name && !hasTemplate(c) {
				initial = append(initial, c)
			}
		}
	}
	if initial == nil || len(initial) == 0 && p.repeat.NoAddRemove && p.count == nil { // nobody could add one
		_, err := s.grow(r)
		return err
	}
	for _, t := range initial {
		n, err := s.build(p, r, false, t)
		if err != nil {
			return err
		}
		r.children = append(r.children, n)
	}
	r.visible = len(r.children)
	r.stale()
	return nil
}

func hasTemplate(t *forms.Tree) bool {
	return slices.ContainsFunc(t.Attrs, func(a forms.Attr) bool { return a.Name == "jr:template" })
}

// grow adds a blank instance to a range.
func (s *Session) grow(r *node) (*node, error) {
	n, err := s.build(r.plan, r, false, nil)
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
		return n.parent.ref().Child(n.plan.step)
	case n.parent.isRange:
		return n.parent.ref().At(slices.Index(n.parent.children, n) + 1)
	}
	return n.parent.ref().Child(n.plan.step)
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
		if strings.HasPrefix(name, "@") {
			at = at.attribute(name[1:])
		} else {
			at = at.childNamed(name)
		}
		if at == nil {
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

// childNamed finds a child by its name as written, or by the name without its
// prefix: whether the meta block has one differs among programs.
func (n *node) childNamed(name string) *node {
	if n.plan == nil { // the document
		if root := n.s.root; root.plan.name == name || root.plan.c.Name == local(name) {
			return root
		}
		return nil
	}
	if n.isRange {
		return nil
	}
	if i, ok := n.plan.byName[name]; ok {
		return n.children[i]
	}
	if without := local(name); without != name {
		if i, ok := n.plan.byName[without]; ok {
			return n.children[i]
		}
	}
	return nil
}

func (n *node) attribute(name string) *node {
	for _, a := range n.attrs {
		if a.plan.name == name {
			return a
		}
	}
	for _, a := range n.attrs {
		if local(a.plan.name) == local(name) {
			return a
		}
	}
	return nil
}

// local is a name without its prefix.
func local(name string) string {
	if _, rest, ok := strings.Cut(name, ":"); ok {
		return rest
	}
	return name
}

// Name, Kind, Parent, Children, Attributes and Text make a node an
// [xpath.Node].

// Name implements [xpath.Node].
func (n *node) Name() string {
	if n.plan == nil {
		return ""
	}
	return n.plan.name
}

// Kind implements [xpath.Node].
func (n *node) Kind() xpath.Kind {
	switch {
	case n.plan == nil:
		return xpath.Document
	case n.plan.isAttr:
		return xpath.Attribute
	}
	return xpath.Element
}

// Namespace implements [xpath.Namespaced]: the names of the meta block, which
// alone have a prefix, stand for themselves without it too, since forms and
// programs differ.
func (n *node) Namespace() string {
	if n.plan != nil && n.plan.c.Prefix != "" {
		return "http://www.w3.org/2002/xforms"
	}
	return ""
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
			n.kids = append(n.kids, n.ChildrenNamed(c.plan.name)...)
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

// Attributes implements [xpath.Node].
func (n *node) Attributes() []xpath.Node {
	if len(n.attrs) == 0 {
		return nil
	}
	all := make([]xpath.Node, len(n.attrs))
	for i, a := range n.attrs {
		all[i] = a
	}
	return all
}

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
