package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// op is one change: a value put under a key, or a key deleted. Keys begin with
// the byte of their [Kind].
type op struct {
	key     string
	value   []byte
	deleted bool
}

// Limits of keys and values.
const (
	MaxKey   = 1 << 10
	MaxValue = 2 << 20
)

const (
	payloadVersion = 1
	opPut          = 1
	opDelete       = 2
)

var errPayload = errors.New("an entry holds something else than changes")

// encodeOps makes the payload of a journal entry.
func encodeOps(ops []op) []byte {
	size := 1 + binary.MaxVarintLen32
	for _, o := range ops {
		size += 1 + 2*binary.MaxVarintLen32 + len(o.key) + len(o.value)
	}
	b := append(make([]byte, 0, size), payloadVersion)
	b = binary.AppendUvarint(b, uint64(len(ops)))
	for _, o := range ops {
		kind := byte(opPut)
		if o.deleted {
			kind = opDelete
		}
		b = append(b, kind)
		b = binary.AppendUvarint(b, uint64(len(o.key)))
		b = append(b, o.key...)
		if !o.deleted {
			b = binary.AppendUvarint(b, uint64(len(o.value)))
			b = append(b, o.value...)
		}
	}
	return b
}

// decodeOps reads a payload. Values are copies.
func decodeOps(b []byte) ([]op, error) {
	if len(b) == 0 {
		return nil, errPayload
	}
	if b[0] != payloadVersion {
		return nil, fmt.Errorf("changes of version %d: %w", b[0], ErrNewer)
	}
	b = b[1:]
	count, b, err := shortUvarint(b, uint64(len(b)))
	if err != nil || count > uint64(len(b))/3 { // an op has three bytes at least
		return nil, errPayload
	}
	ops := make([]op, 0, count)
	for range count {
		if len(b) == 0 {
			return nil, errPayload
		}
		o := op{deleted: b[0] == opDelete}
		if b[0] != opPut && b[0] != opDelete {
			return nil, errPayload
		}
		var n uint64
		if n, b, err = shortUvarint(b[1:], MaxKey); err != nil || n == 0 || n > uint64(len(b)) {
			return nil, errPayload
		}
		o.key, b = string(b[:n]), b[n:]
		if !o.deleted {
			if n, b, err = shortUvarint(b, MaxValue); err != nil || n > uint64(len(b)) {
				return nil, errPayload
			}
			o.value, b = append(make([]byte, 0, n), b[:n]...), b[n:]
		}
		ops = append(ops, o)
	}
	if len(b) > 0 {
		return nil, errPayload
	}
	return ops, nil
}

// shortUvarint reads a number that is no greater than most and has no
// superfluous bytes.
func shortUvarint(b []byte, most uint64) (uint64, []byte, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > most || size > 1 && b[size-1] == 0 {
		return 0, nil, errPayload
	}
	return n, b[size:], nil
}
