package storage

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Words are recovery words: a random number of 128 bits, written as twelve words of
// two syllables, such as "baki". They mean nothing in any language, so nobody has to
// know one to write them down or read them out; docs/protocol/keys.md has the
// table.
type Words []byte

const (
	wordsSize  = 16
	wordsCount = 12
	wordLength = 4
)

// The syllables are a consonant and a vowel each, 64 of the 65 there are. No
// letter sounds or looks much like another, and none is read in two ways by those
// who write Swahili, French, Portuguese, Spanish or English.
const (
	consonants = "bdfghklmnpstz"
	vowels     = "aeiou"
	syllables  = 64
)

// Errors of recovery words as people type them.
var (
	ErrWordsCount = fmt.Errorf("recovery words are %d words of %d letters", wordsCount, wordLength)
	ErrWordsCheck = errors.New("the recovery words do not fit together: one of them is not as it was written down")
)

// A WordError says which word can't be one.
type WordError struct {
	Number int // from 1
	Word   string
}

func (e *WordError) Error() string {
	return fmt.Sprintf("%q, word %d, is no recovery word", e.Word, e.Number)
}

func newWords(rand io.Reader) (Words, error) {
	w := make(Words, wordsSize)
	_, err := io.ReadFull(rand, w)
	return w, err
}

// check are the 16 bits that make a mistake noticed.
func (w Words) check() []byte {
	sum := sha256.Sum256(append([]byte("baraza recovery words"), w...))
	return sum[:2]
}

// List returns the twelve words.
func (w Words) List() []string {
	bits := append(bytes.Clone(w), w.check()...)
	list := make([]string, wordsCount)
	for i := range list {
		var word []byte
		for half := range 2 {
			at := (2*i + half) * 6
			n := int(bits[at/8])<<8 | int(append(bits, 0)[at/8+1])
			n = n >> (10 - at%8) & (syllables - 1)
			word = append(word, consonants[n/len(vowels)], vowels[n%len(vowels)])
		}
		list[i] = string(word)
	}
	return list
}

// String is the words on one line.
func (w Words) String() string { return strings.Join(w.List(), " ") }

// ParseWords reads recovery words as people type them: capitals, numbers, commas and the
// places of blanks don't matter.
func ParseWords(text string) (Words, error) {
	letters := make([]byte, 0, wordsCount*wordLength)
	for _, r := range strings.ToLower(text) {
		if r < 'a' || r > 'z' {
			continue
		}
		if len(letters) == cap(letters) {
			return nil, ErrWordsCount
		}
		letters = append(letters, byte(r))
	}
	if len(letters) != wordsCount*wordLength {
		return nil, ErrWordsCount
	}
	bits := make([]byte, wordsSize+2)
	for i := 0; i < len(letters); i += 2 {
		n := strings.IndexByte(consonants, letters[i])*len(vowels) + strings.IndexByte(vowels, letters[i+1])
		if strings.IndexByte(consonants, letters[i]) < 0 || strings.IndexByte(vowels, letters[i+1]) < 0 || n >= syllables {
			word := i / wordLength
			return nil, &WordError{word + 1, string(letters[word*wordLength : (word+1)*wordLength])}
		}
		at := i / 2 * 6
		wide := n << (10 - at%8)
		bits[at/8] |= byte(wide >> 8)
		if wide&0xff != 0 {
			bits[at/8+1] |= byte(wide)
		}
	}
	w := Words(bits[:wordsSize])
	if !bytes.Equal(bits[wordsSize:], w.check()) {
		return nil, ErrWordsCheck
	}
	return w, nil
}
