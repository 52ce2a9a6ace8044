package storage

import (
	"os"
	"path/filepath"
	"testing"
)

func TestACheckReadsEveryEntryAndFindsTheBitThatWasFlipped(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := NewCollection[string](s, KindText)
	for _, key := range []string{"a", "b", "c"} {
		if err := c.Put(t.Context(), key, "value of "+key); err != nil {
			t.Fatal(err)
		}
	}
	good, err := s.Check(t.Context())
	if err != nil || good.Damage != nil || good.Entries < 3 || good.Bytes == 0 {
		t.Fatalf("of a store in order it says %+v, %v", good, err)
	}
	if err := c.Put(t.Context(), "d", "saving goes on"); err != nil {
		t.Fatal(err)
	}
	segments, err := filepath.Glob(filepath.Join(dir, journalName, "*.seg"))
	if err != nil || len(segments) == 0 {
		t.Fatal("no segments", err)
	}
	raw, err := os.ReadFile(segments[0])
	if err != nil {
		t.Fatal(err)
	}
	whole := raw[len(raw)-20]
	raw[len(raw)-20] ^= 1
	if err := os.WriteFile(segments[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	bad, err := s.Check(t.Context())
	if err != nil || bad.Damage == nil || bad.Damage.Offset == 0 {
		t.Errorf("of a flipped bit it says %+v, %v", bad, err)
	}
	raw[len(raw)-20] = whole
	if err := os.WriteFile(segments[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Check(t.Context()); err != nil || again.Damage != nil || again.Entries != good.Entries+1 {
		t.Errorf("mended and with one entry more it says %+v, %v", again, err)
	}
}
