package formview

import (
	"baraza.example/forms"
)

// An Answer is a question with its answer in words, to be read.
type Answer struct {
	Question, Words string
}

// Answers lists what is answered on a page.
func (f *Form) Answers(p Page) (all []Answer) {
	var walk func(refs []forms.Ref)
	walk = func(refs []forms.Ref) {
		for _, ref := range refs {
			n, ok := f.session.Node(ref)
			if !ok || !n.Relevant {
				continue
			}
			q, isQuestion := n.Element.(*forms.Question)
			if !isQuestion {
				walk(n.Children)
			} else if n.Value != "" && q.Control != forms.Hidden && q.Control != forms.Note {
				all = append(all, Answer{n.Label, n.InWords()})
			}
		}
	}
	walk(p.refs)
	return all
}
