package xpath

import (
	"slices"
	"strings"
)

// A Reference is a place that an expression reads, without the predicates on
// its way: enough to know what must be computed before.
type Reference struct {
	// Instance is the id of the secondary instance it is in; "" for the
	// primary instance.
	Instance string
	// Absolute references start at the root (of Instance), the others at the
	// context node.
	Absolute bool
	// Steps are names, prefix included: a child "name" or "*", an attribute
	// "@name", the parent "..", or "//" for any number of levels.
	Steps []string
	// Bare references ask only whether, where and how often a place is there, as
	// count() and position() do, and not what it holds.
	Bare bool
}

// String returns the reference as a path.
func (r Reference) String() string {
	var b strings.Builder
	if r.Instance != "" {
		b.WriteString("instance(" + r.Instance + ")")
	}
	if len(r.Steps) == 0 && !r.Absolute {
		return "."
	}
	slash := r.Absolute
	for _, s := range r.Steps {
		switch {
		case s == "//":
			b.WriteString("//")
			slash = false
			continue
		case slash:
			b.WriteByte('/')
		}
		b.WriteString(s)
		slash = true
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// Resolve returns the reference as an absolute path as seen from the node at
// context, a path like "/data/group/name". "*" and "//" stay in it. It is ""
// where the reference leaves the tree or is in a secondary instance.
func (r Reference) Resolve(context string) string {
	if r.Instance != "" {
		return ""
	}
	at := []string{}
	if context = strings.Trim(context, "/"); !r.Absolute && context != "" {
		at = strings.Split(context, "/")
	}
	for _, s := range r.Steps {
		if s != ".." {
			at = append(at, s)
			continue
		}
		if len(at) == 0 {
			return ""
		}
		// The parent of any depth may be at any depth.
		if last := at[len(at)-1]; last != "//" {
			at = at[:len(at)-1]
		}
	}
	return Reference{Absolute: true, Steps: at}.String()
}

func (r Reference) step(s ...string) Reference {
	r.Steps = append(r.Steps[:len(r.Steps):len(r.Steps)], s...)
	return r
}

// References returns what e reads, each once, in the order of the source. What
// current() stands for is relative, as the context node is.
func (e *Expr) References() []Reference {
	c := &collector{seen: make(map[string]bool), left: referenceBudget}
	here := []Reference{{}}
	c.read(e.root.refs(c, here))
	if c.left < 0 {
		return []Reference{anything}
	}
	return c.found
}

// anything is read by an expression whose references are too many to list.
var anything = Reference{Absolute: true, Steps: []string{"//", "*"}}

// collector gathers references. The refs method of a node records what its
// parts read and returns the places its own value is taken from; base is where
// the context node may stand.
type collector struct {
	found []Reference
	seen  map[string]bool
	left  int // steps that may still be copied
}

// referenceBudget bounds the work for hostile expressions, in which unions and
// steps multiply. A real one needs a few hundred.
const referenceBudget = 1_000_000

// spend says whether the budget allows n more.
func (c *collector) spend(n int) bool {
	c.left -= n
	return c.left >= 0
}

func (c *collector) read(refs []Reference) { c.note(refs, false) }

func (c *collector) note(refs []Reference, bare bool) {
	for _, r := range refs {
		r.Bare = bare
		if !c.spend(len(r.Steps) + 1) {
			return
		}
		key := r.String()
		if !r.Absolute {
			key = "relative " + key
		}
		if bare && c.seen[key] {
			continue
		}
		if bare {
			key = "bare " + key
		}
		if !c.seen[key] {
			c.seen[key] = true
			c.found = append(c.found, r)
		}
	}
}

func (n *literal) refs(*collector, []Reference) []Reference { return nil }
func (n *numeral) refs(*collector, []Reference) []Reference { return nil }

func (n *negation) refs(c *collector, base []Reference) []Reference {
	c.read(n.arg.refs(c, base))
	return nil
}

func (n *chain) refs(c *collector, base []Reference) []Reference {
	all := slices.Clone(n.first.refs(c, base))
	for _, o := range n.rest {
		all = append(all, o.arg.refs(c, base)...)
	}
	if n.level == levelUnion {
		return all
	}
	c.read(all)
	return nil
}

func (n *filter) refs(c *collector, base []Reference) []Reference {
	places := n.arg.refs(c, base)
	c.predicates(n.preds, places)
	return places
}

func (c *collector) predicates(preds []predicate, places []Reference) {
	for _, p := range preds {
		c.read(p.expr.refs(c, places))
	}
}

func (n *path) refs(c *collector, base []Reference) []Reference {
	places := base
	switch {
	case n.start != nil:
		places = n.start.refs(c, base)
	case n.absolute:
		places = []Reference{{Absolute: true}}
	}
	for i := range n.steps {
		s := &n.steps[i]
		next := make([]Reference, 0, len(places))
		for _, r := range places {
			if !c.spend(len(r.Steps) + 1) {
				return nil
			}
			next = append(next, s.from(r))
		}
		places = next
		c.predicates(s.preds, places)
	}
	return places
}

// from returns where s leads from r. Axes other than those to parents and
// children are taken widely.
func (s *step) from(r Reference) Reference {
	name := "*"
	if s.test.kind == testName {
		name = s.test.name()
	}
	switch s.axis {
	case self:
		return r
	case child:
		if s.test.kind == testText {
			return r
		}
		return r.step(name)
	case attribute:
		return r.step("@" + name)
	case parent:
		return r.step("..")
	case followingSibling, precedingSibling:
		return r.step("..", name)
	case descendant:
		return r.step("//", name)
	case descendantOrSelf:
		if s.test.kind == testNode {
			return r.step("//")
		}
		return r.step("//", name)
	}
	return Reference{Instance: r.Instance, Absolute: true, Steps: []string{"//", name}}
}

func (n *call) refs(c *collector, base []Reference) []Reference {
	switch {
	case n.name == "current" && len(n.args) == 0:
		return []Reference{{}}
	case n.name == "instance" && len(n.args) == 1:
		id := ""
		if l, ok := n.args[0].(*literal); ok {
			id = l.s
		} else {
			c.read(n.args[0].refs(c, base))
		}
		return []Reference{{Instance: id, Absolute: true}}
	case n.fn != nil && n.fn.onNode && len(n.args) == 0:
		return base // string(), name(), …: of the context node
	}
	var places []Reference
	for i, a := range n.args {
		of := a.refs(c, base)
		if n.fn != nil && n.fn.passes(i) {
			places = append(places, of...)
		} else {
			c.note(of, n.counts(i))
		}
	}
	if n.name == "once" {
		c.read(base)
	}
	return places
}

// counts reports whether the function looks at where the nodes of an argument
// are and not at what they hold.
func (n *call) counts(i int) bool {
	switch n.name {
	case "count", "position", "name", "local-name", "namespace-uri":
		return true
	case "indexed-repeat":
		return i%2 == 1 // the repeats
	}
	return false
}
