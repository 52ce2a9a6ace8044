// Package xlsform reads XLSForm workbooks (https://xlsform.org/en/ref-table/)
// from .xlsx files, folders of .csv files and markdown tables.
//
// Where XLSForm leaves something open it does as pyxform does, the reference
// converter. Rows count from 1 with the headings, as spreadsheets show them.
//
// Start at [Open] or, with bytes in hand, [OpenXLSX], then [Read].
package xlsform

import (
	"fmt"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xpath"
)

// Read makes a definition of a workbook. It reports everything it finds, not
// only the first fault; with [forms.Usable] of the diagnostics not nil the
// definition is what could be understood and is not to be filled in.
func Read(wb Workbook) (*forms.Definition, []forms.Diagnostic) {
	r := &reader{
		def:    &forms.Definition{Lists: map[string]forms.ChoiceList{}},
		byName: map[string][]forms.Element{},
		parent: map[forms.Element]forms.Element{},
	}
	survey, ok := wb.sheet("survey")
	if !ok {
		r.noSurvey(wb)
		return r.def, r.found
	}
	r.settings(wb)
	if sheet, ok := wb.sheet("choices"); ok {
		r.choices(sheet)
	}
	r.survey(survey)
	r.addMeta()
	r.resolve()
	r.languages()
	r.found = append(r.found, forms.Check(r.def)...)
	slices.SortStableFunc(r.found, func(a, b forms.Diagnostic) int {
		if c := strings.Compare(a.Place.Sheet, b.Place.Sheet); c != 0 {
			return -c // survey, settings, choices
		}
		return a.Place.Row - b.Place.Row
	})
	return r.def, r.found
}

// A reader is one call of Read.
type reader struct {
	def    *forms.Definition
	found  []forms.Diagnostic
	byName map[string][]forms.Element
	parent map[forms.Element]forms.Element

	listPlace  map[string]forms.Place
	expr       []pendingExpr
	texts      []pendingText
	duplicates bool // allow_choice_duplicates
}

// A pendingExpr is an expression whose ${names} wait until all are known.
type pendingExpr struct {
	at      forms.Element
	place   forms.Place
	set     func(string)
	text    string
	current bool // relative paths start at current(): the context is a choice
}

// A pendingText is a text whose ${names} wait until all are known.
type pendingText struct {
	at       forms.Element
	place    forms.Place
	text     forms.Text
	language string
}

func (r *reader) fault(place forms.Place, code, hint, format string, args ...any) {
	r.found = append(r.found, forms.Diagnostic{Code: code, Place: place, Hint: hint, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) doubt(place forms.Place, code, hint, format string, args ...any) {
	r.found = append(r.found, forms.Diagnostic{Code: code, Place: place, Hint: hint, Message: fmt.Sprintf(format, args...), Warning: true})
}

func (r *reader) noSurvey(wb Workbook) {
	var names []string
	for _, s := range wb.Sheets {
		names = append(names, s.Name)
	}
	hint := didYouMean(nearest("survey", names))
	if len(names) > 0 {
		r.fault(forms.Place{}, "no-survey", hint, "there is no sheet called survey; the sheets are %s", strings.Join(names, ", "))
		return
	}
	r.fault(forms.Place{}, "no-survey", "", "there is no sheet called survey")
}

// addMeta gives the instance the meta block that OpenRosa wants.
func (r *reader) addMeta() {
	root := r.def.Root
	meta, _ := child(root, "meta").(*forms.Group)
	if meta == nil {
		meta = &forms.Group{Common: forms.Common{Name: "meta", Prefix: "orx", Ref: root.Ref.Child("meta")}}
		root.Children = append(root.Children, meta)
		r.parent[meta] = root
	} else { // an audit row made it
		root.Children = append(slices.DeleteFunc(root.Children, func(e forms.Element) bool { return e == meta }), meta)
	}
	id := &forms.Question{Common: forms.Common{Name: "instanceID", Prefix: "orx"}}
	id.Bind = forms.Bind{Type: forms.String, ReadOnly: "true()", Preload: "uid"}
	r.place(meta, id)
	if r.def.Settings.InstanceName != "" {
		name := &forms.Question{Common: forms.Common{Name: "instanceName", Prefix: "orx"}}
		name.Bind.Type = forms.String
		place := forms.Place{Sheet: "settings", Row: 2, Column: "instance_name"}
		r.expr = append(r.expr, pendingExpr{at: name, place: place, text: r.def.Settings.InstanceName, set: func(s string) {
			name.Bind.Calculate = s
			r.def.Settings.InstanceName = s
		}})
		r.place(meta, name)
	}
}

// place puts e under parent and into the index of names.
func (r *reader) place(parent, e forms.Element) {
	c := e.Base()
	c.Ref = parent.Base().Ref.Child(c.Name)
	r.parent[e] = parent
	r.byName[c.Name] = append(r.byName[c.Name], e)
	switch p := parent.(type) {
	case *forms.Group:
		p.Children = append(p.Children, e)
	case *forms.Repeat:
		p.Children = append(p.Children, e)
	}
}

func child(parent forms.Element, name string) forms.Element {
	for _, e := range forms.ChildrenOf(parent) {
		if e.Base().Name == name {
			return e
		}
	}
	return nil
}

// languages gathers the languages of all texts in the order of the headings
// and gives texts without a language to the default one.
func (r *reader) languages() {
	d := r.def
	def := d.Settings.DefaultLanguage
	unnamed := false
	r.eachText(func(t forms.Text) {
		words, ok := t[""]
		if !ok {
			return
		}
		if def == "" {
			unnamed = true
			return
		}
		delete(t, "")
		if _, taken := t[def]; !taken {
			t[def] = words
		}
		if !slices.Contains(d.Languages, def) {
			d.Languages = append(d.Languages, def)
		}
	})
	if unnamed || len(d.Languages) == 0 && def == "" {
		d.Languages = append([]string{""}, d.Languages...)
	}
	if def != "" && !slices.Contains(d.Languages, def) {
		if len(d.Languages) > 0 {
			r.doubt(forms.Place{Sheet: "settings", Row: 2, Column: "default_language"}, "unused-language",
				didYouMean(nearest(def, d.Languages)), "no heading names the language %q", def)
		}
		d.Languages = append(d.Languages, def)
	}
}

func (r *reader) eachText(do func(forms.Text)) {
	for e := range r.def.All() {
		c := e.Base()
		for _, t := range []forms.Text{c.Label, c.Hint, c.Guidance, c.Bind.ConstraintMessage, c.Bind.RequiredMessage} {
			do(t)
		}
		for _, t := range c.Media {
			do(t)
		}
	}
	for _, l := range r.def.Lists {
		for _, c := range l.Choices {
			do(c.Label)
			for _, t := range c.Media {
				do(t)
			}
		}
	}
}

// compile reports an expression that is no XPath or calls what doesn't exist.
func (r *reader) compile(place forms.Place, expr string) {
	if expr == "" {
		return
	}
	e, err := xpath.Compile(expr)
	if err != nil {
		r.fault(place, "bad-expression", "", "%s: %v", strings.TrimSpace(expr), err)
		return
	}
	for _, p := range e.Problems() {
		r.fault(place, "bad-expression", "", "%v", p)
	}
}
