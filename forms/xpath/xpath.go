// Package xpath compiles and evaluates XPath 1.0 with the ODK XForms function
// library. It knows no forms: it walks any tree that implements [Node].
//
// The language is that of https://www.w3.org/TR/1999/REC-xpath-19991116/ as far
// as https://getodk.github.io/xforms-spec/#xpath-expressions wants it.
// Start at [Compile].
package xpath

import (
	"math/rand/v2"
	"time"
)

// A Context is what an expression is evaluated in.
type Context struct {
	Node     Node // the context node "."
	Position int  // 1-based; 0 is taken as 1
	Size     int  // 0 is taken as 1
	// Root is what absolute paths start from; nil means the topmost
	// ancestor of Node.
	Root Node
	// Current is what current() returns; nil means Node.
	Current Node
	// Instance returns the root element's document of a secondary instance,
	// or nil.
	Instance func(id string) Node
	// Itext resolves jr:itext(id) in the language of the session.
	Itext func(id string) string
	// Choice resolves jr:choice-name(value, ref).
	ChoiceName func(value, ref string) string
	// Property resolves a device property such as "deviceid".
	Property func(name string) string
	Now      func() time.Time // in the zone of the person; nil means time.Now
	Rand     *rand.Rand       // nil means the global source
	// Steps is the budget of this evaluation; 0 means DefaultSteps.
	Steps int
}

// DefaultSteps bounds one evaluation: nodes visited plus functions called.
const DefaultSteps = 1_000_000
