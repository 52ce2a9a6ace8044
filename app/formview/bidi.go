package formview

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/bidi"

	"baraza.example/assets/locale"
)

// Marks that have a direction and no width. One between two pieces of a line
// keeps Fyne from taking them for one run.
const (
	leftMark  = '\u200E'
	rightMark = '\u200F'
)

// mirrored is what a bracket looks like in a run that goes the other way.
var mirrored = map[rune]rune{'(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«', '‹': '›', '›': '‹'}

// inOrder returns a line as Fyne has to be given it. Fyne lays the runs of a
// line from left to right in the order of typing, so that numbers and Latin
// names within Arabic come out in the wrong place; inOrder puts them into the
// order in which they are seen. A line that runs from left to right alone comes
// back as it is.
func inOrder(line string, direction locale.Direction) string {
	if direction != locale.RightToLeft && !hasRightToLeft(line) {
		return line
	}
	return visual(line, direction)
}

// directionOf is where the lines of a text begin: on screens that run from
// right to left any text with such letters does, else its first letter decides.
func directionOf(words string, mirrored bool) locale.Direction {
	for _, r := range words {
		switch class := classOf(r); {
		case class == bidi.R && r != rightMark || class == bidi.AL:
			return locale.RightToLeft
		case class == bidi.L && r != leftMark && !mirrored:
			return locale.LeftToRight
		}
	}
	return locale.LeftToRight
}

// carried marks lines of one paragraph where a text from left to right goes on in
// the next line: each line is put in order by itself, and signs at its ends would
// take the direction of the screen.
func carried(lines []string, direction locale.Direction) []string {
	if direction != locale.RightToLeft {
		return lines
	}
	for i := 1; i < len(lines); i++ {
		if turnedAt(lines[i-1], true) == locale.LeftToRight && turnedAt(lines[i], false) == locale.LeftToRight {
			lines[i-1] += string(leftMark)
			lines[i] = string(leftMark) + lines[i]
		}
	}
	return lines
}

// turnedAt is the direction of the first letter of a line, or of its last one; a
// line without letters has the direction of its screen.
func turnedAt(line string, last bool) locale.Direction {
	letters := []rune(line)
	if last {
		slices.Reverse(letters)
	}
	for _, r := range letters {
		switch class := classOf(r); {
		case class == bidi.L && r != leftMark:
			return locale.LeftToRight
		case class == bidi.R || class == bidi.AL:
			return locale.RightToLeft
		}
	}
	return locale.RightToLeft
}

// OnePiece keeps words that run from left to right in their own order, with the
// signs at their ends, within those of a screen that runs from right to left.
func OnePiece(words string) string {
	if !Mirrored() || words == "" || hasRightToLeft(words) {
		return words
	}
	return string(leftMark) + words + string(leftMark)
}

func hasRightToLeft(words string) bool { return strings.ContainsFunc(words, rightToLeft) }

// A run is a stretch of a line with one level of the bidirectional algorithm:
// even goes left to right, odd right to left.
type run struct {
	level int
	text  []rune
}

// between stands between facts on one line. They follow each other in the
// direction of the line: a number behind a name is not the name's.
const between = " · "

// visual returns a line with its runs in the order in which they are seen.
func visual(line string, direction locale.Direction) string {
	mark := string(leftMark)
	if direction == locale.RightToLeft {
		mark = string(rightMark)
	}
	runs := levels(strings.ReplaceAll(line, between, mark+between+mark), direction)
	deepest := 0
	for _, r := range runs {
		deepest = max(deepest, r.level)
	}
	// Rule L2: from the deepest level down, turn round what is at least that deep.
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
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.drawn())
		b.WriteRune(leftMark)
	}
	return b.String()
}

// drawn is the run as Fyne has to be given it. It turns letters of a run that
// goes right to left round by itself, but not the signs at its ends.
func (r run) drawn() string {
	if r.level%2 == 0 {
		return string(r.text)
	}
	from, to := 0, len(r.text)
	for from < to && !rightToLeft(r.text[from]) {
		from++
	}
	for to > from && !rightToLeft(r.text[to-1]) {
		to--
	}
	return turned(r.text[to:]) + string(leftMark) + string(r.text[from:to]) + string(leftMark) + turned(r.text[:from])
}

func turned(signs []rune) string {
	out := slices.Clone(signs)
	slices.Reverse(out)
	for i, r := range out {
		if m, ok := mirrored[r]; ok {
			out[i] = m
		}
	}
	return string(out)
}

// levels cuts a line into runs, in the order of typing. The library tells
// directions and not levels: left to right within right to left is level 2.
func levels(line string, direction locale.Direction) []run {
	// The first word must not turn the whole line: it may be of the other direction.
	base, mark := 0, leftMark
	if direction == locale.RightToLeft {
		base, mark = 1, rightMark
	}
	line = string(mark) + line
	var p bidi.Paragraph
	// The library stops at a sign that ends a paragraph; such a line stays as it is.
	n, err := p.SetString(line)
	if err != nil || n < len(line) {
		return []run{{0, []rune(strings.TrimPrefix(line, string(mark)))}}
	}
	order, err := p.Order()
	if err != nil {
		return []run{{0, []rune(line)}}
	}
	var runs []run
	for i := range order.NumRuns() {
		f := order.Run(i)
		text := slices.DeleteFunc([]rune(f.String()), func(r rune) bool { return r == rightMark || r == leftMark })
		switch {
		case f.Direction() == bidi.RightToLeft:
			runs = append(runs, run{1, text})
		case base == 1:
			runs = append(runs, run{2, text})
		case i > 0:
			// A number behind Arabic belongs to it, and the Latin that follows does not.
			n := number(text)
			runs = append(runs, run{2, text[:n]}, run{0, text[n:]})
		default:
			runs = append(runs, run{0, text})
		}
	}
	return slices.DeleteFunc(runs, func(r run) bool { return len(r.text) == 0 })
}

// number counts the runes of the number at the beginning of text.
func number(text []rune) int {
	for i, r := range text {
		separates := strings.ContainsRune(".,:/+-", r) && i+1 < len(text) && isDigit(text[i+1])
		if !isDigit(r) && !separates {
			return i
		}
	}
	return len(text)
}

func isDigit(r rune) bool {
	class := classOf(r)
	return class == bidi.EN || class == bidi.AN
}

// rightToLeft tells letters of Arabic, Hebrew and their like, with their marks.
func rightToLeft(r rune) bool {
	class := classOf(r)
	return class == bidi.R && r != rightMark || class == bidi.AL || class == bidi.NSM
}

func classOf(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}
