// Package translate moves the texts of a form to its translators and back.
//
// A catalogue is the texts of one form in one language: units, each with its
// source, a hash of the source, and the state of its translation. Its file is
// JSON, described in docs/protocol/translation.md; translators without tools
// get a workbook. Lengths are bytes. Start at [Extract].
package translate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"baraza.example/forms"
)

// Limits of a catalogue.
const (
	MaxBytes = 8 << 20   // of its file
	MaxUnits = 50_000    // a form of a thousand questions has some 5,000
	MaxText  = 4 * 8_000 // of a source, a target or a comment
)

// A State says how far a translation is.
type State string

// The states of a translation.
const (
	New         State = "new"          // there is no target yet
	NeedsReview State = "needs-review" // nobody who speaks the language has checked it
	Reviewed    State = "reviewed"     // somebody has; Author says who
	InForm      State = "in-form"      // the form itself carries it, as its author wrote it
)

// A Catalogue is the texts of a form in one language.
type Catalogue struct {
	Form     string `json:"form"`     // form_id
	Version  string `json:"version"`  // of the form that the units were taken from
	Source   string `json:"source"`   // language translated from, as the form's headings name it: "English (en)"
	Language string `json:"language"` // language translated to: "Français (fr)"
	Author   string `json:"author,omitempty"`
	Note     string `json:"note,omitempty"` // what a reader must know before using it
	Units    []Unit `json:"units"`
}

// A Unit is one text.
type Unit struct {
	ID      string `json:"id"` // "/data/age#label", "yes_no/yes#label"
	Source  string `json:"source"`
	Hash    string `json:"source_sha256"` // [Hash] of the source that was translated
	Target  string `json:"target,omitempty"`
	State   State  `json:"state"`
	Author  string `json:"author,omitempty"` // where it is another than the catalogue's
	Comment string `json:"comment,omitempty"`
	Place   string `json:"-"` // where the text stands, in words for a translator
}

// Hash is the first 16 hexadecimal digits of the SHA-256 of a source.
func Hash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return hex.EncodeToString(sum[:8])
}

// Stale says whether the source has changed since the text was translated.
func (u Unit) Stale() bool { return u.Target != "" && u.Hash != Hash(u.Source) }

// ErrNotCatalogue is wrapped by every error that says a file is none.
var ErrNotCatalogue = errors.New("not a catalogue of translations")

// Decode reads a catalogue's file.
func Decode(data []byte) (Catalogue, error) {
	var c Catalogue
	switch {
	case len(data) > MaxBytes:
		return c, fmt.Errorf("%w: more than %d MB", ErrNotCatalogue, MaxBytes>>20)
	case !utf8.Valid(data):
		return c, fmt.Errorf("%w: not in UTF-8", ErrNotCatalogue)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return Catalogue{}, fmt.Errorf("%w: %w", ErrNotCatalogue, err)
	}
	if err := c.check(); err != nil {
		return Catalogue{}, err
	}
	return c, nil
}

func (c Catalogue) check() error {
	if c.Form == "" || c.Language == "" {
		return fmt.Errorf("%w: it does not say for which form and language it is", ErrNotCatalogue)
	}
	if len(c.Units) > MaxUnits {
		return fmt.Errorf("%w: more than %d units", ErrNotCatalogue, MaxUnits)
	}
	seen := make(map[string]bool, len(c.Units))
	for i, u := range c.Units {
		switch {
		case u.ID == "":
			return fmt.Errorf("%w: unit %d has no id", ErrNotCatalogue, i+1)
		case seen[u.ID]:
			return fmt.Errorf("%w: two units are called %q", ErrNotCatalogue, u.ID)
		case max(len(u.ID), len(u.Source), len(u.Target), len(u.Comment)) > MaxText:
			return fmt.Errorf("%w: %q is longer than %d bytes", ErrNotCatalogue, u.ID, MaxText)
		case !known(u.State):
			return fmt.Errorf("%w: %q is in no known state: %q", ErrNotCatalogue, u.ID, u.State)
		}
		seen[u.ID] = true
	}
	return nil
}

func known(s State) bool { return s == New || s == NeedsReview || s == Reviewed || s == InForm }

// Encode writes a catalogue's file: the same catalogue gives the same bytes.
func (c Catalogue) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Merge returns the units of fresh, taken from the form as it is now, with
// what is translated in c. A translation keeps the hash of the source it was
// made from, so that a change of the source is seen. Units that the form no
// longer has stay at the end: somebody's work is in them.
func (c Catalogue) Merge(fresh Catalogue) Catalogue {
	held := make(map[string]Unit, len(c.Units))
	for _, u := range c.Units {
		held[u.ID] = u
	}
	out := fresh
	out.Author, out.Note = c.Author, c.Note
	out.Units = nil
	for _, u := range fresh.Units {
		if old, ok := held[u.ID]; ok {
			if old.Target != "" {
				u.Target, u.State, u.Hash, u.Author = old.Target, old.State, old.Hash, old.Author
			}
			u.Comment = old.Comment
			delete(held, u.ID)
		}
		out.Units = append(out.Units, u)
	}
	for _, u := range c.Units {
		if _, left := held[u.ID]; left && u.Target != "" {
			out.Units = append(out.Units, u)
		}
	}
	return out
}

// lacks lists the placeholders of a source that a target does not have exactly
// as often, in the order of the source, then those the target has too many.
func lacks(source, target string) []string {
	counts := map[string]int{}
	for _, p := range placeholder.FindAllString(source, -1) {
		counts[p]++
	}
	for _, p := range placeholder.FindAllString(target, -1) {
		counts[p]--
	}
	var wrong []string
	for _, p := range append(placeholder.FindAllString(source, -1), placeholder.FindAllString(target, -1)...) {
		if counts[p] != 0 {
			wrong = append(wrong, p)
			counts[p] = 0
		}
	}
	return wrong
}

// diagnostic is about a unit, for the person who translates.
func diagnostic(code string, at forms.Place, warning bool, format string, args ...any) forms.Diagnostic {
	return forms.Diagnostic{Code: code, Place: at, Message: fmt.Sprintf(format, args...), Warning: warning}
}
