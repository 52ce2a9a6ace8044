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

// has reports whether a cell of the column is filled, in any language.
func (r record) has(column string) bool {
	for _, c := range r.cells {
		if c.column == column {
			return true
		}
	}
	return false
}

// records yields the rows that hold anything, cells trimmed and the quotes of
// word processors straightened. With collapse, a run of spaces is one.
func records(sheet Sheet, heads []heading, collapse bool) []record {
	var out []record
	for _, row := range sheet.Rows {
		rec := record{row: row.Number}
		for i, text := range row.Cells {
			text = strings.TrimSpace(text)
			if text == "" || i >= len(heads) || heads[i].written == "" {
				continue
			}
			if !slices.Contains(translatable, heads[i].column) { // in words for people they stay
				text = straightQuotes.Replace(text)
			}
			if collapse {
				text = collapseSpaces(text)
			}
			rec.cells = append(rec.cells, cell{heads[i].written, heads[i].column, heads[i].language, text})
		}
		if len(rec.cells) > 0 {
			out = append(out, rec)
		}
	}
	return out
}

// straightQuotes mends what word processors make of quotes.
var straightQuotes = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "\u00a0", " ")

func collapseSpaces(s string) string {
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}
