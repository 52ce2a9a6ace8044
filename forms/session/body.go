package session

import (
	"cmp"
	"math"
	"slices"

	"baraza.example/forms"
)

// bodyOrder puts what stands in each group into the order in which the form
// asks, where the body has another than the instance. What the body asks
// outside its group, it asks with its group; a question that is asked twice
// stands where it is asked first.
func (c *compiler) bodyOrder() {
	body := c.prog.def.Body
	if body == nil {
		return
	}
	first := map[*plan]int{}
	var above []*forms.Common // groups without a node that have just begun
	var walk func(blocks []*forms.Block)
	walk = func(blocks []*forms.Block) {
		for _, b := range blocks {
			common := b.Element.Base()
			p := c.prog.byRef[common.Ref]
			if p == nil { // a group that has no node
				if len(common.Label) > 0 {
					above = append(above, common)
					for _, words := range common.Label {
						c.text(c.prog.root, words)
					}
				}
				walk(b.Blocks)
				above = nil
				continue
			}
			if _, asked := first[p]; !asked {
				first[p] = len(first)
				p.above, above = append(p.above, above...), nil
			}
			walk(b.Blocks)
		}
	}
	walk(body)
	c.prog.root.arrange(first)
}

// arrange sorts the children of p, and theirs, by where they are asked first,
// and returns where that is for p itself. What is nowhere asked stays at the end.
func (p *plan) arrange(first map[*plan]int) int {
	at, asked := first[p]
	if !asked {
		at = math.MaxInt
	}
	places := make([]int, len(p.children))
	for i, child := range p.children {
		places[i] = child.arrange(first)
		at = min(at, places[i])
		p.asked = append(p.asked, i)
	}
	slices.SortStableFunc(p.asked, func(a, b int) int { return cmp.Compare(places[a], places[b]) })
	return at
}

// inOrder are the children a person can come to, in the order in which the form
// asks them.
func (n *node) inOrder() []*node {
	if n.isRange || n.plan.asked == nil {
		return n.below()
	}
	all := make([]*node, len(n.plan.asked))
	for i, k := range n.plan.asked {
		all[i] = n.children[k]
	}
	return all
}
