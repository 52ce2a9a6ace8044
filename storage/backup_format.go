package storage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	gohash "hash"
	"io"
	"strings"
)

// The bytes of a backup, docs/protocol/backup.md.
const (
	backupMagic   = "BARAZABK"
	backupVersion = 1
	partMagic     = "PART"
	partDone      = "DONE"   // follows a part once that was synced
	backupFrame   = 64 << 10 // of sealed bytes, at most
	maxManifest   = 8 << 20
)

// Errors of backups.
var (
	ErrNoBackup    = errors.New("this is no backup")
	ErrBackupOther = errors.New("this backup is of another store")
	ErrBackupLocks = errors.New("a backup opens with a passphrase, recovery words or a key file: set one of them first")
)

// readPreamble reads what a backup begins with: the slots that open it, and the
// hash that the first part follows.
func readPreamble(r io.Reader) (slots []slot, raw []byte, before hash, err error) {
	head := make([]byte, len(backupMagic)+1+2)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(backupMagic)]) != backupMagic {
		return nil, nil, before, errors.Join(ErrNoBackup, noEnd(err))
	}
	if v := head[len(backupMagic)]; v != backupVersion {
		return nil, nil, before, fmt.Errorf("a backup of version %d: %w", v, ErrNewer)
	}
	raw = make([]byte, binary.BigEndian.Uint16(head[len(backupMagic)+1:])) // 64 KiB at most
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, nil, before, errors.Join(ErrNoBackup, noEnd(err))
	}
	if slots, err = decodeSlots(raw); err != nil {
		return nil, nil, before, fmt.Errorf("the keys of the backup: %w", err)
	}
	return slots, raw, sha256.Sum256(append(head, raw...)), nil
}

func noEnd(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

func encodePreamble(keys []byte) []byte {
	b := append([]byte(backupMagic), backupVersion)
	b = binary.BigEndian.AppendUint16(b, uint16(len(keys)))
	return append(b, keys...)
}

// A part is what one run has added: some bytes of some files, then a manifest of
// all there are.
type part struct {
	number   uint32
	at       int64 // where it begins
	data     int64 // where the frames of the files begin
	manifest int64 // and those of the manifest
	end      int64
	done     bool // whether the end is followed by the word that says so
	hash     hash
}

// readParts walks a backup behind its preamble, and returns the parts that are
// whole. What follows them is either of a run that was interrupted, and torn, or
// damage: a file whose last run was finished ends with the word for that.
func readParts(r io.ReaderAt, from, size int64, before hash) (parts []part, torn bool, err error) {
	for at := from; at < size; {
		p, err := readPart(r, at, size, before, uint32(len(parts)+1))
		if err != nil && isTorn(r, size) {
			return parts, true, nil
		}
		if err != nil {
			var damage *DamageError
			if !errors.As(err, &damage) && noEnd(err) == nil {
				err = &DamageError{File: "the backup", Offset: at, Err: errTorn}
			}
			return parts, false, err
		}
		parts = append(parts, p)
		at, before = p.next(), p.hash
	}
	return parts, len(parts) == 0 || !parts[len(parts)-1].done, nil
}

// next is where the next part may begin.
func (p *part) next() int64 {
	if p.done {
		return p.end + int64(len(partDone))
	}
	return p.end
}

// isTorn says whether the last run on a file was not finished.
func isTorn(r io.ReaderAt, size int64) bool {
	end := make([]byte, len(partDone))
	_, err := io.ReadFull(io.NewSectionReader(r, size-int64(len(end)), int64(len(end))), end)
	return err != nil || string(end) != partDone
}

func readPart(r io.ReaderAt, at, size int64, before hash, number uint32) (p part, err error) {
	p = part{number: number, at: at}
	sum := sha256.New()
	in := io.TeeReader(io.NewSectionReader(r, at, size-at), sum)
	head := make([]byte, len(partMagic)+4+sha256.Size)
	if _, err := io.ReadFull(in, head); err != nil {
		return p, err
	}
	if string(head[:4]) != partMagic || binary.BigEndian.Uint32(head[4:]) != number || !bytes.Equal(head[8:], before[:]) {
		return p, &DamageError{File: "the backup", Offset: at, Err: errors.New("a part does not follow the one before it")}
	}
	p.data = at + int64(len(head))
	if p.manifest, err = skipFrames(in, p.data); err != nil {
		return p, err
	}
	end, err := skipFrames(in, p.manifest)
	if err != nil {
		return p, err
	}
	sum.Sum(p.hash[:0])
	said := make([]byte, sha256.Size)
	if _, err := io.ReadFull(in, said); err != nil {
		return p, err
	}
	if !bytes.Equal(said, p.hash[:]) {
		return p, &DamageError{File: "the backup", Offset: at, Err: errForged}
	}
	p.end = end + sha256.Size
	done := make([]byte, len(partDone))
	n, err := io.ReadFull(in, done)
	switch {
	case err == io.EOF:
	case n == len(done) && string(done) == partDone:
		p.done = true
	default:
		return p, &DamageError{File: "the backup", Offset: p.end, Err: errForged}
	}
	return p, nil
}

// skipFrames reads over frames and returns the offset after their end.
func skipFrames(r io.Reader, at int64) (int64, error) {
	frames := &frameReader{r: r}
	n, err := io.Copy(io.Discard, frames)
	return at + n + frames.heads, err
}

// A frameReader reads sealed bytes that stand in frames, up to a frame of length 0.
type frameReader struct {
	r     io.Reader
	left  int
	heads int64 // bytes of lengths read
	ended bool
}

func (f *frameReader) Read(p []byte) (int, error) {
	if f.left == 0 && !f.ended {
		var head [4]byte
		if _, err := io.ReadFull(f.r, head[:]); err != nil {
			return 0, cutShort(err)
		}
		f.heads += 4
		n := binary.BigEndian.Uint32(head[:])
		if n > backupFrame {
			return 0, &DamageError{File: "the backup", Err: errLength}
		}
		f.left, f.ended = int(n), n == 0
	}
	if f.ended {
		return 0, io.EOF
	}
	n, err := f.r.Read(p[:min(len(p), f.left)])
	f.left -= n
	if f.left > 0 || err != io.EOF {
		err = cutShort(err)
	} else {
		err = nil // the end of the frame; the next length will be missed
	}
	return n, err
}

// cutShort is err for a place where an end is none.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// A frameWriter puts what is written in frames.
type frameWriter struct {
	w   io.Writer
	buf []byte
}

func (f *frameWriter) Write(p []byte) (n int, err error) {
	for n < len(p) {
		k := min(len(p)-n, backupFrame-len(f.buf))
		f.buf = append(f.buf, p[n:n+k]...)
		n += k
		if len(f.buf) == backupFrame {
			if err := f.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (f *frameWriter) flush() error {
	if len(f.buf) == 0 {
		return nil
	}
	_, err := f.w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(f.buf))), f.buf...))
	f.buf = f.buf[:0]
	return err
}

