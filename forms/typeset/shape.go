package typeset

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"

	"baraza.example/forms/levels"
)

// A shaper turns text into lines of glyphs. Its buffers serve one document.
type shaper struct {
	engine   shaping.HarfbuzzShaper
	split    shaping.Segmenter
	breaks   segmenter.Segmenter
	fonts    *fonts
	language language.Language
}

// chunk is how many characters are shaped at a time, so that a text of any length
// takes little memory. What stands on the last line of a chunk is shaped once
// more with the next, so that no line ends there.
const chunk = 2000

// A glyphRun is a stretch of one line in one font and direction.
type glyphRun struct {
	font     *pdfFont
	level    int // of the bidirectional algorithm: odd goes right to left
	clusters []cluster
}

// A cluster is what can't be cut: some characters and the glyphs that draw them,
// from left to right.
type cluster struct {
	at     int // its first character in the text
	text   []rune
	glyphs []shaping.Glyph
}

// A line is what fits between the margins, its runs from left to right.
type line struct {
	runs []glyphRun
	wide float64 // points
}

// Characters that change the order of what stands around them whatever it is
// (UAX 9: LRO, RLO). Who prints a text must read what the author's letters say.
const (
	leftOverride  = '\u202D'
	rightOverride = '\u202E'
)

// paragraphs cuts words where lines must end, and takes out what can't be set:
// control characters and overrides of direction.
func paragraphs(words string) []string {
	words = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\t", "    ").Replace(words)
	words = strings.Map(func(r rune) rune {
		if r == leftOverride || r == rightOverride || r != '\n' && unicode.IsControl(r) || r == '\uFEFF' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(words, "\uFFFD"))
	return strings.Split(words, "\n")
}

// directionOf says where the lines of a text begin. In a document that runs from
// right to left any text with such letters does; else its first letter decides,
// and of a text without letters the document.
func directionOf(text string, mirrored bool) di.Direction {
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		switch class := p.Class(); {
		case class == bidi.R || class == bidi.AL:
			return di.DirectionRTL
		case class == bidi.L && !mirrored:
			return di.DirectionLTR
		}
	}
	if mirrored && !strings.ContainsFunc(text, unicode.IsLetter) {
		return di.DirectionRTL
	}
	return di.DirectionLTR
}

// lines breaks one paragraph into lines of a width in points and hands each to
// put, which may end it all with an error.
func (s *shaper) lines(text string, st Style, width float64, base di.Direction, put func(line) error) error {
	rest := []rune(text)
	for len(rest) > 0 {
		now := rest[:min(len(rest), chunk)]
		p := s.shape(now, st, base)
		at := 0
		for at < len(now) {
			end := p.fit(at, width)
			if end == len(now) && len(now) < len(rest) && at > 0 {
				break // the next chunk begins with this line
			}
			if err := put(p.cut(at, end)); err != nil {
				return err
			}
			at = end
			for at < len(now) && unicode.IsSpace(now[at]) {
				at++
			}
		}
		rest = rest[at:]
	}
	return nil
}

// A shaped is a stretch of text with its glyphs, in the order of typing.
type shaped struct {
	text     []rune
	runs     []glyphRun
	advance  []float64 // by the first character of a cluster, points
	begins   []bool    // a cluster begins at this character
	mayBreak []bool    // a line may begin at this character
}

func (s *shaper) shape(text []rune, st Style, base di.Direction) *shaped {
	p := &shaped{text: text, advance: make([]float64, len(text)), begins: make([]bool, len(text)+1), mayBreak: make([]bool, len(text)+1)}
	s.breaks.Init(text)
	for it := s.breaks.LineIterator(); it.Next(); {
		p.mayBreak[it.Line().Offset] = true
	}
	p.begins[len(text)], p.mayBreak[len(text)] = true, true
	fonts := s.fonts.weight(st.Bold)
	each(text, base, func(from, to, level int) {
		in := shaping.Input{Text: text, RunStart: from, RunEnd: to, Direction: di.DirectionLTR, Size: fixed.Int26_6(st.Size*64 + 0.5), Language: s.language}
		if level%2 == 1 {
			in.Direction = di.DirectionRTL
		}
		for _, part := range s.split.Split(in, fonts) {
			p.add(s.fonts, level, s.engine.Shape(part))
		}
	})
	return p
}

