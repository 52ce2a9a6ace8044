package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// ErrManyTargets says that an action would set the same question of several
// repeat instances.
var ErrManyTargets = errors.New("the action sets more than one node; name one repeat instance")

// ErrEndless says that actions or conditions follow from each other without
// end.
var ErrEndless = errors.New("it follows from itself without end")

// An action is one of the form made ready to run.
type action struct {
	forms.Action
	to     *plan       // what it sets, where the target is a plain path
	target *xpath.Expr // otherwise
	value  *xpath.Expr // nil: Text
}

// actions compiles the actions that stand at a plan.
func (c *compiler) actions(p *plan, all []forms.Action) {
	for _, a := range all {
		ready := &action{Action: a}
		column := string(a.Kind)
		if strings.ContainsAny(a.Target, "[(") {
			ready.target, _ = c.expression(p, column, a.Target)
			if ready.target == nil {
				continue
			}
		} else if ready.to = c.plainTarget(p, a.Target); ready.to == nil {
			c.fault(p, column, "unknown-name", "there is no node %s to set", a.Target)
			continue
		}
		ready.value, _ = c.expression(p, column, a.Value)
		p.actions = append(p.actions, ready)
	}
}

func (c *compiler) plainTarget(p *plan, path string) *plan {
	e, err := xpath.Compile(path)
	if err != nil {
		return nil
	}
	for _, r := range e.References() {
		return c.prog.at(r.Resolve(string(p.c.Ref)))
	}
	return nil
}

// A pending action waits until all that is computed is up to date.
type pending struct {
	a     *action
	n     *node
	depth int // how many actions followed from each other before it
}

// maxChain bounds how many actions may follow from each other.
const maxChain = 100

// happens queues what an event at n and everything below it brings about.
func (s *Session) happens(n *node, events ...forms.Event) {
	if !n.isRange {
		s.queueActions(n, events...)
	}
	for _, c := range n.below() {
		s.happens(c, events...)
	}
}

// queueActions queues the actions that stand at n and name one of the events.
func (s *Session) queueActions(n *node, events ...forms.Event) {
	for _, a := range n.plan.actions {
		if slices.ContainsFunc(a.Events, func(e forms.Event) bool { return slices.Contains(events, e) }) {
			s.queue.pending = append(s.queue.pending, pending{a, n, s.depth + 1})
		}
	}
}

// next does the action that waits longest.
func (s *Session) next() {
	p := s.queue.pending[0]
	s.queue.pending = s.queue.pending[1:]
	if p.depth > maxChain {
		s.fault(fmt.Errorf("%s of %s: %w", p.a.Kind, p.n.plan.c.Name, ErrEndless))
		return
	}
	s.depth = p.depth
	s.act(p.a, p.n)
	s.depth = 0
}

// act does one action that stands at n.
func (s *Session) act(a *action, n *node) {
	targets := s.targets(a, n)
	if len(targets) > 1 && !s.begun {
		// The load of a form sets what the form begins with; instances that a
		// count has added since had an event of their own.
		targets = slices.DeleteFunc(targets, (*node).isAdded)
	}
	if len(targets) > 1 {
		s.fault(fmt.Errorf("%s of %s: %w", a.Kind, n.plan.c.Name, ErrManyTargets))
		return
	}
	for _, t := range targets {
		if t.plan.q == nil {
			s.fault(fmt.Errorf("%s of %s: %s is no question", a.Kind, n.plan.c.Name, t.plan.c.Name))
			continue
		}
		if !t.relevant {
			continue
		}
		switch {
		case a.Kind == forms.SetGeoPoint:
			if s.opts.Locate != nil {
				s.store(t, Cast(forms.GeoPoint, s.opts.Locate()))
			}
		case a.Kind == forms.RecordAudio:
			s.unheard() // nothing here can record
		case a.value != nil:
			s.store(t, s.computed(t.plan.q, s.eval(a.value, t, t.plan, string(a.Kind))))
		default:
			s.store(t, s.given(t.plan.q, a.Text))
		}
	}
}

// isAdded reports whether n stands in an instance that was added to a repeat.
func (n *node) isAdded() bool {
	for ; n != nil; n = n.parent {
		if n.added {
			return true
		}
	}
	return false
}

// targets are the nodes that an action at n sets: of a plain path those in the
// same repeat instance.
func (s *Session) targets(a *action, n *node) []*node {
	var all []*node
	if a.to != nil {
		s.each(a.to, s.nearest(n, a.to), func(t *node) {
			if !t.isRange {
				all = append(all, t)
			}
		})
		return all
	}
	for _, t := range s.eval(a.target, n, n.plan, string(a.Kind)).Nodes() {
		if t, ok := t.(*node); ok && t.plan != nil {
			all = append(all, t)
		}
	}
	return all
}
