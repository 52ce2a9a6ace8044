package formview

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Marks of writing without spaces: closing ones begin no line, opening ones end
// none.
const (
	closing = "，。、；：？！）》」』】〉”’…·％,.;:?!)%"
	opening = "（《「『【〈“‘("
)

// unbroken cuts a word into what stays on one line: letters with their marks, and
// in writing without spaces also the punctuation beside them, and names and
// figures in Latin.
func unbroken(word string) []string {
	letters := clusters(word)
	if !spaceless(word) {
		return letters
	}
	var all []string
	before := ' '
	for _, letter := range letters {
		r, _ := utf8.DecodeRuneInString(letter)
		n := len(all)
		if n > 0 && (strings.ContainsRune(closing, r) || strings.ContainsRune(opening, before) || ofOneName(before) && ofOneName(r)) {
			all[n-1] += letter
		} else {
			all = append(all, letter)
		}
		before, _ = utf8.DecodeLastRuneInString(letter)
	}
	return all
}

// ofOneName are letters and figures that are not cut from each other.
func ofOneName(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Nd) || strings.ContainsRune("-_/@.:#+=", r)
}
