package xlsform

import (
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
)

// An open container waits for its end row.
type open struct {
	element   forms.Element
	what      string // "group" or "repeat"
	row       int
	tableList *tableList // where the selects of the group stand in one table
}

// survey turns the rows of the survey sheet into elements.
func (r *reader) survey(sheet Sheet) {
	heads := headings(sheet, surveyColumns)
	r.doubtfulHeadings("survey", heads, surveyColumns)
	if !slices.ContainsFunc(heads, func(h heading) bool { return h.column == "type" }) {
		r.fault(forms.Place{Sheet: "survey", Row: 1}, "no-heading", didYouMean(nearest("type", sheet.Headings)), "the sheet has no column type")
		return
	}
	r.repeatNames = map[string]bool{}
	rows := records(sheet, heads, r.collapse)
	r.rows(rows, r.def.Root)
	if len(r.def.Root.Children) == 0 && len(rows) == 0 {
		r.fault(forms.Place{Sheet: "survey"}, "empty-survey", "", "the survey sheet has no questions")
	}
}

// rows reads rows that stand in parent.
func (r *reader) rows(rows []record, parent forms.Element) {
	stack := []open{{element: parent}}
	for i := 0; i < len(rows); i++ {
		rec := rows[i]
		if s, heading := rec.get("disabled"); s != "" {
			r.doubt(forms.Place{Sheet: "survey", Row: rec.row, Column: heading}, "old-column", "use relevant instead", "the column disabled is out of use")
			if isYes(s) {
				continue
			}
		}
		written, heading := rec.get("type")
		place := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
		if written == "" {
			r.rowWithoutType(rec, place)
			continue
		}
		top := &stack[len(stack)-1]
		b, ok := parseBoundary(written)
		switch {
		case ok && b.begin && b.what == "loop":
			end := loopEnd(rows, i)
			r.loop(rec, b, rows[i+1:end], top.element, place, end < len(rows))
			i = end
		case ok && b.begin:
			o := r.begin(rec, b, top.element, len(stack))
			stack = append(stack, o)
		case ok && len(stack) == 1:
			r.fault(place, "unmatched-end", "", "this row ends a %s that was never begun", b.what)
		case ok && top.what != b.what:
			r.fault(place, "unmatched-end", "", "this row ends a %s, but what is open is the %s %q of row %d", b.what, top.what, top.element.Base().Name, top.row)
			stack = stack[:len(stack)-1]
		case ok:
			if s, heading := rec.get("save_to"); s != "" {
				r.saveToContainer(rec, heading)
			}
			stack = stack[:len(stack)-1]
		default:
			r.question(rec, top, written, place)
		}
	}
	for _, o := range stack[1:] {
		r.fault(forms.Place{Sheet: "survey", Row: o.row}, "unmatched-begin", "", "the %s %q is never ended", o.what, o.element.Base().Name)
	}
}

func (r *reader) rowWithoutType(rec record, place forms.Place) {
	if rec.has("name") || rec.has("label") {
		r.fault(place, "no-type", "", "the row has no type")
	}
}

// doubtfulHeadings warns of headings that look like misspelt ones; unknown
// headings as such are allowed, authors keep notes in them.
func (r *reader) doubtfulHeadings(sheet string, heads []heading, known map[string]string) {
	names := slices.Sorted(maps.Keys(known))
	if sheet != "settings" {
		r.doubledHeadings(sheet, heads)
	}
	for _, h := range heads {
		if h.written == "" {
			continue
		}
		place := forms.Place{Sheet: sheet, Row: 1, Column: h.written}
		if h.language != "" && !slices.Contains(r.def.Languages, h.language) {
			r.def.Languages = append(r.def.Languages, h.language)
		}
		first, _, _ := strings.Cut(h.written, ":")
		if h.column != h.written || slices.Contains(translatable, h.column) || len(first) < 4 {
			continue
		}
		if _, ok := known[snake(h.column)]; ok {
			continue
		}
		if group, _, own := strings.Cut(h.column, "::"); own && (group == "bind" || group == "control" || group == "instance") {
			continue // names its attribute itself: ownColumn
		}
		if near := nearest(first, names); near != "" {
			r.doubt(place, "unknown-heading", didYouMean(near), "the column %q has no meaning here", h.written)
		}
	}
}

