package xlsform

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of what is opened. An XLSForm of a thousand questions in ten
// languages stays far below each.
const (
	MaxBytes    = 64 << 20 // of the file
	MaxUnpacked = 256 << 20
	MaxRatio    = 100   // unpacked to packed, of an entry above 1 MiB and of the whole
	MaxEntries  = 2_000 // in the zip
	MaxRows     = 100_000
	MaxColumns  = 1_000
	MaxCell     = 4 * 32_767 // bytes; Excel's limit is 32,767 characters
)

// ErrNotForm is wrapped by every error that says a file is no XLSForm.
var ErrNotForm = errors.New("not an XLSForm")

// ErrTooLarge is wrapped by every error that says a file exceeds a limit.
var ErrTooLarge = errors.New("too large for a form")

// Open reads the form at path: an .xlsx or .xlsm file, an .md or .csv file, or
// a folder with survey.csv.
func Open(path string) (Workbook, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Workbook{}, err
	}
	if info.IsDir() {
		return OpenCSV(os.DirFS(path))
	}
	if info.Size() > MaxBytes {
		return Workbook{}, fmt.Errorf("%s: %w: more than %d MB", filepath.Base(path), ErrTooLarge, MaxBytes>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Workbook{}, err
	}
	return OpenBytes(filepath.Base(path), data)
}

// OpenBytes reads the form in a file of this name that is at hand already.
func OpenBytes(name string, data []byte) (Workbook, error) {
	wb, err := openAs(strings.ToLower(filepath.Ext(name)), data)
	if err != nil {
		return Workbook{}, fmt.Errorf("%s: %w", name, err)
	}
	return wb, nil
}

func openAs(extension string, data []byte) (Workbook, error) {
	switch {
	case looksLike(data) != "":
		return Workbook{}, fmt.Errorf("%w: this is %s", ErrNotForm, looksLike(data))
	case bytes.HasPrefix(data, []byte("PK\x03\x04")) || extension == ".xlsx" || extension == ".xlsm":
		return OpenXLSX(data)
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return Workbook{}, fmt.Errorf("%w: neither a workbook nor text in UTF-8", ErrNotForm)
	case extension == ".md":
		return OpenMarkdown(string(data))
	case extension == ".csv":
		return openOneCSV(data)
	}
	return Workbook{}, fmt.Errorf("%w: a form is an .xlsx, .csv or .md file or a folder with survey.csv", ErrNotForm)
}

// looksLike names what people often take for an .xlsx file, or returns "".
func looksLike(data []byte) string {
	head := bytes.TrimLeft(data[:min(len(data), 512)], "\xEF\xBB\xBF \t\r\n")
	lower := bytes.ToLower(head)
	for _, k := range []struct{ magic, what string }{
		{"\xD0\xCF\x11\xE0", "an old Excel or Word file (.xls, .doc) or one with a password; save it as .xlsx without a password"},
		{"\x89PNG", "a PNG picture"},
		{"\xFF\xD8\xFF", "a JPEG picture"},
		{"gif8", "a GIF picture"},
		{"%pdf", "a PDF document"},
		{"<!doctype html", "a web page; perhaps a login page was saved instead of the form"},
		{"<html", "a web page; perhaps a login page was saved instead of the form"},
		{"{\\rtf", "an RTF document"},
		{"<h:html", "an XForm (XML), not a workbook"},
		{"<?xml", "an XML file, not a workbook"},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) || bytes.HasPrefix(lower, []byte(k.magic)) {
			return k.what
		}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return "an empty file"
	}
	return ""
}

// OpenXLSX reads the bytes of an .xlsx file.
func OpenXLSX(data []byte) (Workbook, error) {
	if len(data) > MaxBytes {
		return Workbook{}, fmt.Errorf("%w: more than %d MB", ErrTooLarge, MaxBytes>>20)
	}
	if what := looksLike(data); what != "" {
		return Workbook{}, fmt.Errorf("%w: this is %s", ErrNotForm, what)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Workbook{}, fmt.Errorf("%w: the file is damaged or no workbook", ErrNotForm)
	}
	if err := checkZip(z); err != nil {
		return Workbook{}, err
	}
	return readExcel(data)
}

// checkZip looks at the directory of a zip before anything is unpacked. The
// sizes it states are kept to by archive/zip, which ends an entry that
// unpacks to more with an error.
func checkZip(z *zip.Reader) error {
	if len(z.File) > MaxEntries {
		return fmt.Errorf("%w: %d parts in the zip", ErrTooLarge, len(z.File))
	}
	var packed, unpacked uint64
	workbook := false
	for _, f := range z.File {
		workbook = workbook || f.Name == "xl/workbook.xml"
		packed += f.CompressedSize64
		unpacked += f.UncompressedSize64
		if f.UncompressedSize64 > MaxUnpacked || unpacked > MaxUnpacked {
			return fmt.Errorf("%w: it unpacks to more than %d MB", ErrTooLarge, MaxUnpacked>>20)
		}
		if f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/MaxRatio > f.CompressedSize64 {
			return fmt.Errorf("%w: %s unpacks to more than %d times its size", ErrTooLarge, f.Name, MaxRatio)
		}
	}
	if unpacked > 1<<20 && unpacked/MaxRatio > packed {
		return fmt.Errorf("%w: it unpacks to more than %d times its size", ErrTooLarge, MaxRatio)
	}
	if !workbook {
		return fmt.Errorf("%w: a zip file, but no workbook in it", ErrNotForm)
	}
	return nil
}

