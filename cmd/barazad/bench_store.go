package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"baraza.example/assets"
	"baraza.example/forms/session"
	"baraza.example/storage"
)

// What "bench store" puts into a store: drafts as they are when a questionnaire of
// ten texts is half done, and edits as a year of daily work makes them.
const (
	benchDrafts  = 10_000
	benchEdits   = 50_000
	benchCommits = 400
	draftSize    = 2000
)

const benchPhrase = "the passphrase of the benchmark"

// benchStore measures a device's store. Only commit has a baseline; the others are
// held against what a person waits for without wondering.
func benchStore(ctx context.Context, _ benchSettings) ([]result, error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var all []result
	for _, step := range []func(ctx context.Context, dir string) ([]result, error){
		benchOpen, benchCommit, benchRebuild, benchPhone,
	} {
		results, err := step(ctx, dir)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
	}
	return all, nil
}

func storeResult(name string, value float64, unit string, aim float64) result {
	return result{Bench: "store", Case: name, Value: value, Unit: unit, Aim: aim, OK: value <= aim}
}

// sentences are what the samples answer, in five languages, a sentence each.
var sentences = sync.OnceValues(func() (all []string, err error) {
	files, err := fs.Glob(assets.Samples, "answers/*.json")
	for _, file := range files {
		raw, err := fs.ReadFile(assets.Samples, file)
		if err != nil {
			return nil, err
		}
		var answers map[string]any
		if err := json.Unmarshal(raw, &answers); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, name := range slices.Sorted(maps.Keys(answers)) {
			if text, ok := answers[name].(string); ok && len(text) > 100 {
				all = append(all, strings.SplitAfter(text, ". ")...)
			}
		}
	}
	return all, err
})

// aDraft is the n-th draft: other sentences in each, for disks and memory make something
// of what repeats.
func aDraft(n int) (session.Draft, error) {
	all, err := sentences()
	if err != nil {
		return session.Draft{}, err
	}
	random := rand.New(rand.NewPCG(uint64(n), 0))
	xml := []byte("<data>")
	for i := 0; len(xml) < draftSize; i++ {
		xml = fmt.Appendf(xml, "<q%d>%s</q%d>", i, html.EscapeString(all[random.IntN(len(all))]), i)
	}
	return session.Draft{XML: append(xml, "</data>"...)}, nil
}

