package storage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
)

const backupFile = "/stick/backup"

func withStick(t *testing.T, seed uint64) *simdisk.Disk {
	t.Helper()
	disk := simdisk.New(seed)
	if err := disk.MkdirAll("/stick"); err != nil {
		t.Fatal(err)
	}
	return disk
}

// lockedStore is one with a key that is kept elsewhere: quick to open.
func lockedStore(disk *simdisk.Disk) storage.Options {
	return storage.Options{FS: disk, MemoryIndex: true, NoBallast: true, Unlocking: storage.Unlocking{Key: bytes.Repeat([]byte{9}, 32)}}
}

func TestABackupIsRestoredOnACleanDevice(t *testing.T) {
	stick := withStick(t, 1)
	opt := onDisk(2)
	opt.Profile, opt.NoBallast, opt.Unlocking = storage.Phone, true, phrase("mti wa mwembe")
	s := open(t, "/store", opt)
	r, err := s.NewRecovery()
	if err == nil {
		err = r.Confirm(t.Context(), r.Words.List()[r.Ask[0]-1], r.Words.List()[r.Ask[1]-1])
	}
	if err != nil {
		t.Fatal(err)
	}
	b := newBook(1)
	sizes := map[string]int64{}
	for _, when := range []string{"first", "second", "nothing new", "compacted"} {
		if when == "compacted" {
			if _, err := s.Compact(t.Context()); err != nil {
				t.Fatal(err)
			}
		} else if when != "nothing new" {
			for range 60 {
				if err := b.write(t, s); err != nil {
					t.Fatal(err)
				}
			}
		}
		told := int64(0)
		report, err := s.Backup(t.Context(), stick, backupFile, func(done, total int64) { told = total - done })
		if err != nil || told != 0 {
			t.Fatal(when, err, told)
		}
		sizes[when] = report.Added
		n, err := storage.VerifyBackup(t.Context(), stick, backupFile, storage.Unlocking{Words: r.Words}, nil)
		if err != nil || n.Sequence != report.Sequence || n.Attachments != len(b.blobs) || n.Bytes != report.Bytes || n.Unfinished != 0 {
			t.Errorf("%s: %+v, %+v, %v", when, n, report, err)
		}
		for way, with := range map[string]storage.Unlocking{"passphrase": phrase("mti wa mwembe"), "words": {Words: r.Words}} {
			clean := onDisk(3)
			clean.Unlocking, clean.Profile = with, storage.Phone
			back, err := storage.Restore(t.Context(), stick, backupFile, "/home/new", clean, nil)
			if err != nil {
				t.Fatalf("%s, %s: %v", when, way, err)
			}
			if err := b.check(t, back); err != nil {
				t.Errorf("%s, %s: %v", when, way, err)
			}
			was, _ := s.Incarnation(t.Context())
			is, err := back.Incarnation(t.Context())
			if err != nil || is == was {
				t.Errorf("%s, %s: the incarnation is the same (%v)", when, way, err)
			}
			if _, err := storage.Restore(t.Context(), stick, backupFile, "/home/new", clean, nil); err == nil {
				t.Error("restored over a store")
			}
			back.Close()
			if now, err := open(t, "/home/new", clean).Incarnation(t.Context()); err != nil || now != is {
				t.Errorf("%s, %s: another incarnation with each start (%v)", when, way, err)
			}
		}
	}
	if sizes["nothing new"] != 0 || sizes["second"] >= 2*sizes["first"] || sizes["first"] == 0 {
		t.Error(sizes)
	}
	wrong := onDisk(4)
	wrong.Unlocking, wrong.Profile = phrase("mti wa muembe"), storage.Phone
	if _, err := storage.Restore(t.Context(), stick, backupFile, "/x", wrong, nil); !errors.Is(err, storage.ErrPassphraseWrong) {
		t.Error(err)
	}
}

