package storage

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// segmentSize is the length at which the journal goes on in a new file. The
// last segment is the only one that is ever written, so a short one is soon
// closed for good.
const segmentSize = 16 << 20

// journal is the record of the store: sealed entries in segments, each entry
// tied to the one before by its hash. Its methods want one caller at a time.
type journal struct {
	fs   FS
	dir  string
	rand io.Reader
	aead cipher.AEAD
	most int64 // length of a segment

	id    [16]byte
	chain chain // where the next entry goes

	number uint32 // of the segment being written
	file   File
	size   int64
	buf    []byte
	err    error // the first failure; nothing is written after it
	spare  bool  // it is not in use yet: a failure is none of the store's
}

// segment is a file of the journal as found.
type segment struct {
	name   string // without folder
	number uint32
	size   int64
	header header
	err    error // of the header
}

func newJournal(fsys FS, dir string, rand io.Reader, key []byte) (*journal, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	return &journal{fs: fsys, dir: dir, rand: rand, aead: aead, most: segmentSize, chain: chain{next: 1}}, nil
}

func segmentName(number uint32) string { return fmt.Sprintf("%08d.seg", number) }

// segments lists the files of the journal and reads their headers.
func (j *journal) segments() ([]segment, error) {
	infos, err := j.fs.ReadDir(j.dir)
	if err != nil {
		return nil, err
	}
	var segs []segment
	for _, i := range infos {
		digits, ok := strings.CutSuffix(i.Name, ".seg")
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || segmentName(uint32(n)) != i.Name {
			continue
		}
		s := segment{name: i.Name, number: uint32(n), size: i.Size}
		head, bad, err := j.readPart(s, 0, min(s.size, headerSize))
		if err != nil {
			return nil, err
		}
		if s.header, s.err = decodeHeader(j.aead, head); bad.bytes > 0 {
			s.err = bad.err
		}
		if errors.Is(s.err, ErrNewer) {
			return nil, fmt.Errorf("%s: %w", i.Name, s.err)
		}
		segs = append(segs, s)
	}
	slices.SortFunc(segs, func(a, b segment) int { return int(int64(a.number) - int64(b.number)) })
	return segs, nil
}

// pieceSize is what is given up around a place that can't be read: the page that
// systems read at least.
const pieceSize = 4 << 10

// holes are what a disk does not give back.
type holes struct {
	bytes int64
	err   error // the first; errUnreadable is in it
}

// readPart returns the bytes of a segment between two places. What the disk does
// not give back is zeros, and counted. An error is any other.
func (j *journal) readPart(s segment, from, to int64) (b []byte, bad holes, err error) {
	f, err := j.fs.Open(filepath.Join(j.dir, s.name))
	if err != nil {
		return nil, bad, err
	}
	defer f.Close()
	b = make([]byte, to-from)
	_, err = io.ReadFull(io.NewSectionReader(f, from, to-from), b)
	if err == nil {
		return b, bad, nil
	}
	if bad.err = unreadable(err); !errors.Is(bad.err, errUnreadable) {
		return nil, bad, fmt.Errorf("read %s: %w", s.name, err)
	}
	for at := from; at < to; {
		end := min(to, (at/pieceSize+1)*pieceSize)
		piece := b[at-from : end-from]
		if _, err := io.ReadFull(io.NewSectionReader(f, at, end-at), piece); err != nil {
			clear(piece)
			bad.bytes += end - at
		}
		at = end
	}
	return b, bad, nil
}

// fault is the first place where the journal is not as it was written.
type fault struct {
	at     int // index in the list of segments
	offset int64
	err    error
}

// verify reads all segments in order, hands each good entry to visit, and sets
// the place where writing goes on. A fault ends it; an error is one of the
// machine or of visit.
func (j *journal) verify(segs []segment, visit func(e entry, h hash) error) (*fault, error) {
	return j.follow(segs, 0, visit)
}

// follow is verify that opens no entry up to the sequence known: of those it
// sees only that each names the hash of the one before it.
func (j *journal) follow(segs []segment, known uint64, visit func(e entry, h hash) error) (*fault, error) {
	for i, s := range segs {
		switch {
		case s.err != nil:
			return &fault{i, 0, s.err}, nil
		case i == 0:
			j.id = s.header.id
			j.chain = chain{s.header.first, s.header.before}
			if s.number != 1 {
				return &fault{i, 0, errMissing}, nil
			}
		case s.number != segs[i-1].number+1:
			return &fault{i, 0, errMissing}, nil
		}
		if s.header.number != s.number || s.header.id != j.id || s.header.first != j.chain.next || s.header.before != j.chain.before {
			return &fault{i, 0, errChain}, nil
		}
		end, err := j.readOne(s, headerSize, known, visit)
		if isFault(err) {
			return &fault{i, end, err}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.name, err)
		}
		j.number, j.size = s.number, end
	}
	return nil, nil
}

// readOne reads the entries of a segment from an offset on.
func (j *journal) readOne(s segment, from int64, known uint64, visit func(e entry, h hash) error) (int64, error) {
	f, err := j.fs.Open(filepath.Join(j.dir, s.name))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return readEntries(f, from, s.size, j.aead, &j.chain, known, visit)
}

func isFault(err error) bool {
	return errors.Is(err, errTorn) || errors.Is(err, errForged) || errors.Is(err, errChain) ||
		errors.Is(err, errLength) || errors.Is(err, errPayload) || errors.Is(err, errUnreadable)
}

