package session

import "baraza.example/forms"

// A Step is a place that a person comes to when the form is asked one thing at
// a time.
type Step struct {
	Kind StepKind
	Ref  forms.Ref // of the question, the repeat instance, or the repeat without position
}

// StepKind is what a person does at a step.
type StepKind string

// The steps.
const (
	StepQuestion  StepKind = "question"
	StepInstance  StepKind = "instance"   // a repeat instance begins
	StepNewRepeat StepKind = "new-repeat" // one more instance may be added
)

// Steps are the places to come to as the response stands, in the order in
// which the form asks.
func (s *Session) Steps() []Step {
	w := &walker{s: s}
	if body := s.prog.def.Body; body != nil {
		w.blocks(body, s.root)
	} else if s.root.relevant {
		w.elements(s.root)
	}
	return w.steps
}

type walker struct {
	s     *Session
	steps []Step
}

func (w *walker) add(kind StepKind, n *node) {
	w.steps = append(w.steps, Step{kind, n.ref()})
}

// elements walks what stands in n in the order of the instance.
func (w *walker) elements(n *node) {
	for _, c := range n.children {
		w.visit(c, func(in *node) { w.elements(in) })
	}
}

// visit walks one child: what is not relevant is not come to.
func (w *walker) visit(c *node, inside func(*node)) {
	switch {
	case !c.relevant:
	case c.isRange:
		for _, i := range c.instances() {
			if i.relevant {
				w.add(StepInstance, i)
				inside(i)
			}
		}
		if !c.plan.fixed() {
			w.add(StepNewRepeat, c)
		}
	case c.plan.q == nil:
		inside(c)
	case c.plan.q.Control != forms.Hidden:
		w.add(StepQuestion, c)
	}
}

// blocks walks a part of the body; scope is the repeat instance it stands in,
// or the root.
func (w *walker) blocks(all []*forms.Block, scope *node) {
	for _, b := range all {
		ref := b.Element.Base().Ref
		p := w.s.prog.byRef[ref]
		if ref == "" || p == nil {
			w.blocks(b.Blocks, scope)
			continue
		}
		var at *node
		w.s.each(p, scope, func(n *node) {
			if at == nil {
				at = n
			}
		})
		if at == nil {
			continue
		}
		w.visit(at, func(in *node) {
			if in.plan.repeat == nil { // a group leaves the scope as it is
				in = scope
			}
			w.blocks(b.Blocks, in)
		})
	}
}
