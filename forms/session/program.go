package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// A program is a definition made ready to run: expressions compiled and the
// graph of what depends on what. It is shared by nothing and never changes.
type program struct {
	def          *forms.Definition
	root         *plan
	all          []*plan // in document order, attributes before what stands in their element
	byRef        map[forms.Ref]*plan
	texts        map[string][]piece // texts with output, taken apart
	instanceID   *plan
	instanceName *plan
	audit        *plan
	loops        bool // some conditions depend on each other
}

// A plan is what the program knows of one element or attribute.
type plan struct {
	el       forms.Element
	c        *forms.Common
	q        *forms.Question
	repeat   *forms.Repeat
	isAttr   bool
	name     string   // as written in the instance, prefix included
	step     string   // of its ref
	steps    []string // of its ref
	parent   *plan
	children []*plan
	attrs    []*plan
	index    int            // among the parent's children or attributes, and so of the nodes
	byName   map[string]int // of children, with and without prefix
	rank     int            // what a plan is computed from has a lower rank

	relevant, calculate, constraint, required, readOnly, count, filter *xpath.Expr

	itemset              *forms.Itemset
	itemValue, itemLabel *xpath.Expr // of itemsets
	plainValue           bool        // itemValue is "."
	spoken               bool        // its calculation reads texts in the session's language

	actions []*action

	readers   []edge // plans whose relevance or value reads this one
	counters  []edge // repeats whose count reads this one
	selectors []edge // selects whose filter reads this one
	watchers  []edge // plans that show something else when this one changes
}

// An edge leads to a plan that reads another. Within names the deepest repeat
// whose instance both are in; nil means that all instances are concerned.
type edge struct {
	to     *plan
	within *plan
	toShow bool // it is read by a relevant condition
}

// A piece of a text is words or an expression.
type piece struct {
	words string
	expr  *xpath.Expr
}

// compile makes the program of def. The error joins a diagnostic per fault.
// Seed puts choices that are shown in a random order into one order.
func compile(def *forms.Definition, seed uint32) (*program, error) {
	if def == nil || def.Root == nil {
		return nil, errors.New("the form has no questions")
	}
	c := newCompiler(def, seed)
	return c.prog, forms.Usable(c.found)
}

// Check says what keeps def from being filled in beyond what reading it
// reported: expressions that are none, values computed in a circle.
func Check(def *forms.Definition) []forms.Diagnostic {
	if def.Root == nil {
		return nil
	}
	return newCompiler(def, 1).found
}

// A compiler is one definition being compiled.
type compiler struct {
	prog   *program
	found  []forms.Diagnostic
	effort int // against maxEffort
	cycles int // found
	seed   uint32
}

func newCompiler(def *forms.Definition, seed uint32) *compiler {
	c := &compiler{seed: seed, prog: &program{def: def, byRef: map[forms.Ref]*plan{}, texts: map[string][]piece{}}}
	c.prog.root = c.plan(def.Root, nil)
	for _, p := range c.prog.all {
		c.expressions(p)
	}
	c.actions(c.prog.root, def.Actions)
	for _, p := range c.prog.all {
		c.actions(p, p.c.Actions)
	}
	for _, t := range def.Itext {
		for _, words := range t.Text {
			c.text(c.prog.root, words)
		}
	}
	c.rank()
	return c
}

func (c *compiler) plan(e forms.Element, parent *plan) *plan {
	p := &plan{el: e, c: e.Base(), parent: parent}
	p.q, _ = e.(*forms.Question)
	p.repeat, _ = e.(*forms.Repeat)
	p.name = p.c.Name
	if p.c.Prefix != "" {
		p.name = p.c.Prefix + ":" + p.c.Name
	}
	c.enter(p)
	if parent != nil && parent.c.Name == "meta" {
		switch p.c.Name {
		case "instanceName":
			c.prog.instanceName = p
		case "instanceID":
			c.prog.instanceID = p
		case "audit":
			if p.q != nil {
				c.prog.audit = p
			}
		}
	}
	for i, a := range p.c.Attributes {
		q := &forms.Question{Default: a.Default, Common: forms.Common{
			Name: a.Name, Ref: p.c.Ref.Child("@" + a.Name), Bind: a.Bind, Place: p.c.Place,
		}}
		ap := &plan{el: q, c: &q.Common, q: q, isAttr: true, name: a.Name, parent: p, index: i}
		c.enter(ap)
		p.attrs = append(p.attrs, ap)
	}
	p.byName = map[string]int{}
	for i, child := range forms.ChildrenOf(e) {
		cp := c.plan(child, p)
		cp.index = i
		p.children = append(p.children, cp)
		p.byName[cp.name] = i
	}
	for i, cp := range p.children {
		if _, taken := p.byName[cp.c.Name]; !taken {
			p.byName[cp.c.Name] = i
		}
	}
	return p
}

