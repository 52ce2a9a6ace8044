package typeset

import (
	"bytes"
	"fmt"
	"io/fs"

	"github.com/go-text/typesetting/font"
	"golang.org/x/text/unicode/norm"

	"baraza.example/assets"
)

// The fonts of assets, in the order in which a character is looked for.
const (
	regularFile = "BarazaSans-Regular.ttf"
	boldFile    = "BarazaSans-Bold.ttf"
	hanFile     = "BarazaHan-Regular.ttf"
)

// A pdfFont is a font together with what a document has used of it. Glyphs are
// numbered anew in the order of their first use, so that what is embedded is
// small and a page can be written before the font is.
type pdfFont struct {
	resource string // "F1"
	data     []byte
	face     *font.Face
	numbers  map[font.GID]uint16
	glyphs   []font.GID // by number; 0 is .notdef
	text     [][]rune   // by number, what the glyph stands for; nil: said at each place
	strokes  bool       // it has no bold of its own: outlines are drawn thicker
}

// MaxGlyphs is how many different glyphs of one font a document may use; a PDF
// numbers them with two bytes.
const MaxGlyphs = 1 << 16

// use returns the number of a glyph, and whether text is what the number stands
// for everywhere.
func (f *pdfFont) use(g font.GID, text []rune) (n uint16, plain bool) {
	n, known := f.numbers[g]
	if !known {
		if len(f.glyphs) >= MaxGlyphs {
			return 0, false
		}
		n = uint16(len(f.glyphs))
		f.numbers[g] = n
		f.glyphs = append(f.glyphs, g)
		f.text = append(f.text, append([]rune(nil), text...))
		return n, text != nil
	}
	if f.text[n] == nil && text != nil {
		f.text[n] = append([]rune(nil), text...)
	}
	return n, text != nil && string(f.text[n]) == string(text)
}

// width is how far a glyph moves on in thousandths of the size, as a PDF rounds
// it.
func (f *pdfFont) width(g font.GID) float64 {
	return float64(int(f.face.HorizontalAdvance(g)*1000/float32(f.face.Upem()) + 0.5))
}

// A fontSet holds the fonts of one weight, best first, and remembers what no font
// has. It implements [shaping.Fontmap].
type fontSet struct {
	fonts   []*pdfFont
	lazy    func() (*pdfFont, error) // the font of Chinese, which most documents need not read
	missing map[rune]bool
	err     error
}

// ResolveFace returns the first font that has r, and the first of all where none has.
func (s *fontSet) ResolveFace(r rune) *font.Face {
	if _, ok := s.fonts[0].face.NominalGlyph(r); ok {
		return s.fonts[0].face
	}
	if inHan(r) {
		if han, err := s.lazy(); err != nil {
			s.err = err
		} else if _, ok := han.face.NominalGlyph(r); ok {
			return han.face
		}
	}
	// A letter with marks may be drawn as its parts.
	if parts := []rune(norm.NFD.String(string(r))); len(parts) > 1 {
		if _, ok := s.fonts[0].face.NominalGlyph(parts[0]); ok {
			return s.fonts[0].face
		}
	}
	return s.fonts[0].face
}

// inHan tells the characters that the font of Chinese may have.
func inHan(r rune) bool { return r >= 0x2E80 && r <= 0x9FFF || r >= 0xFF00 && r <= 0xFFEF }

// fonts are those of one document.
type fonts struct {
	all           []*pdfFont // that were read
	regular, bold *fontSet
	missing       map[rune]bool
}

func newFonts() (*fonts, error) {
	f := &fonts{missing: map[rune]bool{}}
	for _, w := range []struct {
		file string
		set  **fontSet
	}{{regularFile, &f.regular}, {boldFile, &f.bold}} {
		first, err := f.read(w.file)
		if err != nil {
			return nil, err
		}
		*w.set = &fontSet{fonts: []*pdfFont{first}, missing: f.missing}
		(*w.set).lazy = func() (*pdfFont, error) { return f.han() }
	}
	return f, nil
}

// han reads the font of Chinese when it is first needed.
func (f *fonts) han() (*pdfFont, error) {
	if len(f.all) == 3 {
		return f.all[2], nil
	}
	han, err := f.read(hanFile)
	if err == nil {
		han.strokes = true
	}
	return han, err
}

func (f *fonts) read(name string) (*pdfFont, error) {
	data, err := fs.ReadFile(assets.Fonts(), name)
	if err != nil {
		return nil, err
	}
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	read := &pdfFont{
		resource: fmt.Sprintf("F%d", len(f.all)+1), data: data, face: face,
		numbers: map[font.GID]uint16{0: 0}, glyphs: []font.GID{0}, text: [][]rune{nil},
	}
	f.all = append(f.all, read)
	return read, nil
}

func (f *fonts) of(face *font.Face) *pdfFont {
	for _, p := range f.all {
		if p.face == face {
			return p
		}
	}
	return f.all[0]
}

// weight returns the fonts of a weight.
func (f *fonts) weight(bold bool) *fontSet {
	if bold {
		return f.bold
	}
	return f.regular
}
