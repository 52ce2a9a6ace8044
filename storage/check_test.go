package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkable is a store with values and attachments in the index and on disk.
func checkable(t *testing.T) (*Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Options{NoBallast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c := NewCollection[int](s, KindSettings)
	for i := range 50 {
		if err := c.Put(t.Context(), fmt.Sprint(i%20), i); err != nil {
			t.Fatal(err)
		}
		if i < 3 {
			if _, _, err := s.Blobs().Put(t.Context(), strings.NewReader(strings.Repeat(fmt.Sprint(i), 20_000))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Delete(t.Context(), "3"); err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestACheckProvesEverythingAndMendsTheIndex(t *testing.T) {
	s, dir := checkable(t)
	c, err := s.Check(t.Context(), nil)
	if err != nil || c.Entries != 52 || c.Values != 20 || c.Attachments != 3 || c.Damage != nil || c.Rebuilt != nil {
		t.Errorf("%+v %v", c, err)
	}
	// A value of the index is older than the journal says, with tallies that fit.
	err = s.index.index.write(func(w writer) error {
		return applyPart(w, s.marker, []op{{key: "\x0205", value: []byte("\x01\x05")}})
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err = s.Check(t.Context(), nil)
	if err != nil || c.Rebuilt == nil {
		t.Errorf("an index with another value: %+v %v", c, err)
	}
	if c, err = s.Check(t.Context(), nil); err != nil || c.Rebuilt != nil || c.Values != 20 {
		t.Errorf("not mended: %+v %v", c, err)
	}
	blobs, err := filepath.Glob(filepath.Join(dir, blobsName, "*"))
	if err != nil || len(blobs) != 3 {
		t.Fatal(blobs, err)
	}
	for _, name := range []string{blobs[1], filepath.Join(dir, journalName, segmentName(1))} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 4
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err = s.Check(t.Context(), nil)
	if err != nil || len(c.Damage) != 2 || c.Damage[0].File != filepath.Join(journalName, segmentName(1)) || c.Damage[0].Offset == 0 || filepath.Join(dir, c.Damage[1].File) != blobs[1] || c.Attachments != 2 {
		t.Errorf("%+v %v", c, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Check(ctx, nil); err == nil {
		t.Error("it could not be stopped")
	}
}
