// Package xlsform reads XLSForm workbooks (https://xlsform.org/en/ref-table/)
// from .xlsx files, folders of .csv files and markdown tables, and writes them.
//
// Where XLSForm leaves something open it does as pyxform does, the reference
// converter; docs/departures.md says where not. Rows count from 1 with the
// headings, as spreadsheets show them.
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
		wb:        wb,
		def:       &forms.Definition{Lists: map[string]forms.ChoiceList{}},
		byName:    map[string][]forms.Element{},
		parent:    map[forms.Element]forms.Element{},
		types:     map[forms.Element]string{},
		dynamic:   map[*forms.Question]string{},
		listPlace: map[string]forms.Place{},
		sources:   map[string]source{},
		searched:  map[string][]*forms.Question{},
		offered:   map[string]*forms.Question{},
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
	if sheet, ok := wb.sheet("external_choices"); ok {
		r.externalChoices(sheet)
	}
	if sheet, ok := wb.sheet("osm"); ok {
		r.osmTags(sheet)
	}
	if sheet, ok := wb.sheet("entities"); ok {
		r.entitiesSheet(sheet)
	}
	r.survey(survey)
	r.placeEntities()
	r.addMeta()
	r.resolve()
	r.languages()
	r.check()
	slices.SortStableFunc(r.found, func(a, b forms.Diagnostic) int {
		if c := sheetOrder(a.Place.Sheet) - sheetOrder(b.Place.Sheet); c != 0 {
			return c
		}
		return a.Place.Row - b.Place.Row
	})
	r.found = slices.CompactFunc(r.found, func(a, b forms.Diagnostic) bool {
		return a.Place == b.Place && a.Code == b.Code && a.Message == b.Message // a loop says it once
	})
	return r.def, r.found
}

// formSheets are the sheets that are read, in the order in which faults are told.
var formSheets = []string{"survey", "settings", "choices", "external_choices", "entities", "osm"}

func sheetOrder(name string) int { return slices.Index(formSheets, name) }

// A reader is one call of Read.
type reader struct {
	wb     Workbook
	def    *forms.Definition
	found  []forms.Diagnostic
	byName map[string][]forms.Element
	parent map[forms.Element]forms.Element
	types  map[forms.Element]string // the usual names of questions' types

	listOrder []string
	listPlace map[string]forms.Place
	external  map[string]forms.ChoiceList // of external_choices
	osm       map[string]forms.ChoiceList
	entities  []*entity
	// hasEntities says that the entities sheet has rows, faulty or not.
	hasEntities bool
	sources     map[string]source            // of instances
	searched    map[string][]*forms.Question // by list, those that search it
	offered     map[string]*forms.Question   // by list, one that takes it as it is
	expr        []pendingExpr
	texts       []pendingText
	geometry    []pendingGeometry
	answers     []pendingAnswers
	meta        []forms.Element            // what belongs into the meta block, in order
	dynamic     map[*forms.Question]string // the expression of a default that is computed
	begins      []beginning
	computed    []computing // by a trigger

	duplicates  bool // allow_choice_duplicates
	omitID      bool // omit_instanceID
	collapse    bool // clean_text_values
	instanceID  string
	repeatNames map[string]bool
	loopRows    int
	faults      int
	doubts      int
	suggested   int
	lastSaved   bool
}

// A pendingExpr is an expression whose ${names} wait until all are known.
type pendingExpr struct {
	at      forms.Element
	place   forms.Place
	set     func(string)
	text    string
	current bool // relative paths start at current(): the context is a choice
	answers bool // the choices are answers given in a repeat
	free    bool // no XPath as a whole: an attribute that only may hold ${names}
}

// A pendingText is a text whose ${names} wait until all are known.
type pendingText struct {
	at       forms.Element // nil: nowhere, so that paths are absolute
	place    forms.Place
	text     forms.Text
	language string
}

// maxFound bounds the faults, and apart from them the doubts, that one form has
// told of it.
const maxFound = 2_000

func (r *reader) fault(place forms.Place, code, hint, format string, args ...any) {
	if r.faults++; r.faults > maxFound {
		return
	}
	r.found = append(r.found, forms.Diagnostic{Code: code, Place: place, Hint: hint, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) doubt(place forms.Place, code, hint, format string, args ...any) {
	if r.doubts++; r.doubts > maxFound {
		return
	}
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

// nearestSheet suggests a sheet that was probably meant to be called name.
func (r *reader) nearestSheet(name string) string {
	var names []string
	for _, s := range r.wb.Sheets {
		if sheetOrder(strings.ToLower(s.Name)) < 0 && !strings.HasPrefix(s.Name, "_") {
			names = append(names, s.Name)
		}
	}
	return didYouMean(nearest(name, names))
}

// addMeta gives the instance the meta block that OpenRosa wants.
func (r *reader) addMeta() {
	root := r.def.Root
	if !r.omitID {
		id := &forms.Question{Common: forms.Common{Name: "instanceID"}}
		id.Bind = forms.Bind{Type: forms.String, ReadOnly: "true()", Preload: r.instanceID}
		r.meta = append(r.meta, id)
	}
	if r.def.Settings.InstanceName != "" {
		name := &forms.Question{Common: forms.Common{Name: "instanceName"}}
		name.Bind.Type = forms.String
		place := forms.Place{Sheet: "settings", Row: 2, Column: "instance_name"}
		r.expr = append(r.expr, pendingExpr{at: name, place: place, text: r.def.Settings.InstanceName, set: func(s string) {
			name.Bind.Calculate = s
			r.def.Settings.InstanceName = s
		}})
		r.meta = append(r.meta, name)
	}
	if len(r.meta) == 0 {
		return
	}
	meta, _ := child(root, "meta").(*forms.Group) // an entity made it
	if meta == nil {
		meta = &forms.Group{Common: forms.Common{Name: "meta"}}
		r.place(root, meta)
	}
	for _, e := range r.meta {
		r.place(meta, e)
	}
}

// place puts e under parent and into the index of names.
func (r *reader) place(parent, e forms.Element) {
	c := e.Base()
	c.Ref = parent.Base().Ref.Child(c.Name)
	r.parent[e] = parent
	if c.Name != "meta" || parent != forms.Element(r.def.Root) {
		r.byName[c.Name] = append(r.byName[c.Name], e)
	}
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

// inRepeat returns the nearest repeat around e, or nil.
func (r *reader) inRepeat(e forms.Element) *forms.Repeat {
	for p := r.parent[e]; p != nil; p = r.parent[p] {
		if repeat, ok := p.(*forms.Repeat); ok {
			return repeat
		}
	}
	return nil
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
