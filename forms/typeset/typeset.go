// Package typeset sets text of any script on pages and writes them as PDF:
// answers that were given, forms to be filled in with a pen, questions to be read
// on the air, lists of receipts.
//
// Letters are shaped and ordered by go-text (HarfBuzz's rules, UAX 9 and 14), drawn
// with the fonts of assets, and embedded as far as they are used. Files are
// ISO 32000-1 (PDF 1.7) with a title, languages and a structure for programs that
// read aloud. The same input gives the same bytes. Lengths are points, 72 to the
// inch, unless they say otherwise.
//
// A page is written as soon as it is full, so the memory a document takes does not
// grow with its text. Start at [New].
package typeset

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/language"
)

// A Paper is the size of a sheet, upright.
type Paper struct{ Wide, High float64 }

// The papers.
var (
	A4     = Paper{595.276, 841.89}
	Letter = Paper{612, 792}
)

// Papers are the papers by the name that settings use.
var Papers = map[string]Paper{"a4": A4, "letter": Letter}

// Options are what is said about a document. The zero value is an A4 document
// without a title in no known language.
type Options struct {
	Paper    Paper  // zero: A4
	Title    string // for the window and for lists; it is not set on the page
	Language string // BCP 47: of what is said in no other language
	Mirrored bool   // the document runs from right to left
	Foot     string // words at the foot of every page, before its number
}

// MaxPages is how many pages a document may have. At ten to twenty lines of text
// a page it holds what the largest response can.
const MaxPages = 20000

// ErrTooLong says that a document would have more than [MaxPages] pages.
var ErrTooLong = errors.New("the document has too many pages")

const (
	margin   = 56.7 // 20 mm
	footSize = 8
	footRoom = 22 // between the text and the edge of the foot
)

// A Document is being set. What goes wrong is kept and returned by Close; nothing
// needs to be looked at before. It belongs to one goroutine.
type Document struct {
	o     Options
	out   *pdfFile
	fonts *fonts
	shape *shaper
	tags  *tags
	words line // of every foot
	page  page
	pages []int // object numbers
	y     float64
	fresh bool // nothing stands on the page yet
	err   error

	catalog, tree, resources, total int // object numbers
}

// A page is what is drawn on the page at hand.
type page struct {
	content strings.Builder
	number  int // of its object
	marks   int // marked contents on it
}

// New begins a document that is written to w.
func New(w io.Writer, o Options) (*Document, error) {
	if o.Paper == (Paper{}) {
		o.Paper = A4
	}
	f, err := newFonts()
	if err != nil {
		return nil, err
	}
	d := &Document{o: o, out: newPDFFile(w), fonts: f}
	d.shape = &shaper{fonts: f, language: language.NewLanguage(o.Language)}
	d.shape.engine.SetFontCacheSize(len(f.all) + 1)
	d.catalog, d.tree, d.resources, d.total = d.out.reserve(), d.out.reserve(), d.out.reserve(), d.out.reserve()
	d.tags, d.words = newTags(d.out), d.footWords()
	d.begin()
	return d, nil
}

// Width is the room for text between the margins.
func (d *Document) Width() float64 { return d.o.Paper.Wide - 2*margin }

func (d *Document) bottom() float64 { return margin + footRoom }

// begin starts a page.
func (d *Document) begin() {
	d.page = page{number: d.out.reserve()}
	d.pages = append(d.pages, d.page.number)
	d.y, d.fresh = d.o.Paper.High-margin, true
	if len(d.pages) > MaxPages {
		d.fail(ErrTooLong)
	}
}

// finish writes the page at hand.
func (d *Document) finish() {
	d.foot()
	content := d.out.reserve()
	d.out.stream(content, "", []byte(d.page.content.String()))
	d.out.object(d.page.number, fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R/Tabs/S/StructParents %d>>",
		d.tree, number(d.o.Paper.Wide), number(d.o.Paper.High), d.resources, content, len(d.pages)-1))
	d.tags.page()
}

func (d *Document) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// Pages is how many pages were begun.
func (d *Document) Pages() int { return len(d.pages) }

// Break goes on with a new page, unless nothing stands on this one.
func (d *Document) Break() {
	if !d.fresh && d.err == nil {
		d.finish()
		d.begin()
	}
}

// Room makes sure that what comes next has some room on one page, by going on
// with a new one when this one ends before. More than a page holds is not had.
func (d *Document) Room(high float64) {
	if d.y-high < d.bottom() {
		d.Break()
	}
}

