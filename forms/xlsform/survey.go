package xlsform

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// An open container waits for its end row.
type open struct {
	element forms.Element
	what    string // "group" or "repeat"
	row     int
}

// survey turns the rows of the survey sheet into elements.
func (r *reader) survey(sheet Sheet) {
	heads := headings(sheet, surveyColumns)
	r.doubtfulHeadings(sheet.Name, heads, surveyColumns)
	stack := []open{{element: r.def.Root}}
	rows := records(sheet, heads)
	for _, rec := range rows {
		if s, _ := rec.get("disabled"); isYes(s) {
			continue
		}
		written, heading := rec.get("type")
		place := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
		if written == "" {
			r.rowWithoutType(rec, place)
			continue
		}
		begin, end, what := boundary(written)
		top := stack[len(stack)-1]
		switch {
		case begin:
			if what == "loop" {
				r.fault(place, "unsupported-type", `use "begin repeat" or a group per item`, "loops are not supported")
				what = "group"
			}
			e := r.container(rec, what, len(stack))
			r.place(top.element, e)
			stack = append(stack, open{e, what, rec.row})
		case end:
			if what == "loop" {
				what = "group"
			}
			switch {
			case len(stack) == 1:
				r.fault(place, "unmatched-end", "", "this row ends a %s that was never begun", what)
			case top.what != what:
				r.fault(place, "unmatched-end", "", "this row ends a %s, but what is open is the %s %q of row %d", what, top.what, top.element.Base().Name, top.row)
				stack = stack[:len(stack)-1]
			default:
				stack = stack[:len(stack)-1]
			}
		default:
			r.question(rec, top.element, written, place)
		}
	}
	for _, o := range stack[1:] {
		r.fault(forms.Place{Sheet: "survey", Row: o.row}, "unmatched-begin", "", "the %s %q is never ended", o.what, o.element.Base().Name)
	}
	if len(r.def.Root.Children) == 0 && len(rows) == 0 {
		r.fault(forms.Place{Sheet: "survey"}, "empty-survey", "", "the survey sheet has no questions")
	}
}

func (r *reader) rowWithoutType(rec record, place forms.Place) {
	name, _ := rec.get("name")
	label, _ := rec.get("label")
	if name != "" || label != "" {
		r.fault(place, "no-type", "", "the row has no type")
	}
}

// doubtfulHeadings warns of headings that look like misspelt ones; unknown
// headings as such are allowed, authors keep notes in them.
func (r *reader) doubtfulHeadings(sheet string, heads []heading, known map[string]string) {
	names := slices.Sorted(maps.Keys(known))
	seen := map[string]bool{}
	for _, h := range heads {
		if h.written == "" {
			continue
		}
		place := forms.Place{Sheet: sheet, Row: 1, Column: h.written}
		key := h.column + "::" + h.language
		if seen[key] && sheet != "settings" {
			r.fault(place, "duplicate-heading", "", "two columns mean %s", h.column)
		}
		seen[key] = true
		if h.language != "" && !slices.Contains(r.def.Languages, h.language) {
			r.def.Languages = append(r.def.Languages, h.language)
		}
		first, _, _ := strings.Cut(h.written, ":")
		if _, ok := known[strings.ToLower(strings.ReplaceAll(h.column, " ", "_"))]; ok || slices.Contains(translatable, h.column) || len(first) < 4 {
			continue
		}
		if near := nearest(first, names); near != "" {
			r.doubt(place, "unknown-heading", didYouMean(near), "the column %q has no meaning here", h.written)
		}
	}
}

// container makes the group or repeat of a begin row.
func (r *reader) container(rec record, what string, depth int) forms.Element {
	var e forms.Element
	if what == "repeat" {
		repeat := &forms.Repeat{}
		if s, heading := rec.get("repeat_count"); s != "" {
			r.pend(repeat, rec, heading, s, func(x string) { repeat.Count = x })
		}
		e = repeat
	} else {
		e = &forms.Group{}
	}
	r.common(rec, e)
	if depth > maxDepth {
		r.fault(forms.Place{Sheet: "survey", Row: rec.row}, "too-deep", "", "groups stand more than %d deep", maxDepth)
	}
	return e
}

// maxDepth is how deep groups may stand; instance XML is read to depth 256.
const maxDepth = 100

// question makes the question of a row and puts it under parent.
func (r *reader) question(rec record, parent forms.Element, written string, place forms.Place) {
	if file, ok := externalFile(written); ok {
		name, _ := rec.get("name")
		r.def.Lists[name] = forms.ChoiceList{Name: name, File: name + file}
		return
	}
	q := &forms.Question{}
	sel, isSelect := parseSelect(written)
	if isSelect {
		r.selectQuestion(q, sel, place)
	} else {
		t, name, ok := typeNamed(written)
		if !ok {
			r.fault(place, "unknown-type", didYouMean(nearest(written, typeNames())), "there is no type %q", written)
			t = types["text"]
		}
		q.Control, q.MediaType = t.control, t.mediaType
		q.Bind = forms.Bind{Type: t.data, Preload: t.preload, PreloadParams: t.params}
		if t.readOnly {
			q.Bind.ReadOnly = "true()"
		}
		if t.meta {
			parent = r.metaGroup()
		}
		if t.preload != "" || t.meta { // the name may be left out
			rec = withName(rec, name)
		}
	}
	r.common(rec, q)
	r.details(rec, q)
	r.place(parent, q)
	if q.Control != forms.Hidden && len(q.Label) == 0 && len(q.Hint) == 0 && len(q.Media) == 0 {
		r.doubt(forms.Place{Sheet: "survey", Row: rec.row, Column: "label"}, "no-label", "", "the question %q has no label", q.Name)
	}
	if isSelect && sel.orOther {
		r.otherQuestion(q, parent)
	}
}

