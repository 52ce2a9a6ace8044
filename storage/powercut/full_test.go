//go:build linux

package powercut_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"baraza.example/storage/powercut"
)

// The disk is filled by others while the store is written to: so far that the
// store keeps away from it, or, in every other session, wholly. It must end with a
// message, never with a crash, and lose nothing.
func TestADiskThatOthersFillLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("no full disks in a short run")
	}
	if os.Geteuid() != 0 {
		t.Skip("a small disk can't be mounted here: there is no root")
	}
	goOn(t)
	const size = 96 << 20
	sessions, done := states(40, 400), 0
	for session := range sessions {
		dir := t.TempDir()
		if err := unix.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
			t.Fatal(err)
		}
		err := othersFill(dir, session)
		if err := unix.Unmount(dir, 0); err != nil {
			t.Fatal(err)
		}
		if stopped(t, session, sessions) {
			break
		}
		if done++; err != nil {
			t.Errorf("session %d: %v", session, err)
		}
	}
	t.Logf("%d sessions", done)
}

// othersFill writes to a store in dir until its disk is full, and says what went
// wrong besides.
func othersFill(dir string, session int) error {
	const guard = 32 << 20
	filler := filepath.Join(dir, "filler")
	left := uint64(guard - 1<<20)
	if session%2 == 1 {
		left = uint64(session) * 9000
	}
	j := job{Keeper: subjectPhone, Dir: dir, Seed: uint64(session), Acked: map[int]int{}, Count: 5000}
	told := 0
	var failed error
	err := run(process(roleWrite, j), func(a powercut.Ack) {
		j.Acked[a.Who] = a.Count
		if told++; told == 1+3*session%200 {
			failed = fill(filler, left)
		}
	})
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || strings.Contains(err.Error(), "goroutine ") ||
		!strings.Contains(err.Error(), "disk is almost full") && !strings.Contains(err.Error(), "no space left") {
		failed = errors.Join(failed, fmt.Errorf("it ended so: %w", err))
	}
	failed = errors.Join(failed, os.Remove(filler))
	if out, err := process(roleCheck, j).CombinedOutput(); err != nil {
		failed = errors.Join(failed, fmt.Errorf("with room again: %w: %s", err, clip(string(out))))
	}
	return failed
}

// fill makes a file that leaves so many bytes free.
func fill(name string, left uint64) error {
	var st unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(name), &st); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for n := int64(st.Bavail*uint64(st.Bsize)) - int64(left); n > 0; n -= int64(len(block)) {
		if _, err := f.Write(block[:min(n, int64(len(block)))]); errors.Is(err, unix.ENOSPC) {
			break // the store was quicker
		} else if err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}
