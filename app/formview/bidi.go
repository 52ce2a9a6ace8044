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

// InOrder prepares words for a label, which should not wrap them itself. Fyne
// lays the runs of a line from left to right in the order of typing, so that
// numbers and Latin names within Arabic come out in the wrong place. InOrder
// breaks the words into lines that fit and puts the runs of each line into the
// order in which they are seen. Words of one direction alone, left to right,
// come back as they are.
func InOrder(words string, direction locale.Direction, fits func(line string) bool) string {
	if direction != locale.RightToLeft && !slices.ContainsFunc([]rune(words), rightToLeft) {
		return words
	}
	var lines []string
	for paragraph := range strings.SplitSeq(words, "\n") {
		for _, line := range broken(paragraph, fits) {
			lines = append(lines, visual(line, direction))
		}
	}
	return strings.Join(lines, "\n")
}

// broken cuts a paragraph between words; one that fits nowhere stands alone.
func broken(paragraph string, fits func(string) bool) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(paragraph) {
		longer := strings.TrimSpace(line + " " + word)
		if line != "" && !fits(longer) {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	return append(lines, line)
}

// A run is a stretch of a line with one level of the bidirectional algorithm:
// even goes left to right, odd right to left.
type run struct {
	level int
	text  []rune
}

// visual returns a line with its runs in the order in which they are seen.
func visual(line string, direction locale.Direction) string {
	runs := levels(line, direction)
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
	base := 0
	if direction == locale.RightToLeft {
		base, line = 1, string(rightMark)+line // a Latin word at the beginning must not turn the whole line
	}
	var p bidi.Paragraph
	// The library stops at a sign that ends a paragraph; such a line stays as it is.
	n, err := p.SetString(line)
	if err != nil || n < len(line) {
		return []run{{0, []rune(strings.TrimPrefix(line, string(rightMark)))}}
	}
	order, err := p.Order()
	if err != nil {
		return []run{{0, []rune(line)}}
	}
	var runs []run
	for i := range order.NumRuns() {
		f := order.Run(i)
		text := slices.DeleteFunc([]rune(f.String()), func(r rune) bool { return r == rightMark })
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
