package app

import (
	"context"
	"errors"
	"sync"

	"baraza.example/app/workspace"
)

// choices are what a person has just chosen. It is kept on other goroutines, but in
// the order in which it was chosen.
type choices struct {
	keeping sync.Mutex // held by who keeps them

	mu    sync.Mutex // guards what follows
	made  []func(*workspace.Settings)
	stand workspace.Settings // with all of them
}

func (c *choices) add(change func(*workspace.Settings), stand workspace.Settings) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made, c.stand = append(c.made, change), stand
}

// keep has w keep all that was chosen up to now, and the look in the folder. w is nil
// before somebody has unlocked theirs.
func (c *choices) keep(ctx context.Context, w *workspace.Workspace, folder string) error {
	c.keeping.Lock()
	defer c.keeping.Unlock()
	c.mu.Lock()
	made, stand := c.made, c.stand
	c.made = nil
	c.mu.Unlock()
	if len(made) == 0 {
		return nil // it was kept with what was chosen before it
	}
	var err error
	if w != nil {
		_, err = w.Change(ctx, func(s *workspace.Settings) {
			for _, change := range made {
				change(s)
			}
		})
	}
	return errors.Join(err, workspace.KeepLook(folder, stand))
}
