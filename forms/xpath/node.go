package xpath

// A Node is a place in a tree that expressions walk: an element, an attribute
// or the document above the root element. The same place must compare equal
// (==), so implementations are pointers or small comparable structs.
type Node interface {
	// Name is the element's or attribute's name as written, prefix included;
	// "" for a document and for text.
	Name() string
	Kind() Kind
	// Parent is nil for a document.
	Parent() Node
	// Children are the child elements and texts in document order. The caller
	// does not change the slice.
	Children() []Node
	Attributes() []Node
	// Text is the string value of XPath 1.0: all text below, in document order.
	Text() string
}

// Kind is what a Node stands for.
type Kind uint8

// The kinds of node that forms need; comments and instructions are left out.
const (
	Document Kind = iota
	Element
	Attribute
	Text
)
