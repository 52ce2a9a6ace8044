package xform

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// modelActions reads the actions of the model.
func (r *reader) modelActions() {
	r.def.Actions = r.actions(r.model)
	for _, a := range r.def.Actions {
		r.checkTarget(a)
	}
	for e := range r.def.All() {
		for _, a := range e.Base().Actions {
			r.checkTarget(a)
		}
	}
}

// actions reads the actions that stand directly in x.
func (r *reader) actions(x *element) []forms.Action {
	var all []forms.Action
	for _, k := range x.elements() {
		var kind forms.ActionKind
		switch {
		case k.local == "setvalue":
			kind = forms.SetValue
		case k.local == "setgeopoint" && k.space == nsODK:
			kind = forms.SetGeoPoint
		case k.local == "recordaudio" && k.space == nsODK:
			kind = forms.RecordAudio
		case k.local == "setgeopoint" || k.local == "recordaudio":
			r.warn(k, "unknown-action", "<%s> is not in the namespace of ODK's actions and does nothing", k.name)
			continue
		default:
			continue
		}
		all = append(all, r.action(k, kind))
	}
	return all
}

func (r *reader) action(k *element, kind forms.ActionKind) forms.Action {
	a := forms.Action{Kind: kind, Place: k.place(), Target: strings.TrimSpace(k.attr("", "ref"))}
	if a.Target == "" {
		if id := k.attr("", "bind"); id != "" {
			a.Target = r.boundTo(id)
		}
	}
	events := k.attr("", "event")
	if events == "" {
		events = k.attr(nsEvents, "event")
	}
	for _, name := range strings.Fields(events) {
		event := forms.Event(name)
		if event == "odk-new-repeat-instance" {
			event = forms.NewRepeat
		}
		if !slices.Contains(forms.AllEvents, event) {
			r.fault(k, "unknown-event", "%q is no event that forms have", name)
			continue
		}
		a.Events = append(a.Events, event)
	}
	if len(a.Events) == 0 {
		r.fault(k, "no-event", "the <%s> names no event", k.name)
	}
	a.Value = r.expression(k.attr("", "value"))
	if strings.TrimSpace(a.Value) == "" {
		a.Value = ""
		a.Text = k.raw()
	}
	for _, w := range k.attrs {
		known := w.local == "event" && (w.space == "" || w.space == nsEvents) ||
			w.space == "" && (w.local == "ref" || w.local == "bind" || w.local == "value")
		if !known {
			a.Attrs = append(a.Attrs, forms.Attr{Name: w.name, Value: w.value})
		}
	}
	return a
}

// checkTarget reports an action whose target is no node of the form.
func (r *reader) checkTarget(a forms.Action) {
	if a.Target == "" {
		r.add(forms.Diagnostic{Code: "no-target", Place: a.Place, Message: "the action sets no node"})
		return
	}
	if target := withoutPredicates(a.Target); !strings.HasPrefix(target, "/") || strings.Contains(target, "(") {
		return // relative to where it happens
	}
	if e, _ := r.resolve(a.Target, r.def.Root); e == nil {
		r.add(forms.Diagnostic{Code: "no-target", Place: a.Place, Message: "the action sets " + a.Target + ", which is no node of the instance"})
	}
}
