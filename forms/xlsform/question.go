package xlsform

import (
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// question makes the question of a row and puts it into the group that is open.
func (r *reader) question(rec record, in *open, written string, place forms.Place) {
	if r.externalInstance(rec, in.element, written, place) || r.settingRow(rec, written) {
		return
	}
	q := &forms.Question{}
	q.Place = forms.Place{Sheet: "survey", Row: rec.row}
	sel, isSelect := parseSelect(written)
	if isSelect && (sel.list == "" || strings.ContainsAny(sel.list, " ")) {
		r.fault(place, "no-list", "", "a select takes the name of one list after it, not %q", sel.list)
		r.faulty(rec, in, q)
		return
	}
	if isSelect {
		r.types[q] = "select"
		r.common(rec, q)
		r.details(rec, q)
		r.selectQuestion(rec, q, sel, in.element, place)
		if in.tableList != nil {
			r.tableListSelect(rec, q, sel, in, place)
		}
		r.place(in.element, q)
		r.choiceFilter(rec, q)
		if sel.orOther {
			r.otherQuestion(rec, q, in.element, place)
		}
		r.saveTo(rec, q)
		return
	}
	t, ok := typeNamed(written)
	tags := ""
	if word, list, found := strings.Cut(written, " "); !ok && found && strings.EqualFold(word, "osm") {
		t, ok = types["osm"], true
		t.name, tags = "osm", strings.TrimSpace(list)
	}
	if !ok {
		r.fault(place, "unknown-type", didYouMean(nearest(written, typeNames())), "there is no type %q", written)
		r.faulty(rec, in, q)
		return
	}
	r.types[q] = t.name
	q.Control, q.MediaType = t.control, t.mediaType
	q.Bind = forms.Bind{Type: t.data, Preload: t.preload, PreloadParams: t.params, Constraint: t.constraint}
	if t.readOnly {
		q.Bind.ReadOnly = "true()"
	}
	if t.hint != "" && !rec.has("hint") {
		q.Hint = forms.Text{"": t.hint}
	}
	rec = r.impliedName(rec, t)
	r.common(rec, q)
	r.details(rec, q)
	r.ofType(rec, q, t.name, tags, place)
	if t.name == "audit" {
		r.meta = append(r.meta, q)
		return
	}
	r.place(in.element, q)
	if t.name == "geotrace" || t.name == "geoshape" || t.name == "geopoint" {
		r.choiceFilter(rec, q)
	}
	r.visible(rec, q, t)
	r.saveTo(rec, q)
}

// faulty reads what a row whose type is at fault says otherwise, so that its
// other faults are told too and its name is known to the others.
func (r *reader) faulty(rec record, in *open, q *forms.Question) {
	if !rec.has("name") {
		return
	}
	q.Control, q.Bind.Type = forms.Input, forms.String
	r.types[q] = "text"
	r.common(rec, q)
	r.place(in.element, q)
}

// impliedName gives a name to rows that may leave it out.
func (r *reader) impliedName(rec record, t questionType) record {
	s, _ := rec.get("name")
	switch {
	case t.name == "audit" && s != "" && s != "audit":
		_, heading := rec.get("name")
		r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: heading}, "bad-name", "leave the name out", "the audit is always called audit")
		rec.cells = slices.DeleteFunc(slices.Clone(rec.cells), func(c cell) bool { return c.column == "name" })
		return withName(rec, "audit")
	case s != "":
		return rec
	case t.name == "note":
		return withName(rec, "generated_note_name_"+strconv.Itoa(rec.row))
	case t.name == "audit":
		return withName(rec, "audit")
	}
	return rec
}

func withName(rec record, name string) record {
	rec.cells = append(slices.Clone(rec.cells), cell{heading: "name", column: "name", text: name})
	return rec
}

// settingRow reads the old way to write a setting: a row of the survey whose
// type is the setting and whose name is the value.
func (r *reader) settingRow(rec record, written string) bool {
	name, _ := rec.get("name")
	switch snake(written) {
	case "form_title", "set_form_title":
		r.def.Settings.Title = name
	case "form_id", "set_form_id":
		r.def.Settings.ID = name
	default:
		return false
	}
	return true
}

