// Package xform reads and writes ODK XForms XML
// (https://getodk.github.io/xforms-spec/), the form that OpenRosa clients and
// servers exchange.
//
// What a [forms.Definition] can't say is a diagnostic: an error where the form
// would mean something else without it, a warning where it would only look
// different. Places count lines of the XML from 1. Start at [Read].
package xform

import (
	"fmt"

	"baraza.example/forms"
)

// Limits of a form, whoever wrote it.
const (
	MaxBytes    = 32 << 20
	MaxElements = 2_000_000 // and texts between them
	MaxDepth    = 128
	// MaxRefBytes bounds the paths of all nodes together: a long name stands in
	// the path of everything below it.
	MaxRefBytes = 32 << 20
)

// The namespaces of the specification, by the prefix they commonly have.
const (
	nsXForms   = "http://www.w3.org/2002/xforms"
	nsXHTML    = "http://www.w3.org/1999/xhtml"
	nsJavaRosa = "http://openrosa.org/javarosa"
	nsOpenRosa = "http://openrosa.org/xforms"
	nsODK      = "http://www.opendatakit.org/xforms"
	nsXSD      = "http://www.w3.org/2001/XMLSchema"
	nsEvents   = "http://www.w3.org/2001/xml-events"
	nsEntities = "http://www.opendatakit.org/xforms/entities"
)

// prefixes are those every form may use, declared or not.
var prefixes = map[string]string{
	"h": nsXHTML, "jr": nsJavaRosa, "orx": nsOpenRosa, "odk": nsODK, "xsd": nsXSD,
	"ev": nsEvents, "entities": nsEntities,
}

// Read reads a form. The definition is to be used only where
// [forms.Usable] finds no error among the diagnostics; it is nil where the XML
// itself can't be read.
func Read(data []byte) (*forms.Definition, []forms.Diagnostic) {
	r := &reader{
		lists:   map[string]*secondary{},
		bodies:  map[string]*element{},
		groups:  map[string]bool{},
		itext:   map[string]*itextEntry{},
		inlines: map[string]int{},
	}
	root, err := parse(data)
	if err != nil {
		r.fault(nil, "bad-xml", "%v", err)
		return nil, r.found
	}
	if !r.document(root) {
		return nil, r.found
	}
	for _, d := range forms.Check(r.def) {
		r.add(d)
	}
	return r.def, r.found
}

// A reader is one form being read.
type reader struct {
	def   *forms.Definition
	found []forms.Diagnostic

	model, body *element
	bodies      map[string]*element // repeats of the body, by path
	groups      map[string]bool     // groups of the body, by path
	paths       map[forms.Element]string
	byPath      map[string]forms.Element
	itext       map[string]*itextEntry
	lists       map[string]*secondary
	instances   []*secondary
	questions   int
	refBytes    int
	bindIDs     map[string]string // nodesets of binds, by id
	inlines     map[string]int    // lists that stand in controls, by name
	asksItextID bool              // some expression reads itextId
	unnamed     bool              // some text stands in no language
}

func (r *reader) report(at *element, code string, warning bool, format string, args ...any) {
	d := forms.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Warning: warning}
	if at != nil {
		d.Place = at.place()
	}
	r.add(d)
}

// add keeps what was found, as much as a person can read, and any first error
// among a great many warnings.
func (r *reader) add(d forms.Diagnostic) {
	const enough = 1000
	if len(r.found) < enough || !d.Warning && forms.Usable(r.found) == nil {
		r.found = append(r.found, d)
	}
}

func (r *reader) fault(at *element, code, format string, args ...any) {
	r.report(at, code, false, format, args...)
}

func (r *reader) warn(at *element, code, format string, args ...any) {
	r.report(at, code, true, format, args...)
}

// document reads the whole form. False says that there is nothing to go on
// with.
func (r *reader) document(root *element) bool {
	if root.local != "html" {
		r.fault(root, "no-form", "this is <%s>, not the <h:html> of a form", root.name)
		return false
	}
	r.def = &forms.Definition{Lists: map[string]forms.ChoiceList{}, Namespaces: root.declared()}
	head, body := root.child("head"), root.child("body")
	if head != nil {
		r.model = head.child("model")
		if t := head.child("title"); t != nil {
			r.def.Settings.Title = t.text()
		}
	}
	if r.model == nil {
		r.fault(root, "no-model", "the form has no <model> in its head")
		return false
	}
	if body == nil {
		body = &element{name: "body", local: "body", line: root.line}
	}
	r.body = body
	r.def.Settings.Style = body.attr("", "class")
	for _, a := range r.model.attrs {
		r.def.ModelAttrs = append(r.def.ModelAttrs, forms.Attr{Name: a.name, Value: a.value})
	}
	r.readItext()
	r.secondaryInstances()
	if !r.primaryInstance() {
		return false
	}
	r.binds()
	r.meta()
	r.controls()
	r.modelActions()
	r.submission()
	r.finishLists()
	r.finishItext()
	return true
}

// submission reads what the form says of where it is sent.
func (r *reader) submission() {
	s := r.model.child("submission")
	if s == nil {
		return
	}
	set := &r.def.Settings
	set.SubmissionURL = s.attr("", "action")
	set.SubmissionMethod = s.attr("", "method")
	set.PublicKey = s.attr("", "base64RsaPublicKey")
	set.AutoSend = s.attr(nsOpenRosa, "auto-send")
	set.ClientEditable = s.attr(nsODK, "client-editable") == "true"
	set.AutoDelete = s.attr(nsOpenRosa, "auto-delete")
	set.ClientEditable = s.attr(nsODK, "client-editable") == "true"
}
