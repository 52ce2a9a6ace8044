package formpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// magic begins every packed form; its last character is the layout's version.
const magic = "BRZFORM1"

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
	if _, err := w.Write(append([]byte(magic), frame(pack(p.Manifest.encode()))...)); err != nil {
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
	try := func(m method, data []byte) {
		if len(data) < len(best) {
			how, best = m, data
		}
	}
	try(squeezed, pack(content))
	for _, m := range []method{afterForm, afterBase} {
		if m == afterForm && !(part.Kind == Language && s.formThere) {
			continue
		}
		if history := s.p.history(part, m, s.base); history != nil {
			try(m, packAfter(content, history))
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

// patient is up to which size a content is packed as tightly as can be, which
// takes about a second for each half of a megabyte. Packing happens once, where
// the form is published.
const patient = 2 << 20

// pack returns content as a Brotli stream.
func pack(content []byte) []byte {
	o := brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 22}
	if len(content) > patient {
		o.Quality = brotli.DefaultCompression
	}
	var b bytes.Buffer
	w := brotli.NewWriterOptions(&b, o)
	_, err := w.Write(content)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// window is how far back a Zstandard frame refers: it bounds what a reader
// needs.
const window = 8 << 20

// historyID names the history in frames.
const historyID = 1

// packAfter returns content as a Zstandard frame that refers to history.
func packAfter(content, history []byte) []byte {
	e, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(windowFor(len(content)+len(history))),
		// A single segment gives the content's size however small it is.
		zstd.WithSingleSegment(len(content) <= window), zstd.WithEncoderDictRaw(historyID, history))
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
