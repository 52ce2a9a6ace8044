package typeset

import (
	"encoding/binary"
	"errors"
	"slices"
)

// What of a composite glyph's record says how long it is (OpenType, table glyf).
const (
	argsAreWords   = 0x0001
	haveScale      = 0x0008
	moreComponents = 0x0020
	haveXYScale    = 0x0040
	haveTwoByTwo   = 0x0080
)

var errFont = errors.New("the font is damaged")

// A sourceFont is what a subset is taken from: a TrueType font's tables.
type sourceFont struct {
	tables map[string][]byte
	long   bool // loca has 32-bit offsets
	count  int  // glyphs
	wide   int  // glyphs with a width of their own in hmtx
}

func readSource(data []byte) (*sourceFont, error) {
	s := &sourceFont{tables: map[string][]byte{}}
	if len(data) < 12 {
		return nil, errFont
	}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		if len(data) < 28+16*i {
			return nil, errFont
		}
		entry := data[12+16*i:]
		from, length := uint64(binary.BigEndian.Uint32(entry[8:])), uint64(binary.BigEndian.Uint32(entry[12:]))
		if from+length > uint64(len(data)) {
			return nil, errFont
		}
		s.tables[string(entry[:4])] = data[from : from+length]
	}
	if len(s.tables["head"]) < 54 || len(s.tables["maxp"]) < 32 || len(s.tables["hhea"]) < 36 {
		return nil, errFont
	}
	s.long = binary.BigEndian.Uint16(s.tables["head"][50:]) == 1
	s.count = int(binary.BigEndian.Uint16(s.tables["maxp"][4:]))
	s.wide = int(binary.BigEndian.Uint16(s.tables["hhea"][34:]))
	if s.wide < 1 || len(s.tables["hmtx"]) < 4*s.wide {
		return nil, errFont
	}
	return s, nil
}

// outline is a glyph's record in glyf; nothing for one that isn't there.
func (s *sourceFont) outline(g int) []byte {
	loca, size := s.tables["loca"], 2
	if s.long {
		size = 4
	}
	if g < 0 || g >= s.count || len(loca) < size*(g+2) {
		return nil
	}
	at := func(i int) int {
		if s.long {
			return int(binary.BigEndian.Uint32(loca[4*i:]))
		}
		return 2 * int(binary.BigEndian.Uint16(loca[2*i:]))
	}
	from, to := at(g), at(g+1)
	if from > to || to > len(s.tables["glyf"]) {
		return nil
	}
	return s.tables["glyf"][from:to]
}

// metric is a glyph's entry in hmtx: width and left side bearing.
func (s *sourceFont) metric(g int) []byte {
	hmtx := s.tables["hmtx"]
	if g < s.wide {
		return hmtx[4*g : 4*g+4]
	}
	entry := slices.Clone(hmtx[4*s.wide-4 : 4*s.wide])
	if at := 4*s.wide + 2*(g-s.wide); at+2 <= len(hmtx) {
		copy(entry[2:], hmtx[at:at+2])
	}
	return entry
}

// components calls visit with where each component's glyph number stands in a
// composite outline.
func components(outline []byte, visit func(at int)) {
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return
	}
	for at := 10; at+4 <= len(outline); {
		flags := binary.BigEndian.Uint16(outline[at:])
		visit(at + 2)
		at += 6
		if flags&argsAreWords != 0 {
			at += 2
		}
		switch {
		case flags&haveScale != 0:
			at += 2
		case flags&haveXYScale != 0:
			at += 4
		case flags&haveTwoByTwo != 0:
			at += 8
		}
		if flags&moreComponents == 0 {
			return
		}
	}
}

// subset returns a TrueType font with the glyphs listed alone, in that order,
// followed by what they are composed of. It has the tables that a PDF needs
// (ISO 32000-1, 9.9).
func subset(data []byte, glyphs []int) ([]byte, error) {
	s, err := readSource(data)
	if err != nil {
		return nil, err
	}
	all, numbers := slices.Clone(glyphs), map[int]int{}
	for n, g := range all {
		numbers[g] = n
	}
	var glyf, loca, hmtx []byte
	for n := 0; n < len(all); n++ { // it grows
		if all[n] < 0 || all[n] >= s.count {
			return nil, errFont
		}
		outline := slices.Clone(s.outline(all[n]))
		components(outline, func(at int) {
			part := int(binary.BigEndian.Uint16(outline[at:]))
			if _, known := numbers[part]; !known {
				numbers[part] = len(all)
				all = append(all, part)
			}
			binary.BigEndian.PutUint16(outline[at:], uint16(numbers[part]))
		})
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = append(hmtx, s.metric(all[n])...)
	}
	if len(all) > MaxGlyphs {
		return nil, errors.New("too many different letters for one font")
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head, maxp, hhea := slices.Clone(s.tables["head"]), slices.Clone(s.tables["maxp"]), slices.Clone(s.tables["hhea"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checkSumAdjustment: viewers don't look
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(all)))
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(all)))
	return sfnt([]table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}}), nil
}

// A table is one of a font, by its tag.
type table struct {
	tag  string
	data []byte
}

// sfnt puts tables, sorted by tag, into a font file (OpenType, "Font Tables").
func sfnt(tables []table) []byte {
	power, exponent := 1, 0
	for power*2 <= len(tables) {
		power, exponent = power*2, exponent+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{len(tables), power * 16, exponent, (len(tables) - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := len(out) + 16*len(tables)
	var body []byte
	for _, t := range tables {
		padded := append(slices.Clone(t.data), make([]byte, (4-len(t.data)%4)%4)...)
		sum := uint32(0)
		for i := 0; i < len(padded); i += 4 {
			sum += binary.BigEndian.Uint32(padded[i:])
		}
		out = append(out, t.tag...)
		out = binary.BigEndian.AppendUint32(out, sum)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.data)))
		body = append(body, padded...)
	}
	return append(out, body...)
}
