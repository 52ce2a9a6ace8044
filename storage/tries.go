package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"path/filepath"
	"time"
)

// tries counts wrong passphrases in a file, since the last right one, and holds up
// the next guess the longer the more there were. It is against who sits down at the
// device: who has a copy of the folder is slowed down by Argon2id alone. The clock
// of the device is not asked, only waited for.
type tries struct {
	fs   FS
	name string
	wait func(ctx context.Context, d time.Duration) error
}

const triesName = "tries"

func newTries(fsys FS, dir string) *tries {
	return &tries{fsys, filepath.Join(dir, triesName), waitFor}
}

// freeTries are not held up: people mistype.
const (
	freeTries = 3
	firstWait = 2 * time.Second
	mostWait  = 5 * time.Minute
)

// delay is how long a guess is held up after so many wrong ones.
func delay(wrong uint32) time.Duration {
	d := firstWait
	if wrong < freeTries {
		return 0
	}
	for range wrong - freeTries {
		if d *= 2; d >= mostWait {
			return mostWait
		}
	}
	return d
}

// count returns the wrong ones; what can't be read counts as many.
func (t *tries) count() uint32 {
	b, err := readFile(t.fs, t.name, 4)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0
	case err != nil || len(b) != 4:
		return 2 * freeTries
	}
	return binary.BigEndian.Uint32(b)
}

// begin waits as long as is due and counts the guess that follows.
func (t *tries) begin(ctx context.Context) error {
	wrong := t.count()
	if err := t.wait(ctx, delay(wrong)); err != nil {
		return err
	}
	return writeFile(t.fs, t.name, binary.BigEndian.AppendUint32(nil, min(wrong, 1<<20)+1))
}

// right forgets the wrong ones.
func (t *tries) right() error {
	if err := removeIfThere(t.fs, t.name); err != nil {
		return err
	}
	return t.fs.SyncDir(filepath.Dir(t.name))
}

func waitFor(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Delay is how long [Open] will hold up the next guess at the passphrase of the
// store in dir, for the person to be told.
func Delay(fsys FS, dir string) time.Duration {
	if fsys == nil {
		fsys = OS{}
	}
	return delay(newTries(fsys, dir).count())
}
