package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"baraza.example/sync/prose"
)

const commonWords = 80

// header is the first four lines of a dictionary: the characters it gives
// symbols, the most frequent first, and words by which the language is known.
func header(language string, paragraphs []string) (string, prose.Alphabet, error) {
	letters, words := map[rune]int{}, map[string]int{}
	latin, foreign := 0, 0
	for _, p := range paragraphs {
		for _, r := range p {
			if r >= 128 && r != unicode.ReplacementChar {
				letters[r]++
			}
		}
		for w := range prose.Words([]byte(p)) {
			words[w]++
			if w[0] < 128 {
				latin++
			} else {
				foreign++
			}
		}
	}
	var small, pairs, others []rune
	room := 120
	for _, r := range byCount(letters) {
		if letters[r] < 3 || room == 0 {
			break
		}
		if slices.Contains(small, r) {
			continue
		}
		switch lower := unicode.ToLower(r); {
		case unicode.IsUpper(r) && lower != r && (lower < 128 || slices.Contains(small, lower)):
			pairs = append(pairs, r, lower)
		case unicode.IsUpper(r) && lower != r && room > 1:
			small = append(small, lower)
			pairs = append(pairs, r, lower)
			room--
		case unicode.IsLetter(r), unicode.IsMark(r):
			small = append(small, r)
		default:
			others = append(others, r)
		}
		room--
	}
	var common []string
	if language != "" {
		for _, w := range byCount(words) {
			if len(common) < commonWords && len(w) > 1 && (w[0] >= 128 || latin > foreign) { // not the Latin names in other scripts
				common = append(common, w)
			}
		}
	}
	head := strings.Join([]string{string(small), string(pairs), string(others), strings.Join(common, " ")}, "\n") + "\n"
	a, err := prose.NewAlphabet(string(small), string(pairs), string(others))
	return head, a, err
}

func byCount[K cmp.Ordered](m map[K]int) []K {
	return slices.SortedFunc(maps.Keys(m), func(a, b K) int { return cmp.Or(m[b]-m[a], cmp.Compare(a, b)) })
}
