//go:build linux

package powercut_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// What this binary is to do, when it isn't to run the tests.
const (
	roleVariable = "BARAZA_POWERCUT_ROLE"
	jobVariable  = "BARAZA_POWERCUT_JOB"

	roleTests = "tests" // in a mount namespace of their own
	roleWrite = "write"
	roleCheck = "check"
)

// interrupted ends when somebody wants the tests to stop: what is under way is given up,
// all that was mounted goes, and each test says how far it came.
var interrupted = context.Background()

// TestMain runs the tests in a mount namespace of their own, so that nothing
// stays mounted however they end, and lets the binary be the processes that
// write and check.
func TestMain(m *testing.M) {
	var err error
	switch role := os.Getenv(roleVariable); {
	case role == roleWrite:
		err = write(context.Background(), os.Getenv(jobVariable), os.Stdin, os.Stdout)
	case role == roleCheck:
		err = check(context.Background(), os.Getenv(jobVariable))
	case role == roleTests || os.Geteuid() != 0:
		interrupted, _ = signal.NotifyContext(context.Background(), stops...)
		os.Exit(m.Run())
	default:
		os.Exit(apart())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// stops are what terminals and systems end a program with.
var stops = []os.Signal{os.Interrupt, syscall.SIGTERM}

// apart runs this program again with the same arguments, apart from the mounts of
// the others, hands on what it is told, and clears away.
func apart() int {
	told := make(chan os.Signal, 1)
	signal.Notify(told, stops...)
	temp, err := os.MkdirTemp("", "powercut")
	if err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err)
		return 1
	}
	defer os.RemoveAll(temp) // when the mounts are gone
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), roleVariable+"="+roleTests, "TMPDIR="+temp)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "powercut: no mount namespace of its own:", err)
		return 1
	}
	// The mounts have to outlive the process that serves their disks. Were it the last to leave
	// them, it would wait at its end for writes that only it could take: for ever.
	mounts, err := os.Open(fmt.Sprintf("/proc/%d/ns/mnt", cmd.Process.Pid))
	if err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err) // it goes on: no more than that is at stake
	} else {
		defer mounts.Close()
	}
	go func() {
		for s := range told {
			_ = cmd.Process.Signal(s) // it may have ended
		}
	}()
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err)
		return 1
	}
	return 0
}
