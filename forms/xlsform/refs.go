package xlsform

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"baraza.example/forms"
)

// nameRef is ${name} or ${last-saved#name}; what stands between the braces is
// looked at afterwards so that a bad name can be reported.
var nameRef = regexp.MustCompile(`\$\{([^{}]*)\}`)

// resolve replaces the ${names} of all expressions and texts by paths.
func (r *reader) resolve() {
	for _, p := range r.expr {
		before := len(r.found)
		x := r.paths(p)
		if x == "false()" && p.place.Column != "relevant" {
			x = "" // "no" in required and readonly is the same as nothing
		}
		p.set(x)
		if len(r.found) == before {
			r.compile(p.place, x)
		}
	}
	for _, t := range r.texts {
		t.text[t.language] = nameRef.ReplaceAllStringFunc(t.text[t.language], func(ref string) string {
			path, ok := r.path(ref[2:len(ref)-1], pendingExpr{at: t.at, place: t.place}, false)
			if !ok {
				return ref
			}
			return "${" + path + "}"
		})
	}
}

// paths replaces the ${names} of one expression. Spaces stand round the paths
// as pyxform sets them, so that a name never runs into its neighbour.
func (r *reader) paths(p pendingExpr) string {
	var b strings.Builder
	last := 0
	for _, m := range nameRef.FindAllStringSubmatchIndex(p.text, -1) {
		b.WriteString(p.text[last:m[0]])
		last = m[1]
		here := p
		here.current = p.current || inPredicate(p.text[:m[0]])
		path, ok := r.path(p.text[m[2]:m[3]], here, indexedArgument(p.text, m[0]))
		if !ok {
			b.WriteString("''")
			continue
		}
		b.WriteString(" " + path + " ")
	}
	b.WriteString(p.text[last:])
	return b.String()
}

// inPredicate reports whether what follows s stands in a predicate, where the
// context is another node: relative paths begin at current() there.
func inPredicate(s string) bool {
	depth := 0
	var quote byte
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		}
	}
	return depth > 0
}

// path is what ${name} means at an element.
func (r *reader) path(name string, p pendingExpr, absolute bool) (string, bool) {
	name = strings.TrimSpace(name)
	name, lastSaved := strings.CutPrefix(name, "last-saved#")
	found := r.byName[name]
	if name == r.def.Root.Name && len(found) == 0 {
		found = []forms.Element{r.def.Root}
	}
	switch {
	case len(found) == 0:
		r.fault(p.place, "unknown-name", didYouMean(nearest(name, slices.Sorted(maps.Keys(r.byName)))), "there is no question called %q", name)
		return "", false
	case len(found) > 1:
		r.fault(p.place, "ambiguous-name", "write the path instead", "%d questions are called %q", len(found), name)
		return "", false
	}
	target := found[0]
	if lastSaved {
		return "instance('__last-saved')" + string(target.Base().Ref), true
	}
	if shared := r.sharedRepeat(p.at, target); shared != nil && !absolute {
		return r.relative(p.at, target, shared, p.current), true
	}
	return string(target.Base().Ref), true
}

// sharedRepeat is the deepest repeat that both elements stand in, or nil.
func (r *reader) sharedRepeat(a, b forms.Element) forms.Element {
	for e := r.parent[a]; e != nil; e = r.parent[e] {
		if _, ok := e.(*forms.Repeat); !ok {
			continue
		}
		for f := r.parent[b]; f != nil; f = r.parent[f] {
			if f == e {
				return e
			}
		}
	}
	return nil
}

// relative is the path from one element to another through a repeat both
// stand in, so that it stays within the instance.
func (r *reader) relative(from, to, shared forms.Element, current bool) string {
	var b strings.Builder
	if current {
		b.WriteString("current()/")
	}
	for e := from; e != shared; e = r.parent[e] {
		b.WriteString("../")
	}
	b.WriteString(strings.TrimPrefix(string(to.Base().Ref), string(shared.Base().Ref)+"/"))
	return b.String()
}

// indexedArgument reports whether the ${name} at offset i is an argument of
// indexed-repeat that has to stay absolute: the node and the repeats, not the
// positions.
func indexedArgument(expr string, i int) bool {
	for from := 0; ; {
		start := strings.Index(expr[from:], "indexed-repeat(")
		if start < 0 || from+start > i {
			return false
		}
		start += from + len("indexed-repeat(")
		depth, argument := 1, 0
		for j := start; j < len(expr) && depth > 0; j++ {
			if j == i {
				return depth == 1 && (argument == 0 || argument%2 == 1)
			}
			switch expr[j] {
			case '(':
				depth++
			case ')':
				depth--
			case ',':
				if depth == 1 {
					argument++
				}
			}
		}
		from = start
	}
}

// trigger reads the trigger column: one or more ${names}.
func (r *reader) trigger(rec record, f cell, q *forms.Question) {
	place := forms.Place{Sheet: "survey", Row: rec.row, Column: f.heading}
	names := nameRef.FindAllStringSubmatch(f.text, -1)
	if len(names) == 0 {
		r.fault(place, "bad-trigger", "", "a trigger is written ${name}, not %q", f.text)
	}
	for _, n := range names {
		i := len(q.Trigger)
		q.Trigger = append(q.Trigger, "")
		r.expr = append(r.expr, pendingExpr{at: r.def.Root, place: place, text: n[0], set: func(x string) {
			q.Trigger[i] = forms.Ref(strings.TrimSpace(x))
		}})
	}
}
