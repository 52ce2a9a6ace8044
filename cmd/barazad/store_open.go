package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"baraza.example/storage"
)

// storeFlags are what every command on a store itself takes.
type storeFlags struct {
	deviceFlags
}

func newStoreFlags(command string, io streams) storeFlags {
	return storeFlags{newFolderFlags(command, io)}
}

// open opens a store that is there, and says what had to be mended.
func (f storeFlags) open(ctx context.Context) (*storage.Store, error) {
	if *f.dir == "" {
		return nil, fmt.Errorf("--dir is missing: %w", errUsage)
	}
	if _, err := os.Stat(*f.dir); errors.Is(err, fs.ErrNotExist) {
		return nil, err // none is made by looking
	}
	s, err := unlocked(f.io, f.unlock, func(with storage.Unlocking) (*storage.Store, error) {
		return storage.Open(ctx, *f.dir, storage.Options{Logger: f.storeLog(), Unlocking: with, Calibrate: true})
	})
	if err != nil {
		return nil, err
	}
	if line := sayReport(*f.dir, s.Report()); line != "" {
		fmt.Fprintf(f.io.err, "%s: %s\n", f.Name(), line)
	}
	return s, nil
}
