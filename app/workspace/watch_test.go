package workspace_test

import (
	"testing"
	"time"

	"baraza.example/app/workspace"
)

// twoClocks are the time of day and how long the processor ran.
type twoClocks struct {
	wall time.Time
	ran  time.Duration
}

func (c *twoClocks) read() (time.Time, time.Duration) { return c.wall, c.ran }

// run lets time pass, and looks as often as a window does.
func (c *twoClocks) run(w *workspace.Watch, d time.Duration) {
	for ; d > 0; d -= workspace.WatchEvery {
		c.wall, c.ran = c.wall.Add(workspace.WatchEvery), c.ran+workspace.WatchEvery
		w.Due()
	}
}

func TestAWorkspaceIsLockedWhenNobodyDidAnythingOrTheDeviceSlept(t *testing.T) {
	const after = 10 * time.Minute
	for name, c := range map[string]struct {
		after time.Duration
		pass  func(c *twoClocks, w *workspace.Watch)
		due   bool
	}{
		"just now":         {after, func(c *twoClocks, w *workspace.Watch) { c.run(w, after-time.Minute) }, false},
		"nobody came":      {after, func(c *twoClocks, w *workspace.Watch) { c.run(w, after) }, true},
		"somebody typed":   {after, func(c *twoClocks, w *workspace.Watch) { c.run(w, after/2); w.Touch(); c.run(w, after*2/3) }, false},
		"never":            {0, func(c *twoClocks, w *workspace.Watch) { c.run(w, 24*time.Hour) }, false},
		"never, but sleep": {0, func(c *twoClocks, w *workspace.Watch) { c.wall = c.wall.Add(time.Minute) }, true},
		"slept, the second clock stands still": {after, func(c *twoClocks, w *workspace.Watch) {
			c.wall = c.wall.Add(time.Hour)
		}, true},
		"slept, the second clock runs on": {after, func(c *twoClocks, w *workspace.Watch) {
			c.wall, c.ran = c.wall.Add(time.Minute), c.ran+time.Minute
		}, true},
		"woken by a key": {after, func(c *twoClocks, w *workspace.Watch) {
			c.wall = c.wall.Add(time.Minute)
			if !w.Touch() {
				t.Error("a key wakes the device and lets in")
			}
		}, true},
		"the clock is set back": {after, func(c *twoClocks, w *workspace.Watch) {
			c.wall = c.wall.Add(-24 * time.Hour)
			c.run(w, after-time.Minute)
		}, false},
		"the clock is set back, and nobody came": {after, func(c *twoClocks, w *workspace.Watch) {
			c.wall = c.wall.Add(-24 * time.Hour)
			c.run(w, after)
		}, true},
		"a busy device": {after, func(c *twoClocks, w *workspace.Watch) {
			c.wall, c.ran = c.wall.Add(20*time.Second), c.ran+20*time.Second
		}, false},
		"another time was set": {after, func(c *twoClocks, w *workspace.Watch) { w.After(time.Minute); c.run(w, time.Minute) }, true},
	} {
		clock := &twoClocks{wall: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
		w := workspace.NewWatch(c.after, clock.read)
		c.pass(clock, w)
		if w.Due() != c.due || w.Touch() != c.due {
			t.Errorf("%s: due is %v", name, !c.due)
		}
	}
	if w := workspace.NewWatch(time.Hour, nil); w.Touch() || w.Due() {
		t.Error("due at once by the real clocks")
	}
}