// doubledHeadings refuses headings that mean the same column of one language.
func (r *reader) doubledHeadings(sheet string, heads []heading) {
	seen := map[[2]string]string{}
	for _, h := range heads {
		if h.written == "" {
			continue
		}
		key := [2]string{h.column, h.language}
		if other, ok := seen[key]; ok {
			r.fault(forms.Place{Sheet: sheet, Row: 1, Column: h.written}, "duplicate-heading", "", "the columns %s and %s mean the same", other, h.written)
		}
		seen[key] = h.written
	}
}

// maxDepth is how deep groups may stand; instance XML is read to depth 256.
const maxDepth = 100

// begin makes the group or repeat of a begin row.
func (r *reader) begin(rec record, b boundary, parent forms.Element, depth int) open {
	place := forms.Place{Sheet: "survey", Row: rec.row}
	var e forms.Element
	o := open{what: b.what, row: rec.row}
	if b.what == "repeat" {
		repeat := &forms.Repeat{Template: true}
		e = repeat
		r.common(rec, e)
		r.repeatName(repeat, rec)
		r.repeatCount(repeat, rec, parent)
		repeat.Attrs, repeat.Common.Attrs = repeat.Common.Attrs, nil
		repeat.RepeatAppearance, repeat.Appearance = repeat.Appearance, ""
		if len(repeat.Label) == 0 && len(repeat.Media) == 0 {
			r.doubt(place, "no-label", "", "the repeat %q has no label", repeat.Name)
		}
	} else {
		e = &forms.Group{}
		r.common(rec, e)
	}
	if depth > maxDepth {
		r.fault(place, "too-deep", "", "groups stand more than %d deep", maxDepth)
	}
	if s, heading := rec.get("save_to"); s != "" {
		r.saveToContainer(rec, heading)
	}
	r.notRequired(rec, b.what)
	r.place(parent, e)
	o.element = e
	defer func() { // only questions have hints; a table-list has made a note of them
		e.Base().Hint, e.Base().Guidance = nil, nil
	}()
	if words := strings.Fields(appearanceOf(e)); slices.Contains(words, "table-list") {
		o.tableList = &tableList{}
		r.tableListGroup(e, words)
	}
	return o
}

// appearanceOf is the appearance that the author gave a group or repeat.
func appearanceOf(e forms.Element) string {
	if repeat, ok := e.(*forms.Repeat); ok {
		return repeat.RepeatAppearance
	}
	return e.Base().Appearance
}

func (r *reader) repeatName(repeat *forms.Repeat, rec record) {
	_, heading := rec.get("name")
	place := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
	switch {
	case repeat.Name == r.def.Root.Name:
		r.fault(place, "duplicate-name", "", "a repeat can't have the name of the form, %q", repeat.Name)
	case r.repeatNames[repeat.Name]:
		r.fault(place, "duplicate-name", "", "there are two repeats called %q", repeat.Name)
	}
	r.repeatNames[repeat.Name] = true
}

// repeatCount reads the count. A ${name} is referred to; anything else is
// computed in a node of its own beside the repeat.
func (r *reader) repeatCount(repeat *forms.Repeat, rec record, parent forms.Element) {
	s, heading := rec.get("repeat_count")
	if s == "" {
		return
	}
	place := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
	if !isNameRef(s) {
		count := &forms.Question{Common: forms.Common{Name: repeat.Name + "_count", Place: forms.Place{Sheet: "survey", Row: rec.row}}}
		count.Bind = forms.Bind{Type: forms.String, ReadOnly: "true()"}
		r.types[count] = "calculate"
		r.place(parent, count)
		r.pendAt(count, place, s, func(x string) { count.Bind.Calculate = x })
		s = "${" + count.Name + "}"
	}
	r.pendAt(repeat, place, s, func(x string) { repeat.Count = x })
}

