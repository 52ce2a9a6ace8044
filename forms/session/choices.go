package session

import (
	"fmt"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// An offer is a choice that a person may pick.
type offer struct {
	value  string
	choice *forms.Choice // of lists
	node   xpath.Node    // of itemsets: what the label is looked up in
}

// offers are the choices that a person may pick at n, filtered, in the order to
// show them in.
func (s *Session) offers(n *node) []offer {
	p := n.plan
	list := s.prog.sources.items[p.el]
	var nodes []xpath.Node
	switch {
	case p.filter != nil:
		nodes = s.filtered(n, list)
	case list != nil:
		nodes = list.kids[0].Children()
	default:
		return nil
	}
	all := make([]offer, 0, len(nodes))
	for _, k := range nodes {
		switch item, ok := k.(*dataNode); {
		case ok && item.choice != nil && p.itemValue == nil:
			all = append(all, offer{value: item.choice.Value, choice: item.choice})
		case p.itemValue != nil:
			o := offer{node: k, value: k.Text()}
			if !p.plainValue {
				o.value = s.evalAt(p.itemValue, k, n, "value").String()
			}
			all = append(all, o)
		}
	}
	return all
}

// filtered evaluates the nodeset that n offers.
func (s *Session) filtered(n *node, list *dataNode) []xpath.Node {
	ctx := s.context(n)
	if list != nil {
		ctx.Instance = func(id string) xpath.Node {
			if id == n.plan.q.List {
				return list
			}
			return s.instance(id)
		}
	}
	v, err := s.filter(n.plan).Eval(&ctx)
	if err != nil {
		s.fault(fmt.Errorf("choice_filter of %s: %w", n.plan.c.Name, err))
	}
	return v.Nodes()
}

// filter is what p offers. Where the form shuffles without a seed, every session
// draws one, so that its choices stay where they stand.
func (s *Session) filter(p *plan) *xpath.Expr {
	if p.unseeded == "" {
		return p.filter
	}
	e := s.shuffled[p]
	if e == nil {
		var err error
		if e, err = xpath.Compile(fmt.Sprintf("randomize(%s, %d)", p.unseeded, s.seed)); err != nil {
			e = p.filter // too long by that much
		}
		s.shuffled[p] = e
	}
	return e
}

// label is how an offer is shown at n, and the language it was found in.
func (s *Session) offerLabel(n *node, o offer) (words, language string) {
	if o.choice != nil {
		words, language = o.choice.Label.In(s.chain...)
		return s.output(n, words), language
	}
	if n.plan.itemLabel == nil {
		return o.value, ""
	}
	return s.evalAt(n.plan.itemLabel, o.node, n, "label").String(), s.chain[0]
}

// evalAt evaluates an expression of n at a node of its itemset.
func (s *Session) evalAt(e *xpath.Expr, at xpath.Node, n *node, what string) xpath.Value {
	ctx := s.context(n)
	ctx.Node = at
	v, err := e.Eval(&ctx)
	if err != nil {
		s.fault(fmt.Errorf("%s of %s: %w", what, n.plan.c.Name, err))
	}
	return v
}

// isOffered reports whether a person may pick value at n.
func (s *Session) isOffered(n *node, value string) bool {
	list := s.prog.sources.items[n.plan.el]
	if list != nil && list.byValue(value) == nil {
		return false
	}
	if list != nil && n.plan.filter == nil {
		return true
	}
	return slices.ContainsFunc(s.offers(n), func(o offer) bool { return o.value == value })
}

// reselect takes out of the answer of a select what its filter doesn't offer
// any more, and puts back what it offers again, unless the person has answered
// otherwise since: changing an earlier answer and changing it back loses
// nothing.
func (s *Session) reselect(n *node) {
	wanted := n.value
	if n.picked != "" {
		wanted = n.picked
	}
	if wanted == "" || !n.relevant {
		return
	}
	offered := map[string]bool{}
	for _, o := range s.offers(n) {
		offered[o.value] = true
	}
	words := []string{wanted}
	if n.plan.q.Control != forms.Select1 {
		words = strings.Fields(wanted)
	}
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !offered[w] })
	if n.plan.q.Control == forms.RankList && len(offered) > len(kept) { // what is new comes last
		for _, o := range s.offers(n) {
			if !slices.Contains(kept, o.value) {
				kept = append(kept, o.value)
			}
		}
	}
	n.picked = ""
	if !within(words, kept) {
		n.picked = wanted
	}
	s.visits++
	s.store(n, strings.Join(kept, " "))
}

// within reports whether all words are among others.
func within(words, others []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(others, w) })
}

// inOrder puts the values of a select of several in the order of its choices,
// as other ODK programs write them; values that are not among them stay at the
// end.
func (s *Session) inOrder(n *node, value string) string {
	words := strings.Fields(value)
	if len(words) < 2 {
		return value
	}
	rank := map[string]int{}
	for i, o := range s.offers(n) {
		if _, twice := rank[o.value]; !twice {
			rank[o.value] = i + 1
		}
	}
	last := len(rank) + 1
	at := func(w string) int {
		if r, ok := rank[w]; ok {
			return r
		}
		return last
	}
	slices.SortStableFunc(words, func(a, b string) int { return at(a) - at(b) })
	return strings.Join(words, " ")
}

// choiceName is jr:choice-name: the label of a value of the question that ref
// names, blank where it is none of its choices.
func (s *Session) choiceName(n *node, value, ref string) string {
	e, err := xpath.Compile(ref)
	if err != nil {
		return ""
	}
	for _, r := range e.References() {
		p := s.prog.byRef[forms.Ref(r.Resolve(string(n.plan.c.Ref)))]
		if p == nil || p.q == nil {
			continue
		}
		if list := s.prog.sources.items[p.el]; list != nil {
			if item := list.byValue(value); item != nil {
				return s.words(n, item.choice.Label)
			}
			continue
		}
		found := ""
		s.each(p, s.nearest(n, p), func(at *node) {
			if found != "" {
				return
			}
			for _, o := range s.offers(at) {
				if o.value == value {
					found, _ = s.offerLabel(at, o)
					return
				}
			}
		})
		if found != "" {
			return found
		}
	}
	return ""
}

// nearest is the deepest repeat instance around n in which p stands too.
func (s *Session) nearest(n *node, p *plan) *node {
	for at := n; at != nil && at.plan != nil; at = at.parent {
		if at.isRange || at.plan.repeat == nil {
			continue
		}
		for up := p; up != nil; up = up.parent {
			if up == at.plan {
				return at
			}
		}
	}
	return s.root
}
