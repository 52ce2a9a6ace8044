package xlsform

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// readExcel is the only place that knows excelize. The sizes have been
// checked; a workbook that excelize trips over is a damaged one, whatever way
// it ends.
func readExcel(data []byte) (wb Workbook, err error) {
	defer func() {
		if p := recover(); p != nil {
			wb, err = Workbook{}, fmt.Errorf("%w: the workbook is damaged", ErrNotForm)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue:      true, // 2026112201 stays as it is, whatever the cell's format
		UnzipSizeLimit:    MaxUnpacked,
		UnzipXMLSizeLimit: MaxUnpacked,
	})
	if err != nil {
		return Workbook{}, fmt.Errorf("%w: the workbook is damaged: %s", ErrNotForm, firstLine(err))
	}
	defer f.Close()
	names := f.GetSheetList()
	for _, name := range names {
		as := name
		switch {
		case isFormSheet(name):
		case len(names) == 1:
			as = "survey" // whatever it is called, there is no other
		default:
			wb.Sheets = append(wb.Sheets, Sheet{Name: name})
			continue
		}
		rows, err := excelRows(f, name)
		if err != nil {
			return Workbook{}, err
		}
		sheet, err := newSheet(as, rows)
		if err != nil {
			return Workbook{}, err
		}
		wb.Sheets = append(wb.Sheets, sheet)
	}
	return wb, nil
}

// excelRows reads a sheet twice side by side: as the values are stored and as
// they are shown, because only that tells dates and truth from numbers.
func excelRows(f *excelize.File, name string) ([][]string, error) {
	damaged := func(err error) error {
		return fmt.Errorf("%w: sheet %s is damaged: %s", ErrNotForm, name, firstLine(err))
	}
	stored, err := f.Rows(name)
	if err != nil {
		return nil, damaged(err)
	}
	defer stored.Close()
	shown, err := f.Rows(name)
	if err != nil {
		return nil, damaged(err)
	}
	defer shown.Close()
	var rows [][]string
	for stored.Next() && shown.Next() {
		if len(rows) >= MaxRows {
			return nil, fmt.Errorf("sheet %s: %w: more than %d rows", name, ErrTooLarge, MaxRows)
		}
		row, err := stored.Columns()
		if err != nil {
			return nil, damaged(err)
		}
		seen, err := shown.Columns(excelize.Options{RawCellValue: false})
		if err != nil {
			return nil, damaged(err)
		}
		for i, v := range row {
			if i < len(seen) && seen[i] != v {
				row[i] = cellText(v, seen[i])
			} else {
				row[i] = plainNumber(v)
			}
		}
		rows = append(rows, row)
	}
	if err := errors.Join(stored.Error(), shown.Error()); err != nil {
		return nil, damaged(err)
	}
	return rows, noBlankFormulas(f, name, rows)
}

// cellText is a cell whose value is shown in another way than it is stored: a
// date or time as XForms write it, truth as a word, a number as it is.
func cellText(stored, shown string) string {
	if shown == "TRUE" || shown == "FALSE" {
		return shown
	}
	n, err := strconv.ParseFloat(stored, 64)
	if err != nil || !strings.ContainsAny(shown, "/:-") || strings.ContainsAny(shown, "Ee%") {
		return plainNumber(stored)
	}
	if _, err := strconv.ParseFloat(shown, 64); err == nil {
		return plainNumber(stored)
	}
	at, err := excelize.ExcelDateToTime(n, false)
	switch {
	case err != nil:
		return stored
	case n < 1:
		return at.Format("15:04:05")
	case n == math.Trunc(n):
		return at.Format("2006-01-02")
	}
	return at.Format("2006-01-02T15:04:05")
}

// plainNumber writes 1.1000000000000001 and 2.026112201E9 as people do.
func plainNumber(stored string) string {
	if !strings.ContainsAny(stored, ".E") || len(stored) > 32 || strings.Trim(stored, "0123456789.E+-") != "" {
		return stored
	}
	n, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.Abs(n) > 1e15 || len(stored) < 16 && !strings.Contains(stored, "E") {
		return stored // a version such as 1.10 is text and stays so
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// maxFormulas bounds how many blank cells are looked at for formulas.
const maxFormulas = 10_000

// noBlankFormulas reports a formula that was saved without its value, as some
// programs do: the cell would be taken for blank.
func noBlankFormulas(f *excelize.File, name string, rows [][]string) error {
	if !hasFormulas(f) {
		return nil
	}
	looked := 0
	for i, row := range rows {
		for j := range rows[0] {
			if j < len(row) && row[j] != "" || rows[0][j] == "" || strings.Join(row, "") == "" {
				continue
			}
			if looked++; looked > maxFormulas {
				return nil
			}
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return nil
			}
			if formula, err := f.GetCellFormula(name, at); err == nil && formula != "" {
				return fmt.Errorf("%w: sheet %s row %d, column %s holds the formula =%s without its value; open the workbook in a spreadsheet program and save it", ErrNotForm, name, i+1, rows[0][j], formula)
			}
		}
	}
	return nil
}

// hasFormulas reports whether any sheet has one; looking for them cell by cell
// takes long.
func hasFormulas(f *excelize.File) (found bool) {
	f.Pkg.Range(func(name, content any) bool {
		xml, ok := content.([]byte)
		path, _ := name.(string)
		found = ok && strings.HasPrefix(path, "xl/worksheets/") && (bytes.Contains(xml, []byte("<f>")) || bytes.Contains(xml, []byte("<f ")))
		return !found
	})
	return found
}

// isFormSheet tells the sheets that are read from those an author keeps for
// notes; the names of the latter are kept for a hint.
func isFormSheet(name string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "survey", "choices", "settings", "external_choices", "entities", "osm":
		return true
	}
	return false
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
