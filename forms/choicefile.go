package forms

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a file of choices.
const (
	MaxChoiceBytes = 32 << 20
	MaxChoices     = 200_000
)

// ReadChoices reads the choices of a CSV file with a heading row, UTF-8, a
// byte-order mark tolerated. Value and label name the columns to take ("name"
// and "label" where empty); label::Language columns become translations and
// all columns may be used in choice filters.
func ReadChoices(list ChoiceList, data []byte, value, label string) (ChoiceList, error) {
	if len(data) > MaxChoiceBytes {
		return list, fmt.Errorf("%s is larger than %d MB", list.File, MaxChoiceBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return list, fmt.Errorf("%s is no CSV file in UTF-8", list.File)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	head, err := r.Read()
	if err != nil {
		return list, fmt.Errorf("%s is empty", list.File)
	}
	if value == "" {
		value = "name"
	}
	if label == "" {
		label = "label"
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	list.Columns, list.Choices = head, nil
	if !slices.Contains(head, value) {
		return list, fmt.Errorf("%s has no column %q", list.File, value)
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, fmt.Errorf("%s: %w", list.File, err)
		}
		if len(list.Choices) == MaxChoices {
			return list, fmt.Errorf("%s has more than %d rows", list.File, MaxChoices)
		}
		list.Choices = append(list.Choices, choiceOf(head, record, value, label))
	}
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
