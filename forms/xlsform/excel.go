package xlsform

import (
	"bytes"
	"fmt"
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
	for _, name := range f.GetSheetList() {
		if !isFormSheet(name) {
			wb.Sheets = append(wb.Sheets, Sheet{Name: name})
			continue
		}
		rows, err := excelRows(f, name)
		if err != nil {
			return Workbook{}, err
		}
		sheet, err := newSheet(name, rows)
		if err != nil {
			return Workbook{}, err
		}
		wb.Sheets = append(wb.Sheets, sheet)
	}
	return wb, nil
}

func excelRows(f *excelize.File, name string) ([][]string, error) {
	it, err := f.Rows(name)
	if err != nil {
		return nil, fmt.Errorf("%w: sheet %s is damaged: %s", ErrNotForm, name, firstLine(err))
	}
	defer it.Close()
	var rows [][]string
	for it.Next() {
		if len(rows) >= MaxRows {
			return nil, fmt.Errorf("sheet %s: %w: more than %d rows", name, ErrTooLarge, MaxRows)
		}
		row, err := it.Columns()
		if err != nil {
			return nil, fmt.Errorf("%w: sheet %s is damaged: %s", ErrNotForm, name, firstLine(err))
		}
		rows = append(rows, row)
	}
	if err := it.Error(); err != nil {
		return nil, fmt.Errorf("%w: sheet %s is damaged: %s", ErrNotForm, name, firstLine(err))
	}
	return rows, nil
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
