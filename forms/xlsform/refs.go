package xlsform

import (
	"regexp"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// nameRef is ${name} or ${last-saved#name}; what stands between the braces is
// looked at afterwards so that a bad name can be reported.
var nameRef = regexp.MustCompile(`\$\{([^{}]*)\}?`)

// oneNameRef is a text that is one ${name} and nothing else.
var oneNameRef = regexp.MustCompile(`^\s*\$\{(?:last-saved#)?` + ncName + `\}\s*$`)

func isNameRef(s string) bool { return oneNameRef.MatchString(s) }

var refName = regexp.MustCompile(`^` + ncName + `$`)

// resolve replaces the ${names} of all expressions and texts by paths.
func (r *reader) resolve() {
	for _, p := range r.expr {
		before := len(r.found)
		x := r.paths(p)
		p.set(x)
		if len(r.found) == before && !p.free {
			r.compile(p.place, x)
		}
	}
	for _, p := range r.answers {
		p.offer(r)
	}
	for _, g := range r.geometry {
		r.referenceGeometry(g)
	}
	for _, t := range r.texts {
		t.text[t.language] = r.outputs(t)
	}
	r.fileInstances()
	r.settleActions()
}

// outputs replaces in a text the ${names} and the paths into secondary
// instances by ${XPath}.
func (r *reader) outputs(t pendingText) string {
	words := t.text[t.language]
	if words == "-" {
		return words
	}
	p := pendingExpr{at: t.at, place: t.place}
	var b strings.Builder
	last := 0
	for _, span := range instanceExpressions(words) {
		b.WriteString(r.namesOut(words[last:span[0]], p))
		p.text = words[span[0]:span[1]]
		x := r.paths(p)
		if _, err := xpath.Compile(x); err != nil {
			r.doubt(t.place, "odd-output", "", "%s looks like a path but is none and is shown as it stands: %v", p.text, err)
			b.WriteString(p.text)
		} else {
			b.WriteString("${" + x + "}")
		}
		last = span[1]
	}
	b.WriteString(r.namesOut(words[last:], p))
	return b.String()
}

// namesOut replaces the ${names} of a piece of text.
func (r *reader) namesOut(words string, p pendingExpr) string {
	p.text = words
	return nameRef.ReplaceAllStringFunc(words, func(ref string) string {
		path, ok := r.path(strings.TrimSuffix(ref[2:], "}"), p, false)
		if !ok || !strings.HasSuffix(ref, "}") {
			r.unclosed(ref, p.place, ok)
			return strings.TrimPrefix(ref, "$")
		}
		return "${ " + path + " }"
	})
}

func (r *reader) unclosed(ref string, place forms.Place, known bool) {
	if known && !strings.HasSuffix(ref, "}") {
		r.fault(place, "bad-reference", "", "%s is never closed with }", ref)
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
		here.current = p.current || inPredicate(p.text, m[0])
		path, ok := r.path(p.text[m[2]:m[3]], here, indexedArgument(p.text, m[0]))
		r.unclosed(p.text[m[0]:m[1]], p.place, ok)
		if !ok {
			b.WriteString("''")
			continue
		}
		b.WriteString(" " + path + " ")
	}
	b.WriteString(p.text[last:])
	return b.String()
}

// inPredicate reports whether what follows offset i stands in a predicate of an
// expression that reads a secondary instance, where the context is another
// node: relative paths begin at current() there.
func inPredicate(s string, i int) bool {
	if !strings.Contains(s, "instance(") {
		return false
	}
	depth := 0
	var quote byte
	for j := range i {
		switch c := s[j]; {
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
	name, lastSaved := strings.CutPrefix(name, "last-saved#")
	if !refName.MatchString(name) {
		r.fault(p.place, "bad-reference", "", "${%s} names no question: between the braces stands a name and nothing else", name)
		return "", false
	}
	found := r.byName[name]
	if name == r.def.Root.Name && len(found) == 0 {
		found = []forms.Element{r.def.Root}
	}
	switch {
	case len(found) == 0:
		r.fault(p.place, "unknown-name", suggest(r, name, r.byName), "there is no question called %q", name)
		return "", false
	case len(found) > 1:
		r.fault(p.place, "ambiguous-name", "write the path instead", "%d questions are called %q", len(found), name)
		return "", false
	}
	target := found[0]
	if lastSaved {
		r.lastSaved = true
		return "instance('__last-saved')" + string(target.Base().Ref), true
	}
	if p.at == nil || absolute {
		return string(target.Base().Ref), true
	}
	repeat := r.sharedRepeat(p.at, target)
	if repeat == nil {
		return string(target.Base().Ref), true
	}
	return r.relative(p, target, repeat), true
}

// shared is the deepest element that both stand in and that fits, or nil.
func (r *reader) shared(a, b forms.Element, fits func(forms.Element) bool) forms.Element {
	for e := r.parent[a]; e != nil; e = r.parent[e] {
		if !fits(e) {
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

func isRepeat(e forms.Element) bool { _, ok := e.(*forms.Repeat); return ok }

// sharedRepeat is the deepest repeat that both elements stand in, or nil.
func (r *reader) sharedRepeat(a, b forms.Element) forms.Element { return r.shared(a, b, isRepeat) }

// relative is the path from one element to another that stands in the same
// instance of a repeat, by the shortest way. To answers that are offered as
// choices the way leads round the repeat, so that all its instances are offered.
func (r *reader) relative(p pendingExpr, to, repeat forms.Element) string {
	start := r.shared(p.at, to, func(forms.Element) bool { return true })
	if p.answers && r.allInstances(p.at, to, repeat) {
		start = r.parent[repeat]
	}
	var b strings.Builder
	if p.current {
		b.WriteString("current()/")
	}
	for e := p.at; e != start; e = r.parent[e] {
		b.WriteString("../")
	}
	b.WriteString(strings.TrimPrefix(string(to.Base().Ref), string(start.Base().Ref)+"/"))
	return b.String()
}

// allInstances reports whether a choice taken from a repeat means all its
// instances: the target stands in no repeat within, and the question either in
// one within or the repeat in none.
func (r *reader) allInstances(at, to, repeat forms.Element) bool {
	if r.nearestRepeat(to) != repeat {
		return false
	}
	return r.nearestRepeat(repeat) == nil || r.nearestRepeat(at) != repeat
}

// nearestRepeat is the repeat around e, or nil.
func (r *reader) nearestRepeat(e forms.Element) forms.Element {
	for p := r.parent[e]; p != nil; p = r.parent[p] {
		if isRepeat(p) {
			return p
		}
	}
	return nil
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
