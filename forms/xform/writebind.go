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
		all = w.appendBind(all, c.Bind, path, w.bindOf(e))
		if q, ok := e.(*forms.Question); ok && q.DynamicDefault {
			all = append(all, setValue(path, forms.InstanceFirstLoad, q.Default))
		}
		all = w.appendActions(all, path)
		for _, a := range c.Attributes {
			all = w.appendBind(all, a.Bind, path+"/@"+a.Name, a.Bind)
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

// bindOf is the bind of an element without what an action does in its stead: a
// question with a trigger is computed by the trigger's change.
func (w *writer) bindOf(e forms.Element) forms.Bind {
	b := e.Base().Bind
	if q, ok := e.(*forms.Question); ok && len(q.Trigger) > 0 {
		b.Calculate = ""
	}
	return b
}

func (w *writer) appendBind(all []*markup, texts forms.Bind, path string, b forms.Bind) []*markup {
	m := tag("bind")
	m.set("type", string(b.Type)).set("relevant", b.Relevant).set("calculate", b.Calculate).set("constraint", b.Constraint)
	m.set("required", b.Required).set("readonly", b.ReadOnly)
	m.set("jr:constraintMsg", message(texts.ConstraintMessage, path+":jr:constraintMsg"))
	m.set("jr:requiredMsg", message(texts.RequiredMessage, path+":jr:requiredMsg"))
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

func setValue(target string, event forms.Event, value string) *markup {
	return tag(string(forms.SetValue)).with("ref", target).with("event", string(event)).set("value", value)
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