func externalFile(written string) (extension string, ok bool) {
	switch strings.ToLower(strings.TrimSpace(written)) {
	case "csv-external":
		return ".csv", true
	case "xml-external":
		return ".xml", true
	}
	return "", false
}

func withName(rec record, name string) record {
	if s, _ := rec.get("name"); s != "" {
		return rec
	}
	rec.cells = append(slices.Clone(rec.cells), cell{heading: "name", column: "name", text: name})
	return rec
}

func (r *reader) metaGroup() forms.Element {
	if m := child(r.def.Root, "meta"); m != nil {
		return m
	}
	m := &forms.Group{Common: forms.Common{Name: "meta", Prefix: "orx"}}
	r.place(r.def.Root, m)
	return m
}

func (r *reader) selectQuestion(q *forms.Question, sel selectType, place forms.Place) {
	q.Control, q.Bind.Type, q.List = sel.control, forms.String, sel.list
	if sel.control == forms.RankList {
		q.Bind.Type = forms.Rank
	}
	switch {
	case sel.list == "":
		r.fault(place, "no-list", "", "a select needs the name of a list after it")
	case sel.fromFile:
		stem, extension := sel.list, ""
		if i := strings.LastIndexByte(sel.list, '.'); i > 0 {
			stem, extension = sel.list[:i], strings.ToLower(sel.list[i:])
		}
		if !slices.Contains([]string{".csv", ".xml", ".geojson"}, extension) || strings.ContainsAny(sel.list, `/\`) {
			r.fault(place, "bad-file", "", "a list of choices is read from a .csv, .xml or .geojson file beside the form, not from %q", sel.list)
		}
		q.List = stem
		if l, ok := r.def.Lists[stem]; ok && l.File != sel.list {
			r.fault(place, "duplicate-list", "", "the choices sheet has a list %q as well", stem)
			return
		}
		r.def.Lists[stem] = forms.ChoiceList{Name: stem, File: sel.list}
	case strings.HasPrefix(sel.list, "${"):
		r.fault(place, "unsupported-type", "", "choices taken from a repeat (%s) are not supported yet", sel.list)
	default:
		if _, ok := r.def.Lists[sel.list]; !ok {
			hint := didYouMean(nearest(sel.list, slices.Sorted(maps.Keys(r.def.Lists))))
			r.fault(place, "missing-list", hint, "the choices sheet has no list %q", sel.list)
			r.def.Lists[sel.list] = forms.ChoiceList{Name: sel.list} // reported once
		}
	}
}

// otherQuestion adds what or_other stands for: a choice "other" and a text
// question that follows it.
func (r *reader) otherQuestion(q *forms.Question, parent forms.Element) {
	list := r.def.Lists[q.List]
	if !slices.ContainsFunc(list.Choices, func(c forms.Choice) bool { return c.Value == "other" }) {
		list.Choices = append(list.Choices, forms.Choice{Value: "other", Label: r.inAll("Other")})
		r.def.Lists[q.List] = list
	}
	o := &forms.Question{Control: forms.Input}
	o.Name = q.Name + "_other"
	o.Label = r.inAll("Specify other.")
	o.Place = q.Place
	o.Bind = forms.Bind{Type: forms.String, Relevant: "selected(../" + q.Name + ", 'other')"}
	r.place(parent, o)
}

// inAll gives words for every language of the form; or_other knows no others.
func (r *reader) inAll(words string) forms.Text {
	t := forms.Text{}
	for _, l := range r.def.Languages {
		t[l] = words
	}
	if len(t) == 0 {
		t[""] = words
	}
	return t
}

// common reads the columns that all elements have.
func (r *reader) common(rec record, e forms.Element) {
	c := e.Base()
	c.Place = forms.Place{Sheet: "survey", Row: rec.row}
	c.Name, _ = rec.get("name")
	if c.Name == "" {
		r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: "name"}, "no-name", "", "the row has no name")
		c.Name = "unnamed_" + strings.Repeat("x", rec.row%50) // keeps Check from saying it twice
	}
	if c.Name == "meta" {
		r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: "name"}, "reserved-name", "", "the name meta is reserved for the instanceID and its like")
		c.Name = "meta_" // so that the meta block can be added
	}
	for _, f := range rec.cells {
		switch f.column {
		case "label":
			r.text(e, rec, f, &c.Label)
		case "hint":
			r.text(e, rec, f, &c.Hint)
		case "guidance_hint":
			r.text(e, rec, f, &c.Guidance)
		case "constraint_message":
			r.text(e, rec, f, &c.Bind.ConstraintMessage)
		case "required_message":
			r.text(e, rec, f, &c.Bind.RequiredMessage)
		case "relevant":
			r.pend(e, rec, f.heading, f.text, func(x string) { c.Bind.Relevant = x })
		case "readonly":
			r.pend(e, rec, f.heading, f.text, func(x string) { c.Bind.ReadOnly = x })
		case "required":
			r.pend(e, rec, f.heading, f.text, func(x string) { c.Bind.Required = x })
		case "appearance":
			c.Appearance = f.text
		default:
			if form, ok := strings.CutPrefix(f.column, "media::"); ok {
				if c.Media == nil {
					c.Media = map[string]forms.Text{}
				}
				t := c.Media[form]
				r.text(e, rec, f, &t)
				c.Media[form] = t
			}
		}
	}
}

// details reads the columns that only questions have.
func (r *reader) details(rec record, q *forms.Question) {
	for _, f := range rec.cells {
		switch f.column {
		case "constraint":
			r.pend(q, rec, f.heading, f.text, func(x string) { q.Bind.Constraint = x })
		case "calculation":
			r.pend(q, rec, f.heading, f.text, func(x string) { q.Bind.Calculate = x })
		case "choice_filter":
			r.pend(q, rec, f.heading, f.text, func(x string) { q.ChoiceFilter = x })
			r.expr[len(r.expr)-1].current = true
		case "default":
			q.Default = f.text
			if q.DynamicDefault = isExpression(f.text); q.DynamicDefault {
				r.pend(q, rec, f.heading, f.text, func(x string) { q.Default = x })
			}
		case "parameters":
			r.parameters(q, rec, f)
			if q.Control == forms.Range && strings.Contains(q.Parameters["start"]+q.Parameters["end"]+q.Parameters["step"], ".") {
				q.Bind.Type = forms.Decimal
			}
		case "trigger":
			r.trigger(rec, f, q)
		}
	}
	written, _ := rec.get("type")
	if q.Control == forms.Hidden && strings.HasPrefix(strings.ToLower(written), "calc") && q.Bind.Calculate == "" && !q.DynamicDefault {
		if s, _ := rec.get("calculation"); s == "" {
			r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: "calculation"}, "no-calculation", "", "%q calculates nothing", q.Name)
		}
	}
}

var functionCall = regexp.MustCompile(`[A-Za-z_:][\w.:-]*\([^)]*\)`)

// isExpression tells a computed default from literal text the way pyxform
// does: a ${name} or a function call.
func isExpression(s string) bool {
	return strings.Contains(s, "${") || functionCall.MatchString(s)
}

// parameters takes "start=1 end=10" apart; commas and semicolons part as well.
func (r *reader) parameters(q *forms.Question, rec record, f cell) {
	place := forms.Place{Sheet: "survey", Row: rec.row, Column: f.heading}
	q.Parameters = map[string]string{}
	for _, p := range strings.FieldsFunc(f.text, func(c rune) bool { return strings.ContainsRune(" ,;\n\t", c) }) {
		key, value, ok := strings.Cut(p, "=")
		key = strings.ToLower(key)
		switch {
		case !ok || key == "" || value == "" || strings.Contains(value, "="):
			r.fault(place, "bad-parameters", "", "parameters are written name=value with spaces between, not %q", p)
			continue
		case q.Control == forms.Range && slices.Contains([]string{"start", "end", "step"}, key):
			if _, err := strconv.ParseFloat(value, 64); err != nil {
				r.fault(place, "bad-parameters", "", "%s of a range must be a number, not %q", key, value)
			}
		case q.List != "" && (key == "value" || key == "label") && !forms.ValidName(value):
			r.fault(place, "bad-parameters", "", "%q can't be the name of a column", value)
		}
		q.Parameters[key] = value
	}
}

func isYes(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "true", "true()", "1":
		return true
	}
	return false
}

// text adds the words of a cell to t and remembers t for its ${names}.
func (r *reader) text(e forms.Element, rec record, f cell, t *forms.Text) {
	if *t == nil {
		*t = forms.Text{}
	}
	(*t)[f.language] = f.text
	if strings.Contains(f.text, "${") {
		r.texts = append(r.texts, pendingText{e, forms.Place{Sheet: "survey", Row: rec.row, Column: f.heading}, *t, f.language})
	}
}

// pend keeps an expression until all names are known. Yes and no stand for
// true() and false().
func (r *reader) pend(e forms.Element, rec record, heading, text string, set func(string)) {
	switch strings.ToLower(text) {
	case "yes", "true":
		text = "true()"
	case "no", "false":
		text = "false()"
	}
	place := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
	r.expr = append(r.expr, pendingExpr{at: e, place: place, set: set, text: straightQuotes.Replace(text)})
}

// straightQuotes mends what word processors make of quotes.
var straightQuotes = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'")
