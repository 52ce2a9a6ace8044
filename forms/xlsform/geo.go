package xlsform

import (
	"strings"

	"baraza.example/forms"
)

// A pendingGeometry is a reference-geometry that waits until all lists, files
// and repeats are known.
type pendingGeometry struct {
	q      *forms.Question
	place  forms.Place
	target string
}

// geo reads the parameters of the questions for places.
func (r *reader) geo(rec record, q *forms.Question, name string) {
	if name == "geopoint" {
		r.knownParameters(rec, q, "allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy")
		r.accuracy(rec, q, "capture-accuracy", "accuracyThreshold")
		r.accuracy(rec, q, "warning-accuracy", "unacceptableAccuracyThreshold")
	} else {
		r.knownParameters(rec, q, "allow-mock-accuracy", "incremental", "reference-geometry")
		if v, ok := q.Parameters["incremental"]; ok {
			if isYes(v) && v != "1" {
				q.Attrs = setAttr(q.Attrs, "incremental", "true")
			} else {
				r.fault(parametersPlace(rec), "bad-parameters", "", "incremental is true or left out, not %q", v)
			}
		}
	}
	if v, ok := r.oneOf(rec, q, "allow-mock-accuracy", "true", "false"); ok {
		q.Bind.Attrs = setAttr(q.Bind.Attrs, "odk:allow-mock-accuracy", v)
	}
	if v, ok := q.Parameters["reference-geometry"]; ok {
		r.geometry = append(r.geometry, pendingGeometry{q, parametersPlace(rec), v})
	}
}

func (r *reader) accuracy(rec record, q *forms.Question, parameter, attribute string) {
	v, ok := q.Parameters[parameter]
	if !ok {
		return
	}
	if _, ok := number(v); !ok {
		r.fault(parametersPlace(rec), "bad-parameters", "", "%s must be a number of metres, not %q", parameter, v)
		return
	}
	q.Attrs = setAttr(q.Attrs, attribute, v)
}

// referenceGeometry gives the questions for places what is shown on their map:
// a list, a file, an instance, or what was answered in a repeat.
func (r *reader) referenceGeometry(g pendingGeometry) {
	name, isRef := strings.CutPrefix(g.target, "${")
	name = strings.TrimSuffix(name, "}")
	list, isList := r.def.Lists[g.target]
	_, isSource := r.sources[g.target]
	switch {
	case isRef && isNameRef(g.target) && r.repeatNames[name]:
		if path, ok := r.path(name, pendingExpr{at: g.q, place: g.place, answers: true}, false); ok {
			r.offerAnswers(g.q, path, "geometry")
		}
	case isList && !list.Inline && !list.External && list.File == "":
		g.q.List = g.target
	case isSource || r.entity(g.target) != nil:
		if !isSource {
			r.doubt(g.place, "no-instance", "add a row of the type csv-external", "the form names no file with the entities %q", g.target)
		}
		nodeset := "instance('" + g.target + "')/root/item"
		if g.q.ChoiceFilter != "" {
			nodeset += "[" + g.q.ChoiceFilter + "]"
			g.q.ChoiceFilter = ""
		}
		g.q.Itemset = &forms.Itemset{Nodeset: nodeset, Value: "name", Label: "label"}
	default:
		r.fault(g.place, "bad-parameters", "", "reference-geometry=%s names no list, no file, no list of entities and no ${repeat}", g.target)
	}
}

// A pendingAnswers is a question whose choices are answers given in a repeat.
type pendingAnswers struct {
	q     *forms.Question
	place forms.Place
	ref   string // ${name}
}

// offer settles, once filters have their paths, which answers are offered.
func (p pendingAnswers) offer(r *reader) {
	path := strings.TrimSpace(r.paths(pendingExpr{at: p.q, place: p.place, text: p.ref, answers: true}))
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		r.offerAnswers(p.q, path[:i], path[i+1:])
	}
}

// offerAnswers offers the answers called name of all instances of a repeat that
// the question's filter lets through, or that have one.
func (r *reader) offerAnswers(q *forms.Question, nodeset, name string) {
	filter := "./" + name + " != ''"
	if q.ChoiceFilter != "" {
		filter = strings.NewReplacer("current()/"+nodeset, ".", nodeset, ".").Replace(q.ChoiceFilter)
		q.ChoiceFilter = ""
	}
	nodeset += "[" + filter + "]"
	if q.Parameters["randomize"] == "true" {
		if seed := q.Parameters["seed"]; seed != "" {
			nodeset += ", " + seed
		}
		nodeset = "randomize(" + nodeset + ")"
	}
	q.Itemset = &forms.Itemset{Nodeset: nodeset, Value: name, Label: name}
}
