package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/identity"
)

// benchHub measures what a hub does beside the same work done plainly.
func benchHub(ctx context.Context, s benchSettings) ([]result, error) {
	parts := []struct {
		name    string
		measure func(context.Context, benchSettings) ([]result, error)
	}{{"bundle", hubBundle}, {"kiosk", hubKiosk}, {"batches", hubBatches}, {"hold", hubHold}}
	var results []result
	for _, p := range parts {
		if s.only != "" && s.only != p.name {
			continue
		}
		more, err := p.measure(ctx, s)
		if err != nil {
			return nil, err
		}
		results = append(results, more...)
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("bench hub has no part %q: %w", s.only, errUsage)
	}
	return results, nil
}

const (
	bundleRecords = 10_000
	bundlePayload = 1_850 // so that a record has 2 KB
	bundleTries   = 25
)

// hubBundle writes 10,000 records of 2 KB into a bundle and verifies it, beside
// copying the same file with fsync. The best of some tries stands on both sides:
// the file system's own pauses, and other programs' turns, are longer than the work.
func hubBundle(_ context.Context, _ benchSettings) ([]result, error) {
	records, err := someRecords(bundleRecords, bundlePayload)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	best := map[string]time.Duration{}
	timed := func(name string, do func() error) error {
		runtime.GC()
		start := time.Now()
		err := do()
		if took := time.Since(start); best[name] == 0 || took < best[name] {
			best[name] = took
		}
		return err
	}
	for try := range bundleTries {
		name := filepath.Join(dir, fmt.Sprint(try, bundle.Extension))
		err := errors.Join(
			timed("write", func() error { return writeRecords(name, records, (*bundle.Bundle).Add) }),
			timed("verify", func() error { return verifyBundle(name) }),
			timed("copy", func() error { return copySynced(name, name+".copy") }),
			timed("open", func() error {
				b, err := bundle.Open(name, bundle.Options{})
				if err != nil {
					return err
				}
				return b.Close()
			}),
			os.Remove(name), os.Remove(name+".copy"))
		if err != nil {
			return nil, err
		}
	}
	line := func(name string, took time.Duration, aim float64) result {
		r := result{Bench: "hub", Case: name, Value: took.Seconds(), Unit: "s", Baseline: best["copy"].Seconds(), Aim: aim}
		r.Ratio = r.Value / r.Baseline
		r.OK = r.Ratio <= r.Aim
		return r
	}
	return []result{
		line("bundle-10000", best["write"]+best["verify"], 2),
		line("bundle-10000-write", best["write"], 2),
		line("bundle-10000-verify", best["verify"], 2),
		line("bundle-10000-open", best["open"], 20), // with an index of every record, before anything is taken
	}, nil
}

// someRecords makes one chain of records after a registration.
func someRecords(n, payload int) ([]batch.Carried, error) {
	me, err := identity.New(rand.Reader, "bench", "bench")
	if err != nil {
		return nil, err
	}
	h := batch.Header{Chain: batch.Chain{Origin: me.ID(), Incarnation: 1}, Seq: 1, Kind: batch.KindRegistration}
	first, err := batch.Make(me.Device, h, batch.NewRegistration(me.Card, [16]byte{}))
	if err != nil {
		return nil, err
	}
	records := []batch.Carried{{Record: first}}
	h.Lane, h.Kind, h.Epoch, h.Seq = batch.Text, batch.KindResponse, 1, 0
	text := make([]byte, payload)
	for range n {
		if _, err := rand.Read(text); err != nil {
			return nil, err
		}
		h.Seq++
		r, err := batch.Make(me.Device, h, append([]byte(nil), text...))
		if err != nil {
			return nil, err
		}
		h.Prev = r.ID.Hash8()
		records = append(records, batch.Carried{Record: r})
	}
	return records, nil
}

func writeRecords(name string, records []batch.Carried, add func(*bundle.Bundle, ...batch.Carried) error) error {
	b, err := bundle.Open(name, bundle.Options{})
	if err != nil {
		return err
	}
	return errors.Join(add(b, records...), b.Close())
}

func verifyBundle(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	p, err := bundle.Verify(file)
	return errors.Join(err, p.Damage)
}

// copySynced leaves the copying to the system where it can (copy_file_range): no
// way through the program's own buffers was faster, whatever their size.
func copySynced(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
