package prose

import (
	"bytes"
	"iter"
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// guessed is how much of a text is looked at to guess its language, in bytes.
const guessed = 4 << 10

// commonWords says of each common word in which dictionaries it stands: bit i
// is the i-th of all.
var commonWords = sync.OnceValue(func() map[string]uint64 {
	words := map[string]uint64{}
	for i, d := range all {
		for w := range d.load().common {
			words[w] |= 1 << i
		}
	}
	return words
})

// For returns the dictionary for a text: that of the language whose most
// common words stand in it, or of the language it is said to be in (a BCP 47
// tag or "") where they don't tell. A wrong guess costs bytes, nothing else.
func For(text []byte, language string) Number {
	words, known := 0, commonWords()
	scores := make([]int, len(all))
	for w := range Words(text[:min(len(text), guessed)]) {
		words++
		for set := known[w]; set != 0; set &= set - 1 {
			scores[bits.TrailingZeros64(set)]++
		}
	}
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	best, score := Plain, 0
	for i, d := range all {
		if d.language == base && base != "" {
			scores[i] += 2 + words/32
		}
		if scores[i] > 0 && scores[i] >= score && d.language != "" { // the later of two for one language
			best, score = d.number, scores[i]
		}
	}
	return best
}

// Words yields the words of a text: runs of letters and marks, and in scripts
// that don't part words (from U+2E80 on) each character.
func Words(text []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for run := range bytes.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
			for len(run) > 0 {
				n := bytes.IndexFunc(run, func(r rune) bool { return r >= 0x2E80 })
				if n < 0 {
					n = len(run)
				} else if n == 0 {
					_, n = utf8.DecodeRune(run)
				}
				if !yield(string(run[:n])) {
					return
				}
				run = run[n:]
			}
		}
	}
}
