package formview

import (
	"baraza.example/forms"
)

// An Answer is a question with its answer in words, to be read.
type Answer struct {
	Question, Words string
	Note            string // to the secretariat
}

// Answers lists what is answered on a page, and what is said beside answers.
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
				continue
			}
			words := n.InWords()
			if n.Remark.NoOpinion {
				words = f.around.words.Say("remark.no_opinion_said")
			}
			if (words != "" || n.Remark.Note != "") && q.Control != forms.Hidden && q.Control != forms.Note {
				all = append(all, Answer{n.Label, words, n.Remark.Note})
			}
		}
	}
	walk(p.refs)
	return all
}
