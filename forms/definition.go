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
	Lists     map[string]ChoiceList // choices sheet and secondary instances, by list name
	Languages []string              // as headings name them, e.g. "English (en)"; "" is the unnamed language
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

// Settings is what an author says about the whole form.
type Settings struct {
	Title           string
	ID              string // form_id
	Version         string
	DefaultLanguage string
	InstanceName    string // XPath expression, ${names} already replaced
	Style           string // "pages", "theme-grid" …
	SubmissionURL   string // kept for round trips; Baraza does not send there
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
	Ref        Ref
	Label      Text
	Hint       Text
	Guidance   Text
	Media      map[string]Text // file names by form: "image", "audio", "video", "big-image"
	Appearance string
	Bind       Bind
	Place      Place // where the author wrote it

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
	Count    string // XPath of jr:count, or empty
	Children []Element
}

// A Question asks for, shows or computes one value.
type Question struct {
	Common
	Control        Control
	List           string            // name in Definition.Lists, for selects and rank
	ChoiceFilter   string            // XPath over the items of List, or empty
	Parameters     map[string]string // as written in the parameters column
	Default        string            // literal or, if DynamicDefault, an XPath
	DynamicDefault bool
	MediaType      string // of uploads: "image/*", "audio/*" …
	Trigger        []Ref  // a change of these recomputes Bind.Calculate; empty means always
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
// spreadsheets do; 0 means the whole sheet.
type Place struct {
	Sheet  string
	Row    int
	Column string // the heading
}