// enter makes a plan known by its ref.
func (c *compiler) enter(p *plan) {
	p.steps = strings.Split(strings.TrimPrefix(string(p.c.Ref), "/"), "/")
	p.step = p.steps[len(p.steps)-1]
	c.prog.all = append(c.prog.all, p)
	c.prog.byRef[p.c.Ref] = p
}

// at finds the plan that a path names, with or without the prefixes of names.
func (prog *program) at(path string) *plan {
	if p, ok := prog.byRef[forms.Ref(path)]; ok || !strings.Contains(path, ":") {
		return p
	}
	steps := strings.Split(path, "/")
	for i, s := range steps {
		if !strings.HasPrefix(s, "@") {
			steps[i] = local(s)
		}
	}
	return prog.byRef[forms.Ref(strings.Join(steps, "/"))]
}

// expressions compiles what an element says and draws the edges.
func (c *compiler) expressions(p *plan) {
	b := p.c.Bind
	p.relevant = c.computed(p, "relevant", b.Relevant, true)
	p.calculate = c.computed(p, "calculation", b.Calculate, false)
	p.spoken = strings.Contains(b.Calculate, "jr:")
	p.constraint = c.shown(p, "constraint", b.Constraint)
	p.required = c.shown(p, "required", b.Required)
	p.readOnly = c.shown(p, "readonly", b.ReadOnly)
	if p.repeat != nil {
		p.count = c.counted(p, p.repeat.Count)
	}
	texts := []forms.Text{p.c.Label, p.c.Hint, p.c.Guidance, b.ConstraintMessage, b.RequiredMessage}
	if q := p.q; q != nil {
		c.choices(p)
		for _, choice := range c.prog.def.Lists[q.List].Choices {
			texts = append(texts, choice.Label)
		}
	}
	for _, t := range texts {
		for _, words := range t {
			c.text(p, words)
		}
	}
}

// choices compiles what a select offers.
func (c *compiler) choices(p *plan) {
	q := p.q
	nodeset := ""
	p.itemset = itemsetOf(c.prog.def, q)
	switch {
	case p.itemset != nil:
		nodeset = p.itemset.Nodeset
	case q.List != "" && q.ChoiceFilter != "":
		nodeset = "instance('" + q.List + "')/root/item[" + q.ChoiceFilter + "]"
	case q.List != "" && q.Parameters["randomize"] == "true":
		nodeset = "instance('" + q.List + "')/root/item"
	default:
		return
	}
	if q.Itemset == nil && q.Parameters["randomize"] == "true" {
		seed := q.Parameters["seed"]
		if seed == "" {
			seed = fmt.Sprint(c.seed)
		}
		nodeset = "randomize(" + nodeset + ", " + seed + ")"
	}
	var refs []xpath.Reference
	if p.filter, refs = c.expression(p, "choice_filter", nodeset); p.filter == nil {
		return
	}
	c.watch(p, refs)
	c.selects(p, refs)
	if p.itemset == nil {
		return
	}
	p.plainValue = p.itemset.Value == "."
	p.itemValue, _ = c.expression(p, "value", p.itemset.Value)
	p.itemLabel, _ = c.expression(p, "label", p.itemset.Label)
	// What is offered may be answers of this form.
	if e, err := xpath.Compile("(" + nodeset + ")/" + p.itemset.Value); err == nil {
		c.selects(p, e.References())
		c.watch(p, e.References())
	}
	if e, err := xpath.Compile("(" + nodeset + ")/" + p.itemset.Label); err == nil {
		c.watch(p, e.References())
	}
}

