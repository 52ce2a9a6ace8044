package xform

import (
	"strings"

	"baraza.example/forms"
)

// controls are the controls of elements in their order. The meta block has
// none.
func (w *writer) controls(elements []forms.Element) []*markup {
	var all []*markup
	for _, e := range elements {
		switch e := e.(type) {
		case *forms.Group:
			if e.Name != "meta" {
				all = append(all, w.group(&e.Common, w.names[e], w.names[e], w.controls(e.Children)))
			}
		case *forms.Repeat:
			all = append(all, w.repeat(e, w.controls(e.Children)))
		case *forms.Question:
			if m := w.question(e, w.names[e], w.names[e]); m != nil {
				all = append(all, m)
			}
		}
	}
	return all
}

// blocks are the controls of a body that has an order of its own.
func (w *writer) blocks(blocks []*forms.Block) []*markup {
	var all []*markup
	for _, b := range blocks {
		path, known := w.names[b.Element]
		ref := path
		if !known {
			path = w.blockID(b)
			if ref = ""; b.Element.Base().Ref != "" {
				ref = w.names[w.def.Element(b.Element.Base().Ref)]
			}
		}
		switch e := b.Element.(type) {
		case *forms.Group:
			all = append(all, w.group(&e.Common, path, ref, w.blocks(b.Blocks)))
		case *forms.Repeat:
			all = append(all, w.repeat(e, w.blocks(b.Blocks)))
		case *forms.Question:
			if m := w.question(e, path, ref); m != nil {
				all = append(all, m)
			}
		}
	}
	return all
}

// group is a group of the body; texts is what the ids of its texts begin with.
func (w *writer) group(c *forms.Common, texts, ref string, inner []*markup) *markup {
	m := tag("group").set("ref", ref).set("appearance", c.Appearance)
	w.dress(m, c, texts)
	m.add(inner...)
	return w.act(m, c.Actions)
}

// dress gives a group or control its texts and the attributes that have no
// field.
func (w *writer) dress(m *markup, c *forms.Common, texts string) {
	for _, a := range c.Attrs {
		m.with(a.Name, a.Value)
	}
	label, hint := w.label(c, texts), w.hint(c, texts)
	if label == nil && hint != nil {
		label = tag("label")
	}
	if label != nil {
		m.add(label)
	}
	if hint != nil {
		m.add(hint)
	}
}

func (w *writer) act(m *markup, actions []forms.Action) *markup {
	for _, a := range actions {
		m.add(action(a))
	}
	return m
}

// repeat is a repeat in the group that labels it.
func (w *writer) repeat(e *forms.Repeat, inner []*markup) *markup {
	path := w.names[e]
	around := tag("group").with("ref", path).set("appearance", e.Appearance)
	w.dress(around, &e.Common, path)
	if len(around.kids) == 0 {
		around.add(tag("label"))
	}
	m := tag("repeat").with("nodeset", path).set("jr:count", e.Count).set("appearance", e.RepeatAppearance)
	if e.NoAddRemove {
		m.with("jr:noAddRemove", "true()")
	}
	for _, a := range e.Attrs {
		m.with(a.Name, a.Value)
	}
	m.add(inner...)
	return around.add(w.act(m, e.Actions))
}

// elementNames are the elements of the controls.
var elementNames = map[forms.Control]string{
	forms.Input: "input", forms.Note: "input", forms.Select1: "select1", forms.Select: "select",
	forms.RankList: "odk:rank", forms.Range: "range", forms.Upload: "upload", forms.Trigger: "trigger",
}

// question is the control of a question, or nil where it has none.
func (w *writer) question(q *forms.Question, texts, ref string) *markup {
	name, ok := elementNames[q.Control]
	if !ok {
		return nil
	}
	list, hasList := w.def.Lists[q.List]
	if q.List != "" && hasList && list.External {
		name = "input"
	}
	m := tag(name).with("ref", ref).set("appearance", q.Appearance)
	switch q.Control {
	case forms.Upload:
		m.set("mediatype", q.MediaType)
	case forms.Range:
		for _, p := range rangeAttrs {
			m.set(p, q.Parameters[p])
		}
	}
	w.dress(m, &q.Common, texts)
	if len(m.kids) == 0 && q.Appearance == "label" {
		m.add(tag("label").say(" ")) // it stands above a table of choices
	}
	switch {
	case q.Itemset != nil:
		m.add(itemset(q.Itemset.Nodeset, q.Itemset.Value, q.Itemset.Label))
	case q.List == "" || !hasList:
	case list.External:
		m.with("query", listItems(q))
	case list.Inline && q.Control == forms.Upload:
		w.tags(m, list)
	case list.Inline:
		w.choices(m, list)
	default:
		value, label := listColumns(q, list)
		m.add(itemset(randomizedItems(q), value, label))
	}
	return w.act(m, q.Actions)
}

func itemset(nodeset, value, label string) *markup {
	m := tag("itemset").with("nodeset", nodeset).add(tag("value").with("ref", value))
	if label != "" {
		m.add(tag("label").with("ref", label))
	}
	return m
}

// listItems is the nodeset of a list, filtered.
func listItems(q *forms.Question) string {
	items := "instance('" + q.List + "')/root/item"
	if q.ChoiceFilter != "" {
		items += "[" + q.ChoiceFilter + "]"
	}
	return items
}

func randomizedItems(q *forms.Question) string {
	items := listItems(q)
	if q.Parameters["randomize"] != "true" {
		return items
	}
	if seed := q.Parameters["seed"]; seed != "" {
		items += ", " + seed
	}
	return "randomize(" + items + ")"
}

// listColumns are the columns that hold value and label.
func listColumns(q *forms.Question, list forms.ChoiceList) (value, label string) {
	value, label = "name", "label"
	if strings.HasSuffix(strings.ToLower(list.File), ".geojson") {
		value, label = "id", "title"
	}
	if listInItext(list) {
		label = "jr:itext(itextId)"
	}
	if v := q.Parameters["value"]; v != "" {
		value = v
	}
	if l := q.Parameters["label"]; l != "" {
		label = l
	}
	return value, label
}

// choices are choices that stand in the control.
func (w *writer) choices(m *markup, list forms.ChoiceList) {
	for i, c := range list.Choices {
		m.add(tag("item").add(choiceLabel(list, i), tag("value").say(c.Value)))
	}
}

// tags are the tags that an editor of OpenStreetMap asks for.
func (w *writer) tags(m *markup, list forms.ChoiceList) {
	for i, c := range list.Choices {
		m.add(tag("tag").with("key", c.Value).add(choiceLabel(list, i)))
	}
}

func choiceLabel(list forms.ChoiceList, i int) *markup {
	if listInItext(list) {
		return tag("label").with("ref", "jr:itext('"+choiceID(list.Name, i)+"')")
	}
	return tag("label").say(plain(list.Choices[i].Label[""]))
}
