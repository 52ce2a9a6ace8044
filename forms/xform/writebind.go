package xform

import (
	"strings"

	"baraza.example/forms"
)

// binds are the binds of all nodes in their order, each with the actions of the
// model that set its node.
func (w *writer) binds() []*markup {
	var all []*markup
	for e := range w.def.All() {
		path := w.names[e]
		c := e.Base()
		all = w.appendBind(all, path, c.Bind)
		all = w.appendActions(all, path)
		for _, a := range c.Attributes {
			all = w.appendBind(all, path+"/@"+a.Name, a.Bind)
			all = w.appendActions(all, path+"/@"+a.Name)
		}
	}
	for _, a := range w.def.Actions { // those left over set what is named in another way
		if _, left := w.actions[a.Target]; left {
			all = append(all, action(a))
		}
	}
	return all
}

func (w *writer) appendBind(all []*markup, path string, b forms.Bind) []*markup {
	m := tag("bind")
	m.set("type", string(b.Type)).set("relevant", b.Relevant).set("calculate", b.Calculate).set("constraint", b.Constraint)
	m.set("required", b.Required).set("readonly", b.ReadOnly)
	m.set("jr:constraintMsg", message(b.ConstraintMessage, path+":jr:constraintMsg"))
	m.set("jr:requiredMsg", message(b.RequiredMessage, path+":jr:requiredMsg"))
	m.set("jr:preload", b.Preload).set("jr:preloadParams", b.PreloadParams)
	m.set("entities:saveto", b.SaveTo)
	for _, a := range b.Attrs {
		m.with(a.Name, a.Value)
	}
	if len(m.attrs) == 0 {
		return all
	}
	return append(all, m.with("nodeset", path))
}

// appendActions adds the actions of the model whose target is path.
func (w *writer) appendActions(all []*markup, path string) []*markup {
	for _, a := range w.actions[path] {
		all = append(all, action(a))
	}
	delete(w.actions, path)
	return all
}

// action is the element of an action.
func action(a forms.Action) *markup {
	var events []string
	for _, e := range a.Events {
		events = append(events, string(e))
	}
	m := tag(string(a.Kind)).with("ref", a.Target).with("event", strings.Join(events, " ")).set("value", a.Value).say(a.Text)
	for _, x := range a.Attrs {
		m.with(x.Name, x.Value)
	}
	return m
}
