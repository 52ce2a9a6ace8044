package storage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"baraza.example/storage"
)

func TestAnInspectionCountsAndTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, dir string, opt storage.Options) {
		s := open(t, dir, opt)
		for i := range 12 {
			if err := notes(s).Put(t.Context(), fmt.Sprint("secret", i%3), note{Text: strings.Repeat("secret", 100)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.Blobs().Put(t.Context(), strings.NewReader("secret")); err != nil {
			t.Fatal(err)
		}
		n, err := s.Inspect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n.Sequence != 13 || n.Journal.Segments != 1 || n.Journal.Bytes < 12*600 || n.Journal.Live < 3*600 || n.Journal.Live > 4*700 ||
			n.Blobs.Files != 1 || n.Free == 0 || n.Index.InMemory != opt.MemoryIndex || n.Index.Bytes == 0 != opt.MemoryIndex {
			t.Errorf("%+v", n)
		}
		if len(n.Kinds) != 2 || n.Kinds[1].Name != "contributions" || n.Kinds[1].Count != 3 {
			t.Errorf("%+v", n.Kinds)
		}
		text, err := json.Marshal(n)
		if err != nil || bytes.Contains(text, []byte("secret")) {
			t.Error(string(text), err)
		}
	})
}

// A journal that is long and mostly replaced is compacted beside the work.
func TestALongJournalIsCompactedByItself(t *testing.T) {
	dir := t.TempDir()
	opt := storage.Options{Profile: storage.Phone}
	s := open(t, dir, opt)
	for i := range 18 {
		if err := notes(s).Put(t.Context(), "a", note{Title: fmt.Sprint(i), Text: strings.Repeat("x", 1<<20)}); err != nil {
			t.Fatal(err)
		}
	}
	before, err := s.Inspect(t.Context())
	if err != nil || before.Journal.Bytes < 18<<20 {
		t.Fatal(before.Journal, err)
	}
	s.Close()
	s = open(t, dir, opt)
	storage.Tidied(s)
	after, err := s.Inspect(t.Context())
	if err != nil || after.Journal.Bytes > 2<<20 {
		t.Errorf("%+v %v", after.Journal, err)
	}
	if n, err := notes(s).Get(t.Context(), "a"); n.Title != "17" {
		t.Error(n.Title, err)
	}
}
