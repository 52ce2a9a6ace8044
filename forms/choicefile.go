package forms

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a file of choices.
const (
	MaxChoiceBytes = 32 << 20
	MaxChoices     = 200_000
)

// ReadChoices reads the choices of a file by its ending: a table (CSV with a
// heading row), GeoJSON or XML, all UTF-8. Value and label name the columns to
// take ("name" and "label" where empty, "id" and "title" of GeoJSON);
// label::Language columns become translations and all columns may be used in
// choice filters.
func ReadChoices(list ChoiceList, data []byte, value, label string) (ChoiceList, error) {
	geo := strings.HasSuffix(strings.ToLower(list.File), ".geojson")
	if value == "" {
		value = map[bool]string{true: "id", false: "name"}[geo]
	}
	if label == "" {
		label = map[bool]string{true: "title", false: "label"}[geo]
	}
	list, err := readFile(list, data, value, label)
	if err != nil {
		return list, err
	}
	if !slices.Contains(list.Columns, value) {
		return list, fmt.Errorf("%s has no column %q", list.File, value)
	}
	return list, nil
}

// ReadTable reads a file like ReadChoices without asking for a column of
// values: expressions look its rows up (pulldata).
func ReadTable(list ChoiceList, data []byte) (ChoiceList, error) {
	return readFile(list, data, "name", "label")
}

func readFile(list ChoiceList, data []byte, value, label string) (ChoiceList, error) {
	if len(data) > MaxChoiceBytes {
		return list, fmt.Errorf("%s is larger than %d MB", list.File, MaxChoiceBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return list, fmt.Errorf("%s is no text in UTF-8", list.File)
	}
	rows := readCSV
	switch strings.ToLower(path.Ext(list.File)) {
	case ".geojson":
		rows = readGeoJSON
	case ".xml":
		rows = readItems
	}
	list.Columns, list.Choices = nil, nil
	head := []string{}
	err := rows(data, func(record []string) error {
		if len(list.Choices) == MaxChoices {
			return fmt.Errorf("more than %d rows", MaxChoices)
		}
		list.Choices = append(list.Choices, choiceOf(head, record, value, label))
		return nil
	}, &head)
	list.Columns = head
	if err != nil {
		return list, fmt.Errorf("%s: %w", list.File, err)
	}
	return list, nil
}

// readCSV gives each row to row; head is set before the first.
func readCSV(data []byte, row func([]string) error, head *[]string) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = delimiter(data)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	first, err := r.Read()
	if err != nil {
		return errors.New("it is empty")
	}
	for i := range first {
		first[i] = strings.TrimSpace(first[i])
	}
	*head = first
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := row(record); err != nil {
			return err
		}
	}
}

// delimiter is what parts the headings: programs set to some languages write
// semicolons, others tabs or bars.
func delimiter(data []byte) rune {
	head, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', 0
	for _, c := range ",;\t|" {
		if n := bytes.Count(head, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func choiceOf(head, record []string, value, label string) Choice {
	c := Choice{Label: Text{}, Extra: make(map[string]string, len(head))}
	for i, h := range head {
		if i >= len(record) {
			break
		}
		cell := record[i]
		c.Extra[h] = cell
		if h == value {
			c.Value = strings.TrimSpace(cell)
		}
		if rest, ok := strings.CutPrefix(h, label); ok && cell != "" {
			if lang, ok := strings.CutPrefix(rest, "::"); ok || rest == "" {
				c.Label[strings.TrimSpace(lang)] = cell
			}
		}
	}
	return c
}
