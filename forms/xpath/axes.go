package xpath

import "slices"

// along appends the nodes of an axis from n that pass the test.
func (ev *evaluation) along(to []Node, a axis, t test, n Node) []Node {
	if a == attribute {
		for _, c := range n.Attributes() {
			to = ev.offer(to, t, Attribute, c)
		}
		return to
	}
	switch a {
	case self:
		to = ev.offer(to, t, Element, n)
	case child:
		children := n.Children
		if named, ok := n.(Named); ok && t.kind == testName && t.local != "*" {
			children = func() []Node { return named.ChildrenNamed(t.name()) }
		}
		for _, c := range children() {
			to = ev.offer(to, t, Element, c)
		}
	case parent:
		if p := n.Parent(); p != nil {
			to = ev.offer(to, t, Element, p)
		}
	case descendant:
		to = ev.below(to, t, n)
	case descendantOrSelf:
		to = ev.below(ev.offer(to, t, Element, n), t, n)
	case ancestor, ancestorOrSelf:
		if a == ancestorOrSelf {
			to = ev.offer(to, t, Element, n)
		}
		for p := n.Parent(); p != nil; p = p.Parent() {
			to = ev.offer(to, t, Element, p)
		}
	case followingSibling:
		_, after := ev.siblings(n)
		for _, c := range after {
			to = ev.offer(to, t, Element, c)
		}
	case precedingSibling:
		before, _ := ev.siblings(n)
		for _, c := range slices.Backward(before) {
			to = ev.offer(to, t, Element, c)
		}
	case following:
		to = ev.following(to, t, n)
	case preceding:
		to = ev.preceding(to, t, n)
	}
	return to // forms have no use for namespace nodes: that axis is empty
}

// offer appends n if it passes. principal is the kind that names stand for on
// this axis.
func (ev *evaluation) offer(to []Node, t test, principal Kind, n Node) []Node {
	ev.spend(1)
	if ev.matches(t, principal, n) {
		return append(to, n)
	}
	return to
}

func (ev *evaluation) below(to []Node, t test, n Node) []Node {
	if tree, ok := n.(*Tree); ok && t.kind == testName && t.prefix == "" && t.local != "*" {
		return ev.belowTree(to, t.local, tree)
	}
	for _, c := range n.Children() {
		to = ev.offer(to, t, Element, c)
		if c.Kind() == Element {
			to = ev.below(to, t, c)
		}
	}
	return to
}

// belowTree is below for a name without prefix in a document read from XML,
// where a node need not be asked through its interface.
func (ev *evaluation) belowTree(to []Node, name string, tree *Tree) []Node {
	ev.spend(len(tree.children))
	for _, c := range tree.children {
		e := c.(*Tree)
		if e.kind != Element {
			continue
		}
		if e.isCalled(name) {
			to = append(to, c)
		}
		if len(e.children) > 0 {
			to = ev.belowTree(to, name, e)
		}
	}
	return to
}

// isCalled is matchesName for a name without prefix.
func (t *Tree) isCalled(name string) bool {
	if t.name == name {
		return t.space != xhtmlNamespace
	}
	colon := len(t.name) - len(name) - 1
	return colon > 0 && t.name[colon] == ':' && t.name[colon+1:] == name && t.space == xformsNamespace
}

// belowBackward is below in reverse document order, each node after what
// stands in it.
func (ev *evaluation) belowBackward(to []Node, t test, n Node) []Node {
	for _, c := range slices.Backward(n.Children()) {
		if c.Kind() == Element {
			to = ev.belowBackward(to, t, c)
		}
		to = ev.offer(to, t, Element, c)
	}
	return to
}

func (ev *evaluation) siblings(n Node) (before, after []Node) {
	p := n.Parent()
	if p == nil || n.Kind() == Attribute {
		return nil, nil
	}
	all := p.Children()
	i := slices.Index(all, n)
	if i < 0 {
		return nil, nil
	}
	ev.spend(i)
	return all[:i], all[i+1:]
}

func (ev *evaluation) following(to []Node, t test, n Node) []Node {
	if n.Kind() == Attribute {
		n = n.Parent()
		to = ev.below(to, t, n)
	}
	for ; n != nil; n = n.Parent() {
		_, after := ev.siblings(n)
		for _, c := range after {
			to = ev.below(ev.offer(to, t, Element, c), t, c)
		}
	}
	return to
}

func (ev *evaluation) preceding(to []Node, t test, n Node) []Node {
	if n.Kind() == Attribute {
		n = n.Parent()
	}
	for ; n != nil; n = n.Parent() {
		before, _ := ev.siblings(n)
		for _, c := range slices.Backward(before) {
			to = ev.offer(ev.belowBackward(to, t, c), t, Element, c)
		}
	}
	return to
}

