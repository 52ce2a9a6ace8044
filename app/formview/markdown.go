package formview

import (
	"regexp"
	"strings"
)

// The Markdown of XLSForm labels (https://docs.getodk.org/form-styling/):
// headings, emphasis, links and lists, and the HTML that ODK takes beside them.
var (
	markHeading = regexp.MustCompile(`^(#{1,6})\s+(.*)$`)
	markItem    = regexp.MustCompile(`^\s*[-*+]\s+(.*)$`)
	markLink    = regexp.MustCompile(`\[([^\[\]]{1,300})\]\((https?://[^\s()]{1,500})\)`)
	markStrong  = regexp.MustCompile(`(\*\*|\b__)(\S(?:.{0,500}?\S)??)(?:\*\*|__\b)`)
	markEmph    = regexp.MustCompile(`(^|[\s(])(?:\*([^\s*](?:[^*\n]{0,500}?[^\s*])??)\*|_([^\s_](?:[^_\n]{0,500}?[^\s_])??)_)($|[\s).,;:!?])`)
	markTag     = regexp.MustCompile(`(?i)</?(?:span|p|div|b|i|em|strong|font|center|u)(?:\s[^<>]{0,200})?>`)
	markBreak   = regexp.MustCompile(`(?i)<br\s*/?>`)
	markEscape  = regexp.MustCompile(`\\([\\*_#\[\]()~-])`)
)

// longestStyled bounds what is looked through for marks.
const longestStyled = 20_000

// A styled line of a text.
type styled struct {
	words string
	level int    // of a heading, 1 to 6; 0 is none
	item  bool   // of a list
	bold  bool   // all of it is emphasised
	link  string // the first address in it; "" is none
}

// markdown reads the lines of a text. Where all of a line is emphasised it is
// bold; of a part of a line the marks are left out, because a line is drawn in
// one hand. ok is false where there is nothing to style.
func markdown(text string) (lines []styled, ok bool) {
	if len(text) > longestStyled {
		return nil, false
	}
	for _, line := range strings.Split(markBreak.ReplaceAllString(text, "\n"), "\n") {
		s := styled{}
		if m := markHeading.FindStringSubmatch(line); m != nil {
			s.level, line = len(m[1]), m[2]
		} else if m := markItem.FindStringSubmatch(line); m != nil {
			s.item, line = true, m[1]
		}
		if m := markLink.FindStringSubmatch(line); m != nil {
			s.link = m[2]
		}
		const kept = "\x00" // a mark that a backslash takes the meaning from
		var escaped []string
		line = markEscape.ReplaceAllStringFunc(line, func(e string) string {
			escaped = append(escaped, e[1:])
			return kept
		})
		line = markLink.ReplaceAllString(line, "$1")
		line = markTag.ReplaceAllString(line, "")
		if m := markStrong.FindStringSubmatchIndex(line); m != nil && strings.TrimSpace(line[:m[0]]+line[m[1]:]) == "" {
			s.bold = true
		}
		line = markStrong.ReplaceAllString(line, "$2")
		for range 2 { // two that share the space between them
			line = markEmph.ReplaceAllString(line, "$1$2$3$4")
		}
		for _, e := range escaped {
			line = strings.Replace(line, kept, e, 1)
		}
		s.words = line
		lines = append(lines, s)
	}
	plain := len(lines) == 1+strings.Count(text, "\n")
	for _, l := range lines {
		plain = plain && l.level == 0 && !l.item && !l.bold && l.link == ""
	}
	words := make([]string, len(lines))
	for i, l := range lines {
		words[i] = l.words
	}
	return lines, !plain || strings.Join(words, "\n") != text
}
