package xlsform

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// A beginning is a default that is computed when the response, or the instance
// of a repeat, begins.
type beginning struct {
	question *forms.Question
	place    forms.Place
}

// A computing is a calculation that waits for a change of another question.
type computing struct {
	source, question *forms.Question
	place            forms.Place // of the trigger
}

// trigger reads the trigger column: one ${name}, or several with commas between.
func (r *reader) trigger(q *forms.Question, f cell, place forms.Place) {
	any := false
	for part := range strings.SplitSeq(f.text, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case !isNameRef(part):
			r.fault(place, "bad-trigger", "", "a trigger is written ${name}, several with commas between, not %q", f.text)
			return
		default:
			any = true
			r.expr = append(r.expr, pendingExpr{place: place, text: part, free: true, set: func(x string) { r.triggered(q, x, place) }})
		}
	}
	if !any {
		r.fault(place, "bad-trigger", "", "a trigger is written ${name}, not %q", f.text)
	}
}

// triggered settles what a trigger's change does: it computes q, or, for a
// background-geopoint, takes the place.
func (r *reader) triggered(q *forms.Question, path string, place forms.Place) {
	ref := forms.Ref(strings.TrimSpace(path))
	var source *forms.Question
	if found := r.byName[ref.Name()]; len(found) == 1 {
		source, _ = found[0].(*forms.Question)
	}
	if source == nil {
		if ref != "''" { // which was reported
			r.fault(place, "bad-trigger", "", "%s is no question", ref)
		}
		return
	}
	if source.Control == forms.Hidden && r.types[q] != "background-geopoint" {
		r.fault(place, "hidden-trigger", "", "%q is not asked, so its change can't be noticed", source.Name)
	}
	if r.types[q] != "background-geopoint" {
		r.computed = append(r.computed, computing{source, q, place})
		return
	}
	source.Actions = append(source.Actions, forms.Action{
		Kind: forms.SetGeoPoint, Events: []forms.Event{forms.ValueChanged}, Target: string(q.Ref), Place: q.Place,
	})
}

// settleActions makes actions of the defaults and of the calculations with a
// trigger, once all expressions are known.
func (r *reader) settleActions() {
	inRepeats := map[*forms.Repeat][]forms.Action{}
	for _, b := range r.begins {
		a := forms.Action{
			Kind: forms.SetValue, Events: []forms.Event{forms.InstanceFirstLoad},
			Target: string(b.question.Ref), Value: r.dynamic[b.question], Place: b.place,
		}
		r.def.Actions = append(r.def.Actions, a)
		if repeat := r.inRepeat(b.question); repeat != nil {
			a.Events = []forms.Event{forms.NewRepeat}
			inRepeats[repeat] = append(inRepeats[repeat], a)
		}
	}
	for repeat, actions := range inRepeats { // before those of the entities sheet
		repeat.Actions = slices.Concat(actions, repeat.Actions)
	}
	for _, c := range r.computed {
		c.source.Actions = append(c.source.Actions, forms.Action{
			Kind: forms.SetValue, Events: []forms.Event{forms.ValueChanged},
			Target: string(c.question.Ref), Value: c.question.Bind.Calculate, Place: c.place,
		})
	}
	for _, c := range r.computed {
		c.question.Bind.Calculate = ""
	}
}
