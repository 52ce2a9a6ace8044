package typeset

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
)

// A Style is how a text is set.
type Style struct {
	Size  float64 // of the letters
	Bold  bool
	Gray  float64 // 0 is black, 1 white
	Role  Role    // what it is to a program that reads aloud; "" is a paragraph
	In    float64 // how far from the margin it begins
	After float64 // room below
	// Own says that lines begin on the side of the text's own direction, as what
	// people wrote does; else on the document's.
	Own bool
	// Ahead is how much must fit below it on the same page: a heading does not
	// stand alone at the foot of one.
	Ahead float64
}

// The styles of all that this program prints.
var (
	Title    = Style{Size: 20, Bold: true, Role: Heading1, After: 6, Ahead: 60}
	Section  = Style{Size: 14, Bold: true, Role: Heading2, After: 4, Ahead: 60}
	Question = Style{Size: 11, Bold: true, Role: Heading3, After: 2, Ahead: 40}
	Body     = Style{Size: 11, After: 5}
	Written  = Style{Size: 11, After: 5, Own: true}
	Hint     = Style{Size: 9.5, Gray: 0.3, After: 3}
)

// leading is how far lines stand apart, as a part of the size: what stacks in
// Burmese and Khmer must not touch the line below.
const leading = 1.5

// rise is how far the base of a line stands below its top, likewise.
const rise = 1.12

// Text sets words, a paragraph for each of their lines, in a language (BCP 47, ""
// is the document's).
func (d *Document) Text(st Style, words, lang string) {
	if strings.TrimSpace(words) == "" || d.err != nil {
		return
	}
	e := d.tags.open(nil, st.Role, lang)
	d.Room(st.Size*leading + st.Ahead)
	for _, text := range paragraphs(words) {
		d.paragraph(e, st, text, lang, d.Width()-st.In)
	}
	d.tags.close(e)
	d.Space(st.After)
}

func (d *Document) paragraph(e *element, st Style, text, lang string, wide float64) {
	base := directionOf(text, d.o.Mirrored)
	if strings.TrimSpace(text) == "" {
		d.Space(st.Size * leading / 2)
		return
	}
	d.fail(d.shape.lines(text, st, wide, base, func(l line) error {
		d.Room(st.Size * leading)
		d.marked(e, l, st, d.side(st, base, l.wide), d.y-st.Size*rise)
		d.y -= st.Size * leading
		d.fresh = false
		return d.err
	}))
}

// side is where a line begins on its left.
func (d *Document) side(st Style, base di.Direction, wide float64) float64 {
	switch rightwards := base == di.DirectionLTR; {
	case !st.Own || rightwards != d.o.Mirrored:
		return d.start(st.In, wide)
	case rightwards: // in a document that runs from right to left
		return margin
	default:
		return d.o.Paper.Wide - margin - wide
	}
}

// marked draws a line as a part of an element.
func (d *Document) marked(e *element, l line, st Style, x, y float64) {
	fmt.Fprintf(&d.page.content, "/%s<</MCID %d>>BDC\n", e.role, d.page.marks)
	d.tags.content(e, d.page.number, d.page.marks)
	d.page.marks++
	d.draw(l, st, x, y)
	d.page.content.WriteString("EMC\n")
}

// draw puts a line on the page with its left end at x and its base at y.
func (d *Document) draw(l line, st Style, x, y float64) {
	c := &d.page.content
	fmt.Fprintf(c, "BT %s g\n", number(st.Gray))
	for _, run := range l.runs {
		thick := st.Bold && run.font.strokes
		if thick {
			fmt.Fprintf(c, "2 Tr %s w %s G\n", number(st.Size*0.03), number(st.Gray))
		}
		fmt.Fprintf(c, "/%s %s Tf\n", run.font.resource, number(st.Size))
		x = d.glyphs(run, st.Size, x, y)
		if thick {
			c.WriteString("0 Tr\n")
		}
	}
	c.WriteString("ET\n")
}

