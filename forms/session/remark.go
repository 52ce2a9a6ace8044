package session

import (
	"encoding/xml"
	"slices"
	"strings"
	"unicode/utf8"

	"baraza.example/forms"
)

// RemarkSpace is the namespace of the attributes that hold what a person says
// about a question beside its answer.
const RemarkSpace = "https://baraza.example/ns/remark"

// MaxRemark is how many characters a note may have; what is longer is cut.
const MaxRemark = 2000

// A Remark is what a person says about a question beside its answer. It travels
// with the response; see docs/protocol/instance.md.
type Remark struct {
	Note      string // to the secretariat
	NoOpinion bool   // it was read and left blank on purpose; goes away with an answer
}

// Empty says whether nothing is said.
func (r Remark) Empty() bool { return r == Remark{} }

// SetRemark says something about the question at ref beside its answer.
func (s *Session) SetRemark(ref forms.Ref, r Remark) error {
	n := s.find(ref)
	if n == nil || n.plan.q == nil {
		return ErrNoNode
	}
	r.Note = strings.TrimRight(clean(&forms.Question{}, r.Note), " \t\n")
	if utf8.RuneCountInString(r.Note) > MaxRemark {
		r.Note = string([]rune(r.Note)[:MaxRemark])
	}
	r.NoOpinion = r.NoOpinion && n.value == ""
	if n.remark == r {
		return nil
	}
	n.remark = r
	s.changed[n] = true
	s.changedAt = s.now()
	s.notify()
	return nil
}

// remarkPrefix is what the namespace is written with: "baraza", and more where
// the form has that for something else.
func (prog *Program) remarkPrefix() string {
	prefix := "baraza"
	for taken := prog.prefixes(); slices.Contains(taken, prefix); {
		prefix += "_"
	}
	return prefix
}

// attrs are the attributes that hold r, by name.
func (r Remark) attrs() (names, values []string) {
	if r.Note != "" {
		names, values = append(names, "note"), append(values, r.Note)
	}
	if r.NoOpinion {
		names, values = append(names, "blank"), append(values, "no-opinion")
	}
	return names, values
}

// remarkOf reads the attributes that hold a remark. Others of that namespace are
// passed over.
func remarkOf(attrs []xml.Attr) (r Remark) {
	for _, a := range attrs {
		if a.Name.Space != RemarkSpace {
			continue
		}
		switch a.Name.Local {
		case "note":
			r.Note = a.Value
			if utf8.RuneCountInString(r.Note) > MaxRemark {
				r.Note = string([]rune(r.Note)[:MaxRemark])
			}
		case "blank":
			r.NoOpinion = a.Value == "no-opinion"
		}
	}
	return r
}

// remarked reports whether anything is said about a question below n that would
// be written.
func remarked(n *node, all bool) bool {
	if !n.relevant && !all {
		return false
	}
	if !n.remark.Empty() {
		return true
	}
	for _, c := range n.children {
		if remarked(c, all) {
			return true
		}
	}
	return false
}
