//go:build linux

package powercut_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"baraza.example/storage/powercut"
)

var soak = os.Getenv("BARAZA_SOAK") != ""

// states is how many crash states are tried: in an ordinary run and in a soak.
func states(ordinary, many int) int {
	if soak {
		return many
	}
	return ordinary
}

func TestThePowerMayGoAtAnyMomentOnExt4(t *testing.T) {
	hold(t, powercut.Ext4, subject, states(100, 2000))
}

func TestThePowerMayGoAtAnyMomentOnAPhone(t *testing.T) {
	hold(t, powercut.Ext4, subjectPhone, states(20, 300))
}

func TestThePowerMayGoAtAnyMomentOnXFS(t *testing.T) {
	hold(t, powercut.XFS, subject, states(20, 2000))
}

func TestThePowerMayGoAtAnyMomentOnBtrfs(t *testing.T) {
	hold(t, powercut.Btrfs, subject, states(20, 2000))
}

// The controls show that the rig neither spoils what is well kept nor spares
// what is not.
func TestTheControlsComeOutAsKnown(t *testing.T) {
	t.Run("bbolt is known to be good", func(t *testing.T) {
		hold(t, powercut.Ext4, controlBolt, states(20, 200))
	})
	for _, bad := range []string{controlBadger, subjectLied} {
		t.Run(bad+" is known to be bad", func(t *testing.T) {
			n := states(20, 200)
			tried, failures := cut(t, powercut.Ext4, bad, n)
			if tried == n && len(failures) < n/4 {
				t.Fatalf("only %d of %d states have lost something: the rig does not notice it", len(failures), n)
			}
			t.Logf("%d of %d states have lost something, as %s", len(failures), tried, strings.Join(failures[:min(1, len(failures))], ""))
		})
	}
}

func hold(t *testing.T, kind powercut.FileSystem, keeper string, n int) {
	tried, failures := cut(t, kind, keeper, n)
	for _, f := range failures {
		t.Error(f)
	}
	t.Logf("%d of %d states had everything acknowledged", tried-len(failures), tried)
}

// cut records a load and returns what is wrong in the states after n power cuts, of
// which it tried all unless it was interrupted.
func cut(t *testing.T, kind powercut.FileSystem, keeper string, n int) (tried int, failures []string) {
	if testing.Short() {
		t.Skip("no power cuts in a short run")
	}
	if what := powercut.Missing(kind); what != "" {
		t.Skipf("power can't be cut here: there is no %s", what)
	}
	goOn(t)
	rig, err := powercut.NewRig(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rig.Close(); err != nil {
			t.Error(err)
		}
	}()
	const most = 400 // states of one recording
	for round := 0; tried < n; round++ {
		seed := uint64(1 + round)
		if soak {
			seed += uint64(time.Now().UnixNano()) // another load each time; a failure names it
		}
		rec, err := rig.Record(kind, func(dir string, ack func(powercut.Ack)) error {
			return load(job{Keeper: keeper, Dir: dir, Seed: seed}, ack)
		})
		if stopped(t, tried, n) {
			return tried, failures
		} else if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s on %s, seed %d: %d writes, %d flushes, %d acknowledged", keeper, kind.Name, seed, rec.Writes, rec.Flushes, rec.Acks)
		if rec.Flushes == 0 || rec.Acks == 0 {
			t.Fatal("nothing was recorded")
		}
		for c := range rec.Cuts(min(n-tried, most), seed) {
			err := rig.Try(c, func(dir string) error {
				out, err := process(roleCheck, job{Keeper: keeper, Dir: dir, Seed: seed, Acked: c.Acked}).CombinedOutput()
				if err != nil {
					return fmt.Errorf("%w: %s", err, clip(string(out)))
				}
				return nil
			})
			if stopped(t, tried, n) {
				return tried, failures
			}
			if tried++; err != nil {
				failures = append(failures, fmt.Sprintf("seed %d: %v: %v", seed, c, err))
			}
		}
	}
	return tried, failures
}

// goOn leaves out what would begin after the tests were interrupted.
func goOn(t *testing.T) {
	if interrupted.Err() != nil {
		t.Skip("interrupted")
	}
}

// stopped reports whether the tests were interrupted, and fails the one that was under
// way: it has not shown what it should.
func stopped(t *testing.T, tried, of int) bool {
	if interrupted.Err() == nil {
		return false
	}
	t.Errorf("interrupted after %d of %d", tried, of)
	return true
}

// load runs the processes that write, one after another: each goes on where the
// last one ended, which closed its keeper or did not.
func load(j job, ack func(powercut.Ack)) error {
	const processes, changes = 5, 40
	for p := range processes {
		j.From, j.Count, j.Killed = p*changes, changes, p%2 == 1
		if err := run(process(roleWrite, j), ack); err != nil {
			return err
		}
	}
	return nil
}

func process(role string, j job) *exec.Cmd {
	cmd := exec.CommandContext(interrupted, "/proc/self/exe")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Env = append(os.Environ(), roleVariable+"="+role, jobVariable+"="+j.encode())
	return cmd
}

func run(cmd *exec.Cmd, ack func(powercut.Ack)) error {
	var problems strings.Builder
	cmd.Stderr = &problems
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var a powercut.Ack
		if _, err := fmt.Sscan(lines.Text(), &a.Who, &a.Count); err != nil {
			return errors.Join(fmt.Errorf("%q: %w", lines.Text(), err), cmd.Process.Kill(), cmd.Wait())
		}
		ack(a)
		fmt.Fprintln(in, a.Who)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("who writes ended: %w: %s", err, clip(problems.String()))
	}
	return nil
}

func clip(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 600 {
		return s[:600] + " …"
	}
	return s
}
