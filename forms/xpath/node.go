package xpath

import (
	"maps"
	"sync"
	"sync/atomic"
)

// A Node is a place in a tree that expressions walk: an element, an attribute
// or the document above the root element. The same place must compare equal
// (==), so implementations are pointers or small comparable structs.
type Node interface {
	// Name is the element's or attribute's name as written, prefix included;
	// the target of an instruction; "" for all others.
	Name() string
	Kind() Kind
	// Parent is nil for a document.
	Parent() Node
	// Children are the child elements and texts in document order. The caller
	// does not change the slice. A leaf may leave out its text and answer only
	// through Text.
	Children() []Node
	Attributes() []Node
	// Text is the string value of XPath 1.0: all text below, in document order.
	Text() string
}

// Kind is what a Node stands for.
type Kind uint8

// The kinds of node. Forms need the first four; the others stand in documents
// that were read from XML.
const (
	Document Kind = iota
	Element
	Attribute
	Text
	Comment
	Instruction
)

// Namespaced is a Node that knows its namespace. Where a node does not
// implement it, names are compared as written.
type Namespaced interface {
	Namespace() string
}

// Named is a Node that finds its children of a name, as written, without
// looking at all of them, in document order. Without it a form of n questions
// takes n steps for each path in it.
type Named interface {
	ChildrenNamed(name string) []Node
}

// A Finder is a Node that can answer "my children called child whose own child
// called key has the text value" without looking at each of them, in document
// order. A choice list of 50,000 items is filtered through it; [Index] is one
// way to implement it. Only trees that don't change should be Finders.
type Finder interface {
	Find(child, key, value string) []Node
	// FindCost is how many children Find would read for a key, so that the
	// evaluation can pay for it: none where it has been asked about it before.
	FindCost(child, key string) int
}

// An Index remembers, for one parent, its children by name and by the text of
// a key. The zero value is ready and may be used from many goroutines.
type Index struct {
	filled atomic.Pointer[map[indexKey]values] // never changed, only replaced
	mu     sync.Mutex                          // of who replaces it
}

type (
	indexKey struct{ child, key string }
	values   map[string][]Node
)

// maxKeys is how many keys an Index remembers. Forms ask for a handful; an
// expression made to fill the memory asks for thousands.
const maxKeys = 32

func (x *Index) lookUp(id indexKey) (values, bool) {
	all := x.filled.Load()
	if all == nil {
		return nil, false
	}
	v, ok := (*all)[id]
	return v, ok
}

// Cost is the number of children of parent that Find would read for a key.
func (x *Index) Cost(parent Node, child, key string) int {
	if _, ok := x.lookUp(indexKey{child, key}); ok {
		return 0
	}
	return len(parent.Children())
}

// Find answers [Finder.Find] for parent. The first question about a key reads
// all children, the following ones do not.
func (x *Index) Find(parent Node, child, key, value string) []Node {
	id := indexKey{child, key}
	v, ok := x.lookUp(id)
	if !ok {
		v = x.fill(parent, id)
	}
	return v[value]
}

// fill reads all children of parent for a key. Who asks meanwhile waits, so
// that they aren't read twice.
func (x *Index) fill(parent Node, id indexKey) values {
	x.mu.Lock()
	defer x.mu.Unlock()
	if v, ok := x.lookUp(id); ok {
		return v
	}
	v := make(values)
	for _, item := range parent.Children() {
		if item.Kind() == Element && item.Name() == id.child {
			addByKey(v, item, id.key)
		}
	}
	all := map[indexKey]values{id: v}
	if old := x.filled.Load(); old != nil && len(*old) < maxKeys {
		maps.Copy(all, *old)
	}
	x.filled.Store(&all)
	return v
}

func addByKey(m values, item Node, key string) {
	for _, c := range item.Children() {
		if c.Kind() != Element || c.Name() != key {
			continue
		}
		v := c.Text()
		if old := m[v]; len(old) == 0 || old[len(old)-1] != item {
			m[v] = append(old, item)
		}
	}
}

// namespaceOf returns the namespace of n, and whether n knows it.
func namespaceOf(n Node) (string, bool) {
	if t, ok := n.(*Tree); ok { // the question after an interface takes longer
		return t.space, true
	}
	if ns, ok := n.(Namespaced); ok {
		return ns.Namespace(), true
	}
	return "", false
}
