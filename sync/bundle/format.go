package bundle

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/zeebo/blake3"

	"baraza.example/sync/batch"
	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// magic begins every part; its last character but one is the version.
const magic = "baraza bundle 2\n"

const version = 2

// The blocks of a part.
const (
	blockHead = 'H' // one, first: Head
	blockData = 'D' // frames, whole ones
	blockEnd  = 'E' // one, last: tail
)

const (
	blockHeader = 1 + 4 + sumSize // kind, length, sum of what follows
	blockSize   = 1 << 20         // a block is written when it has got this long
	maxBlock    = blockSize + batch.MaxRecord + 8<<10
	maxHead     = 4 << 10
)

const sumSize = 32

// sum is of a block's payload. It is BLAKE3 and not SHA-256 as elsewhere, with
// which summing took longer than copying the file: decision 0056.
func sum(payload []byte) [sumSize]byte { return blake3.Sum256(payload) }

// tail is what the end block holds.
type tail struct {
	Last      bool     `cbor:"1,keyasint"` // no part comes after this one
	Sum       [32]byte `cbor:"2,keyasint"` // SHA-256 over the headers of all blocks before, in their order
	Counts    Counts   `cbor:"3,keyasint"`
	Signature []byte   `cbor:"4,keyasint,omitempty"` // over this map without it
}

const domainBundle = "bundle v1"

// What may be wrong with a part.
var (
	// ErrCut means that a part ends before its end: a copy that was interrupted.
	ErrCut = errors.New("it is cut short: copy it again, or write it again")
	// ErrDamaged means that bytes of a part are not those that were written.
	ErrDamaged = errors.New("it is damaged: copy it again, or write it again")
	// ErrNoBundle means a file that is not of this format, or of a later version.
	ErrNoBundle = errors.New("it is no bundle of this program, or of a newer one")
)

// A block as it is read: its payload was compared with its sum.
type block struct {
	kind    byte
	payload []byte
	offset  int64     // of the payload in the file
	ok      chan bool // nil: the block is cut
}

// A partReader reads the blocks of one part ahead and sums them up beside.
type partReader struct {
	r      io.Reader
	offset int64
	chain  []byte // headers so far
	err    error
	ahead  []*block
	given  *block   // shown last; its bytes are used again
	free   [][]byte // buffers
}

const blocksAhead = 3

// next returns the next block, or why there is none: io.EOF where a file ends
// between two blocks. A block that is cut is returned with ErrCut. It is good
// until the next call.
func (p *partReader) next() (*block, error) {
	if p.given != nil {
		p.free = append(p.free, p.given.payload[:0])
		p.given = nil
	}
	for len(p.ahead) < blocksAhead && p.err == nil {
		b, err := p.read()
		if p.err = err; b != nil {
			p.ahead = append(p.ahead, b)
		}
	}
	if len(p.ahead) == 0 {
		return nil, p.err
	}
	b := p.ahead[0]
	p.ahead, p.given = p.ahead[1:], b
	if b.ok == nil { // cut
		return b, p.err
	}
	if !<-b.ok {
		return b, ErrDamaged
	}
	return b, nil
}

func (p *partReader) read() (*block, error) {
	var h [blockHeader]byte
	n, err := io.ReadFull(p.r, h[:])
	if err != nil {
		if n > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrCut
		}
		return nil, err
	}
	length := binary.BigEndian.Uint32(h[1:5])
	if k := h[0]; k != blockHead && k != blockData && k != blockEnd || length == 0 || length > maxBlock || k != blockData && length > maxHead {
		return nil, fmt.Errorf("byte %d: %w", p.offset, ErrDamaged)
	}
	b := &block{kind: h[0], offset: p.offset + blockHeader}
	if b.kind != blockEnd {
		p.chain = append(p.chain, h[:]...)
	}
	b.payload = p.buffer(int(length))
	n, err = io.ReadFull(p.r, b.payload)
	if err != nil {
		b.payload = b.payload[:n]
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrCut
		}
		return b, err
	}
	p.offset += blockHeader + int64(length)
	b.ok = make(chan bool, 1)
	go func() { b.ok <- sum(b.payload) == [sumSize]byte(h[5:]) }()
	return b, nil
}

// buffer returns n bytes, of a block before where one is long enough.
func (p *partReader) buffer(n int) []byte {
	for i, b := range p.free {
		if cap(b) >= n {
			p.free = append(p.free[:i], p.free[i+1:]...)
			return b[:n]
		}
	}
	if n > 64<<10 {
		return make([]byte, n, max(n, blockSize+64<<10))
	}
	return make([]byte, n)
}

// scan reads a part from its first byte and shows each block of frames that is
// as it was written, and of a cut one what came. What is wrong is p.Damage;
// the error is the visitor's, or the disk's.
func scan(r io.Reader, visit func(h Head, payload []byte, offset int64) error) (p Part, err error) {
	in := &partReader{r: r}
	start := make([]byte, len(magic))
	if _, err := io.ReadFull(in.r, start); err != nil || string(start) != magic {
		p.Damage = ErrNoBundle
		return p, nil
	}
	in.offset = int64(len(magic))
	first, err := in.next()
	if err != nil || first.kind != blockHead {
		p.Damage = ErrCut
		if err == nil || errors.Is(err, ErrDamaged) {
			p.Damage = ErrDamaged
		}
		return p, nil
	}
	if err := canon.Decode(first.payload, &p.Head); err != nil || p.Head.Version != version || p.Head.Part == 0 || len(p.Head.Name) > identity.MaxName {
		p.Damage = ErrNoBundle
		return p, nil
	}
	for {
		b, err := in.next()
		switch {
		case err == nil && b.kind == blockData:
			if err := visit(p.Head, b.payload, b.offset); err != nil {
				return p, err
			}
		case err == nil && b.kind == blockEnd:
			p.end(b, in)
			return p, nil
		case err == nil:
			p.Damage = ErrDamaged
			return p, nil
		case errors.Is(err, ErrDamaged):
			if p.Damage = err; b == nil { // where the next block begins is not known
				return p, nil
			}
		case errors.Is(err, io.EOF), errors.Is(err, ErrCut):
			if p.Damage == nil {
				p.Damage = ErrCut
			}
			if b != nil && b.kind == blockData {
				return p, visit(p.Head, b.payload, b.offset)
			}
			return p, nil
		default:
			return p, err
		}
	}
}

// Verify reads a part and compares everything with its sums and its writer's
// signature. Whether the records in it are what their headers say, whoever
// takes them checks for each.
func Verify(r io.Reader) (Part, error) {
	return scan(r, func(Head, []byte, int64) error { return nil })
}

// end checks the end of a part against what came before it.
func (p *Part) end(b *block, in *partReader) {
	var t tail
	err := canon.DecodeExact(b.payload, &t)
	more, _ := in.next()
	if err != nil || more != nil || in.err != nil && !errors.Is(in.err, io.EOF) || t.Sum != sha256.Sum256(in.chain) {
		if p.Damage == nil {
			p.Damage = ErrDamaged
		}
		return
	}
	p.Last = t.Last
	if len(p.Head.Key) > 0 && p.Damage == nil {
		signature := t.Signature
		t.Signature = nil
		if p.Signed = identity.IDOf(p.Head.Key) == p.Head.Writer && identity.Verify(p.Head.Key, domainBundle, canon.Encode(t), signature); !p.Signed {
			p.Damage = ErrDamaged
		}
	}
}
