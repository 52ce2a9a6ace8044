package session

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// A Change says what became of an answer, or of a question, when a draft moved
// to another version of its form.
type Change struct {
	Kind  ChangeKind
	From  forms.Ref // in the draft; empty for what is new
	To    forms.Ref // in the form; empty for what is lost
	Value string    // the answer
}

// ChangeKind is what became of an answer.
type ChangeKind string

// The changes.
const (
	ChangeMoved   ChangeKind = "moved"   // it stands elsewhere now
	ChangeLost    ChangeKind = "lost"    // the form doesn't ask it any more
	ChangeRefused ChangeKind = "refused" // it is asked, but this answer isn't of its type or among its choices
	ChangeNew     ChangeKind = "new"     // it wasn't asked when the draft was written
)

// Migrate goes on with a draft on another version of its form. Answers go to
// the question at the same place; those whose place is gone, to the one
// question of the same name that is still blank. The changes are sorted by their
// place in the draft, what is new stands at the end. Lost answers
// are in the list alone: the draft itself is as it was.
//
// The error is a *[MismatchError] where the draft belongs to another form.
func Migrate(def *forms.Definition, d Draft, opts Options) (*Session, []Change, error) {
	prog, err := Compile(def, opts.File)
	if err != nil {
		return nil, nil, err
	}
	return prog.Migrate(d, opts)
}

// Migrate goes on with a draft, as the function of this name does.
func (prog *Program) Migrate(d Draft, opts Options) (*Session, []Change, error) {
	tree, err := parseInstance(d.XML)
	if err != nil {
		return nil, nil, err
	}
	if tree.revises() {
		prog = prog.revising()
	}
	s := prog.newSession(opts)
	id := tree.attr("id")
	if id != prog.def.Settings.ID || tree.name != s.prog.root.c.Name {
		return nil, nil, &MismatchError{FormID: id, Version: tree.attr("version")}
	}
	m := &migration{loader: loader{s: s, seen: map[*plan]bool{}}}
	m.moved = m.keep
	if err := s.load(&m.loader, d, tree); err != nil {
		return nil, nil, err
	}
	m.place()
	s.awake()
	return s, m.changes(), nil
}

// A migration is one call of Migrate.
type migration struct {
	loader
	stray []stray
	found []Change
}

// A stray is an answer that has no place where it stood.
type stray struct {
	ref   forms.Ref
	name  string
	value string
	near  *node // the deepest node of the form that it stood in
}

// keep remembers the answers below x.
func (m *migration) keep(near *node, ref forms.Ref, x *xmlNode) {
	if len(x.children) == 0 {
		if x.text != "" && len(m.stray) < MaxNodes {
			m.stray = append(m.stray, stray{ref, x.name, x.text, near})
		}
		return
	}
	for _, c := range x.children {
		m.keep(near, ref.Child(c.name), c)
	}
}

// place gives each stray answer to the one question of its name, if there is
// one.
func (m *migration) place() {
	byName := map[string][]*plan{}
	for _, p := range m.s.prog.all {
		if p.q != nil && !p.isAttr && !m.seen[p] {
			byName[p.c.Name] = append(byName[p.c.Name], p)
		}
	}
	for _, lost := range m.stray {
		change := Change{Kind: ChangeLost, From: lost.ref, Value: lost.value}
		if candidates := byName[lost.name]; len(candidates) == 1 {
			p := candidates[0]
			var nodes []*node
			m.s.each(p, m.s.nearest(lost.near, p), func(n *node) { nodes = append(nodes, n) })
			if len(nodes) == 1 && !m.taken[nodes[0]] {
				n := nodes[0]
				n.value = clean(p.q, lost.value)
				m.take(n)
				change.Kind, change.To = ChangeMoved, n.ref()
			}
		}
		m.found = append(m.found, change)
	}
}

// changes adds what can be told once the session is awake.
func (m *migration) changes() []Change {
	s := m.s
	for n := range m.taken {
		if n.value == "" || n.plan.q.Control == forms.Hidden {
			continue
		}
		if v := s.checkAnswer(n); v != nil && n.relevant && (v.Kind == ViolatesType || v.Kind == ViolatesChoice) {
			m.found = append(m.found, Change{Kind: ChangeRefused, From: n.ref(), To: n.ref(), Value: n.value})
		} else if n.picked != "" {
			m.found = append(m.found, Change{Kind: ChangeRefused, From: n.ref(), To: n.ref(), Value: n.picked})
		}
	}
	slices.SortStableFunc(m.found, func(a, b Change) int { return strings.Compare(string(a.From), string(b.From)) })
	for _, p := range s.prog.all {
		if p.q == nil || p.isAttr || m.placed(p) || p.q.Control == forms.Hidden || p.q.Control == forms.Note || m.seen[p] || !m.reached(p) {
			continue
		}
		m.found = append(m.found, Change{Kind: ChangeNew, To: p.c.Ref})
	}
	return m.found
}

// placed reports whether an answer moved to p.
func (m *migration) placed(p *plan) bool {
	return slices.ContainsFunc(m.found, func(c Change) bool { return c.Kind == ChangeMoved && c.To.Generic() == p.c.Ref })
}

// reached reports whether the draft has the repeat that p stands in: of one
// without instances nobody knows what it asked.
func (m *migration) reached(p *plan) bool {
	for p = p.parent; p != nil; p = p.parent {
		if p.repeat != nil {
			return m.seen[p]
		}
	}
	return true
}
