package prose

import (
	"bytes"
	"errors"
)

// closing stands for the end tag of the element that is open: </name> can be
// told from what came before.
const closing = 0x01

// fold puts closing for end tags. It reports false where unfold would not give
// the same bytes again.
func fold(text []byte) ([]byte, bool) {
	if bytes.IndexByte(text, closing) >= 0 {
		return nil, false
	}
	out := make([]byte, 0, len(text))
	var open elements
	for len(text) > 0 {
		n, tag := tagAt(text)
		switch {
		case tag.end && len(open) > 0 && bytes.Equal(tag.name, open[len(open)-1]):
			out = append(out, closing)
		default:
			out = append(out, text[:n]...)
		}
		open.pass(tag)
		text = text[n:]
	}
	return out, true
}

var errMarkup = errors.New("an end without an element, or too long")

// unfold writes the end tags again, up to limit bytes of text.
func unfold(folded []byte, limit int) ([]byte, error) {
	out := make([]byte, 0, min(len(folded)*2, limit))
	var open elements
	for len(folded) > 0 {
		if folded[0] == closing {
			if len(open) == 0 || len(out)+len(open[len(open)-1])+3 > limit {
				return nil, errMarkup
			}
			out = append(append(append(out, "</"...), open[len(open)-1]...), '>')
			open = open[:len(open)-1]
			folded = folded[1:]
			continue
		}
		n, tag := tagAt(folded)
		if len(out)+n > limit {
			return nil, errMarkup
		}
		out = append(out, folded[:n]...)
		open.pass(tag)
		folded = folded[n:]
	}
	return out, nil
}

// elements are the names of those that are open.
type elements [][]byte

func (e *elements) pass(t tag) {
	switch {
	case t.begin:
		*e = append(*e, t.name)
	case t.end && len(*e) > 0:
		*e = (*e)[:len(*e)-1]
	}
}

// A tag is a beginning or an end of an element, or neither.
type tag struct {
	begin, end bool
	name       []byte
}

// tagAt looks what text begins with: a tag, or n bytes that are none.
func tagAt(text []byte) (n int, t tag) {
	if text[0] != '<' {
		for n = 1; n < len(text) && text[n] != '<' && text[n] != closing; n++ {
		}
		return n, t
	}
	n = 1
	if n < len(text) && text[n] == '/' {
		t.end = true
		n++
	}
	from := n
	for n < len(text) && bytes.IndexByte(notName, text[n]) < 0 {
		n++
	}
	t.name = text[from:n]
	for n < len(text) && text[n] != '>' && text[n] != '<' && text[n] != closing {
		n++
	}
	if n == len(text) || text[n] != '>' || len(t.name) == 0 {
		return n, tag{}
	}
	if n++; !t.end {
		t.begin = text[n-2] != '/' && t.name[0] != '?' && t.name[0] != '!'
	} else if from+len(t.name)+1 != n { // a space in it
		t.name = nil
	}
	return n, t
}

var notName = []byte(" \t\r\n/<>\x01")
