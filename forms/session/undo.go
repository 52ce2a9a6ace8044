package session

import (
	"slices"
	"time"

	"baraza.example/forms"
)

// A step is something a person did, with what it takes to take it back.
type step struct {
	n      *node // a question, or an instance that was added or removed
	value  string
	picked string
	at     time.Time // when it was last added to
	kind   stepKind
	place  int // of an instance that was removed, among those of its repeat
}

type stepKind int

const (
	stepAnswer stepKind = iota
	stepAdded
	stepRemoved
)

// maxSteps is how many steps are kept, and typingPause how long one may stop
// typing and still be at the same step.
const (
	maxSteps    = 200
	typingPause = 2 * time.Second
)

// did remembers a step. Letters typed one after another are one.
func (s *Session) did(t step) {
	t.at = s.now()
	if k := len(s.steps) - 1; k >= 0 && t.kind == stepAnswer && t.n.plan.q.Control == forms.Input {
		last := &s.steps[k]
		if last.kind == stepAnswer && last.n == t.n && t.at.Sub(last.at) < typingPause {
			last.at = t.at
			return
		}
	}
	s.steps = append(s.steps, t)
	if len(s.steps) > maxSteps {
		s.steps = slices.Delete(s.steps, 0, 1)
	}
}

// CanUndo reports whether a person did anything that can be taken back.
func (s *Session) CanUndo() bool { return len(s.steps) > 0 }

// Undo takes back what a person did last: an answer, an instance that was added
// or one that was removed. It returns the ref of what it changed; of an instance
// that is gone again, the repeat's. ok is false where there is nothing to take
// back.
func (s *Session) Undo() (ref forms.Ref, ok bool) {
	for len(s.steps) > 0 {
		t := s.steps[len(s.steps)-1]
		s.steps = s.steps[:len(s.steps)-1]
		switch {
		case t.kind == stepRemoved:
			if r := t.n.parent; s.holds(r) && !r.plan.fixed() && t.place <= len(r.children) {
				s.reinsert(r, t.place, t.n)
				return t.n.ref(), true
			}
		case !s.holds(t.n):
		case t.kind == stepAdded:
			ref := t.n.parent.ref()
			s.remove(t.n)
			return ref, true
		default:
			old := t.n.value
			t.n.picked = t.picked
			s.store(t.n, t.value)
			s.answered(t.n, old)
			for _, r := range s.patient {
				s.recount(r)
			}
			s.settled()
			return t.n.ref(), true
		}
	}
	return "", false
}

// settled recomputes after a change and tells who watches.
func (s *Session) settled() {
	s.run()
	s.changedAt = s.now()
	s.notify()
}

// holds reports whether n stands in the tree.
func (s *Session) holds(n *node) bool {
	for ; n.parent != nil; n = n.parent {
		if !slices.Contains(n.parent.children, n) {
			return false
		}
	}
	return n == s.document
}

// reinsert puts an instance that was removed back, with everything answered in
// it.
func (s *Session) reinsert(r *node, at int, n *node) {
	r.children = slices.Insert(r.children, at, n)
	s.nodes += size(n)
	r.visible = len(r.children)
	r.stale()
	s.appears(n)
	s.moved(r, at)
	s.logged(eventAddRepeat, n.ref())
	s.settled()
}

// moved queues the instances of a range from one on: their positions, and what
// others read in them, are others now.
func (s *Session) moved(r *node, from int) {
	for _, later := range r.children[from:] {
		s.inside(later)
		s.markAll(later)
	}
	s.readersOf(r.plan)
	s.propagate(r)
}

// DuplicateRepeat adds an instance with the answers of the one at ref, behind
// the last, and returns the ref of the new one.
func (s *Session) DuplicateRepeat(ref forms.Ref) (forms.Ref, error) {
	from := s.find(ref)
	if from == nil || from.isRange || from.parent == nil || !from.parent.isRange {
		return "", ErrNoNode
	}
	r := from.parent
	if r.plan.fixed() {
		return "", ErrCounted
	}
	if s.nodes+size(from) > MaxNodes {
		return "", ErrTooMany
	}
	n, err := s.grow(r)
	if err != nil {
		return "", err
	}
	s.bring(r, n)
	s.run() // what the form fills in first, so that the answers come last
	if err := s.copyAnswers(n, from); err != nil {
		return "", err
	}
	s.propagate(r)
	s.did(step{kind: stepAdded, n: n})
	s.logged(eventAddRepeat, n.ref())
	s.settled()
	return n.ref(), nil
}

// copyAnswers gives what a person may answer below to the values below from.
func (s *Session) copyAnswers(to, from *node) error {
	for i, c := range to.children {
		source := from.children[i] // of the same plan: groups and instances have the same children
		switch {
		case c.isRange:
			if c.plan.count == nil {
				for len(c.children) < len(source.children) {
					n, err := s.grow(c)
					if err != nil {
						return err
					}
					s.bring(c, n)
				}
			}
			for j := range min(len(c.children), len(source.children)) {
				if err := s.copyAnswers(c.children[j], source.children[j]); err != nil {
					return err
				}
			}
		case c.plan.q == nil:
			if err := s.copyAnswers(c, source); err != nil {
				return err
			}
		case c.plan.q.Control != forms.Hidden && c.plan.calculate == nil && !c.readOnly():
			c.remark = source.remark
			s.store(c, source.value)
		}
	}
	return nil
}