// each calls run for the stretches of one level, in the order of typing.
func each(text []rune, base di.Direction, run func(from, to, level int)) {
	own := 0
	if base == di.DirectionRTL {
		own = 1
	}
	levels := levels.Of(text, own)
	for from := 0; from < len(text); {
		to := from + 1
		for to < len(text) && levels[to] == levels[from] {
			to++
		}
		run(from, to, levels[from])
		from = to
	}
}

// add takes what was shaped: its glyphs stand from left to right.
func (p *shaped) add(f *fonts, level int, out shaping.Output) {
	run := glyphRun{font: f.of(out.Face), level: level}
	for i := 0; i < len(out.Glyphs); {
		j, at := i, out.Glyphs[i].TextIndex()
		for j < len(out.Glyphs) && out.Glyphs[j].TextIndex() == at {
			p.advance[at] += points(out.Glyphs[j].Advance)
			j++
		}
		p.begins[at] = true
		run.clusters = append(run.clusters, cluster{at, p.text[at : at+out.Glyphs[i].RunesCount()], out.Glyphs[i:j]})
		for _, g := range out.Glyphs[i:j] {
			if g.GlyphID == 0 && len(f.missing) < maxMissing {
				f.missing[p.text[at]] = true
			}
		}
		i = j
	}
	if level%2 == 1 { // in the order of typing
		slices.Reverse(run.clusters)
	}
	p.runs = append(p.runs, run)
}

// maxMissing is how many characters without a glyph are remembered.
const maxMissing = 500

func points(v fixed.Int26_6) float64 { return float64(v) / 64 }

// fit returns where the line that begins at character at ends: where a line may
// end if there is such a place, else between two clusters, and never at once.
func (p *shaped) fit(at int, width float64) int {
	end, wide, space := at, 0.0, 0.0
	last, cut := -1, at
	for end < len(p.text) {
		next := end + 1
		for !p.begins[next] {
			next++
		}
		w := p.advance[end]
		if unicode.IsSpace(p.text[end]) {
			space += w // that it hangs over the margin is not seen
		} else if wide+space+w > width && cut > at {
			break
		} else {
			wide, space = wide+space+w, 0
		}
		end, cut = next, next
		if p.mayBreak[end] {
			last = end
		}
	}
	if end < len(p.text) && last > at {
		return last
	}
	return end
}

// cut returns the line of some characters without the space at its end, in the
// order in which it is seen.
func (p *shaped) cut(from, to int) line {
	for to > from && unicode.IsSpace(p.text[to-1]) {
		to--
	}
	var l line
	for _, run := range p.runs {
		part := glyphRun{font: run.font, level: run.level}
		for _, c := range run.clusters {
			if c.at >= from && c.at < to {
				part.clusters = append(part.clusters, c)
				l.wide += p.advance[c.at]
			}
		}
		if len(part.clusters) > 0 {
			l.runs = append(l.runs, part)
		}
	}
	inOrder(l.runs)
	return l
}

// inOrder puts the runs of a line into the order in which they are seen (UAX 9,
// rule L2): from the deepest level down, what is at least that deep is turned round.
func inOrder(runs []glyphRun) {
	deepest := 0
	for _, r := range runs {
		deepest = max(deepest, r.level)
		if r.level%2 == 1 {
			slices.Reverse(r.clusters)
		}
	}
	for level := deepest; level >= 1; level-- {
		for i := 0; i < len(runs); i++ {
			j := i
			for j < len(runs) && runs[j].level >= level {
				j++
			}
			slices.Reverse(runs[i:j])
			i = max(i, j-1)
		}
	}
}
