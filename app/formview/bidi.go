package formview

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/bidi"

	"baraza.example/assets/locale"
	"baraza.example/forms/levels"
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
	from  int // where it begins in the line
	text  []rune
}

// between stands between facts on one line. They follow each other in the
// direction of the line: a number behind a name is not the name's.
const between = " · "

// visual returns a line with its runs in the order in which they are seen.
func visual(line string, direction locale.Direction) string {
	base, mark := 0, string(leftMark)
	if direction == locale.RightToLeft {
		base, mark = 1, string(rightMark)
	}
	text := []rune(strings.ReplaceAll(line, between, mark+between+mark))
	var b strings.Builder
	for _, r := range reordered(runsOf(text, levels.Of(text, base))) {
		b.WriteString(r.drawn())
		b.WriteRune(leftMark)
	}
	return b.String()
}

// runsOf cuts a line into runs, in the order of typing.
func runsOf(text []rune, levels []int) (runs []run) {
	for from := 0; from < len(text); {
		to := from + 1
		for to < len(text) && levels[to] == levels[from] {
			to++
		}
		runs = append(runs, run{level: levels[from], from: from, text: text[from:to]})
		from = to
	}
	return runs
}

// reordered puts runs into the order in which they are seen (rule L2): from the
// deepest level down, what is at least that deep is turned round.
func reordered(runs []run) []run {
	deepest := 0
	for _, r := range runs {
		deepest = max(deepest, r.level)
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
	return runs
}

// drawn is the run as Fyne has to be given it. It turns letters of a run that
// goes right to left round by itself, but not the signs at its ends.
func (r run) drawn() string {
	text := slices.DeleteFunc(slices.Clone(r.text), func(r rune) bool { return r == rightMark || r == leftMark })
	if r.level%2 == 0 {
		return string(text)
	}
	from, to := 0, len(text)
	for from < to && !rightToLeft(text[from]) {
		from++
	}
	for to > from && !rightToLeft(text[to-1]) {
		to--
	}
	return turned(text[to:]) + string(leftMark) + string(text[from:to]) + string(leftMark) + turned(text[:from])
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

// rightToLeft tells letters of Arabic, Hebrew and their like, with their marks.
func rightToLeft(r rune) bool { return leftward(r) || classOf(r) == bidi.NSM }

// leftward tells letters that run from right to left.
func leftward(r rune) bool {
	if r < 0x0590 {
		return false
	}
	class := classOf(r)
	return class == bidi.R && r != rightMark || class == bidi.AL
}

// sided tells letters that have a direction.
func sided(r rune) bool { return leftward(r) || classOf(r) == bidi.L && r != leftMark }

func classOf(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}
