package xpath

// A Condition is an expression in the shape in which a person can be told of it:
// "the answer to A is B, or C is ticked". Not every expression has one.
type Condition struct {
	Kind ConditionKind
	// Of are the parts of All and Any and what Not denies.
	Of []Condition
	// Ref is the answer that is spoken of, in the other kinds.
	Ref Reference
	// Value is what Ref is compared with, as written.
	Value string
}

// ConditionKind is what a condition says.
type ConditionKind string

// The kinds of conditions.
const (
	All      ConditionKind = "all"
	Any      ConditionKind = "any"
	Not      ConditionKind = "not"
	Is       ConditionKind = "is"       // the answer is Value
	IsNot    ConditionKind = "is not"   //
	Ticked   ConditionKind = "ticked"   // Value is one of those picked
	Blank    ConditionKind = "blank"    //
	Answered ConditionKind = "answered" //
	More     ConditionKind = "more"     // than Value
	AtLeast  ConditionKind = "at least" //
	Less     ConditionKind = "less"     //
	AtMost   ConditionKind = "at most"  //
)

// maxConditions bounds the parts of a condition: nobody follows more.
const maxConditions = 12

// Condition returns e as a condition, if it has the shape of one: answers compared
// with literals, selected(), and, or, not().
func (e *Expr) Condition() (Condition, bool) {
	left := maxConditions
	return condition(e.root, &left)
}

// Branch returns the condition on which e, of the shape if(C, 'value', …), has that
// value: forms keep the outcome of a question in such a calculation.
func (e *Expr) Branch(value string) (Condition, bool) {
	c, ok := e.root.(*call)
	if !ok || c.name != "if" || len(c.args) != 3 {
		return Condition{}, false
	}
	if l, ok := c.args[1].(*literal); !ok || l.s != value {
		return Condition{}, false
	}
	left := maxConditions
	return condition(c.args[0], &left)
}

func condition(n node, left *int) (Condition, bool) {
	if *left--; *left < 0 {
		return Condition{}, false
	}
	switch n := n.(type) {
	case *chain:
		switch n.level {
		case levelAnd:
			return joined(All, n, left)
		case levelOr:
			return joined(Any, n, left)
		case levelEquality, levelRelation:
			if len(n.rest) == 1 {
				return compared(n.first, n.rest[0].op, n.rest[0].arg)
			}
		}
	case *call:
		switch {
		case n.name == "not" && len(n.args) == 1:
			c, ok := condition(n.args[0], left)
			return denied(c), ok
		case n.name == "selected" && len(n.args) == 2:
			ref, ok := answer(n.args[0])
			value, isText := constant(n.args[1])
			return Condition{Kind: Ticked, Ref: ref, Value: value}, ok && isText
		case (n.name == "boolean" || n.name == "string-length") && len(n.args) == 1:
			ref, ok := answer(n.args[0])
			return Condition{Kind: Answered, Ref: ref}, ok
		}
	}
	return Condition{}, false
}

func joined(kind ConditionKind, n *chain, left *int) (Condition, bool) {
	c := Condition{Kind: kind}
	parts := []node{n.first}
	for _, o := range n.rest {
		parts = append(parts, o.arg)
	}
	for _, p := range parts {
		part, ok := condition(p, left)
		if !ok {
			return c, false
		}
		c.Of = append(c.Of, part)
	}
	return c, true
}

// opposite are kinds that deny each other.
var opposite = map[ConditionKind]ConditionKind{
	Is: IsNot, IsNot: Is, Blank: Answered, Answered: Blank, More: AtMost, AtMost: More, Less: AtLeast, AtLeast: Less,
}

func denied(c Condition) Condition {
	if other, ok := opposite[c.Kind]; ok {
		c.Kind = other
		return c
	}
	if c.Kind == Not {
		return c.Of[0]
	}
	return Condition{Kind: Not, Of: []Condition{c}}
}

func compared(a node, op string, b node) (Condition, bool) {
	ref, ok := answer(a)
	value, isValue := constant(b)
	if !ok {
		if ref, ok = answer(b); !ok {
			return Condition{}, false
		}
		value, isValue = constant(a)
		if round, ok := map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op]; ok {
			op = round
		}
	}
	kind, known := map[string]ConditionKind{"=": Is, "!=": IsNot, ">": More, ">=": AtLeast, "<": Less, "<=": AtMost}[op]
	if value == "" && kind == Is {
		kind = Blank
	} else if value == "" && kind == IsNot {
		kind = Answered
	}
	return Condition{Kind: kind, Ref: ref, Value: value}, known && isValue
}

// answer is what a path, or one within a function that changes no more than its
// form, reads.
func answer(n node) (Reference, bool) {
	switch n := n.(type) {
	case *path:
		if n.start != nil {
			return Reference{}, false
		}
		for _, s := range n.steps {
			if len(s.preds) > 0 {
				return Reference{}, false
			}
		}
		at := n.refs(&collector{seen: map[string]bool{}, left: referenceBudget}, []Reference{{}})
		if len(at) != 1 || at[0].Instance != "" {
			return Reference{}, false
		}
		return at[0], true
	case *call:
		if len(n.args) == 1 && (n.name == "normalize-space" || n.name == "string" || n.name == "number") {
			return answer(n.args[0])
		}
	}
	return Reference{}, false
}

func constant(n node) (string, bool) {
	switch n := n.(type) {
	case *literal:
		return n.s, true
	case *numeral:
		return n.digits, true
	}
	return "", false
}
