package storage_test

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baraza.example/storage"
)

// The stores in testdata/stores were written by earlier programs; they are never
// made anew. Each has two notes, a third that was deleted, and an attachment.
func TestStoresOfEarlierProgramsOpen(t *testing.T) {
	stores, err := filepath.Glob(filepath.Join("testdata", "stores", "*"))
	if err != nil || len(stores) < 2 {
		t.Fatal(stores, err)
	}
	for _, from := range stores {
		t.Run(filepath.Base(from), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			opt := storage.Options{Profile: storage.Phone}
			if strings.HasSuffix(from, "locked") {
				opt.Passphrase = []byte("mti wa mwembe")
			}
			for _, when := range []string{"first", "again", "compacted"} {
				s := open(t, dir, opt)
				if r := s.Report(); r.Damage != nil || r.CutTail > 0 || r.Lost > 0 {
					t.Errorf("%s: %+v", when, r)
				}
				for key, words := range map[string]int{"a": 27, "b": 28} {
					if n, err := notes(s).Get(t.Context(), key); n.Text != strings.Repeat("word ", words) {
						t.Errorf("%s: %s: %d bytes, %v", when, key, len(n.Text), err)
					}
				}
				if _, err := notes(s).Get(t.Context(), "c"); !errors.Is(err, storage.ErrNotFound) {
					t.Error(when, "c:", err)
				}
				content := []byte(strings.Repeat("0123456789", 2000))
				b, err := s.Blobs().Open(sha256.Sum256(content))
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(b); err != nil || string(got) != string(content) {
					t.Error(when, "the attachment:", len(got), err)
				}
				b.Close()
				if when == "again" {
					if _, err := s.Compact(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// A type whose schema has changed twice: a name became first and last name, and
// then a list.
type (
	person1 struct{ Name string }
	person2 struct{ First, Last string }
	person3 struct{ Names []string }
)

func TestValuesOfTheLastTwoSchemasAreRead(t *testing.T) {
	s := open(t, "/store", onDisk(1))
	ctx := t.Context()
	one := storage.NewCollection[person1](s, storage.KindText)
	two := storage.NewCollectionOf(s, storage.KindText, storage.Schema[person2]{Version: 2})
	three := storage.NewCollectionOf(s, storage.KindText, storage.Schema[person3]{Version: 3, Older: map[byte]func([]byte) (person3, error){
		1: func(data []byte) (person3, error) {
			var v person1
			err := storage.DecodeOlder(data, &v)
			return person3{strings.Fields(v.Name)}, err
		},
		2: func(data []byte) (person3, error) {
			var v person2
			err := storage.DecodeOlder(data, &v)
			return person3{[]string{v.First, v.Last}}, err
		},
	}})
	if err := errors.Join(one.Put(ctx, "a", person1{"Wangari Maathai"}), two.Put(ctx, "b", person2{"Miriam", "Makeba"}),
		three.Put(ctx, "c", person3{[]string{"Fela", "Kuti"}})); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"a": "Wangari Maathai", "b": "Miriam Makeba", "c": "Fela Kuti"} {
		v, err := three.Get(ctx, key)
		if err != nil || strings.Join(v.Names, " ") != want {
			t.Error(key, v, err)
		}
		v.Names = append(v.Names, "!")
		if err := three.Put(ctx, key, v); err != nil { // written as new
			t.Fatal(err)
		}
		if _, err := two.Get(ctx, key); !errors.Is(err, storage.ErrNewer) {
			t.Errorf("%s is not of the new schema: %v", key, err)
		}
		if v, err = three.Get(ctx, key); err != nil || len(v.Names) != 3 {
			t.Error(key, v, err)
		}
	}
	if err := two.Put(ctx, "c", person2{}); !errors.Is(err, storage.ErrNewer) {
		t.Error("an old program wrote over what a newer one had written:", err)
	}
	if _, err := two.Get(ctx, "a"); !errors.Is(err, storage.ErrNewer) {
		t.Error(err)
	}
}
