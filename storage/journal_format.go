package storage

import (
	"bufio"
	"bytes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// The bytes of a segment, docs/protocol/journal.md.
const (
	segmentMagic   = "BARAZAJL"
	segmentVersion = 1
	// magic, version, reserved, number, journal id, first sequence, hash
	// before; nonce and tag make it authentic.
	headerPlain = 8 + 2 + 2 + 4 + 16 + 8 + sha256.Size
	headerSize  = headerPlain + chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
	// length, sequence, settled, hash of the entry before; then the nonce.
	entryPlain = 4 + 8 + 8 + sha256.Size
	entryHead  = entryPlain + chacha20poly1305.NonceSizeX
	// entryLeast and entryMost bound the field length.
	entryLeast = chacha20poly1305.Overhead + 1
	entryMost  = chacha20poly1305.Overhead + MaxUpdate
)

// MaxUpdate is how many bytes the changes of one Update may have together.
const MaxUpdate = 16 << 20

// ErrNewer means that a newer program wrote this; it is left as it is.
var ErrNewer = errors.New("written by a newer version of the program")

// A DamageError says where a file of the store stops being what was written.
// What stands before Offset was verified.
type DamageError struct {
	File   string
	Offset int64
	Err    error
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s is damaged at byte %d: %v", e.File, e.Offset, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

var (
	errTorn    = errors.New("it ends in the middle of an entry")
	errForged  = errors.New("an entry was changed")
	errChain   = errors.New("an entry does not follow the one before it")
	errLength  = errors.New("an entry has an impossible length")
	errHeader  = errors.New("the segment's header was changed")
	errMissing = errors.New("a segment is missing before it")
	// errUnreadable is in the error of a place that the disk does not give back.
	errUnreadable = errors.New("the disk can't read it any more")
)

type hash = [sha256.Size]byte

// header begins a segment and ties it to the one before.
type header struct {
	number uint32
	id     [16]byte // of the journal, the same in all its segments
	first  uint64   // sequence of the first entry that will follow
	before hash     // of the entry with the sequence before that
}

func (h *header) encode(aead cipher.AEAD, nonce []byte) []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, segmentMagic...)
	b = binary.BigEndian.AppendUint16(b, segmentVersion)
	b = binary.BigEndian.AppendUint16(b, 0)
	b = binary.BigEndian.AppendUint32(b, h.number)
	b = append(b, h.id[:]...)
	b = binary.BigEndian.AppendUint64(b, h.first)
	b = append(b, h.before[:]...)
	b = append(b, nonce...)
	return aead.Seal(b, nonce, nil, b[:headerPlain])
}

func decodeHeader(aead cipher.AEAD, b []byte) (header, error) {
	var h header
	if len(b) < headerSize {
		return h, errTorn
	}
	if string(b[:8]) != segmentMagic {
		return h, errHeader
	}
	nonce := b[headerPlain : headerSize-chacha20poly1305.Overhead]
	if _, err := aead.Open(nil, nonce, b[headerSize-chacha20poly1305.Overhead:headerSize], b[:headerPlain]); err != nil {
		return h, errHeader
	}
	if v := binary.BigEndian.Uint16(b[8:]); v != segmentVersion {
		return h, ErrNewer
	}
	h.number = binary.BigEndian.Uint32(b[12:])
	copy(h.id[:], b[16:])
	h.first = binary.BigEndian.Uint64(b[32:])
	copy(h.before[:], b[40:])
	return h, nil
}

// entry is one Update in the journal.
type entry struct {
	sequence uint64
	// settled is the sequence up to which the journal was known to be on
	// disk when this was written. It tells a hole in what was acknowledged
	// from one in what never was.
	settled uint64
	before  hash
	payload []byte
}

// seal appends the bytes of an entry to b and returns its hash.
func (e *entry) seal(b []byte, aead cipher.AEAD, nonce []byte) ([]byte, hash) {
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.payload)+chacha20poly1305.Overhead))
	b = binary.BigEndian.AppendUint64(b, e.sequence)
	b = binary.BigEndian.AppendUint64(b, e.settled)
	b = append(b, e.before[:]...)
	b = append(b, nonce...)
	b = aead.Seal(b, nonce, e.payload, b[start:start+entryPlain])
	return b, sha256.Sum256(b[start:])
}

