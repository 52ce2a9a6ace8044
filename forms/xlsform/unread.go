package xlsform

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"baraza.example/forms"
)

// FromDefinition writes a definition as its author might have written it: rows
// of the survey sheet, choices, settings and entities, with ${names} where a
// name means the same as the path. The diagnostics say what a workbook can't
// say and so was left out.
func FromDefinition(d *forms.Definition) (Workbook, []forms.Diagnostic) {
	u := &unreader{def: d, texts: newNames(d), acts: map[string][]forms.Action{}, triggers: map[forms.Ref][]trigger{}, tags: map[string]bool{}}
	for e := range d.All() {
		if datasetIn(e) != "" {
			u.datasets++
		}
	}
	u.actions()
	u.files()
	u.elements(d.Root.Children)
	u.leftOver()
	wb := Workbook{Name: d.Root.Name}
	wb.Sheets = append(wb.Sheets, table("survey", surveyOrder, u.survey))
	if rows := u.choices(); len(rows) > 0 {
		wb.Sheets = append(wb.Sheets, table("choices", choicesOrder, rows))
	}
	if rows := u.osm(); len(rows) > 0 {
		wb.Sheets = append(wb.Sheets, table("osm", choicesOrder, rows))
	}
	if rows := u.external(); len(rows) > 0 {
		wb.Sheets = append(wb.Sheets, table("external_choices", choicesOrder, rows))
	}
	wb.Sheets = append(wb.Sheets, table("settings", settingsOrder, []line{u.settings()}))
	if len(u.entities) > 0 {
		wb.Sheets = append(wb.Sheets, table("entities", entitiesOrder, u.entities))
	}
	return wb, u.found
}

// A line is a row of a sheet, by heading.
type line map[string]string

// put fills a cell where there is something to say.
func (l line) put(heading, text string) {
	if text != "" {
		l[heading] = text
	}
}

// The orders in which headings stand; others follow by name.
var (
	surveyOrder = []string{"type", "name", "label", "hint", "guidance_hint", "required", "required_message", "relevant", "constraint",
		"constraint_message", "calculation", "trigger", "default", "readonly", "appearance", "choice_filter", "repeat_count", "parameters",
		"save_to", "media::image", "media::big-image", "media::audio", "media::video"}
	choicesOrder  = []string{"list_name", "name", "label", "media::image", "media::big-image", "media::audio", "media::video"}
	settingsOrder = []string{"form_title", "form_id", "version", "default_language", "instance_name", "style", "name"}
	entitiesOrder = []string{"list_name", "label", "entity_id", "create_if", "update_if"}
)

