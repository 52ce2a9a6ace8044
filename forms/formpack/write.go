package formpack

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// magic begins every packed form; its last character is the layout's version.
const magic = "BRZFORM1"

// method says how a part is packed: stored as it is, or as a Zstandard frame,
// which may have other parts as its history.
type method byte

const (
	stored   method = 0
	packed   method = 1
	withForm method = 2 // the form is in the history: languages have the same ids
	withBase method = 4 // the base's part of the same kind and name is
)

// Write writes the package for one who has base (nil for one who has nothing):
// of the parts that are here and wanted, those that base lacks. A nil want
// means all.
func (p *Package) Write(w io.Writer, base *Package, want func(Part) bool) error {
	if _, err := w.Write(append([]byte(magic), frame(pack(p.Manifest.encode(), nil))...)); err != nil {
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
	try := func(m method) {
		history := s.p.history(part, m, s.base)
		if m != packed && history == nil {
			return
		}
		if data := pack(content, history); len(data) < len(best) {
			how, best = m, data
		}
	}
	try(packed)
	if part.Kind == Language && s.formThere {
		try(packed | withForm)
	}
	try(packed | withBase)
	return how, best
}

// history is what a part's frame may refer back to.
func (p *Package) history(part Part, m method, base *Package) []byte {
	var h []byte
	if m&withForm != 0 {
		h = p.content[p.Manifest.Parts[0].Hash]
	}
	if m&withBase != 0 {
		h = base.like(part)
	}
	const least = 8 // Zstandard takes no shorter history
	if len(h) < least {
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

// window is how far back a frame refers: it bounds what a reader needs.
const window = 8 << 20

// historyID names the history in frames that have one.
const historyID = 1

// pack returns content as one Zstandard frame. Packing happens once, where the
// form is published, so it may take its time.
func pack(content, history []byte) []byte {
	options := []zstd.EOption{
		zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(windowFor(len(content) + len(history))),
		// A single segment gives the content's size however small it is.
		zstd.WithSingleSegment(len(content) <= window),
	}
	if history != nil {
		options = append(options, zstd.WithEncoderDictRaw(historyID, history))
	}
	e, err := zstd.NewWriter(nil, options...)
	if err != nil {
		panic(err) // only for wrong options
	}
	defer e.Close()
	return e.EncodeAll(content, nil)
}

// windowFor is the smallest window over n bytes: a larger one is only memory.
func windowFor(n int) int {
	w := zstd.MinWindowSize
	for w < n && w < window {
		w *= 2
	}
	return w
}
