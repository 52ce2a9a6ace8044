package formview

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// The Markdown of XLSForm labels (https://docs.getodk.org/form-styling/):
// headings, emphasis, links and lists, and the HTML that ODK takes beside them.
// They are compiled at the first question, not at the start of the program.
var marks = sync.OnceValue(func() (m struct {
	heading, item, link, strong, emph, hand, tag, newline, escape *regexp.Regexp
}) {
	m.heading = regexp.MustCompile(`^(#{1,6})\s+(.*)$`)
	m.item = regexp.MustCompile(`^\s*[-*+]\s+(.*)$`)
	m.link = regexp.MustCompile(`\[([^\[\]]{1,300})\]\((https?://[^\s()]{1,500})\)`)
	m.strong = regexp.MustCompile(`(\*\*|\b__)(\S(?:.{0,500}?\S)??)(?:\*\*|__\b)`)
	m.emph = regexp.MustCompile(`(^|[\s(])(?:\*([^\s*](?:[^*\n]{0,500}?[^\s*])??)\*|_([^\s_](?:[^_\n]{0,500}?[^\s_])??)_)($|[\s).,;:!?])`)
	m.hand = regexp.MustCompile(`(?i)<(/?)(?:b|i|em|strong)>`)
	m.tag = regexp.MustCompile(`(?i)</?(?:span|p|div|font|center|u|b|i|em|strong)(?:\s[^<>]{0,200})?>`)
	m.newline = regexp.MustCompile(`(?i)<br\s*/?>`)
	m.escape = regexp.MustCompile(`\\([\\*_#\[\]()~-])`)
	return m
})

// longestStyled bounds what is looked through for marks.
const longestStyled = 20_000

// A styled line of a text.
type styled struct {
	words  string
	marked string // the words with emphasis where some of them are emphasised; "" is none
	level  int    // of a heading, 1 to 6; 0 is none
	item   bool   // of a list
	bold   bool   // all of it is emphasised
	link   string // the first address in it; "" is none
}

// markdown reads the lines of a text. Strong and slight emphasis are one: there
// are two hands of letters, plain and bold. ok is false where there is nothing
// to style.
func markdown(text string) (lines []styled, ok bool) {
	if len(text) > longestStyled {
		return nil, false
	}
	m := marks()
	const on, off = string(emphasisOn), string(emphasisOff)
	for _, line := range strings.Split(m.newline.ReplaceAllString(noEmphasis.Replace(text), "\n"), "\n") {
		s := styled{}
		if f := m.heading.FindStringSubmatch(line); f != nil {
			s.level, line = len(f[1]), f[2]
		} else if f := m.item.FindStringSubmatch(line); f != nil {
			s.item, line = true, f[1]
		}
		if f := m.link.FindStringSubmatch(line); f != nil {
			s.link = f[2]
		}
		const kept = "\x00" // a mark that a backslash takes the meaning from
		var escaped []string
		line = m.escape.ReplaceAllStringFunc(line, func(e string) string {
			escaped = append(escaped, e[1:])
			return kept
		})
		line = m.link.ReplaceAllString(line, "$1")
		line = m.hand.ReplaceAllStringFunc(line, func(tag string) string {
			if tag[1] == '/' {
				return off
			}
			return on
		})
		line = m.tag.ReplaceAllString(line, "")
		line = m.strong.ReplaceAllString(line, on+"$2"+off)
		for range 2 { // two that share the space between them
			line = m.emph.ReplaceAllString(line, "$1"+on+"$2$3"+off+"$4")
		}
		for _, e := range escaped {
			line = strings.Replace(line, kept, e, 1)
		}
		s.words = noEmphasis.Replace(line)
		switch inner, all := wholly(line); {
		case all:
			s.bold = true
		case inner != s.words:
			s.marked = inner
		}
		lines = append(lines, s)
	}
	plain := len(lines) == 1+strings.Count(text, "\n")
	for _, l := range lines {
		plain = plain && l.level == 0 && !l.item && !l.bold && l.marked == "" && l.link == ""
	}
	words := make([]string, len(lines))
	for i, l := range lines {
		words[i] = l.words
	}
	return lines, !plain || strings.Join(words, "\n") != text
}

// wholly tells whether all words of a line are emphasised, and returns the line
// with each stretch of emphasis marked once, however its marks were nested.
func wholly(line string) (flat string, all bool) {
	var b strings.Builder
	deep, outside, inside := 0, false, false
	for _, r := range line {
		switch r {
		case emphasisOn:
			if deep++; deep == 1 {
				b.WriteRune(r)
			}
			continue
		case emphasisOff:
			if deep == 0 {
				continue // ends what was never begun
			}
			if deep--; deep == 0 {
				b.WriteRune(r)
			}
			continue
		}
		b.WriteRune(r)
		if !unicode.IsSpace(r) {
			outside, inside = outside || deep == 0, inside || deep > 0
		}
	}
	if deep > 0 {
		b.WriteRune(emphasisOff)
	}
	return b.String(), inside && !outside
}
