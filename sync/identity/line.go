package identity

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"

	"baraza.example/sync/canon"
)

// Lines carry small things between people: a scheme, then the bytes and the first four
// of their SHA-256 in Crockford's base32. In capitals they fit the compact mode
// of QR codes, and readers forgive case, spaces and line breaks.

// ErrLine means that no whole line stands in a text.
var ErrLine = errors.New("this is incomplete or was mistyped: copy the whole line again")

const lineSum = 4 // bytes

func makeLine(scheme string, body []byte) string {
	sum := sha256.Sum256(body)
	return scheme + base32Crockford.EncodeToString(append(body[:len(body):len(body)], sum[:lineSum]...))
}

// readLine reads what follows the scheme in a line.
func readLine(rest string) ([]byte, error) {
	ds, err := digits(wrapped(rest))
	if err != nil {
		return nil, ErrLine
	}
	raw, err := base32Crockford.DecodeString(letters(ds))
	if err != nil || len(raw) <= lineSum || base32Crockford.EncodeToString(raw) != letters(ds) {
		return nil, ErrLine
	}
	body, sum := raw[:len(raw)-lineSum], raw[len(raw)-lineSum:]
	if want := sha256.Sum256(body); !bytes.Equal(sum, want[:lineSum]) {
		return nil, ErrLine
	}
	return body, nil
}

// maxLineText bounds a text that a line is looked for in, in bytes.
const maxLineText = 64 << 10

// findLine looks for a line of a scheme in a text, where words for people may stand
// around it, and reads what it holds into v, exactly.
func findLine(text []byte, scheme string, v any) error {
	if len(text) > maxLineText {
		return ErrLine
	}
	for range maxSchemes {
		i := indexOf(text, scheme)
		if i < 0 {
			break
		}
		text = text[i+len(scheme):]
		if body, err := readLine(string(text)); err == nil {
			if canon.DecodeExact(body, v) != nil {
				return ErrLine
			}
			return nil
		}
	}
	return ErrLine
}

// indexOf finds a scheme in any case. It looks at bytes, not characters, for
// the text around a line may be in any encoding.
func indexOf(text []byte, scheme string) int {
	for i := 0; i+len(scheme) <= len(text); i++ {
		if text[i]|0x20 == scheme[0] && bytes.EqualFold(text[i:i+len(scheme)], []byte(scheme)) {
			return i
		}
	}
	return -1
}

// wrapped returns the code at the start of text: broken over lines as mail
// programs do, it ends at an empty line or at a word that can't be part of it.
func wrapped(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimLeft(text, " \t\r\n")) {
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		if _, err := digits(line); err != nil && b.Len() > 0 {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}