// notRequired reports a group or repeat that is to be required.
func (r *reader) notRequired(rec record, what string) {
	if s, heading := rec.get("required"); s != "" && !isNo(s) {
		r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: heading}, "required-group", "move it to a question inside", "a %s can't be required", what)
	}
}

// common reads the columns that all elements have.
func (r *reader) common(rec record, e forms.Element) {
	c := e.Base()
	c.Place = forms.Place{Sheet: "survey", Row: rec.row}
	var heading string
	c.Name, heading = rec.get("name")
	at := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
	if c.Name == "" {
		r.fault(at, "no-name", "", "the row has no name")
		c.Name = "unnamed_" + strings.Repeat("x", rec.row%50) // keeps Check from saying it twice
	}
	if c.Name == "meta" {
		r.fault(at, "reserved-name", "", "the name meta is reserved for the instanceID and its like")
		c.Name = "meta_" // so that the meta block can be added
	}
	for _, f := range rec.cells {
		place := forms.Place{Sheet: "survey", Row: rec.row, Column: f.heading}
		switch f.column {
		case "label":
			r.text(e, place, f, &c.Label)
		case "hint":
			r.text(e, place, f, &c.Hint)
		case "guidance_hint":
			r.text(e, place, f, &c.Guidance)
		case "constraint_message":
			r.text(e, place, f, &c.Bind.ConstraintMessage)
		case "required_message":
			r.text(e, place, f, &c.Bind.RequiredMessage)
		case "relevant":
			r.pendAt(e, place, f.text, func(x string) { c.Bind.Relevant = x })
		case "readonly":
			r.pendAt(e, place, f.text, func(x string) { c.Bind.ReadOnly = x })
		case "required":
			if _, question := e.(*forms.Question); question {
				r.pendAt(e, place, f.text, func(x string) { c.Bind.Required = x })
			}
		case "constraint":
			r.pendAt(e, place, f.text, func(x string) { c.Bind.Constraint = x })
		case "calculation":
			r.pendAt(e, place, f.text, func(x string) { c.Bind.Calculate = x })
		case "appearance":
			c.Appearance = f.text
			r.pendFree(e, place, f.text, func(x string) { c.Appearance = x })
		case "save_to":
			// entities.go reads it of questions
		case "choice_filter", "repeat_count":
			_, repeat := e.(*forms.Repeat)
			if !repeat && r.types[e] != "select" {
				r.pendFree(e, place, f.text, func(string) {}) // it does nothing here, but a wrong name is one all the same
			}
		default:
			r.ownColumn(e, f, place)
		}
	}
}

// ownColumn reads media and the columns that name their attribute themselves:
// bind::…, body::… and instance::….
func (r *reader) ownColumn(e forms.Element, f cell, place forms.Place) {
	c := e.Base()
	group, name, ok := strings.Cut(f.column, "::")
	if !ok {
		return
	}
	switch group {
	case "media":
		if !slices.Contains(mediaColumns, f.column) {
			r.fault(place, "bad-heading", didYouMean(nearest(f.column, mediaColumns)), "there is no media %q", name)
			return
		}
		if c.Media == nil {
			c.Media = map[string]forms.Text{}
		}
		t := c.Media[name]
		r.text(e, place, f, &t)
		c.Media[name] = t
	case "bind":
		r.bindColumn(e, name, f, place)
	case "control":
		if !validQName(name) {
			r.fault(place, "bad-name", "", "%q can't be the name of an attribute", name)
			return
		}
		r.declared(name, place)
		i := len(c.Attrs)
		c.Attrs = append(c.Attrs, forms.Attr{Name: name, Value: f.text})
		r.pendFree(e, place, f.text, func(x string) { attrsOf(e)[i].Value = x })
	case "instance":
		r.attribute(e, name, f.text, place)
		if i := len(c.Attributes) - 1; i >= 0 && c.Attributes[i].Name == name {
			r.pendFree(e, place, f.text, func(x string) { c.Attributes[i].Default = x })
		}
	}
}

