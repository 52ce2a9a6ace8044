package xlsform

import (
	"slices"
	"strings"
)

// A Workbook is a form as its author wrote it: sheets of text cells.
type Workbook struct {
	Name   string // the form's id and root node where the settings name none
	Sheets []Sheet
}

// A Sheet is a table; its first row holds the headings.
type Sheet struct {
	Name     string
	Headings []string
	Rows     []Row
}

// A Row is one row below the headings.
type Row struct {
	Number int // as a spreadsheet counts, the headings being row 1
	Cells  []string
}

func (w Workbook) sheet(name string) (Sheet, bool) {
	for _, s := range w.Sheets {
		if strings.EqualFold(strings.TrimSpace(s.Name), name) {
			return s, true
		}
	}
	return Sheet{}, false
}

// A cell is a filled field of a row with its heading taken apart.
type cell struct {
	heading  string // as written
	column   string // the field's own name: "label", "relevant", "media::image"
	language string
	text     string
}

// A record is a row as a set of cells.
type record struct {
	row   int
	cells []cell
}

// get returns the text of the cell of a column and its heading as written.
func (r record) get(column string) (text, heading string) {
	for _, c := range r.cells {
		if c.column == column {
			return c.text, c.heading
		}
	}
	return "", column
}

// A heading is the name of a column taken apart.
type heading struct {
	written, column, language string
}

// headings takes the headings of a sheet apart; aliases give the field's own
// name for other spellings.
func headings(sheet Sheet, aliases map[string]string) []heading {
	out := make([]heading, len(sheet.Headings))
	for i, written := range sheet.Headings {
		out[i] = parseHeading(strings.TrimSpace(written), aliases)
	}
	return out
}

// translatable are the columns that may be written once per language.
var translatable = []string{
	"label", "hint", "guidance_hint", "constraint_message", "required_message",
	"media::image", "media::audio", "media::video", "media::big-image",
}

func parseHeading(written string, aliases map[string]string) heading {
	h := heading{written: written}
	parts := strings.Split(written, "::")
	if len(parts) == 1 {
		// label:English is an older way; jr:count and body:x are no languages.
		if before, after, ok := strings.Cut(written, ":"); ok && slices.Contains(translatable, canonical(before, aliases)) {
			parts = []string{before, after}
		}
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	first := strings.ToLower(parts[0])
	if first == "media" && len(parts) > 1 || first == "bind" && len(parts) > 1 || first == "control" && len(parts) > 1 || first == "body" && len(parts) > 1 {
		if name, ok := aliases[first+"::"+strings.ToLower(parts[1])]; ok {
			parts = append([]string{name}, parts[2:]...)
		} else {
			parts = append([]string{first + "::" + parts[1]}, parts[2:]...)
		}
	}
	h.column = canonical(parts[0], aliases)
	if len(parts) == 1 {
		return h
	}
	if slices.Contains(translatable, h.column) {
		h.language = strings.Join(parts[1:], "::")
	} else {
		h.column += "::" + strings.Join(parts[1:], "::")
	}
	return h
}

func canonical(s string, aliases map[string]string) string {
	s = strings.TrimSpace(s)
	key := strings.ToLower(strings.Join(strings.Fields(s), " "))
	if name, ok := aliases[key]; ok {
		return name
	}
	if name, ok := aliases[strings.ReplaceAll(key, " ", "_")]; ok {
		return name
	}
	if name, ok := aliases[strings.ReplaceAll(key, "_", " ")]; ok {
		return name
	}
	return s
}

// records yields the rows that hold anything, cells trimmed.
func records(sheet Sheet, heads []heading) []record {
	var out []record
	for _, row := range sheet.Rows {
		rec := record{row: row.Number}
		for i, text := range row.Cells {
			text = strings.TrimSpace(text)
			if text == "" || i >= len(heads) || heads[i].written == "" {
				continue
			}
			rec.cells = append(rec.cells, cell{heads[i].written, heads[i].column, heads[i].language, text})
		}
		if len(rec.cells) > 0 {
			out = append(out, rec)
		}
	}
	return out
}

// surveyColumns gives the fields of the survey sheet by every spelling.
var surveyColumns = spellings(map[string]string{
	"type":               "type command",
	"name":               "name value tag",
	"label":              "label caption",
	"hint":               "hint",
	"guidance_hint":      "guidance_hint",
	"required":           "required bind::required",
	"required_message":   "required_message requiredmsg bind::jr:requiredmsg",
	"relevant":           "relevant relevance skip_logic bind::relevant",
	"constraint":         "constraint bind::constraint",
	"constraint_message": "constraint_message constraining_message constraintmsg bind::jr:constraintmsg",
	"calculation":        "calculation calculate bind::calculate",
	"readonly":           "readonly read_only bind::readonly",
	"appearance":         "appearance control::appearance body::appearance",
	"default":            "default",
	"choice_filter":      "choice_filter",
	"repeat_count":       "repeat_count count jr:count control::jr:count body::jr:count",
	"parameters":         "parameters",
	"trigger":            "trigger",
	"disabled":           "disabled",
	"autoplay":           "autoplay control::autoplay body::autoplay",
	"media::image":       "image media::image",
	"media::audio":       "audio media::audio",
	"media::video":       "video media::video",
	"media::big-image":   "big-image media::big-image",
	"save_to":            "save_to",
	"rows":               "rows control::rows body::rows",
	"intent":             "intent control::intent body::intent",
})

var choiceColumns = spellings(map[string]string{
	"list_name":        "list_name list",
	"name":             "name value",
	"label":            "label caption",
	"media::image":     "image media::image",
	"media::audio":     "audio media::audio",
	"media::video":     "video media::video",
	"media::big-image": "big-image media::big-image",
})

var settingsColumns = spellings(map[string]string{
	"form_title":              "form_title title set_form_title",
	"form_id":                 "form_id id_string set_form_id",
	"version":                 "version",
	"default_language":        "default_language",
	"instance_name":           "instance_name",
	"style":                   "style",
	"submission_url":          "submission_url",
	"name":                    "name",
	"allow_choice_duplicates": "allow_choice_duplicates",
	"public_key":              "public_key",
	"auto_send":               "auto_send",
	"auto_delete":             "auto_delete",
	"omit_instanceid":         "omit_instanceid",
	"namespaces":              "namespaces",
	"clean_text_values":       "clean_text_values",
})

func spellings(columns map[string]string) map[string]string {
	all := map[string]string{}
	for column, written := range columns {
		for _, w := range strings.Fields(written) {
			all[w] = column
		}
	}
	return all
}
