package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baraza.example/storage"
)

// Who stops a backup in the middle is told how things stand, and it is so.
func TestAStoppedBackupSaysHowThingsStand(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(file("pass"), []byte("the passphrase\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context, args ...string) error {
		return runBackup(ctx, append([]string{args[0], "--passphrase-file", file("pass")}, args[1:]...), streams{strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}})
	}
	s, err := storage.Open(t.Context(), file("a"), storage.Options{NoBallast: true, Unlocking: storage.Unlocking{Passphrase: []byte("the passphrase")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"make", "--dir", file("a"), file("first")}, "not there if it was the first"},
		{[]string{"verify", "--dir", file("a")}, "nothing is proved"},
		{[]string{"restore", "--dir", file("b"), file("stick")}, "Nothing was restored"},
	} {
		if err := run(t.Context(), "make", "--dir", file("a"), file("stick")); err != nil {
			t.Fatal(err)
		}
		err := run(stopped, c.args...)
		if err == nil || !strings.Contains(say(err), c.want) || !strings.HasPrefix(say(err), "stopped") {
			t.Errorf("%v: %v", c.args, err)
		}
		for _, name := range []string{"first", "b"} {
			if _, err := os.Stat(file(name)); err == nil {
				t.Errorf("%v: %s is there", c.args, name)
			}
		}
	}
	if err := run(t.Context(), "verify", file("stick")); err != nil {
		t.Error(err)
	}
	if said := stoppedBackup("restore", file("a")); !strings.Contains(said, "all of it is in") {
		t.Error(said)
	}
}
