package storage_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

// book is what a person knows of a store: what it acknowledged, and what it was
// asked to do when it went down.
type book struct {
	rand   *rand.Rand
	acked  map[string]string
	asked  map[string]string // "" for a deletion; all of it or nothing
	blobs  map[storage.BlobHash][]byte
	writes int
}

func newBook(seed uint64) *book {
	return &book{
		rand:  rand.New(rand.NewPCG(seed, 1)),
		acked: map[string]string{},
		blobs: map[storage.BlobHash][]byte{},
	}
}

// write does one random thing and returns the error of the store.
func (b *book) write(t *testing.T, s *storage.Store) error {
	b.writes++
	if b.rand.IntN(15) == 0 {
		_, err := s.Compact(t.Context())
		return err
	}
	if b.rand.IntN(8) == 0 {
		data := make([]byte, b.rand.IntN(40_000))
		for i := range data {
			data[i] = byte(b.writes + i)
		}
		h, _, err := s.Blobs().Put(t.Context(), bytes.NewReader(data))
		if err == nil {
			b.blobs[h] = data
		}
		return err
	}
	b.asked = map[string]string{}
	for range 1 + b.rand.IntN(3) {
		key := fmt.Sprint("k", b.rand.IntN(12))
		if b.rand.IntN(5) == 0 {
			b.asked[key] = ""
		} else {
			b.asked[key] = fmt.Sprint(b.writes, " ", string(make([]byte, b.rand.IntN(2000))))
		}
	}
	c := storage.NewCollection[string](s, storage.KindText)
	err := s.Update(t.Context(), func(tx *storage.Tx) error {
		for _, key := range slices.Sorted(maps.Keys(b.asked)) {
			var err error
			if value := b.asked[key]; value == "" {
				err = c.In(tx).Delete(key)
			} else {
				err = c.In(tx).Put(key, value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		b.acked = b.after()
		b.asked = nil
	}
	return err
}

// after is what the store must hold if what was asked last took place.
func (b *book) after() map[string]string {
	m := maps.Clone(b.acked)
	for key, value := range b.asked {
		if value == "" {
			delete(m, key)
		} else {
			m[key] = value
		}
	}
	return m
}

// check compares the store with the book. What was asked last may have taken
// place.
func (b *book) check(t *testing.T, s *storage.Store) error {
	held := map[string]string{}
	for item, err := range storage.NewCollection[string](s, storage.KindText).All(t.Context()) {
		if err != nil {
			return err
		}
		held[item.Key] = item.Value
	}
	if after := b.after(); maps.Equal(held, after) {
		b.acked = after
	} else if !maps.Equal(held, b.acked) {
		return fmt.Errorf("the store holds %d values that are neither the %d acknowledged nor the %d asked for", len(held), len(b.acked), len(after))
	}
	b.asked = nil
	for h, data := range b.blobs {
		blob, err := s.Blobs().Open(h)
		if err != nil {
			return err
		}
		got, err := io.ReadAll(blob)
		if err = errors.Join(err, blob.Close()); err != nil {
			return err
		}
		if !bytes.Equal(got, data) {
			return errors.New("an attachment has changed")
		}
	}
	return nil
}

// crashes opens a store on a simulated disk again and again, writes until the
// power is cut, and looks what is left.
func crashes(t *testing.T, seed uint64, seen func(storage.FS) storage.FS) error {
	disk := simdisk.New(seed)
	b := newBook(seed)
	opt := storage.Options{FS: seen(disk), MemoryIndex: true, NoBallast: true}
	for round := range 6 {
		disk.CutAfter(1 + b.rand.IntN(120))
		s, err := storage.Open(t.Context(), "/store", opt)
		if err == nil && seed%2 == 0 {
			storage.SetSegmentSize(s, 4000)
		}
		for err == nil {
			err = b.write(t, s)
		}
		if !errors.Is(err, simdisk.ErrCrashed) {
			return fmt.Errorf("round %d: %w", round, err)
		}
		if b.rand.IntN(3) == 0 {
			disk.Kill()
		} else {
			disk.Crash()
		}
		if s, err = storage.Open(t.Context(), "/store", opt); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		if r := s.Report(); r.Damage != nil {
			return fmt.Errorf("round %d: a power cut was taken for damage: %w", round, r.Damage[0])
		}
		if err := b.check(t, s); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		if b.rand.IntN(2) == 0 {
			if err := s.Close(); err != nil {
				return err
			}
		} else {
			disk.Crash()
		}
	}
	return nil
}

func honest(fsys storage.FS) storage.FS { return fsys }

// liar is a disk that says it has synced files and has not.
type liar struct{ storage.FS }

type liarFile struct{ storage.File }

func (l liar) Create(name string) (storage.File, error) { return lied(l.FS.Create(name)) }
func (l liar) Append(name string) (storage.File, error) { return lied(l.FS.Append(name)) }

func lied(f storage.File, err error) (storage.File, error) {
	if err != nil {
		return nil, err
	}
	return liarFile{f}, nil
}

func (liarFile) Sync() error { return nil }

// forgetful is a disk that does not keep names.
type forgetful struct{ storage.FS }

func (forgetful) SyncDir(string) error { return nil }

func TestWhatWasAcknowledgedOutlivesAPowerCut(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 60
	}
	for seed := range seeds {
		if err := crashes(t, seed, honest); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// The test of the test: a store that acknowledges before the sync must be found out.
func TestAStoreThatAcknowledgesTooEarlyIsFoundOut(t *testing.T) {
	for name, seen := range map[string]func(storage.FS) storage.FS{
		"files":   func(f storage.FS) storage.FS { return liar{f} },
		"folders": func(f storage.FS) storage.FS { return forgetful{f} },
	} {
		found := 0
		for seed := range uint64(30) {
			if crashes(t, seed, seen) != nil {
				found++
			}
		}
		if found < 15 {
			t.Errorf("%s not synced: found in %d of 30", name, found)
		}
	}
}

// yielding lets others go on while it syncs, so that groups form.
type yielding struct{ storage.FS }

type yieldingFile struct{ storage.File }

func (l yielding) Append(name string) (storage.File, error) {
	f, err := l.FS.Append(name)
	return yieldingFile{f}, err
}

func (l yielding) Create(name string) (storage.File, error) {
	f, err := l.FS.Create(name)
	return yieldingFile{f}, err
}

func (f yieldingFile) Sync() error {
	for range 20 {
		runtime.Gosched()
	}
	return f.File.Sync()
}

// Many wait for one sync; a part of what they wrote together may be on disk, its
// end and not its beginning.
func TestAGroupThatWasTornIsNoDamage(t *testing.T) {
	cut, people := 0, 6
	for seed := range uint64(200) {
		disk := simdisk.New(seed)
		opt := storage.Options{FS: yielding{disk}, MemoryIndex: true, NoBallast: true}
		s, err := storage.Open(t.Context(), "/store", opt)
		if err != nil {
			t.Fatal(err)
		}
		disk.CutAfter(6 + int(seed%2)) // in the second write, that of those who waited
		acked := make([]int, people)
		var wg sync.WaitGroup
		for p := range people {
			wg.Go(func() {
				for i := 1; ; i++ {
					n := note{Title: fmt.Sprint(i), Text: strings.Repeat("x", 700)}
					if notes(s).Put(t.Context(), fmt.Sprint(p), n) != nil {
						return
					}
					acked[p] = i
				}
			})
		}
		wg.Wait()
		disk.Crash()
		if s, err = storage.Open(t.Context(), "/store", opt); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if r := s.Report(); r.Damage != nil {
			t.Errorf("seed %d: taken for damage: %v", seed, r.Damage[0])
		} else if r.CutTail > 0 {
			cut++
		}
		for p, n := range acked {
			got, err := notes(s).Get(t.Context(), fmt.Sprint(p))
			if i, _ := strconv.Atoi(got.Title); n > 0 && err != nil || i != n && i != n+1 {
				t.Errorf("seed %d: %d was told that %d is kept, there is %q (%v)", seed, p, n, got.Title, err)
			}
		}
	}
	if cut == 0 {
		t.Error("no write was torn")
	}
}
