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
		e := edge{to: p, within: commonRepeat(p, ref), toShow: toShow}
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
// and reports what is computed in a circle.
func (c *compiler) rank() {
	const (
		untouched = iota
		open
		done
	)
	state := make(map[*plan]int, len(c.prog.all))
	var order, trail []*plan
	var toShow []bool // how each of the trail was come to: by a relevant condition alone
	var visit func(p *plan, shown bool)
	visit = func(p *plan, shown bool) {
		state[p] = open
		trail, toShow = append(trail, p), append(toShow, shown)
		next := func(q *plan, shown bool) {
			switch {
			case state[q] == untouched:
				visit(q, shown)
			case state[q] == open && (q != p || !inRepeat(p) && !shown):
				at := slices.Index(trail, q)
				if shown && q != p && !slices.Contains(toShow[at+1:], false) {
					c.prog.loops = true // as other programs do, which show neither at first
					return
				}
				c.cycle(trail[at:])
			}
		}
		for _, a := range p.attrs {
			next(a, false)
		}
		for _, child := range p.children {
			next(child, false)
		}
		for _, e := range p.readers {
			next(e.to, e.toShow)
		}
		trail, toShow = trail[:len(trail)-1], toShow[:len(toShow)-1]
		state[p] = done
		order = append(order, p)
	}
	visit(c.prog.root, false)
	for i, p := range order {
		p.rank = len(order) - i
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
