package storage

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"
)

// A BlobHash is the SHA-256 of an attachment, by which it is called.
type BlobHash [sha256.Size]byte

func (h BlobHash) String() string { return hex.EncodeToString(h[:]) }

// The bytes of a blob file, docs/protocol/blob.md.
const (
	blobMagic   = "BARAZAB\x01"
	blobPrefix  = 15 // random part of the nonces
	blobHead    = len(blobMagic) + blobPrefix
	blobChunk   = 16 << 10
	blobSealed  = blobChunk + chacha20poly1305.Overhead
	blobTrailer = 8 + sha256.Size + chacha20poly1305.Overhead
	blobTemp    = "new-"
)

// MaxBlob is how long an attachment may be.
const MaxBlob = 1 << 30

// Blobs keeps attachments in sealed files, each named by a keyed hash of its
// content, so that the folder does not tell who has which public document.
type Blobs struct {
	store   *Store
	dir     string
	aead    cipher.AEAD
	nameKey []byte

	mu    sync.Mutex
	holds int // who wants all files to stay meanwhile
	gone  []BlobHash
}

func newBlobs(s *Store, key, nameKey []byte) (*Blobs, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	return &Blobs{store: s, dir: s.path(blobsName), aead: aead, nameKey: nameKey}, nil
}

func (b *Blobs) path(h BlobHash) string {
	m := hmac.New(sha256.New, b.nameKey)
	m.Write(h[:])
	return filepath.Join(b.dir, hex.EncodeToString(m.Sum(nil)))
}

