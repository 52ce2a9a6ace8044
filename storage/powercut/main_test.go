//go:build linux

package powercut_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// apart runs this program again with the same arguments, apart from the mounts of
// the others.
func apart() int {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), roleVariable+"="+roleTests)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "powercut: no mount namespace of its own:", err)
		return 1
	}
	return 0
}
