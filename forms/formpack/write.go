package formpack

import (
	"encoding/binary"
	"fmt"
	"io"

	"baraza.example/forms/squeeze"
)

// magic begins every packed form; its last character is the layout's version.
const magic = "BRZFORM1"

// plainMagic begins one that is packed as a whole by others.
const plainMagic = "BRZFORM0"

// method says how a part is packed.
type method byte

const (
	stored    method = 0 // as it is
	squeezed  method = 1 // Brotli, which makes texts on their own the smallest
	afterForm method = 2 // Zstandard with the form as its history: languages have the same ids
	afterBase method = 3 // Zstandard with the base's part of the same kind and name as its history
)

// Write writes the package for one who has base (nil for one who has nothing):
// of the parts that are here and wanted, those that base lacks. A nil want
// means all.
func (p *Package) Write(w io.Writer, base *Package, want func(Part) bool) error {
	if _, err := w.Write(append([]byte(magic), frame(squeeze.Pack(p.Manifest.encode()))...)); err != nil {
		return err
	}
	goes := func(part Part) bool {
		return p.has(part) && !base.has(part) && (want == nil || want(part))
	}
	form := p.Manifest.Parts[0]
	s := squeezer{p: p, base: base, formThere: base.has(form) || goes(form)}
	for i, part := range p.Manifest.Parts {
		if !goes(part) {
			continue
		}
		how, data := s.squeeze(part)
		head := append(binary.AppendUvarint(nil, uint64(i+1)), byte(how))
		if _, err := w.Write(append(head, frame(data)...)); err != nil {
			return fmt.Errorf("write %s: %w", part.Name, err)
		}
	}
	_, err := w.Write([]byte{0})
	return err
}

// WritePlain writes the package with nothing in it made small, for one who packs
// it as a whole, or after another version.
func (p *Package) WritePlain(w io.Writer, want func(Part) bool) error {
	out := append([]byte(plainMagic), frame(p.Manifest.encode())...)
	for i, part := range p.Manifest.Parts {
		if !p.has(part) || want != nil && !want(part) {
			continue
		}
		out = append(binary.AppendUvarint(out, uint64(i+1)), byte(stored))
		out = append(out, frame(p.content[part.Hash])...)
	}
	_, err := w.Write(append(out, 0))
	return err
}

// has says whether the content of a part is in base.
func (p *Package) has(part Part) bool {
	if p == nil {
		return false
	}
	_, ok := p.content[part.Hash]
	return ok
}

// A squeezer packs parts for one who has base.
type squeezer struct {
	p, base   *Package
	formThere bool // the reader will have the form
}

// squeeze packs a part in the way that takes the least.
func (s squeezer) squeeze(part Part) (method, []byte) {
	content := s.p.content[part.Hash]
	how, best := stored, content
	try := func(m method, data []byte) {
		if len(data) < len(best) {
			how, best = m, data
		}
	}
	try(squeezed, squeeze.Pack(content))
	for _, m := range []method{afterForm, afterBase} {
		if m == afterForm && !(part.Kind == Language && s.formThere) {
			continue
		}
		if history := s.p.history(part, m, s.base); history != nil {
			try(m, squeeze.PackAfter(content, history))
		}
	}
	return how, best
}

// history is what a part packed by m refers back to, nil where that is not
// here or too short to be of use.
func (p *Package) history(part Part, m method, base *Package) []byte {
	var h []byte
	switch m {
	case afterForm:
		h = p.content[p.Manifest.Parts[0].Hash]
	case afterBase:
		h = base.like(part)
	}
	if len(h) < squeeze.LeastHistory {
		return nil
	}
	return h
}

// like returns the content of the part of base that has the kind and name of
// part, or nil.
func (p *Package) like(part Part) []byte {
	if p == nil {
		return nil
	}
	for _, old := range p.Manifest.Parts {
		if old.Kind == part.Kind && old.Name == part.Name {
			return p.content[old.Hash]
		}
	}
	return nil
}

func frame(data []byte) []byte {
	return append(binary.AppendUvarint(nil, uint64(len(data))), data...)
}
