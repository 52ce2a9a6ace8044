package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

// written makes a store with n notes, each written twice, and closes it.
func written(t *testing.T, dir string, opt storage.Options, n int) {
	t.Helper()
	writtenTogether(t, dir, opt, n, 1)
}

// writtenTogether is written with so many notes in a commit: where the entries of the
// journal don't matter, most of the time went into fsyncs.
func writtenTogether(t *testing.T, dir string, opt storage.Options, n, together int) {
	t.Helper()
	s := open(t, dir, opt)
	storage.SetSegmentSize(s, 5000)
	putTogether(t, s, 2*n, together, func(i int) (string, note) {
		key := fmt.Sprintf("%04d", i%n)
		return key, note{Title: key, Text: strings.Repeat("a word ", i%100)}
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// putTogether puts all notes, so many in a commit.
func putTogether(t *testing.T, s *storage.Store, all, together int, made func(i int) (string, note)) {
	t.Helper()
	for from := 0; from < all; from += together {
		err := s.Update(t.Context(), func(tx *storage.Tx) error {
			for i := from; i < min(from+together, all); i++ {
				key, n := made(i)
				if err := notes(s).In(tx).Put(key, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// missing counts the notes of written that are not there.
func missing(t *testing.T, s *storage.Store, n int) int {
	t.Helper()
	gone := 0
	for i := range n {
		key := fmt.Sprintf("%04d", i)
		got, err := notes(s).Get(t.Context(), key)
		if err != nil || got.Title != key || len(got.Text) != len("a word ")*((i+n)%100) {
			gone++
		}
	}
	return gone
}

func TestEachBitFlippedInTheJournalIsNoticed(t *testing.T) {
	const n = 20
	disk := simdisk.New(1)
	opt := storage.Options{FS: disk, MemoryIndex: true}
	written(t, "/store", opt, n)
	var segments []string
	for _, name := range disk.Files() {
		if strings.HasSuffix(name, ".seg") {
			segments = append(segments, name)
		}
	}
	if len(segments) < 3 {
		t.Fatalf("only %q", segments)
	}
	original := copyOf(t, disk)
	r := rand.New(rand.NewPCG(1, 2))
	tries := 1000
	if testing.Short() {
		tries = 200
	}
	for try := range tries {
		segment := segments[try%len(segments)]
		bit := r.Int64N(int64(len(original[segment])) * 8)
		if try%5 == 0 {
			bit = r.Int64N(112 * 8) // in its header
		}
		disk := simdisk.New(1)
		restore(t, disk, original)
		if err := disk.Flip(segment, bit); err != nil {
			t.Fatal(err)
		}
		opt := storage.Options{FS: disk, MemoryIndex: true, NoBallast: true}
		s, err := storage.Open(t.Context(), "/store", opt)
		if err != nil {
			t.Errorf("%s, bit %d: %v", segment, bit, err)
			continue
		}
		report := s.Report()
		if len(report.Damage) == 0 && report.CutTail == 0 {
			t.Errorf("%s, bit %d: not noticed", segment, bit)
		}
		if len(report.Aside) == 0 {
			t.Errorf("%s, bit %d: nothing kept aside", segment, bit)
		}
		if gone := missing(t, s, n); gone > 1 {
			t.Errorf("%s, bit %d: %d notes gone with one entry", segment, bit, gone)
		}
		if err := notes(s).Put(t.Context(), "next", note{}); err != nil {
			t.Errorf("%s, bit %d: nothing can be saved: %v", segment, bit, err)
		}
		gone := missing(t, s, n)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		again := open(t, "/store", opt)
		if r := again.Report(); r.Damage != nil || r.CutTail > 0 || missing(t, again, n) != gone {
			t.Errorf("%s, bit %d: not mended for good: %+v", segment, bit, r)
		}
	}
}

type folder map[string][]byte

func copyOf(t *testing.T, disk *simdisk.Disk) folder {
	t.Helper()
	all := folder{}
	for _, name := range disk.Files() {
		f, err := disk.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		size, _ := f.Size()
		all[name] = make([]byte, size)
		if size > 0 {
			if _, err := f.ReadAt(all[name], 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

func restore(t *testing.T, disk *simdisk.Disk, all folder) {
	t.Helper()
	for name, data := range all {
		if err := disk.MkdirAll(filepath.Dir(name)); err != nil {
			t.Fatal(err)
		}
		f, err := disk.Create(name)
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// With its index the store gets back what the journal has lost.
func TestADamagedJournalLosesNothingWhileTheIndexIsWhole(t *testing.T) {
	const n = 20
	for name, harm := range map[string]func(data []byte) []byte{
		"first bytes":    func(d []byte) []byte { d[3] ^= 1; return d },
		"middle":         func(d []byte) []byte { d[len(d)/2] ^= 1; return d },
		"last entry":     func(d []byte) []byte { d[len(d)-1] ^= 1; return d },
		"end missing":    func(d []byte) []byte { return d[:len(d)/2] },
		"an entry fewer": func(d []byte) []byte { return d[:len(d)-100] },
		"nothing left":   func([]byte) []byte { return nil },
		"zeros":          func(d []byte) []byte { clear(d[len(d)/3:]); return d },
		"no file":        nil,
	} {
		for place, of := range map[string]int{"first": 0, "middle": 1, "last": 2} {
			t.Run(name+" of the "+place+" file", func(t *testing.T) {
				dir := t.TempDir()
				written(t, dir, storage.Options{}, n)
				segments, err := filepath.Glob(filepath.Join(dir, "journal", "*.seg"))
				if err != nil || len(segments) < 3 {
					t.Fatal(segments, err)
				}
				spoil(t, segments[(len(segments)-1)*of/2], harm)
				for _, when := range []string{"at once", "later"} {
					s := open(t, dir, storage.Options{})
					r := s.Report()
					if gone := missing(t, s, n); gone > 0 || r.Lost > 0 {
						t.Errorf("%s: %d notes gone, %d reported", when, gone, r.Lost)
					}
					if when == "at once" && len(r.Damage) == 0 || when == "later" && len(r.Damage) > 0 {
						t.Errorf("%s: damage %v", when, r.Damage)
					}
					s.Close()
					// It stands without the index again.
					if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// Entries that the index vouches for are not opened while all is well. When it
// isn't, the fault is found in the entry that has it, index or no index.
func TestDamageIsFoundWhereItIsWithAnIndexAsWithout(t *testing.T) {
	whole := t.TempDir()
	written(t, whole, storage.Options{}, 20)
	segments, err := filepath.Glob(filepath.Join(whole, "journal", "*.seg"))
	if err != nil || len(segments) < 3 {
		t.Fatal(segments, err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	tries := 40
	if testing.Short() {
		tries = 10
	}
	for try := range tries {
		segment := filepath.Base(segments[try%(len(segments)-1)]) // the end of the last may as well be a write that was cut
		at := r.IntN(4000)
		var found [2]string
		for i, isIndexed := range []bool{true, false} {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			if !isIndexed {
				if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
					t.Fatal(err)
				}
			}
			spoil(t, filepath.Join(dir, "journal", segment), func(d []byte) []byte { d[at%len(d)] ^= 1; return d })
			s := open(t, dir, storage.Options{})
			for _, d := range s.Report().Damage {
				found[i] += fmt.Sprintf("%s at %d;", d.File, d.Offset)
			}
			if gone := missing(t, s, 20); isIndexed && gone > 0 {
				t.Errorf("%s, byte %d: %d notes gone", segment, at, gone)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if found[0] != found[1] || found[0] == "" {
			t.Errorf("%s, byte %d: with the index damage was found in %q, without it in %q", segment, at, found[0], found[1])
		}
	}
}

// spoil changes a file, or removes it when harm is nil.
func spoil(t *testing.T, file string, harm func([]byte) []byte) {
	t.Helper()
	if harm == nil {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, harm(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAClockTwentyYearsOffIsHarmless(t *testing.T) {
	dir := t.TempDir()
	written(t, dir, storage.Options{}, 20)
	synctest.Test(t, func(t *testing.T) { // begins in the year 2000
		if time.Now().Year() != 2000 {
			t.Skip("the bubble's clock is not off")
		}
		s, err := storage.Open(context.Background(), dir, storage.Options{NoBallast: true})
		if err != nil {
			t.Fatal(err)
		}
		if gone := missing(t, s, 20); gone > 0 || s.Report().Rebuilt != nil {
			t.Errorf("%d notes gone in 2000, %+v", gone, s.Report())
		}
		if err := notes(s).Put(context.Background(), "millennium", note{Title: "2000"}); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s := open(t, dir, storage.Options{})
	if gone := missing(t, s, 20); gone > 0 || s.Report().Rebuilt != nil {
		t.Errorf("%d notes gone, %+v", gone, s.Report())
	}
	if n, err := notes(s).Get(t.Context(), "millennium"); n.Title != "2000" {
		t.Error("what was written in 2000:", err)
	}
}

func TestADiskFullAtAnyWriteLosesNothing(t *testing.T) {
	refused := 0
	for seed := range uint64(150) {
		disk := simdisk.New(seed)
		opt := storage.Options{FS: roomy{disk}, MemoryIndex: true, NoBallast: true}
		b := newBook(seed)
		s, err := storage.Open(t.Context(), "/store", opt)
		if err != nil {
			t.Fatal(err)
		}
		disk.SetCapacity(disk.Used() + int64(seed)*97)
		for err == nil {
			err = b.write(t, s)
		}
		var failed *storage.FailedError
		if errors.As(err, &failed) {
			refused++
			if again := notes(s).Put(t.Context(), "more", note{}); !errors.As(again, &failed) {
				t.Errorf("seed %d: after a failure: %v", seed, again)
			}
		}
		s.Close()
		disk.SetCapacity(0)
		if s, err = storage.Open(t.Context(), "/store", opt); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := b.check(t, s); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if err := b.write(t, s); err != nil {
			t.Errorf("seed %d: with room again: %v", seed, err)
		}
	}
	if refused == 0 {
		t.Error("the disk was never full under the journal")
	}
}

// roomy says that there is room, so that the guard does not come first.
type roomy struct{ storage.FS }

func (roomy) Free(string) (uint64, error) { return 1 << 40, nil }

func TestAnErrorOfTheDiskClosesTheStoreForWriting(t *testing.T) {
	for n := 1; n <= 60; n++ {
		for _, what := range []string{"write", "sync"} {
			disk := simdisk.New(uint64(n))
			opt := storage.Options{FS: disk, MemoryIndex: true, NoBallast: true}
			b := newBook(uint64(n))
			fail := disk.FailWrite
			if what == "sync" {
				fail = disk.FailSync
			}
			fail(n)
			s, err := storage.Open(t.Context(), "/store", opt)
			for err == nil && b.writes < 100 {
				err = b.write(t, s)
			}
			// The first sync is of the folder above, which need not be ours.
			if !errors.Is(err, simdisk.ErrIO) && (what != "sync" || n > 1) {
				t.Errorf("%s %d: %v", what, n, err)
			}
			b.asked = nil // refused, and the machine did not go down: it must not be there
			if s != nil {
				s.Close()
			}
			if s, err = storage.Open(t.Context(), "/store", opt); err != nil {
				t.Fatalf("%s %d: %v", what, n, err)
			}
			if err := b.check(t, s); err != nil {
				t.Errorf("%s %d: %v", what, n, err)
			}
		}
	}
}

func TestTooLittleSpaceIsSaidBeforeAnythingIsWritten(t *testing.T) {
	disk := simdisk.New(1)
	opt := storage.Options{FS: disk, MemoryIndex: true}
	s, err := storage.Open(t.Context(), "/store", opt)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	disk.SetCapacity(disk.Used() + 60<<20)
	if _, _, err := s.Blobs().Put(t.Context(), strings.NewReader("a photo")); !errors.Is(err, storage.ErrSpace) {
		t.Error("an attachment:", err)
	}
	if err := notes(s).Put(t.Context(), "a", note{}); err != nil {
		t.Error("the ballast was not given up for a text:", err)
	}
	if _, low, err := s.Space(); !low || err != nil {
		t.Error("nobody is told that the ballast is gone", err)
	}
	disk.SetCapacity(disk.Used() + 60<<20)
	err = notes(s).Put(t.Context(), "b", note{})
	var space *storage.SpaceError
	if !errors.As(err, &space) || space.Free != 60<<20 || space.Need < 64<<20 {
		t.Error(err)
	}
	if n, err := notes(s).Get(t.Context(), "a"); err != nil {
		t.Error("reading:", n, err)
	}
	disk.SetCapacity(0)
	if err := notes(s).Put(t.Context(), "b", note{}); err != nil {
		t.Error("with room again:", err)
	}
}

func TestADamagedAttachmentIsNoticed(t *testing.T) {
	disk := simdisk.New(1)
	s := open(t, "/store", storage.Options{FS: disk, MemoryIndex: true})
	data := bytes.Repeat([]byte("0123456789"), 5000)
	h, size, err := s.Blobs().Put(t.Context(), bytes.NewReader(data))
	if err != nil || size != int64(len(data)) {
		t.Fatal(size, err)
	}
	leaf := make([]byte, 8<<10)
	blob, err := s.Blobs().Open(h)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at+len(leaf) <= len(data); at += len(leaf) {
		if _, err := blob.ReadAt(leaf, int64(at)); err != nil || !bytes.Equal(leaf, data[at:at+len(leaf)]) {
			t.Fatalf("leaf at %d: %v", at, err)
		}
	}
	blob.Close()
	var file string
	for _, name := range disk.Files() {
		if strings.Contains(name, "blobs") {
			file = name
		}
	}
	info, err := disk.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	for bit := int64(0); bit < info.Size*8; bit += 997 {
		if err := disk.Flip(file, bit); err != nil {
			t.Fatal(err)
		}
		var damage *storage.DamageError
		blob, err := s.Blobs().Open(h)
		if err == nil {
			_, err = io.Copy(io.Discard, blob)
			blob.Close()
		}
		if !errors.As(err, &damage) {
			t.Errorf("bit %d: %v", bit, err)
		}
		if err := disk.Flip(file, bit); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Blobs().Delete(t.Context(), h); err != nil {
		t.Error(err)
	}
	if _, err := s.Blobs().Open(h); !errors.Is(err, storage.ErrNotFound) {
		t.Error(err)
	}
}
