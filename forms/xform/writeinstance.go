package xform

import (
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
)

// primaryInstance is the node that a response begins as.
func (w *writer) primaryInstance() *markup {
	s := w.def.Settings
	root := w.node(w.def.Root)
	root.add(w.nodes(w.def.Root.Children, false)...)
	root.set("xmlns", s.Namespace)
	return root.with("id", s.ID).set("version", s.Version)
}

// node is an element of the instance with its attributes.
func (w *writer) node(e forms.Element) *markup {
	m := tag(writtenName(e.Base()))
	for _, a := range e.Base().Attributes {
		m.with(a.Name, a.Default)
	}
	return m
}

// nodes are elements of the instance. In a template a repeat stands as its
// template alone; in an instance whose repeat has a template, without.
func (w *writer) nodes(elements []forms.Element, templated bool) []*markup {
	var all []*markup
	for _, e := range elements {
		switch e := e.(type) {
		case *forms.Group:
			all = append(all, w.node(e).add(w.nodes(e.Children, templated)...))
		case *forms.Repeat:
			all = append(all, w.repeatNodes(e, templated)...)
		case *forms.Question:
			all = append(all, w.node(e).say(e.Default))
		}
	}
	return all
}

// repeatNodes are the template and the instances of a repeat. Within an
// instance of a repeat that has a template, only the instance is needed.
func (w *writer) repeatNodes(e *forms.Repeat, templated bool) []*markup {
	var all []*markup
	if e.Template && !templated {
		all = append(all, w.template(e))
	}
	if e.Initial != nil {
		for _, t := range e.Initial {
			all = append(all, w.tree(t, nsXForms))
		}
		return all
	}
	return append(all, w.node(e).add(w.nodes(e.Children, e.Template)...))
}

// template is the jr:template of a repeat; of repeats within it, theirs.
func (w *writer) template(e *forms.Repeat) *markup {
	return w.node(e).with("jr:template", "").add(w.templateNodes(e.Children)...)
}

// templateNodes stand in a template: of a repeat directly in it the template,
// of one in a group of it also an instance, as pyxform has it.
func (w *writer) templateNodes(elements []forms.Element) []*markup {
	var all []*markup
	for _, e := range elements {
		p, ok := e.(*forms.Repeat)
		switch {
		case !ok:
			all = append(all, w.nodes([]forms.Element{e}, false)...)
		case !p.Template || p.Initial != nil:
			all = append(all, w.repeatNodes(p, false)...)
		default:
			all = append(all, w.template(p))
		}
	}
	return all
}

// tree is an element that was kept whole; space is the namespace of names
// without prefix where it stands.
func (w *writer) tree(t *forms.Tree, space string) *markup {
	m := tag(t.Name)
	own := t.Space
	prefix, _, prefixed := strings.Cut(t.Name, ":")
	switch {
	case prefixed && own != "" && w.namespaces()[prefix] != own:
		m.with("xmlns:"+prefix, own)
	case !prefixed && own == "":
		own = nsXForms
		fallthrough
	case !prefixed && own != space:
		if own != space {
			m.with("xmlns", own)
		}
		space = own
	}
	for _, a := range t.Attrs {
		m.with(a.Name, a.Value)
	}
	m.say(t.Text)
	for _, c := range t.Children {
		m.add(w.tree(c, space))
	}
	return m
}

// secondaryInstances are the instances that are kept whole or read from files,
// then the lists.
func (w *writer) secondaryInstances() []*markup {
	var all, lists []*markup
	for _, in := range w.def.Instances {
		m := tag("instance").with("id", in.ID).set("src", in.Src)
		if in.Tree != nil {
			m.add(w.tree(in.Tree, nsXForms))
		}
		all = append(all, m)
	}
	for _, name := range slices.Sorted(maps.Keys(w.def.Lists)) {
		list := w.def.Lists[name]
		switch {
		case list.Inline || list.External:
		case list.File != "":
			all = append(all, tag("instance").with("id", name).with("src", fileSource(list.File)))
		default:
			lists = append(lists, tag("instance").with("id", name).add(w.items(name, list)))
		}
	}
	return append(all, lists...)
}

// fileSource is the address of a file beside the form.
func fileSource(file string) string {
	if strings.HasSuffix(strings.ToLower(file), ".csv") {
		return "jr://file-csv/" + file
	}
	return "jr://file/" + file
}

// items is the root of a list.
func (w *writer) items(name string, list forms.ChoiceList) *markup {
	root := tag("root")
	inItext := listInItext(list)
	for i, c := range list.Choices {
		item := tag("item")
		if inItext {
			item.add(tag("itextId").say(choiceID(name, i)))
		}
		item.add(tag("name").say(c.Value))
		if words, ok := c.Label[""]; ok && !inItext {
			item.add(tag("label").say(plain(words)))
		}
		for _, column := range list.Columns {
			if v, ok := c.Extra[column]; ok {
				item.add(tag(column).say(v))
			}
		}
		root.add(item)
	}
	return root
}

// plain is a text that has no outputs but may say ${ itself.
func plain(words string) string {
	return strings.ReplaceAll(words, "${'${'}", "${")
}
