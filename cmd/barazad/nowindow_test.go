package main

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Where there can be no window the program says why, in one line, and ends with
// a code of its own: Fyne would leave a trace of its insides, or wait for ever.
func TestWindowThatCannotBeShownSaysWhy(t *testing.T) {
	if *windowPath == "" {
		t.Skip("there is no window here: “make window” builds one and runs this test")
	}
	noGLX, err := startScreen(800, 600, "-extension", "GLX")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(noGLX.close)
	for name, c := range map[string]struct{ display, why string }{
		"no display":          {"", "there is no display: start it from a graphical session"},
		"a display not there": {":987", "there is no display: start it from a graphical session"},
		"no OpenGL":           {noGLX.display, "this computer has no OpenGL 2.1, which the window needs"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			window := exec.CommandContext(ctx, *windowPath, "-dir", dir+"/device")
			var said bytes.Buffer
			window.Env, window.Stderr, window.WaitDelay = append(withoutSession(c.display, dir), "HOME="+dir), &said, time.Second
			var exit *exec.ExitError
			if err := window.Run(); !errors.As(err, &exit) || exit.ExitCode() != exitNoWindow {
				t.Errorf("it ended with %v instead of %d", err, exitNoWindow)
			}
			lines := strings.Split(strings.TrimSpace(said.String()), "\n")
			if last := lines[len(lines)-1]; !strings.HasPrefix(last, "baraza: the window can't be shown here: "+c.why) || !strings.Contains(last, "Nothing was changed.") {
				t.Errorf("it said %q", last)
			}
			if strings.Contains(said.String(), "goroutine ") {
				t.Errorf("it showed its insides: %s", said.String())
			}
		})
	}
}

// "barazad run" without a window is the demonstration, and says so.
func TestWindowMissingRunShowsTheDemonstration(t *testing.T) {
	if *windowPath == "" {
		t.Skip("there is no window here: “make window” builds one and runs this test")
	}
	run := exec.Command("barazad", "run", "--dir", t.TempDir())
	run.Env = withoutSession("", t.TempDir())
	out, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set.", "0 lost, 0 counted twice"} {
		if !strings.Contains(string(out), words) {
			t.Errorf("%q is not in what it said: %s", words, out)
		}
	}
}
