package workspace

import (
	"testing"
	"time"

	"baraza.example/storage"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
)

// A hostile hub denies at every contact what the device made.
func TestAHubCanNotMakeADeviceBeginAnewForever(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	w, err := Open(t.Context(), "/device", Options{Clock: func() time.Time { return now },
		Store: storage.Options{FS: simdisk.New(1), MemoryIndex: true, NoBallast: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.SetUp(t.Context(), "an organisation", "a device"); err != nil {
		t.Fatal(err)
	}
	begun := func(contacts int, every time.Duration) (n int) {
		t.Helper()
		for range contacts {
			again, err := w.diverged(t.Context(), batch.Have{})
			if err != nil {
				t.Fatal(err)
			}
			if again {
				n++
			}
			now = now.Add(every)
		}
		return n
	}
	if n := begun(1, 0); n != 1 {
		t.Error("the first is taken at its word")
	}
	if n := begun(1000, time.Millisecond); n != 0 {
		t.Errorf("at once it begins %d times more", n)
	}
	if n := begun(24*60, time.Minute); n < 8 || n > 12 {
		t.Errorf("told every minute of a day, it begins %d times", n)
	}
	if n := begun(10*24, time.Hour); n < 9 || n > 11 {
		t.Errorf("in ten days more it begins %d times", n)
	}
	now = now.AddDate(-20, 0, 0)
	if n := begun(2, 0); n != 1 {
		t.Errorf("with a clock set back it begins %d times", n)
	}
}
