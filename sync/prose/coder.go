package prose

import (
	"bytes"
	"encoding/binary"
)

// An arithmetic coder after the carryless range coder of lpaq (M. Mahoney):
// the interval [low, high] of 32-bit numbers is cut at each bit in proportion
// to its probability, and leading bytes that both ends share are written.

type encoder struct {
	low, high uint32
	out       []byte
}

func newEncoder(out []byte) *encoder { return &encoder{high: 1<<32 - 1, out: out} }

// put codes a bit whose probability to be 1 is p/4096.
func (e *encoder) put(bit, p uint32) {
	middle := e.low + uint32(uint64(e.high-e.low)*uint64(p)>>12)
	if bit == 1 {
		e.high = middle
	} else {
		e.low = middle + 1
	}
	for (e.low^e.high)>>24 == 0 {
		e.out = append(e.out, byte(e.high>>24))
		e.low, e.high = e.low<<8, e.high<<8|255
	}
}

// end writes the shortest bytes that name a number of the interval; a reader
// takes zeros behind the end.
func (e *encoder) end() []byte { return append(e.out, ending(e.low, e.high)...) }

func ending(low, high uint32) []byte {
	if low == 0 {
		return nil
	}
	for n := 1; ; n++ {
		mask := uint64(1)<<(32-8*n) - 1
		if number := (uint64(low) + mask) &^ mask; number <= uint64(high) {
			return binary.BigEndian.AppendUint32(nil, uint32(number))[:n]
		}
	}
}

type decoder struct {
	low, high, at uint32
	in            []byte
	taken         int // bytes, with those behind the end
}

func newDecoder(in []byte) *decoder {
	d := &decoder{high: 1<<32 - 1, in: in}
	for range 4 {
		d.at = d.at<<8 | uint32(d.next())
	}
	return d
}

func (d *decoder) next() byte {
	d.taken++
	if d.taken > len(d.in) {
		return 0
	}
	return d.in[d.taken-1]
}

func (d *decoder) get(p uint32) uint32 {
	middle := d.low + uint32(uint64(d.high-d.low)*uint64(p)>>12)
	var bit uint32
	if d.at <= middle {
		bit, d.high = 1, middle
	} else {
		d.low = middle + 1
	}
	for (d.low^d.high)>>24 == 0 {
		d.low, d.high, d.at = d.low<<8, d.high<<8|255, d.at<<8|uint32(d.next())
	}
	return bit
}

// early reports whether more was taken than any encoder leaves out.
func (d *decoder) early() bool { return d.taken > len(d.in)+4 }

// whole reports whether what was read is what an encoder writes, to the last
// byte.
func (d *decoder) whole() bool {
	written := d.taken - 4 // by then
	return written <= len(d.in) && bytes.Equal(d.in[written:], ending(d.low, d.high))
}
