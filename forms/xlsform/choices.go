package xlsform

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// choices reads the lists of the choices sheet.
func (r *reader) choices(sheet Sheet) {
	lists := r.lists(sheet, "choices")
	for name, list := range lists {
		r.def.Lists[name] = list
	}
}

// externalChoices reads the lists that select_one_external takes.
func (r *reader) externalChoices(sheet Sheet) {
	r.external = r.lists(sheet, "external_choices")
}

// osmTags reads the lists of tags that osm takes.
func (r *reader) osmTags(sheet Sheet) {
	r.osm = r.lists(sheet, "osm")
}

// lists reads a sheet of lists.
func (r *reader) lists(sheet Sheet, name string) map[string]forms.ChoiceList {
	heads := headings(sheet, choiceColumns)
	if name == "choices" {
		r.doubtfulHeadings(name, heads, choiceColumns)
		if len(sheet.Rows) > 0 && !slices.ContainsFunc(heads, func(h heading) bool { return h.column == "name" }) {
			r.fault(forms.Place{Sheet: name, Row: 1}, "no-heading", "", "the sheet has no column name")
			return nil
		}
	}
	var columns []string
	for _, h := range heads {
		if h.language != "" && name == "choices" && !slices.Contains(r.def.Languages, h.language) {
			r.def.Languages = append(r.def.Languages, h.language)
		}
		if h.written == "" || !isExtra(h.column) || slices.Contains(columns, h.column) {
			continue
		}
		if !forms.ValidName(h.column) {
			if name == "choices" {
				r.doubt(forms.Place{Sheet: name, Row: 1, Column: h.written}, "bad-heading", "", "the column %q is left out: filters can't name it", h.written)
			}
			continue
		}
		columns = append(columns, h.column)
	}
	lists := map[string]forms.ChoiceList{}
	seen := map[[2]string]int{}
	for _, rec := range records(sheet, heads, false) {
		list, heading := rec.get("list_name")
		if list == "" {
			if s, _ := rec.get("name"); s != "" {
				r.doubt(forms.Place{Sheet: name, Row: rec.row, Column: heading}, "no-list", "", "the choice belongs to no list and is left out")
			}
			continue
		}
		l, ok := lists[list]
		if !ok {
			l = forms.ChoiceList{Name: list, Columns: columns}
			if name == "choices" {
				r.listPlace[list] = forms.Place{Sheet: name, Row: rec.row}
				r.listOrder = append(r.listOrder, list)
			}
		}
		if c, ok := r.choice(name, list, columns, rec); ok {
			if first := seen[[2]string{list, c.Value}]; first != 0 && !r.duplicates && name == "choices" {
				_, heading := rec.get("name")
				r.fault(forms.Place{Sheet: name, Row: rec.row, Column: heading}, "duplicate-choice", "allow_choice_duplicates in the settings permits it",
					"the list %q has the choice %q already in row %d", list, c.Value, first)
			}
			seen[[2]string{list, c.Value}] = rec.row
			l.Choices = append(l.Choices, c)
		}
		lists[list] = l
	}
	return lists
}

func isExtra(column string) bool {
	return column != "list_name" && column != "name" && !slices.Contains(translatable, column)
}

// choice reads one row.
func (r *reader) choice(sheet, list string, columns []string, rec record) (forms.Choice, bool) {
	c := forms.Choice{Label: forms.Text{}, Extra: map[string]string{}}
	var heading string
	c.Value, heading = rec.get("name")
	if c.Value == "" {
		r.fault(forms.Place{Sheet: sheet, Row: rec.row, Column: heading}, "no-name", "", "the choice has no name")
		return c, false
	}
	for _, f := range rec.cells {
		form, media := strings.CutPrefix(f.column, "media::")
		switch {
		case f.column == "label":
			r.choiceText(sheet, rec, f, c.Label)
		case media:
			if c.Media == nil {
				c.Media = map[string]forms.Text{}
			}
			if c.Media[form] == nil {
				c.Media[form] = forms.Text{}
			}
			r.choiceText(sheet, rec, f, c.Media[form])
		case slices.Contains(columns, f.column):
			c.Extra[f.column] = f.text
		}
	}
	if len(c.Label) == 0 && len(c.Media) == 0 && sheet == "choices" {
		r.doubt(forms.Place{Sheet: sheet, Row: rec.row, Column: "label"}, "no-label", "", "the choice %q has no label", c.Value)
	}
	return c, true
}

func (r *reader) choiceText(sheet string, rec record, f cell, t forms.Text) {
	t[f.language] = f.text
	if sheet == "choices" && strings.Contains(f.text, "${") {
		r.texts = append(r.texts, pendingText{nil, forms.Place{Sheet: sheet, Row: rec.row, Column: f.heading}, t, f.language})
	}
}

// otherChoice adds to a list the choice that or_other stands for, in the
// languages that its labels have.
func (r *reader) otherChoice(name string) {
	list := r.def.Lists[name]
	if slices.ContainsFunc(list.Choices, func(c forms.Choice) bool { return c.Value == "other" }) {
		return
	}
	label := forms.Text{}
	for _, c := range list.Choices {
		for language := range c.Label {
			label[language] = "Other"
		}
	}
	if len(label) == 0 {
		label[""] = "Other"
	}
	list.Choices = append(list.Choices, forms.Choice{Value: "other", Label: label})
	r.def.Lists[name] = list
}
