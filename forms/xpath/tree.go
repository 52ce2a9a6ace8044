package xpath

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
)

// A Tree is a document read from XML, to be walked by expressions. It does not
// change; its nodes are [Namespaced] and its elements are [Finder]s. The zero
// value is an empty document. It may be used from many goroutines.
type Tree struct {
	kind     Kind
	name     string
	space    string
	value    string // of attributes, texts, comments and instructions
	parent   *Tree
	children []Node
	attrs    []Node
	index    atomic.Pointer[Index] // made when it is asked
}

// Limits of what ReadTree takes.
const (
	MaxTreeDepth = 200
	maxTreeNodes = 5_000_000
)

// ReadTree reads an XML document. Entities other than those of XML itself are
// an error, as are documents that nest deeper than MaxTreeDepth.
func ReadTree(r io.Reader) (*Tree, error) {
	doc := &Tree{kind: Document}
	b := treeBuilder{at: doc, decoder: xml.NewDecoder(r)}
	b.spaces = []map[string]string{{"xml": "http://www.w3.org/XML/1998/namespace"}}
	for {
		token, err := b.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = b.add(token)
		}
		if err != nil {
			return nil, fmt.Errorf("read XML: %w", err)
		}
	}
	b.endText()
	if b.at != doc {
		return nil, fmt.Errorf("read XML: <%s> is not closed", b.at.name)
	}
	if b.roots != 1 {
		return nil, fmt.Errorf("read XML: there must be one root element, not %d", b.roots)
	}
	return doc, nil
}

// treeBuilder keeps names as they are written, which the decoder's own
// namespace handling would lose.
type treeBuilder struct {
	decoder *xml.Decoder
	at      *Tree
	spaces  []map[string]string // prefixes declared by each open element
	text    bytes.Buffer
	nodes   int
	roots   int
}

func (b *treeBuilder) add(token xml.Token) error {
	if b.nodes++; b.nodes > maxTreeNodes {
		return fmt.Errorf("there are more than %d nodes", maxTreeNodes)
	}
	if data, ok := token.(xml.CharData); ok {
		b.text.Write(data)
		return nil
	}
	b.endText()
	switch t := token.(type) {
	case xml.StartElement:
		return b.open(t)
	case xml.EndElement:
		if name := written(t.Name); b.at.kind != Element || b.at.name != name {
			return fmt.Errorf("</%s> closes nothing", name)
		}
		b.at = b.at.parent
		b.spaces = b.spaces[:len(b.spaces)-1]
	case xml.Comment:
		b.append(&Tree{kind: Comment, value: string(t)})
	case xml.ProcInst:
		if t.Target != "xml" {
			b.append(&Tree{kind: Instruction, name: t.Target, value: string(t.Inst)})
		}
	}
	return nil
}

// endText turns what stood between two tags, CDATA included, into one node.
func (b *treeBuilder) endText() {
	if b.text.Len() > 0 && b.at.kind == Element {
		b.append(&Tree{kind: Text, value: b.text.String()})
	}
	b.text.Reset()
}

func (b *treeBuilder) append(n *Tree) {
	n.parent = b.at
	b.at.children = append(b.at.children, n)
}

func (b *treeBuilder) open(t xml.StartElement) error {
	if len(b.spaces) > MaxTreeDepth {
		return fmt.Errorf("elements nest deeper than %d levels", MaxTreeDepth)
	}
	var declared map[string]string
	for _, a := range t.Attr {
		if prefix, ok := declares(a.Name); ok {
			if declared == nil {
				declared = make(map[string]string)
			}
			declared[prefix] = a.Value
		}
	}
	b.spaces = append(b.spaces, declared)
	e := &Tree{kind: Element, name: written(t.Name), space: b.lookup(t.Name.Space)}
	for _, a := range t.Attr {
		if _, ok := declares(a.Name); ok {
			continue
		}
		n := &Tree{kind: Attribute, name: written(a.Name), value: a.Value, parent: e}
		if a.Name.Space != "" {
			n.space = b.lookup(a.Name.Space)
		}
		e.attrs = append(e.attrs, n)
	}
	if b.at.kind == Document {
		b.roots++
	}
	b.append(e)
	b.at = e
	return nil
}

// declares returns the prefix that an xmlns attribute declares.
func declares(n xml.Name) (prefix string, ok bool) {
	if n.Space == "xmlns" {
		return n.Local, true
	}
	return "", n.Space == "" && n.Local == "xmlns"
}

func (b *treeBuilder) lookup(prefix string) string {
	for i := len(b.spaces) - 1; i >= 0; i-- {
		if uri, ok := b.spaces[i][prefix]; ok {
			return uri
		}
	}
	return ""
}

// written is a name of RawToken, where Space is the prefix.
func written(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// Name returns the name as written, prefix included.
func (t *Tree) Name() string { return t.name }

// Kind returns what t stands for.
func (t *Tree) Kind() Kind { return t.kind }

// Namespace returns the namespace of an element or attribute, or "".
func (t *Tree) Namespace() string { return t.space }

// Children returns what stands in t, in order.
func (t *Tree) Children() []Node { return t.children }

// Attributes returns the attributes of t, without declarations of namespaces.
func (t *Tree) Attributes() []Node { return t.attrs }

// Parent returns the element that t stands in, or the document.
func (t *Tree) Parent() Node {
	if t.parent == nil {
		return nil
	}
	return t.parent
}

// Text returns the string value.
func (t *Tree) Text() string {
	switch {
	case t.kind > Element:
		return t.value
	case len(t.children) == 1 && t.children[0].Kind() == Text:
		return t.children[0].Text()
	}
	var b strings.Builder
	t.appendText(&b)
	return b.String()
}

func (t *Tree) appendText(b *strings.Builder) {
	for _, c := range t.children {
		switch c := c.(*Tree); c.kind {
		case Text:
			b.WriteString(c.value)
		case Element:
			c.appendText(b)
		}
	}
}

var _ Finder = (*Tree)(nil)

// Find implements [Finder].
func (t *Tree) Find(child, key, value string) []Node {
	x := t.index.Load()
	if x == nil {
		t.index.CompareAndSwap(nil, new(Index))
		x = t.index.Load()
	}
	return x.Find(t, child, key, value)
}

// FindCost implements [Finder].
func (t *Tree) FindCost(child, key string) int {
	x := t.index.Load()
	if x == nil {
		return len(t.children)
	}
	return x.Cost(t, child, key)
}
