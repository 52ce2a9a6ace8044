package simdisk_test

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"baraza.example/storage/simdisk"
)

// fates writes a file with its content synced or not and its name synced or not,
// cuts the power, and counts what is left of 100 bytes by many seeds.
func fates(t *testing.T, content, name bool) map[string]int {
	t.Helper()
	left := map[string]int{}
	for seed := range uint64(200) {
		d := simdisk.New(seed)
		f, err := d.Create("/a")
		if err == nil {
			_, err = f.Write(make([]byte, 100))
		}
		if err == nil && content {
			err = f.Sync()
		}
		if err == nil && name {
			err = d.SyncDir("/")
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Crash()
		if _, err := f.Write([]byte("x")); !errors.Is(err, simdisk.ErrCrashed) {
			t.Fatal("a file of before the crash:", err)
		}
		info, err := d.Stat("/a")
		switch {
		case errors.Is(err, fs.ErrNotExist):
			left["no file"]++
		case info.Size == 0:
			left["empty"]++
		case info.Size == 100:
			left["whole"]++
		default:
			left["torn"]++
		}
	}
	return left
}

func TestOnlyWhatWasSyncedIsSureToStay(t *testing.T) {
	if left := fates(t, true, true); left["whole"] != 200 {
		t.Errorf("all synced: %v", left)
	}
	if left := fates(t, true, false); left["whole"] == 0 || left["no file"] == 0 || len(left) != 2 {
		t.Errorf("name not synced: %v", left)
	}
	if left := fates(t, false, true); left["whole"] == 0 || left["empty"] == 0 || left["torn"] == 0 || left["no file"] > 0 {
		t.Errorf("content not synced: %v", left)
	}
	if left := fates(t, false, false); len(left) != 4 {
		t.Errorf("nothing synced: %v", left)
	}
}

func TestASeedDecidesEverything(t *testing.T) {
	if a, b := fates(t, false, false), fates(t, false, false); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%v, then %v", a, b)
	}
}

func TestAKillKeepsWhatWasWritten(t *testing.T) {
	d := simdisk.New(1)
	l, err := d.Lock("/lock")
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.Create("/a")
	if err == nil {
		_, err = f.Write([]byte("abc"))
	}
	if err != nil {
		t.Fatal(err)
	}
	d.Kill()
	if info, err := d.Stat("/a"); info.Size != 3 {
		t.Error(info, err)
	}
	if _, err := d.Lock("/lock"); err != nil {
		t.Error("the lock of a dead process:", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestADiskHasAnEnd(t *testing.T) {
	d := simdisk.New(1)
	d.SetCapacity(150)
	f, err := d.Create("/a")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.Write(make([]byte, 200)); n != 150 || !errors.Is(err, syscall.ENOSPC) {
		t.Error(n, err)
	}
	if free, err := d.Free("/"); free != 0 || err != nil {
		t.Error(free, err)
	}
	if err := d.Remove("/a"); err != nil || d.Used() != 0 {
		t.Error(err, d.Used())
	}
}
