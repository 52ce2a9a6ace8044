package storage_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"baraza.example/storage"
)

// Whatever is done to the index, a restart has everything.
func TestTheIndexMayBeGarbledAtAnyMoment(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 20
	}
	const n = 60
	harms := []string{"delete", "truncate", "flip", "zero", "delete all", "grow"}
	rebuilt, harmed := 0, map[string]int{} // by kind of file
	for round := range rounds {
		r := rand.New(rand.NewPCG(uint64(round), 3))
		dir := t.TempDir()
		p := storage.Profile(round % 2)
		writtenTogether(t, dir, storage.Options{Profile: p}, n, 10)
		if round%3 == 0 { // not closed well: as a copy of the folder at a moment in use
			s := open(t, dir, storage.Options{Profile: p})
			puts := 30
			if round%6 == 3 { // more than a phone's memory table: older logs and blocks beside the newest
				puts = 100
			}
			putTogether(t, s, puts, 5, func(i int) (string, note) { return fmt.Sprint("x", i), note{Text: strings.Repeat("y", 60_000)} })
			running := dir
			dir = t.TempDir()
			err := filepath.WalkDir(running, func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				data, err := os.ReadFile(path)
				if errors.Is(err, fs.ErrNotExist) { // the index is tidying up meanwhile
					return nil
				}
				to := filepath.Join(dir, strings.TrimPrefix(path, running))
				return errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, data, 0o600))
			})
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
		}
		harm := harms[r.IntN(len(harms))]
		file := garble(t, filepath.Join(dir, "index"), harm, r)
		harmed[filepath.Ext(file)]++
		s := open(t, dir, storage.Options{Profile: p})
		if gone := missing(t, s, n); gone > 0 {
			t.Errorf("round %d: %s %s: %d notes gone", round, harm, file, gone)
		}
		if len(s.Report().Damage) > 0 {
			t.Errorf("round %d: %s %s: the journal is said to be damaged: %v", round, harm, file, s.Report().Damage[0])
		}
		if s.Report().Rebuilt != nil {
			rebuilt++
		}
		s.Close()
	}
	t.Logf("%d rounds, files harmed: %v; made anew %d times", rounds, harmed, rebuilt)
	if harmed[".mem"] == 0 || harmed[".sst"] == 0 {
		t.Error("no log, or no block, was ever harmed")
	}
	if rebuilt < rounds/4 {
		t.Errorf("the index was made anew %d times of %d", rebuilt, rounds)
	}
}

// garble does harm to one file below dir, or to all.
func garble(t *testing.T, dir, harm string, r *rand.Rand) string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatal("no index to garble", err)
	}
	file := files[r.IntN(len(files))]
	held := slices.DeleteFunc(slices.Clone(files), func(f string) bool { return filepath.Ext(f) != ".mem" && filepath.Ext(f) != ".sst" })
	if r.IntN(3) > 0 && len(held) > 0 { // rather where values are
		file = held[r.IntN(len(held))]
	}
	if harm == "delete all" {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	if harm == "delete" {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		return file
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	if end := len(bytes.TrimRight(data, "\x00")); end > 0 {
		at = r.IntN(end) // logs are long and mostly empty
	}
	switch {
	case harm == "grow" || len(data) == 0:
		data = append(data, "what is this"...)
	case harm == "truncate":
		data = data[:at]
	case harm == "flip":
		data[at] ^= 1 << r.IntN(8)
	case harm == "zero":
		clear(data[at:min(len(data), at+1+r.IntN(500))])
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
