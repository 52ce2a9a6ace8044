// Package formpack packs a form for the road: the form itself, its languages,
// and the files it names, as parts that are known by their content.
//
// A package is known by the hash of its manifest, so the same form packed
// twice is the same package, and a part that two versions share is sent once.
// Every part may be left for later but the form: over a thin link a device
// takes the languages its people read, and pictures when there is time. The
// byte layout is docs/protocol/formpack.md; sizes are bytes. Start at [New].
package formpack

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/xform"
)

// Limits of a package, whoever made it.
const (
	MaxParts    = 2000
	MaxPart     = 64 << 20
	MaxTotal    = 256 << 20 // all parts together
	MaxManifest = 1 << 20
	maxName     = 255
)

// Kind says what a part is. Kinds travel in this order: what is needed first
// goes first.
type Kind string

// The kinds of part.
const (
	Form     Kind = "form"     // the XForm without the languages that are parts of their own
	Language Kind = "language" // one <translation> of it
	Data     Kind = "data"     // a file with choices or other data
	Media    Kind = "media"    // a picture, sound or film
)

var kinds = []Kind{Form, Language, Data, Media}

// A Part is one piece of a package.
type Part struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"` // of the file; of a language, as the form calls it
	Size int    `json:"size"`
	Hash Hash   `json:"hash"` // of the content
	At   int    `json:"at"`   // of a language: where in the form it stands
}

// A Package is a form with the parts of it that are here.
type Package struct {
	Manifest Manifest
	content  map[Hash][]byte
}

// ErrNotHere is wrapped where a part is asked for that has not come yet.
var ErrNotHere = errors.New("this part of the form has not come yet")

// ErrNoPart is wrapped where a form has no such part.
var ErrNoPart = errors.New("the form has no such part")

// New packs an XForm and the files beside it; files may be nil where the form
// names none. The error joins a [forms.Diagnostic] for each fault that makes
// the form unusable, or names the files that are missing.
func New(xml []byte, files fs.FS) (*Package, error) {
	def, found := xform.Read(xml)
	if err := forms.Usable(found); err != nil {
		return nil, fmt.Errorf("pack a form: %w", err)
	}
	p := &Package{content: map[Hash][]byte{}}
	p.Manifest.Schema = schema
	p.Manifest.Form, p.Manifest.Version, p.Manifest.Title = def.Settings.ID, def.Settings.Version, def.Settings.Title
	whole, err := split(xml)
	if err != nil {
		return nil, fmt.Errorf("pack a form: %w", err)
	}
	p.take(Part{Kind: Form, Name: formName}, whole.form)
	for _, t := range whole.translations {
		p.take(Part{Kind: Language, Name: t.language, At: t.at}, t.text)
	}
	if err := p.takeFiles(files, whole.files); err != nil {
		return nil, fmt.Errorf("pack a form: %w", err)
	}
	if missing := p.Manifest.without(whole.files); len(missing) > 0 {
		return nil, fmt.Errorf("pack a form: it names files that are not here: %s", strings.Join(missing, ", "))
	}
	if err := p.Manifest.check(); err != nil {
		return nil, fmt.Errorf("pack a form: %w", err)
	}
	return p, nil
}

// formName is the name of the part that is the form.
const formName = "form.xml"

func (p *Package) take(part Part, content []byte) {
	part.Size, part.Hash = len(content), sha256.Sum256(content)
	p.Manifest.Parts = append(p.Manifest.Parts, part)
	p.content[part.Hash] = content
}

// takeFiles takes the files that the form names, data before media. Others in
// the folder stay there: a link is too thin for them.
func (p *Package) takeFiles(files fs.FS, named []string) error {
	if files == nil {
		return nil
	}
	for _, kind := range []Kind{Data, Media} {
		for _, name := range named {
			if kindOf(name) != kind || !fs.ValidPath(name) {
				continue
			}
			content, err := readFile(files, name)
			if errors.Is(err, fs.ErrNotExist) {
				continue // New names all that are missing
			}
			if err != nil {
				return err
			}
			p.take(Part{Kind: kind, Name: name}, content)
		}
	}
	return nil
}

