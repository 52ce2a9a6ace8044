package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// The window is another program, for it needs a C compiler and OpenGL. What
// here needs a window looks for that program, or builds it where the source is.

// exitNoWindow is how baraza ends where no window can be shown; see main.go at
// the root.
const exitNoWindow = 3

var errNoProgram = errors.New("the program with the window, “baraza”, is neither beside this one nor in bin: “make build” makes it")

// windowProgram is the path of baraza: beside this program, or in bin below the
// working directory.
func windowProgram() (string, error) {
	name := "baraza"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	var places []string
	if self, err := os.Executable(); err == nil {
		places = append(places, filepath.Join(filepath.Dir(self), name))
	}
	for _, p := range append(places, filepath.Join("bin", name)) {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			return filepath.Abs(p)
		}
	}
	return "", errNoProgram
}

// builtWindow builds baraza into dir where the working directory is the source
// of this module, so that what is measured is what stands there; elsewhere it
// takes what windowProgram finds.
func builtWindow(ctx context.Context, dir string, tags string) (string, error) {
	mod, err := os.ReadFile("go.mod")
	if err != nil || !bytes.Contains(mod, []byte("module baraza.example\n")) {
		return windowProgram()
	}
	program := filepath.Join(dir, "baraza")
	build := exec.CommandContext(ctx, "go", "build", "-tags", tags, "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the window: %w: %s", err, said)
	}
	return program, nil
}

// hasDisplay reports whether the environment names a screen.
func hasDisplay() bool {
	return runtime.GOOS == "windows" || runtime.GOOS == "darwin" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// A screen is an X server without a screen: Xvfb.
type screen struct {
	display string // as DISPLAY has it
	server  *exec.Cmd
}

// startScreen starts one of width times height pixels, under a number that is
// free, with further arguments. Close ends it.
func startScreen(width, height int, args ...string) (*screen, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	s := &screen{server: exec.Command("Xvfb", append([]string{"-displayfd", "3", "-nolisten", "tcp", "-noreset",
		"-screen", "0", fmt.Sprintf("%dx%dx24", width, height)}, args...)...)}
	s.server.ExtraFiles = []*os.File{write}
	err = s.server.Start()
	write.Close()
	if err != nil {
		return nil, fmt.Errorf("start a screen (“scripts/setup.sh screen” installs what it needs): %w", err)
	}
	if err := read.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		s.close()
		return nil, err
	}
	line, err := bufio.NewReader(read).ReadString('\n')
	number, wrong := strconv.Atoi(strings.TrimSpace(line))
	if err = errors.Join(err, wrong); err != nil {
		s.close()
		return nil, fmt.Errorf("start Xvfb: %w", err)
	}
	s.display = ":" + strconv.Itoa(number)
	return s, nil
}

func (s *screen) close() {
	_ = s.server.Process.Kill()
	_ = s.server.Wait()
}

// withoutSession is an environment for a window on a screen of its own: no
// session bus is asked for or started, and pixels are drawn by the processor.
func withoutSession(display, home string) []string {
	return append(os.Environ(), "DISPLAY="+display, "WAYLAND_DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(home, "none"),
		"XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_RUNTIME_DIR="+home, "LIBGL_ALWAYS_SOFTWARE=1", "LC_ALL=C.UTF-8", "LANGUAGE=en")
}
