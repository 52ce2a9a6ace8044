package session

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// A listNode is a place in a list of choices as expressions see it:
// the document, root, its items and their fields.
type listNode struct {
	name     string
	parent   *listNode
	kids     []xpath.Node
	text     string
	choice   *forms.Choice // of items
	index    *xpath.Index  // of root
	position map[string]int
}

// readLists makes the secondary instances of all selects, reading the files
// they name.
func (s *Session) readLists() error {
	var errs []error
	failed := map[string]bool{}
	for e := range s.prog.def.All() {
		q, ok := e.(*forms.Question)
		if !ok || q.List == "" || failed[q.List] {
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
		if s.lists[q.List] == nil {
			s.lists[q.List] = l
		}
	}
	return errors.Join(errs...)
}

func (s *Session) readFile(list forms.ChoiceList, q *forms.Question) (forms.ChoiceList, error) {
	if !strings.HasSuffix(strings.ToLower(list.File), ".csv") {
		return list, fmt.Errorf("%s: choices are read from .csv files only so far", list.File)
	}
	if s.opts.File == nil {
		return list, fmt.Errorf("the form needs the file %s", list.File)
	}
	data, err := s.opts.File(list.File)
	if err != nil {
		return list, fmt.Errorf("the form needs the file %s: %w", list.File, err)
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

func newList(list forms.ChoiceList) *listNode {
	doc := &listNode{}
	root := &listNode{name: "root", parent: doc, index: &xpath.Index{}, position: map[string]int{}}
	doc.kids = []xpath.Node{root}
	for i := range list.Choices {
		c := &list.Choices[i]
		item := &listNode{name: "item", parent: root, choice: c}
		field := func(name, text string) {
			item.kids = append(item.kids, &listNode{name: name, parent: item, text: text})
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

// byValue returns the item of a value, or nil.
func (l *listNode) byValue(value string) *listNode {
	root := l.kids[0].(*listNode)
	if i, ok := root.position[value]; ok {
		return root.kids[i].(*listNode)
	}
	return nil
}

// Name implements [xpath.Node].
func (l *listNode) Name() string { return l.name }

// Kind implements [xpath.Node].
func (l *listNode) Kind() xpath.Kind {
	if l.parent == nil {
		return xpath.Document
	}
	return xpath.Element
}

// Parent implements [xpath.Node].
func (l *listNode) Parent() xpath.Node {
	if l.parent == nil {
		return nil
	}
	return l.parent
}

// Children implements [xpath.Node].
func (l *listNode) Children() []xpath.Node { return l.kids }

// Attributes implements [xpath.Node].
func (l *listNode) Attributes() []xpath.Node { return nil }

// Text implements [xpath.Node].
func (l *listNode) Text() string {
	if len(l.kids) == 0 {
		return l.text
	}
	var b strings.Builder
	for _, k := range l.kids {
		b.WriteString(k.Text())
	}
	return b.String()
}

// Find implements [xpath.Finder] for the root, so that filters by equality
// don't look at every choice.
func (l *listNode) Find(child, key, value string) []xpath.Node {
	if l.index == nil {
		return (&xpath.Index{}).Find(l, child, key, value)
	}
	return l.index.Find(l, child, key, value)
}

// FindCost is the number of items that a question to Find reads.
func (l *listNode) FindCost(child, key string) int {
	if l.index == nil {
		return len(l.kids)
	}
	return l.index.Cost(l, child, key)
}

// instance finds a secondary instance by its id; the primary one goes by the
// name of its root.
func (s *Session) instance(id string) xpath.Node {
	if l, ok := s.lists[id]; ok {
		return l
	}
	if id == s.prog.root.c.Name || id == s.prog.def.Settings.ID {
		return s.document
	}
	list, ok := s.prog.def.Lists[id]
	if !ok {
		return nil
	}
	if list.File != "" && len(list.Choices) == 0 { // read by pulldata alone
		read, err := s.readFile(list, &forms.Question{})
		if err != nil {
			s.fault(err)
		}
		list = read
	}
	s.lists[id] = newList(list)
	return s.lists[id]
}

// choices are the items a person may pick at n, filtered.
func (s *Session) choices(n *node) []*listNode {
	list := s.items[n.plan.el]
	if list == nil {
		return nil
	}
	nodes := list.kids[0].Children()
	if n.plan.filter != nil {
		ctx := s.context(n)
		ctx.Instance = func(id string) xpath.Node {
			if id == n.plan.q.List {
				return list
			}
			return s.instance(id)
		}
		v, err := n.plan.filter.Eval(&ctx)
		if err != nil {
			s.fault(fmt.Errorf("choice_filter of %s: %w", n.plan.c.Name, err))
		}
		nodes = v.Nodes()
	}
	items := make([]*listNode, 0, len(nodes))
	for _, k := range nodes {
		if item, ok := k.(*listNode); ok && item.choice != nil {
			items = append(items, item)
		}
	}
	return items
}

// offers reports whether a person may pick value at n.
func (s *Session) offers(n *node, value string) bool {
	list := s.items[n.plan.el]
	if list == nil || list.byValue(value) == nil {
		return false
	}
	if n.plan.filter == nil {
		return true
	}
	for _, item := range s.choices(n) {
		if item.choice.Value == value {
			return true
		}
	}
	return false
}
