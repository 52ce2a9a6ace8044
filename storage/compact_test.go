package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

func TestCompactingKeepsEverythingAndGivesTheRestBack(t *testing.T) {
	each(t, func(t *testing.T, dir string, opt storage.Options) {
		const n = 20
		written(t, dir, opt, n)
		s := open(t, dir, opt)
		storage.SetSegmentSize(s, 5000)
		for i := range 300 {
			if err := notes(s).Put(t.Context(), "often", note{Text: strings.Repeat("word ", i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := notes(s).Delete(t.Context(), "0003"); err != nil {
			t.Fatal(err)
		}
		for round := range 3 {
			done, err := s.Compact(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if round == 0 && done.After*5 > done.Before || done.Values != n+1 { // and the incarnation
				t.Errorf("%+v", done)
			}
			if err := notes(s).Put(t.Context(), "after", note{Title: fmt.Sprint(round)}); err != nil {
				t.Fatal(err)
			}
			if err := notes(s).Delete(t.Context(), "after"); err != nil {
				t.Fatal(err)
			}
		}
		before, err := s.Incarnation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if gone := missing(t, s, n); gone != 1 {
				t.Errorf("%d notes gone, one was deleted", gone)
			}
			if now, err := s.Incarnation(t.Context()); now != before {
				t.Error("another incarnation", err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir, opt)
			if r := s.Report(); r.Rebuilt != nil || r.Damage != nil || r.CutTail > 0 {
				t.Errorf("%+v", r)
			}
		}
		if opt.FS == nil {
			if _, err := os.Stat(filepath.Join(dir, "journal.old")); !errors.Is(err, fs.ErrNotExist) {
				t.Error("the old journal is still there:", err)
			}
		}
	})
}

func TestWritingGoesOnWhileTheJournalIsCompacted(t *testing.T) {
	each(t, func(t *testing.T, dir string, opt storage.Options) {
		const people, times, keys = 4, 300, 7
		s := open(t, dir, opt)
		storage.SetSegmentSize(s, 50_000)
		var wg sync.WaitGroup
		for p := range people {
			wg.Go(func() {
				for i := range times {
					n := note{Title: fmt.Sprint(i), Text: strings.Repeat("x", i)}
					if err := notes(s).Put(t.Context(), fmt.Sprint(p, " ", i%keys), n); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		written := make(chan struct{})
		go func() { wg.Wait(); close(written) }()
		rounds := 0
		for more := true; more; rounds++ {
			if _, err := s.Compact(t.Context()); err != nil {
				t.Fatal(err)
			}
			select {
			case <-written:
				more = false
			default:
			}
		}
		t.Log(rounds, "times")
		for range 2 {
			for p := range people {
				for i := times - keys; i < times; i++ {
					if n, err := notes(s).Get(t.Context(), fmt.Sprint(p, " ", i%keys)); n.Title != fmt.Sprint(i) {
						t.Errorf("%d has %q in the place of %d (%v)", p, n.Title, i, err)
					}
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir, opt)
			if r := s.Report(); r.Damage != nil || r.Rebuilt != nil {
				t.Errorf("%+v", r)
			}
		}
	})
}

func TestACompactionThatIsStoppedChangesNothing(t *testing.T) {
	const n = 20
	disk := simdisk.New(1)
	opt := storage.Options{FS: disk, MemoryIndex: true, NoBallast: true}
	written(t, "/store", opt, n)
	s := open(t, "/store", opt)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Compact(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	disk.SetCapacity(disk.Used() + 64<<20 + 100)
	if _, err := s.Compact(t.Context()); !errors.Is(err, storage.ErrSpace) {
		t.Error(err)
	}
	disk.SetCapacity(0)
	for i := 1; i < 12; i++ {
		disk.FailSync(i)
		_, err := s.Compact(t.Context())
		disk.FailSync(0)
		var failed *storage.FailedError
		if err != nil && errors.As(err, &failed) {
			s.Close()
			s = open(t, "/store", opt)
		}
		if gone := missing(t, s, n); gone > 0 {
			t.Errorf("sync %d failed (%v): %d notes gone", i, err, gone)
		}
		if err := notes(s).Put(t.Context(), "next", note{}); err != nil {
			t.Errorf("sync %d: %v", i, err)
		}
	}
}

// Until the new journal was read twice the old one is there to mend it from.
func TestADamagedNewJournalIsMendedFromTheOneBefore(t *testing.T) {
	const n, later = 20, 5
	disk := simdisk.New(1)
	opt := storage.Options{FS: disk, MemoryIndex: true}
	written(t, "/store", opt, n)
	s := open(t, "/store", opt)
	storage.SetSegmentSize(s, 5000)
	if _, err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range later {
		if err := notes(s).Put(t.Context(), fmt.Sprint("later", i), note{}); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	original := copyOf(t, disk)
	var segments []string
	for name := range original {
		if strings.HasSuffix(name, ".seg") && !strings.Contains(name, "journal.old") {
			segments = append(segments, name)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for try := range 300 {
		disk := simdisk.New(1)
		restore(t, disk, original)
		segment := segments[try%len(segments)]
		bit := r.Int64N(int64(len(original[segment])) * 8)
		if try%4 == 0 {
			bit = r.Int64N(112 * 8)
		}
		if err := disk.Flip(segment, bit); err != nil {
			t.Fatal(err)
		}
		s := open(t, "/store", storage.Options{FS: disk, MemoryIndex: true})
		report := s.Report()
		if gone := missing(t, s, n); gone > 0 {
			t.Errorf("%s, bit %d: %d of the notes from before are gone", segment, bit, gone)
		}
		gone := uint64(0)
		for i := range later {
			if _, err := notes(s).Get(t.Context(), fmt.Sprint("later", i)); err != nil {
				gone++
			}
		}
		if gone > 1 || report.Lost != gone && report.CutTail == 0 || report.Damage == nil && report.CutTail == 0 {
			t.Errorf("%s, bit %d: %d of the later ones gone, %+v", segment, bit, gone, report)
		}
		s.Close()
		again := open(t, "/store", storage.Options{FS: disk, MemoryIndex: true})
		if r := again.Report(); r.Damage != nil || missing(t, again, n) > 0 {
			t.Errorf("%s, bit %d: not mended for good: %+v", segment, bit, r)
		}
	}
}

// unreadable is a disk with one bad sector in a file, until its folder is renamed.
type unreadable struct {
	storage.FS
	name string
	at   int64
}

func (u *unreadable) Rename(from, to string) error {
	if filepath.Dir(u.name) == from {
		u.name = filepath.Join(to, filepath.Base(u.name))
	}
	return u.FS.Rename(from, to)
}

type unreadableFile struct {
	storage.File
	at int64
}

func (u *unreadable) Open(name string) (storage.File, error) {
	f, err := u.FS.Open(name)
	if err != nil || name != u.name {
		return f, err
	}
	return unreadableFile{f, u.at}, nil
}

const sector = 512

func (f unreadableFile) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) <= f.at || at >= f.at+sector {
		return f.File.ReadAt(p, at)
	}
	n, err := f.File.ReadAt(p[:max(0, f.at-at)], at)
	return n, errors.Join(err, &fs.PathError{Op: "read", Path: "a file", Err: syscall.EIO})
}

func TestASectorThatCantBeReadTakesOnlyWhatIsInIt(t *testing.T) {
	each(t, func(t *testing.T, dir string, opt storage.Options) {
		const n = 60
		for try := range 20 {
			dir := filepath.Join(dir, fmt.Sprint(try))
			s := open(t, dir, opt)
			storage.SetSegmentSize(s, 60_000)
			for i := range n {
				key := fmt.Sprintf("%04d", i)
				if err := notes(s).Put(t.Context(), key, note{Title: key, Text: strings.Repeat("word ", 500)}); err != nil {
					t.Fatal(err)
				}
			}
			s.Close()
			whole := opt.FS
			if whole == nil {
				whole = storage.OS{}
			}
			bad := &unreadable{whole, filepath.Join(dir, "journal", fmt.Sprintf("%08d.seg", 1+try%3)), int64(try) * 1900 / sector * sector}
			if try < 3 {
				bad.at = 0 // the header
			}
			with := opt
			with.FS = bad
			s = open(t, dir, with)
			r := s.Report()
			there := 0
			for i := range n {
				if _, err := notes(s).Get(t.Context(), fmt.Sprintf("%04d", i)); err == nil {
					there++
				}
			}
			most := 4 // what a page may hold of it
			if !opt.MemoryIndex {
				most = 0 // the index has it
			}
			if try == 0 && r.Lost > 0 {
				r.Lost-- // the incarnation, with the header
			}
			if there < n-most || uint64(n-there) != r.Lost {
				t.Errorf("try %d: %d of %d there, %d said to be lost", try, there, n, r.Lost)
			}
			if len(r.Damage) != 1 || !errors.Is(r.Damage[0], syscall.EIO) && try >= 3 {
				t.Errorf("try %d: %v", try, r.Damage)
			}
			if err := notes(s).Put(t.Context(), "next", note{}); err != nil {
				t.Error(err)
			}
			s.Close()
			s = open(t, dir, with) // the bad file is aside
			if r := s.Report(); r.Damage != nil {
				t.Errorf("try %d: not mended for good: %+v", try, r)
			}
			s.Close()
		}
	})
}

// When nothing can be read at all the disk is broken, not the journal.
func TestADiskThatGivesNothingBackIsNotTakenForDamage(t *testing.T) {
	dir := t.TempDir()
	written(t, dir, storage.Options{MemoryIndex: true}, 20)
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = storage.Open(t.Context(), dir, storage.Options{FS: dead{storage.OS{}}, MemoryIndex: true, NoBallast: true})
	if !errors.Is(err, syscall.EIO) {
		t.Error(err)
	}
	after, err := os.ReadDir(dir)
	if err != nil || len(after) != len(before) {
		t.Error("something was moved:", after, err)
	}
}

type dead struct{ storage.FS }

func (d dead) Open(name string) (storage.File, error) {
	f, err := d.FS.Open(name)
	if err == nil && strings.HasSuffix(name, ".seg") {
		f = deadFile{f}
	}
	return f, err
}

type deadFile struct{ storage.File }

func (deadFile) ReadAt([]byte, int64) (int, error) { return 0, syscall.EIO }
