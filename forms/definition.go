// Package forms is the form definition model in the vocabulary of the ODK
// XForms specification (https://getodk.github.io/xforms-spec/) and XLSForm
// (https://xlsform.org/en/ref-table/). It holds no behaviour beyond structural
// checks: package session fills a form, packages xlsform and xform read and
// write one.
//
// Start at [Definition].
package forms

import (
	"iter"
	"slices"
)

// A Definition is one version of a form. It never changes after reading and
// may be shared by any number of sessions.
type Definition struct {
	Settings  Settings
	Root      *Group                // the primary instance; its Name is the root node's
	Lists     map[string]ChoiceList // choices sheet and secondary instances of its shape, by list name
	Languages []string              // as headings name them, e.g. "English (en)"; "" is the unnamed language

	// Instances are the secondary instances that are no list of choices in the
	// shape of [ChoiceList], in order; no two instances and lists share a name.
	Instances []Instance
	// Itext holds the texts that expressions ask for by id (jr:itext), by id;
	// those of elements and choices stand with these.
	Itext map[string]*Itext
	// Body is the order in which things are asked where it isn't that of Root:
	// groups that have no node, questions that are asked twice or elsewhere.
	// nil means the order of Root.
	Body []*Block
	// Actions happen on events of the whole form; those of groups, repeats and
	// questions stand with these.
	Actions []Action
	// Namespaces are the prefixes that names and expressions use beyond those
	// every form has (h, jr, orx, odk, xsd, ev, entities), with their URIs.
	Namespaces map[string]string
	// ModelAttrs are attributes of the model: "odk:xforms-version",
	// "entities:entities-version".
	ModelAttrs []Attr
}

// All yields every element in document order, the root first.
func (d *Definition) All() iter.Seq[Element] {
	return func(yield func(Element) bool) {
		if d.Root != nil {
			walk(d.Root, yield)
		}
	}
}

func walk(e Element, yield func(Element) bool) bool {
	if !yield(e) {
		return false
	}
	for _, c := range ChildrenOf(e) {
		if !walk(c, yield) {
			return false
		}
	}
	return true
}

// ChildrenOf returns what stands in a group or repeat; a question has none.
func ChildrenOf(e Element) []Element {
	switch e := e.(type) {
	case *Group:
		return e.Children
	case *Repeat:
		return e.Children
	}
	return nil
}

// Element returns the element at ref, positions aside, or nil.
func (d *Definition) Element(ref Ref) Element {
	ref = ref.Generic()
	for e := range d.All() {
		if e.Base().Ref == ref {
			return e
		}
	}
	return nil
}

// Files returns the files that lists are read from, each once, in order.
func (d *Definition) Files() []string {
	var files []string
	for _, l := range d.Lists {
		if l.File != "" {
			files = append(files, l.File)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// ReadsLastSaved reports whether the form asks for the response that was saved
// before.
func (d *Definition) ReadsLastSaved() bool {
	return slices.ContainsFunc(d.Instances, func(i Instance) bool { return i.Src == LastSaved })
}

// Settings is what an author says about the whole form.
type Settings struct {
	Title           string
	ID              string // form_id
	Version         string
	DefaultLanguage string
	InstanceName    string // XPath expression, ${names} already replaced
	Style           string // "pages", "theme-grid" …

	// What the submission element says. It is kept for round trips; Baraza does
	// not send there.
	SubmissionURL    string
	SubmissionMethod string // "post", "form-data-post" … or empty
	PublicKey        string // base64RsaPublicKey
	AutoSend         string // orx:auto-send
	AutoDelete       string // orx:auto-delete
	ClientEditable   bool   // odk:client-editable
	Namespace        string // of the root node (xmlns), or empty
}

// An Element is a *Group, a *Repeat or a *Question.
type Element interface {
	// Base returns what all elements have. The pointer is the element's own.
	Base() *Common
}

// Common is what groups, repeats and questions share.
type Common struct {
	Name       string
	Prefix     string // namespace prefix in the instance XML where it has one: "orx" for meta
	Ref        Ref    // names without their prefix, unless a sibling has the same name
	Label      Text
	Hint       Text
	Guidance   Text
	Short      Text            // a label for where there is little room (itext form "short")
	Media      map[string]Text // file names by form: "image", "audio", "video", "big-image"
	Appearance string
	Bind       Bind
	Attributes []*Attribute // of the node; of Root without id and version
	Attrs      []Attr       // of the control beyond those that have a field here
	Actions    []Action     // that stand in the control
	Place      Place        // where the author wrote it

	// Unreviewed names the languages in which Label is a translation that nobody
	// has checked; screens mark it.
	Unreviewed []string
}

// Base returns c itself, so that embedding it makes an Element.
func (c *Common) Base() *Common { return c }

// A Group holds elements that belong together.
type Group struct {
	Common
	Children []Element
}

// A Repeat is a group that a person may fill several times.
type Repeat struct {
	Common
	Count       string // XPath of jr:count, or empty
	NoAddRemove bool   // jr:noAddRemove: a person may neither add nor remove instances
	// Template says that the form has a jr:template, which the defaults of
	// Children are taken from; otherwise they are those of the first instance.
	Template bool
	// Initial are the instances a response starts with, where it isn't one with
	// the defaults of Children; not nil and empty means none.
	Initial  []*Tree
	Attrs    []Attr // of the repeat element; Common has those of the group around it
	Children []Element

	RepeatAppearance string // of the repeat element
}

// A Question asks for, shows or computes one value.
type Question struct {
	Common
	Control      Control
	List         string            // name in Definition.Lists, for selects and rank
	ChoiceFilter string            // XPath over the items of List, or empty
	Itemset      *Itemset          // where List and ChoiceFilter can't say what is offered
	Parameters   map[string]string // as written in the parameters column
	Default      string            // literal; one that is computed is an Action
	MediaType    string            // of uploads: "image/*", "audio/*" …
}

// An Itemset offers nodes as choices: answers given in a repeat, or an instance
// that has another shape than a [ChoiceList].
type Itemset struct {
	Nodeset string // XPath, predicates and randomize() included
	Value   string // XPath at each node
	Label   string // likewise; may call jr:itext
}

// A Block is a step of the body.
type Block struct {
	// Element is the one of Root; or, of a group that has no node, a *Group
	// with an empty Ref and no Children; or, where a question is asked once
	// more, a *Question with the same Ref.
	Element Element
	Blocks  []*Block // in a group or repeat
}

// Control says how a question is answered.
type Control string

// The controls of ODK XForms; Hidden has none (calculate, preloads).
const (
	Input    Control = "input"
	Select1  Control = "select1"
	Select   Control = "select"
	RankList Control = "rank"
	Range    Control = "range"
	Upload   Control = "upload"
	Trigger  Control = "trigger"
	Note     Control = "note"
	Hidden   Control = ""
)

// A Place is where something stands in a workbook. Row counts from 1 as
// spreadsheets do; 0 means the whole sheet. Of a form in XML, Sheet is [XML] and
// Row the line.
type Place struct {
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"` // the heading
}

// XML is the Sheet of places in a form that is XML.
const XML = "XML"
