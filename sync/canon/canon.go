// Package canon is the one CBOR dialect of the protocol: RFC 8949 with core
// deterministic encoding (section 4.2.1), no tags, no indefinite lengths, no
// duplicate keys.
//
// [Decode] ignores map keys it does not know, so that version n can talk to
// n+1, and is not strict about encodings: it is for bytes that are kept as they
// came. [DecodeExact] also demands that the bytes are the ones [Encode] would
// have written. That is what anything needs whose hash or signature is taken
// over a new encoding, or that is handed on newly encoded.
package canon

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/fxamacker/cbor/v2"
)

// ErrNotCanonical means that the bytes decode but are not what Encode writes.
var ErrNotCanonical = errors.New("not deterministic CBOR")

// Limits of one decoded value, against bytes that promise more than they hold.
const (
	MaxDepth    = 16
	MaxElements = 1 << 17
)

var enc, dec = modes()

func modes() (cbor.EncMode, cbor.DecMode) {
	e, err := cbor.EncOptions{
		Sort:        cbor.SortCoreDeterministic,
		IndefLength: cbor.IndefLengthForbidden,
		TagsMd:      cbor.TagsForbidden,
		// No list and an empty list are the same bytes: null has no place here.
		NilContainers: cbor.NilContainerAsEmpty,
	}.EncMode()
	if err != nil {
		panic(err)
	}
	d, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  MaxDepth,
		MaxArrayElements: MaxElements,
		MaxMapPairs:      MaxElements,
		UTF8:             cbor.UTF8RejectInvalid,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return e, d
}

// Encode returns v in deterministic CBOR. It panics when v holds a type that
// CBOR can't carry: that is a fault of the program, never of its input.
func Encode(v any) []byte {
	b, err := enc.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("canon: encode %T: %v", v, err))
	}
	return b
}

// Decode reads one value that fills data.
func Decode(data []byte, v any) error { return dec.Unmarshal(data, v) }

// DecodeExact reads one value and refuses any other encoding of it than
// Encode's own.
func DecodeExact(data []byte, v any) error {
	if err := dec.Unmarshal(data, v); err != nil {
		return err
	}
	again, err := enc.Marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return ErrNotCanonical
	}
	return nil
}

// ArrayOfTwo is the head of an array with two elements.
const ArrayOfTwo = 0x82

// AppendBytes appends a byte string as Encode writes it.
func AppendBytes(b, value []byte) []byte {
	const major = 2 << 5
	switch n := uint64(len(value)); {
	case n < 24:
		b = append(b, major|byte(n))
	case n <= math.MaxUint8:
		b = append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		b = binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		b = binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, major|27), n)
	}
	return append(b, value...)
}

// HeadSize is how many bytes the head of a byte string with n bytes takes.
func HeadSize(n uint64) int {
	switch {
	case n < 24:
		return 1
	case n <= math.MaxUint8:
		return 2
	case n <= math.MaxUint16:
		return 3
	case n <= math.MaxUint32:
		return 5
	}
	return 9
}
