package storage_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

// TestNoBitFlippedAnywhereIsSilent flips single bits of the journal, of attachments and of a
// backup, a fifth of each kind and the rest by their length. "Check my data" or the
// next start has to tell of each journal's and attachment's, "verify" of each of the backup's.
func TestNoBitFlippedAnywhereIsSilent(t *testing.T) {
	const stick = "/stick/backup"
	disk := simdisk.New(1)
	opt := lockedStore(disk)
	s := open(t, "/store", opt)
	b := newBook(3)
	for range 60 {
		if err := b.write(t, s); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.blobs) < 3 {
		t.Fatalf("only %d attachments", len(b.blobs))
	}
	if err := disk.MkdirAll("/stick"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Backup(t.Context(), disk, stick, nil); err != nil {
		t.Fatal(err)
	}
	for range 3 { // the journal before the last compaction goes when the new one was read
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, "/store", opt)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	original := copyOf(t, disk)
	kinds := map[string][]string{}
	length := map[string]int64{}
	for name, data := range original {
		for kind, part := range map[string]string{"journal": ".seg", "attachment": "/blobs/", "backup": stick} {
			if strings.Contains(name, part) && len(data) > 0 {
				kinds[kind] = append(kinds[kind], name)
				length[kind] += int64(len(data))
			}
		}
	}
	tries := 1000
	if testing.Short() {
		tries = 100
	}
	all := length["journal"] + length["attachment"] + length["backup"]
	r := rand.New(rand.NewPCG(4, 4))
	silent, flipped := 0, map[string]int{}
	for kind, files := range kinds {
		n := tries/5 + int(int64(tries)*2/5*length[kind]/all) + 1
		for range n {
			at := r.Int64N(length[kind] * 8)
			file := ""
			for _, name := range files {
				if file = name; at < int64(len(original[name]))*8 {
					break
				}
				at -= int64(len(original[name])) * 8
			}
			flipped[kind]++
			if !told(t, original, kind, file, stick, at) {
				silent++
				t.Errorf("bit %d of %s: nothing was said", at, file)
			}
		}
	}
	total := flipped["journal"] + flipped["attachment"] + flipped["backup"]
	t.Logf("%d flips (%v), %d silent", total, flipped, silent)
	if total < tries {
		t.Errorf("only %d flips", total)
	}
}

// told flips a bit of a file in a copy of the disk and reports whether anything is said of it.
func told(t *testing.T, original folder, kind, file, stick string, bit int64) bool {
	t.Helper()
	disk := simdisk.New(1)
	restore(t, disk, original)
	if err := disk.Flip(file, bit); err != nil {
		t.Fatal(err)
	}
	opt := lockedStore(disk)
	if kind == "backup" {
		n, err := storage.VerifyBackup(t.Context(), disk, stick, opt.Unlocking, nil)
		return err != nil || n.Unfinished > 0
	}
	s, err := storage.Open(t.Context(), "/store", opt)
	if err != nil {
		return true
	}
	defer func() {
		if err := s.Close(); err != nil && !errors.Is(err, storage.ErrClosed) {
			t.Error(err)
		}
	}()
	if report := s.Report(); len(report.Damage) > 0 || report.CutTail > 0 {
		return true
	}
	c, err := s.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(fmt.Errorf("check: %w", err))
	}
	return len(c.Damage) > 0
}
