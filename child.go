package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// childMark in the environment says that the process is the one with the window.
const childMark = "BARAZA_WINDOW"

// parented reports whether this process shows the window itself. The child
// holds a pipe to its parent as its standard input and ends with it, so that
// nobody is left with the store open.
func parented() bool {
	if runtime.GOOS == "android" || runtime.GOOS == "ios" {
		return true
	}
	if os.Getenv(childMark) == "" {
		return false
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	return true
}

// supervise runs the window in a child and says why it ended, if it ended badly.
func supervise(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var said tail
	child := exec.Command(self, args...)
	child.Env = append(os.Environ(), childMark+"=1")
	child.Stdout, child.Stderr = os.Stdout, io.MultiWriter(os.Stderr, &said)
	if _, err := child.StdinPipe(); err != nil {
		return err
	}
	err = child.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	return explain(said.String(), exit)
}

// errNoWindow says why there is no window, and what can be done.
var errNoWindow = errors.New("the window can't be shown here")

// explain tells a missing display or OpenGL from other endings.
func explain(said string, exit error) error {
	for _, e := range []struct{ sign, why string }{
		{"DISPLAY", "there is no display: start it from a graphical session"},
		{"failed to open display", "there is no display: start it from a graphical session"},
		{"OpenGL", "this computer has no OpenGL 2.1, which the window needs: install a graphics driver or Mesa"},
		{"APIUnavailable", "this computer has no OpenGL 2.1, which the window needs: install a graphics driver or Mesa"},
		{"VersionUnavailable", "this computer has no OpenGL 2.1, which the window needs: install a graphics driver or Mesa"},
		{"GLX", "this computer has no OpenGL 2.1, which the window needs: install a graphics driver or Mesa"},
		{"window creation error", "this computer has no OpenGL 2.1, which the window needs: install a graphics driver or Mesa"},
	} {
		if strings.Contains(strings.ToLower(said), strings.ToLower(e.sign)) {
			return fmt.Errorf("%w: %s. Nothing was changed. “barazad” does the same from a terminal", errNoWindow, e.why)
		}
	}
	return fmt.Errorf("the window ended: %w. What was saved is safe; start the program again", exit)
}

// A tail keeps the end of what is written to it.
type tail struct{ buf bytes.Buffer }

const tailBytes = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if t.buf.Len()+n > 2*tailBytes {
		kept := t.buf.Bytes()
		kept = bytes.Clone(kept[max(0, len(kept)-tailBytes):])
		t.buf.Reset()
		t.buf.Write(kept)
		p = p[max(0, len(p)-tailBytes):]
	}
	t.buf.Write(p)
	return n, nil
}

func (t *tail) String() string { return t.buf.String() }
