package xlsform

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"baraza.example/forms"
)

// formSheetsOf are the sheets of a workbook that belong to the form.
func formSheetsOf(wb Workbook) []Sheet {
	return slices.DeleteFunc(slices.Clone(wb.Sheets), func(s Sheet) bool {
		return !isFormSheet(s.Name) || len(s.Headings) == 0
	})
}

// lines are the rows of a sheet with the headings and the blank ones between,
// so that they keep their numbers.
func (s Sheet) lines() [][]string {
	all := [][]string{s.Headings}
	for _, row := range s.Rows {
		for len(all) < row.Number-1 {
			all = append(all, nil)
		}
		all = append(all, row.Cells)
	}
	return all
}

// WriteMarkdown writes a workbook as the tables that [OpenMarkdown] reads. A
// cell of several lines is an error: a table can't hold it.
func WriteMarkdown(w io.Writer, wb Workbook) error {
	var b bytes.Buffer
	for i, s := range formSheetsOf(wb) {
		if i > 0 {
			b.WriteByte('\n')
		}
		lines := s.lines()
		width := columnWidths(s.Name, lines)
		fmt.Fprintf(&b, "| %-*s |\n", width[0], s.Name)
		for n, line := range lines {
			for c, text := range line {
				if strings.ContainsAny(text, "\n\r") {
					return fmt.Errorf("sheet %s row %d, column %s: a table can't hold a cell of several lines; write .xlsx or a folder", s.Name, n+1, headingAt(s, c))
				}
			}
			writeLine(&b, line, width)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func headingAt(s Sheet, column int) string {
	if column < len(s.Headings) {
		return s.Headings[column]
	}
	return fmt.Sprint(column + 1)
}

// maxPadding is how wide a column is made; longer cells stick out.
const maxPadding = 60

// columnWidths are the widths of the name of the sheet and of its columns.
func columnWidths(name string, lines [][]string) []int {
	width := []int{utf8.RuneCountInString(name)}
	for _, line := range lines {
		for c, text := range line {
			for len(width) < c+2 {
				width = append(width, 0)
			}
			width[c+1] = max(width[c+1], min(utf8.RuneCountInString(escapeBar(text)), maxPadding))
		}
	}
	return width
}

func escapeBar(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "|", `\|`) }

func writeLine(b *bytes.Buffer, line []string, width []int) {
	fmt.Fprintf(b, "| %*s |", width[0], "")
	for c := range width[1:] {
		text := ""
		if c < len(line) {
			text = escapeBar(line[c])
		}
		b.WriteByte(' ')
		b.WriteString(text)
		for n := utf8.RuneCountInString(text); n < width[c+1]; n++ {
			b.WriteByte(' ')
		}
		b.WriteString(" |")
	}
	b.WriteByte('\n')
}

// WriteCSV writes a workbook as a folder with a file for each sheet, in UTF-8.
// Files of sheets that the workbook hasn't are left alone.
func WriteCSV(dir string, wb Workbook) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, s := range formSheetsOf(wb) {
		data, err := sheetCSV(s)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, strings.ToLower(strings.TrimSpace(s.Name))+".csv")
		temporary := path + ".new"
		if err := os.WriteFile(temporary, data, 0o644); err != nil {
			return errors.Join(err, os.Remove(temporary))
		}
		if err := os.Rename(temporary, path); err != nil {
			return err
		}
	}
	return nil
}

func sheetCSV(s Sheet) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, line := range s.lines() {
		if strings.Join(line, "") == "" { // encoding/csv would write "" and read it as a row
			w.Flush()
			b.WriteByte('\n')
			continue
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Itemsets returns the itemsets.csv that goes with a form whose workbook has
// external choices, or nil where it has none.
func Itemsets(wb Workbook) ([]byte, error) {
	s, ok := wb.sheet("external_choices")
	if !ok || len(s.Headings) == 0 {
		return nil, nil
	}
	return sheetCSV(s)
}

// ReadItemsets gives a form the external choices that lie in the itemsets.csv
// beside it.
func ReadItemsets(d *forms.Definition, data []byte) error {
	rows, err := readCSV(data)
	if err != nil {
		return fmt.Errorf("itemsets.csv: %w", err)
	}
	sheet, err := newSheet("external_choices", rows)
	if err != nil {
		return err
	}
	r := &reader{def: d, duplicates: true}
	for name, list := range r.lists(sheet, "external_choices") {
		if had, ok := d.Lists[name]; ok && had.External {
			list.External = true
			d.Lists[name] = list
		}
	}
	return forms.Usable(r.found)
}

// WriteXLSX writes a workbook as an .xlsx file: the headings bold and fixed,
// the columns as wide as what stands in them.
func WriteXLSX(w io.Writer, wb Workbook) error {
	f := excelize.NewFile()
	defer f.Close()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	sheets := formSheetsOf(wb)
	for i, s := range sheets {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.Name)
		} else {
			_, err = f.NewSheet(s.Name)
		}
		if err == nil {
			err = writeSheet(f, s, bold)
		}
		if err != nil {
			return fmt.Errorf("sheet %s: %w", s.Name, err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		return err
	}
	return inOrder(w, b.Bytes())
}

// inOrder writes the parts of a zip by name: excelize leaves their order to
// chance.
func inOrder(w io.Writer, data []byte) error {
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	out := zip.NewWriter(w)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			return err
		}
	}
	return out.Close()
}

func writeSheet(f *excelize.File, s Sheet, bold int) error {
	out, err := f.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	lines := s.lines()
	for c, width := range columnWidths("", lines)[1:] {
		if err := out.SetColWidth(c+1, c+1, float64(max(width, 6)+2)); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for n, line := range lines {
		cells := make([]any, len(line))
		for c, text := range line {
			switch {
			case n == 0:
				cells[c] = excelize.Cell{StyleID: bold, Value: text}
			case text != "":
				cells[c] = text
			}
		}
		at, err := excelize.CoordinatesToCellName(1, n+1)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, cells); err != nil {
			return err
		}
	}
	return out.Flush()
}