// table makes a sheet of lines, with a column for each heading in use.
func table(name string, order []string, lines []line) Sheet {
	used := map[string]bool{"type": name == "survey", "name": name == "survey"}
	for _, l := range lines {
		for h := range l {
			used[h] = true
		}
	}
	maps.DeleteFunc(used, func(_ string, v bool) bool { return !v })
	rank := func(h string) int {
		column, _, _ := strings.Cut(h, "::")
		if i := slices.Index(order, h); i >= 0 {
			return i
		}
		for i, o := range order {
			if strings.HasPrefix(h, o+"::") || column == o {
				return i
			}
		}
		return len(order)
	}
	s := Sheet{Name: name, Headings: slices.SortedFunc(maps.Keys(used), func(a, b string) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b))
	})}
	for i, l := range lines {
		row := Row{Number: i + 2, Cells: make([]string, len(s.Headings))}
		for j, h := range s.Headings {
			row.Cells[j] = l[h]
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// An unreader is one call of FromDefinition.
type unreader struct {
	def      *forms.Definition
	texts    *names
	survey   []line
	entities []line
	found    []forms.Diagnostic
	acts     map[string][]forms.Action // of the model, by target
	triggers map[forms.Ref][]trigger   // by target
	hasID    bool
	datasets int             // entities
	tags     map[string]bool // lists that are tags of OpenStreetMap
}

// A trigger is a question whose change computes another.
type trigger struct {
	source *forms.Question
	action forms.Action
}

// lost reports what a workbook can't say.
func (u *unreader) lost(place forms.Place, format string, args ...any) {
	u.found = append(u.found, forms.Diagnostic{Code: "not-in-xlsform", Place: place, Warning: true, Message: fmt.Sprintf(format, args...) + " can't be written in a workbook and is left out"})
}

// actions sorts the actions by what they set.
func (u *unreader) actions() {
	for _, a := range u.def.Actions {
		u.acts[a.Target] = append(u.acts[a.Target], a)
	}
	for e := range u.def.All() {
		q, ok := e.(*forms.Question)
		if !ok {
			continue
		}
		for _, a := range q.Actions {
			target := forms.Ref(strings.TrimSpace(a.Target))
			u.triggers[target] = append(u.triggers[target], trigger{q, a})
		}
	}
}

// files names the files of data that are no lists of choices.
func (u *unreader) files() {
	for _, in := range u.def.Instances {
		switch in.Src {
		case "jr://file-csv/" + in.ID + ".csv":
			u.survey = append(u.survey, line{"type": "csv-external", "name": in.ID})
		case "jr://file/" + in.ID + ".xml":
			u.survey = append(u.survey, line{"type": "xml-external", "name": in.ID})
		case forms.LastSaved: // ${last-saved#name} brings it
		default:
			u.lost(forms.Place{}, "the instance %q", in.ID)
		}
	}
	asked := map[string]bool{} // files that a select names
	for e := range u.def.All() {
		if q, ok := e.(*forms.Question); ok && (q.Control == forms.Select || q.Control == forms.Select1) {
			asked[q.List] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.def.Lists)) {
		switch file := u.def.Lists[name].File; {
		case file == "" || asked[name]:
		case file == name+".csv":
			u.survey = append(u.survey, line{"type": "csv-external", "name": name})
		case file == name+".xml":
			u.survey = append(u.survey, line{"type": "xml-external", "name": name})
		default:
			u.lost(forms.Place{}, "the file %s", file)
		}
	}
}

// leftOver reports what no row has taken up.
func (u *unreader) leftOver() {
	for _, target := range slices.Sorted(maps.Keys(u.acts)) {
		u.lost(u.acts[target][0].Place, "the action that sets %s", target)
	}
	for _, target := range slices.Sorted(maps.Keys(u.triggers)) {
		u.lost(u.triggers[target][0].action.Place, "the action that sets %s", target)
	}
	if len(u.survey) == 0 {
		u.lost(forms.Place{}, "a form that asks nothing")
	}
	if u.def.Body != nil {
		u.lost(forms.Place{}, "the order in which the form asks, other than that of its nodes,")
	}
}

// elements writes the rows of elements.
func (u *unreader) elements(all []forms.Element) {
	for _, e := range all {
		switch e := e.(type) {
		case *forms.Group:
			if e.Name == "meta" {
				u.meta(e)
				continue
			}
			l := line{"type": "begin_group", "name": e.Name}
			u.common(e, l)
			u.survey = append(u.survey, l)
			u.elements(e.Children)
			u.survey = append(u.survey, line{"type": "end_group", "name": e.Name})
		case *forms.Repeat:
			u.repeat(e)
		case *forms.Question:
			u.question(e)
		}
	}
}

func (u *unreader) repeat(e *forms.Repeat) {
	l := line{"type": "begin_repeat", "name": e.Name}
	u.common(e, l)
	count := u.texts.expression(e, e.Count)
	if count != "" && !isNameRef(count) && child(u.texts.r.parent[e], e.Name+"_count") != nil {
		u.lost(e.Place, "the count of %q (%s)", e.Name, e.Count)
		count = ""
	}
	l.put("repeat_count", count)
	l.put("appearance", cmp.Or(e.RepeatAppearance, e.Appearance))
	for _, a := range e.Attrs {
		l.put("body::"+a.Name, a.Value)
	}
	if e.NoAddRemove && e.Count == "" {
		l["body::jr:noAddRemove"] = "true()"
	}
	if len(e.Initial) > 1 {
		u.lost(e.Place, "that the repeat %q begins with %d instances", e.Name, len(e.Initial))
	}
	u.survey = append(u.survey, l)
	u.elements(e.Children)
	for _, a := range e.Actions {
		if !u.repeatsFirstLoad(a) {
			u.lost(a.Place, "the action that sets %s", a.Target)
		}
	}
	u.survey = append(u.survey, line{"type": "end_repeat", "name": e.Name})
}

// repeatsFirstLoad reports whether an action of a repeat does for a new instance
// what a default or the id of an entity does by itself.
func (u *unreader) repeatsFirstLoad(a forms.Action) bool {
	return slices.Equal(a.Events, []forms.Event{forms.NewRepeat}) && a.Kind == forms.SetValue && u.texts.defaults[a.Target] == a.Value
}

// common writes what all elements have.
func (u *unreader) common(e forms.Element, l line) {
	c := e.Base()
	b := c.Bind
	if c.Prefix != "" {
		u.lost(c.Place, "the prefix of %s:%s", c.Prefix, c.Name)
	}
	u.words(e, l, "label", c.Label)
	u.words(e, l, "hint", c.Hint)
	u.words(e, l, "guidance_hint", c.Guidance)
	u.words(e, l, "constraint_message", b.ConstraintMessage)
	u.words(e, l, "required_message", b.RequiredMessage)
	for form, t := range c.Media {
		u.words(e, l, "media::"+form, t)
	}
	if len(c.Short) > 0 {
		u.lost(c.Place, "the short label of %q", c.Name)
	}
	l.put("relevant", u.texts.expression(e, b.Relevant))
	l.put("constraint", u.texts.expression(e, b.Constraint))
	l.put("calculation", u.texts.expression(e, b.Calculate))
	l.put("required", yesWord(u.texts.expression(e, b.Required)))
	l.put("readonly", yesWord(u.texts.expression(e, b.ReadOnly)))
	l.put("appearance", c.Appearance)
	l.put("save_to", u.saveTo(e))
	for _, a := range b.Attrs {
		l.put("bind::"+a.Name, a.Value)
	}
	for _, a := range c.Attrs {
		l.put("body::"+a.Name, a.Value)
	}
	for _, a := range c.Attributes {
		l.put("instance::"+a.Name, a.Default)
	}
}

func yesWord(expr string) string {
	switch expr {
	case "true()":
		return "yes"
	case "false()":
		return "no"
	}
	return expr
}

// saveTo is the property that an answer is saved to, with its list where there
// are several: that of the nearest entity around.
func (u *unreader) saveTo(e forms.Element) string {
	property := e.Base().Bind.SaveTo
	if property == "" || u.datasets < 2 {
		return property
	}
	for p := u.texts.r.parent[e]; p != nil; p = u.texts.r.parent[p] {
		if dataset := datasetIn(p); dataset != "" {
			return dataset + "#" + property
		}
	}
	return property
}

// datasetIn is the list of the entity that a container holds, or "".
func datasetIn(container forms.Element) string {
	meta := child(container, "meta")
	if meta == nil {
		return ""
	}
	if e := child(meta, "entity"); e != nil {
		for _, a := range e.Base().Attributes {
			if a.Name == "dataset" {
				return a.Default
			}
		}
	}
	return ""
}

// words writes a text, a cell for each language.
func (u *unreader) words(e forms.Element, l line, column string, t forms.Text) {
	for language, words := range t {
		heading := column
		if language != "" && language != "default" {
			heading += "::" + language
		}
		text, lost := u.texts.text(e, words)
		l.put(heading, text)
		for _, x := range lost {
			u.lost(u.placeOf(e), "the value of %s in a text", x)
		}
	}
}

func (u *unreader) placeOf(e forms.Element) forms.Place {
	if e == nil {
		return forms.Place{}
	}
	return e.Base().Place
}

// settings writes the row of the settings.
func (u *unreader) settings() line {
	s := u.def.Settings
	l := line{}
	l.put("form_title", s.Title)
	l.put("form_id", s.ID)
	l.put("version", s.Version)
	if s.DefaultLanguage != "default" {
		l.put("default_language", s.DefaultLanguage)
	}
	l.put("instance_name", u.texts.expression(u.def.Root, s.InstanceName))
	l.put("instance_xmlns", s.Namespace)
	l.put("style", s.Style)
	l.put("submission_url", s.SubmissionURL)
	l.put("public_key", s.PublicKey)
	l.put("auto_send", s.AutoSend)
	l.put("auto_delete", s.AutoDelete)
	if s.ClientEditable {
		l["client_editable"] = "yes"
	}
	l.put("name", u.def.Root.Name)
	if !u.hasID {
		l["omit_instanceID"] = "yes"
	}
	var spaces []string
	for _, prefix := range slices.Sorted(maps.Keys(u.def.Namespaces)) {
		if prefix != "" && !slices.Contains(commonPrefixes, prefix) {
			spaces = append(spaces, fmt.Sprintf("%s=%q", prefix, u.def.Namespaces[prefix]))
		}
	}
	l.put("namespaces", strings.Join(spaces, " "))
	for _, a := range u.def.Root.Attributes {
		l.put("attribute::"+a.Name, a.Default)
	}
	for _, list := range u.def.Lists {
		seen := map[string]bool{}
		for _, c := range list.Choices {
			if seen[c.Value] && list.File == "" {
				l["allow_choice_duplicates"] = "yes"
			}
			seen[c.Value] = true
		}
	}
	return l
}

// choices writes the lists of the choices sheet.
func (u *unreader) choices() []line {
	return u.lists(func(list forms.ChoiceList) bool { return list.File == "" && !list.External && !u.tags[list.Name] })
}

func (u *unreader) external() []line {
	return u.lists(func(list forms.ChoiceList) bool { return list.External })
}

func (u *unreader) osm() []line {
	return u.lists(func(list forms.ChoiceList) bool { return u.tags[list.Name] })
}

func (u *unreader) lists(these func(forms.ChoiceList) bool) (rows []line) {
	for _, name := range slices.Sorted(maps.Keys(u.def.Lists)) {
		if list := u.def.Lists[name]; these(list) {
			rows = u.list(rows, strings.TrimPrefix(name, "osm/"), list)
		}
	}
	return rows
}

func (u *unreader) list(rows []line, name string, list forms.ChoiceList) []line {
	for _, c := range list.Choices {
		l := line{"list_name": name, "name": c.Value}
		u.words(nil, l, "label", c.Label)
		for form, t := range c.Media {
			u.words(nil, l, "media::"+form, t)
		}
		for column, v := range c.Extra {
			if _, taken := choiceColumns[snake(column)]; !taken {
				l.put(column, v)
			}
		}
		rows = append(rows, l)
	}
	for _, column := range list.Columns {
		if _, taken := choiceColumns[snake(column)]; taken {
			u.lost(forms.Place{}, "the column %q of the list %q, which means another thing there,", column, name)
		}
	}
	return rows
}
