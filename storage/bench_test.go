package storage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baraza.example/storage"
)

// answer is about as long as one answer to one question.
var answer = strings.Repeat("Broadband is dear where we live. ", 15)

// BenchmarkBareSync is what BenchmarkCommit is measured against: the shortest way
// to have an answer on the same disk.
func BenchmarkBareSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for b.Loop() {
		if _, err := f.WriteString(answer); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCommit(b *testing.B) {
	s := open(b, b.TempDir(), storage.Options{})
	i := 0
	for b.Loop() {
		i++
		if err := notes(s).Put(b.Context(), fmt.Sprint(i%100), note{Text: answer}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCommitByEight(b *testing.B) {
	s := open(b, b.TempDir(), storage.Options{})
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := notes(s).Put(b.Context(), "a", note{Text: answer}); err != nil {
				b.Error(err)
			}
		}
	})
}

// filled makes a store with drafts of 2 KB, each edited several times.
func filled(b *testing.B, opt storage.Options, drafts, edits int) string {
	b.Helper()
	dir := b.TempDir()
	s := open(b, dir, opt)
	for i := 0; i < edits; i += 100 {
		err := s.Update(b.Context(), func(tx *storage.Tx) error {
			for j := range 100 {
				n := note{Title: fmt.Sprint(i + j), Text: strings.Repeat(answer, 4)}
				if err := notes(s).In(tx).Put(fmt.Sprint((i+j)%drafts), n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

func BenchmarkOpen10000(b *testing.B) {
	for name, opt := range map[string]storage.Options{"laptop": {}, "phone": {Profile: storage.Phone}} {
		for _, stop := range []string{"clean", "unclean"} {
			b.Run(name+"/"+stop, func(b *testing.B) {
				dir := filled(b, opt, 10_000, 10_000)
				for b.Loop() {
					if stop == "unclean" {
						seals, err := filepath.Glob(filepath.Join(dir, "index", "*.seal"))
						if err != nil || len(seals) != 1 {
							b.Fatal(seals, err)
						}
						if err := os.Remove(seals[0]); err != nil {
							b.Fatal(err)
						}
					}
					s := open(b, dir, opt)
					b.StopTimer()
					if r := s.Report(); r.Rebuilt != nil {
						b.Fatal(r.Rebuilt)
					}
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
			})
		}
	}
}

func BenchmarkRebuild50000(b *testing.B) {
	dir := filled(b, storage.Options{}, 2000, 50_000)
	for b.Loop() {
		if err := os.RemoveAll(filepath.Join(dir, "index")); err != nil {
			b.Fatal(err)
		}
		s := open(b, dir, storage.Options{})
		b.StopTimer()
		s.Close()
		b.StartTimer()
	}
}