// A pen writes glyphs one behind the other as long as each stands where the one
// before left off, or a little beside it.
type pen struct {
	c        *strings.Builder
	size     float64
	x, y     float64 // where the next glyph would stand
	open     bool    // within the list of one TJ
	anywhere bool    // x and y are not set yet
}

func (p *pen) close() {
	if p.open {
		p.c.WriteString("]TJ\n")
		p.open = false
	}
}

// put writes a glyph at x, y.
func (p *pen) put(n uint16, width, x, y float64) {
	if p.anywhere || math.Abs(y-p.y) > 0.001 {
		p.close()
		fmt.Fprintf(p.c, "1 0 0 1 %s %s Tm\n", number(x), number(y))
		p.x, p.y, p.anywhere = x, y, false
	}
	if !p.open {
		p.c.WriteByte('[')
		p.open = true
	}
	if beside := math.Round((p.x - x) * 1000 / p.size); beside != 0 {
		fmt.Fprintf(p.c, "%g", beside)
		p.x -= beside * p.size / 1000
	}
	fmt.Fprintf(p.c, "<%04X>", n)
	p.x += width * p.size / 1000
}

// glyphs draws a run and returns where the next begins. A cluster whose glyphs
// don't tell its text by themselves carries it along (ActualText, ISO 32000-1,
// 14.9.4).
func (d *Document) glyphs(run glyphRun, size, x, y float64) float64 {
	p := &pen{c: &d.page.content, size: size, anywhere: true}
	for _, c := range run.clusters {
		if c.glyphs[0].GlyphID == font.EmptyGlyph { // nothing to be seen, as of a joiner
			for _, g := range c.glyphs {
				x += points(g.Advance)
			}
			p.close()
			p.anywhere = true
			continue
		}
		var room [8]uint16
		numbers, plain := room[:0], len(c.glyphs) == 1
		for _, g := range c.glyphs {
			text := c.text
			if len(c.glyphs) > 1 || run.level%2 == 1 && len(c.text) > 1 {
				text = nil
			}
			n, same := run.font.use(g.GlyphID, text)
			numbers, plain = append(numbers, n), plain && same && n != 0
		}
		said := c.text
		carried := run.level%2 == 1 && len(c.text) > 1
		if carried {
			said = nil
		}
		if !plain {
			p.close()
			fmt.Fprintf(p.c, "/Span<</ActualText%s>>BDC\n", textString(string(said)))
		}
		from := x
		for i, g := range c.glyphs {
			p.put(numbers[i], run.font.width(g.GlyphID), x+points(g.XOffset), y+points(g.YOffset))
			x += points(g.Advance)
		}
		if !plain {
			p.close()
			p.c.WriteString("EMC\n")
		}
		if carried {
			d.carry(p, run.font, c.text, from, x, y)
		}
	}
	p.close()
	return x
}

// carry writes the text of a cluster that runs from right to left as spaces that
// stand for one letter each, in its place. Programs that read a PDF take what stands
// together from left to right and turn it round, also within one glyph's text:
// lam and alef drawn as one would come out as alef and lam.
func (d *Document) carry(p *pen, f *pdfFont, text []rune, from, to, y float64) {
	g, _ := f.face.NominalGlyph(' ')
	n, _ := f.use(g, []rune{' '})
	step := (to - from) / float64(len(text))
	if step <= 0 {
		step = p.size / 20
	}
	p.close()
	// Spaces as wide as the letters: what overlaps is taken for another word.
	fmt.Fprintf(p.c, "%s Tz\n", number(100*step/(f.width(g)*p.size/1000)))
	for i := len(text) - 1; i >= 0; i-- {
		fmt.Fprintf(p.c, "/Span<</ActualText%s>>BDC 1 0 0 1 %s %s Tm <%04X>Tj EMC\n",
			textString(string(text[i])), number(from+step*float64(len(text)-1-i)), number(y), n)
	}
	p.c.WriteString("100 Tz\n")
	p.anywhere = true
}
