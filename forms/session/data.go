package session

import (
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// A dataNode is a place in a secondary instance as expressions see it: the
// document, its root, the items of a list and their fields.
type dataNode struct {
	name, space string
	isAttr      bool
	parent      *dataNode
	kids        []xpath.Node
	attrs       []xpath.Node
	text        string
	choice      *forms.Choice  // of the items of a list
	index       *xpath.Index   // of what has children
	position    map[string]int // of the root of a list: items by value
}

// newList is the instance that a list of choices stands for.
func newList(list forms.ChoiceList) *dataNode {
	doc := &dataNode{}
	root := &dataNode{name: "root", parent: doc, index: &xpath.Index{}, position: map[string]int{}}
	doc.kids = []xpath.Node{root}
	for i := range list.Choices {
		c := &list.Choices[i]
		item := &dataNode{name: "item", parent: root, choice: c}
		field := func(name, text string) {
			item.kids = append(item.kids, &dataNode{name: name, parent: item, text: text})
		}
		if _, ok := c.Extra["name"]; !ok {
			field("name", c.Value)
		}
		if _, ok := c.Extra["label"]; !ok {
			words, _ := c.Label.In("")
			field("label", words)
		}
		for _, column := range list.Columns {
			if text, ok := c.Extra[column]; ok {
				field(column, text)
			}
		}
		if _, twice := root.position[c.Value]; !twice {
			root.position[c.Value] = i
		}
		root.kids = append(root.kids, item)
	}
	return doc
}

// newTree is an instance that the form keeps whole.
func newTree(t *forms.Tree) *dataNode {
	doc := &dataNode{}
	if t != nil {
		doc.kids = []xpath.Node{branch(t, doc)}
	}
	return doc
}

func branch(t *forms.Tree, parent *dataNode) *dataNode {
	n := &dataNode{name: t.Name, space: t.Space, parent: parent, text: t.Text}
	for _, a := range t.Attrs {
		n.attrs = append(n.attrs, &dataNode{name: a.Name, isAttr: true, parent: n, text: a.Value})
	}
	for _, c := range t.Children {
		n.kids = append(n.kids, branch(c, n))
	}
	if len(n.kids) > 0 {
		n.index = &xpath.Index{}
	}
	return n
}

// byValue returns the item of a list that has a value, or nil.
func (d *dataNode) byValue(value string) *dataNode {
	root := d.kids[0].(*dataNode)
	if i, ok := root.position[value]; ok {
		return root.kids[i].(*dataNode)
	}
	return nil
}

// Name implements [xpath.Node].
func (d *dataNode) Name() string { return d.name }

// Namespace implements [xpath.Namespaced].
func (d *dataNode) Namespace() string { return d.space }

// Kind implements [xpath.Node].
func (d *dataNode) Kind() xpath.Kind {
	switch {
	case d.parent == nil:
		return xpath.Document
	case d.isAttr:
		return xpath.Attribute
	}
	return xpath.Element
}

// Parent implements [xpath.Node].
func (d *dataNode) Parent() xpath.Node {
	if d.parent == nil {
		return nil
	}
	return d.parent
}

// Children implements [xpath.Node].
func (d *dataNode) Children() []xpath.Node { return d.kids }

// Attributes implements [xpath.Node].
func (d *dataNode) Attributes() []xpath.Node { return d.attrs }

// Text implements [xpath.Node].
func (d *dataNode) Text() string {
	if len(d.kids) == 0 {
		return d.text
	}
	var b strings.Builder
	for _, k := range d.kids {
		b.WriteString(k.Text())
	}
	return b.String()
}

var _ xpath.Finder = (*dataNode)(nil)

// Find implements [xpath.Finder], so that filters by equality don't look at
// every choice.
func (d *dataNode) Find(child, key, value string) []xpath.Node {
	if strings.HasPrefix(key, "@") {
		return d.findByAttribute(child, key[1:], value)
	}
	if d.index == nil {
		return (&xpath.Index{}).Find(d, child, key, value)
	}
	return d.index.Find(d, child, key, value)
}

// FindCost implements [xpath.Finder].
func (d *dataNode) FindCost(child, key string) int {
	if d.index == nil || strings.HasPrefix(key, "@") {
		return len(d.kids)
	}
	return d.index.Cost(d, child, key)
}

func (d *dataNode) findByAttribute(child, name, value string) []xpath.Node {
	var found []xpath.Node
	for _, k := range d.kids {
		if k.Name() != child {
			continue
		}
		for _, a := range k.Attributes() {
			if a.Name() == name && a.Text() == value {
				found = append(found, k)
			}
		}
	}
	return found
}
