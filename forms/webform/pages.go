package webform

import (
	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// A page is what is asked at one time.
type page struct {
	Label    string
	Language string // that the label is in
	refs     []forms.Ref

	part, parts int // of the pages with this label; from 1
}

// What a page may weigh before the next one begins, by a guess at the bytes of
// HTML: pages are [PageBytes] with their style, and labels vary by language.
const (
	pageWeight     = 13 << 10
	questionWeight = 420
	choiceWeight   = 150
	optionWeight   = 34 // in a drop-down list
)

// many is from how many choices on a list drops down, and huge from where it
// has to be searched.
const (
	many = 12
	huge = 300
)

// A pager splits what is asked now into pages: by the form's groups, and where
// these are long, within them.
type pager struct {
	s     *glance
	pages []page
	full  int // weight of the last page
}

// nodes are the questions and groups of a response as they stand now.
type nodes interface {
	Node(ref forms.Ref) (session.Node, bool)
}

// A glance looks at each node once: what a list offers takes longer to find out
// than all the rest. It is good until an answer changes.
type glance struct {
	s    *session.Session
	seen map[forms.Ref]session.Node
}

func newGlance(s *session.Session) *glance {
	return &glance{s, map[forms.Ref]session.Node{}}
}

// Node implements [nodes].
func (g *glance) Node(ref forms.Ref) (session.Node, bool) {
	n, ok := g.seen[ref]
	if !ok {
		if n, ok = g.s.Node(ref); ok {
			g.seen[ref] = n
		}
	}
	return n, ok
}

// pagesOf lists the pages that have something to ask or to show now.
func pagesOf(s *session.Session) []page {
	p := &pager{s: newGlance(s)}
	root := s.Root()
	title := root.Label
	if title == "" {
		title = s.Definition().Settings.Title
	}
	p.within(root, title, root.Language)
	number(p.pages)
	return p.pages
}

// number tells pages of one label apart: a group that is long stands on several.
func number(pages []page) {
	parts := map[string]int{}
	for i := range pages {
		parts[pages[i].Label]++
		pages[i].part = parts[pages[i].Label]
	}
	for i := range pages {
		pages[i].parts = parts[pages[i].Label]
	}
}

// which says which of the pages with its label a page is, nothing if it is the only one.
func (pg page) which(words *locale.Localizer) string {
	if pg.parts < 2 {
		return ""
	}
	return words.Say("fill.position", locale.Values{"Position": pg.part, "Total": pg.parts})
}

// within puts the children of n on pages of their own, questions that stand
// beside one another together.
func (p *pager) within(n session.Node, label, language string) {
	open := false
	for _, ref := range n.Children {
		c, ok := p.s.Node(ref)
		if !ok || !asks(p.s, c) {
			continue
		}
		_, question := c.Element.(*forms.Question)
		weight := p.weigh(c)
		switch {
		case question && open && p.full+weight <= pageWeight:
			last := &p.pages[len(p.pages)-1]
			last.refs = append(last.refs, ref)
			p.full += weight
		case !question && (weight > pageWeight || p.several(c)) && (c.Label != "" || len(c.Children) > 1) && !repeats(c):
			name, in := c.Label, c.Language
			if name == "" {
				name, in = label, language
			}
			p.within(c, name, in)
			open = false
		default:
			name, in := label, language
			if !question && c.Label != "" {
				name, in = c.Label, c.Language
			}
			p.pages, p.full, open = append(p.pages, page{Label: name, Language: in, refs: []forms.Ref{ref}}), weight, question
		}
	}
}

// atOnce is how many questions a group with groups in it may ask on one page: on
// a phone one thing is asked at a time.
const atOnce = 6

// several says whether n is better asked group by group.
func (p *pager) several(n session.Node) bool {
	if _, group := n.Element.(*forms.Group); !group {
		return false
	}
	groups := 0
	for _, ref := range n.Children {
		if c, ok := p.s.Node(ref); ok && c.Label != "" && asks(p.s, c) {
			if _, group := c.Element.(*forms.Group); group {
				groups++
			}
		}
	}
	return groups > 1 && len(questions(p.s, page{refs: []forms.Ref{n.Ref}})) > atOnce
}

func repeats(n session.Node) bool {
	_, is := n.Element.(*forms.Repeat)
	return is && !n.Instance && len(n.Children) < 2
}

// asks says whether anything of n is to be seen on a page.
func asks(s nodes, n session.Node) bool {
	if !n.Relevant {
		return false
	}
	if q, ok := n.Element.(*forms.Question); ok {
		return q.Control != forms.Hidden
	}
	if n.CanAdd {
		return true
	}
	for _, ref := range n.Children {
		if c, ok := s.Node(ref); ok && asks(s, c) {
			return true
		}
	}
	return false
}

// weigh guesses the bytes of n on a page.
func (p *pager) weigh(n session.Node) int {
	if !asks(p.s, n) {
		return 0
	}
	words := len(n.Label) + len(n.Hint)
	if _, ok := n.Element.(*forms.Question); ok {
		weight := questionWeight + words + len(n.Value)
		each := choiceWeight
		if len(n.Choices) >= huge {
			return weight
		}
		if len(n.Choices) >= many {
			each = optionWeight
		}
		for _, c := range n.Choices {
			weight += each + len(c.Label)
		}
		return weight
	}
	weight := 100 + words
	for _, ref := range n.Children {
		if c, ok := p.s.Node(ref); ok {
			weight += p.weigh(c)
		}
	}
	return weight
}

// pageOf is the number of the page that ref stands on, or -1.
func pageOf(pages []page, ref forms.Ref) int {
	for i, p := range pages {
		for _, r := range p.refs {
			for at := ref; at != ""; at = at.Parent() {
				if at == r || at.Generic() == r {
					return i
				}
			}
		}
	}
	return -1
}

// questions lists the questions of a page that are asked now.
func questions(s nodes, p page) (found []forms.Ref) {
	var walk func(refs []forms.Ref)
	walk = func(refs []forms.Ref) {
		for _, ref := range refs {
			n, ok := s.Node(ref)
			if !ok || !asks(s, n) {
				continue
			}
			if _, question := n.Element.(*forms.Question); question {
				found = append(found, n.Ref)
			} else {
				walk(n.Children)
			}
		}
	}
	walk(p.refs)
	return found
}
