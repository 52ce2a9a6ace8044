package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The index goes bad under a store in use: whoever reads gets it all the same.
func TestAnIndexThatFailsInUseIsMadeAnew(t *testing.T) {
	ctx := t.Context()
	for name, harm := range map[string]func(w writer, some, other string) error{
		"a value changed": func(w writer, some, _ string) error { return w.set(some, []byte(strings.Repeat("no mark", 9))) },
		"a value cut":     func(w writer, some, _ string) error { return w.set(some, []byte("x")) },
		"another changed": func(w writer, _, other string) error { return w.set(other, []byte(strings.Repeat("no mark", 9))) },
		"a value gone":    func(w writer, _, other string) error { return w.del(other) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(ctx, t.TempDir(), Options{NoBallast: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			c := NewCollection[int](s, KindSettings)
			for i := range 20 {
				if err := c.Put(ctx, fmt.Sprintf("%02d", i), i); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.apply(); err != nil {
				t.Fatal(err)
			}
			before := s.index
			err = before.index.write(func(w writer) error { return harm(w, "\x0205", "\x0206") })
			if err != nil {
				t.Fatal(err)
			}
			if v, err := c.Get(ctx, "05"); err != nil || v != 5 {
				t.Error(v, err)
			}
			seen := map[int]bool{}
			for item, err := range c.All(ctx) {
				if errors.Is(err, ErrAgain) && name == "a value gone" {
					break // noticed after the last one
				}
				if err != nil {
					t.Fatal(err)
				}
				seen[item.Value] = true
			}
			if s.index == before {
				t.Error("the index was not made anew")
			}
			for item := range c.All(ctx) {
				seen[item.Value] = true
			}
			if len(seen) != 20 {
				t.Errorf("%d values seen", len(seen))
			}
			if err := c.Put(ctx, "20", 20); err != nil {
				t.Error(err)
			}
			if err := audit(s.index.index, s.marker); err != nil {
				t.Error(err)
			}
		})
	}
}

// Opening the index ended the program: it is not tried a second time.
func TestAnIndexThatEndsTheProgramIsSetAside(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), dir, Options{NoBallast: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := NewCollection[int](s, KindSettings).Put(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, openingName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), dir, Options{NoBallast: true}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Report().Rebuilt == nil {
		t.Error("it was opened again")
	}
	if v, err := NewCollection[int](s, KindSettings).Get(t.Context(), "a"); v != 1 {
		t.Error(v, err)
	}
}