// itemsetOf is what a select offers, where that isn't a list of choices. A list
// in an XML file may have attributes and more levels than a list has, so it is
// kept whole.
func itemsetOf(def *forms.Definition, q *forms.Question) *forms.Itemset {
	if q.Itemset != nil {
		return q.Itemset
	}
	if !strings.HasSuffix(strings.ToLower(def.Lists[q.List].File), ".xml") {
		return nil
	}
	set := forms.Itemset{Nodeset: "instance('" + q.List + "')/root/item", Value: "name", Label: "label"}
	if q.ChoiceFilter != "" {
		set.Nodeset += "[" + q.ChoiceFilter + "]"
	}
	if v := q.Parameters["value"]; v != "" {
		set.Value = v
	}
	if l := q.Parameters["label"]; l != "" {
		set.Label = l
	}
	return &set
}

func (c *compiler) selects(p *plan, refs []xpath.Reference) {
	c.edges(p, refs, func(from *plan) *[]edge { return &from.selectors }, false)
}

func (c *compiler) fault(p *plan, column, code, format string, args ...any) {
	place := p.c.Place
	place.Column = column
	c.found = append(c.found, forms.Diagnostic{Code: code, Place: place, Message: fmt.Sprintf(format, args...)})
}

func (c *compiler) expression(p *plan, column, src string) (*xpath.Expr, []xpath.Reference) {
	if strings.TrimSpace(src) == "" {
		return nil, nil
	}
	e, err := xpath.Compile(src)
	if err != nil {
		c.fault(p, column, "bad-expression", "%v", err)
		return nil, nil
	}
	return e, e.References()
}

// computed compiles an expression whose value the instance depends on.
func (c *compiler) computed(p *plan, column, src string, toShow bool) *xpath.Expr {
	e, refs := c.expression(p, column, src)
	c.edges(p, refs, func(from *plan) *[]edge { return &from.readers }, toShow)
	return e
}

// counted compiles a repeat_count. It is no part of the order of computation:
// a count may read what stands in its own repeat ("as many as were answered
// with yes, and one more"), so counts are looked at when all else is done.
func (c *compiler) counted(p *plan, src string) *xpath.Expr {
	e, refs := c.expression(p, "repeat_count", src)
	c.edges(p, refs, func(from *plan) *[]edge { return &from.counters }, false)
	return e
}

// shown compiles an expression that is evaluated when somebody looks.
func (c *compiler) shown(p *plan, column, src string) *xpath.Expr {
	e, refs := c.expression(p, column, src)
	c.watch(p, refs)
	return e
}

func (c *compiler) watch(p *plan, refs []xpath.Reference) {
	c.edges(p, refs, func(from *plan) *[]edge { return &from.watchers }, false)
}

// maxEffort bounds the edges of a form and the elements that are looked at to
// draw them: ten times what a form of 10,000 questions with sums over
// everything takes.
const maxEffort = 5_000_000

// edges draws an edge to p from each plan that its references may read, into
// the list of that plan. Only p itself is left out where it stands in the
// expression as "." (once does that).
func (c *compiler) edges(p *plan, refs []xpath.Reference, list func(from *plan) *[]edge, toShow bool) {
	seen := map[*plan]map[edge]bool{}
	draw := func(from *plan, e edge) {
		if seen[from] == nil {
			seen[from] = map[edge]bool{}
		}
		if !seen[from][e] {
			seen[from][e] = true
			l := list(from)
			*l = append(*l, e)
		}
	}
	for _, ref := range refs {
		path := ref.Resolve(string(p.c.Ref))
		if path == "" || len(ref.Steps) == 0 {
			continue
		}
		c.effort++
		e := edge{to: p, within: commonRepeat(p, ref), toShow: toShow}
		if from := c.prog.at(path); from != nil {
			draw(from, e)
			continue
		}
		if !strings.Contains(path, "*") && !strings.Contains(path, "//") {
			continue
		}
		if c.effort += len(c.prog.all); c.effort > maxEffort {
			if c.effort-len(c.prog.all) <= maxEffort {
				c.fault(p, "", "too-complex", "the form has too many expressions that read everything")
			}
			return
		}
		pattern := strings.FieldsFunc(strings.ReplaceAll(path, "//", "/**/"), func(r rune) bool { return r == '/' })
		for _, from := range c.prog.all {
			if from != p && matches(pattern, from.steps) {
				draw(from, e)
			}
		}
	}
}

