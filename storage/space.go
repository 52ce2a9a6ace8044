package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"sync"
)

// ErrSpace means that the disk is too full to write safely; the error itself is
// a [SpaceError].
var ErrSpace = errors.New("the disk is almost full")

// A SpaceError says how much must be freed before anything is written again.
type SpaceError struct {
	Free uint64 // bytes there are
	Need uint64 // bytes there must be
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("%v: %d MB are free, %d MB are needed to write safely; free %d MB and try again",
		ErrSpace, e.Free>>20, (e.Need+1<<20-1)>>20, (e.Need-e.Free+1<<20-1)>>20)
}

func (e *SpaceError) Unwrap() error { return ErrSpace }

// space keeps the store away from a full disk, where the index would end the
// process. The ballast is a file that is given up in need, so that some
// megabytes of text can still be saved after the limit has been reached.
type space struct {
	fs      FS
	dir     string
	least   uint64
	ballast int64

	mu    sync.Mutex
	given bool // the ballast is not there
}

const ballastName = "ballast"

// check says whether n more bytes may be written. Only what is urgent may use
// up the ballast: text, not attachments.
func (s *space) check(n int, urgent bool) error {
	need := s.least + uint64(n)
	free, err := s.fs.Free(s.dir)
	if err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	if free >= need {
		return nil
	}
	if urgent {
		if err := s.release(); err != nil {
			return err
		}
		if free, err = s.fs.Free(s.dir); err != nil {
			return fmt.Errorf("ask for free space: %w", err)
		}
		if free >= need {
			return nil
		}
	}
	return &SpaceError{Free: free, Need: need}
}

func (s *space) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given {
		return nil
	}
	s.given = true
	return removeIfThere(s.fs, filepath.Join(s.dir, ballastName))
}

// low says whether the ballast has been given up.
func (s *space) low() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.given
}

// fill puts the ballast back when there is plenty of room for it.
func (s *space) fill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := filepath.Join(s.dir, ballastName)
	info, err := s.fs.Stat(name)
	switch {
	case err == nil && info.Size == s.ballast:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := removeIfThere(s.fs, name); err != nil {
		return err
	}
	s.given = true
	if s.ballast == 0 {
		return nil
	}
	free, err := s.fs.Free(s.dir)
	if err != nil {
		return err
	}
	if free < s.least+2*uint64(s.ballast) {
		return nil
	}
	f, err := s.fs.Create(name)
	if err != nil {
		return err
	}
	// Noise, since a file of zeros may take no room at all.
	noise := rand.NewChaCha8([32]byte{})
	block := make([]byte, 1<<20)
	for left := s.ballast; left > 0 && err == nil; left -= int64(len(block)) {
		block = block[:min(left, int64(len(block)))]
		noise.Read(block)
		_, err = f.Write(block)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, removeIfThere(s.fs, name))
	}
	s.given = false
	return nil
}

// indexHasRoom says whether the index may write.
func (s *Store) indexHasRoom(h *handle) bool {
	if _, onDisk := h.index.(*badgerIndex); !onDisk {
		return true
	}
	free, err := s.fs.Free(s.dir)
	return err == nil && free >= s.limits.index
}

// Space says how much room there is, and whether the reserve for texts has been
// given up already: then it is time to say that the disk is nearly full.
func (s *Store) Space() (free uint64, low bool, err error) {
	free, err = s.fs.Free(s.dir)
	return free, s.space.low(), err
}
