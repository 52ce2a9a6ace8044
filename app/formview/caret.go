package formview

import (
	"sort"
	"unicode"

	"fyne.io/fyne/v2"
)

// letterBinder makes the letter before it take the form it has within a word.
const letterBinder = "\u200D"

// measure is how wide a part of a run is.
func (p placed) measure(words string) float32 {
	return widthOf(words, p.drawn.TextSize, p.drawn.TextStyle, p.drawn.FontSource)
}

// advance is how far the first n letters of a run reach.
func (p placed) advance(n int) float32 {
	switch {
	case n <= 0:
		return 0
	case n >= len(p.text):
		return p.width
	}
	words := string(p.text[:n])
	if joined(p.text[n:]) {
		words += letterBinder
	}
	return min(p.measure(words), p.width)
}

// joined says whether a letter that follows a part of a word is written together
// with it. Marks on it don't count.
func joined(rest []rune) bool {
	for _, r := range rest {
		if !unicode.Is(unicode.Mn, r) {
			return unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) && r != 'ء'
		}
	}
	return false
}

// edge is the place before the rune at of the text, or behind the run.
func (p placed) edge(at int) float32 {
	if p.level%2 == 1 {
		return p.left + p.width - p.advance(at-p.from)
	}
	return p.left + p.advance(at-p.from)
}

// caret is where the caret stands before the rune at. Where two runs meet there are
// two such places: leading asks for that of the letter that follows, which else is
// that of the letter before, where somebody types.
func (l line) caret(at int, leading bool) float32 {
	at = min(max(at, l.from), l.to)
	letter := at - 1
	if leading || at == l.from {
		letter = at
	}
	for _, p := range l.runs {
		if letter >= p.from && letter < p.from+len(p.text) {
			return p.edge(at)
		}
	}
	if (l.base == 1) == (at == l.to && l.from < l.to) {
		return l.left
	}
	return l.right
}

// hit is what stands at a place: a row and a column for the caret, and whether it
// leads the letter that follows.
func (o *ordered) hit(at fyne.Position) (row, column int, leading bool) {
	if len(o.lines) == 0 {
		return 0, 0, false
	}
	row = int(max(0, at.Y-o.top(0)) / o.pitch())
	if row >= len(o.lines) {
		row = len(o.lines) - 1
		return row, o.lines[row].to - o.lines[row].from, true
	}
	column, leading = o.lines[row].hit(at.X)
	return row, column, leading
}

func (l line) hit(x float32) (column int, leading bool) {
	if len(l.runs) == 0 {
		return 0, false
	}
	if first, last := x < l.left, x > l.right; first || last { // beside the words: their begin or end
		if first == (l.base == 1) {
			return l.to - l.from, true
		}
		return 0, false
	}
	p := l.runs[len(l.runs)-1]
	for _, r := range l.runs {
		if x < r.left+r.width {
			p = r
			break
		}
	}
	far := x - p.left
	if p.level%2 == 1 {
		far = p.width - far
	}
	// the first letter that ends behind the place, and then the nearer of its sides
	n := sort.Search(len(p.text), func(n int) bool { return p.advance(n+1) > far })
	if n < len(p.text) {
		next := n + 1
		for next < len(p.text) && attached(p.text[next]) {
			next++
		}
		for n > 0 && attached(p.text[n]) {
			n--
		}
		if far-p.advance(n) > p.advance(next)-far {
			n = next
		}
	}
	return p.from + n - l.from, n == 0
}

// attached tells what belongs to the letter before it.
func attached(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me) || r == '\u200D' }