func (ev *evaluation) matches(t test, principal Kind, n Node) bool {
	k := n.Kind()
	switch t.kind {
	case testNode:
		return true
	case testText:
		return k == Text
	case testComment:
		return k == Comment
	case testInstruction:
		return k == Instruction && (t.local == "" || t.local == n.Name())
	}
	return k == principal && ev.matchesName(t, n)
}

// The namespaces that matter for names without a prefix.
const (
	xformsNamespace = "http://www.w3.org/2002/xforms"
	xhtmlNamespace  = "http://www.w3.org/1999/xhtml"
)

// prefixes are those that forms use without declaring them in expressions.
var prefixes = map[string]string{
	"enk":             "http://enketo.org/xforms",
	"ev":              "http://www.w3.org/2001/xml-events",
	"h":               xhtmlNamespace,
	"html":            xhtmlNamespace,
	"xhtml":           xhtmlNamespace,
	"javarosa":        "http://openrosa.org/javarosa",
	"jr":              "http://openrosa.org/javarosa",
	"odk":             "http://www.opendatakit.org/xforms",
	"openrosa-xforms": "http://openrosa.org/xforms",
	"orx":             "http://openrosa.org/xforms",
	"xf":              xformsNamespace,
	"xml":             "http://www.w3.org/XML/1998/namespace",
}

// matchesName compares names as forms are written, not as XPath 1.0 §2.3 says:
// a name without prefix stands for elements of no namespace and of the default
// one, unless that is XHTML's; a prefix stands for itself or its namespace.
func (ev *evaluation) matchesName(t test, n Node) bool {
	if t.prefix == "" && t.local == "*" {
		return true
	}
	written := n.Name()
	if t.prefix == "" && written == t.local {
		ns, known := namespaceOf(n)
		return !known || ns != xhtmlNamespace
	}
	if t.prefix == "" && len(written) <= len(t.local) {
		return false // no room for a prefix
	}
	prefix, local := splitName(written)
	if t.local != "*" && local != t.local {
		return false
	}
	if prefix == t.prefix {
		return t.prefix != ""
	}
	ns, known := namespaceOf(n)
	if !known || ns == "" {
		return false
	}
	if t.prefix == "" {
		return ns == xformsNamespace
	}
	uri, ok := ev.ctx.Namespaces[t.prefix]
	if !ok {
		uri = prefixes[t.prefix]
	}
	return ns == uri
}

func splitName(name string) (prefix, local string) {
	for i := range len(name) {
		if name[i] == ':' {
			return name[:i], name[i+1:]
		}
	}
	return "", name
}

// inOrder sorts nodes into document order and drops repetitions.
func (ev *evaluation) inOrder(ns []Node) []Node {
	if len(ns) < 2 {
		return ns
	}
	ns = slices.Compact(ns) // neighbours often have found the same
	o := order{ev: ev, index: make(map[Node]int), known: make(map[Node]bool)}
	places := make([]place, len(ns))
	for i, n := range ns {
		ev.spend(32)
		places[i] = place{n, o.route(n)}
	}
	byRoute := func(a, b place) int {
		ev.spend(4)
		return slices.Compare(a.route, b.route)
	}
	if !slices.IsSortedFunc(places, byRoute) {
		slices.SortStableFunc(places, byRoute)
	}
	out := ns[:0:0]
	for i, p := range places {
		if i == 0 || p.node != places[i-1].node {
			out = append(out, p.node)
		}
	}
	return out
}

// sameDepth says whether all nodes have as many ancestors, so that none stands
// in another.
func (ev *evaluation) sameDepth(ns []Node) bool {
	wanted := -1
	for _, n := range ns {
		depth := 0
		for p := n.Parent(); p != nil; p = p.Parent() {
			depth++
		}
		ev.spend(depth)
		if wanted >= 0 && depth != wanted {
			return false
		}
		wanted = depth
	}
	return true
}

// place is a node and the way to it from the root: at each level the position
// among its siblings, attributes before children.
type place struct {
	node  Node
	route []int
}

type order struct {
	ev    *evaluation
	index map[Node]int  // of children and attributes seen so far
	known map[Node]bool // parents whose children are in index
}

func (o *order) route(n Node) []int {
	var r []int
	for p := n.Parent(); p != nil; n, p = p, p.Parent() {
		o.ev.spend(1)
		if !o.known[p] {
			o.known[p] = true
			attrs, kids := p.Attributes(), p.Children()
			o.ev.spend(len(attrs) + len(kids))
			for i, a := range attrs {
				o.index[a] = i - len(attrs)
			}
			for i, c := range kids {
				o.index[c] = i
			}
		}
		r = append(r, o.index[n])
	}
	slices.Reverse(r)
	return r
}
