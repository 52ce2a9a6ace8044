//go:build linux

package storage_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The n-th call of a kind fails in a process that opens, writes, compacts and
// closes: it ends with a message at worst, and what it had said is there.
func TestAnErrorOfTheSystemAtAnyCallLosesNothing(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("there is no strace to make calls fail with")
	}
	if out, err := exec.Command(strace, "-qq", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("strace can't be used here: %v: %s", err, out)
	}
	last, step := 60, 6
	switch {
	case os.Getenv("BARAZA_SOAK") != "":
		last, step = 300, 1
	case testing.Short():
		last, step = 20, 10
	}
	const together = 50 // calls tried on one folder, which grows with each
	said, refused, tries := 0, 0, 0
	for _, call := range []string{"fsync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC", "ftruncate:error=EIO", "renameat:error=EIO"} {
		t.Run(call, func(t *testing.T) {
			name, _, _ := strings.Cut(call, ":")
			dir, count := "", 0
			for i, n := 0, 1; n <= last; i, n = i+1, n+step {
				if i%together == 0 {
					dir, count = t.TempDir(), 0
				}
				cmd := exec.Command(strace, "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace="+name, "-e", fmt.Sprintf("inject=%s:when=%d", call, n), os.Args[0])
				cmd.Env = append(os.Environ(), childDir+"="+dir, childBusy+"=1", childEnd+"="+strconv.Itoa(count+50), "GOMAXPROCS=1")
				var out, problems bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &problems
				err := cmd.Run()
				tries++
				var exit *exec.ExitError
				if errors.As(err, &exit) && exit.ExitCode() == 1 && !strings.Contains(problems.String(), "goroutine ") {
					refused++
				} else if err != nil {
					t.Errorf("call %d: it did not end well: %v: %s", n, err, problems.String())
				}
				for line := range strings.Lines(out.String()) {
					if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil { // others tell what it was at
						count = n
					}
				}
				said = max(said, count)
				checkCount(t, dir, busyOptions(), count, fmt.Sprintf("%s, call %d", call, n), true)
			}
		})
	}
	t.Logf("%d processes, %d ended with an error", tries, refused)
	if refused == 0 || said == 0 {
		t.Errorf("nothing failed (%d), or nothing was said (%d)", refused, said)
	}
}
