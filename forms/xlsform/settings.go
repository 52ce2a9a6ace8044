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
	place := forms.Place{Sheet: "settings", Row: 2}
	if name == "" {
		name = "data"
	}
	s.ID = name
	r.collapse = true
	r.instanceID = "uid"
	r.def.ModelAttrs = []forms.Attr{{Name: "odk:xforms-version", Value: "1.0.0"}}
	root := &forms.Group{Common: forms.Common{Place: place}}
	if sheet, ok := wb.sheet("settings"); ok {
		heads := headings(sheet, settingsColumns)
		r.doubtfulHeadings("settings", heads, settingsColumns)
		if rows := records(sheet, heads, false); len(rows) > 0 {
			place.Row = rows[0].row
			root.Place = place
			r.settingsRow(root, rows[0], &name)
		}
	}
	if !forms.ValidName(name) {
		if name == wb.Name {
			r.fault(forms.Place{}, "bad-name", "", "%q can't be the name of the form: it must begin with a letter or _ and hold only letters, digits, - _ .", name)
		} else {
			r.fault(place, "bad-name", "", "%q can't be the name of the root: it must begin with a letter or _ and hold only letters, digits, - _ .", name)
		}
		name = "data"
	}
	root.Name, root.Ref = name, "/"+forms.Ref(name)
	r.def.Root = root
	if s.Title == "" {
		s.Title = s.ID
	}
}

// settingsRow reads the settings, each once: its usual spelling wins.
func (r *reader) settingsRow(root *forms.Group, rec record, name *string) {
	usual := map[string]bool{}
	for _, f := range rec.cells {
		usual[f.column] = usual[f.column] || snake(f.heading) == f.column
	}
	seen := map[string]string{}
	for _, f := range rec.cells {
		place := forms.Place{Sheet: "settings", Row: rec.row, Column: f.heading}
		other := seen[f.column]
		if other != "" || usual[f.column] && snake(f.heading) != f.column {
			if f.column == "form_id" { // old templates have id_string beside it
				r.doubt(place, "duplicate-heading", "", "%s is another word for form_id, which stands here as well and is taken", f.heading)
			} else {
				r.fault(place, "duplicate-heading", "", "%s is another word for %s, which stands here as well", f.heading, f.column)
			}
			continue
		}
		seen[f.column] = f.heading
		r.setting(root, f, place, name)
	}
}

func (r *reader) setting(root *forms.Group, f cell, place forms.Place, name *string) {
	s := &r.def.Settings
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
		s.InstanceName = f.text
	case "instance_xmlns":
		s.Namespace = f.text
	case "instance_id":
		r.instanceID = f.text
	case "style":
		s.Style = f.text
	case "submission_url":
		s.SubmissionURL, s.SubmissionMethod = f.text, "post"
	case "public_key":
		s.PublicKey = f.text
	case "auto_send":
		s.AutoSend = f.text
	case "auto_delete":
		s.AutoDelete = f.text
	case "client_editable":
		s.ClientEditable = r.yesNo(f, place, false)
	case "name":
		*name = f.text
	case "allow_choice_duplicates":
		r.duplicates = r.yesNo(f, place, false)
	case "omit_instanceID":
		r.omitID = r.yesNo(f, place, false)
	case "clean_text_values":
		r.collapse = r.yesNo(f, place, true)
	case "namespaces":
		r.namespaces(f.text, place)
	case "prefix":
		root.Attributes = append(root.Attributes, &forms.Attribute{Name: "odk:prefix", Default: f.text})
	case "delimiter":
		root.Attributes = append(root.Attributes, &forms.Attribute{Name: "odk:delimiter", Default: f.text})
	default:
		if attr, ok := strings.CutPrefix(f.column, "attribute::"); ok {
			r.attribute(root, attr, f.text, place)
		}
	}
}

// attribute gives a node an attribute whose name the author chose.
func (r *reader) attribute(e forms.Element, name, value string, place forms.Place) {
	if !validQName(name) {
		r.fault(place, "bad-name", "", "%q can't be the name of an attribute", name)
		return
	}
	r.declared(name, place)
	e.Base().Attributes = append(e.Base().Attributes, &forms.Attribute{Name: name, Default: value})
}

// declared sees to it that the prefix of an attribute stands for something; XML
// with one that does not can't be read.
func (r *reader) declared(name string, place forms.Place) {
	prefix, _, ok := strings.Cut(name, ":")
	if !ok || slices.Contains(commonPrefixes, prefix) || r.def.Namespaces[prefix] != "" {
		return
	}
	r.doubt(place, "no-namespace", `write `+prefix+`="address" into the setting namespaces`, "the prefix %s stands for nothing", prefix)
	if r.def.Namespaces == nil {
		r.def.Namespaces = map[string]string{}
	}
	r.def.Namespaces[prefix] = "urn:prefix:" + prefix
}

// validQName reports whether s may name an attribute, with a prefix or without.
func validQName(s string) bool {
	prefix, local, ok := strings.Cut(s, ":")
	return forms.ValidName(prefix) && (!ok || forms.ValidName(local))
}

// yesNo reads a setting that is on or off.
func (r *reader) yesNo(f cell, place forms.Place, otherwise bool) bool {
	switch strings.ToLower(f.text) {
	case "yes", "true", "true()":
		return true
	case "no", "false", "false()":
		return false
	}
	r.doubt(place, "bad-setting", "", "%s is yes or no, not %q", f.column, f.text)
	return otherwise
}

// namespaces reads prefix="URI" pairs with space between.
func (r *reader) namespaces(text string, place forms.Place) {
	for _, pair := range strings.Fields(text) {
		prefix, uri, ok := strings.Cut(pair, "=")
		uri = strings.Trim(uri, `"'`)
		if !ok || !forms.ValidName(prefix) || uri == "" {
			r.doubt(place, "bad-setting", "", `a namespace is written prefix="address", not %s`, pair)
			continue
		}
		if slices.Contains(commonPrefixes, prefix) {
			continue
		}
		if r.def.Namespaces == nil {
			r.def.Namespaces = map[string]string{}
		}
		r.def.Namespaces[prefix] = uri
	}
}

// commonPrefixes are those that every form declares.
var commonPrefixes = []string{"h", "jr", "orx", "odk", "xsd", "ev", "entities"}
