package consultation

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"unicode/utf8"

	"baraza.example/forms"
	"github.com/BurntSushi/toml"
)

// FileName is the description in a consultation's folder.
const FileName = "consultation.toml"

// Limits of a description.
const (
	MaxBytes  = 256 << 10
	MaxRounds = 100
	MaxEvents = 500
	MaxTitle  = 300    // characters of a title or a note
	MaxText   = 10_000 // characters of the introduction
)

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// Read reads the consultation in a folder. The error joins everything that is
// wrong with the description, each a [forms.Diagnostic].
func Read(folder fs.FS) (*Consultation, error) {
	text, err := readLimited(folder)
	if err != nil {
		return nil, err
	}
	c := &Consultation{}
	meta, err := toml.Decode(string(text), c)
	if err != nil {
		return nil, undecodable(err)
	}
	k := &checker{}
	for _, key := range meta.Undecoded() {
		k.fault("unknown-key", "there is no %q in a consultation", key)
	}
	k.consultation(c)
	if len(k.faults) > 0 {
		return nil, errors.Join(k.faults...)
	}
	if info, err := fs.Stat(folder, c.Form.Folder); err != nil || !info.IsDir() {
		k.fault("no-form", "the form's folder %q is not beside it", c.Form.Folder)
		return nil, errors.Join(k.faults...)
	}
	return c, nil
}

func readLimited(folder fs.FS) ([]byte, error) {
	f, err := folder.Open(FileName)
	if err != nil {
		return nil, fmt.Errorf("open consultation: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read consultation: %w", err)
	case len(text) > MaxBytes:
		return nil, diagnostic("too-large", 0, fmt.Sprintf("more than %d KB", MaxBytes>>10))
	case !utf8.Valid(text):
		return nil, diagnostic("no-utf8", 0, "not in UTF-8")
	}
	return text, nil
}

func undecodable(err error) error {
	if at, ok := errors.AsType[toml.ParseError](err); ok {
		return diagnostic("syntax", at.Position.Line, at.Message)
	}
	return diagnostic("syntax", 0, err.Error())
}

func diagnostic(code string, line int, message string) forms.Diagnostic {
	return forms.Diagnostic{Code: code, Place: forms.Place{Sheet: FileName, Row: line}, Message: message}
}

// A checker collects what is wrong.
type checker struct{ faults []error }

func (k *checker) fault(code, format string, args ...any) {
	k.faults = append(k.faults, diagnostic(code, 0, fmt.Sprintf(format, args...)))
}

func (k *checker) consultation(c *Consultation) {
	k.id("the consultation", c.ID)
	k.text("the title", c.Title, true, MaxTitle)
	k.text("the introduction", c.Introduction, false, MaxText)
	k.text("the source", c.Source, false, MaxTitle)
	k.regions("the consultation", c.Regions)
	k.text("the form's id", c.Form.ID, true, MaxTitle)
	if !fs.ValidPath(c.Form.Folder) || c.Form.Folder == "." {
		k.fault("bad-folder", "the form's folder %q is no folder below the consultation's", c.Form.Folder)
	}
	if len(c.Rounds) > MaxRounds || len(c.Events) > MaxEvents {
		k.fault("too-many", "more than %d rounds or %d events", MaxRounds, MaxEvents)
		return
	}
	seen := map[string]bool{}
	for _, r := range c.Rounds {
		k.round(r)
		if seen[r.ID] {
			k.fault("twice", "two rounds are called %q", r.ID)
		}
		seen[r.ID] = true
	}
	for i, e := range c.Events {
		what := fmt.Sprintf("event %d", i+1)
		k.text("the title of "+what, e.Title, true, MaxTitle)
		k.text("the note of "+what, e.Note, false, MaxTitle)
		k.text("the source of "+what, e.Source, false, MaxTitle)
	}
}

func (k *checker) round(r Round) {
	what := fmt.Sprintf("round %q", r.ID)
	k.id(what, r.ID)
	k.text("the title of "+what, r.Title, true, MaxTitle)
	k.text("the note of "+what, r.Note, false, MaxTitle)
	k.text("the source of "+what, r.Source, false, MaxTitle)
	k.regions(what, r.Regions)
	if r.Opens.Determined() && r.Closes.Determined() && r.Closes.Last().Before(r.Opens.First()) {
		k.fault("dates", "%s closes (%s) before it opens (%s)", what, r.Closes, r.Opens)
	}
}

func (k *checker) id(what, id string) {
	if !idPattern.MatchString(id) {
		k.fault("bad-id", "%s: the id %q must be 1 to 64 of a–z, 0–9 and -, and not begin with -", what, id)
	}
}

func (k *checker) text(what, text string, required bool, most int) {
	switch n := utf8.RuneCountInString(text); {
	case required && n == 0:
		k.fault("missing", "%s is missing", what)
	case n > most:
		k.fault("too-long", "%s has %d characters, %d are allowed", what, n, most)
	}
}

// Regions are those of M49. An unknown one would be a scope that no country
// falls into, and nobody would notice.
var regions = map[string]bool{"Africa": true, "Americas": true, "Asia": true, "Europe": true, "Oceania": true, "Antarctica": true}

func (k *checker) regions(what string, names []string) {
	for _, name := range names {
		if !regions[name] {
			k.fault("unknown-region", "%s: %q is no region of M49 (Africa, Americas, Asia, Europe, Oceania, Antarctica)", what, name)
		}
	}
}
