package xlsform

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// nearest returns the candidate that word was most probably meant to be, or "".
func nearest(word string, candidates []string) string {
	best, least := "", len(word)/3+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d <= least && (best == "" || d < least) {
			best, least = c, d
		}
	}
	return best
}

// maxSuggestions bounds how often a form is searched for the nearest word: one
// that is wrong throughout would be searched for each of its faults.
const maxSuggestions = 100

// suggest looks for the name that was probably meant among all of a kind.
func suggest[V any](r *reader, word string, names map[string]V) string {
	if r.suggested++; r.suggested > maxSuggestions {
		return ""
	}
	return didYouMean(nearest(word, slices.Sorted(maps.Keys(names))))
}

// distance is the Levenshtein distance; words beyond a heading's length are
// never near.
func distance(a, b string) int {
	const long = 64
	if len(a) > long || len(b) > long {
		return long
	}
	var row [long + 1]int
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

func didYouMean(word string) string {
	if word == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", word)
}