// Space leaves some room free; at the top of a page it is left out.
func (d *Document) Space(high float64) {
	if !d.fresh {
		d.y -= high
	}
}

// Missing returns the characters that no font had, in order: an empty box stands
// in their place. Their text can still be copied from the document.
func (d *Document) Missing() []rune { return slices.Sorted(maps.Keys(d.fonts.missing)) }

// Close ends the document. Its error is the first that happened at all, be it the
// writer's or [ErrTooLong]; what was written is then no document.
func (d *Document) Close() error {
	d.finish()
	resources := d.out.reserve()
	var named strings.Builder
	d.count()
	for _, f := range d.fonts.all {
		if len(f.glyphs) == 1 {
			continue
		}
		number, err := f.embed(d.out)
		if err != nil {
			d.fail(err)
			continue
		}
		fmt.Fprintf(&named, "/%s %d 0 R", f.resource, number)
	}
	d.out.object(resources, "<<"+named.String()+">>")
	d.out.object(d.resources, fmt.Sprintf("<</Font %d 0 R/XObject<</Total %d 0 R>>>>", resources, d.total))
	var kids strings.Builder
	for _, p := range d.pages {
		fmt.Fprintf(&kids, "%d 0 R ", p)
	}
	d.out.object(d.tree, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(d.pages), strings.TrimSpace(kids.String())))
	structure := d.tags.end()
	reading := "/L2R"
	if d.o.Mirrored {
		reading = "/R2L"
	}
	d.out.object(d.catalog, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/ViewerPreferences<</DisplayDocTitle true/Direction%s>>>>",
		d.tree, textString(d.o.Language), structure, reading))
	info := d.out.reserve()
	d.out.object(info, fmt.Sprintf("<</Title%s/Producer(Baraza)>>", textString(d.o.Title)))
	d.fail(d.fonts.regular.err)
	d.fail(d.fonts.bold.err)
	d.fail(d.out.end(d.catalog, info))
	return d.err
}

// start is where something of a width begins on the document's own side, some way in.
func (d *Document) start(in, wide float64) float64 {
	if d.o.Mirrored {
		return d.o.Paper.Wide - margin - in - wide
	}
	return margin + in
}

// foot sets the foot of the page: its words on the side where lines begin, the
// number of the page and of how many on the other. How many there are is known at
// the end alone, so that it is a drawing of its own, made then.
func (d *Document) foot() {
	base := margin - footSize
	st := Style{Size: footSize, Gray: 0.35}
	d.page.content.WriteString("/Artifact BMC\n")
	d.draw(d.words, st, d.start(0, d.words.wide), base)
	n := d.single(fmt.Sprintf("%d / ", len(d.pages)), st)
	x := d.o.Paper.Wide - margin - totalRoom
	if d.o.Mirrored {
		n = d.single(fmt.Sprintf(" / %d", len(d.pages)), st)
		x = margin + totalRoom
		d.draw(n, st, x, base)
	} else {
		d.draw(n, st, x-n.wide, base)
	}
	fmt.Fprintf(&d.page.content, "q 1 0 0 1 %s %s cm /Total Do Q\nEMC\n", number(x), number(base))
}

// footWords is as much of the words of the foot as fits on a line.
func (d *Document) footWords() line {
	words := []rune(paragraphs(d.o.Foot)[0])
	words = words[:min(len(words), 300)]
	p := d.shape.shape(words, Style{Size: footSize}, directionOf(string(words), d.o.Mirrored))
	return p.cut(0, p.fit(0, d.Width()-90))
}

// totalRoom is the room for the number of all pages.
const totalRoom = 22

// single sets a short text as one line from left to right.
func (d *Document) single(words string, st Style) line {
	text := []rune(words)
	p := d.shape.shape(text, st, di.DirectionLTR)
	l := p.cut(0, len(text))
	for i := len(text); i > 0 && text[i-1] == ' '; i-- { // the space at the end counts here
		l.wide += p.advance[i-1]
	}
	return l
}

// count draws how many pages there are, the drawing that every foot shows.
func (d *Document) count() {
	st := Style{Size: footSize, Gray: 0.35}
	l := d.single(fmt.Sprint(len(d.pages)), st)
	x := 0.0
	if d.o.Mirrored {
		x = -l.wide
	}
	d.page = page{}
	d.draw(l, st, x, 0)
	d.out.stream(d.total, fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[-60 -10 60 20]/Resources %d 0 R", d.resources), []byte(d.page.content.String()))
}
