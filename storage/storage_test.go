package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

type note struct {
	Title string
	Text  string
}

func notes(s *storage.Store) *storage.Collection[note] {
	return storage.NewCollection[note](s, storage.KindText)
}

// open opens a store that is closed at the end of the test.
func open(t testing.TB, dir string, opt storage.Options) *storage.Store {
	t.Helper()
	opt.NoBallast = true
	s, err := storage.Open(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func onDisk(seed uint64) storage.Options {
	return storage.Options{FS: simdisk.New(seed), MemoryIndex: true}
}

// each runs a test on both indexes.
func each(t *testing.T, f func(t *testing.T, dir string, opt storage.Options)) {
	t.Run("Badger", func(t *testing.T) { f(t, t.TempDir(), storage.Options{}) })
	t.Run("Phone", func(t *testing.T) { f(t, t.TempDir(), storage.Options{Profile: storage.Phone}) })
	t.Run("Memory", func(t *testing.T) { f(t, "/store", onDisk(1)) })
}

func TestWhatWasPutIsThereAfterAReopen(t *testing.T) {
	each(t, func(t *testing.T, dir string, opt storage.Options) {
		ctx := t.Context()
		s := open(t, dir, opt)
		for i := range 50 {
			if err := notes(s).Put(ctx, fmt.Sprint(i), note{Title: fmt.Sprint("n", i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := notes(s).Delete(ctx, "7"); err != nil {
			t.Fatal(err)
		}
		before, err := s.Incarnation(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check := func(s *storage.Store) {
			t.Helper()
			n, last := 0, ""
			for item, err := range notes(s).All(ctx) {
				if err != nil {
					t.Fatal(err)
				}
				if item.Key <= last || item.Value.Title != "n"+item.Key {
					t.Errorf("%q after %q holds %+v", item.Key, last, item.Value)
				}
				last = item.Key
				n++
			}
			if n != 49 {
				t.Errorf("%d notes, want 49", n)
			}
			if _, err := notes(s).Get(ctx, "7"); !errors.Is(err, storage.ErrNotFound) {
				t.Errorf("the deleted note: %v", err)
			}
		}
		check(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, opt)
		check(s)
		if after, err := s.Incarnation(ctx); err != nil || after != before {
			t.Errorf("incarnation %d, then %d (%v)", before, after, err)
		}
		if r := s.Report(); r.Rebuilt != nil || r.Damage != nil || r.CutTail != 0 {
			t.Errorf("a clean stop was reported as %+v", r)
		}
	})
}

func TestUpdatesFollowOneAnother(t *testing.T) {
	each(t, func(t *testing.T, dir string, opt storage.Options) {
		s := open(t, dir, opt)
		counter := storage.NewCollection[int](s, storage.KindSettings)
		const people, times = 8, 25
		var wg sync.WaitGroup
		for range people {
			wg.Go(func() {
				for range times {
					err := s.Update(t.Context(), func(tx *storage.Tx) error {
						n, err := counter.In(tx).Get("n")
						if err != nil && !errors.Is(err, storage.ErrNotFound) {
							return err
						}
						return counter.In(tx).Put("n", n+1)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n, err := counter.Get(t.Context(), "n"); n != people*times {
			t.Errorf("counted to %d (%v), want %d", n, err, people*times)
		}
	})
}

func TestAnUpdateThatFailsChangesNothing(t *testing.T) {
	s := open(t, "/store", onDisk(1))
	sorry := errors.New("sorry")
	err := s.Update(t.Context(), func(tx *storage.Tx) error {
		if err := notes(s).In(tx).Put("a", note{}); err != nil {
			return err
		}
		if _, err := notes(s).In(tx).Get("a"); err != nil {
			t.Error("an Update does not see its own change:", err)
		}
		return sorry
	})
	if !errors.Is(err, sorry) {
		t.Error(err)
	}
	if _, err := notes(s).Get(t.Context(), "a"); !errors.Is(err, storage.ErrNotFound) {
		t.Error(err)
	}
}

func TestASecondStartInTheSameFolderIsRefused(t *testing.T) {
	each(t, func(t *testing.T, dir string, opt storage.Options) {
		s := open(t, dir, opt)
		if _, err := storage.Open(t.Context(), dir, opt); !errors.Is(err, storage.ErrInUse) {
			t.Errorf("second start: %v", err)
		}
		if err := notes(s).Put(t.Context(), "a", note{}); err != nil {
			t.Error("the first is disturbed:", err)
		}
		s.Close()
		open(t, dir, opt)
	})
}

func TestThePassphraseIsAskedFor(t *testing.T) {
	dir, opt := "/store", onDisk(1)
	opt.Profile = storage.Phone
	with := opt
	with.Passphrase = []byte("mti wa mwembe")
	s := open(t, dir, with)
	if err := notes(s).Put(t.Context(), "a", note{Title: "kept"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := storage.Open(t.Context(), dir, opt); !errors.Is(err, storage.ErrPassphraseNeeded) {
		t.Error("without:", err)
	}
	wrong := opt
	wrong.Passphrase = []byte("mti wa muembe")
	if _, err := storage.Open(t.Context(), dir, wrong); !errors.Is(err, storage.ErrPassphraseWrong) {
		t.Error("wrong:", err)
	}
	s = open(t, dir, with)
	if err := s.SetPassphrase(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir, opt)
	if n, err := notes(s).Get(t.Context(), "a"); n.Title != "kept" {
		t.Error(n, err)
	}
}

func TestNothingTypedCanBeReadInTheFolder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, storage.Options{})
	secret := []byte("the minister's brother")
	for i := range 2000 { // more than waits in memory for the index
		n := note{Text: strings.Repeat(string(secret), 30)}
		if err := notes(s).Put(t.Context(), fmt.Sprint("key of the minister's brother", i), n); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Blobs().Put(t.Context(), bytes.NewReader(bytes.Repeat(secret, 1000))); err != nil {
		t.Fatal(err)
	}
	lookFor(t, dir, secret) // in Badger's log
	s.Close()
	lookFor(t, dir, secret) // in its tables
}

func lookFor(t *testing.T, dir string, secret []byte) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, secret) {
			t.Errorf("%s holds it in plain", path)
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("looked at %d files: %v", files, err)
	}
}

func TestAFieldOfANewerProgramStays(t *testing.T) {
	type newer struct{ Title, Text, Mood string }
	s := open(t, "/store", onDisk(1))
	ctx := t.Context()
	later := storage.NewCollection[newer](s, storage.KindText)
	if err := later.Put(ctx, "a", newer{"one", "two", "glad"}); err != nil {
		t.Fatal(err)
	}
	n, err := notes(s).Get(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	n.Text = "three"
	if err := notes(s).Put(ctx, "a", n); err != nil {
		t.Fatal(err)
	}
	if got, err := later.Get(ctx, "a"); got != (newer{"one", "three", "glad"}) {
		t.Error(got, err)
	}
}

func TestWatchTellsOfChanges(t *testing.T) {
	s := open(t, "/store", onDisk(1))
	ctx, stop := context.WithCancel(t.Context())
	seen := notes(s).Watch(ctx)
	if err := storage.NewCollection[int](s, storage.KindSettings).Put(ctx, "x", 1); err != nil {
		t.Fatal(err)
	}
	select {
	case <-seen:
		t.Error("told of another collection")
	default:
	}
	if err := notes(s).Put(ctx, "a", note{}); err != nil {
		t.Fatal(err)
	}
	<-seen
	stop()
	if _, more := <-seen; more {
		t.Error("a signal after the end")
	}
}
