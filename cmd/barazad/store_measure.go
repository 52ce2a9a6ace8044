package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"baraza.example/storage"
)

// measured is what opening a folder takes on this machine.
type measured struct {
	Open   float64 `json:"open"`   // seconds, with what unlocks it
	RSS    int64   `json:"rss"`    // bytes of memory once it is open and was tidied up
	Drafts int     `json:"drafts"` // that were looked at before
}

// measureStore opens a folder as a laptop or a phone does, and goes through its
// drafts once, as a list of them would.
func measureStore(ctx context.Context, f storeFlags, phone bool) (m measured, err error) {
	profile := storage.Laptop
	if phone {
		profile = storage.Phone
		debug.SetGCPercent(25)
		debug.SetMemoryLimit(64 << 20)
	}
	with, err := f.unlock.read(f.io)
	if err != nil {
		return m, err
	}
	begun := time.Now()
	s, err := storage.Open(ctx, *f.dir, storage.Options{Logger: f.storeLog(), Profile: profile, Unlocking: with})
	if err != nil {
		return m, err
	}
	defer s.Close()
	m.Open = time.Since(begun).Seconds()
	for _, err := range s.Drafts().All(ctx) {
		if err != nil {
			return m, err
		}
		m.Drafts++
	}
	debug.FreeOSMemory()
	m.RSS, err = residentMemory()
	return m, err
}

// residentMemory asks the system for the memory of this process.
func residentMemory() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("memory can't be measured on this system: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kB << 10, err
		}
	}
	return 0, errors.New("memory can't be measured on this system")
}
