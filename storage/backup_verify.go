package storage

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"baraza.example/sync/identity"
)

// BackupContents is what a backup was proved to hold.
type BackupContents struct {
	Parts       int    `json:"parts"`
	Bytes       int64  `json:"bytes"`    // of the file
	Sequence    uint64 `json:"sequence"` // of the last change
	Changes     int    `json:"changes"`  // entries of the journal
	Attachments int    `json:"attachments"`
	Unfinished  int64  `json:"unfinished"` // bytes at its end of a run that was interrupted
}

// VerifyBackup reads a backup from end to end and proves all of it: that each part
// is as it was written, each entry of the journal follows the one before it, and
// each attachment is what it is named by. Nothing is written. Memory is bounded
// by the greatest entry.
func VerifyBackup(ctx context.Context, fsys FS, name string, with Unlocking, progress Progress) (BackupContents, error) {
	var key []byte
	return verifyBackup(ctx, fsys, name, progress, func(slots []slot) (identity.FileSeed, error) {
		v := vault{slots: slots}
		if err := v.unlock(ctx, with); err != nil {
			return identity.FileSeed{}, err
		}
		key = v.dataKey
		return backupSeed(key)
	}, func() []byte { return key })
}

// VerifyBackup is [VerifyBackup] of a backup of this store, without anything else
// that opens it.
func (s *Store) VerifyBackup(ctx context.Context, fsys FS, name string, progress Progress) (BackupContents, error) {
	return verifyBackup(ctx, fsys, name, progress, func([]slot) (identity.FileSeed, error) {
		return backupSeed(s.vault.dataKey)
	}, func() []byte { return s.vault.dataKey })
}

