package xpath

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// function is one entry of the library. max < 0 is any number of arguments.
type function struct {
	name     string
	min, max int
	call     func(c args) Value
	onNode   bool  // without arguments it is about the context node
	through  []int // arguments whose nodes are in the result
}

// passes says whether nodes of argument i are in the result.
func (f *function) passes(i int) bool { return slices.Contains(f.through, i) }

// library has every function by name.
var library = collect(nodeFunctions, textFunctions, numberFunctions, booleanFunctions,
	dateFunctions, selectFunctions, formFunctions, geoFunctions)

func collect(tables ...[]function) map[string]*function {
	all := make(map[string]*function)
	for _, t := range tables {
		for i := range t {
			all[t[i].name] = &t[i]
		}
	}
	return all
}

// A Signature is the name of a function and how many arguments it takes;
// MaxArgs is -1 where there is no limit.
type Signature struct {
	Name             string
	MinArgs, MaxArgs int
}

// Library returns all functions by name.
func Library() []Signature {
	var all []Signature
	for _, f := range library {
		all = append(all, Signature{f.name, f.min, f.max})
	}
	slices.SortFunc(all, func(a, b Signature) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// args is a call in progress. Arguments are evaluated when they are asked for,
// so that if() and coalesce() touch only what they need.
type args struct {
	ev *evaluation
	f  focus
	n  *call
}

func (n *call) check() *EvalError {
	var wrong string
	switch f := n.fn; {
	case f == nil:
		wrong = fmt.Sprintf("there is no function %s()", excerpt(n.name))
	case len(n.args) < f.min:
		wrong = fmt.Sprintf("%s() needs at least %d arguments and has %d", n.name, f.min, len(n.args))
	case f.max >= 0 && len(n.args) > f.max:
		wrong = fmt.Sprintf("%s() takes at most %d arguments and has %d", n.name, f.max, len(n.args))
	default:
		return nil
	}
	return &EvalError{n.offset, wrong}
}

func (n *call) eval(ev *evaluation, f focus) Value {
	ev.spend(1)
	if err := n.check(); err != nil {
		panic(stopped{err})
	}
	return n.fn.call(args{ev, f, n})
}

func (c args) fail(format string, a ...any) {
	panic(stopped{&EvalError{c.n.offset, c.n.name + "(): " + fmt.Sprintf(format, a...)}})
}

func (c args) len() int          { return len(c.n.args) }
func (c args) value(i int) Value { return c.n.args[i].eval(c.ev, c.f) }
func (c args) str(i int) string  { return c.ev.str(c.value(i)) }
func (c args) num(i int) float64 { return c.ev.num(c.value(i)) }
func (c args) bool(i int) bool   { return c.ev.truth(c.n.args[i], c.f) }

func (c args) nodes(i int) []Node {
	v := c.value(i)
	if v.typ != NodeSet {
		c.fail("argument %d must be a path", i+1)
	}
	return v.nodes
}

// orNode returns argument 0, or the context node where there is none.
func (c args) orNode() Value {
	if c.len() > 0 {
		return c.value(0)
	}
	return nodeSet(c.ev.single(c.f.node))
}

// texts returns the arguments from i on as strings, one for each node of a
// node-set.
func (c args) texts(i int) []string {
	var all []string
	for ; i < c.len(); i++ {
		v := c.value(i)
		if v.typ != NodeSet {
			all = append(all, c.ev.str(v))
			continue
		}
		for _, n := range v.nodes {
			all = append(all, c.ev.text(n))
		}
	}
	return all
}

func (c args) joined(sep string, parts []string) Value {
	s := strings.Join(parts, sep)
	c.ev.spendText(s)
	return text(s)
}

var nodeFunctions = []function{
	{name: "last", call: func(c args) Value { return number(float64(c.f.size)) }},
	{name: "position", max: 1, call: position},
	{name: "count", min: 1, max: 1, call: func(c args) Value { return number(float64(len(c.nodes(0)))) }},
	{name: "count-non-empty", min: 1, max: 1, call: func(c args) Value {
		n := 0
		for _, x := range c.nodes(0) {
			if c.ev.text(x) != "" {
				n++
			}
		}
		return number(float64(n))
	}},
	{name: "id", min: 1, max: 1, call: byID},
	{name: "name", max: 1, onNode: true, call: func(c args) Value { return ofFirst(c, Node.Name) }},
	{name: "local-name", max: 1, onNode: true, call: func(c args) Value {
		return ofFirst(c, func(n Node) string {
			_, local := splitName(n.Name())
			return local
		})
	}},
	{name: "namespace-uri", max: 1, onNode: true, call: func(c args) Value {
		return ofFirst(c, func(n Node) string {
			ns, _ := namespaceOf(n)
			return ns
		})
	}},
	{name: "lang", min: 1, max: 1, call: lang},
	{name: "current", call: func(c args) Value {
		n := c.ev.ctx.Current
		if n == nil {
			n = c.ev.ctx.Node
		}
		return nodeSet(c.ev.single(n))
	}},
}

// position with an argument counts among the siblings of the same name.
func position(c args) Value {
	if c.len() == 0 {
		return number(float64(c.f.pos))
	}
	ns := c.nodes(0)
	if len(ns) == 0 {
		return number(math.NaN())
	}
	n, at := ns[0], 1
	before, _ := c.ev.siblings(n)
	for _, s := range before {
		c.ev.spend(1)
		if s.Kind() == n.Kind() && s.Name() == n.Name() {
			at++
		}
	}
	return number(float64(at))
}

func ofFirst(c args, f func(Node) string) Value {
	v := c.orNode()
	if v.typ != NodeSet {
		c.fail("the argument must be a path")
	}
	if len(v.nodes) == 0 {
		return text("")
	}
	return text(f(v.nodes[0]))
}

// byID finds elements by their attribute id: forms have no DTD that would name
// another.
func byID(c args) Value {
	wanted := make(map[string]bool)
	for _, s := range c.texts(0) {
		for _, id := range c.ev.fields(s) {
			wanted[id] = true
		}
	}
	if c.f.node == nil {
		return Value{}
	}
	top := c.ev.topmost(c.f.node)
	var found []Node
	for _, e := range c.ev.along(nil, descendantOrSelf, test{local: "*"}, top) {
		for _, a := range e.Attributes() {
			c.ev.spend(3)
			if id := a.Text(); (a.Name() == "id" || a.Name() == "xml:id") && wanted[id] {
				delete(wanted, id) // the first of several wins
				found = append(found, e)
				break
			}
		}
	}
	return nodeSet(found)
}

func lang(c args) Value {
	want := strings.ToLower(c.str(0))
	for n := c.f.node; n != nil; n = n.Parent() {
		c.ev.spend(1)
		for _, a := range n.Attributes() {
			c.ev.spend(1)
			if a.Name() == "xml:lang" {
				rest, ok := strings.CutPrefix(strings.ToLower(a.Text()), want)
				return boolean(ok && (rest == "" || rest[0] == '-'))
			}
		}
	}
	return boolean(false)
}

var booleanFunctions = []function{
	{name: "true", call: func(args) Value { return boolean(true) }},
	{name: "false", call: func(args) Value { return boolean(false) }},
	{name: "boolean", min: 1, max: 1, call: func(c args) Value { return boolean(c.bool(0)) }},
	{name: "not", min: 1, max: 1, call: func(c args) Value { return boolean(!c.bool(0)) }},
	{name: "boolean-from-string", min: 1, max: 1, call: func(c args) Value {
		s := c.str(0)
		return boolean(s == "1" || s == "true")
	}},
	{name: "if", min: 3, max: 3, through: []int{1, 2}, call: func(c args) Value {
		if c.bool(0) {
			return c.value(1)
		}
		return c.value(2)
	}},
	// coalesce takes NaN for empty, as a form keeps it.
	{name: "coalesce", min: 1, max: -1, call: func(c args) Value {
		for i := range c.len() {
			v := c.value(i)
			if v.typ == Number && math.IsNaN(v.num) {
				continue
			}
			if s := c.ev.str(v); s != "" {
				return text(s)
			}
		}
		return text("")
	}},
	{name: "once", min: 1, max: 1, call: func(c args) Value {
		if c.f.node != nil {
			if s := c.ev.text(c.f.node); s != "" {
				return text(s)
			}
		}
		return text(c.str(0))
	}},
	// depend returns its first argument; the others are there to be references.
	{name: "depend", min: 1, max: -1, through: []int{0}, call: func(c args) Value { return c.value(0) }},
}

var textFunctions = []function{
	{name: "string", max: 1, onNode: true, call: func(c args) Value { return text(c.ev.str(c.orNode())) }},
	{name: "concat", max: -1, call: func(c args) Value { return c.joined("", c.texts(0)) }},
	{name: "join", min: 1, max: -1, call: func(c args) Value { return c.joined(c.str(0), c.texts(1)) }},
	{name: "starts-with", min: 2, max: 2, call: func(c args) Value {
		return boolean(strings.HasPrefix(c.str(0), c.str(1)))
	}},
	{name: "ends-with", min: 2, max: 2, call: func(c args) Value {
		return boolean(strings.HasSuffix(c.str(0), c.str(1)))
	}},
	{name: "contains", min: 2, max: 2, call: func(c args) Value {
		return boolean(strings.Contains(c.str(0), c.str(1)))
	}},
	{name: "substring-before", min: 2, max: 2, call: func(c args) Value {
		before, _, ok := strings.Cut(c.str(0), c.str(1))
		if !ok {
			before = ""
		}
		return text(before)
	}},
	{name: "substring-after", min: 2, max: 2, call: func(c args) Value {
		_, after, _ := strings.Cut(c.str(0), c.str(1))
		return text(after)
	}},
	{name: "substring", min: 2, max: 3, call: substring},
	{name: "substr", min: 2, max: 3, call: substr},
	{name: "string-length", max: 1, onNode: true, call: func(c args) Value {
		return number(float64(utf8.RuneCountInString(c.ev.str(c.orNode()))))
	}},
	{name: "normalize-space", max: 1, onNode: true, call: func(c args) Value {
		return text(strings.Join(c.ev.fields(c.ev.str(c.orNode())), " "))
	}},
	{name: "translate", min: 3, max: 3, call: translate},
}

// fields splits at the white space of XML.
func (ev *evaluation) fields(s string) []string {
	ev.spend(len(s))
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' })
}

// substring counts characters from 1 and rounds, XPath 1.0 §4.2.
func substring(c args) Value {
	s, from := []rune(c.str(0)), roundHalfUp(c.num(1))
	to := math.Inf(1)
	if c.len() == 3 {
		to = from + roundHalfUp(c.num(2))
	}
	begin, end := len(s), len(s)
	for i := range s {
		if at := float64(i + 1); at >= from && at < to {
			begin = i
			break
		}
	}
	for i := begin; i < len(s); i++ {
		if float64(i+1) >= to {
			end = i
			break
		}
	}
	return text(string(s[begin:end]))
}

// substr counts characters from 0, from the end where the number is negative,
// and stops before its third argument.
func substr(c args) Value {
	s := []rune(c.str(0))
	place := func(f float64) int {
		if math.IsNaN(f) {
			return 0
		}
		if f = math.Trunc(f); f < 0 {
			f += float64(len(s))
		}
		return int(min(max(f, 0), float64(len(s))))
	}
	begin, end := place(c.num(1)), len(s)
	if c.len() == 3 {
		end = place(c.num(2))
	}
	return text(string(s[begin:max(begin, end)]))
}

func translate(c args) Value {
	s, from, to := c.str(0), c.str(1), []rune(c.str(2))
	c.ev.spend(len(s)/2 + len(from))
	change := make(map[rune]rune)
	i := 0
	for _, r := range from {
		if _, ok := change[r]; !ok {
			change[r] = -1 // dropped
			if i < len(to) {
				change[r] = to[i]
			}
		}
		i++
	}
	return text(strings.Map(func(r rune) rune {
		if to, ok := change[r]; ok {
			return to
		}
		return r
	}, s))
}
