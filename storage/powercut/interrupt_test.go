//go:build linux

package powercut_test

import (
	"bufio"
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"baraza.example/storage/powercut"
)

// Whoever stops a run finds nothing of it afterwards: no loop device, no mount, no
// process, no file; and is told how far it came. XFS once waited for its disk for
// ever when the program that served it had been killed meanwhile.
func TestAnInterruptedRunLeavesNothingBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("no power cuts in a short run")
	}
	if what := powercut.Missing(powercut.XFS); what != "" {
		t.Skipf("power can't be cut here: there is no %s", what)
	}
	goOn(t)
	for name, c := range map[string]struct {
		line   string // what is heard of the run before it is stopped
		tally  string // what it says then
		signal syscall.Signal
		server bool // the process that serves the disks is told, not who started the run
	}{
		"while it is recorded":          {line: "=== RUN", tally: "interrupted after 0 of 2000", signal: syscall.SIGINT},
		"while states are tried":        {line: "acknowledged", tally: " of 2000", signal: syscall.SIGTERM},
		"when who started it is killed": {line: "acknowledged", tally: " of 2000", signal: syscall.SIGKILL},
		"when who serves is killed":     {line: "=== RUN", signal: syscall.SIGKILL, server: true},
		"when who tries is killed":      {line: "acknowledged", signal: syscall.SIGKILL, server: true},
	} {
		for range states(1, 25) {
			if t.Failed() {
				return
			}
			t.Run(name, func(t *testing.T) {
				temp := t.TempDir()
				said := interrupt(t, temp, c.line, func(started int) {
					pid := started
					if c.server {
						pid = processesIn(t, temp)[0] // the lowest number: it started the others
					}
					if err := syscall.Kill(pid, c.signal); err != nil {
						t.Error(err)
					}
				})
				if !strings.Contains(said, c.tally) || strings.Contains(said, "--- PASS") {
					t.Errorf("it said:\n%s", said)
				}
				wait(t, "no process is left", func() bool { return len(processesIn(t, temp)) == 0 })
				wait(t, "no loop device is left", func() bool { return len(loopsIn(t, temp)) == 0 })
				if c.signal == syscall.SIGKILL && !c.server {
					return // nobody was left to remove the folder
				}
				if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
					t.Errorf("files were left: %v (%v)", left, err)
				}
			})
		}
	}
}

// interrupt runs the power cuts on XFS in a folder, stops them while a disk is in use, and
// returns what they have said when all of them have ended.
func interrupt(t *testing.T, temp, line string, stop func(started int)) string {
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestThePowerMayGoAtAnyMomentOn(XFS|Btrfs)$", "-test.v")
	cmd.Env = append(os.Environ(), roleVariable+"=", "BARAZA_SOAK=1", "TMPDIR="+temp)
	r, w, err := os.Pipe() // which ends when the last of the run does
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := errors.Join(cmd.Start(), w.Close(), r.SetReadDeadline(time.Now().Add(patience))); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	told := false
	for lines := bufio.NewScanner(r); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if !told && strings.Contains(lines.Text(), line) {
			told = true
			wait(t, "a loop device", func() bool { return len(loopsIn(t, temp)) > 0 })
			time.Sleep(rand.N(150 * time.Millisecond)) // any moment of a state
			stop(cmd.Process.Pid)
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("a run that was interrupted counts as passed")
	}
	return said.String()
}

// patience is for a busy machine.
const patience = 2 * time.Minute

func wait(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still waiting: %s", what)
		}
	}
}

// processesIn are those that were given the folder for their files.
func processesIn(t *testing.T, temp string) (left []int) {
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil || len(environments) == 0 {
		t.Fatal("no processes are seen", err)
	}
	for _, name := range environments {
		if b, err := os.ReadFile(name); err == nil && bytes.Contains(b, []byte("TMPDIR="+temp+"/")) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			if err != nil {
				t.Fatal(err)
			}
			left = append(left, pid)
		}
	}
	slices.Sort(left)
	return left
}

// loopsIn are the loop devices whose disk was in the folder, as the system tells it.
func loopsIn(t *testing.T, temp string) []string {
	out, err := exec.Command("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var left []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, filepath.Base(filepath.Dir(temp))) {
			left = append(left, strings.TrimSpace(line))
		}
	}
	return left
}
