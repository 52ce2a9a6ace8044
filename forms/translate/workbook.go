package translate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"baraza.example/forms"
)

// The sheets of a translator's workbook, and the columns of the first.
const (
	textsSheet = "texts"
	aboutSheet = "about"
)

var columns = []string{"id", "place", "source", "translation", "state", "comment", "source hash"}

const (
	colID = iota
	colPlace
	colSource
	colTarget
	colState
	colComment
	colHash
)

// Limits of a workbook that comes back.
const (
	maxWorkbook = 16 << 20 // of the file
	maxUnpacked = 64 << 20
)

// ErrNotWorkbook is wrapped by every error that says a file is no workbook of
// translations.
var ErrNotWorkbook = errors.New("not a workbook of translations")

// WriteWorkbook writes the catalogue as XLSX for a translator without tools: a
// row for each text, the columns to fill in coloured, the others locked by a
// note only, so that any spreadsheet program will do.
func WriteWorkbook(w io.Writer, c Catalogue) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", textsSheet); err != nil {
		return err
	}
	if err := writeTexts(f, c); err != nil {
		return fmt.Errorf("sheet %s: %w", textsSheet, err)
	}
	if _, err := f.NewSheet(aboutSheet); err != nil {
		return err
	}
	for i, row := range about(c) {
		if err := f.SetSheetRow(aboutSheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(aboutSheet, "B", "B", 100); err != nil {
		return err
	}
	return f.Write(w)
}

func about(c Catalogue) [][]string {
	return [][]string{
		{"form", c.Form},
		{"version", c.Version},
		{"source language", c.Source},
		{"language", c.Language},
		{"author", c.Author},
		{"note", c.Note},
		{"how", "Fill in translation, state and comment on the sheet “texts”. Leave id and source hash as they are; rows may be sorted or left out."},
		{"how", "State is “needs-review” until somebody who speaks the language well has checked the text, then “reviewed”. Your name goes beside “author” above."},
		{"how", "What stands in ${…} is filled in by the form. It must stand in the translation too, letter by letter; where in the sentence is up to you."},
	}
}

func writeTexts(f *excelize.File, c Catalogue) error {
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top"}})
	if err != nil {
		return err
	}
	// 49 is the format of text: "=1" and "007" stay what they are.
	cell := excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}
	plain, err := f.NewStyle(&cell)
	if err != nil {
		return err
	}
	cell.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF6DC"}}
	toFill, err := f.NewStyle(&cell)
	if err != nil {
		return err
	}
	last := len(c.Units) + 1
	errs := []error{
		f.SetSheetRow(textsSheet, "A1", &columns),
		f.SetCellStyle(textsSheet, "A2", fmt.Sprintf("G%d", max(last, 2)), plain),
		f.SetCellStyle(textsSheet, "D2", fmt.Sprintf("F%d", max(last, 2)), toFill),
		f.SetCellStyle(textsSheet, "A1", "G1", head),
		f.SetColWidth(textsSheet, "A", "B", 28),
		f.SetColWidth(textsSheet, "C", "D", 60),
		f.SetColWidth(textsSheet, "E", "G", 18),
		f.SetPanes(textsSheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
	}
	states := excelize.NewDataValidation(true)
	states.SetSqref(fmt.Sprintf("E2:E%d", max(last, 2)))
	errs = append(errs, states.SetDropList([]string{string(New), string(NeedsReview), string(Reviewed), string(InForm)}), f.AddDataValidation(textsSheet, states))
	for i, u := range c.Units {
		row := []string{u.ID, u.Place, u.Source, u.Target, string(u.State), u.Comment, u.Hash}
		if u.Stale() {
			row[colComment] = strings.TrimSpace("The source has changed since this was translated. " + u.Comment)
		}
		errs = append(errs, f.SetSheetRow(textsSheet, fmt.Sprintf("A%d", i+2), &row))
	}
	return errors.Join(errs...)
}

// ReadWorkbook takes a translator's workbook back into the catalogue fresh,
// which holds the form's texts as they are now, perhaps with earlier
// translations. Each row that can't be taken gives a diagnostic with its place
// and leaves the unit as it was; a warning means that it was taken all the
// same.
func ReadWorkbook(data []byte, fresh Catalogue) (Catalogue, []forms.Diagnostic, error) {
	if len(data) > maxWorkbook {
		return fresh, nil, fmt.Errorf("%w: more than %d MB", ErrNotWorkbook, maxWorkbook>>20)
	}
	rows, facts, err := openWorkbook(data)
	if err != nil {
		return fresh, nil, err
	}
	if id := facts["form"]; id != "" && id != fresh.Form {
		return fresh, nil, fmt.Errorf("%w: it holds texts of the form %q, not of %q", ErrNotWorkbook, id, fresh.Form)
	}
	if l := facts["language"]; l != "" && l != fresh.Language {
		return fresh, nil, fmt.Errorf("%w: it is for %s, not for %s", ErrNotWorkbook, l, fresh.Language)
	}
	r := &taking{out: fresh, at: map[string]int{}, seen: map[string]int{}, author: facts["author"]}
	r.out.Units = slices.Clone(fresh.Units)
	for i, u := range r.out.Units {
		r.at[u.ID] = i
	}
	if len(rows) == 0 || !r.headings(rows[0]) {
		return fresh, nil, fmt.Errorf("%w: the sheet %q needs the columns id, translation, state and source hash", ErrNotWorkbook, textsSheet)
	}
	for i, row := range rows[1:] {
		r.row(i+2, row)
	}
	if r.author != "" {
		r.out.Author = r.author
	}
	return r.out, r.found, nil
}

// A taking is one workbook being read.
type taking struct {
	out    Catalogue
	author string
	column map[string]int
	at     map[string]int // unit by id
	seen   map[string]int // row by id
	found  []forms.Diagnostic
}

func (r *taking) headings(row []string) bool {
	r.column = map[string]int{}
	for i, h := range row {
		r.column[strings.ToLower(strings.TrimSpace(h))] = i
	}
	for _, need := range []int{colID, colTarget, colState, colHash} {
		if _, ok := r.column[columns[need]]; !ok {
			return false
		}
	}
	return true
}

// row takes one row.
func (r *taking) row(n int, row []string) {
	cell := func(col int) string {
		if i, ok := r.column[columns[col]]; ok && i < len(row) {
			return row[i]
		}
		return ""
	}
	say := func(col int, warning bool, code, format string, args ...any) {
		r.found = append(r.found, diagnostic(code, forms.Place{Sheet: textsSheet, Row: n, Column: columns[col]}, warning, format, args...))
	}
	id, target := strings.TrimSpace(cell(colID)), cell(colTarget)
	if id == "" {
		if strings.TrimSpace(strings.Join(row, "")) != "" {
			say(colID, false, "no-id", "the row has no id, so it is not known which text it translates")
		}
		return
	}
	i, ok := r.at[id]
	first, twice := r.seen[id]
	r.seen[id] = n
	switch {
	case !ok:
		say(colID, false, "unknown-unit", "the form has no text %q", id)
		return
	case twice:
		say(colID, false, "twice", "row %d translates %s already", first, id)
		return
	}
	u := &r.out.Units[i]
	hash, state := strings.TrimSpace(cell(colHash)), State(strings.ToLower(strings.TrimSpace(cell(colState))))
	if strings.TrimSpace(target) == "" {
		if u.Target != "" {
			say(colTarget, true, "emptied", "the translation of %s was taken out; the earlier one stays", id)
		}
		return
	}
	if state == "" || state == New {
		state = NeedsReview
	}
	switch wrong := lacks(u.Source, target); {
	case !known(state):
		say(colState, false, "unknown-state", "%q is no state: write needs-review or reviewed", state)
		return
	case len(target) > MaxText || len(cell(colComment)) > MaxText:
		say(colTarget, false, "too-long", "the translation or its comment is longer than %d bytes", MaxText)
		return
	case !utf8.ValidString(target):
		say(colTarget, false, "no-utf8", "the translation holds bytes that are no text")
		return
	case hash == Hash(u.Source) && len(wrong) > 0:
		say(colTarget, false, "placeholder", "%s must stand in the translation as often as in the source", strings.Join(wrong, ", "))
		return
	}
	if hash != Hash(u.Source) {
		say(colHash, true, "stale", "the source of %s has changed since; the translation is kept, and shown once it fits the new source", id)
	}
	changed := target != u.Target
	u.Target, u.Hash, u.Comment = target, hash, cell(colComment)
	if state == InForm && changed {
		state = NeedsReview // what the form's author wrote was changed by somebody else
	}
	u.State = state
	if changed && r.author != "" && r.out.Author != "" && r.author != r.out.Author {
		u.Author = r.author
	}
}

// openWorkbook reads the rows of the texts and what the other sheet says. A
// workbook that the library trips over is a damaged one, whatever way it ends.
func openWorkbook(data []byte) (rows [][]string, facts map[string]string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: it is damaged", ErrNotWorkbook)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return nil, nil, fmt.Errorf("%w: it is no XLSX file, or damaged", ErrNotWorkbook)
	}
	defer f.Close()
	if rows, err = sheetRows(f, textsSheet, MaxUnits+1); err != nil {
		return nil, nil, err
	}
	facts = map[string]string{}
	said, err := sheetRows(f, aboutSheet, 100)
	if err != nil {
		return rows, facts, nil // a translator may have deleted it
	}
	for _, row := range said {
		if len(row) > 1 {
			facts[strings.TrimSpace(row[0])] = strings.TrimSpace(row[1])
		}
	}
	return rows, facts, nil
}

func sheetRows(f *excelize.File, sheet string, most int) ([][]string, error) {
	it, err := f.Rows(sheet)
	if err != nil {
		return nil, fmt.Errorf("%w: there is no sheet %q", ErrNotWorkbook, sheet)
	}
	defer it.Close()
	var rows [][]string
	for it.Next() {
		if len(rows) >= most {
			return nil, fmt.Errorf("%w: sheet %q has more than %d rows", ErrNotWorkbook, sheet, most)
		}
		row, err := it.Columns()
		if err != nil {
			return nil, fmt.Errorf("%w: sheet %q is damaged", ErrNotWorkbook, sheet)
		}
		rows = append(rows, row)
	}
	return rows, it.Error()
}