// readFile reads no more than a part may have.
func readFile(files fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > MaxPart {
		return nil, fmt.Errorf("%s has %d bytes; at most %d can be packed", name, info.Size(), MaxPart)
	}
	return fs.ReadFile(files, name)
}

// kindOf tells data from media by the ending.
func kindOf(name string) Kind {
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".geojson", ".xml":
		return Data
	}
	return Media
}

// ID is what the package is known by.
func (p *Package) ID() Hash { return p.Manifest.ID() }

// XML returns the form with those of its languages that are here. With all of
// them it is what was packed, byte for byte.
func (p *Package) XML() ([]byte, error) {
	form, err := p.part(p.Manifest.Parts[0])
	if err != nil {
		return nil, err
	}
	var out []byte
	from := 0
	for _, part := range p.Manifest.Parts {
		if text, here := p.content[part.Hash]; part.Kind == Language && here {
			out = append(out, form[from:part.At]...)
			out = append(out, text...)
			from = part.At
		}
	}
	return append(out, form[from:]...), nil
}

// Definition reads the form with those of its languages that are here.
func (p *Package) Definition() (*forms.Definition, error) {
	xml, err := p.XML()
	if err != nil {
		return nil, err
	}
	def, found := xform.Read(xml)
	return def, forms.Usable(found)
}

// File returns a file that the form names; it fits session.Options.File.
func (p *Package) File(name string) ([]byte, error) {
	for _, part := range p.Manifest.Parts {
		if part.Name == name && (part.Kind == Data || part.Kind == Media) {
			return p.part(part)
		}
	}
	return nil, fmt.Errorf("%s: %w", name, ErrNoPart)
}

func (p *Package) part(part Part) ([]byte, error) {
	content, ok := p.content[part.Hash]
	if !ok {
		return nil, fmt.Errorf("%s: %w", part.Name, ErrNotHere)
	}
	return content, nil
}

// Missing are the parts that have not come yet, in the order to ask for them.
func (p *Package) Missing() []Part {
	var missing []Part
	for _, part := range p.Manifest.Parts {
		if _, here := p.content[part.Hash]; !here {
			missing = append(missing, part)
		}
	}
	return missing
}

// Fill takes the parts that p misses and other has: those that came later, or
// those that an older version of the form has too.
func (p *Package) Fill(other *Package) {
	for _, part := range p.Missing() {
		if content, ok := other.content[part.Hash]; ok {
			p.content[part.Hash] = content
		}
	}
}

// Take takes the content of a part that came alone, and says whether p has such a
// part.
func (p *Package) Take(content []byte) bool {
	hash := Hash(sha256.Sum256(content))
	for _, part := range p.Manifest.Parts {
		if part.Hash == hash {
			p.content[hash] = content
			return true
		}
	}
	return false
}

// Content is what is here of a part; nil where it has not come.
func (p *Package) Content(part Part) []byte { return p.content[part.Hash] }

// Only is p with those of its parts that are wanted: what somebody has who took
// these.
func (p *Package) Only(want func(Part) bool) *Package {
	q := &Package{Manifest: p.Manifest, content: map[Hash][]byte{}}
	for _, part := range p.Manifest.Parts {
		if content, here := p.content[part.Hash]; here && want(part) {
			q.content[part.Hash] = content
		}
	}
	return q
}

// Needs is the choice of parts that a device makes: the form and its data, the
// languages it reads, and media if wanted. Languages are named as the form
// names them; none means all.
func Needs(media bool, languages ...string) func(Part) bool {
	return func(part Part) bool {
		switch part.Kind {
		case Language:
			return len(languages) == 0 || slices.Contains(languages, part.Name)
		case Media:
			return media
		}
		return true
	}
}
