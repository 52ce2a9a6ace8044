package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A child of a test is this program once more, told what to do by a variable.
const testChild = "BARAZA_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(testChild) {
	case "":
		os.Exit(m.Run())
	case "waits without OpenGL": // as Fyne does
		fmt.Fprint(os.Stderr, "Fyne error:  window creation error\n  Cause: APIUnavailable: GLX: GLX extension not found\n")
		time.Sleep(time.Hour)
	case "is killed":
		fmt.Fprintln(os.Stderr, "a word before the end")
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		time.Sleep(time.Hour)
	case "closes when told":
		fmt.Println("open")
		_, _ = io.Copy(io.Discard, os.Stdin)
		fmt.Println("saved and closed")
	}
}

// watched runs a child of a test as the window is run.
func watched(t *testing.T, what string) (errs bytes.Buffer, err error) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), testChild+"="+what)
	err = watch(child, io.Discard, &errs)
	return errs, err
}

func TestAWindowThatWaitsForOpenGLForEverIsEnded(t *testing.T) {
	errs, err := watched(t, "waits without OpenGL")
	if !errors.Is(err, errNoWindow) || !strings.Contains(err.Error(), "(APIUnavailable: GLX: GLX extension not found)") {
		t.Errorf("it ended with %v", err)
	}
	if errs.Len() > 0 {
		t.Errorf("what Fyne said stands beside the reason: %s", errs.String())
	}
}

func TestAKilledWindowIsNotTakenForAMissingScreen(t *testing.T) {
	errs, err := watched(t, "is killed")
	if err == nil || errors.Is(err, errNoWindow) || !strings.Contains(err.Error(), "What was saved is safe") {
		t.Errorf("it ended with %v", err)
	}
	if !strings.Contains(errs.String(), "a word before the end") {
		t.Errorf("of what it had said is left: %q", errs.String())
	}
}

func TestWhoAsksTheProgramToEndHasTheWindowClosed(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), testChild+"=closes when told")
	out := &heard{then: func() { _ = self.Signal(os.Interrupt) }}
	if err := watch(child, out, io.Discard); err != nil || !strings.Contains(out.said.String(), "saved and closed") {
		t.Errorf("it said %q and ended with %v", out.said.String(), err)
	}
}

// heard calls then when the first word is written to it.
type heard struct {
	said bytes.Buffer
	then func()
}

// Write implements [io.Writer].
func (h *heard) Write(p []byte) (int, error) {
	if h.said.Len() == 0 {
		h.then()
	}
	return h.said.Write(p)
}
