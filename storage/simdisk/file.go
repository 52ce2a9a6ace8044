package simdisk

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"syscall"
)

// file is an open file of one life of the disk.
type file struct {
	disk     *Disk
	node     *inode
	name     string
	life     int
	writable bool
	closed   bool
}

// enter takes the disk's lock when the file may still be used.
func (f *file) enter(op string) error {
	f.disk.mu.Lock()
	var err error
	switch {
	case f.life != f.disk.life || f.disk.down:
		err = ErrCrashed
	case f.closed:
		err = fs.ErrClosed
	case !f.writable && (op == "write" || op == "truncate"):
		err = fs.ErrPermission
	default:
		return nil
	}
	f.disk.mu.Unlock()
	return f.fail(op, err)
}

func (f *file) fail(op string, err error) error {
	return &fs.PathError{Op: op, Path: f.name, Err: err}
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if err := f.enter("read"); err != nil {
		return 0, err
	}
	defer f.disk.mu.Unlock()
	if off < 0 {
		return 0, f.fail("read", fs.ErrInvalid)
	}
	if off >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) Write(p []byte) (int, error) {
	if err := f.enter("write"); err != nil {
		return 0, err
	}
	defer f.disk.mu.Unlock()
	n := len(p)
	err := f.disk.step("write", f.name, func() (err error) {
		if f.disk.writes.due() {
			n, err = len(p)/2, f.fail("write", ErrIO)
		}
		if c := f.disk.capacity; c > 0 && f.disk.used+int64(n) > c {
			n, err = int(max(0, c-f.disk.used)), f.fail("write", syscall.ENOSPC)
		}
		f.node.data = append(f.node.data, p[:n]...)
		f.disk.used += int64(n)
		return err
	})
	if errors.Is(err, ErrCrashed) {
		return 0, err
	}
	return n, err
}

func (f *file) Truncate(size int64) error {
	if err := f.enter("truncate"); err != nil {
		return err
	}
	defer f.disk.mu.Unlock()
	if size < 0 || size > int64(len(f.node.data)) {
		return f.fail("truncate", fs.ErrInvalid)
	}
	return f.disk.step("truncate", f.name, func() error {
		f.disk.used -= int64(len(f.node.data)) - size
		f.node.data = slices.Clone(f.node.data[:size]) // durable may share the old bytes
		return nil
	})
}

func (f *file) Sync() error {
	if err := f.enter("sync"); err != nil {
		return err
	}
	defer f.disk.mu.Unlock()
	return f.disk.step("sync", f.name, func() error {
		if f.disk.syncs.due() {
			return f.fail("sync", ErrIO)
		}
		f.node.durable = f.node.data
		return nil
	})
}

func (f *file) Size() (int64, error) {
	if err := f.enter("stat"); err != nil {
		return 0, err
	}
	defer f.disk.mu.Unlock()
	return int64(len(f.node.data)), nil
}

func (f *file) Close() error {
	if err := f.enter("close"); err != nil {
		return err
	}
	f.closed = true
	f.disk.mu.Unlock()
	return nil
}