// attrsOf is where the attributes of an element's control came to stand.
func attrsOf(e forms.Element) []forms.Attr {
	if repeat, ok := e.(*forms.Repeat); ok {
		return repeat.Attrs
	}
	return e.Base().Attrs
}

func (r *reader) bindColumn(e forms.Element, name string, f cell, place forms.Place) {
	b := &e.Base().Bind
	switch name {
	case "type":
		b.Type = forms.DataType(f.text)
	case "jr:preload":
		b.Preload = f.text
	case "jr:preloadParams":
		b.PreloadParams = f.text
	case "jr:noAppErrorString":
		r.noAppError(e, f)
	default:
		if !validQName(name) {
			r.fault(place, "bad-name", "", "%q can't be the name of an attribute", name)
			return
		}
		r.declared(name, place)
		i := len(b.Attrs)
		b.Attrs = append(b.Attrs, forms.Attr{Name: name, Value: f.text})
		r.pendFree(e, place, f.text, func(x string) { b.Attrs[i].Value = x })
	}
}

// noAppError reads what is said where an app that the form calls is missing. In
// several languages it is a text that the bind refers to.
func (r *reader) noAppError(e forms.Element, f cell) {
	const name = "jr:noAppErrorString"
	b := &e.Base().Bind
	if f.language == "" {
		b.Attrs = append(b.Attrs, forms.Attr{Name: name, Value: f.text})
		return
	}
	i := slices.IndexFunc(b.Attrs, func(a forms.Attr) bool { return a.Name == name })
	if i < 0 {
		b.Attrs = append(b.Attrs, forms.Attr{Name: name})
		i = len(b.Attrs) - 1
	}
	text := forms.Text{}
	r.expr = append(r.expr, pendingExpr{at: e, free: true, set: func(string) { // once the place of e is known
		id := string(e.Base().Ref) + ":" + name
		if r.def.Itext == nil {
			r.def.Itext = map[string]*forms.Itext{}
		}
		if r.def.Itext[id] == nil {
			r.def.Itext[id] = &forms.Itext{Text: forms.Text{}}
		}
		for language, words := range text {
			r.def.Itext[id].Text[language] = words
		}
		b.Attrs[i].Value = "jr:itext('" + id + "')"
	}})
	text[f.language] = f.text
}

func isYes(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "true", "true()", "1":
		return true
	}
	return false
}

func isNo(s string) bool {
	switch strings.ToLower(s) {
	case "no", "false", "false()":
		return true
	}
	return false
}

// text adds the words of a cell to t and remembers t for its ${names}.
func (r *reader) text(e forms.Element, place forms.Place, f cell, t *forms.Text) {
	if *t == nil {
		*t = forms.Text{}
	}
	(*t)[f.language] = f.text
	if strings.Contains(f.text, "${") || strings.Contains(f.text, "instance(") {
		r.texts = append(r.texts, pendingText{e, place, *t, f.language})
	}
}

// pendAt keeps an expression until all names are known. Yes and no stand for
// true() and false().
func (r *reader) pendAt(e forms.Element, place forms.Place, text string, set func(string)) {
	switch strings.ToLower(text) {
	case "yes", "true":
		text = "true()"
	case "no", "false":
		text = "false()"
	}
	r.expr = append(r.expr, pendingExpr{at: e, place: place, set: set, text: text})
}

// pendFree keeps the value of an attribute where it holds ${names}.
func (r *reader) pendFree(e forms.Element, place forms.Place, text string, set func(string)) {
	if !strings.Contains(text, "${") {
		return
	}
	r.expr = append(r.expr, pendingExpr{at: e, place: place, set: set, text: text, free: true})
}
