// Package squeeze makes contents small for the road, on their own or as what
// changed since another content, and brings them back within bounds.
//
// On its own a content becomes a Brotli stream (RFC 7932), which makes texts the
// smallest; after a history, which the reader has too, a Zstandard frame
// (RFC 8878) with that history as a raw dictionary of the id 1. Lengths are
// bytes. Start at [Pack] and [PackAfter].
package squeeze

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// ErrCut means that what is to be unpacked ends too early.
var ErrCut = errors.New("it ends too early")

// patient is up to which size a content is packed as tightly as can be, which
// takes about a second for each half of a megabyte. Packing happens once, where
// something is published.
const patient = 2 << 20

// Pack returns content as a Brotli stream.
func Pack(content []byte) []byte {
	o := brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 22}
	if len(content) > patient {
		o.Quality = brotli.DefaultCompression
	}
	var b bytes.Buffer
	w := brotli.NewWriterOptions(&b, o)
	_, err := w.Write(content)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// Unpack returns the content of a Brotli stream, at most most bytes.
func Unpack(data []byte, most int) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(brotli.NewReader(bytes.NewReader(data)), int64(most)+1))
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrCut
	case err != nil:
		return nil, err
	case len(content) > most:
		return nil, fmt.Errorf("it unpacks to more than %d bytes", most)
	}
	return content, nil
}

// Window is how far back a Zstandard frame refers: it bounds what a reader
// needs.
const Window = 8 << 20

// LeastHistory is the shortest history that Zstandard takes.
const LeastHistory = 8

// historyID names the history in frames.
const historyID = 1

// PackAfter returns content as a Zstandard frame that refers to history.
func PackAfter(content, history []byte) []byte {
	e, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(windowFor(len(content)+len(history))),
		// A single segment gives the content's size however small it is.
		zstd.WithSingleSegment(len(content) <= Window), zstd.WithEncoderDictRaw(historyID, history))
	if err != nil {
		panic(err) // only for wrong options
	}
	defer e.Close()
	return e.EncodeAll(content, nil)
}

// windowFor is the smallest window over n bytes: a larger one is only memory.
func windowFor(n int) int {
	w := zstd.MinWindowSize
	for w < n && w < Window {
		w *= 2
	}
	return w
}

// UnpackAfter returns the content of a Zstandard frame that refers to history,
// at most most bytes.
func UnpackAfter(data, history []byte, most int) ([]byte, error) {
	var h zstd.Header
	if err := h.Decode(data); err != nil {
		return nil, err
	}
	if !h.HasFCS || h.FrameContentSize > uint64(most) {
		return nil, fmt.Errorf("it does not say that it unpacks to at most %d bytes", most)
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(max(uint64(most), Window)), zstd.WithDecoderMaxWindow(Window),
		zstd.WithDecoderDictRaw(historyID, history))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(data, nil)
}
