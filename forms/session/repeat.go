package session

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"baraza.example/forms"
)

// MaxInstances bounds what a repeat_count may ask for.
const MaxInstances = 10_000

// ErrCounted is wrapped where instances of a repeat are added or removed that
// the form counts itself.
var ErrCounted = errors.New("the form itself says how often this is asked")

// AddRepeat adds a blank instance to the repeat at ref, which has no position
// (/data/member), and returns the ref of the new one.
func (s *Session) AddRepeat(ref forms.Ref) (forms.Ref, error) {
	r := s.find(ref)
	if r == nil || !r.isRange {
		return "", fmt.Errorf("%s: %w", ref, ErrNoNode)
	}
	if r.plan.fixed() {
		return "", fmt.Errorf("%s: %w", ref, ErrCounted)
	}
	n, err := s.grow(r)
	if err != nil {
		return "", err
	}
	s.bring(r, n)
	s.propagate(r)
	s.did(step{kind: stepAdded, n: n})
	s.logged(eventAddRepeat, n.ref())
	s.settled()
	return n.ref(), nil
}

// fixed reports whether a person may not change how often p is there.
func (p *plan) fixed() bool { return p.count != nil || p.repeat.NoAddRemove }

// bring brings new instances of a range to life.
func (s *Session) bring(r *node, added ...*node) {
	for _, n := range added {
		n.relevant = r.relevant
		s.preload(n)
		s.appears(n)
		s.inside(n)
		n.added = true
		s.happens(n, forms.NewRepeat)
	}
}

// appears queues what reads n or anything below it: node-sets have grown.
func (s *Session) appears(n *node) {
	s.propagate(n)
	for _, a := range n.attrs {
		s.propagate(a)
	}
	for _, c := range n.children {
		s.appears(c)
	}
}

// inside queues everything below n.
func (s *Session) inside(n *node) {
	s.changed[n] = true
	var queue func(p *plan)
	queue = func(p *plan) {
		for _, a := range p.attrs {
			s.enqueue(task{a, n})
		}
		for _, c := range p.children {
			s.enqueue(task{c, n})
			if c.count != nil {
				s.each(c, n, s.recount)
			}
			if c.filter != nil {
				s.each(c, n, s.requeue)
			}
			queue(c)
		}
	}
	queue(n.plan)
}

// RemoveRepeat removes the instance at ref (/data/member[2]) and everything
// answered in it.
func (s *Session) RemoveRepeat(ref forms.Ref) error {
	n := s.find(ref)
	if n == nil || n.isRange || n.parent == nil || !n.parent.isRange {
		return fmt.Errorf("%s: %w", ref, ErrNoNode)
	}
	r := n.parent
	if r.plan.fixed() {
		return fmt.Errorf("%s: %w", ref, ErrCounted)
	}
	s.did(step{kind: stepRemoved, n: n, place: slices.Index(r.children, n)})
	s.remove(n)
	return nil
}

// remove takes an instance out; what read its answers reads the others now.
func (s *Session) remove(n *node) {
	r := n.parent
	i := slices.Index(r.children, n)
	s.logged(eventDropRepeat, n.ref())
	s.drop(r, i)
	r.visible = len(r.children)
	r.stale()
	s.moved(r, i)
	s.settled()
}

// readersOf queues the readers of a plan and of everything below it.
func (s *Session) readersOf(p *plan) {
	for _, e := range p.readers {
		s.enqueue(task{e.to, s.root})
	}
	for _, e := range p.counters {
		s.each(e.to, s.root, s.recount)
	}
	for _, e := range p.selectors {
		s.each(e.to, s.root, s.requeue)
	}
	for _, e := range p.watchers {
		s.each(e.to, s.root, func(w *node) { s.changed[w] = true })
	}
	for _, a := range p.attrs {
		s.readersOf(a)
	}
	for _, c := range p.children {
		s.readersOf(c)
	}
}

// dropMarks forgets that a removed node changed.
func (s *Session) dropMarks(n *node) {
	delete(s.changed, n)
	for _, a := range n.attrs {
		delete(s.changed, a)
	}
	for _, c := range n.children {
		s.dropMarks(c)
	}
}

func size(n *node) int {
	total := 1 + len(n.attrs)
	for _, c := range n.children {
		total += size(c)
	}
	return total
}

// fitCount gives a range as many instances as its count says. Instances beyond
// it that hold answers are kept aside, out of everyone's sight but the
// draft's, for the count may have been a slip of the hand.
func (s *Session) fitCount(r *node) {
	f := s.eval(r.plan.count, r.sample, r.plan, "repeat_count").Number()
	want := 0
	if f > 0 && !math.IsNaN(f) {
		want = int(min(f, MaxInstances))
	}
	had := r.visible
	if r.patient && want > had { // one at a time, when the last has been come to
		want = had + 1
		if had > 0 && isBlank(r.children[had-1]) {
			want = had
		}
	}
	if want == had {
		return
	}
	var added []*node
	for i := had; i < want && i < len(r.children); i++ {
		added = append(added, r.children[i])
	}
	for len(r.children) < want {
		n, err := s.grow(r)
		if err != nil {
			s.fault(err)
			want = len(r.children)
			break
		}
		added = append(added, n)
	}
	r.visible = want
	for len(r.children) > want && isBlank(r.children[len(r.children)-1]) {
		s.drop(r, len(r.children)-1)
	}
	r.stale()
	s.bring(r, added...)
	if want < had {
		s.readersOf(r.plan)
	}
	s.propagate(r)
}

// undoGrowth takes back what a count without end added, but for what it added
// first: forms that ask for one more instance until one is the last are written
// for programs that look at the count only when a person comes to it. Such a
// range grows by one from then on, when its last instance holds an answer.
func (s *Session) undoGrowth(sizes map[*node]int) {
	for r, size := range sizes {
		if r.visible > size {
			r.patient = true
			s.patient = append(s.patient, r)
		}
		for len(r.children) > size && isBlank(r.children[len(r.children)-1]) {
			s.drop(r, len(r.children)-1)
		}
		r.visible = min(r.visible, len(r.children))
		r.stale()
		s.readersOf(r.plan)
		s.propagate(r)
	}
	s.compute()
	s.queue.selects, s.queue.counts, s.queue.looked = nil, nil, nil
}

// drop takes an instance out of a range.
func (s *Session) drop(r *node, i int) {
	n := r.children[i]
	s.dropMarks(n)
	s.nodes -= size(n)
	r.children = slices.Delete(r.children, i, i+1)
}

// isBlank reports whether nothing below n was answered. What the form filled
// in itself doesn't count.
func isBlank(n *node) bool {
	if q := n.plan.q; q != nil {
		return n.value == "" && n.picked == "" || q.Control == forms.Hidden || n.value == n.s.given(q, q.Default) ||
			n.plan.calculate != nil || n.plan.selfMade()
	}
	for _, c := range n.children {
		if !isBlank(c) {
			return false
		}
	}
	return true
}

// selfMade reports whether the form itself gives a question its first value.
func (p *plan) selfMade() bool {
	return slices.ContainsFunc(p.actions, func(a *action) bool { return a.to == p })
}
