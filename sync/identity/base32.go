package identity

import (
	"encoding/base32"
	"errors"
	"strings"
)

// Crockford's alphabet (https://www.crockford.com/base32.html): no I, L, O, U,
// so that it survives being read out loud and written down.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var base32Crockford = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)

// ErrCheckDigits means that a code was mistyped or misheard.
var ErrCheckDigits = errors.New("the check digits do not fit: a character was mistyped or is missing")

var errAlphabet = errors.New("a character is not a digit or letter of this code")

// Base32 writes bytes in Crockford's alphabet, without check digits.
func Base32(b []byte) string { return base32Crockford.EncodeToString(b) }

// ParseBase32 reads what Base32 wrote, forgiving as people are with codes.
func ParseBase32(s string) ([]byte, error) {
	ds, err := digits(s)
	if err != nil {
		return nil, err
	}
	return base32Crockford.DecodeString(letters(ds))
}

// digits maps text to the values 0–31, forgiving case, spaces, hyphens and the
// look-alikes I, L (1) and O (0).
func digits(s string) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '\t', '\n', '\r':
			continue
		case 'I', 'L':
			r = '1'
		case 'O':
			r = '0'
		}
		v := strings.IndexRune(crockford, r)
		if v < 0 {
			return nil, errAlphabet
		}
		out = append(out, byte(v))
	}
	return out, nil
}

func letters(ds []byte) string {
	b := make([]byte, len(ds))
	for i, d := range ds {
		b[i] = crockford[d]
	}
	return string(b)
}

// checkDigit is a weighted sum in GF(32) (x⁵+x²+1) with weights αⁱᵏ, i from 1:
// with k=1 it notices every single wrong character and every swap of two,
// because the weights are distinct and not zero (up to 31 characters). A
// second digit with k=2 makes it a Reed-Solomon code that notices any two.
func checkDigit(ds []byte, k int) byte {
	var sum byte
	for i, d := range ds {
		sum ^= gfMul(d, gfPow((i+1)*k))
	}
	return sum
}

func gfMul(a, b byte) byte {
	var p byte
	for ; b > 0; b >>= 1 {
		if b&1 != 0 {
			p ^= a
		}
		if a <<= 1; a&32 != 0 {
			a ^= 0b100101
		}
	}
	return p
}

func gfPow(n int) byte {
	p := byte(1)
	for range n % 31 {
		p = gfMul(p, 2)
	}
	return p
}

// Code writes the first 45 bits of a hash as 9 characters and a check
// character, shown 5-5: short enough to be said on the air.
func Code(hash []byte) string {
	ds, _ := digits(base32Crockford.EncodeToString(hash[:6])[:9])
	s := letters(append(ds, checkDigit(ds, 1)))
	return s[:5] + "-" + s[5:]
}

// ParseCode reads a code as people write it and returns it as Code shows it.
func ParseCode(s string) (string, error) {
	ds, err := digits(s)
	if err != nil {
		return "", err
	}
	if len(ds) != 10 || checkDigit(ds[:9], 1) != ds[9] {
		return "", ErrCheckDigits
	}
	s = letters(ds)
	return s[:5] + "-" + s[5:], nil
}

// CodeStart is the first 40 bits of every hash that has this code, as
// [ParseCode] returns it: to look for such hashes in their order.
func CodeStart(code string) ([]byte, error) {
	shown, err := ParseCode(code)
	if err != nil {
		return nil, err
	}
	return base32Crockford.DecodeString(shown[:5] + shown[6:9])
}