// openEntry reads the entry that b begins with; payload is put in buf.
func openEntry(b []byte, aead cipher.AEAD, buf []byte) (e entry, size int, err error) {
	if len(b) < entryHead {
		return e, 0, errTorn
	}
	length := binary.BigEndian.Uint32(b)
	if length < entryLeast || length > entryMost {
		return e, 0, errLength
	}
	size = entryHead + int(length)
	if len(b) < size {
		return e, 0, errTorn
	}
	e = entryHeadOf(b)
	e.payload, err = aead.Open(buf[:0], b[entryPlain:entryHead], b[entryHead:size], b[:entryPlain])
	if err != nil {
		return e, 0, errForged
	}
	return e, size, nil
}

// entryHeadOf is what stands in plain before the payload of the entry that b
// begins with; b has all of that.
func entryHeadOf(b []byte) (e entry) {
	e.sequence = binary.BigEndian.Uint64(b[4:])
	e.settled = binary.BigEndian.Uint64(b[12:])
	copy(e.before[:], b[20:])
	return e
}

// chain is the place in the journal where the next entry must fit.
type chain struct {
	next   uint64
	before hash
}

// readEntries reads entries that follow one another from at, and hands each
// to visit with its hash. It returns the offset after the last good one; err is
// nil at the very end of r, and a fault of the file otherwise, or the error of visit.
// Entries up to the sequence known are not opened and have no payload.
func readEntries(r io.ReaderAt, at, size int64, aead cipher.AEAD, c *chain, known uint64, visit func(e entry, h hash) error) (int64, error) {
	buffered := bufio.NewReaderSize(io.NewSectionReader(r, at, size-at), 64<<10)
	var raw, plain []byte
	for {
		head, err := buffered.Peek(entryHead)
		if len(head) == 0 && err == io.EOF {
			return at, nil
		}
		if err == io.EOF {
			return at, errTorn
		}
		if err != nil {
			return at, unreadable(err)
		}
		length := binary.BigEndian.Uint32(head)
		if length < entryLeast || length > entryMost {
			return at, errLength
		}
		whole := entryHead + int(length)
		if int64(whole) > size-at {
			return at, errTorn
		}
		if cap(raw) < whole {
			raw = make([]byte, whole, whole*2)
		}
		raw = raw[:whole]
		if _, err := io.ReadFull(buffered, raw); err != nil {
			return at, unreadable(err)
		}
		e := entryHeadOf(raw)
		if e.sequence > known {
			if e, _, err = openEntry(raw, aead, plain); err != nil {
				return at, err
			}
			plain = e.payload
		}
		if e.sequence != c.next || e.before != c.before || e.settled >= e.sequence {
			return at, errChain
		}
		h := sha256.Sum256(raw)
		if visit != nil {
			if err := visit(e, h); err != nil {
				return at, err
			}
		}
		c.next++
		c.before = h
		at += int64(whole)
	}
}

// unreadable makes a fault of what the disk said, not of the end of a file.
func unreadable(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return err
	}
	return fmt.Errorf("%w: %w", errUnreadable, err)
}

// searchFactor bounds how many bytes searchEntries tries to open, in lengths of
// what it searches: a file made on purpose could have it try each byte.
const searchFactor = 4

// searchEntries finds entries with rising sequences above after anywhere in b,
// without asking them to follow one another.
func searchEntries(b []byte, aead cipher.AEAD, after uint64, visit func(e entry) error) error {
	budget := searchFactor * (len(b) + entryHead)
	var high [4]byte // sequences are near: look for their upper half
	binary.BigEndian.PutUint32(high[:], uint32(after>>32))
	for at := 0; at+entryHead+entryLeast <= len(b) && budget > 0; {
		sequence := binary.BigEndian.Uint64(b[at+4:])
		length := binary.BigEndian.Uint32(b[at:])
		settled := binary.BigEndian.Uint64(b[at+12:])
		if !bytes.Equal(b[at+4:at+8], high[:]) && sequence != after+1 ||
			sequence <= after || settled >= sequence ||
			length < entryLeast || length > entryMost || int(length) > len(b)-at-entryHead {
			at++
			continue
		}
		budget -= int(length)
		e, size, err := openEntry(b[at:], aead, nil)
		if err != nil {
			at++
			continue
		}
		if err := visit(e); err != nil {
			return err
		}
		after = sequence
		at += size
	}
	return nil
}
