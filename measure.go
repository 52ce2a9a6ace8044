package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// What -measure measures.
const (
	measureEmpty = "empty" // a window of Fyne's with nothing in it
	measureHome  = "home"  // ours, up to the first screen with all that belongs on it
)

// A measure is what -measure prints, as one JSON object. Times count from when
// the program was started, its parent process included; memory is what the
// window's process holds a moment later (RSS), and what it and its parent hold
// together, shared pages counted once (PSS). Memory is 0 where the system
// doesn't tell.
type measure struct {
	Measure string  `json:"measure"`
	Drawn   float64 `json:"drawn_ms"` // until the first frame
	Ready   float64 `json:"ready_ms"` // until the first frame with all of the first screen: what was written is listed
	RSS     int64   `json:"rss_bytes"`
	PSS     int64   `json:"pss_bytes"`
}

// began is when the program was started: by its parent, which knows best, or
// as the system tells.
func began() time.Time {
	for _, name := range []string{childMark, "BARAZA_BEGAN"} {
		if n, err := strconv.ParseInt(os.Getenv(name), 10, 64); err == nil {
			return time.Unix(0, n)
		}
	}
	return processStart()
}

// settleFor is how long a window is left alone before its memory is read: what
// was only needed for starting has been given back then.
const settleFor = 1500 * time.Millisecond

// meter takes the figures of one start and ends the program.
type meter struct {
	measure
	began time.Time
	quit  func()
	out   io.Writer
}

func newMeter(what string, a fyne.App) *meter {
	return &meter{measure: measure{Measure: what}, began: began(), quit: a.Quit, out: os.Stdout}
}

func (m *meter) elapsed() float64 { return float64(time.Since(m.began).Microseconds()) / 1000 }

// opened is called before the window is shown.
func (m *meter) opened(w fyne.Window) {
	onDrawn(w, func() { m.Drawn = m.elapsed() })
}

// ready is called when the first screen stands in the window.
func (m *meter) ready(w fyne.Window) {
	onDrawn(w, func() {
		m.Ready = m.elapsed()
		tidy(w)
		time.AfterFunc(settleFor, func() { fyne.Do(m.finish) })
	})
}

func (m *meter) finish() {
	m.RSS, m.PSS = memory(os.Getpid(), os.Getppid())
	if err := json.NewEncoder(m.out).Encode(m.measure); err != nil {
		fmt.Fprintln(os.Stderr, "baraza:", err)
	}
	m.quit()
}

// onDrawn calls do once, after the next frame of w was put on the screen: Fyne
// asks a raster for its pixels while it draws, and what is queued then runs
// when the frame is out.
func onDrawn(w fyne.Window, do func()) {
	asked := false
	mark := canvas.NewRaster(func(int, int) image.Image {
		if !asked {
			asked = true
			fyne.Do(do)
		}
		return image.NewUniform(color.Transparent)
	})
	mark.Resize(fyne.NewSquareSize(1))
	w.SetContent(container.NewStack(w.Content(), container.NewWithoutLayout(mark)))
}

// emptyWindow shows a window of Fyne's with nothing in it.
func emptyWindow(a fyne.App) {
	w := a.NewWindow("Baraza")
	w.Resize(fyne.NewSize(1000, 700))
	m := newMeter(measureEmpty, a)
	m.opened(w)
	m.ready(w)
	w.ShowAndRun()
}
