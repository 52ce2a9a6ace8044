package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Where there can be no window the program says why, in one line, and ends with
// a code of its own: Fyne would leave a trace of its insides, or wait for ever.
func TestWindowThatCannotBeShownSaysWhy(t *testing.T) {
	if *windowPath == "" {
		t.Skip("there is no window here: “make window” builds one and runs this test")
	}
	for name, c := range map[string]struct{ display, why string }{
		"no display":          {"", "there is no display: start it from a graphical session"},
		"a display not there": {":987", "there is no display: start it from a graphical session"},
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

// On a computer with a screen and no OpenGL the questions come in its browser, in
// the store that the window would have had, all the way to the centre; a second
// start opens the pages that are there.
func TestWindowWithoutOpenGLGoesOnInTheBrowser(t *testing.T) {
	if *windowPath == "" {
		t.Skip("there is no window here: “make window” builds one and runs this test")
	}
	noGLX, err := startScreen(800, 600, "-extension", "GLX")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(noGLX.close)
	b := newBrowser(t)
	r := newRoad(t)
	dir := t.TempDir()
	tools := filepath.Join(dir, "bin")
	opened := filepath.Join(dir, "opened")
	err = errors.Join(os.Mkdir(tools, 0o700), os.WriteFile(filepath.Join(tools, "xdg-open"), []byte("#!/bin/sh\necho \"$1\" >> "+opened+"\n"), 0o700))
	if err != nil {
		t.Fatal(err)
	}
	invite := strings.TrimSpace(r.run("", "central", "invite", "--dir", r.dir, "--address", r.public))
	start := func() (*exec.Cmd, *bytes.Buffer) {
		window := exec.Command(*windowPath, "-dir", filepath.Join(dir, "device"), "-join", invite)
		said := new(bytes.Buffer)
		window.Env = append(withoutSession(noGLX.display, dir), "HOME="+dir, "PATH="+tools+":"+os.Getenv("PATH"))
		window.Stderr, window.WaitDelay = said, time.Second
		if err := window.Start(); err != nil {
			t.Fatal(err)
		}
		return window, said
	}
	addresses := func(n int) []string {
		for until := time.Now().Add(patience); time.Now().Before(until); {
			if text, err := os.ReadFile(opened); err == nil && bytes.Count(text, []byte("\n")) == n {
				return strings.Fields(string(text))
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatalf("no browser was opened %d times", n)
		return nil
	}
	window, said := start()
	t.Cleanup(func() { _ = window.Process.Kill() }) // where it has not ended by then
	address := addresses(1)[0]
	root, _, _ := strings.Cut(address, "/?")
	b.look(1366, "light")
	b.do(chromedp.Navigate(address), visible("#name"))
	b.shows("has no OpenGL 2.1")
	b.readable("own-first")
	b.fits("own-first")
	b.do(chromedp.SendKeys("#name", "Wavuvi wa Nansole"))
	b.press(`form[action="/own/name"] button`)
	b.press(`form[action="/own/begin"] button`)
	for n := 0; !strings.HasSuffix(b.path(), "/review"); n++ {
		if n > 60 {
			t.Fatalf("it does not end: %s", b.text())
		}
		b.fillPage()
		b.press(`.go button[value="next"]`)
	}
	b.do(chromedp.Navigate(root+"/"), visible("h1"))
	b.shows("Response of Wavuvi wa Nansole")
	b.readable("own-draft")
	b.fits("own-draft")
	b.writeText(root)
	second, _ := start()
	if err := second.Wait(); err != nil || addresses(2)[1] != address {
		t.Errorf("a second start: %v, and opened %v", err, addresses(2))
	}
	b.press(`form[action="/own/draft"] button`)
	b.do(chromedp.Navigate(root+"/review"), visible("h1"))
	b.press(`form[action="/finish"] button`)
	b.do(chromedp.Navigate(root+"/"), visible("h1"))
	b.press(`form[action="/own/send"] button`)
	for until := time.Now().Add(patience); !strings.Contains(b.text(), "received · "); {
		if time.Now().After(until) {
			t.Fatalf("not received: %s", b.text())
		}
		b.do(chromedp.Navigate(root+"/"), visible("h1"))
	}
	b.readable("own-received")
	b.fits("own-received")
	if list := r.run("", "central", "list", "--dir", r.dir); strings.Count(list, "\n") != 2 || !strings.Contains(list, "Wavuvi wa Nansole") || !strings.Contains(list, "Boats and nets") {
		t.Errorf("the centre has %s", list)
	}
	if err := window.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := window.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, said)
	}
	if !strings.Contains(said.String(), "this computer has no OpenGL 2.1") || !strings.Contains(said.String(), address) {
		t.Errorf("it said %s", said)
	}
}

// writeText writes a contribution on the pages of one's own and makes it ready, with
// the keyboard alone.
func (b *browser) writeText(root string) {
	b.t.Helper()
	b.press(`form[action="/own/write"] button`)
	b.do(chromedp.SendKeys("#title", "Boats and nets"), chromedp.SendKeys("#p1", "The first paragraph."))
	b.press(`button[value="add"]`)
	b.do(chromedp.SendKeys("#p2", "The second."))
	b.press(`.go button[value="ready"]`)
	b.shows("Please choose whether it may be published.")
	b.readable("own-text")
	b.fits("own-text")
	b.do(chromedp.SendKeys(`input[name="publication"]`, " "))
	b.press(`.go button[value="ready"]`)
	b.shows("Boats and nets")
	if b.path() != "/" {
		b.t.Errorf("after it was made ready stands %s", b.path())
	}
	b.do(chromedp.Navigate(root+"/"), visible("h1"))
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
