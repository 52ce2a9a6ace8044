package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Wipe makes what is in the folder of a store unreadable and then removes it. The
// key slots are destroyed first, overwritten where they lie and synced: from that
// moment on no passphrase, words or key open anything. What follows is tidying up,
// and goes on after errors; the first is returned.
//
// It can't promise that no older copy of the slots is left: flash memory and some
// file systems write elsewhere instead of over, and a backup or a copied folder is
// not reached. Who has such a copy still needs the passphrase, the words or the key
// of then; a store that never had one is open to them.
//
// The store must be closed: [ErrInUse] otherwise. ctx ends it after the slots.
func Wipe(ctx context.Context, fsys FS, dir string) error {
	if fsys == nil {
		fsys = OS{}
	}
	return wipe(ctx, fsys, dir)
}

// wipe is [Wipe] of a folder in which something else is kept, too.
func wipe(ctx context.Context, fsys FS, dir string, kept ...string) error {
	if _, err := fsys.Stat(dir); err != nil {
		return fmt.Errorf("wipe: %w", err)
	}
	lock, err := fsys.Lock(filepath.Join(dir, lockName))
	if err != nil {
		return fmt.Errorf("wipe: %w", err)
	}
	first := destroySlots(fsys, dir)
	if err := ctx.Err(); err != nil {
		return errors.Join(first, err, lock.Close())
	}
	infos, err := fsys.ReadDir(dir)
	note := func(err error) {
		if first == nil && err != nil {
			first = fmt.Errorf("wipe: %w", err)
		}
	}
	note(err)
	for _, i := range infos {
		if i.Name != lockName && !slices.Contains(kept, i.Name) {
			note(removeTree(fsys, filepath.Join(dir, i.Name)))
		}
	}
	note(lock.Close())
	if len(kept) > 0 {
		note(removeIfThere(fsys, filepath.Join(dir, lockName)))
		note(fsys.SyncDir(dir))
		return first
	}
	note(removeTree(fsys, dir))
	note(fsys.SyncDir(filepath.Dir(dir)))
	return first
}

// An overwriter is an FS that can write over a file where it lies.
type overwriter interface {
	Overwrite(name string, data []byte) error
}

// Overwrite writes over the beginning of a file and syncs it.
func (OS) Overwrite(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// destroySlots writes noise over all that keys are wrapped in, and removes it.
func destroySlots(fsys FS, dir string) error {
	var first error
	for _, name := range []string{kekName, keysName, keysCopyName} {
		for _, name := range []string{name, name + ".new"} {
			name = filepath.Join(dir, name)
			info, err := fsys.Stat(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if over, ok := fsys.(overwriter); ok && err == nil {
				noise := make([]byte, info.Size)
				rand.Read(noise)
				err = over.Overwrite(name, noise)
			}
			if e := fsys.Remove(name); err == nil {
				err = e
			}
			if first == nil && err != nil {
				first = fmt.Errorf("wipe the keys: %w", err)
			}
		}
	}
	if err := fsys.SyncDir(dir); first == nil && err != nil {
		first = err
	}
	return first
}
