package xlsform

import (
	"regexp"
	"strings"

	"baraza.example/forms"
)

// names puts ${names} back where a path means the same.
type names struct {
	r        *reader // the index that reading has
	at       map[forms.Ref]forms.Element
	defaults map[string]string
}

func newNames(d *forms.Definition) *names {
	r := &reader{def: d, byName: map[string][]forms.Element{}, parent: map[forms.Element]forms.Element{}}
	at := map[forms.Ref]forms.Element{}
	var walk func(forms.Element)
	walk = func(e forms.Element) {
		at[e.Base().Ref] = e
		for _, c := range forms.ChildrenOf(e) {
			r.parent[c] = e
			r.byName[c.Base().Name] = append(r.byName[c.Base().Name], c)
			walk(c)
		}
	}
	walk(d.Root)
	return &names{r: r, at: at, defaults: map[string]string{}}
}

func (n *names) unique(name string) bool { return len(n.r.byName[name]) == 1 }

// attribute stands for an attribute of a node, which paths start from.
func (n *names) attribute(node forms.Element, name string) forms.Element {
	at := &forms.Question{Common: forms.Common{Name: "@" + name}}
	n.r.parent[at] = node
	return at
}

// writtenPath is a path as reading makes them: absolute, or relative by steps
// up; with the spaces that reading sets around it, if they are there.
var writtenPath = regexp.MustCompile(` ?(?:instance\('__last-saved'\)|current\(\)/)?(?:/|(?:\.\./)+)` + nameStart + nameMore + `(?:/` + nameStart + nameMore + `)* ?`)

// expression puts ${names} into an expression of an element.
func (n *names) expression(e forms.Element, expr string) string { return n.replace(e, expr, false) }

// filter puts ${names} into the filter of a question.
func (n *names) filter(q *forms.Question) string { return n.replace(q, q.ChoiceFilter, true) }

func (n *names) replace(e forms.Element, expr string, current bool) string {
	if !strings.Contains(expr, "/") {
		return expr
	}
	var b strings.Builder
	last := 0
	for _, span := range writtenPath.FindAllStringIndex(expr, -1) {
		if inQuotes(expr, span[0]) || !startsPath(expr, span[0]) || strings.HasPrefix(expr[span[1]:], "/") || strings.HasPrefix(expr[span[1]:], ":") {
			continue
		}
		name, ok := n.named(e, expr, span, current)
		if !ok {
			continue
		}
		b.WriteString(expr[last:span[0]])
		b.WriteString(name)
		last = span[1]
	}
	b.WriteString(expr[last:])
	return b.String()
}

// startsPath reports whether a path may begin at i: after a name or a bracket
// it would go on.
func startsPath(expr string, i int) bool {
	if i == 0 || expr[i] == ' ' {
		return true
	}
	c := expr[i-1]
	return c != ')' && c != ']' && c != '.' && c != '*' && c != '/' && c != '_' && c != '-' && c != ':' && c < 0x80 &&
		(c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

func inQuotes(s string, i int) bool {
	var quote byte
	for j := range i {
		switch c := s[j]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		}
	}
	return quote != 0
}

// named is the ${name} that reading would turn into the path of span, and the
// spaces that stand around it beyond those that reading sets.
func (n *names) named(e forms.Element, expr string, span []int, current bool) (string, bool) {
	written := expr[span[0]:span[1]]
	path := strings.Trim(written, " ")
	name := path[strings.LastIndexByte(path, '/')+1:]
	prefix := ""
	if strings.HasPrefix(path, "instance(") {
		prefix = "last-saved#"
	}
	if !n.unique(name) {
		return "", false
	}
	before := len(n.r.found)
	ref := "${" + prefix + name + "}"
	p := pendingExpr{at: e, text: expr, current: current || inPredicate(expr, span[0])}
	got, ok := n.r.path(prefix+name, p, indexedArgument(expr, span[0]+len(written)-len(strings.TrimLeft(written, " "))))
	n.r.found = n.r.found[:before]
	if !ok || got != path {
		return "", false
	}
	if written != " "+path+" " { // as other programs write it
		left := written[:strings.Index(written, path)]
		return left + ref + written[len(left)+len(path):], true
	}
	return ref, true
}

// text puts ${names} into words for people. What a text of a workbook can't show
// is left out and returned.
func (n *names) text(e forms.Element, words string) (text string, lost []string) {
	var b strings.Builder
	for _, p := range forms.Pieces(words) {
		x := n.expression(e, strings.TrimSpace(p.Expr))
		switch {
		case p.Expr == "":
			b.WriteString(p.Words)
		case strings.HasPrefix(x, "${"), strings.HasPrefix(x, "instance("):
			b.WriteString(x)
		default:
			b.WriteString("…")
			lost = append(lost, p.Expr)
		}
	}
	return b.String(), lost
}

var answersNodeset = regexp.MustCompile(`^([^\[\]()]+)\[(.*)\]$`)

// answers is the question whose answers in a repeat another offers as choices,
// and the filter that says which.
func (n *names) answers(q *forms.Question) (name, filter string, ok bool) {
	set := q.Itemset
	m := answersNodeset.FindStringSubmatch(set.Nodeset)
	if m == nil || set.Value != set.Label || !n.unique(set.Value) {
		return "", "", false
	}
	p := pendingExpr{at: q, answers: true}
	before := len(n.r.found)
	path, ok := n.r.path(set.Value, p, false)
	n.r.found = n.r.found[:before]
	if !ok || path != m[1]+"/"+set.Value {
		return "", "", false
	}
	if m[2] == "./"+set.Value+" != ''" {
		return set.Value, "", true
	}
	return set.Value, m[2], true
}

// geometry is the repeat whose answers a question for places shows, and the
// filter that says which.
func (n *names) geometry(q *forms.Question) (repeat, filter string, ok bool) {
	m := answersNodeset.FindStringSubmatch(q.Itemset.Nodeset)
	if m == nil || q.Itemset.Value != "geometry" || q.Itemset.Label != "geometry" {
		return "", "", false
	}
	name := m[1][strings.LastIndexByte(m[1], '/')+1:]
	if !n.unique(name) || !isRepeat(n.r.byName[name][0]) || string(n.r.byName[name][0].Base().Ref) != m[1] {
		return "", "", false
	}
	if m[2] == "./geometry != ''" {
		return name, "", true
	}
	return name, m[2], true
}
