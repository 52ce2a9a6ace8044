package batch

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"baraza.example/sync/canon"
	"baraza.example/sync/identity"
)

// Content is what stands inside the seal of a response or contribution.
type Content struct {
	// Author is the key of the device that made it ready. It stands inside the
	// seal too, so that nobody can take a sealed text and sign it as their own.
	Author     ed25519.PublicKey
	InstanceID string // "uuid:…": the desk counts each once, whatever happened outside
	Revision   uint32 // from 1; a correction carries the next number
	Ready      int64  // when it was made ready, by the device's clock
	Language   string // of the answers, as the author gave it
	FormID     string // empty for a contribution
	Version    string
	Name       string // instanceName or title
	Body       []byte // instance XML, or a contribution's encoding
	Files      []File
}

// A File names an attachment that travels in its own record.
type File struct {
	Name string   `cbor:"1,keyasint"` // as Body refers to it
	Hash [32]byte `cbor:"2,keyasint"` // SHA-256 of the plain bytes
	Size int64    `cbor:"3,keyasint"`
}

// MaxContent bounds what a sealed payload may unfold to, in bytes.
const MaxContent = 8 << 20

// ErrNewer means that a newer version of the program made it.
var ErrNewer = errors.New("it was made by a newer version of the program")

// ErrContent means that an opened payload is not what its header promised.
var ErrContent = errors.New("the opened content is damaged")

type contentWire struct {
	Author     ed25519.PublicKey `cbor:"1,keyasint"`
	InstanceID string            `cbor:"2,keyasint"`
	Revision   uint32            `cbor:"3,keyasint"`
	Ready      int64             `cbor:"4,keyasint"`
	Language   string            `cbor:"5,keyasint,omitempty"`
	FormID     string            `cbor:"6,keyasint,omitempty"`
	Version    string            `cbor:"7,keyasint,omitempty"`
	Name       string            `cbor:"8,keyasint,omitempty"`
	Body       []byte            `cbor:"9,keyasint"`
	Files      []File            `cbor:"10,keyasint,omitempty"`
}

// Encode is the plain text that is sealed: a byte that names the compression,
// then the CBOR. What is written in a language is packed as prose, the rest with zstd.
func (c Content) Encode() []byte {
	packed, ok := EncodePack([]Packed{{Content: c}})
	if plain := compress(canon.Encode(contentWire(c))); !ok || len(plain) <= len(packed) {
		return plain
	}
	return packed
}

// Estimate is about how many bytes c takes in an envelope. Packing it to
// know would take ten times as long; zstd's size is nearly twice as much.
func (c Content) Estimate() int64 {
	return 100 + int64(len(compress(canon.Encode(contentWire(c)))))*4/7
}

// Fits reports whether the plain text of c has at most so many bytes.
func (c Content) Fits(most int) bool {
	return len(canon.Encode(contentWire(c))) < most || len(c.Encode()) <= most
}

// OpenContent opens the payload of r, whose signature the caller has verified,
// and checks that its author signed it.
func OpenContent(r Record, e identity.Epoch) (Content, error) {
	plain, err := Unseal(r, e)
	if err != nil {
		return Content{}, err
	}
	c, err := decodeContent(plain)
	if err != nil {
		return Content{}, err
	}
	return c, c.by(r.Origin)
}

func decodeContent(plain []byte) (Content, error) {
	if len(plain) > 0 && plain[0] == prosePacked {
		items, err := decodePacked(plain[1:])
		if err != nil {
			return Content{}, err
		}
		if len(items) != 1 || items[0].Kind != 0 {
			return Content{}, fmt.Errorf("%w: a pack where one submission stands", ErrContent)
		}
		return items[0].Content, nil
	}
	raw, err := decompress(plain)
	if err != nil {
		return Content{}, err
	}
	var w contentWire
	if err := canon.Decode(raw, &w); err != nil {
		return Content{}, fmt.Errorf("%w: %v", ErrContent, err)
	}
	return Content(w), nil
}

// Unseal opens a sealed payload with the epoch's key.
func Unseal(r Record, e identity.Epoch) ([]byte, error) {
	if r.Epoch == 0 || r.Epoch != e.Number {
		return nil, identity.ErrSeal
	}
	return e.Open(r.Header.Bytes(), r.Payload)
}

// The compressions, named by the first byte of a plain text.
const (
	stored     = 0
	zstdPlain  = 1
	zstdWindow = 8 << 20

	prosePacked = 2
)

// One encoder and one decoder serve the whole process: a new encoder takes a
// hundred times longer than the work itself. The best level would save 50 B of
// 1,850 on an answer and take 36 MB where this one takes 5.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1),
			zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
		if err != nil {
			panic(err) // only for wrong options
		}
		return w
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxContent), zstd.WithDecoderMaxWindow(zstdWindow),
			zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			panic(err) // only for wrong options
		}
		return d
	})
)

// WarmUp makes the encoder and the decoder now rather than with the first
// record.
func WarmUp() {
	if _, err := decompress(compress([]byte("warm warm warm warm warm warm"))); err != nil {
		panic(err) // it has just been compressed
	}
}

func compress(raw []byte) []byte {
	if out := encoder().EncodeAll(raw, []byte{zstdPlain}); len(out) <= len(raw) {
		return out
	}
	return append([]byte{stored}, raw...)
}

func decompress(plain []byte) ([]byte, error) {
	if len(plain) == 0 || len(plain) > MaxContent {
		return nil, fmt.Errorf("%w: %d bytes", ErrContent, len(plain))
	}
	switch plain[0] {
	case stored:
		return plain[1:], nil
	case zstdPlain:
		raw, err := decoder().DecodeAll(plain[1:], nil)
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrContent, err)
		}
		return raw, nil
	}
	return nil, fmt.Errorf("%w: %w: compression %d is newer than this program", ErrContent, ErrNewer, plain[0])
}