func verifyBackup(ctx context.Context, fsys FS, name string, progress Progress, unlock func([]slot) (identity.FileSeed, error), key func() []byte) (n BackupContents, err error) {
	if fsys == nil {
		fsys = OS{}
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	b, err := openBackup(fsys, name, unlock)
	if err != nil {
		return n, fmt.Errorf("verify the backup: %w", err)
	}
	defer b.file.Close()
	v := &verifying{vault: vault{dataKey: key()}}
	if err := v.begin(b.manifest); err != nil {
		return n, err
	}
	if err := b.wanted(ctx, progress, v.take); err != nil {
		return n, fmt.Errorf("verify the backup: %w", err)
	}
	if last := v.journal.chain.next - 1; last != b.manifest.Sequence {
		return n, &DamageError{File: "the backup", Err: fmt.Errorf("its journal ends with change %d, not %d", last, b.manifest.Sequence)}
	}
	n = BackupContents{Parts: len(b.parts), Bytes: b.size, Sequence: b.manifest.Sequence, Changes: v.journal.entries, Attachments: v.blobs}
	if b.torn {
		n.Unfinished = b.size - b.end()
	}
	return n, nil
}

// verifying proves what a store's folder would hold, piece by piece.
type verifying struct {
	vault     vault
	journal   entryStream
	blobAEAD  cipher.AEAD
	blobNames []byte
	blobs     int
}

func (v *verifying) begin(m manifest) error {
	for purpose, use := range map[string]func(key []byte) (err error){
		"journal":    func(key []byte) (err error) { v.journal.aead, err = chacha20poly1305.NewX(key); return err },
		"blobs":      func(key []byte) (err error) { v.blobAEAD, err = chacha20poly1305.NewX(key); return err },
		"blob names": func(key []byte) error { v.blobNames = key; return nil },
	} {
		key, err := v.vault.subkey(purpose)
		if err == nil {
			err = use(key)
		}
		if err != nil {
			return err
		}
	}
	v.journal.id = [16]byte(append(bytes.Clone(m.Journal), make([]byte, 16)...)[:16])
	return nil
}

func (v *verifying) take(target string, p piece, size int64, content io.Reader) error {
	folder, base, _ := strings.Cut(target, "/")
	var err error
	switch {
	case folder == journalName && base != snapshotName:
		err = v.journal.read(base, p, size, content)
	case folder == blobsName && p.from == 0 && p.to == size:
		v.blobs++
		err = verifyBlob(content, size, v.blobAEAD, v.blobNames, base)
	case folder == blobsName:
		err = errBlobLength
	default: // leaves prove themselves against their list, which is in the journal
		_, err = io.Copy(io.Discard, content)
	}
	if err != nil {
		return &DamageError{File: target, Offset: p.from, Err: err}
	}
	return nil
}

// entryStream verifies segments of a journal that come in their order.
type entryStream struct {
	aead    cipher.AEAD
	id      [16]byte
	chain   chain
	number  uint32
	entries int
	plain   []byte
}

func (s *entryStream) read(name string, p piece, size int64, r io.Reader) error {
	left := p.to - p.from
	if p.from == 0 {
		head := make([]byte, headerSize)
		if _, err := io.ReadFull(r, head); err != nil {
			return cutShort(err)
		}
		h, err := decodeHeader(s.aead, head)
		if err != nil {
			return err
		}
		if s.number == 0 {
			s.chain = chain{h.first, h.before}
		}
		if h.number != s.number+1 || segmentName(h.number) != name || h.id != s.id || h.first != s.chain.next || h.before != s.chain.before {
			return errChain
		}
		s.number = h.number
		left -= headerSize
	} else if segmentName(s.number) != name {
		return errChain
	}
	head := make([]byte, 4)
	var raw []byte
	for left > 0 {
		if _, err := io.ReadFull(r, head); err != nil {
			return cutShort(err)
		}
		length := binary.BigEndian.Uint32(head)
		if length < entryLeast || length > entryMost {
			return errLength
		}
		whole := entryHead + int(length)
		if int64(whole) > left {
			return errTorn
		}
		if cap(raw) < whole {
			raw = make([]byte, whole, whole*2)
		}
		raw = raw[:whole]
		copy(raw, head)
		if _, err := io.ReadFull(r, raw[4:]); err != nil {
			return cutShort(err)
		}
		e, _, err := openEntry(raw, s.aead, s.plain)
		if err != nil {
			return err
		}
		s.plain = e.payload
		if e.sequence != s.chain.next || e.before != s.chain.before {
			return errChain
		}
		if _, err := decodeOps(e.payload); err != nil {
			return err
		}
		s.chain = chain{e.sequence + 1, sha256.Sum256(raw)}
		s.entries++
		left -= int64(whole)
	}
	return nil
}

// verifyBlob reads the file of an attachment and proves that it is what its name
// says.
func verifyBlob(r io.Reader, size int64, aead cipher.AEAD, nameKey []byte, name string) error {
	body := size - int64(blobHead) - blobTrailer
	if body < 0 {
		return errBlobLength
	}
	head := make([]byte, blobHead)
	if _, err := io.ReadFull(r, head); err != nil {
		return cutShort(err)
	}
	if string(head[:len(blobMagic)]) != blobMagic {
		return errors.New("it does not begin like an attachment")
	}
	prefix, sum, length := head[len(blobMagic):], sha256.New(), uint64(0)
	sealed, plain := make([]byte, blobSealed), make([]byte, 0, blobChunk)
	number := uint64(0)
	for ; body > 0; number++ {
		chunk := sealed[:min(body, blobSealed)]
		if _, err := io.ReadFull(r, chunk); err != nil {
			return cutShort(err)
		}
		var err error
		if plain, err = aead.Open(plain[:0], blobNonce(prefix, number, false), chunk, head); err != nil {
			return errForged
		}
		sum.Write(plain)
		length += uint64(len(plain))
		body -= int64(len(chunk))
	}
	trailer := sealed[:blobTrailer]
	if _, err := io.ReadFull(r, trailer); err != nil {
		return cutShort(err)
	}
	said, err := aead.Open(nil, blobNonce(prefix, number, true), trailer, head)
	if err != nil {
		return errForged
	}
	if binary.BigEndian.Uint64(said) != length || !bytes.Equal(said[8:], sum.Sum(nil)) {
		return errBlobLength
	}
	m := hmac.New(sha256.New, nameKey)
	m.Write(said[8:])
	if hex.EncodeToString(m.Sum(nil)) != name {
		return errors.New("it has the name of another one")
	}
	return nil
}