// matches compares a path with a pattern in which * stands for a step and **
// for any number of steps.
func matches(pattern, path []string) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(path) {
		switch {
		case i < len(pattern) && pattern[i] == "**":
			star, mark = i, j
			i++
		case i < len(pattern) && (pattern[i] == path[j] || isAny(pattern[i], path[j])):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(pattern) && pattern[i] == "**" {
		i++
	}
	return i == len(pattern)
}

// isAny reports whether a wildcard of a pattern stands for a step.
func isAny(pattern, step string) bool {
	return pattern == "*" || pattern == "@*" && strings.HasPrefix(step, "@")
}

// commonRepeat is the deepest repeat whose instance a relative reference of p
// doesn't leave on its way.
func commonRepeat(p *plan, ref xpath.Reference) *plan {
	if ref.Absolute {
		return nil
	}
	top, at := p, 0
	for _, s := range ref.Steps {
		switch s {
		case "..":
			if at--; at < 0 {
				at = 0
				if top = top.parent; top == nil {
					return nil
				}
			}
		case "//":
			at += 1000
		default:
			at++
		}
	}
	for ; top != nil; top = top.parent {
		if top.repeat != nil {
			return top
		}
	}
	return nil
}

// text takes a text with output apart.
func (c *compiler) text(p *plan, words string) {
	if !strings.Contains(words, "${") {
		return
	}
	var pieces []piece
	for _, part := range forms.Pieces(words) {
		if part.Expr == "" {
			pieces = append(pieces, piece{words: part.Words})
			continue
		}
		e, refs := c.expression(p, "label", part.Expr)
		c.watch(p, refs)
		pieces = append(pieces, piece{expr: e})
	}
	c.prog.texts[words] = pieces
}

// rank orders the plans so that each stands behind all it is computed from,
// and reports what is computed in a circle.
func (c *compiler) rank() {
	const (
		untouched = iota
		open
		done
	)
	state := make(map[*plan]int, len(c.prog.all))
	var order, trail []*plan
	var toShow []bool // how each of the trail was come to: by a relevant condition alone
	var visit func(p *plan, shown bool)
	visit = func(p *plan, shown bool) {
		state[p] = open
		trail, toShow = append(trail, p), append(toShow, shown)
		next := func(q *plan, shown bool) {
			switch {
			case state[q] == untouched:
				visit(q, shown)
			case state[q] == open && (q != p || !inRepeat(p) && !shown):
				at := slices.Index(trail, q)
				if shown && q != p && !slices.Contains(toShow[at+1:], false) {
					c.prog.loops = true // as other programs do, which show neither at first
					return
				}
				c.cycle(trail[at:])
			}
		}
		for _, a := range p.attrs {
			next(a, false)
		}
		for _, child := range p.children {
			next(child, false)
		}
		for _, e := range p.readers {
			next(e.to, e.toShow)
		}
		trail, toShow = trail[:len(trail)-1], toShow[:len(toShow)-1]
		state[p] = done
		order = append(order, p)
	}
	visit(c.prog.root, false)
	for i, p := range order {
		p.rank = len(order) - i
	}
}

func inRepeat(p *plan) bool {
	for ; p != nil; p = p.parent {
		if p.repeat != nil {
			return true
		}
	}
	return false
}

// cycle reports a round of plans, each computed from the next. Of a tangle
// the first rounds are enough, and of a long round its first members.
func (c *compiler) cycle(round []*plan) {
	const rounds, members = 20, 10
	if c.cycles++; c.cycles > rounds {
		return
	}
	var names []string
	for _, p := range round[:min(len(round), members)] {
		names = append(names, p.c.Name)
	}
	if len(round) > members {
		names = append(names, "…")
	}
	c.fault(round[0], "", "cycle", "%s is computed from itself: %s", round[0].c.Name, strings.Join(append(names, round[0].c.Name), " → "))
}
