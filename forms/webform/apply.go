package webform

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/session"
)

// The names of a page's fields beside the questions', which are refs and begin
// with a slash.
const (
	fieldMark  = "mark"  // that this form is ours
	fieldGo    = "go"    // the button that was pressed
	fieldShown = "shown" // refs of the questions as they stood on the page
	fieldFind  = "find:" // and a ref: what to look for in a long list
)

// applied is what came of a page that was sent.
type applied struct {
	wrong map[forms.Ref]session.Violation
	find  map[forms.Ref]string
	fresh bool // questions have appeared on the page that were not shown
}

// apply puts the answers of a page into the session. Only what stood on the
// page is touched, so that an old page or a made-up one blanks nothing.
func apply(s *session.Session, pg page, form url.Values) (applied, error) {
	out := applied{wrong: map[forms.Ref]session.Violation{}, find: map[forms.Ref]string{}}
	allowed := questions(s, pg)
	shown := strings.Fields(form.Get(fieldShown))
	for _, name := range shown {
		ref := forms.Ref(name)
		if !slices.Contains(allowed, ref) {
			continue // not asked here any more
		}
		n, _ := s.Node(ref)
		q := n.Element.(*forms.Question)
		kind := kindOf(n, q)
		if kind == "note" || n.ReadOnly {
			continue
		}
		if find := form.Get(fieldFind + name); kind == "search" && find != "" {
			out.find[ref] = find
		}
		if _, sent := form[name]; !sent && kind != "checks" && kind != "tick" {
			continue // a list without a choice sends nothing
		}
		err := s.Set(ref, answer(kind, form[name]))
		var v *session.Violation
		if errors.As(err, &v) {
			out.wrong[ref] = *v
		} else if err != nil {
			return out, err
		}
	}
	for _, ref := range questions(s, pg) {
		n, _ := s.Node(ref)
		if q := n.Element.(*forms.Question); q.Control != forms.Note && !slices.Contains(shown, string(ref)) {
			out.fresh = true
		}
	}
	return out, nil
}

// answer is what a control sent, as the session takes it.
func answer(kind string, sent []string) string {
	switch {
	case kind == "checks":
		return strings.Join(sent, " ")
	case len(sent) == 0:
		return ""
	}
	// Browsers send CR LF between lines.
	return strings.ReplaceAll(sent[len(sent)-1], "\r\n", "\n")
}
