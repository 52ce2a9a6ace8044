package prose

import (
	"errors"
	"unicode/utf8"
)

// An alphabet gives the characters a language uses one symbol each: ASCII its
// own numbers, up to 126 others those from 128 on. What is left is written out
// behind a mark.
type alphabet struct {
	symbols map[rune]byte
	runes   [256]rune  // 0: none
	small   [256]uint8 // for letters the small letter's symbol, else 0
}

const (
	rare   = 0xFF // a character of several bytes follows, as it is in UTF-8
	broken = 0xFE // a byte follows that is no UTF-8

	firstOwn = 0x80
	maxOwn   = broken - firstOwn
)

var errAlphabet = errors.New("a dictionary's characters are too many, twice there, or ASCII")

// newAlphabet takes small letters, pairs of a capital and its small letter, and
// other characters. The rules of Unicode change, so they are not asked.
func newAlphabet(small, pairs, others string) (alphabet, error) {
	a := alphabet{symbols: map[rune]byte{}}
	for c := range 128 {
		a.runes[c] = rune(c)
		switch {
		case c >= 'a' && c <= 'z':
			a.small[c] = byte(c)
		case c >= 'A' && c <= 'Z':
			a.small[c] = byte(c + 'a' - 'A')
		}
	}
	add := func(r rune) (byte, error) {
		s := firstOwn + len(a.symbols)
		if _, twice := a.symbols[r]; twice || r < 128 || s >= broken {
			return 0, errAlphabet
		}
		a.symbols[r], a.runes[s] = byte(s), r
		return byte(s), nil
	}
	for _, r := range small {
		s, err := add(r)
		if err != nil {
			return a, err
		}
		a.small[s] = s
	}
	capital := byte(0)
	for _, r := range pairs {
		if capital == 0 {
			var err error
			if capital, err = add(r); err != nil {
				return a, err
			}
			continue
		}
		s, known := a.symbols[r]
		if r < 128 {
			s, known = byte(r), true
		}
		if !known || s == capital {
			return a, errAlphabet
		}
		a.small[capital], capital = s, 0
	}
	for _, r := range others {
		if _, err := add(r); err != nil {
			return a, err
		}
	}
	if capital != 0 {
		return a, errAlphabet
	}
	return a, nil
}

// write appends text in symbols.
func (a *alphabet) write(out []byte, text []byte) []byte {
	for len(text) > 0 {
		if c := text[0]; c < 128 {
			out, text = append(out, c), text[1:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		if s, known := a.symbols[r]; known {
			out = append(out, s)
		} else if n == 1 {
			out = append(out, broken, text[0])
		} else {
			out = append(append(out, rare), text[:n]...)
		}
		text = text[n:]
	}
	return out
}

// errSymbols means symbols that write does not make.
var errSymbols = errors.New("symbols that are no text")

// read takes one character from next and appends it to out.
func (a *alphabet) read(out []byte, next func() byte) ([]byte, error) {
	switch s := next(); s {
	case broken:
		return append(out, next()), nil
	case rare:
		var b [utf8.UTFMax]byte
		b[0] = next()
		n := runeLength(b[0])
		if n < 2 {
			return out, errSymbols
		}
		for i := 1; i < n; i++ {
			b[i] = next()
		}
		if r, size := utf8.DecodeRune(b[:n]); size != n || a.symbols[r] != 0 {
			return out, errSymbols
		}
		return append(out, b[:n]...), nil
	default:
		if r := a.runes[s]; r != 0 || s == 0 {
			return utf8.AppendRune(out, r), nil
		}
		return out, errSymbols
	}
}

// runeLength is how many bytes a character has by its first; 0: none begins so.
func runeLength(first byte) int {
	switch {
	case first >= 0xC2 && first < 0xE0:
		return 2
	case first >= 0xE0 && first < 0xF0:
		return 3
	case first >= 0xF0 && first < 0xF5:
		return 4
	}
	return 0
}

// An Alphabet is the alphabet of a dictionary in the making.
type Alphabet struct{ a alphabet }

// NewAlphabet takes the first three lines of a dictionary.
func NewAlphabet(small, pairs, others string) (Alphabet, error) {
	a, err := newAlphabet(small, pairs, others)
	return Alphabet{a}, err
}

// Write appends text in symbols.
func (a Alphabet) Write(out, text []byte) []byte { return a.a.write(out, text) }
