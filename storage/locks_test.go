package storage_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

func phrase(p string) storage.Unlocking { return storage.Unlocking{Passphrase: []byte(p)} }

// each person's folder tells nothing that they wrote, not even titles.
func TestPeopleShareADeviceAndTellNothingBeforeUnlocking(t *testing.T) {
	dir := t.TempDir()
	people := storage.OpenPeople(dir, storage.Options{Profile: storage.Phone, NoBallast: true})
	for _, name := range []string{"Amina", "Babu"} {
		who, s, err := people.Add(t.Context(), phrase("the passphrase of "+name))
		if err != nil {
			t.Fatal(err)
		}
		if err := notes(s).Put(t.Context(), name, note{Title: name, Text: "by " + name}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(who.ID, name) || !who.Locked || who.Word == "" {
			t.Errorf("%+v", who)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	list, err := people.List()
	if err != nil || len(list) != 2 || list[0].Number != 1 || list[1].Number != 2 || list[0].ID == list[1].ID {
		t.Fatal(list, err)
	}
	for _, name := range []string{"Amina", "Babu"} {
		lookFor(t, dir, []byte(name))
	}
	if _, err := people.Open(t.Context(), list[0].ID, phrase("the passphrase of Babu")); !errors.Is(err, storage.ErrPassphraseWrong) {
		t.Error("one opens the other's:", err)
	}
	if _, err := people.Open(t.Context(), list[0].ID, storage.Unlocking{}); !errors.Is(err, storage.ErrPassphraseNeeded) {
		t.Error(err)
	}
	for _, id := range []string{"", "..", "3-baki", "1-../..", list[0].ID + "/.."} {
		if _, err := people.Open(t.Context(), id, phrase("x")); !errors.Is(err, storage.ErrNobody) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if err := people.Wipe(t.Context(), list[0].ID); err != nil {
		t.Error(err)
	}
	s, err := people.Open(t.Context(), list[1].ID, phrase("the passphrase of Babu"))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := notes(s).Get(t.Context(), "Babu"); n.Text != "by Babu" {
		t.Error(n, err)
	}
	if err := people.Wipe(t.Context(), list[1].ID); !errors.Is(err, storage.ErrInUse) {
		t.Error("an open store was wiped:", err)
	}
	s.Close()
	if list, err = people.List(); err != nil || len(list) != 1 || list[0].Number != 2 {
		t.Error(list, err)
	}
}

// A device that was one person's before stays theirs.
func TestTheStoreOfBeforeIsTheFirstPersons(t *testing.T) {
	dir := t.TempDir()
	written(t, dir, storage.Options{}, 3)
	people := storage.OpenPeople(dir, storage.Options{NoBallast: true})
	_, s, err := people.Add(t.Context(), storage.Unlocking{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	list, err := people.List()
	if err != nil || len(list) != 2 || list[0].Locked {
		t.Fatal(list, err)
	}
	s, err = people.Open(t.Context(), list[0].ID, storage.Unlocking{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if gone := missing(t, s, 3); gone > 0 {
		t.Error(gone, "notes gone")
	}
}

func TestWrongPassphrasesHoldUpTheNextAlsoAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := simdisk.New(1)
		opt := storage.Options{FS: disk, MemoryIndex: true, NoBallast: true, Profile: storage.Phone, Unlocking: phrase("mti wa mwembe")}
		s, err := storage.Open(t.Context(), "/store", opt)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		try := func(p string) (time.Duration, error) {
			opt.Unlocking = phrase(p)
			begun := time.Now()
			s, err := storage.Open(t.Context(), "/store", opt)
			if err == nil {
				s.Close()
			}
			return time.Since(begun), err
		}
		var waited []time.Duration
		for range 13 {
			announced := storage.Delay(disk, "/store")
			d, err := try("wrong")
			if !errors.Is(err, storage.ErrPassphraseWrong) || d != announced {
				t.Errorf("after %v, of which %v were announced: %v", d, announced, err)
			}
			waited = append(waited, d/time.Second)
		}
		if want := []time.Duration{0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}; !slices.Equal(waited, want) {
			t.Errorf("waited %d s, want %d s", waited, want)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, err := storage.Open(ctx, "/store", opt); !errors.Is(err, context.DeadlineExceeded) {
			t.Error("who waits can't give up:", err)
		}
		if d, err := try("mti wa mwembe"); err != nil || d != 300*time.Second {
			t.Error("the right one:", d, err)
		}
		if d, err := try("wrong"); d != 0 {
			t.Error("the right one did not forget the wrong ones:", d, err)
		}
	})
}

func TestANewPassphraseWritesTheKeysAloneAnew(t *testing.T) {
	dir := t.TempDir()
	opt := storage.Options{Profile: storage.Phone, Unlocking: phrase("the old one")}
	written(t, dir, opt, 10)
	s := open(t, dir, opt)
	before := contents(t, filepath.Join(dir, "journal"), "*")
	if err := s.SetPassphrase(t.Context(), []byte("the new one")); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, contents(t, filepath.Join(dir, "journal"), "*")) {
		t.Error("more than the keys has changed")
	}
	s.Close()
	if _, err := storage.Open(t.Context(), dir, opt); !errors.Is(err, storage.ErrPassphraseWrong) {
		t.Error("the old one:", err)
	}
	opt.Unlocking = phrase("the new one")
	if gone := missing(t, open(t, dir, opt), 10); gone > 0 {
		t.Error(gone, "notes gone")
	}
}

// contents are all files of a folder in a row.
func contents(t *testing.T, dir, pattern string) (all []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

func TestRecoveryWordsOpenTheStoreOnceTwoWereAskedBack(t *testing.T) {
	dir, opt := "/store", onDisk(1)
	opt.Profile, opt.Unlocking = storage.Phone, phrase("forgotten")
	s := open(t, dir, opt)
	if err := notes(s).Put(t.Context(), "a", note{Title: "kept"}); err != nil {
		t.Fatal(err)
	}
	r, err := s.NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	list := r.Words.List()
	if len(list) != 12 || r.Ask[0] < 1 || r.Ask[0] >= r.Ask[1] || r.Ask[1] > 12 {
		t.Fatal(list, r.Ask)
	}
	if err := r.Confirm(t.Context(), list[r.Ask[0]-1], "zzzz"); !errors.Is(err, storage.ErrWordsAsked) {
		t.Error("a wrong word:", err)
	}
	if _, words, _ := s.Locks(); words {
		t.Error("words open the store that nobody has shown to have written down")
	}
	if err := r.Confirm(t.Context(), " "+strings.ToUpper(list[r.Ask[0]-1]), list[r.Ask[1]-1]); err != nil {
		t.Fatal(err)
	}
	if p, words, key := s.Locks(); !p || !words || key {
		t.Error(s.Locks())
	}
	s.Close()
	typed, err := storage.ParseWords(strings.ToUpper(strings.Join(list, ", ")))
	if err != nil {
		t.Fatal(err)
	}
	with := opt
	with.Unlocking = storage.Unlocking{Words: typed}
	s = open(t, dir, with)
	if n, err := notes(s).Get(t.Context(), "a"); n.Title != "kept" {
		t.Error(n, err)
	}
	// A new passphrase leaves the words as they are; new words replace them.
	if err := s.SetPassphrase(t.Context(), []byte("a new one")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir, with)
	other, err := s.NewRecovery()
	if err == nil {
		err = other.Confirm(t.Context(), other.Words.List()[other.Ask[0]-1], other.Words.List()[other.Ask[1]-1])
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := storage.Open(t.Context(), dir, with); !errors.Is(err, storage.ErrWordsWrong) {
		t.Error("the old words:", err)
	}
	with.Unlocking = storage.Unlocking{Words: other.Words}
	s = open(t, dir, with)
	if err := s.DropRecovery(t.Context()); err != nil {
		t.Error(err)
	}
	s.Close()
	if _, err := storage.Open(t.Context(), dir, with); err == nil {
		t.Error("words that were dropped open it")
	}
}

func TestRecoveryWordsAreCheckedAsTheyAreTyped(t *testing.T) {
	words := storage.Words(bytes.Repeat([]byte{0xa5}, 16))
	text := words.String()
	if got, err := storage.ParseWords("1. " + strings.ReplaceAll(text, " ", "\n 2.")); err != nil || !bytes.Equal(got, words) {
		t.Error(got, err)
	}
	list := words.List()
	for i := range list { // every word wrong, in turn
		for _, wrong := range []string{"baba", "kizu", list[(i+1)%12]} {
			bad := slices.Clone(list)
			if bad[i] == wrong {
				continue
			}
			bad[i] = wrong
			if _, err := storage.ParseWords(strings.Join(bad, " ")); err == nil {
				t.Errorf("%s in place %d was not noticed", wrong, i+1)
			}
		}
	}
	var at *storage.WordError
	if _, err := storage.ParseWords(strings.Replace(text, list[4], "caxe", 1)); !errors.As(err, &at) || at.Number > 5 || at.Word != "caxe" {
		t.Error(err)
	}
	for _, short := range []string{"", "baki", text + " baki", strings.Repeat("a", 1<<20)} {
		if _, err := storage.ParseWords(short); !errors.Is(err, storage.ErrWordsCount) {
			t.Error(len(short), err)
		}
	}
}

func FuzzParseWords(f *testing.F) {
	f.Add(storage.Words(make([]byte, 16)).String())
	f.Add("baki tomu")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := storage.ParseWords(text)
		if err != nil {
			return
		}
		if again, err := storage.ParseWords(w.String()); err != nil || !bytes.Equal(again, w) {
			t.Errorf("%q is read as %q", text, w)
		}
	})
}

func TestAKeyKeptElsewhereLocksAStoreThatNobodyIsAt(t *testing.T) {
	dir := t.TempDir()
	written(t, dir, storage.Options{}, 5)
	s := open(t, dir, storage.Options{})
	key := bytes.Repeat([]byte{7}, 32)
	if err := s.SetKey(t.Context(), key[:31]); err == nil {
		t.Error("a short key was taken")
	}
	if err := s.SetKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := os.Stat(filepath.Join(dir, "kek")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the key beside is still there:", err)
	}
	if _, err := storage.Open(t.Context(), dir, storage.Options{}); !errors.Is(err, storage.ErrKeyNeeded) {
		t.Error(err)
	}
	wrong := storage.Options{Unlocking: storage.Unlocking{Key: bytes.Repeat([]byte{8}, 32)}}
	if _, err := storage.Open(t.Context(), dir, wrong); !errors.Is(err, storage.ErrKeyWrong) {
		t.Error(err)
	}
	if gone := missing(t, open(t, dir, storage.Options{Unlocking: storage.Unlocking{Key: key}}), 5); gone > 0 {
		t.Error(gone, "notes gone")
	}
}

func TestOneBadSectorDoesNotTakeTheKeys(t *testing.T) {
	for _, harm := range []string{"flip", "cut", "gone"} {
		for _, name := range []string{"keys", "keys.copy"} {
			dir := t.TempDir()
			written(t, dir, storage.Options{}, 5)
			file := filepath.Join(dir, name)
			spoil(t, file, map[string]func([]byte) []byte{
				"flip": func(b []byte) []byte { b[2] ^= 1; return b },
				"cut":  func(b []byte) []byte { return b[:50] },
			}[harm])
			s := open(t, dir, storage.Options{})
			if gone := missing(t, s, 5); gone > 0 {
				t.Errorf("%s %s: %d notes gone", name, harm, gone)
			}
			s.Close()
			if a, b := contents(t, dir, "keys*"), contents(t, dir, name); len(a) != 2*108 || len(b) == 0 {
				t.Errorf("%s %s: it was not put right: %d bytes", name, harm, len(a))
			}
		}
	}
}

func TestAWipeTakesTheKeysFirst(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	opt := storage.Options{Profile: storage.Phone, Unlocking: phrase("mti wa mwembe")}
	written(t, dir, opt, 5)
	ctx, stop := context.WithCancel(t.Context())
	stop() // ends it after the slots
	if err := storage.Wipe(ctx, nil, dir); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := storage.Open(t.Context(), dir, opt); !errors.Is(err, storage.ErrKeysMissing) {
		t.Error("opened after its slots were destroyed:", err)
	}
	if err := storage.Wipe(t.Context(), nil, dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := storage.Wipe(t.Context(), nil, dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("nothing there:", err)
	}
}