// end writes the frame that ends them.
func (f *frameWriter) end() error {
	if err := f.flush(); err != nil {
		return err
	}
	_, err := f.w.Write(make([]byte, 4))
	return err
}

// A manifest says what the store had when the part was written.
type manifest struct {
	Journal     []byte         `cbor:"1,keyasint"` // id of the journal
	Before      []byte         `cbor:"2,keyasint"` // hash of the part before, so that parts can't be mixed
	Files       []manifestFile `cbor:"3,keyasint"`
	Sequence    uint64         `cbor:"4,keyasint"` // of the last change
	Incarnation uint64         `cbor:"5,keyasint"`
}

// manifestFile is a file with the length that it had.
type manifestFile struct {
	_    struct{} `cbor:",toarray"`
	Name string
	Size int64
}

func (m manifest) sizes() map[string]int64 {
	sizes := make(map[string]int64, len(m.Files))
	for _, f := range m.Files {
		sizes[f.Name] = f.Size
	}
	return sizes
}

// target is the path in a store's folder of a name in a backup. Nothing else than a store
// has is ever written.
func (m manifest) target(name string) (string, bool) {
	folder, base, ok := strings.Cut(name, "/")
	if !ok || len(name) > 200 {
		return "", false
	}
	switch {
	case folder == journalName+"-"+hex.EncodeToString(m.Journal):
		folder = journalName
		if base == snapshotName {
			return folder + "/" + base, true
		}
		digits, isSegment := strings.CutSuffix(base, ".seg")
		return folder + "/" + base, isSegment && len(digits) == 8 && strings.Trim(digits, "0123456789") == ""
	case folder == blobsName, folder == leavesName:
		return name, len(base) > 0 && strings.Trim(base, "0123456789abcdef") == ""
	}
	return "", false
}

// A piece is a run of bytes of a file.
type piece struct {
	name     string
	from, to int64
}

const (
	pieceEnd  = 0
	pieceFile = 1
)

func (p piece) head() []byte {
	b := append([]byte{pieceFile, byte(len(p.name))}, p.name...)
	b = binary.BigEndian.AppendUint64(b, uint64(p.from))
	return binary.BigEndian.AppendUint64(b, uint64(p.to-p.from))
}

// readPieces hands each piece with its content to visit, which must read all of
// it.
func readPieces(r io.Reader, visit func(p piece, content io.Reader) error) error {
	for {
		var kind [2]byte
		if _, err := io.ReadFull(r, kind[:1]); err != nil {
			return cutShort(err)
		}
		if kind[0] == pieceEnd {
			if n, err := io.Copy(io.Discard, io.LimitReader(r, 1)); err != nil || n > 0 {
				return errors.Join(err, errPayload)
			}
			return nil
		}
		if kind[0] != pieceFile {
			return errPayload
		}
		if _, err := io.ReadFull(r, kind[1:]); err != nil {
			return cutShort(err)
		}
		rest := make([]byte, int(kind[1])+16)
		if _, err := io.ReadFull(r, rest); err != nil {
			return cutShort(err)
		}
		name := string(rest[:kind[1]])
		from, length := binary.BigEndian.Uint64(rest[kind[1]:]), binary.BigEndian.Uint64(rest[kind[1]+8:])
		if from > 1<<50 || length > 1<<50 {
			return errPayload
		}
		content := &io.LimitedReader{R: r, N: int64(length)}
		if err := visit(piece{name, int64(from), int64(from + length)}, content); err != nil {
			return err
		}
		if content.N > 0 {
			return cutShort(io.EOF)
		}
	}
}

// hashed is a writer that hashes what passes.
type hashed struct {
	w   io.Writer
	sum gohash.Hash
	n   int64
}

func (h *hashed) Write(p []byte) (int, error) {
	n, err := h.w.Write(p)
	h.sum.Write(p[:n])
	h.n += int64(n)
	return n, err
}
