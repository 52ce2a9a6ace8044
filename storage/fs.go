package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is the part of a file system that the store needs. Names are paths of the
// operating system. Nothing is durable before [File.Sync] (content) and
// SyncDir (creation, renaming and removal of the names in a folder) returned.
//
// The zero [Options] use [OS]; storage/simdisk is one that forgets.
type FS interface {
	Open(name string) (File, error)   // to read; fs.ErrNotExist when missing
	Create(name string) (File, error) // new; fs.ErrExist when there
	Append(name string) (File, error) // made when missing, written at its end
	Rename(from, to string) error     // replaces a file, not a folder
	Remove(name string) error         // a file or an empty folder
	MkdirAll(dir string) error
	ReadDir(dir string) ([]FileInfo, error) // by name
	Stat(name string) (FileInfo, error)
	SyncDir(dir string) error
	Free(dir string) (uint64, error)     // bytes this user may still write
	Lock(name string) (io.Closer, error) // ErrInUse when another holds it
}

// A File is read anywhere and written at its end only.
type File interface {
	io.ReaderAt
	io.Writer
	io.Closer
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
}

// FileInfo is what the store asks about a name.
type FileInfo struct {
	Name string // without its folder
	Size int64
	Dir  bool
}

// OS is the file system of the operating system.
type OS struct{}

var _ FS = OS{}

// Open implements [FS].
func (OS) Open(name string) (File, error) { return openFile(name, os.O_RDONLY) }

// Create implements [FS].
func (OS) Create(name string) (File, error) {
	return openFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

// Append implements [FS].
func (OS) Append(name string) (File, error) { return openFile(name, os.O_RDWR|os.O_CREATE) }

// Rename implements [FS].
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements [FS].
func (OS) Remove(name string) error { return os.Remove(name) }

// MkdirAll implements [FS]. New folders are for their owner alone.
func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }

// ReadDir implements [FS].
func (OS) ReadDir(dir string) ([]FileInfo, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	infos := make([]FileInfo, 0, len(entries))
	for _, e := range entries {
		i, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, FileInfo{Name: e.Name(), Size: i.Size(), Dir: e.IsDir()})
	}
	return infos, nil
}

// Stat implements [FS].
func (OS) Stat(name string) (FileInfo, error) {
	i, err := os.Stat(name)
	if err != nil {
		return FileInfo{}, err
	}
	return FileInfo{Name: i.Name(), Size: i.Size(), Dir: i.IsDir()}, nil
}

// SyncDir implements [FS].
func (OS) SyncDir(dir string) error { return syncDir(dir) }

// Free implements [FS].
func (OS) Free(dir string) (uint64, error) { return freeSpace(dir) }

// Lock implements [FS] with a lock that the system drops when the process ends,
// however it ends.
func (OS) Lock(name string) (io.Closer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// osFile keeps its own write position: O_APPEND would take away the right to
// truncate on Windows.
type osFile struct {
	*os.File
	end int64
}

func openFile(name string, flag int) (File, error) {
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &osFile{f, end}, nil
}

func (f *osFile) Write(p []byte) (int, error) {
	n, err := f.WriteAt(p, f.end)
	f.end += int64(n)
	return n, err
}

func (f *osFile) Size() (int64, error) {
	i, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return i.Size(), nil
}

func (f *osFile) Truncate(size int64) error {
	if err := f.File.Truncate(size); err != nil {
		return err
	}
	f.end = size
	return nil
}

// readFile returns a whole file that is no longer than limit.
func readFile(fsys FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, fmt.Errorf("%s is %d bytes long, more than %d", name, size, limit)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(f, 0, size), data); err != nil {
		return nil, err
	}
	return data, nil
}

// writeFile puts data under name so that after a crash there is either the old
// file or the new one.
func writeFile(fsys FS, name string, data []byte) error {
	temp := name + ".new"
	if err := removeIfThere(fsys, temp); err != nil {
		return err
	}
	f, err := fsys.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := fsys.Rename(temp, name); err != nil {
		return err
	}
	return fsys.SyncDir(filepath.Dir(name))
}

func exists(fsys FS, name string) (bool, error) {
	_, err := fsys.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func removeIfThere(fsys FS, name string) error {
	if err := fsys.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// removeTree removes a file, or a folder with everything in it.
func removeTree(fsys FS, name string) error {
	info, err := fsys.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Dir {
		infos, err := fsys.ReadDir(name)
		if err != nil {
			return err
		}
		for _, i := range infos {
			if err := removeTree(fsys, filepath.Join(name, i.Name)); err != nil {
				return err
			}
		}
	}
	return removeIfThere(fsys, name)
}

// makeDir makes a folder, with those above it, and its name durable: also when it
// is there, since who made it may have been killed before its name was synced.
func makeDir(fsys FS, dir string) error {
	above := filepath.Dir(dir)
	there, err := exists(fsys, dir)
	if err != nil {
		return err
	}
	if !there {
		if there, err = exists(fsys, above); err == nil && !there {
			err = makeDir(fsys, above)
		}
		if err == nil {
			err = fsys.MkdirAll(dir)
		}
		if err != nil {
			return err
		}
	}
	return fsys.SyncDir(above)
}