// OpenCSV reads a folder with survey.csv and, where the form has them,
// choices.csv, settings.csv and the other sheets, in UTF-8.
func OpenCSV(dir fs.FS) (Workbook, error) {
	var wb Workbook
	for _, name := range []string{"survey", "choices", "settings", "external_choices", "entities", "osm"} {
		data, err := readLimited(dir, name+".csv")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Workbook{}, err
		}
		rows, err := readCSV(data)
		if err != nil {
			return Workbook{}, fmt.Errorf("%s.csv: %w", name, err)
		}
		sheet, err := newSheet(name, rows)
		if err != nil {
			return Workbook{}, err
		}
		wb.Sheets = append(wb.Sheets, sheet)
	}
	if _, ok := wb.sheet("survey"); !ok {
		return Workbook{}, fmt.Errorf("%w: the folder has no survey.csv", ErrNotForm)
	}
	return wb, nil
}

func readLimited(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err == nil && len(data) > MaxBytes {
		err = fmt.Errorf("%s: %w: more than %d MB", name, ErrTooLarge, MaxBytes>>20)
	}
	return data, err
}

func readCSV(data []byte) ([][]string, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, fmt.Errorf("%w: no text in UTF-8", ErrNotForm)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	var rows [][]string
	next := 1 // line on which the next record begins if no blank line stands before it
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		at, _ := r.FieldPos(0)
		if len(rows) > 0 { // encoding/csv drops blank lines, a spreadsheet counts them
			rows = append(rows, make([][]string, min(at-next, MaxRows))...)
		}
		rows = append(rows, row)
		if len(rows) > MaxRows {
			return nil, fmt.Errorf("%w: more than %d rows", ErrTooLarge, MaxRows)
		}
		next = at + 1 + strings.Count(strings.Join(row, ""), "\n")
	}
}

// openOneCSV reads the form of one CSV file whose first column names the sheet.
func openOneCSV(data []byte) (Workbook, error) {
	rows, err := readCSV(data)
	if err != nil {
		return Workbook{}, err
	}
	return fromBlocks(rows)
}

// OpenMarkdown reads tables of the kind pyxform reads:
//
//	| survey |      |      |       |
//	|        | type | name | label |
//	|        | text | home | Home? |
//
// The headings may also stand beside the name of the sheet.
func OpenMarkdown(text string) (Workbook, error) {
	if len(text) > MaxBytes {
		return Workbook{}, fmt.Errorf("%w: more than %d MB", ErrTooLarge, MaxBytes>>20)
	}
	var rows [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			continue
		}
		row := splitRow(line)
		if slices.ContainsFunc(row, func(c string) bool { return strings.Trim(c, "-: ") != "" }) || len(strings.Trim(line, "| ")) == 0 {
			rows = append(rows, row)
		}
	}
	return fromBlocks(rows)
}

// splitRow splits at bars that no backslash stands before.
func splitRow(line string) []string {
	line = strings.TrimPrefix(line, "|")
	var cells []string
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] == '|':
			b.WriteByte('|')
			i++
		case line[i] == '|':
			cells = append(cells, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(line[i])
		}
	}
	if rest := strings.TrimSpace(b.String()); rest != "" && rest[0] != '#' { // a comment after the table
		cells = append(cells, rest)
	}
	return cells
}

// fromBlocks makes sheets of rows whose first cell, where it is filled, begins
// a new sheet.
func fromBlocks(rows [][]string) (Workbook, error) {
	var wb Workbook
	var name string
	var block [][]string
	flush := func() error {
		if name == "" {
			return nil
		}
		sheet, err := newSheet(name, block)
		wb.Sheets = append(wb.Sheets, sheet)
		return err
	}
	for _, row := range rows {
		if len(row) > 0 && strings.TrimSpace(row[0]) != "" {
			if err := flush(); err != nil {
				return Workbook{}, err
			}
			name, block = strings.TrimSpace(row[0]), nil
		}
		if len(row) > 1 && (len(block) > 0 || strings.Join(row[1:], "") != "") {
			block = append(block, row[1:])
		}
	}
	if err := flush(); err != nil {
		return Workbook{}, err
	}
	if len(wb.Sheets) == 0 {
		return Workbook{}, fmt.Errorf("%w: no table in it", ErrNotForm)
	}
	return wb, nil
}

// newSheet makes a sheet of rows, the first of which holds the headings.
func newSheet(name string, rows [][]string) (Sheet, error) {
	s := Sheet{Name: name}
	for i, row := range rows {
		if i >= MaxRows || len(row) > MaxColumns {
			return Sheet{}, fmt.Errorf("sheet %s: %w: more than %d rows or %d columns", name, ErrTooLarge, MaxRows, MaxColumns)
		}
		for _, c := range row {
			if len(c) > MaxCell {
				return Sheet{}, fmt.Errorf("sheet %s row %d: %w: a cell of %d bytes", name, i+1, ErrTooLarge, len(c))
			}
		}
		if i == 0 {
			s.Headings = row
			continue
		}
		if len(row) > 0 {
			s.Rows = append(s.Rows, Row{Number: i + 1, Cells: row})
		}
	}
	return s, nil
}
