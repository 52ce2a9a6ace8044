package workspace

import (
	"sync"
	"time"
)

// A Watch says when a workspace that has a passphrase should be closed: nobody did
// anything for a set time, or the device slept. Whoever shows the workspace tells it of each
// key and touch, asks it every [WatchEvery], and closes the workspace. It may be used
// from several goroutines.
type Watch struct {
	clock func() (wall time.Time, ran time.Duration)

	mu      sync.Mutex
	after   time.Duration
	touched reading
	seen    reading
	due     bool
}

// reading is the time of day, and how long the processor ran: on most systems the latter
// stands still while the device sleeps.
type reading struct {
	wall time.Time
	ran  time.Duration
}

// WatchEvery is how often a Watch wants to be asked.
const WatchEvery = 5 * time.Second

// asleep is a gap that no busy device explains. A clock that is set forwards by more looks
// the same, and costs a passphrase.
const asleep = 30 * time.Second

// NewWatch begins a watch that is due when nobody did anything for after, or the device slept; after 0 or less: only
// when it slept. clock is nil outside of tests.
func NewWatch(after time.Duration, clock func() (wall time.Time, ran time.Duration)) *Watch {
	if clock == nil {
		begun := time.Now()
		clock = func() (time.Time, time.Duration) {
			now := time.Now()
			return now.Round(0), now.Sub(begun) // without and by the monotonic clock
		}
	}
	w := &Watch{after: after, clock: clock}
	w.seen = w.read()
	w.touched = w.seen
	return w
}

func (w *Watch) read() reading {
	wall, ran := w.clock()
	return reading{wall, ran}
}

// Touch notes that somebody does something. It returns what Due does: who wakes a device up
// and types is not let in by that.
func (w *Watch) Touch() (due bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.look(); !w.due {
		w.touched = w.seen
	}
	return w.due
}

// Due reports whether the workspace should be closed now. It stays true.
func (w *Watch) Due() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	return w.due
}

// After sets another time; 0 or less: only sleep counts.
func (w *Watch) After(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	w.after = d
}

func (w *Watch) look() {
	now := w.read()
	wall, ran := now.since(w.seen)
	// Where the second clock runs on in sleep, nobody asked for a while; where it
	// stands still, the first one jumps.
	slept := ran > WatchEvery+asleep || wall-ran > asleep
	byWall, byRun := now.since(w.touched)
	w.due = w.due || slept || w.after > 0 && max(byWall, byRun) >= w.after // the time of day may have been set back
	w.seen = now
}

func (r reading) since(before reading) (wall, ran time.Duration) {
	return r.wall.Sub(before.wall), r.ran - before.ran
}