// details reads the columns that only questions have.
func (r *reader) details(rec record, q *forms.Question) {
	for _, f := range rec.cells {
		place := forms.Place{Sheet: "survey", Row: rec.row, Column: f.heading}
		switch f.column {
		case "default":
			written, _ := rec.get("type")
			if !isExpression(f.text, written) && !strings.Contains(f.text, "${") {
				q.Default = f.text
				break
			}
			r.dynamic[q] = f.text
			r.pendAt(q, place, f.text, func(x string) {
				r.dynamic[q] = x
				r.begins = append(r.begins, beginning{q, place})
			})
		case "parameters":
			q.Parameters = r.parameters(f, place)
		case "trigger":
			r.trigger(q, f, place)
		}
	}
}

// visible settles which questions have a control: a calculation without words
// has none, everything else that is asked needs words.
func (r *reader) visible(rec record, q *forms.Question, t questionType) {
	computed := rec.has("calculation") || rec.has("trigger")
	if q.Control != forms.Hidden && computed && len(q.Label) == 0 && len(q.Hint) == 0 {
		q.Control = forms.Hidden
	}
	if t.name == "calculate" {
		if s, _ := rec.get("calculation"); s == "" && r.dynamic[q] == "" {
			r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: "calculation"}, "no-calculation", "", "%q calculates nothing", q.Name)
		}
	}
	r.hasWords(rec, q)
}

// hasWords reports a question that says nothing.
func (r *reader) hasWords(rec record, q *forms.Question) {
	if q.Control == forms.Hidden {
		return
	}
	if len(q.Label) == 0 && len(q.Hint) == 0 && len(q.Media) == 0 && q.Appearance != "label" { // which stands above a table of choices
		r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: "label"}, "no-label", "", "the question %q has no label and no hint", q.Name)
	}
	if q.Media["big-image"] != nil && q.Media["image"] == nil {
		r.fault(forms.Place{Sheet: "survey", Row: rec.row, Column: "big-image"}, "no-image", "", "a big-image goes with an image; %q has none", q.Name)
	}
}

func (r *reader) selectQuestion(rec record, q *forms.Question, sel selectType, parent forms.Element, place forms.Place) {
	q.Control, q.Bind.Type, q.List = sel.control, forms.String, sel.list
	if sel.control == forms.RankList {
		q.Bind.Type = forms.Rank
	}
	known := []string{"randomize", "seed"}
	if sel.fromFile {
		known = append(known, "value", "label")
	}
	r.knownParameters(rec, q, known...)
	r.randomized(rec, q)
	for _, name := range []string{"value", "label"} {
		if v, ok := q.Parameters[name]; sel.fromFile && ok && !forms.ValidName(v) {
			r.fault(parametersPlace(rec), "bad-parameters", "", "%s=%s names no column: it must begin with a letter or _ and hold only letters, digits, - _ .", name, v)
		}
	}
	switch {
	case sel.external:
		r.externalSelect(rec, q, sel, place)
	case sel.fromFile:
		r.fileSelect(q, sel, parent, place)
	case strings.HasPrefix(sel.list, "${"):
		r.answersSelect(q, sel, place)
	default:
		r.listSelect(q, sel, place)
	}
	r.searchSelect(q, sel, place)
	computed := rec.has("calculation") || rec.has("trigger")
	if computed && len(q.Label) == 0 && len(q.Hint) == 0 {
		q.Control = forms.Hidden
	}
	r.hasWords(rec, q)
}

// randomized checks randomize and seed.
func (r *reader) randomized(rec record, q *forms.Question) {
	place := parametersPlace(rec)
	random, isRandom := q.Parameters["randomize"]
	seed, hasSeed := q.Parameters["seed"]
	switch {
	case isRandom && random != "true" && random != "false":
		r.fault(place, "bad-parameters", "", "randomize is true or false, not %q", random)
	case hasSeed && !isRandom:
		r.fault(place, "bad-parameters", "", "a seed goes with randomize=true")
	case hasSeed && isNameRef(seed):
		r.pendAt(q, place, seed, func(x string) { q.Parameters["seed"] = strings.TrimSpace(x) })
	case hasSeed:
		if _, ok := number(seed); !ok {
			r.fault(place, "bad-parameters", "", "a seed is a number or ${name}, not %q", seed)
		}
	}
}

