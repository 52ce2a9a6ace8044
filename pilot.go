//go:build pilot

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// In a build for tests (-tags pilot) the window tells over a socket what is to
// be seen on it and where, so that a test can go there with the mouse as a
// person does. It is told nothing: hands and keys come from the X server.
//
// BARAZA_PILOT names the socket. Each line that comes is answered with one line
// of JSON, a [sight]. The line “size 360 640” sets the window's size first, for
// there is no frame to pull.

// A sight is what is to be seen. Places are pixels of the window.
type sight struct {
	PID    int // of the window's process
	Parent int // that watches it
	Size   [2]int
	Seen   []thing
}

// A thing is something to be read, tapped or typed into, in the order of
// drawing. Words are all that is written on it.
type thing struct {
	Words      string
	X, Y, W, H int
	Text       *string // what stands in a field; nil for what is none
	Taps       bool    // it takes a tap
	Focus      bool    // it can have the focus
	Focused    bool
	Disabled   bool
	InSight    bool // its middle isn't scrolled out of sight
}

func init() {
	name := os.Getenv("BARAZA_PILOT")
	if name == "" || os.Getenv(childMark) == "" {
		return
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "pilot:", err)
	}
	l, err := net.Listen("unix", name)
	if err != nil {
		fmt.Fprintln(os.Stderr, "pilot:", err)
		return
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go tellSights(c)
		}
	}()
}

func tellSights(c net.Conn) {
	defer c.Close()
	for lines := bufio.NewScanner(c); lines.Scan(); {
		s := sight{PID: os.Getpid(), Parent: os.Getppid()}
		if a := fyne.CurrentApp(); a != nil {
			fyne.DoAndWait(func() {
				if all := a.Driver().AllWindows(); len(all) > 0 {
					var w, h float32
					if n, _ := fmt.Sscanf(lines.Text(), "size %g %g", &w, &h); n == 2 {
						k := all[0].Canvas().Scale()
						all[0].Resize(fyne.NewSize(w/k, h/k))
					}
					s.look(all[0].Canvas())
				}
			})
		}
		if json.NewEncoder(c).Encode(s) != nil {
			return
		}
	}
}

// A box is a part of the window, in Fyne's units.
type box struct{ left, top, right, bottom float32 }

func boxAt(p fyne.Position, s fyne.Size) box { return box{p.X, p.Y, p.X + s.Width, p.Y + s.Height} }

func (b box) within(o box) box {
	return box{max(b.left, o.left), max(b.top, o.top), min(b.right, o.right), min(b.bottom, o.bottom)}
}

// look walks over what lies on top: a dialog hides what is below it.
func (s *sight) look(c fyne.Canvas) {
	size := c.Size()
	s.Size = [2]int{int(size.Width * c.Scale()), int(size.Height * c.Scale())}
	top := c.Content()
	if o := c.Overlays().Top(); o != nil {
		top = o
	}
	s.walk(c, top, fyne.NewPos(0, 0), boxAt(fyne.NewPos(0, 0), size))
}

func (s *sight) walk(c fyne.Canvas, o fyne.CanvasObject, at fyne.Position, clip box) {
	if o == nil || !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	mine := boxAt(at, o.Size())
	_, taps := o.(fyne.Tappable)
	focus, canFocus := o.(fyne.Focusable)
	said := written(o)
	if (taps || canFocus || said != "") && o.Size().Width > 0 {
		t := thing{Taps: taps, Focus: canFocus, Focused: canFocus && c.Focused() == focus}
		if d, ok := o.(fyne.Disableable); ok {
			t.Disabled = d.Disabled()
		}
		if canFocus {
			t.Text = typed(o)
		}
		t.Words = strings.Join(words(o), " ")
		seen := mine.within(clip)
		x, y := (mine.left+mine.right)/2, (mine.top+mine.bottom)/2
		t.InSight = seen.left <= x && x < seen.right && seen.top <= y && y < seen.bottom
		if !t.InSight && mine.bottom-mine.top > clip.bottom-clip.top { // larger than what it is in
			y = (seen.top + seen.bottom) / 2
			t.InSight = seen.top < seen.bottom
		}
		k := c.Scale()
		t.X, t.Y, t.W, t.H = int(x*k), int(y*k), int((mine.right-mine.left)*k), int((mine.bottom-mine.top)*k)
		s.Seen = append(s.Seen, t)
	}
	if said != "" {
		return
	}
	if _, ok := o.(fyne.Scrollable); ok {
		clip = clip.within(mine)
	}
	for _, child := range drawn(o) {
		s.walk(c, child, at, clip)
	}
}

// drawn are what o is made of.
func drawn(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// written is the text that o is there to show, or "": of a label as it was
// handed over, since a line of Arabic and figures is drawn in another order.
func written(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *canvas.Text:
		return o.Text
	case interface{ Words() string }:
		return o.Words()
	}
	return ""
}

// words are all texts drawn in o.
func words(o fyne.CanvasObject) (all []string) {
	if o == nil || !o.Visible() {
		return nil
	}
	if said := written(o); said != "" {
		return strings.Fields(said)
	}
	for _, child := range drawn(o) {
		all = append(all, words(child)...)
	}
	return all
}

// typed is what stands in a field to type in: something that can be focused,
// selected and has a text.
func typed(o fyne.CanvasObject) *string {
	if _, ok := o.(interface{ SelectedText() string }); !ok {
		return nil
	}
	if v := reflect.Indirect(reflect.ValueOf(o)); v.Kind() == reflect.Struct {
		if f := v.FieldByName("Text"); f.IsValid() && f.Kind() == reflect.String {
			text := f.String()
			return &text
		}
	}
	return nil
}
