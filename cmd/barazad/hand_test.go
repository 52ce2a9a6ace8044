package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
)

var (
	windowPath     = flag.String("window", "", "`program` with the window, built with -tags gles,pilot, to be driven by tests")
	windowSize     = flag.String("window-size", "", "of the window, in pixels; without it a telephone's and a laptop's")
	windowLanguage = flag.String("window-language", "en", "that the window is switched to")
	windowLook     = flag.String("window-look", "", "of the window: light or dark; without it the system's")
	windowPictures = flag.String("window-pictures", "", "`folder`, made where it is missing, for a picture of each step; without it only failures leave one, in the system's folder for temporary files")
)

// The times a hand waits. They are long because machines may be busy; where all
// is well each wait ends at once.
const (
	patience = 60 * time.Second      // for something to appear
	glance   = 60 * time.Millisecond // between two looks
)

// A hand uses the window on a screen of its own as a person does: it reads what
// is to be seen, moves the mouse, and types. The window tells where things
// stand (pilot.go at the root); everything done goes through the X server.
type hand struct {
	t        *testing.T
	screen   *screen
	env      []string
	dir      string // for the socket and whatever the window keeps
	w, h     int
	window   *exec.Cmd
	said     bytes.Buffer // by the window and its parent
	eyes     net.Conn
	reader   *bufio.Reader
	id       string // of the X window
	pictures int
	keys     bool // no mouse: things are reached with the Tab key
}

// The same as the types in pilot.go.
type (
	sight struct {
		PID, Parent int
		Size        [2]int
		Seen        []thing
	}
	thing struct {
		Words                                   string
		X, Y, W, H                              int
		Text                                    *string
		Taps, Focus, Focused, Disabled, InSight bool
	}
)

// windowSizes are those in which the window is tried: a telephone's and a laptop's.
func windowSizes() []string {
	if *windowSize != "" {
		return []string{*windowSize}
	}
	return []string{"360x640", "1366x768"}
}

// newHand makes a screen of the window's size.
func newHand(t *testing.T, size string) *hand {
	t.Helper()
	if *windowPath == "" {
		t.Skip("there is no window here: “make window” builds one and runs this test")
	}
	h := &hand{t: t, dir: t.TempDir()}
	if _, err := fmt.Sscanf(size, "%dx%d", &h.w, &h.h); err != nil {
		t.Fatalf("a window of %q: %v", size, err)
	}
	var err error
	if h.screen, err = startScreen(h.w, h.h); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.screen.close)
	h.env = append(withoutSession(h.screen.display, h.dir), "HOME="+h.dir, "BARAZA_PILOT="+h.socket(), "FYNE_THEME="+*windowLook)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the window said: %s", h.said.String())
		}
	})
	return h
}

func (h *hand) socket() string { return filepath.Join(h.dir, "pilot") }

// start starts the window, in a session of its own, and waits until it is there.
func (h *hand) start(args ...string) {
	h.t.Helper()
	h.window = exec.Command(*windowPath, args...)
	if session, err := exec.LookPath("dbus-run-session"); err == nil {
		h.window = exec.Command(session, append([]string{"--", *windowPath}, args...)...)
	}
	h.window.Env, h.window.WaitDelay = h.env, 5*time.Second
	h.window.Stdout, h.window.Stderr = &h.said, &h.said
	if err := h.window.Start(); err != nil {
		h.t.Fatal(err)
	}
	started := h.window
	h.t.Cleanup(func() {
		if started.ProcessState != nil {
			return
		}
		if h.t.Failed() {
			h.picture("failed")
		}
		_ = h.kill()
	})
	h.until("the window to open", func() bool {
		c, err := net.Dial("unix", h.socket())
		if err != nil {
			return false
		}
		h.eyes, h.reader = c, bufio.NewReader(c)
		return len(h.look().Seen) > 0
	})
	// By its process: its title is in the language that was chosen.
	h.id = strings.Fields(h.x("search", "--onlyvisible", "--pid", strconv.Itoa(h.look().PID)))[0]
	h.x("windowmove", h.id, "0", "0")
	h.x("windowfocus", h.id)
	still := 0
	h.until("the window to take its size", func() bool {
		if s := h.look().Size; max(s[0]-h.w, h.w-s[0], s[1]-h.h, h.h-s[1]) > 1 { // it is told in whole units of Fyne's
			h.ask(fmt.Sprintf("size %d %d", h.w, h.h))
			still = 0
			return false
		}
		still++
		return still > 5
	})
}

// ended waits for the program's end and returns how it ended.
func (h *hand) ended() error {
	err := h.window.Wait()
	_ = h.eyes.Close()
	return err
}

// kill ends the window's process as the kernel does when memory is short, and
// waits for its parent.
func (h *hand) kill() error {
	if p, err := os.FindProcess(h.look().PID); err == nil {
		_ = p.Kill()
	}
	return h.ended()
}