// search finds the entries behind a fault that are still whole. When the disk gives
// back nothing at all it is no fault of the journal.
func (j *journal) search(segs []segment, f *fault, visit func(e entry) error) error {
	after := j.chain.next - 1
	read, lost := int64(0), int64(0)
	for i, s := range segs[f.at:] {
		from := int64(0)
		if i == 0 {
			from = f.offset
		}
		b, bad, err := j.readPart(s, from, s.size)
		if err != nil {
			return err
		}
		read, lost = read+int64(len(b)), lost+bad.bytes
		err = searchEntries(b, j.aead, after, func(e entry) error {
			after = e.sequence
			return visit(e)
		})
		if err != nil {
			return err
		}
	}
	if lost > 0 && lost == read && j.chain.before == (hash{}) {
		return fmt.Errorf("read the journal: %w", f.err)
	}
	return nil
}

// torn says whether the fault is only the end of a write that was never
// acknowledged: it is in the last segment, and nothing behind it was written
// after the missing entry had settled.
func (j *journal) torn(segs []segment, f *fault) (bool, error) {
	if f.at != len(segs)-1 || errors.Is(f.err, errMissing) || errors.Is(f.err, errUnreadable) {
		return false, nil
	}
	torn := true
	err := j.search(segs, f, func(e entry) error {
		// Entries follow a header only once that was synced.
		torn = torn && f.offset > 0 && e.settled < j.chain.next
		return nil
	})
	return torn, err
}

// cut copies what follows a fault in the last segment to the file aside, and
// takes it off the journal.
func (j *journal) cut(segs []segment, f *fault, aside string) (int64, error) {
	s := segs[f.at]
	tail, _, err := j.readPart(s, f.offset, s.size)
	if err != nil {
		return 0, err
	}
	if len(tail) > 0 {
		if err := writeFile(j.fs, aside, tail); err != nil {
			return 0, err
		}
	}
	name := filepath.Join(j.dir, s.name)
	if f.offset < headerSize {
		if err := j.fs.Remove(name); err != nil {
			return 0, err
		}
		return int64(len(tail)), j.fs.SyncDir(j.dir)
	}
	file, err := j.fs.Append(name)
	if err != nil {
		return 0, err
	}
	err = file.Truncate(f.offset)
	if err == nil {
		err = file.Sync()
	}
	j.number, j.size = s.number, f.offset
	return int64(len(tail)), errors.Join(err, file.Close())
}

// resume makes the journal ready for appending, after verify. What was found in
// the last segment is synced first: a process may have died between writing
// it and syncing it, and the index must never be ahead.
func (j *journal) resume() error {
	if j.number == 0 {
		return j.rotate()
	}
	f, err := j.fs.Append(filepath.Join(j.dir, segmentName(j.number)))
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := j.fs.SyncDir(j.dir); err != nil {
		return errors.Join(err, f.Close())
	}
	j.file = f
	return nil
}

// rotate goes on in a new segment.
func (j *journal) rotate() error {
	if j.number == 0 {
		if _, err := io.ReadFull(j.rand, j.id[:]); err != nil {
			return err
		}
	}
	var nonce [chacha20poly1305.NonceSizeX]byte
	if _, err := io.ReadFull(j.rand, nonce[:]); err != nil {
		return err
	}
	h := header{number: j.number + 1, id: j.id, first: j.chain.next, before: j.chain.before}
	f, err := j.fs.Create(filepath.Join(j.dir, segmentName(h.number)))
	if err != nil {
		return err
	}
	_, err = f.Write(h.encode(j.aead, nonce[:]))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = j.fs.SyncDir(j.dir)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if j.file != nil {
		err = j.file.Close()
	}
	j.file, j.number, j.size = f, h.number, headerSize
	return err
}

// append writes one entry for each payload and syncs once. When it returns nil they
// are durable. After an error nothing is known about the file any more, so the
// journal takes nothing until it is opened again, and the sync is not retried: a
// second one would say yes to what the first one lost.
func (j *journal) append(payloads ...[]byte) error {
	if j.err != nil {
		return j.err
	}
	if err := j.write(payloads); err != nil {
		if j.err = err; !j.spare {
			j.err = &FailedError{err}
		}
		// So that what was refused does not turn up at the next start.
		// Whether this works does not matter.
		_ = j.file.Truncate(j.size)
		return j.err
	}
	return nil
}

func (j *journal) write(payloads [][]byte) error {
	if j.size >= j.most {
		if err := j.rotate(); err != nil {
			return err
		}
	}
	b, c := j.buf[:0], j.chain
	settled := c.next - 1
	for _, p := range payloads {
		var nonce [chacha20poly1305.NonceSizeX]byte
		if _, err := io.ReadFull(j.rand, nonce[:]); err != nil {
			return err
		}
		e := entry{sequence: c.next, settled: settled, before: c.before, payload: p}
		b, c.before = e.seal(b, j.aead, nonce[:])
		c.next++
	}
	if j.buf = b; cap(b) > 1<<20 {
		j.buf = nil // not for ever
	}
	if _, err := j.file.Write(b); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	j.chain, j.size = c, j.size+int64(len(b))
	return nil
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	if j.err == nil {
		j.err = ErrClosed
	}
	return err
}

// A FailedError means that the disk failed under the store. Everything
// acknowledged before is kept; nothing more is taken until the store is
// closed and opened again.
type FailedError struct{ Err error }

func (e *FailedError) Error() string {
	return fmt.Sprintf("saving failed, and the store is closed for writing until it is opened again: %v", e.Err)
}

func (e *FailedError) Unwrap() error { return e.Err }
