package formview

import (
	"slices"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

// A Page is what is asked at one time: a group, or questions that stand
// together outside one.
type Page struct {
	Label string
	refs  []forms.Ref
	loose bool // questions outside a group, below a heading of the page's own
}

// pageLimit is how many questions a group may have and still stand on one page;
// of a larger one each group within is a page.
const pageLimit = 24

// Pages lists the pages that have something to show now.
func (f *Form) Pages() []Page {
	switch f.paging() {
	case InOne:
		return []Page{f.whole()}
	case ByQuestion:
		root := f.session.Root()
		return f.oneByOne(root, root.Label, nil)
	}
	return f.grouped()
}

// grouped are the pages by group.
func (f *Form) grouped() []Page {
	root := f.session.Root()
	var pages []Page
	for _, p := range f.pagesOf(root, root.Label, nil) {
		var asked []session.Node
		for _, ref := range p.refs {
			if n, _ := f.session.Node(ref); f.asks(n) {
				asked = append(asked, n)
			}
		}
		if len(asked) == 0 {
			continue
		}
		if q, ok := asked[0].Element.(*forms.Question); ok && p.loose && len(asked) == 1 && q.Control != forms.Note {
			p.Label = asked[0].Label // it names the page better than the form's title
		}
		pages = append(pages, p)
	}
	return pages
}

func (f *Form) pagesOf(n session.Node, label string, pages []Page) []Page {
	loose := false // the last page holds loose questions of n
	for _, ref := range n.Children {
		c, ok := f.session.Node(ref)
		q, isQuestion := c.Element.(*forms.Question)
		// A question that isn't asked now may be asked by another on its page.
		if !ok || isQuestion && q.Control == forms.Hidden || !isQuestion && !f.asks(c) {
			continue
		}
		_, isRepeat := c.Element.(*forms.Repeat)
		switch {
		case isQuestion && loose:
			last := &pages[len(pages)-1]
			last.refs = append(last.refs, ref)
		case isQuestion:
			if label == "" {
				label = f.session.Definition().Settings.Title
			}
			pages, loose = append(pages, Page{label, []forms.Ref{ref}, true}), true
		case !isRepeat && f.count(c) > pageLimit:
			pages, loose = f.pagesOf(c, c.Label, pages), false
		default:
			pages, loose = append(pages, Page{c.Label, []forms.Ref{ref}, false}), false
		}
	}
	return pages
}

// asks says whether anything of n is to be seen.
func (f *Form) asks(n session.Node) bool {
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
		if c, ok := f.session.Node(ref); ok && f.asks(c) {
			return true
		}
	}
	return false
}

// count is how many questions stand in n, asked now or not.
func (f *Form) count(n session.Node) int {
	if q, ok := n.Element.(*forms.Question); ok {
		if q.Control == forms.Hidden {
			return 0
		}
		return 1
	}
	total := 0
	for _, ref := range n.Children {
		if c, ok := f.session.Node(ref); ok {
			total += f.count(c)
		}
	}
	return total
}

// Answered says how many of the questions asked on a page are answered, and
// how many are asked and needed but blank.
func (f *Form) Answered(p Page) (answered, needed int) {
	var walk func(refs []forms.Ref)
	walk = func(refs []forms.Ref) {
		for _, ref := range refs {
			n, ok := f.session.Node(ref)
			if !ok || !n.Relevant {
				continue
			}
			q, isQuestion := n.Element.(*forms.Question)
			switch {
			case !isQuestion:
				walk(n.Children)
			case q.Control == forms.Hidden || q.Control == forms.Note:
			case n.Value != "", n.Remark.NoOpinion:
				answered++
			case n.Required:
				needed++
			}
		}
	}
	walk(p.refs)
	return answered, needed
}

// Asked is how many questions a page asks now.
func (f *Form) Asked(p Page) (asked int) {
	var walk func(refs []forms.Ref)
	walk = func(refs []forms.Ref) {
		for _, ref := range refs {
			n, ok := f.session.Node(ref)
			if !ok || !n.Relevant {
				continue
			}
			if q, isQuestion := n.Element.(*forms.Question); !isQuestion {
				walk(n.Children)
			} else if q.Control != forms.Hidden && q.Control != forms.Note {
				asked++
			}
		}
	}
	walk(p.refs)
	return asked
}

// MayGrow says whether something can be added to a page: an instance of a repeat.
func (f *Form) MayGrow(p Page) bool {
	var grows func(ref forms.Ref) bool
	grows = func(ref forms.Ref) bool {
		n, ok := f.session.Node(ref)
		return ok && n.Relevant && (n.CanAdd || slices.ContainsFunc(n.Children, grows))
	}
	return slices.ContainsFunc(p.refs, grows)
}

// PageOf is the number of the page that ref stands on, or -1.
func (f *Form) PageOf(ref forms.Ref) int { return find(f.Pages(), ref) }

// PartOf is the same among [Form.Parts].
func (f *Form) PartOf(ref forms.Ref) int { return find(f.Parts(), ref) }

func find(pages []Page, ref forms.Ref) int {
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