// listSelect takes a list of the choices sheet.
func (r *reader) listSelect(q *forms.Question, sel selectType, place forms.Place) {
	list, ok := r.def.Lists[sel.list]
	switch {
	case len(r.def.Lists) == 0:
		r.fault(place, "missing-list", r.nearestSheet("choices"), "there are no choices: the sheet choices has the columns list_name, name and label")
	case !ok || list.File != "":
		r.fault(place, "missing-list", suggest(r, sel.list, r.def.Lists), "the choices sheet has no list %q", sel.list)
	case sel.control == forms.Select:
		for _, c := range list.Choices {
			if strings.Contains(c.Value, " ") {
				r.fault(place, "spaced-choice", "", "the choice %q of the list %q has a space, which parts the answers of a select of several", c.Value, sel.list)
			}
		}
	}
	if !ok {
		q.List = ""
	}
}

// fileSelect takes the choices of a file beside the form.
func (r *reader) fileSelect(q *forms.Question, sel selectType, parent forms.Element, place forms.Place) {
	stem, extension := sel.list, ""
	if i := strings.LastIndexByte(sel.list, '.'); i > 0 {
		stem, extension = sel.list[:i], sel.list[i:]
	}
	if !slices.Contains([]string{".csv", ".xml", ".geojson"}, extension) || strings.ContainsAny(sel.list, `/\`) {
		r.fault(place, "bad-file", "", "a list of choices is read from a .csv, .xml or .geojson file beside the form, not from %q", sel.list)
		q.List = ""
		return
	}
	q.List = stem
	src := "jr://file/" + sel.list
	if extension == ".csv" {
		src = "jr://file-csv/" + sel.list
	}
	if r.source(stem, source{src: src, file: sel.list}, place) {
		r.def.Lists[stem] = forms.ChoiceList{Name: stem, File: sel.list}
	}
}

// externalSelect takes a list of external_choices, which goes with the form as
// itemsets.csv.
func (r *reader) externalSelect(rec record, q *forms.Question, sel selectType, place forms.Place) {
	if !rec.has("choice_filter") {
		r.doubt(place, "no-filter", "", "select_one_external is meant for filtered lists")
	}
	list, ok := r.external[sel.list]
	switch {
	case len(r.external) == 0:
		r.fault(place, "missing-list", r.nearestSheet("external_choices"), "there are no external choices: the sheet external_choices has the columns list_name and name")
	case !ok:
		r.fault(place, "missing-list", suggest(r, sel.list, r.external), "the sheet external_choices has no list %q", sel.list)
	default:
		list.External = true
		if _, taken := r.def.Lists[sel.list]; !taken {
			r.def.Lists[sel.list] = list
		}
	}
	if !ok {
		q.List = ""
	}
}

// answersSelect takes as choices what was answered to a question in a repeat.
func (r *reader) answersSelect(q *forms.Question, sel selectType, place forms.Place) {
	q.List = ""
	q.Itemset = &forms.Itemset{}
	r.answers = append(r.answers, pendingAnswers{q, place, sel.list})
}

// choiceFilter reads the filter of a question that has its place in the form.
func (r *reader) choiceFilter(rec record, q *forms.Question) {
	if s, heading := rec.get("choice_filter"); s != "" {
		place := forms.Place{Sheet: "survey", Row: rec.row, Column: heading}
		answers := q.Itemset != nil || strings.HasPrefix(q.Parameters["reference-geometry"], "${")
		r.expr = append(r.expr, pendingExpr{at: q, place: place, text: s, current: true, answers: answers, set: func(x string) { q.ChoiceFilter = x }})
	}
}

// otherQuestion adds what or_other stands for: a choice "other" and a text
// question that follows it.
func (r *reader) otherQuestion(rec record, q *forms.Question, parent forms.Element, place forms.Place) {
	if rec.has("choice_filter") {
		r.fault(place, "other-filter", "", "or_other can't go with a choice_filter")
		return
	}
	if _, ok := r.def.Lists[q.List]; !ok || q.List == "" {
		return
	}
	if r.def.Lists[q.List].File != "" {
		r.fault(place, "other-file", "", "or_other needs a list of the choices sheet")
		return
	}
	r.otherChoice(q.List)
	o := &forms.Question{Control: forms.Input}
	o.Name = q.Name + "_other"
	o.Label = forms.Text{"": "Specify other."}
	o.Place = q.Place
	o.Bind = forms.Bind{Type: forms.String, Relevant: "selected(../" + q.Name + ", 'other')"}
	r.types[o] = "text"
	r.place(parent, o)
}
