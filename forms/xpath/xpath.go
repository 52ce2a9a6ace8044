// Package xpath compiles and evaluates XPath 1.0 with the ODK XForms function
// library. It knows no forms: it walks any tree that implements [Node].
//
// The language is that of https://www.w3.org/TR/1999/REC-xpath-19991116/ as far
// as https://getodk.github.io/xforms-spec/#xpath-expressions wants it: all
// operators and axes but variables and namespace nodes. Where engines differ
// from each other, docs/departures.md says what is done here and why.
//
// Dates are days since 1970-01-01 UTC as numbers, with a fraction for the time,
// and ISO 8601 in the zone of [Context.Now] as strings. Start at [Compile].
package xpath

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// A Context is what an expression is evaluated in. Only Node is needed by most
// expressions; a missing function answers as if it knew nothing.
type Context struct {
	Node     Node // the context node "."
	Position int  // 1-based; 0 is taken as 1
	Size     int  // 0 is taken as 1
	// Root is what absolute paths start from: the node above the root element.
	// nil means the topmost ancestor of Node.
	Root Node
	// Current is what current() returns; nil means Node.
	Current Node
	// Instance returns the node above the root element of a secondary
	// instance, or nil.
	Instance func(id string) Node
	// Itext resolves jr:itext(id) in the language of the session.
	Itext func(id string) string
	// ChoiceName resolves jr:choice-name(value, ref).
	ChoiceName func(value, ref string) string
	// Property resolves a device property such as "deviceid".
	Property func(name string) string
	Version  string // of the form, for version()
	// Language is a tag such as "fr" for the names of months and days in
	// format-date; English where it is empty or not known.
	Language string
	// Namespaces adds prefixes to those that forms commonly use.
	Namespaces map[string]string
	Now        func() time.Time // in the zone of the person; nil means time.Now
	Rand       *rand.Rand       // nil means the global source
	// Steps is the budget of this evaluation; 0 means DefaultSteps.
	Steps int
}

// Limits of what is compiled and evaluated.
const (
	// DefaultSteps bounds one evaluation: nodes visited, functions called and
	// text handled (a step for each 16 bytes).
	DefaultSteps = 1_000_000
	// MaxLength is the longest source that is compiled, in bytes.
	MaxLength = 64 << 10
	// MaxDepth bounds how deep parentheses, predicates and calls may nest.
	MaxDepth = 512
)

// ErrBudget says that an evaluation was stopped because it took more steps
// than its context allows.
var ErrBudget = errors.New("the expression takes too many steps")

// A SyntaxError says why a source is not an expression, and where.
type SyntaxError struct {
	Offset  int // in bytes
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("at character %d: %s", e.Offset+1, e.Message)
}

// An EvalError says why an expression has no value: a function that does not
// exist or is called wrongly.
type EvalError struct {
	Offset  int // of the call in the source, in bytes
	Message string
}

func (e *EvalError) Error() string { return e.Message }

// An Expr is a compiled expression. It may be used by several goroutines.
type Expr struct {
	root node
}

// Compile reads an expression. The error is a *[SyntaxError]. Functions that
// do not exist are no error here, because a part that is never evaluated may
// name them; see [Expr.Problems].
func Compile(src string) (*Expr, error) {
	root, err := parse(src)
	if err != nil {
		return nil, err
	}
	return &Expr{root: root}, nil
}

// String returns the expression in abbreviated syntax. Compiling it gives the
// same tree.
func (e *Expr) String() string {
	var p printer
	e.root.print(&p)
	return p.String()
}

// Eval returns the value of e in ctx. The error is [ErrBudget] or an
// *[EvalError].
func (e *Expr) Eval(ctx *Context) (v Value, err error) {
	ev := evaluation{ctx: ctx, left: ctx.Steps}
	if ev.left == 0 {
		ev.left = DefaultSteps
	}
	defer ev.recover(&err)
	f := focus{node: ctx.Node, pos: max(ctx.Position, 1), size: max(ctx.Size, 1)}
	v = e.root.eval(&ev, f)
	if v.typ == NodeSet || v.typ == String {
		v.zone = ev.location()
	}
	return v, nil
}
