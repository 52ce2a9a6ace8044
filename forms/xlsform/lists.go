package xlsform

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// settings reads the first row of the settings sheet and makes the root.
func (r *reader) settings(wb Workbook) {
	s := &r.def.Settings
	name := wb.Name
	if name == "" {
		name = "data"
	}
	s.ID = name
	if sheet, ok := wb.sheet("settings"); ok {
		heads := headings(sheet, settingsColumns)
		r.doubtfulHeadings(sheet.Name, heads, settingsColumns)
		if rows := records(sheet, heads); len(rows) > 0 {
			for _, f := range rows[0].cells {
				switch f.column {
				case "form_title":
					s.Title = f.text
				case "form_id":
					s.ID = f.text
				case "version":
					s.Version = f.text
				case "default_language":
					s.DefaultLanguage = f.text
				case "instance_name":
					s.InstanceName = straightQuotes.Replace(f.text)
				case "style":
					s.Style = f.text
				case "submission_url":
					s.SubmissionURL = f.text
				case "name":
					name = f.text
				case "allow_choice_duplicates":
					r.duplicates = isYes(f.text)
				}
			}
		}
	}
	if s.Title == "" {
		s.Title = s.ID
	}
	r.def.Root = &forms.Group{Common: forms.Common{Name: name, Ref: "/" + forms.Ref(name), Place: forms.Place{Sheet: "settings", Row: 2}}}
}

// choices reads the lists of the choices sheet.
func (r *reader) choices(sheet Sheet) {
	heads := headings(sheet, choiceColumns)
	var columns []string
	for _, h := range heads {
		if h.language != "" && !slices.Contains(r.def.Languages, h.language) {
			r.def.Languages = append(r.def.Languages, h.language)
		}
		if isExtra(h.column) && h.written != "" && !slices.Contains(columns, h.column) {
			columns = append(columns, h.column)
		}
	}
	r.listPlace = map[string]forms.Place{}
	for _, rec := range records(sheet, heads) {
		list, heading := rec.get("list_name")
		if list == "" {
			if s, _ := rec.get("name"); s != "" {
				r.fault(forms.Place{Sheet: "choices", Row: rec.row, Column: heading}, "no-list", "", "the choice belongs to no list")
			}
			continue
		}
		r.choice(list, columns, rec)
	}
}

func isExtra(column string) bool {
	return column != "list_name" && column != "name" && !slices.Contains(translatable, column)
}

func (r *reader) choice(name string, columns []string, rec record) {
	list, ok := r.def.Lists[name]
	if !ok {
		list = forms.ChoiceList{Name: name, Columns: columns}
		r.listPlace[name] = forms.Place{Sheet: "choices", Row: rec.row}
	}
	c := forms.Choice{Label: forms.Text{}, Extra: map[string]string{}}
	var heading string
	c.Value, heading = rec.get("name")
	place := forms.Place{Sheet: "choices", Row: rec.row, Column: heading}
	if c.Value == "" {
		r.fault(place, "no-name", "", "the choice has no name")
		return
	}
	if !r.duplicates && slices.ContainsFunc(list.Choices, func(x forms.Choice) bool { return x.Value == c.Value }) {
		r.fault(place, "duplicate-choice", "allow_choice_duplicates in the settings permits it", "the list %q has the choice %q twice", name, c.Value)
	}
	for _, f := range rec.cells {
		form, media := strings.CutPrefix(f.column, "media::")
		switch {
		case f.column == "label":
			c.Label[f.language] = f.text
			if strings.Contains(f.text, "${") {
				r.texts = append(r.texts, pendingText{r.def.Root, forms.Place{Sheet: "choices", Row: rec.row, Column: f.heading}, c.Label, f.language})
			}
		case media:
			if c.Media == nil {
				c.Media = map[string]forms.Text{}
			}
			if c.Media[form] == nil {
				c.Media[form] = forms.Text{}
			}
			c.Media[form][f.language] = f.text
		case isExtra(f.column):
			c.Extra[f.column] = f.text
		}
	}
	if len(c.Label) == 0 && len(c.Media) == 0 {
		r.doubt(forms.Place{Sheet: "choices", Row: rec.row, Column: "label"}, "no-label", "", "the choice %q has no label", c.Value)
	}
	list.Choices = append(list.Choices, c)
	r.def.Lists[name] = list
}
