// Package prose packs texts by what both ends know of their language: a
// dictionary of public text, the same in every program.
//
// A model that has read the dictionary says how likely each next bit is, and an
// arithmetic coder writes down what was unlikely. An answer of 3,000 characters takes
// about 800 bytes instead of the 1,200 of zstd with the same dictionary, and
// two milliseconds. The layout and the model are docs/protocol/prose.md. Lengths
// are bytes. Start at [Pack].
package prose

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Limits of what Unpack takes: a text may be long, but its time is bounded
// (about 0.7 s a megabyte), and a short packing may not ask for much memory.
const (
	MaxText  = 1 << 20 // bytes of all texts of one packing
	MaxTexts = 64
)

// ErrPacking means bytes that Pack did not write.
var ErrPacking = errors.New("damaged packing of text")

// ErrDictionary means that the text was packed with a dictionary this program
// doesn't have: a newer one wrote it.
var ErrDictionary = errors.New("packed with a dictionary that is newer than this program")

// ErrTooLong means that texts are too many or too long for one packing.
var ErrTooLong = errors.New("too long to be packed as prose")

// A Text is what is packed, and with which dictionary.
type Text struct {
	Dictionary Number
	Bytes      []byte
}

// Pack appends the packing of texts to out: their number, for each its dictionary
// and length, and one stream of the coder. What a dictionary's model learns
// from one text serves the next ones of the same dictionary.
func Pack(out []byte, texts ...Text) ([]byte, error) {
	if len(texts) > MaxTexts {
		return out, ErrTooLong
	}
	total := 0
	out = binary.AppendUvarint(out, uint64(len(texts)))
	written := make([][]byte, len(texts))
	for i, t := range texts {
		if total += len(t.Bytes); total > MaxText {
			return out, ErrTooLong
		}
		head := uint64(t.Dictionary) << 1
		written[i] = t.Bytes
		if folded, ok := foldable(t.Bytes); ok {
			head, written[i] = head|1, folded
		}
		out = binary.AppendUvarint(out, head)
		out = binary.AppendUvarint(out, uint64(len(written[i])))
	}
	models, release, err := take(texts)
	defer release()
	if err != nil {
		return out, err
	}
	e := newEncoder(out)
	var symbols []byte
	for i, t := range texts {
		m := models[i]
		m.begin()
		symbols = byNumber(t.Dictionary).load().alphabet.write(symbols[:0], written[i])
		for _, s := range symbols {
			m.encode(e, s)
		}
	}
	return e.end(), nil
}

// foldable folds a text whose end tags can be told again.
func foldable(text []byte) ([]byte, bool) {
	folded, ok := fold(text)
	if !ok || len(folded) == len(text) {
		return nil, false
	}
	again, err := unfold(folded, len(text))
	return folded, err == nil && bytes.Equal(again, text)
}

// Unpack reads what Pack appended; limit bounds the bytes of all texts.
func Unpack(in []byte, limit int) ([]Text, error) {
	limit = min(limit, MaxText)
	texts, packed, in, err := unpackHead(in, limit)
	if err != nil {
		return nil, err
	}
	models, release, err := take(texts)
	defer release()
	if err != nil {
		return nil, err
	}
	d := newDecoder(in)
	for i := range texts {
		if texts[i].Bytes, err = models[i].text(d, packed[i].size, texts[i].Dictionary); err != nil {
			return nil, err
		}
	}
	if !d.whole() {
		return nil, fmt.Errorf("%w: its end is another", ErrPacking)
	}
	for i := range texts {
		if packed[i].folded {
			if texts[i].Bytes, err = unfold(texts[i].Bytes, limit); err != nil {
				return nil, fmt.Errorf("%w: %v", ErrPacking, err)
			}
		}
		if limit -= len(texts[i].Bytes); limit < 0 {
			return nil, fmt.Errorf("%w: too much text", ErrPacking)
		}
	}
	return texts, nil
}

// text decodes size bytes.
func (m *primed) text(d *decoder, size int, n Number) (out []byte, err error) {
	m.begin()
	a := &byNumber(n).load().alphabet
	next := func() byte { return m.decode(d) }
	for len(out) < size {
		if d.early() {
			return nil, fmt.Errorf("%w: it ends early", ErrPacking)
		}
		if out, err = a.read(out, next); err != nil {
			return nil, fmt.Errorf("%w: %v", ErrPacking, err)
		}
	}
	if len(out) != size {
		return nil, fmt.Errorf("%w: a text ends inside a character", ErrPacking)
	}
	return out, nil
}

// packed is how a text stands in the stream.
type packed struct {
	size   int
	folded bool
}

func unpackHead(in []byte, limit int) (texts []Text, sizes []packed, rest []byte, err error) {
	number := func() (n uint64) {
		n, size := binary.Uvarint(in)
		if size <= 0 || size > 1 && in[size-1] == 0 {
			err = fmt.Errorf("%w: a number in its head", ErrPacking)
			return 0
		}
		in = in[size:]
		return n
	}
	count := number()
	if count > MaxTexts {
		return nil, nil, nil, fmt.Errorf("%w: %d texts", ErrPacking, count)
	}
	total := 0
	for range count {
		head := number()
		t := Text{Dictionary: Number(head >> 1)}
		size := number()
		if err != nil {
			break
		}
		if size > uint64(limit-total) {
			return nil, nil, nil, fmt.Errorf("%w: more than %d bytes of text", ErrPacking, limit)
		}
		total += int(size)
		texts, sizes = append(texts, t), append(sizes, packed{int(size), head&1 == 1})
	}
	return texts, sizes, in, err
}

// take locks the models that texts need, in the order of their numbers so that
// two packings don't wait for each other.
func take(texts []Text) (models []*primed, release func(), err error) {
	var numbers []Number
	for _, t := range texts {
		if byNumber(t.Dictionary) == nil {
			return nil, func() {}, fmt.Errorf("%w: number %d", ErrDictionary, t.Dictionary)
		}
		numbers = append(numbers, t.Dictionary)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	for _, n := range numbers {
		byNumber(n).primed().Lock()
	}
	for _, t := range texts {
		models = append(models, byNumber(t.Dictionary).primed())
	}
	return models, func() {
		for _, n := range numbers {
			m := byNumber(n).primed()
			m.rollback()
			m.Unlock()
		}
	}, nil
}