// fillDrafts puts edits of so many drafts into a store.
func fillDrafts(ctx context.Context, s *storage.Store, drafts, edits int) error {
	const together = 100
	for i := 0; i < edits; i += together {
		err := s.Update(ctx, func(tx *storage.Tx) error {
			for n := i; n < min(i+together, edits); n++ {
				draft, err := aDraft(n)
				if err == nil {
					err = s.Drafts().In(tx).Put(fmt.Sprintf("%06d", n%drafts), draft)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// madeStore makes a store in a folder and closes it.
func madeStore(ctx context.Context, dir string, opt storage.Options, drafts, edits int) error {
	s, err := storage.Open(ctx, dir, opt)
	if err != nil {
		return err
	}
	return errors.Join(fillDrafts(ctx, s, drafts, edits), s.Close())
}

// benchOpen opens 10,000 drafts after a clean stop, with a passphrase that costs
// what this device makes of it, and without.
func benchOpen(ctx context.Context, dir string) ([]result, error) {
	var all []result
	for _, c := range []struct {
		name string
		with storage.Unlocking
		aim  float64
	}{
		{"unlock-10000", storage.Unlocking{Passphrase: []byte(benchPhrase)}, 1.3},
		{"open-10000", storage.Unlocking{}, 0.3},
	} {
		opt := storage.Options{Unlocking: c.with, Calibrate: true}
		at := filepath.Join(dir, c.name)
		if err := madeStore(ctx, at, opt, benchDrafts, benchDrafts); err != nil {
			return nil, err
		}
		took, err := median(5, func() (time.Duration, error) {
			begun := time.Now()
			s, err := storage.Open(ctx, at, opt)
			if err != nil {
				return 0, err
			}
			took := time.Since(begun)
			if r := s.Report(); r.Rebuilt != nil || r.IndexInMemory {
				return 0, errors.Join(fmt.Errorf("opened in another way than after a clean stop: %+v", r), s.Close())
			}
			return took, s.Close()
		})
		if err != nil {
			return nil, err
		}
		all = append(all, storeResult(c.name, took.Seconds(), "s", c.aim))
	}
	return all, nil
}

// median is the middle one of some runs, for others use the machine, too.
func median(runs int, f func() (time.Duration, error)) (time.Duration, error) {
	var took []time.Duration
	for range runs {
		d, err := f()
		if err != nil {
			return 0, err
		}
		took = append(took, d)
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// benchCommit saves one answer, in turn with a bare append and fsync of the same
// bytes on the same disk.
func benchCommit(ctx context.Context, dir string) ([]result, error) {
	s, err := storage.Open(ctx, filepath.Join(dir, "commit"), storage.Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	bare, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		return nil, err
	}
	defer bare.Close()
	draft, err := aDraft(1)
	if err != nil {
		return nil, err
	}
	var ours, theirs []time.Duration
	for i := range benchCommits {
		begun := time.Now()
		if err := s.Drafts().Put(ctx, fmt.Sprint(i%100), draft); err != nil {
			return nil, err
		}
		saved := time.Now()
		if _, err := bare.Write(draft.XML); err != nil {
			return nil, err
		}
		if err := bare.Sync(); err != nil {
			return nil, err
		}
		ours, theirs = append(ours, saved.Sub(begun)), append(theirs, time.Since(saved))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	value, baseline := ours[len(ours)/2].Seconds()*1000, theirs[len(theirs)/2].Seconds()*1000
	r := result{Bench: "store", Case: "commit", Value: value, Unit: "ms", Baseline: baseline, Ratio: value / baseline, Aim: 2}
	r.OK = r.Ratio <= r.Aim
	return []result{r}, nil
}

// benchRebuild opens a store whose index is gone, after a year of edits.
func benchRebuild(ctx context.Context, dir string) ([]result, error) {
	at := filepath.Join(dir, "rebuild")
	if err := madeStore(ctx, at, storage.Options{}, 2000, benchEdits); err != nil {
		return nil, err
	}
	took, err := median(3, func() (time.Duration, error) {
		if err := os.RemoveAll(filepath.Join(at, "index")); err != nil {
			return 0, err
		}
		begun := time.Now()
		s, err := storage.Open(ctx, at, storage.Options{})
		if err != nil {
			return 0, err
		}
		took := time.Since(begun)
		return took, s.Close()
	})
	return []result{storeResult("rebuild-50000", took.Seconds(), "s", 5)}, err
}

// benchPhone opens 10,000 drafts as a phone does, in a process of its own.
func benchPhone(ctx context.Context, dir string) ([]result, error) {
	at, phrase := filepath.Join(dir, "phone"), filepath.Join(dir, "phrase")
	opt := storage.Options{Profile: storage.Phone, Unlocking: storage.Unlocking{Passphrase: []byte(benchPhrase)}}
	if err := madeStore(ctx, at, opt, benchDrafts, benchDrafts); err != nil {
		return nil, err
	}
	if err := os.WriteFile(phrase, []byte(benchPhrase+"\n"), 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "store", "measure", "--phone", "--json", "--dir", at, "--passphrase-file", phrase)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("measure a phone: %w: %s", err, problems.String())
	}
	var m measured
	if err := json.Unmarshal(out, &m); err != nil {
		return nil, err
	}
	if m.Drafts != benchDrafts {
		return nil, fmt.Errorf("a phone has found %d drafts of %d", m.Drafts, benchDrafts)
	}
	return []result{storeResult("rss-phone", float64(m.RSS)/1e6, "MB", 64)}, nil
}
