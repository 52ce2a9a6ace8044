package formpack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Hash is SHA-256 of a content, or of a manifest.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText implements [encoding.TextMarshaler].
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("a hash has %d digits, not %d", hex.EncodedLen(len(h)), len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// schema is the version of the manifest. A reader refuses later ones.
const schema = 1

// ErrNewer says that a package was written by a later version of the program.
var ErrNewer = errors.New("the form was packed by a newer version of the program")

// A Manifest lists the parts of a form: the form first, then its languages in
// its order, data and media by name.
type Manifest struct {
	Schema  int    `json:"schema"`
	Form    string `json:"form"` // form_id
	Version string `json:"version"`
	Title   string `json:"title"`
	Parts   []Part `json:"parts"`
}

// ID is the hash of the manifest's one encoding.
func (m *Manifest) ID() Hash { return sha256.Sum256(m.encode()) }

// encode writes the manifest without white space, its members in order.
func (m *Manifest) encode() []byte {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(m); err != nil {
		panic(err) // it holds nothing that can't be written
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// decodeManifest reads what encode wrote, and nothing else.
func decodeManifest(text []byte) (m Manifest, err error) {
	if err := json.Unmarshal(text, &m); err != nil {
		return m, err
	}
	if m.Schema > schema {
		return m, ErrNewer
	}
	if err := m.check(); err != nil {
		return m, err
	}
	if !bytes.Equal(m.encode(), text) {
		return m, errors.New("the manifest is not written as it should be")
	}
	return m, nil
}

// check says what is wrong with a manifest; nothing is for one that New made.
func (m *Manifest) check() error {
	switch {
	case m.Schema < 1:
		return fmt.Errorf("there is no schema %d", m.Schema)
	case len(m.Parts) == 0 || m.Parts[0].Kind != Form || m.Parts[0].Name != formName:
		return errors.New("the first part must be the form")
	case len(m.Parts) > MaxParts:
		return fmt.Errorf("there are %d parts; at most %d are allowed", len(m.Parts), MaxParts)
	}
	total, before := 0, Part{}
	type name struct {
		language bool
		name     string
	}
	seen := map[name]bool{}
	for i, part := range m.Parts {
		if err := part.check(); err != nil {
			return err
		}
		if total += part.Size; total > MaxTotal {
			return fmt.Errorf("the parts have more than %d bytes together", MaxTotal)
		}
		n := name{part.Kind == Language, part.Name}
		if seen[n] {
			return fmt.Errorf("there are two parts %q", part.Name)
		}
		seen[n] = true
		if i > 0 && !follows(before, part, m.Parts[0].Size) {
			return fmt.Errorf("part %q is out of place", part.Name)
		}
		before = part
	}
	return nil
}

// follows says whether b may come after a in a form of size bytes.
func follows(a, b Part, size int) bool {
	ka, kb := slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)
	switch {
	case b.Kind == Form || kb < ka:
		return false
	case b.Kind == Language:
		return b.At >= a.At && b.At <= size
	}
	return kb > ka || b.Name > a.Name
}

func (part *Part) check() error {
	switch {
	case !slices.Contains(kinds, part.Kind):
		return fmt.Errorf("part %q is of the unknown kind %q", part.Name, part.Kind)
	case part.Size < 0 || part.Size > MaxPart:
		return fmt.Errorf("part %q has %d bytes; at most %d are allowed", part.Name, part.Size, MaxPart)
	case part.At < 0 || part.Kind != Language && part.At != 0:
		return fmt.Errorf("part %q stands nowhere", part.Name)
	case len(part.Name) > maxName || !utf8.ValidString(part.Name) || strings.ContainsFunc(part.Name, unicode.IsControl):
		return fmt.Errorf("%q is no name for a part", part.Name)
	case part.Kind != Language && (part.Name == "" || strings.ContainsAny(part.Name, `/\:`) || part.Name[0] == '.'):
		return fmt.Errorf("%q is no name for a file", part.Name)
	}
	return nil
}

// without returns those of names that are no part.
func (m *Manifest) without(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(m.Parts, func(p Part) bool { return p.Name == name && p.Kind != Language })
	})
}
