package session

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// A Program is a form made ready to be filled in: its expressions compiled, what
// depends on what, the lists and files that it names. Many sessions may run on
// one, in any goroutines: each of them holds its answers alone.
type Program struct {
	def          *forms.Definition
	sources      *sources
	revising     func() *Program // for responses that revise another; made when it is asked for
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
	unseeded             string      // what filter selects is shuffled anew in each session
	spoken               bool        // its calculation reads texts in the session's language

	actions []*action
	asked   []int           // children in the order of the body; nil for that of the instance
	above   []*forms.Common // groups without a node that begin with it

	readers   []edge // plans whose relevance or value reads this one
	counters  []edge // repeats whose count reads this one
	selectors []edge // selects whose filter reads this one
	watchers  []edge // plans that show something else when this one changes
	holders   []edge // of a group: readers of all text in it, which its questions make
}

// An edge leads to a plan that reads another. Within names the deepest repeat
// whose instance both are in; nil means that all instances are concerned.
type edge struct {
	to     *plan
	within *plan
	toShow bool // it is read by a relevant condition
	bare   bool // what stands in it is not read; see [xpath.Reference]
}

// A piece of a text is words or an expression.
type piece struct {
	words string
	expr  *xpath.Expr
}

// Compile makes the program of a definition, which must not change afterwards.
// File opens a file the form names (countries.csv); it may be nil where there
// are none. The error joins a [forms.Diagnostic] for each fault that makes def
// unusable, or says which file is missing.
func Compile(def *forms.Definition, file func(name string) ([]byte, error)) (*Program, error) {
	if def == nil || def.Root == nil {
		return nil, errors.New("the form has no questions")
	}
	c := newCompiler(def)
	if err := forms.Usable(c.found); err != nil {
		return nil, err
	}
	var err error
	c.prog.sources, err = newSources(def, file)
	c.prog.revising = sync.OnceValue(c.prog.withDeprecatedID)
	return c.prog, err
}

// Definition returns the form.
func (prog *Program) Definition() *forms.Definition { return prog.def }

// Check says what keeps def from being filled in beyond what reading it
// reported: expressions that are none, values computed in a circle.
func Check(def *forms.Definition) []forms.Diagnostic {
	if def.Root == nil {
		return nil
	}
	return newCompiler(def).found
}

// A compiler is one definition being compiled.
type compiler struct {
	prog   *Program
	found  []forms.Diagnostic
	effort int // against maxEffort
	cycles int // found
}

func newCompiler(def *forms.Definition) *compiler {
	c := &compiler{prog: &Program{def: def, byRef: map[forms.Ref]*plan{}, texts: map[string][]piece{}}}
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
	for _, p := range c.prog.all {
		p.hold()
	}
	c.bodyOrder()
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
func (prog *Program) at(path string) *plan {
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
		if seed := q.Parameters["seed"]; seed != "" {
			nodeset = "randomize(" + nodeset + ", " + seed + ")"
		} else {
			p.unseeded = nodeset
		}
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
