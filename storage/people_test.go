package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"baraza.example/storage"
)

// deviceOfTwo is a device that was one person's before another came.
func deviceOfTwo(t *testing.T) (people *storage.People, dir, second string) {
	t.Helper()
	dir = t.TempDir()
	people = storage.OpenPeople(dir, storage.Options{Profile: storage.Phone, NoBallast: true})
	s, err := people.Open(t.Context(), storage.FirstID, storage.Unlocking{})
	if err != nil {
		t.Fatal(err)
	}
	if err := notes(s).Put(t.Context(), "first", note{Title: "first"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	who, s, err := people.Add(t.Context(), phrase("mti wa mwembe"))
	if err != nil {
		t.Fatal(err)
	}
	if err := notes(s).Put(t.Context(), "second", note{Title: "second"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	return people, dir, who.ID
}

func TestWhoWipesTheFirstPersonLeavesTheOthersAndTheLog(t *testing.T) {
	people, dir, second := deviceOfTwo(t)
	log := filepath.Join(dir, "log", "log.jsonl")
	if err := os.MkdirAll(filepath.Dir(log), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := people.Wipe(t.Context(), storage.FirstID); err != nil {
		t.Fatal(err)
	}
	list, err := people.List()
	if err != nil || len(list) != 1 || list[0].ID != second {
		t.Fatal(list, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("left are %v, %v", left, err)
	}
	if _, err := os.Stat(log); err != nil {
		t.Error(err)
	}
	s, err := people.Open(t.Context(), second, phrase("mti wa mwembe"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := notes(s).Get(t.Context(), "second"); err != nil {
		t.Error(err)
	}
	s.Close()
	s, err = people.Open(t.Context(), storage.FirstID, storage.Unlocking{}) // anew
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := notes(s).Get(t.Context(), "first"); !errors.Is(err, storage.ErrNotFound) {
		t.Error("what was wiped is there:", err)
	}
}

func TestABackupIsRestoredBesideThoseWhoAreOnTheDevice(t *testing.T) {
	people, dir, second := deviceOfTwo(t)
	s, err := people.Open(t.Context(), second, phrase("mti wa mwembe"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := s.Backup(t.Context(), nil, file, nil); err != nil {
		t.Fatal(err)
	}
	s.Close()
	leftOver := filepath.Join(dir, "people", "9-baki.restoring", "journal")
	if err := os.MkdirAll(leftOver, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := people.Restore(t.Context(), file, phrase("another"), nil); !errors.Is(err, storage.ErrPassphraseWrong) {
		t.Fatal(err)
	}
	who, s, err := people.Restore(t.Context(), file, phrase("mti wa mwembe"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n, err := notes(s).Get(t.Context(), "second"); n.Title != "second" || err != nil {
		t.Error(n, err)
	}
	if list, err := people.List(); err != nil || len(list) != 3 || list[2].ID != who.ID || !list[2].Locked {
		t.Error(list, err)
	}
	if _, err := os.Stat(filepath.Dir(leftOver)); !errors.Is(err, os.ErrNotExist) {
		t.Error("what an interrupted run left is there:", err)
	}
}

func TestAPassphraseIsTriedOnAnOpenStore(t *testing.T) {
	people, _, second := deviceOfTwo(t)
	s, err := people.Open(t.Context(), second, phrase("mti wa mwembe"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		typed string
		want  error
	}{{"mti", storage.ErrPassphraseWrong}, {"", storage.ErrPassphraseNeeded}, {"Mti wa mwembe", storage.ErrPassphraseWrong}, {"mti wa mwembee", storage.ErrPassphraseWrong}} {
		if err := s.TryPassphrase(t.Context(), []byte(c.typed)); !errors.Is(err, c.want) {
			t.Errorf("%q: %v", c.typed, err)
		}
	}
	if list, err := people.List(); err != nil || list[1].Delay == 0 {
		t.Error("after three wrong ones the next is not held up:", list, err)
	}
	if err := s.TryPassphrase(t.Context(), []byte("mti wa mwembe")); err != nil {
		t.Error(err)
	}
	if list, err := people.List(); err != nil || list[1].Delay != 0 {
		t.Error("the right one is not remembered:", list, err)
	}
}