func TestAStoreWithoutALockIsNotBackedUpInTheOpen(t *testing.T) {
	s := open(t, "/store", onDisk(1))
	if _, err := s.Backup(t.Context(), withStick(t, 1), backupFile, nil); !errors.Is(err, storage.ErrBackupLocks) {
		t.Error(err)
	}
}

func TestABackupOfAnotherStoreIsLeftAlone(t *testing.T) {
	stick := withStick(t, 1)
	for seed, want := range []error{nil, storage.ErrBackupOther} {
		s := open(t, "/store", lockedStore(simdisk.New(uint64(seed))))
		if _, err := s.Backup(t.Context(), stick, backupFile, nil); !errors.Is(err, want) {
			t.Errorf("store %d: %v", seed, err)
		}
	}
	before := copyOf(t, stick)
	if len(before) != 1 {
		t.Error("more than the backup is there:", len(before))
	}
	f, err := stick.Create("/stick/letter")
	if err == nil {
		_, err = f.Write([]byte("Dear all"))
	}
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, "/store", lockedStore(simdisk.New(5)))
	if _, err := s.Backup(t.Context(), stick, "/stick/letter", nil); !errors.Is(err, storage.ErrNoBackup) {
		t.Error("a letter was written over:", err)
	}
}

// What is changed, or goes wrong, while a backup is being made.
func TestABackupIsOfOneMomentAndCanBeStopped(t *testing.T) {
	stick := withStick(t, 1)
	s := open(t, "/store", lockedStore(simdisk.New(1)))
	var held []storage.BlobHash
	for i := range 20 {
		h, _, err := s.Blobs().Put(t.Context(), strings.NewReader(strings.Repeat(fmt.Sprint(i), 30_000)))
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, h)
	}
	ctx, stop := context.WithCancel(t.Context())
	_, err := s.Backup(ctx, stick, backupFile, func(done, total int64) {
		if done > total/3 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || len(stick.Files()) != 0 {
		t.Error("stopped:", err, stick.Files())
	}
	calls := 0
	_, err = s.Backup(t.Context(), stick, backupFile, func(done, total int64) {
		if calls++; calls == 3 {
			for _, h := range held[5:] { // the one at 5 comes again
				if err := s.Blobs().Delete(t.Context(), h); err != nil {
					t.Error(err)
				}
			}
			if _, _, err := s.Blobs().Put(t.Context(), strings.NewReader(strings.Repeat("5", 30_000))); err != nil {
				t.Error(err)
			}
			if err := notes(s).Put(t.Context(), "meanwhile", note{}); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.VerifyBackup(t.Context(), stick, backupFile, nil)
	if err != nil || n.Attachments != 20 {
		t.Errorf("%+v %v", n, err)
	}
	for i, h := range held {
		blob, err := s.Blobs().Open(h)
		if i > 5 != errors.Is(err, storage.ErrNotFound) {
			t.Errorf("attachment %d afterwards: %v", i, err)
		}
		if err == nil {
			blob.Close()
		}
	}
	before := copyOf(t, stick)[backupFile]
	ctx, stop = context.WithCancel(t.Context())
	if _, _, err := s.Blobs().Put(t.Context(), strings.NewReader(strings.Repeat("more", 90_000))); err != nil {
		t.Fatal(err)
	}
	_, err = s.Backup(ctx, stick, backupFile, func(done, total int64) {
		if done > total/3 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || !bytes.Equal(copyOf(t, stick)[backupFile], before) {
		t.Error("a stopped run has changed the backup:", err)
	}
	stick.SetCapacity(stick.Used() + 100_000)
	if _, err = s.Backup(t.Context(), stick, backupFile, nil); !errors.Is(err, storage.ErrSpace) {
		t.Error("a full stick:", err)
	}
}

func TestEachBitFlippedInABackupIsNoticed(t *testing.T) {
	stick := withStick(t, 1)
	s := open(t, "/store", lockedStore(simdisk.New(1)))
	b := newBook(1)
	for range 3 {
		for range 12 {
			if err := b.write(t, s); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Backup(t.Context(), stick, backupFile, nil); err != nil {
			t.Fatal(err)
		}
	}
	original := copyOf(t, stick)
	length := int64(len(original[backupFile]))
	n, err := s.VerifyBackup(t.Context(), stick, backupFile, nil)
	if err != nil || n.Parts != 3 {
		t.Fatal(n, err)
	}
	r := rand.New(rand.NewPCG(1, 5))
	tries := 1000
	if testing.Short() {
		tries = 100
	}
	for try := range tries {
		bit := r.Int64N(length * 8)
		if try%10 == 0 {
			bit = r.Int64N(400 * 8)
		}
		if try%10 == 1 {
			bit = (length-100)*8 + r.Int64N(800)
		}
		if err := stick.Flip(backupFile, bit); err != nil {
			t.Fatal(err)
		}
		n, err := storage.VerifyBackup(t.Context(), stick, backupFile, lockedStore(nil).Unlocking, nil)
		if err == nil && n.Unfinished == 0 && n.Parts == 3 {
			t.Errorf("bit %d of byte %d was not noticed: %+v", bit%8, bit/8, n)
		}
		if err := stick.Flip(backupFile, bit); err != nil {
			t.Fatal(err)
		}
	}
	for cut := int64(1); cut < length; cut += 1 + length/300 {
		disk := withStick(t, 2)
		restore(t, disk, folder{backupFile: original[backupFile][:cut]})
		n, err := s.VerifyBackup(t.Context(), disk, backupFile, nil)
		if err == nil && n.Parts == 3 && n.Unfinished == 0 {
			t.Errorf("cut at %d: not noticed", cut)
		}
	}
}

// The power goes while a backup is being made or restored.
func TestAPowerCutSparesTheBackupThatWasThere(t *testing.T) {
	seeds := uint64(150)
	if testing.Short() {
		seeds = 30
	}
	whole, begun := 0, 0
	for seed := range seeds {
		stick := withStick(t, seed)
		if err := stick.SyncDir("/"); err != nil {
			t.Fatal(err)
		}
		s := open(t, "/store", lockedStore(simdisk.New(seed)))
		b := newBook(seed)
		acked := uint64(0)
		for range 8 {
			if err := b.write(t, s); err != nil {
				t.Fatal(err)
			}
			stick.CutAfter(1 + b.rand.IntN(40))
			report, err := s.Backup(t.Context(), stick, backupFile, nil)
			if err == nil {
				stick.CutAfter(0)
				acked = report.Sequence
				continue
			}
			if !errors.Is(err, simdisk.ErrCrashed) {
				t.Fatal(err)
			}
			begun++
			stick.Crash()
			n, err := s.VerifyBackup(t.Context(), stick, backupFile, nil)
			if acked > 0 && (err != nil || n.Sequence < acked) {
				t.Errorf("seed %d: change %d was backed up, now %+v, %v", seed, acked, n, err)
			}
		}
		if _, err := s.Backup(t.Context(), stick, backupFile, nil); err != nil {
			t.Errorf("seed %d: afterwards: %v", seed, err)
		}
		disk := simdisk.New(seed)
		opt := lockedStore(disk)
		disk.CutAfter(1 + b.rand.IntN(300))
		back, err := storage.Restore(t.Context(), stick, backupFile, "/home/new", opt, nil)
		if err != nil { // the folder is whole or not there
			disk.Crash()
			if back, err = storage.Restore(t.Context(), stick, backupFile, "/home/new", opt, nil); err != nil {
				whole++
				if back, err = storage.Open(t.Context(), "/home/new", opt); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		}
		disk.CutAfter(0)
		if err := b.check(t, back); err != nil {
			t.Errorf("seed %d, restored: %v", seed, err)
		}
		was, _ := s.Incarnation(t.Context())
		if is, err := back.Incarnation(t.Context()); err != nil || is == was {
			t.Errorf("seed %d: the incarnation is the same (%v)", seed, err)
		}
	}
	if begun == 0 || whole == 0 {
		t.Errorf("%d backups cut, %d restored before the cut", begun, whole)
	}
}
