package app

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// jobs is how work leaves the goroutine that draws, and comes back to it.
type jobs struct {
	away  func(func())                              // runs elsewhere
	here  func(func())                              // runs where drawing is done
	after func(time.Duration, func()) (stop func()) // runs later, where drawing is done
}

// background works as a program does; do hands work to the goroutine that draws.
// Nothing comes back to a window that has ended, nor what was on its way when it
// did: Fyne closes the queue then.
func background(ended func() bool, do func(func())) jobs {
	here := func(f func()) {
		if ended() {
			return
		}
		do(func() {
			if !ended() {
				f()
			}
		})
	}
	return jobs{
		away: func(f func()) { go f() },
		here: here,
		after: func(d time.Duration, f func()) func() {
			t := time.AfterFunc(d, func() { here(f) })
			return func() { t.Stop() }
		},
	}
}

// run does work elsewhere and tells done of its error, here.
func (j jobs) run(work func() error, done func(error)) {
	j.away(func() {
		err := work()
		j.here(func() { done(err) })
	})
}

// The times of autosaving. Together they are less than the second in which all
// that was typed is on the disk.
const (
	saveAfter  = 400 * time.Millisecond
	retryAfter = 3 * time.Second
)

// An autosave has what a person types on the disk within a second, without the
// window ever waiting for the disk.
type autosave struct {
	a *App
	// take takes what is to be saved as it stands now; what it returns saves it
	// and may be called elsewhere.
	take func() func(context.Context) error

	dirty, waiting bool
	taken          int // how many times

	mu    sync.Mutex // held while saving
	saved int        // the last taken that was saved
}

// touched is called after every change.
func (s *autosave) touched() {
	s.dirty = true
	s.a.shell.saving()
	s.later(saveAfter)
}

func (s *autosave) later(d time.Duration) {
	if s.waiting {
		return
	}
	s.waiting = true
	s.a.jobs.after(d, func() {
		s.waiting = false
		s.save()
	})
}

func (s *autosave) save() {
	if !s.dirty {
		return
	}
	write := s.next()
	s.a.jobs.run(write, s.done)
}

// flush saves before it returns: when a screen is left or the window closed.
func (s *autosave) flush() {
	if s.dirty {
		s.done(s.next()())
	}
}

// next takes what there is. An older state never goes over a newer one.
func (s *autosave) next() func() error {
	s.dirty = false
	s.taken++
	number, write := s.taken, s.take()
	return func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if number < s.saved {
			return nil
		}
		if err := write(context.WithoutCancel(s.a.ctx)); err != nil {
			return err
		}
		s.saved = number
		return nil
	}
}

func (s *autosave) done(err error) {
	if err != nil {
		s.dirty = true
		s.a.shell.notSaved(err)
		s.later(retryAfter)
		return
	}
	if !s.dirty {
		s.a.shell.savedAt(s.a.clock())
	}
}

var errTooLarge = errors.New("the file is too large")

func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = errTooLarge
	}
	return content, err
}

// A gauge passes on how many bytes moved, not more often than can be drawn.
type gauge struct {
	jobs     jobs
	show     func(up, down int64)
	mu       sync.Mutex
	up, down int64
	asked    bool // a drawing is on its way
}

func newGauge(j jobs, show func(up, down int64)) *gauge { return &gauge{jobs: j, show: show} }

// moved is called from anywhere.
func (g *gauge) moved(up, down int64) {
	g.mu.Lock()
	g.up, g.down = up, down
	asked := g.asked
	g.asked = true
	g.mu.Unlock()
	if asked {
		return
	}
	g.jobs.away(func() {
		g.jobs.here(func() {
			g.mu.Lock()
			up, down := g.up, g.down
			g.asked = false
			g.mu.Unlock()
			g.show(up, down)
		})
	})
}
