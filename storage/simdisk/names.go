package simdisk

import (
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"baraza.example/storage"
)

func parts(name string) []string {
	name = strings.Trim(filepath.ToSlash(filepath.Clean(name)), "/")
	if name == "" || name == "." {
		return nil
	}
	return strings.Split(name, "/")
}

func (d *Disk) find(op, name string) (entry, error) {
	if d.down {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: ErrCrashed}
	}
	e := entry{dir: d.root}
	for _, p := range parts(name) {
		if e.dir == nil {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		next, ok := e.dir.names[p]
		if !ok {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		e = next
	}
	return e, nil
}

// parent returns the folder that holds name, and its last part.
func (d *Disk) parent(op, name string) (*dir, string, error) {
	e, err := d.find(op, filepath.Dir(filepath.Clean(name)))
	if err != nil {
		return nil, "", err
	}
	if e.dir == nil || len(parts(name)) == 0 {
		return nil, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return e.dir, filepath.Base(name), nil
}

// Open implements storage.FS.
func (d *Disk) Open(name string) (storage.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find("open", name)
	if err != nil {
		return nil, err
	}
	if e.file == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return &file{disk: d, node: e.file, life: d.life, name: name}, nil
}

// Create implements storage.FS.
func (d *Disk) Create(name string) (storage.File, error) { return d.make(name, true) }

// Append implements storage.FS.
func (d *Disk) Append(name string) (storage.File, error) { return d.make(name, false) }

func (d *Disk) make(name string, fresh bool) (storage.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, base, err := d.parent("open", name)
	if err != nil {
		return nil, err
	}
	e, there := in.names[base]
	switch {
	case there && fresh:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case there && e.file == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	case !there:
		e = entry{file: &inode{}}
		err := d.step("open", name, func() error {
			in.apply(change{base: e})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return &file{disk: d, node: e.file, life: d.life, name: name, writable: true}, nil
}

// Rename implements storage.FS.
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, aBase, err := d.parent("rename", from)
	if err != nil {
		return err
	}
	b, bBase, err := d.parent("rename", to)
	if err != nil {
		return err
	}
	e, ok := a.names[aBase]
	if !ok {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	old := b.names[bBase]
	if old.dir != nil || e.dir != nil && old.file != nil {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist}
	}
	return d.step("rename", from, func() error {
		if old.file != nil && old.file != e.file {
			d.used -= int64(len(old.file.data))
		}
		if a == b {
			a.apply(change{aBase: entry{}, bBase: e})
			return nil
		}
		b.apply(change{bBase: e})
		a.apply(change{aBase: entry{}})
		return nil
	})
}

// Remove implements storage.FS.
func (d *Disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, base, err := d.parent("remove", name)
	if err != nil {
		return err
	}
	e, ok := in.names[base]
	if !ok {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	if e.dir != nil && len(e.dir.names) > 0 {
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOTEMPTY}
	}
	return d.step("remove", name, func() error {
		if e.file != nil {
			d.used -= int64(len(e.file.data))
		}
		in.apply(change{base: entry{}})
		return nil
	})
}

// MkdirAll implements storage.FS.
func (d *Disk) MkdirAll(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.root
	for _, p := range parts(name) {
		e, ok := at.names[p]
		if !ok {
			e = entry{dir: newDir()}
			err := d.step("mkdir", name, func() error {
				at.apply(change{p: e})
				return nil
			})
			if err != nil {
				return err
			}
		}
		if e.dir == nil {
			return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
		}
		at = e.dir
	}
	return nil
}

// ReadDir implements storage.FS.
func (d *Disk) ReadDir(name string) ([]storage.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if e.dir == nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	var infos []storage.FileInfo
	for _, base := range sortedKeys(e.dir.names) {
		infos = append(infos, info(base, e.dir.names[base]))
	}
	return infos, nil
}

// Stat implements storage.FS.
func (d *Disk) Stat(name string) (storage.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find("stat", name)
	if err != nil {
		return storage.FileInfo{}, err
	}
	return info(filepath.Base(name), e), nil
}

func info(base string, e entry) storage.FileInfo {
	if e.dir != nil {
		return storage.FileInfo{Name: base, Dir: true}
	}
	return storage.FileInfo{Name: base, Size: int64(len(e.file.data))}
}

// SyncDir implements storage.FS.
func (d *Disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find("sync", name)
	if err != nil {
		return err
	}
	if e.dir == nil {
		return &fs.PathError{Op: "sync", Path: name, Err: fs.ErrInvalid}
	}
	return d.step("sync", name, func() error {
		if d.syncs.due() {
			return &fs.PathError{Op: "sync", Path: name, Err: ErrIO}
		}
		for _, c := range e.dir.changes {
			for base, x := range c {
				set(e.dir.durable, base, x)
			}
		}
		e.dir.changes = nil
		return nil
	})
}

// Free implements storage.FS.
func (d *Disk) Free(string) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.capacity == 0 {
		return 1 << 40, nil
	}
	return uint64(max(0, d.capacity-d.used)), nil
}

// Lock implements storage.FS.
func (d *Disk) Lock(name string) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name = filepath.Clean(name)
	if d.down {
		return nil, ErrCrashed
	}
	if _, held := d.locks[name]; held {
		return nil, storage.ErrInUse
	}
	d.locks[name] = d.life
	return lock{d, name, d.life}, nil
}

type lock struct {
	disk *Disk
	name string
	life int
}

func (l lock) Close() error {
	l.disk.mu.Lock()
	defer l.disk.mu.Unlock()
	if l.life == l.disk.life {
		delete(l.disk.locks, l.name)
	}
	return nil
}