// clean makes the folder and removes what was never finished.
func (b *Blobs) clean() error {
	fsys := b.store.fs
	if err := makeDir(fsys, b.dir); err != nil {
		return err
	}
	infos, err := fsys.ReadDir(b.dir)
	if err != nil {
		return err
	}
	for _, i := range infos {
		if strings.HasPrefix(i.Name, blobTemp) {
			if err := fsys.Remove(filepath.Join(b.dir, i.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// nonce is the prefix of the file, the number of the chunk and whether it is
// the trailer.
func blobNonce(prefix []byte, number uint64, trailer bool) []byte {
	n := append(make([]byte, 0, chacha20poly1305.NonceSizeX), prefix...)
	n = binary.BigEndian.AppendUint64(n, number)
	if trailer {
		return append(n, 1)
	}
	return append(n, 0)
}

// Put keeps what r has to its end. It is durable when Put returns.
func (b *Blobs) Put(ctx context.Context, r io.Reader) (h BlobHash, size int64, err error) {
	if err := b.store.usable(); err != nil {
		return h, 0, err
	}
	var random [8]byte
	if _, err := io.ReadFull(b.store.opt.Rand, random[:]); err != nil {
		return h, 0, err
	}
	fsys := b.store.fs
	temp := filepath.Join(b.dir, blobTemp+hex.EncodeToString(random[:]))
	f, err := fsys.Create(temp)
	if err != nil {
		return h, 0, fmt.Errorf("keep an attachment: %w", err)
	}
	h, size, err = b.fill(ctx, f, r)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = b.place(temp, h)
	}
	if err != nil {
		_ = removeIfThere(fsys, temp) // else the next start does it
		return h, 0, fmt.Errorf("keep an attachment: %w", err)
	}
	if err := fsys.SyncDir(b.dir); err != nil {
		return h, 0, fmt.Errorf("keep an attachment: %w", err)
	}
	return h, size, nil
}

// place gives a file its name. Another one with the same content may be there: it
// is replaced, for it may be damaged, but not while somebody wants files to stay.
func (b *Blobs) place(temp string, h BlobHash) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = slices.DeleteFunc(b.gone, func(g BlobHash) bool { return g == h })
	if b.holds > 0 {
		if is, err := exists(b.store.fs, b.path(h)); err != nil || is {
			return errors.Join(err, b.store.fs.Remove(temp))
		}
	}
	return b.store.fs.Rename(temp, b.path(h))
}

// fill writes head, chunks and trailer.
func (b *Blobs) fill(ctx context.Context, f File, r io.Reader) (h BlobHash, size int64, err error) {
	head := append([]byte(blobMagic), make([]byte, blobPrefix)...)
	prefix := head[len(blobMagic):]
	if _, err := io.ReadFull(b.store.opt.Rand, prefix); err != nil {
		return h, 0, err
	}
	out := head
	sum := sha256.New()
	chunk := make([]byte, blobChunk)
	number := uint64(0)
	for end := false; !end; {
		if number%64 == 0 {
			if err := errors.Join(ctx.Err(), b.store.space.check(1<<20, false)); err != nil {
				return h, 0, err
			}
		}
		n, err := io.ReadFull(r, chunk)
		if end = err == io.EOF || err == io.ErrUnexpectedEOF; err != nil && !end {
			return h, 0, err
		}
		if size += int64(n); size > MaxBlob {
			return h, 0, fmt.Errorf("%w: an attachment of more than %d bytes", ErrTooLarge, int64(MaxBlob))
		}
		if n > 0 {
			sum.Write(chunk[:n])
			out = b.aead.Seal(out, blobNonce(prefix, number, false), chunk[:n], head)
			number++
		}
		if end {
			sum.Sum(h[:0])
			trailer := append(binary.BigEndian.AppendUint64(nil, uint64(size)), h[:]...)
			out = b.aead.Seal(out, blobNonce(prefix, number, true), trailer, head)
		}
		if _, err := f.Write(out); err != nil {
			return h, 0, err
		}
		out = out[len(out):]
		if cap(out) < blobSealed {
			out = make([]byte, 0, blobSealed+blobTrailer)
		}
	}
	return h, size, nil
}

// Delete removes an attachment, if it is there.
func (b *Blobs) Delete(ctx context.Context, h BlobHash) error {
	if err := errors.Join(ctx.Err(), b.store.usable()); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holds > 0 {
		b.gone = append(b.gone, h)
		return nil
	}
	return b.remove(h)
}

func (b *Blobs) remove(h BlobHash) error {
	if err := removeIfThere(b.store.fs, b.path(h)); err != nil {
		return err
	}
	return b.store.fs.SyncDir(b.dir)
}

// hold keeps all files until the function it returns is called. What is deleted
// meanwhile goes then; should the program end before, it stays, as after any
// interrupted deletion.
func (b *Blobs) hold() (release func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holds++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.holds--; b.holds > 0 {
			return
		}
		for _, h := range b.gone {
			if err := b.remove(h); err != nil {
				b.store.log.Warn("an attachment was not removed", "error", err)
			}
		}
		b.gone = nil
	}
}

// Open returns an attachment to read, or [ErrNotFound]. A file that is not what
// was put gives a [DamageError], here or where it is read.
func (b *Blobs) Open(h BlobHash) (*Blob, error) {
	if err := b.store.usable(); err != nil {
		return nil, err
	}
	f, err := b.store.fs.Open(b.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("attachment %s: %w", h, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	blob := &Blob{aead: b.aead, file: f, name: filepath.Base(b.path(h)), number: -1}
	if err := blob.readEnds(h); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	blob.SectionReader = io.NewSectionReader(chunks{blob}, 0, blob.size)
	return blob, nil
}

// A Blob is an open attachment: read, sought and read at offsets as plain text.
// It may be used by several goroutines through ReadAt.
type Blob struct {
	*io.SectionReader
	aead cipher.AEAD
	file File
	name string
	head []byte
	size int64

	mu     sync.Mutex
	number int64  // of the chunk in plain
	plain  []byte // the last one read: leaves are smaller
	sealed []byte
}

func (b *Blob) damage(at int64, err error) error {
	return &DamageError{File: filepath.Join(blobsName, b.name), Offset: at, Err: err}
}

var errBlobLength = errors.New("its length is not what it says")

func (b *Blob) readEnds(h BlobHash) error {
	length, err := b.file.Size()
	if err != nil {
		return err
	}
	body := length - int64(blobHead) - blobTrailer
	full, rest := body/blobSealed, body%blobSealed
	if body < 0 || rest > 0 && rest <= chacha20poly1305.Overhead {
		return b.damage(0, errBlobLength)
	}
	b.size = full * blobChunk
	number := uint64(full)
	if rest > 0 {
		b.size += rest - chacha20poly1305.Overhead
		number++
	}
	b.head = make([]byte, blobHead)
	if _, err := readAtFull(b.file, b.head, 0); err != nil {
		return err
	}
	if string(b.head[:len(blobMagic)]) != blobMagic {
		return b.damage(0, errors.New("it does not begin like an attachment"))
	}
	sealed := make([]byte, blobTrailer)
	if _, err := readAtFull(b.file, sealed, length-blobTrailer); err != nil {
		return err
	}
	trailer, err := b.aead.Open(nil, blobNonce(b.head[len(blobMagic):], number, true), sealed, b.head)
	if err != nil {
		return b.damage(length-blobTrailer, errForged)
	}
	if binary.BigEndian.Uint64(trailer) != uint64(b.size) || BlobHash(trailer[8:]) != h {
		return b.damage(length-blobTrailer, errBlobLength)
	}
	return nil
}

func readAtFull(r io.ReaderAt, p []byte, at int64) (int, error) {
	n, err := r.ReadAt(p, at)
	if n == len(p) {
		return n, nil
	}
	return n, err
}

// Close closes the file.
func (b *Blob) Close() error { return b.file.Close() }

// chunks reads the plain text of a blob at any offset.
type chunks struct{ b *Blob }

func (c chunks) ReadAt(p []byte, at int64) (n int, err error) {
	b := c.b
	b.mu.Lock()
	defer b.mu.Unlock()
	for n < len(p) {
		if at >= b.size {
			return n, io.EOF
		}
		if err := b.load(at / blobChunk); err != nil {
			return n, err
		}
		m := copy(p[n:], b.plain[at%blobChunk:])
		n += m
		at += int64(m)
	}
	return n, nil
}

// load opens one chunk.
func (b *Blob) load(number int64) error {
	if number == b.number {
		return nil
	}
	plain := min(blobChunk, b.size-number*blobChunk)
	if b.sealed == nil {
		b.sealed = make([]byte, blobSealed)
	}
	sealed := b.sealed[:plain+chacha20poly1305.Overhead]
	at := int64(blobHead) + number*blobSealed
	if _, err := readAtFull(b.file, sealed, at); err != nil {
		return err
	}
	b.number = -1
	var err error
	b.plain, err = b.aead.Open(b.plain[:0], blobNonce(b.head[len(blobMagic):], uint64(number), false), sealed, b.head)
	if err != nil {
		return b.damage(at, errForged)
	}
	b.number = number
	return nil
}
