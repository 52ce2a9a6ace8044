package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"baraza.example/sync/identity"
)

// memoryFile is a File in memory, as the fuzzer makes them.
type memoryFile struct {
	FS
	data []byte
}

type memoryHandle struct{ *bytes.Reader }

func (m memoryFile) Open(string) (File, error) { return memoryHandle{bytes.NewReader(m.data)}, nil }

func (h memoryHandle) Size() (int64, error)      { return h.Reader.Size(), nil }
func (h memoryHandle) Close() error              { return nil }
func (h memoryHandle) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }
func (h memoryHandle) Truncate(int64) error      { return errors.ErrUnsupported }
func (h memoryHandle) Sync() error               { return nil }

var hostileSeed = identity.FileSeed{7}

func ownSeed([]slot) (identity.FileSeed, error) { return hostileSeed, nil }

// forged makes a backup of one part, with a key that its maker is supposed not to
// have.
func forged(t testing.TB, m manifest, plain []byte) []byte {
	t.Helper()
	var s slot
	s.kind = slotOutside
	preamble := encodePreamble(encodeSlots([]slot{s}))
	before := sha256.Sum256(preamble)
	m.Before = before[:]
	text, err := encoding.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString(partMagic + "\x00\x00\x00\x01")
	b.Write(before[:])
	seal := &backing{seed: hostileSeed}
	for _, content := range [][]byte{plain, text} {
		err := seal.sealed(&b, func(w io.Writer) error { _, err := w.Write(content); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256(b.Bytes())
	return append(append(preamble, b.Bytes()...), append(sum[:], partDone...)...)
}

func TestABackupCantNameFilesOfOthers(t *testing.T) {
	id := make([]byte, 16)
	good := journalName + "-" + hex.EncodeToString(id) + "/00000001.seg"
	for _, name := range []string{
		"../journal/00000001.seg", "journal/00000001.seg", "blobs/../keys", "blobs/", "/etc/passwd", "keys", "blobs/" + strings.Repeat("a", 300),
		"index/1", "people/1-baki", good + "x", strings.ToUpper(good), "leaves/a/b", `blobs\..\keys`, "blobs/new-1",
	} {
		plain := append(piece{name, 0, 3}.head(), "abc\x00"...)
		b, err := openBackup(memoryFile{data: forged(t, manifest{Journal: id, Files: []manifestFile{{Name: name, Size: 3}}}, plain)}, "", ownSeed)
		if err != nil {
			t.Fatal(err)
		}
		err = b.wanted(context.Background(), func(int64, int64) {}, func(target string, _ piece, _ int64, content io.Reader) error {
			t.Errorf("%q would be written as %q", name, target)
			return nil
		})
		if !errors.Is(err, errPayload) {
			t.Errorf("%q: %v", name, err)
		}
	}
	// Too much, too little, twice, out of order.
	for what, c := range map[string]struct {
		size   int64
		pieces []piece
	}{
		"a hole":       {6, []piece{{good, 3, 6}}},
		"twice":        {3, []piece{{good, 0, 3}, {good, 0, 3}}},
		"longer":       {3, []piece{{good, 0, 3}, {good, 3, 6}}},
		"not complete": {6, []piece{{good, 0, 3}}},
		"none":         {3, nil},
		"a giant":      {1 << 49, []piece{{good, 0, 1 << 49}}},
	} {
		var plain []byte
		for _, p := range c.pieces {
			plain = append(append(plain, p.head()...), "abc"...)
		}
		file := forged(t, manifest{Journal: id, Files: []manifestFile{{Name: good, Size: c.size}}}, append(plain, pieceEnd))
		b, err := openBackup(memoryFile{data: file}, "", ownSeed)
		if err == nil {
			err = b.wanted(context.Background(), func(int64, int64) {}, func(_ string, _ piece, _ int64, content io.Reader) error {
				_, err := io.Copy(io.Discard, content)
				return err
			})
		}
		if err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}

func TestAHostileBackupTakesNoMemory(t *testing.T) {
	preamble := encodePreamble(encodeSlots([]slot{{kind: slotOutside}}))
	before := sha256.Sum256(preamble)
	head := append(append([]byte{}, preamble...), "PART\x00\x00\x00\x01"...)
	head = append(head, before[:]...)
	var most runtime.MemStats
	for what, b := range map[string][]byte{
		"frames of 4 GB":     append(bytes.Clone(head), 0xff, 0xff, 0xff, 0xff),
		"64 MB of frames":    append(bytes.Clone(head), bytes.Repeat(append([]byte{0, 1, 0, 0}, make([]byte, 1<<16)...), 1<<10)...),
		"a manifest of much": forged(t, manifest{Journal: make([]byte, 16), Files: make([]manifestFile, 200_000)}, []byte{pieceEnd}),
		"nothing":            {},
		"only a magic":       []byte(backupMagic),
	} {
		runtime.GC()
		var was runtime.MemStats
		runtime.ReadMemStats(&was)
		_, err := openBackup(memoryFile{data: b}, "", ownSeed)
		runtime.ReadMemStats(&most)
		if took := most.TotalAlloc - was.TotalAlloc; took > 64<<20 {
			t.Errorf("%s took %d MB", what, took>>20)
		}
		if err == nil && what != "a manifest of much" && what != "64 MB of frames" && what != "frames of 4 GB" {
			t.Errorf("%s was opened", what)
		}
	}
}

// Whatever the bytes: no panic, and what is read of them is what they say.
func FuzzOpenBackup(f *testing.F) {
	id := make([]byte, 16)
	good := journalName + "-" + hex.EncodeToString(id) + "/00000001.seg"
	f.Add(forged(f, manifest{Journal: id, Files: []manifestFile{{Name: good, Size: 3}}}, append(piece{good, 0, 3}.head(), "abc\x00"...)))
	f.Add(forged(f, manifest{Journal: id}, []byte{pieceEnd}))
	f.Add([]byte(backupMagic + "\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := openBackup(memoryFile{data: data}, "", ownSeed)
		if err != nil {
			return
		}
		if !bytes.HasPrefix(data, encodePreamble(b.keys)) || b.end() > b.size {
			t.Error("not what it says")
		}
		_ = b.wanted(context.Background(), func(int64, int64) {}, func(_ string, p piece, size int64, content io.Reader) error {
			n, err := io.Copy(io.Discard, content)
			if err == nil && n != p.to-p.from || n > int64(len(data)) {
				t.Errorf("%d bytes of a piece of %d", n, p.to-p.from)
			}
			return err
		})
	})
}

// The plain text of a part, which is authentic, must be read within bounds all
// the same.
func FuzzReadPieces(f *testing.F) {
	f.Add(append(piece{"blobs/aa", 0, 3}.head(), "abc\x00"...))
	f.Add([]byte{pieceEnd})
	f.Fuzz(func(t *testing.T, plain []byte) {
		var again []byte
		err := readPieces(bytes.NewReader(plain), func(p piece, content io.Reader) error {
			b, err := io.ReadAll(content)
			again = append(append(again, p.head()...), b...)
			return err
		})
		if err == nil && !bytes.Equal(append(again, pieceEnd), plain) {
			t.Errorf("%x was read as %x", plain, again)
		}
	})
}