// x uses the X server's tool for mouse and keys.
func (h *hand) x(args ...string) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.t.Context()), patience)
	defer cancel()
	c := exec.CommandContext(ctx, "xdotool", args...)
	c.Env = h.env
	out, err := c.Output()
	if err != nil {
		h.t.Fatalf("xdotool %s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// copies puts a text into the clipboard. The tool stays behind to hand it out,
// and ends with the screen.
func (h *hand) copies(text string) {
	h.t.Helper()
	c := exec.Command("xclip", "-selection", "clipboard", "-in")
	c.Env, c.Stdin = h.env, strings.NewReader(text)
	if err := c.Run(); err != nil {
		h.t.Fatalf("xclip: %v", err)
	}
}

// look is what is to be seen now.
func (h *hand) look() sight { return h.ask("look") }

func (h *hand) ask(what string) (s sight) {
	if h.eyes == nil {
		return s
	}
	_ = h.eyes.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintln(h.eyes, what); err != nil {
		return s
	}
	line, err := h.reader.ReadBytes('\n')
	if err == nil {
		_ = json.Unmarshal(line, &s) // what can't be read is nothing seen
	}
	return s
}

// until waits for something to be so.
func (h *hand) until(what string, so func() bool) {
	h.t.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(glance) {
		if time.Now().After(end) {
			h.t.Fatalf("waited in vain for %s; to be seen is: %s", what, h.look())
		}
	}
}

// String lists what can be used, with where it stands, for a failed test.
func (s sight) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q", s.text())
	for _, t := range s.Seen {
		if t.Taps || t.Focus {
			fmt.Fprintf(&b, "\n%+q at %d,%d", t.Words, t.X, t.Y)
			if !t.InSight {
				b.WriteString(", out of sight")
			}
		}
	}
	return b.String()
}

// text is all that is written in the window, in the order of drawing.
func (s sight) text() string {
	var all []string
	for _, t := range s.Seen {
		if !t.Taps && !t.Focus {
			all = append(all, plain(t.Words))
		}
	}
	return strings.Join(all, " ")
}

// plain is a text without what is not to be seen: more than one space, and marks
// of direction, with which lines are put in their order.
func plain(words string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, words)), " ")
}

// after returns the things drawn behind the last line of words; none, if the
// words aren't there. Words that wrap are drawn as several lines.
func (s sight) after(words string) []thing {
	words = plain(words)
	for i := range s.Seen {
		var got string
		for j := i; j < len(s.Seen); j++ {
			if s.Seen[j].Taps || s.Seen[j].Focus {
				if got != "" {
					break
				}
				continue
			}
			got = plain(got + " " + s.Seen[j].Words)
			if got == words {
				return s.Seen[j+1:]
			}
			if !strings.HasPrefix(words, got) {
				break
			}
		}
	}
	return nil
}

// sees waits until the words are to be read.
func (h *hand) sees(words string) {
	h.t.Helper()
	h.until(fmt.Sprintf("%q", words), func() bool { return strings.Contains(h.look().text(), plain(words)) })
}

// find picks one of the things to be seen; nil is none.
type find func(sight) *thing

// called finds what takes a tap and says these words, or begins with them.
func called(words string) find {
	return func(s sight) *thing { return pick(s.Seen, words) }
}

// behind finds what takes a tap and says these words, behind a heading.
func behind(heading, words string) find {
	return func(s sight) *thing { return pick(s.after(heading), words) }
}

func pick(seen []thing, words string) *thing {
	words = plain(words)
	for _, fits := range []func(string) bool{
		func(w string) bool { return w == words },
		func(w string) bool { return strings.HasPrefix(w, words) },
	} {
		if i := slices.IndexFunc(seen, func(t thing) bool { return t.Taps && !t.Disabled && t.Text == nil && fits(plain(t.Words)) }); i >= 0 {
			return &seen[i]
		}
	}
	return nil
}

// field finds the field behind a heading.
func field(heading string) find {
	return func(s sight) *thing {
		seen := s.after(heading)
		if i := slices.IndexFunc(seen, func(t thing) bool { return t.Text != nil }); i >= 0 {
			return &seen[i]
		}
		return nil
	}
}

// reach waits for a thing to be there, brings it in sight with the wheel, and
// waits until it stands still.
func (h *hand) reach(what string, f find) thing {
	h.t.Helper()
	var at thing
	h.until(what, func() bool {
		s := h.look()
		t := f(s)
		if t == nil {
			return false
		}
		if !t.InSight {
			h.wheel(s, *t)
			return false
		}
		still := at.X == t.X && at.Y == t.Y && at.InSight
		at = *t
		return still
	})
	return at
}

