package session

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// A Violation says why an answer or a form can't be taken.
type Violation struct {
	Ref     forms.Ref
	Kind    ViolationKind
	Message string // in the session's language where the form has one
}

func (v *Violation) Error() string { return string(v.Ref) + ": " + v.Message }

// ViolationKind is the rule that an answer breaks.
type ViolationKind string

// The rules.
const (
	ViolatesType       ViolationKind = "type"       // not of the question's data type
	ViolatesChoice     ViolationKind = "choice"     // not among the choices offered
	ViolatesConstraint ViolationKind = "constraint" // the form's own condition
	ViolatesRequired   ViolationKind = "required"   // blank
	ViolatesReadOnly   ViolationKind = "readonly"   // not a person's to answer
	ViolatesRelevant   ViolationKind = "relevant"   // not asked; only Fill reports it
)

// Validate returns what keeps the response from being finalised, in document
// order: of what is relevant, the blank that is required and the answers that
// are not allowed.
func (s *Session) Validate() []Violation {
	var found []Violation
	s.eachQuestion(s.root, func(n *node) {
		if n.plan.q.Control == forms.Hidden {
			return // nobody could mend it
		}
		switch {
		case n.value != "":
			if v := s.checkAnswer(n); v != nil {
				found = append(found, *v)
			}
		case n.plan.q.Control != forms.Note && n.isRequired():
			found = append(found, *s.violation(n, ViolatesRequired))
		}
	})
	return found
}

// checkAnswer says what is wrong with the value of n, which is not blank.
func (s *Session) checkAnswer(n *node) *Violation {
	q := n.plan.q
	if ok, written := wellFormed(q.Bind.Type, n.value); !ok {
		v := s.violation(n, ViolatesType)
		v.Message = "This must be " + written + "."
		return v
	}
	if v := s.checkChoice(n); v != nil {
		return v
	}
	if !InRange(q, n.value) {
		v := s.violation(n, ViolatesConstraint)
		v.Message = "This must be from " + q.Parameters["start"] + " to " + q.Parameters["end"] + "."
		return v
	}
	if c := n.plan.constraint; c != nil && !s.eval(c, n, n.plan, "constraint").Bool() {
		return s.violation(n, ViolatesConstraint)
	}
	return nil
}

// checkChoice looks whether what was picked may be picked.
func (s *Session) checkChoice(n *node) *Violation {
	q := n.plan.q
	if q.List == "" && q.Itemset == nil || !slices.Contains([]forms.Control{forms.Select1, forms.Select, forms.RankList}, q.Control) {
		return nil
	}
	picked := []string{n.value}
	if q.Control != forms.Select1 {
		picked = strings.Fields(n.value)
	}
	for i, value := range picked {
		if !s.isOffered(n, value) || slices.Contains(picked[:i], value) {
			v := s.violation(n, ViolatesChoice)
			v.Message = strconv.Quote(value) + " is not among the choices."
			if slices.Contains(picked[:i], value) {
				v.Message = strconv.Quote(value) + " is chosen twice."
			}
			return v
		}
	}
	if q.Control == forms.RankList && len(picked) != len(s.offers(n)) {
		v := s.violation(n, ViolatesChoice)
		v.Message = "All choices must be put in order."
		return v
	}
	return nil
}

// InRange reports whether a question that is answered on a range has a place for
// the value. Other questions have one for any.
func InRange(q *forms.Question, value string) bool {
	if q.Control != forms.Range {
		return true
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return true
	}
	bound := func(name string, otherwise float64) float64 {
		if f, err := strconv.ParseFloat(q.Parameters[name], 64); err == nil {
			return f
		}
		return otherwise
	}
	from, to := bound("start", math.Inf(-1)), bound("end", math.Inf(1))
	return x >= min(from, to) && x <= max(from, to)
}

// violation makes the violation of a rule with the form's own message or, where
// it has none, plain English; screens word the kinds in their language.
func (s *Session) violation(n *node, kind ViolationKind) *Violation {
	v := &Violation{Ref: n.ref(), Kind: kind}
	b := n.plan.c.Bind
	switch kind {
	case ViolatesConstraint:
		v.Message = s.words(n, b.ConstraintMessage)
	case ViolatesRequired:
		v.Message = s.words(n, b.RequiredMessage)
	}
	if v.Message != "" {
		return v
	}
	v.Message = map[ViolationKind]string{
		ViolatesConstraint: "This answer is not allowed here.",
		ViolatesRequired:   "This question needs an answer.",
		ViolatesReadOnly:   "This can't be changed.",
	}[kind]
	return v
}
