package session

import (
	"container/heap"
	"fmt"
	"math"
	"slices"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// A task is to recompute the instances of a plan below a node.
type task struct {
	plan  *plan
	scope *node
}

// A queue holds tasks by rank, so that a node is recomputed after all it is
// computed from, and once.
type queue struct {
	tasks   []task
	queued  map[task]bool
	selects []*node   // selects that may offer something else, once all else is computed
	counts  []*node   // ranges whose count may differ, after that
	pending []pending // actions, at the end
	looked  map[*node]bool
}

func (q *queue) Len() int           { return len(q.tasks) }
func (q *queue) Less(i, j int) bool { return q.tasks[i].plan.rank < q.tasks[j].plan.rank }
func (q *queue) Swap(i, j int)      { q.tasks[i], q.tasks[j] = q.tasks[j], q.tasks[i] }
func (q *queue) Push(x any)         { q.tasks = append(q.tasks, x.(task)) }
func (q *queue) Pop() any {
	last := q.tasks[len(q.tasks)-1]
	q.tasks = q.tasks[:len(q.tasks)-1]
	return last
}

func (s *Session) enqueue(t task) {
	if s.queue.queued[t] {
		return
	}
	if s.queue.queued == nil {
		s.queue.queued = map[task]bool{}
	}
	s.queue.queued[t] = true
	heap.Push(&s.queue, t)
}

// propagate queues what reads n and marks what shows it.
func (s *Session) propagate(n *node) {
	s.changed[n] = true
	for _, e := range n.plan.readers {
		s.enqueue(task{e.to, s.scope(n, e)})
	}
	for _, e := range n.plan.counters {
		s.each(e.to, s.scope(n, e), s.recount)
	}
	for _, e := range n.plan.selectors {
		s.each(e.to, s.scope(n, e), s.requeue)
	}
	for _, e := range n.plan.watchers {
		s.each(e.to, s.scope(n, e), func(w *node) { s.changed[w] = true })
	}
	// Whoever reads a group as text reads what is answered in it. Only what is
	// computed later is told: groups that read each other would go on for ever.
	for at := n.parent; at != nil && at.plan != nil; at = at.parent {
		for _, e := range at.plan.holders {
			if !at.isRange && e.to.rank > n.plan.rank {
				s.enqueue(task{e.to, s.scope(at, e)})
			}
		}
	}
}

// picks reports whether a question is answered with choices that differ.
func (p *plan) picks() bool {
	if p.filter == nil {
		return false
	}
	switch p.q.Control {
	case forms.Select1, forms.Select, forms.RankList:
		return true
	}
	return false // a map or the ticks of a range only show them
}

// requeue remembers to look whether the answer of a select is still offered.
func (s *Session) requeue(n *node) {
	if !n.plan.picks() || n.value == "" && n.picked == "" || s.queue.looked[n] {
		return
	}
	if s.queue.looked == nil {
		s.queue.looked = map[*node]bool{}
	}
	s.queue.looked[n] = true
	s.queue.selects = append(s.queue.selects, n)
}

// scope is the node below which the readers of n at the end of e stand.
func (s *Session) scope(n *node, e edge) *node {
	if e.within == nil {
		return s.root
	}
	for at := n; at != nil; at = at.parent {
		if at.plan == e.within && !at.isRange {
			return at
		}
	}
	return s.root
}

// maxRounds bounds how often selects and counts may follow from each other in
// one change.
const maxRounds = 100

// run works the queue off, then looks after the selects and the repeats whose
// count changed, then does what follows from that, until nothing does any more.
func (s *Session) run() {
	rounds := 0
	grown := map[*node]int{} // how many instances a range had after it grew first
	for {
		s.compute()
		if len(s.queue.selects)+len(s.queue.counts) == 0 {
			if len(s.queue.pending) == 0 {
				return
			}
			s.next()
			rounds = 0
			continue
		}
		if rounds++; rounds > maxRounds {
			s.fault(fmt.Errorf("repeat_count or choice_filter: %w", ErrEndless))
			s.queue.selects, s.queue.counts, s.queue.looked = nil, nil, nil
			s.undoGrowth(grown)
			continue
		}
		selects := s.queue.selects
		s.queue.selects, s.queue.looked = nil, nil
		for _, n := range selects {
			s.reselect(n)
		}
		if s.queue.Len() > 0 || len(s.queue.selects) > 0 {
			continue
		}
		ranges := s.queue.counts
		s.queue.counts = nil
		for _, r := range ranges {
			if !r.relevant {
				continue
			}
			had := r.visible
			aside := had > 0 && isBlank(r.children[had-1])
			s.fitCount(r)
			if _, again := grown[r]; !again {
				grown[r] = r.visible
				if aside {
					grown[r] = had
				}
			}
		}
	}
}

// compute brings everything that is queued up to date.
func (s *Session) compute() {
	left := math.MaxInt
	if s.prog.loops { // conditions that depend on each other need not come to rest
		left = 1000 + 50*len(s.prog.all)
	}
	for s.queue.Len() > 0 {
		t := heap.Pop(&s.queue).(task)
		delete(s.queue.queued, t)
		if left--; left < 0 {
			s.fault(fmt.Errorf("the condition of %s: %w", t.plan.c.Name, ErrEndless))
			s.queue.tasks, s.queue.queued = nil, nil
			return
		}
		s.each(t.plan, t.scope, s.recompute)
	}
}

// recount remembers to look at the count of a range.
func (s *Session) recount(n *node) {
	if n.isRange && n.plan.count != nil && !slices.Contains(s.queue.counts, n) {
		s.queue.counts = append(s.queue.counts, n)
	}
}

// each calls do for the nodes of a plan at or below scope, ranges before their
// instances.
func (s *Session) each(p *plan, scope *node, do func(*node)) {
	if scope.plan == p {
		do(scope)
		if scope.isRange {
			for _, i := range scope.children {
				do(i)
			}
		}
		return
	}
	path := []*plan{p} // from p up to the plan of scope
	for path[len(path)-1].parent != scope.plan {
		up := path[len(path)-1].parent
		if up == nil {
			return
		}
		path = append(path, up)
	}
	s.descend(scope, path, do)
}

func (s *Session) descend(at *node, path []*plan, do func(*node)) {
	if at.isRange {
		for _, i := range at.children {
			s.descend(i, path, do)
		}
		return
	}
	p := path[len(path)-1]
	if p.isAttr {
		do(at.attrs[p.index])
		return
	}
	c := at.children[p.index]
	switch {
	case len(path) > 1:
		s.descend(c, path[:len(path)-1], do)
	case c.isRange:
		do(c)
		for _, i := range c.children {
			do(i)
		}
	default:
		do(c)
	}
}

// recompute brings one node up to date and queues what follows from it.
func (s *Session) recompute(n *node) {
	s.visits++
	p := n.plan
	was := n.relevant
	n.relevant = n.parent.relevant
	switch {
	case !n.relevant || p.relevant == nil:
	case n.isRange:
		n.relevant = s.eval(p.relevant, n.sample, p, "relevant").Bool() || slices.ContainsFunc(n.instances(), func(i *node) bool {
			return s.eval(p.relevant, i, p, "relevant").Bool()
		})
	default:
		n.relevant = s.eval(p.relevant, n, p, "relevant").Bool()
	}
	differs := was != n.relevant
	if n.isRange && differs {
		s.recount(n)
	}
	if differs {
		s.requeue(n)
	}
	fixed := p == s.prog.instanceID && n.value != "" // it is drawn once
	if n.relevant && p.q != nil && p.calculate != nil && !fixed {
		if v := s.computed(p.q, s.eval(p.calculate, n, p, "calculation")); v != n.value {
			n.value, differs = v, true
			s.valueChanged(n)
		}
	}
	if was != n.relevant {
		n.parent.stale()
		n.stale()
		s.below(n)
	}
	if differs {
		s.propagate(n)
	}
}

// below queues everything in n.
func (s *Session) below(n *node) {
	if n.isRange {
		return // the instances are recomputed with it
	}
	for _, a := range n.plan.attrs {
		s.enqueue(task{a, n})
	}
	for _, c := range n.plan.children {
		s.enqueue(task{c, n})
	}
}

// valueChanged queues the actions that wait for a change of n, once the
// response has begun.
func (s *Session) valueChanged(n *node) {
	if s.begun && len(n.plan.actions) > 0 {
		s.queueActions(n, forms.ValueChanged)
	}
}

// recomputeAll computes everything anew, in order.
func (s *Session) recomputeAll() {
	for _, p := range s.prog.all {
		s.enqueue(task{p, s.root})
		if p.count != nil {
			s.each(p, s.root, s.recount)
		}
		if p.filter != nil {
			s.each(p, s.root, s.requeue)
		}
	}
	s.run()
}

// written is how a computed value stands in the instance: what is no number is
// blank.
func written(v xpath.Value) string {
	if v.Type() == xpath.Number && math.IsNaN(v.Number()) {
		return ""
	}
	return v.String()
}

// eval evaluates an expression at a node. A fault in it, such as a function
// that doesn't exist, is remembered for Validate and counts as blank.
func (s *Session) eval(e *xpath.Expr, n *node, p *plan, what string) xpath.Value {
	ctx := s.context(n)
	v, err := e.Eval(&ctx)
	if err != nil {
		s.fault(fmt.Errorf("%s of %s: %w", what, p.c.Name, err))
	}
	return v
}

// fault keeps the faults of expressions that Faults returns.
func (s *Session) fault(err error) {
	const enough = 20
	for _, f := range s.faults {
		if f.Error() == err.Error() {
			return
		}
	}
	if len(s.faults) < enough {
		s.faults = append(s.faults, err)
	}
}

// Faults returns what went wrong in the form's expressions so far: for the
// author, not for the person who fills the form in.
func (s *Session) Faults() []error { return s.faults }

func (s *Session) context(n *node) xpath.Context {
	return xpath.Context{
		Node: n, Root: s.document, Current: n,
		Instance: s.instance,
		ChoiceName: func(value, ref string) string {
			return s.choiceName(n, value, ref)
		},
		Property:   func(name string) string { return s.opts.Property[name] },
		Version:    s.prog.def.Settings.Version,
		Language:   languageCode(s.chain[0]),
		Itext:      func(id string) string { return s.itext(n, id) },
		Namespaces: s.prog.def.Namespaces,
		Now:        s.now, Rand: s.opts.Rand,
	}
}

// itext is jr:itext: a text of the form by its id.
func (s *Session) itext(n *node, id string) string {
	t, ok := s.prog.def.Itext[id]
	if !ok {
		return ""
	}
	return s.words(n, t.Text)
}

// markAll marks n and everything below as changed.
func (s *Session) markAll(n *node) {
	s.changed[n] = true
	for _, c := range n.below() {
		s.markAll(c)
	}
}

var _ xpath.Node = (*node)(nil)
