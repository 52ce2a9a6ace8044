package session

import (
	"slices"
	"strings"

	"baraza.example/forms/xpath"
)

// watch draws the edges of what is only shown.
func (c *compiler) watch(p *plan, refs []xpath.Reference) {
	c.edges(p, refs, func(from *plan) *[]edge { return &from.watchers }, false)
}

// maxEffort bounds the edges of a form and the elements that are looked at to
// draw them: ten times what a form of 10,000 questions with sums over
// everything takes.
const maxEffort = 5_000_000

// edges draws an edge to p from each plan that its references may read, into
// the list of that plan. Only p itself is left out where it stands in the
// expression as "." (once does that).
func (c *compiler) edges(p *plan, refs []xpath.Reference, list func(from *plan) *[]edge, toShow bool) {
	seen := map[*plan]map[edge]bool{}
	draw := func(from *plan, e edge) {
		if seen[from] == nil {
			seen[from] = map[edge]bool{}
		}
		if !seen[from][e] {
			seen[from][e] = true
			l := list(from)
			*l = append(*l, e)
		}
	}
	for _, ref := range refs {
		path := ref.Resolve(string(p.c.Ref))
		if path == "" || len(ref.Steps) == 0 {
			continue
		}
		c.effort++
		e := edge{to: p, within: commonRepeat(p, ref), toShow: toShow, bare: ref.Bare}
		if from := c.prog.at(path); from != nil {
			draw(from, e)
			continue
		}
		if !strings.Contains(path, "*") && !strings.Contains(path, "//") {
			continue
		}
		if c.effort += len(c.prog.all); c.effort > maxEffort {
			if c.effort-len(c.prog.all) <= maxEffort {
				c.fault(p, "", "too-complex", "the form has too many expressions that read everything")
			}
			return
		}
		pattern := strings.FieldsFunc(strings.ReplaceAll(path, "//", "/**/"), func(r rune) bool { return r == '/' })
		for _, from := range c.prog.all {
			if from != p && matches(pattern, from.steps) {
				draw(from, e)
			}
		}
	}
}

// matches compares a path with a pattern in which * stands for a step and **
// for any number of steps.
func matches(pattern, path []string) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(path) {
		switch {
		case i < len(pattern) && pattern[i] == "**":
			star, mark = i, j
			i++
		case i < len(pattern) && (pattern[i] == path[j] || isAny(pattern[i], path[j])):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(pattern) && pattern[i] == "**" {
		i++
	}
	return i == len(pattern)
}

// isAny reports whether a wildcard of a pattern stands for a step.
func isAny(pattern, step string) bool {
	return pattern == "*" || pattern == "@*" && strings.HasPrefix(step, "@")
}

// commonRepeat is the deepest repeat whose instance a relative reference of p
// doesn't leave on its way.
func commonRepeat(p *plan, ref xpath.Reference) *plan {
	if ref.Absolute {
		return nil
	}
	top, at := p, 0
	for _, s := range ref.Steps {
		switch s {
		case "..":
			if at--; at < 0 {
				at = 0
				if top = top.parent; top == nil {
					return nil
				}
			}
		case "//":
			at += 1000
		default:
			at++
		}
	}
	for ; top != nil; top = top.parent {
		if top.repeat != nil {
			return top
		}
	}
	return nil
}

// rank orders the plans so that each stands behind all it is computed from,
// and reports what is computed in a circle. Who reads a group as text stands
// behind what is in it, too, unless that would make a circle: then the group's
// questions don't tell them.
func (c *compiler) rank() {
	const attempts = 20
	for i := 0; ; i++ {
		o := ordering{state: make(map[*plan]int, len(c.prog.all))}
		o.visit(c.prog.root, hop{})
		if o.round != nil {
			for _, p := range c.prog.all {
				p.holders = slices.DeleteFunc(p.holders, func(e edge) bool { return i == attempts || e.to == o.round })
			}
			continue
		}
		for i, p := range o.order {
			p.rank = len(o.order) - i
		}
		for _, r := range o.rounds {
			c.cycle(r)
		}
		c.prog.loops = c.prog.loops || o.loops
		return
	}
}

// An ordering is one walk through the plans, from what is read to its readers.
type ordering struct {
	state  map[*plan]int
	order  []*plan // the last to be computed first
	trail  []*plan
	hops   []hop // how each of the trail was come to
	rounds [][]*plan
	loops  bool
	round  *plan // a reader of a group that is read in the group
}

// A hop leads from what is read to its reader.
type hop struct {
	toShow bool // by a relevant condition alone
	holds  bool // through the text of a group
}

// The states of a plan in an ordering.
const (
	untouched = iota
	open
	done
)

func (o *ordering) visit(p *plan, by hop) {
	o.state[p] = open
	o.trail, o.hops = append(o.trail, p), append(o.hops, by)
	for _, a := range p.attrs {
		o.next(p, a, hop{})
	}
	for _, child := range p.children {
		o.next(p, child, hop{})
	}
	for _, e := range p.readers {
		o.next(p, e.to, hop{toShow: e.toShow})
	}
	for at := p.parent; at != nil; at = at.parent {
		for _, e := range at.holders {
			o.next(p, e.to, hop{e.toShow, true})
		}
	}
	o.trail, o.hops = o.trail[:len(o.trail)-1], o.hops[:len(o.hops)-1]
	o.state[p] = done
	o.order = append(o.order, p)
}

func (o *ordering) next(p, q *plan, by hop) {
	switch {
	case o.state[q] == untouched:
		o.visit(q, by)
	case o.state[q] == open && (q != p || !inRepeat(p) && !by.toShow):
		at := slices.Index(o.trail, q)
		way := append(slices.Clone(o.hops[at+1:]), by)
		if i := slices.IndexFunc(way, func(h hop) bool { return h.holds }); i >= 0 {
			o.round = append(slices.Clone(o.trail[at+1:]), q)[i]
			return
		}
		if by.toShow && q != p && !slices.ContainsFunc(way, func(h hop) bool { return !h.toShow }) {
			o.loops = true // as other programs do, which show neither at first
			return
		}
		o.rounds = append(o.rounds, slices.Clone(o.trail[at:]))
	}
}

func inRepeat(p *plan) bool {
	for ; p != nil; p = p.parent {
		if p.repeat != nil {
			return true
		}
	}
	return false
}

// cycle reports a round of plans, each computed from the next. Of a tangle
// the first rounds are enough, and of a long round its first members.
func (c *compiler) cycle(round []*plan) {
	const rounds, members = 20, 10
	if c.cycles++; c.cycles > rounds {
		return
	}
	var names []string
	for _, p := range round[:min(len(round), members)] {
		names = append(names, p.c.Name)
	}
	if len(round) > members {
		names = append(names, "…")
	}
	c.fault(round[0], "", "cycle", "%s is computed from itself: %s", round[0].c.Name, strings.Join(append(names, round[0].c.Name), " → "))
}

// hold finds who reads all text in a group.
func (p *plan) hold() {
	if p.q != nil {
		return
	}
	for _, e := range p.readers {
		if !e.bare && !e.to.within(p) {
			p.holders = append(p.holders, e)
		}
	}
}

// within reports whether p stands in the group or repeat around.
func (p *plan) within(around *plan) bool {
	for p = p.parent; p != nil; p = p.parent {
		if p == around {
			return true
		}
	}
	return false
}
