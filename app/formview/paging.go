package formview

import (
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

// Paging is how much of a form is asked at one time.
type Paging string

// The ways. What a form says goes for who chose nothing: group by group, which is
// what a form with groups means, and all of one whose style says so.
const (
	AsFormSays Paging = ""
	ByQuestion Paging = "question"
	ByGroup    Paging = "group"
	InOne      Paging = "all"
)

// mostInOne is how many questions stand on one page at most: a page of more takes
// too long to draw.
const mostInOne = 150

// paging is the way that is followed now.
func (f *Form) paging() Paging {
	p := f.o.Paging
	if p == AsFormSays {
		p = ByGroup
		if slices.Contains(strings.Fields(f.session.Definition().Settings.Style), "single-page") {
			p = InOne
		}
	}
	if p == InOne && f.count(f.session.Root()) > mostInOne {
		p = ByGroup
	}
	return p
}

// InOnePage says whether all is asked on one page.
func (f *Form) InOnePage() bool { return f.paging() == InOne }

// whole is one page with all of the form.
func (f *Form) whole() Page {
	root := f.session.Root()
	label := root.Label
	if label == "" {
		label = f.session.Definition().Settings.Title
	}
	return Page{Label: label, refs: root.Children, loose: true}
}

// oneByOne gives each question a page, with the notes before it. A repeat is a
// page, and so is a group that asks to stay together (field-list).
func (f *Form) oneByOne(n session.Node, label string, pages []Page) []Page {
	var notes []forms.Ref
	flush := func() {
		if len(notes) > 0 {
			pages = append(pages, Page{label, notes, true})
			notes = nil
		}
	}
	for _, ref := range n.Children {
		c, ok := f.session.Node(ref)
		if !ok || !f.asks(c) {
			continue
		}
		switch e := c.Element.(type) {
		case *forms.Question:
			notes = append(notes, ref)
			if e.Control != forms.Note {
				name := c.Label
				if name == "" {
					name = label
				}
				pages = append(pages, Page{name, notes, true})
				notes = nil
			}
		case *forms.Repeat:
			flush()
			pages = append(pages, Page{c.Label, []forms.Ref{ref}, false})
		default:
			flush()
			if slices.Contains(strings.Fields(e.Base().Appearance), "field-list") {
				pages = append(pages, Page{c.Label, []forms.Ref{ref}, false})
				continue
			}
			name := c.Label
			if name == "" {
				name = label
			}
			pages = f.oneByOne(c, name, pages)
		}
	}
	flush()
	return pages
}

// Parts are the pages as an outline lists them: of a form that stands on one page,
// its groups.
func (f *Form) Parts() []Page {
	if f.paging() == InOne {
		return f.grouped()
	}
	return f.Pages()
}

// RevealPart goes to the first question of a part on the page that is shown.
func (f *Form) RevealPart(p Page) {
	for _, d := range f.order {
		for _, r := range p.refs {
			if d.ref == r || strings.HasPrefix(string(d.ref), string(r)+"/") || strings.HasPrefix(string(d.ref.Generic()), string(r)+"/") {
				if d.box.Visible() && d.control != nil {
					f.Reveal(d.ref)
					return
				}
			}
		}
	}
}
