package session

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
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

// readLists makes the lists of all selects, reading the files they name.
func (s *Session) readLists() error {
	var errs []error
	failed := map[string]bool{}
	for e := range s.prog.def.All() {
		q, ok := e.(*forms.Question)
		if !ok || q.List == "" || failed[q.List] {
			continue
		}
		if itemsetOf(s.prog.def, q) != nil {
			if file := s.prog.def.Lists[q.List].File; file != "" {
				if _, err := s.file(file); err != nil {
					failed[q.List] = true
					errs = append(errs, err)
				}
			}
			continue
		}
		key := q.List + "\x00" + q.Parameters["value"] + "\x00" + q.Parameters["label"]
		if l, ok := s.lists[key]; ok {
			s.items[e] = l
			continue
		}
		list := s.prog.def.Lists[q.List]
		if list.File != "" && len(list.Choices) == 0 {
			var err error
			if list, err = s.readFile(list, q); err != nil {
				failed[q.List] = true
				errs = append(errs, err)
				continue
			}
		}
		l := newList(list)
		s.items[e], s.lists[key] = l, l
		if s.instances[q.List] == nil && !list.Inline {
			s.instances[q.List] = l
		}
	}
	return errors.Join(errs...)
}

func (s *Session) readFile(list forms.ChoiceList, q *forms.Question) (forms.ChoiceList, error) {
	data, err := s.file(list.File)
	if err != nil {
		return list, err
	}
	list, err = forms.ReadChoices(list, data, q.Parameters["value"], q.Parameters["label"])
	for _, c := range list.Choices {
		for l := range c.Label {
			if l != "" && !slices.Contains(s.languages, l) {
				s.languages = append(s.languages, l)
			}
		}
	}
	return list, err
}

func (s *Session) file(name string) ([]byte, error) {
	if s.opts.File == nil {
		return nil, fmt.Errorf("the form needs the file %s", name)
	}
	data, err := s.opts.File(name)
	if err != nil {
		return nil, fmt.Errorf("the form needs the file %s: %w", name, err)
	}
	return data, nil
}

// instance finds a secondary instance by its id; the primary one goes by the
// name of its root.
func (s *Session) instance(id string) xpath.Node {
	if n, ok := s.instances[id]; ok {
		return n
	}
	for i := range s.prog.def.Instances {
		if in := &s.prog.def.Instances[i]; in.ID == id {
			return s.remember(id, s.secondary(in))
		}
	}
	list, ok := s.prog.def.Lists[id]
	switch {
	case ok && strings.HasSuffix(strings.ToLower(list.File), ".xml"):
		return s.remember(id, s.secondary(&forms.Instance{ID: id, Src: list.File}))
	case ok && !list.Inline:
		if list.File != "" && len(list.Choices) == 0 { // read by pulldata alone
			read, err := s.readFile(list, &forms.Question{})
			if err != nil {
				s.fault(err)
			}
			list = read
		}
		return s.remember(id, newList(list))
	case id == s.prog.root.c.Name || id == s.prog.def.Settings.ID:
		return s.document
	case id == "__last-saved":
		return s.remember(id, s.lastSaved())
	}
	return nil
}

func (s *Session) remember(id string, n xpath.Node) xpath.Node {
	s.instances[id] = n
	return n
}

// secondary reads an instance that is no list: from the form or from a file.
func (s *Session) secondary(in *forms.Instance) xpath.Node {
	switch {
	case in.Src == forms.LastSaved:
		return s.lastSaved()
	case in.Src == "":
		return newTree(in.Tree)
	}
	name := path.Base(in.Src)
	data, err := s.file(name)
	if err != nil {
		s.fault(err)
		return &dataNode{}
	}
	var n xpath.Node
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".geojson":
		var list forms.ChoiceList
		if list, err = forms.ReadTable(forms.ChoiceList{Name: in.ID, File: name}, data); err == nil {
			n = newList(list)
		}
	default:
		n, err = readTree(data)
	}
	if err != nil {
		s.fault(fmt.Errorf("%s: %w", name, err))
		return &dataNode{}
	}
	return n
}

// lastSaved is the response that was saved before this one, blank where there
// is none.
func (s *Session) lastSaved() xpath.Node {
	if len(s.opts.LastSaved) == 0 {
		return &dataNode{}
	}
	n, err := readTree(s.opts.LastSaved)
	if err != nil {
		s.fault(fmt.Errorf("the response saved last: %w", err))
		return &dataNode{}
	}
	return n
}

func readTree(data []byte) (xpath.Node, error) {
	if len(data) > forms.MaxChoiceBytes {
		return nil, fmt.Errorf("larger than %d MB", forms.MaxChoiceBytes>>20)
	}
	t, err := xpath.ReadTree(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return t, nil
}