// wheel turns the wheel over the column that t is in.
func (h *hand) wheel(s sight, t thing) {
	button := "5"
	if t.Y < s.Size[1]/2 {
		button = "4"
	}
	h.x("mousemove", "--window", h.id, strconv.Itoa(min(max(t.X, 5), h.w-5)), strconv.Itoa(h.h/2), "click", button)
}

// click moves the mouse and presses its button, with a pause between as people
// have it: Fyne takes a press that comes along with the movement for one at the
// old place.
func (h *hand) click(t thing) {
	h.t.Helper()
	h.x("mousemove", "--window", h.id, strconv.Itoa(t.X), strconv.Itoa(t.Y))
	for range 5 {
		time.Sleep(glance / 3)
		h.look()
	}
	h.x("click", "1")
}

// taps what says these words, with the mouse.
func (h *hand) taps(words string) {
	h.t.Helper()
	h.use("a way to tap "+words, called(words))
}

// tapsBehind taps what says these words behind a heading.
func (h *hand) tapsBehind(heading, words string) {
	h.t.Helper()
	h.use("a way to tap "+words+" under "+heading, behind(heading, words))
}

func (h *hand) use(what string, f find) {
	h.t.Helper()
	if h.keys {
		h.tabsTo(what, f)
		h.x("key", "space")
		return
	}
	h.click(h.reach(what, f))
}

// tabsTo goes from one thing to the next with the Tab key until it is at a thing,
// and sees that this is in sight.
func (h *hand) tabsTo(what string, f find) {
	h.t.Helper()
	h.until(what, func() bool { return f(h.look()) != nil })
	for range 200 {
		if t := f(h.look()); t != nil && t.Focused {
			h.until(what+" to be in sight", func() bool { t := f(h.look()); return t != nil && t.InSight })
			return
		}
		before := h.focused()
		h.x("key", "Tab")
		for end := time.Now().Add(2 * time.Second); h.focused() == before && time.Now().Before(end); time.Sleep(glance / 6) {
		}
	}
	h.t.Fatalf("the Tab key does not lead to %s; to be seen is: %s", what, h.look())
}

func (h *hand) focused() string {
	for _, t := range h.look().Seen {
		if t.Focused {
			return fmt.Sprint(t.Words, t.X, t.Y)
		}
	}
	return ""
}

// enter clicks into the field behind a heading, again where the page has moved
// meanwhile.
func (h *hand) enter(heading string) {
	h.t.Helper()
	if h.keys {
		h.tabsTo("a field under "+heading, field(heading))
		return
	}
	for range 4 {
		h.click(h.reach("a field under "+heading, field(heading)))
		for end := time.Now().Add(patience / 8); time.Now().Before(end); time.Sleep(glance) {
			if t := field(heading)(h.look()); t != nil && t.Focused {
				return
			}
		}
	}
	h.t.Fatalf("the field under %q does not take the focus", heading)
}

// types types into the field behind a heading, key by key: letters of ASCII.
func (h *hand) types(heading, text string) {
	h.t.Helper()
	h.enter(heading)
	h.x("type", "--delay", "8", text)
	h.holds(heading, text)
}

// pastes puts a text of any script in by way of the clipboard.
func (h *hand) pastes(heading, text string) {
	h.t.Helper()
	h.enter(heading)
	h.copies(text)
	h.x("key", "ctrl+v")
	h.holds(heading, text)
}

// holds waits until the field behind a heading has the text.
func (h *hand) holds(heading, text string) {
	h.t.Helper()
	h.until(fmt.Sprintf("the field under %q to hold %q", heading, text), func() bool {
		t := field(heading)(h.look())
		return t != nil && *t.Text == text
	})
}

// picture keeps what the screen shows.
func (h *hand) picture(name string) {
	folder := *windowPictures
	if folder == "" {
		if !h.t.Failed() {
			return
		}
		folder = os.TempDir()
	}
	folder = filepath.Join(folder, strings.TrimSuffix(fmt.Sprintf("%s-%dx%d-%s", *windowLanguage, h.w, h.h, *windowLook), "-"))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		h.t.Logf("no picture: %v", err)
		return
	}
	time.Sleep(5 * glance) // what the window tells of stands in its next frame
	h.pictures++
	journey, _, _ := strings.Cut(strings.TrimPrefix(h.t.Name(), "TestWindow"), "/")
	file := filepath.Join(folder, fmt.Sprintf("%s-%02d-%s.png", strings.ToLower(journey), h.pictures, name))
	c := exec.Command("import", "-window", "root", "-dither", "None", "-colors", "255", "png8:"+file)
	c.Env = h.env
	if said, err := c.CombinedOutput(); err != nil {
		h.t.Logf("no picture: %v: %s", err, said)
		return
	}
	h.t.Logf("a picture of the window: %s", file)
}
