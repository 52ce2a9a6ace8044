package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
)

// childMark in the environment says that the process is the one with the
// window, and when the program was started, in nanoseconds since 1970.
const childMark = "BARAZA_WINDOW"

// parented reports whether this process shows the window itself. The child
// holds a pipe to its parent as its standard input and closes its window when
// that ends, so that nobody is left with the store open.
func parented() bool {
	if runtime.GOOS == "android" || runtime.GOOS == "ios" {
		return true
	}
	if os.Getenv(childMark) == "" {
		return false
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		time.AfterFunc(leaveFor, func() { os.Exit(1) })
		if a := fyne.CurrentApp(); a != nil {
			fyne.Do(a.Quit)
		}
	}()
	return true
}

// The times that a window gets.
const (
	leaveFor = 5 * time.Second // to save and close
	holdFor  = 4 * time.Second // to appear: until then what Fyne says may be about there being no window
	giveUp   = time.Second     // to end by itself when there can be none; with GLFW 3.4 it waits for ever
)

// supervise runs the window in a child and says why it ended, if it ended badly.
func supervise(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(self, args...)
	child.Env = append(os.Environ(), childMark+"="+strconv.FormatInt(began().UnixNano(), 10))
	if spoken := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")); strings.HasPrefix(spoken, "C.") && os.Getenv("LANGUAGE") == "" {
		child.Env = append(child.Env, "LANGUAGE=en") // Fyne complains that C is no language
	}
	return watch(child, os.Stdout, os.Stderr)
}

// watch runs child until it ends. What a signal asks of this process it asks of
// the child, by closing its standard input.
func watch(child *exec.Cmd, out, errs io.Writer) error {
	said := &held{out: errs}
	child.Stdout, child.Stderr, child.WaitDelay = out, said, leaveFor
	in, err := child.StdinPipe()
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	said.noWindow = func() { time.AfterFunc(giveUp, func() { _ = child.Process.Kill() }) }
	if err := child.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-signals:
			_ = in.Close()
		case <-ended:
		}
	}()
	hold := time.AfterFunc(holdFor, said.release)
	defer hold.Stop()
	if err = child.Wait(); err == nil {
		said.release()
		return nil
	}
	if why := said.why(); why != "" {
		kind := errNoWindow
		if strings.HasPrefix(why, noOpenGL) {
			kind = errNoOpenGL
		}
		return fmt.Errorf("%w: %s. Nothing was changed. “barazad” does the same from a terminal", kind, why)
	}
	said.release()
	return fmt.Errorf("the window ended: %w. What was saved is safe; start the program again", err)
}

// errNoWindow says why there is no window, and what can be done.
var errNoWindow = errors.New("the window can't be shown here")

// errNoOpenGL is the errNoWindow of a computer with a screen, and so perhaps with
// a browser.
var errNoOpenGL = fmt.Errorf("%w", errNoWindow)

const noOpenGL = "this computer has no OpenGL 2.1, which the window needs: install a graphics driver or Mesa"

// explain tells a missing display or OpenGL from other endings, by what Fyne
// and GLFW write before any window is there; "" is another ending.
func explain(said string) string {
	const display = "there is no display: start it from a graphical session"
	for _, e := range []struct{ sign, why string }{
		{"PlatformUnavailable", display},
		{"DISPLAY environment variable", display},
		{"Failed to open display", display},
		{"failed to initialise GLFW", display},
		{"APIUnavailable", noOpenGL},
		{"VersionUnavailable", noOpenGL},
		{"FormatUnavailable", noOpenGL},
		{"window creation error", noOpenGL},
	} {
		if strings.Contains(said, e.sign) {
			return e.why + cause(said)
		}
	}
	return ""
}

// cause is Fyne's own reason, for whoever helps.
func cause(said string) string {
	const mark = "Cause: "
	i := strings.LastIndex(said, mark)
	if i < 0 {
		return ""
	}
	line, _, _ := strings.Cut(said[i+len(mark):], "\n")
	return " (" + strings.TrimSpace(line) + ")"
}
