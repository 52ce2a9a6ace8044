package webform

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
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
	fieldRank  = "rank:" // and a ref, a colon and a choice: its place in a ranking
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
		if kind == "note" || kind == "file" || n.ReadOnly {
			continue // a file has a page of its own
		}
		if find := form.Get(fieldFind + name); kind == "search" && find != "" {
			out.find[ref] = find
		}
		if kind == "rank" {
			form = with(form, name, ranking(n, form))
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

// ranking is the order in which the choices of a page were put: by their places, two
// at one place as the form has them, those without a place last. Without any place
// nothing is said.
func ranking(n session.Node, form url.Values) string {
	type put struct {
		value string
		at    int
	}
	var order []put
	said := false
	for _, c := range n.Choices {
		at, err := strconv.Atoi(form.Get(fieldRank + string(n.Ref) + ":" + c.Value))
		if err != nil || at < 1 || at > len(n.Choices) {
			at = len(n.Choices) + 1
		} else {
			said = true
		}
		order = append(order, put{c.Value, at})
	}
	if !said {
		return ""
	}
	slices.SortStableFunc(order, func(x, y put) int { return x.at - y.at })
	var values []string
	for _, p := range order {
		values = append(values, p.value)
	}
	return strings.Join(values, " ")
}

// with is a form in which name has one value.
func with(form url.Values, name, value string) url.Values {
	out := maps.Clone(form)
	out[name] = []string{value}
	return out
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
