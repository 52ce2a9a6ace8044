package typeset

import (
	"fmt"
	"strings"
)

// embed writes a font with the glyphs that were used and returns the number of
// its object: a Type 0 font whose codes are the glyphs' numbers (ISO 32000-1,
// 9.7), with a map from these to text.
func (f *pdfFont) embed(out *pdfFile) (int, error) {
	glyphs := make([]int, len(f.glyphs))
	var widths strings.Builder
	for n, g := range f.glyphs {
		glyphs[n] = int(g)
		fmt.Fprintf(&widths, "%g ", f.width(g))
	}
	program, err := subset(f.data, glyphs)
	if err != nil {
		return 0, err
	}
	file, descriptor, descendant, unicode, font := out.reserve(), out.reserve(), out.reserve(), out.reserve(), out.reserve()
	out.stream(file, fmt.Sprintf("/Length1 %d", len(program)), program)
	extents, _ := f.face.FontHExtents()
	scale := 1000 / float32(f.face.Upem())
	name := "/BARAZA+" + f.resource
	// Flags 4: symbolic, for codes are the font's own (9.8.2).
	out.object(descriptor, fmt.Sprintf("<</Type/FontDescriptor/FontName%s/Flags 4/FontBBox[-1000 -600 2600 1300]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight 714/StemV 80/FontFile2 %d 0 R>>",
		name, int(extents.Ascender*scale), int(extents.Descender*scale), file))
	out.object(descendant, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 1000/W[0[%s]]/CIDToGIDMap/Identity>>",
		name, descriptor, strings.TrimSpace(widths.String())))
	out.stream(unicode, "", []byte(f.characterMap()))
	out.object(font, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, descendant, unicode))
	return font, nil
}

// characterMap says which text each glyph stands for (9.10.3). At most a hundred
// entries may stand together.
func (f *pdfFont) characterMap() string {
	var known []int
	for n, text := range f.text {
		if len(text) > 0 {
			known = append(known, n)
		}
	}
	var b strings.Builder
	b.WriteString("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for len(known) > 0 {
		part := known[:min(len(known), 100)]
		known = known[len(part):]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for _, n := range part {
			fmt.Fprintf(&b, "<%04X><%s>\n", n, hexUTF16(f.text[n]))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n")
	return b.String()
}
