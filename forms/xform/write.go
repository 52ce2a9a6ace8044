package xform

import (
	"io"
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
)

// Write writes a form as XForms XML, in the shape that pyxform gives it: the
// same definition makes the same bytes, attributes stand in the order of their
// names. Read gives back what was written.
func Write(out io.Writer, d *forms.Definition) error {
	w := &writer{
		def: d, names: map[forms.Element]string{}, actions: map[string][]forms.Action{},
	}
	w.walk(d.Root, "")
	for _, a := range d.Actions {
		w.actions[a.Target] = append(w.actions[a.Target], a)
	}
	w.gatherTexts()
	html := w.html()
	_, err := io.WriteString(out, "<?xml version=\"1.0\"?>\n"+html.String())
	return err
}

// A writer is one call of Write.
type writer struct {
	def   *forms.Definition
	names map[forms.Element]string // paths, prefixes included
	texts []*itextOut
	byID  map[string]*itextOut

	actions map[string][]forms.Action // of the model, by target
}

// walk notes the path of each element.
func (w *writer) walk(e forms.Element, parent string) {
	path := parent + "/" + writtenName(e.Base())
	w.names[e] = path
	for _, c := range forms.ChildrenOf(e) {
		w.walk(c, path)
	}
}

// html is the whole document.
func (w *writer) html() *markup {
	html := tag("h:html").with("xmlns", nsXForms)
	for prefix, uri := range w.namespaces() {
		html.with("xmlns:"+prefix, uri)
	}
	body := tag("h:body").set("class", w.def.Settings.Style)
	if w.def.Body != nil {
		body.add(w.blocks(w.def.Body)...)
	} else {
		body.add(w.controls(w.def.Root.Children)...)
	}
	head := tag("h:head").add(tag("h:title").say(w.def.Settings.Title), w.model())
	return html.add(head, body)
}

// namespaces are the prefixes that the document declares.
func (w *writer) namespaces() map[string]string {
	all := maps.Clone(prefixes)
	if !w.hasEntities() {
		delete(all, "entities")
	}
	for prefix, uri := range w.def.Namespaces {
		if prefix != "" {
			all[prefix] = uri // also of a common prefix that the form means otherwise
		}
	}
	return all
}

// hasEntities reports whether anything in the form belongs to entities.
func (w *writer) hasEntities() bool {
	if _, ok := w.def.Namespaces["entities"]; ok {
		return true
	}
	isEntity := func(a forms.Attr) bool { return strings.HasPrefix(a.Name, "entities:") }
	if slices.ContainsFunc(w.def.ModelAttrs, isEntity) {
		return true
	}
	for e := range w.def.All() {
		if b := e.Base().Bind; b.SaveTo != "" || slices.ContainsFunc(b.Attrs, isEntity) {
			return true
		}
	}
	return false
}

// model is what stands in the head: texts, instances, binds and actions.
func (w *writer) model() *markup {
	model := tag("model")
	for _, a := range w.def.ModelAttrs {
		model.with(a.Name, a.Value)
	}
	if s := w.submission(); s != nil {
		model.add(s)
	}
	if t := w.itext(); t != nil {
		model.add(t)
	}
	model.add(tag("instance").add(w.primaryInstance()))
	model.add(w.secondaryInstances()...)
	return model.add(w.binds()...)
}

// submission says where the form wants to be sent.
func (w *writer) submission() *markup {
	s := w.def.Settings
	m := tag("submission")
	m.set("action", s.SubmissionURL).set("method", s.SubmissionMethod).set("base64RsaPublicKey", s.PublicKey)
	m.set("orx:auto-send", s.AutoSend).set("orx:auto-delete", s.AutoDelete)
	if s.ClientEditable {
		m.with("odk:client-editable", "true")
	}
	if len(m.attrs) == 0 {
		return nil
	}
	return m
}
