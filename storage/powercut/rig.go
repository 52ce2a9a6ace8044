//go:build linux

package powercut

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// A FileSystem is one that the kernel knows and mkfs makes.
type FileSystem struct {
	Name  string // as mount and mkfs call it
	mkfs  []string
	mount string // options
	size  int64
}

// The file systems that laptops and small boxes have. The sizes are the least
// that the makers of the latter two take, with room to write.
var (
	Ext4  = FileSystem{"ext4", []string{"mkfs.ext4", "-q", "-F"}, "loop", 192 << 20}
	XFS   = FileSystem{"xfs", []string{"mkfs.xfs", "-q", "-f"}, "loop,nouuid", 384 << 20}
	Btrfs = FileSystem{"btrfs", []string{"mkfs.btrfs", "-q", "-f"}, "loop", 384 << 20}
)

// Missing says what is not there to cut the power of a file system of this
// kind; "" when everything is.
func Missing(kind FileSystem) string {
	if os.Geteuid() != 0 {
		return "root"
	}
	for _, name := range []string{"/dev/fuse", "/dev/loop-control"} {
		if f, err := os.OpenFile(name, os.O_RDWR, 0); err != nil {
			return name
		} else if err := f.Close(); err != nil {
			return name
		}
	}
	for _, name := range []string{kind.mkfs[0], "mount", "umount", "sync"} {
		if _, err := exec.LookPath(name); err != nil {
			return name
		}
	}
	return ""
}

// A Rig has two folders for disks: of one the files are served by this process, which sees
// all that happens to them; the other is in memory, and quicker.
type Rig struct {
	dir    string
	root   *fs.Inode
	server *fuse.Server
	number int
}

// NewRig mounts a rig below the folder dir. Mounts outlive a process that is
// killed unless it has a mount namespace of its own.
func NewRig(dir string) (*Rig, error) {
	r := &Rig{dir: dir}
	for _, d := range []string{r.disks(), r.states(), r.mountpoint()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	root := &fs.Inode{}
	none := time.Duration(0)
	server, err := fs.Mount(r.disks(), root, &fs.Options{
		EntryTimeout: &none, AttrTimeout: &none,
		MountOptions: fuse.MountOptions{DirectMountStrict: true, MaxWrite: 1 << 20, FsName: "powercut"},
	})
	if err != nil {
		return nil, fmt.Errorf("mount the disks: %w", err)
	}
	r.root, r.server = root, server
	err = keepFromChildren("/dev/fuse")
	if err == nil {
		err = r.command("mount", "-t", "tmpfs", "powercut", r.states())
	}
	if err != nil {
		return nil, errors.Join(err, server.Unmount())
	}
	return r, nil
}

// keepFromChildren has the processes that are started later not inherit what is open
// of a file. One that did would keep the disks waiting for a server that is gone,
// and itself with them, for ever.
func keepFromChildren(file string) error {
	const own = "/proc/self/fd"
	entries, err := os.ReadDir(own)
	if err != nil {
		return err
	}
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			return err
		}
		if to, err := os.Readlink(filepath.Join(own, e.Name())); err == nil && to == file {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

func (r *Rig) disks() string      { return filepath.Join(r.dir, "disks") }
func (r *Rig) states() string     { return filepath.Join(r.dir, "states") }
func (r *Rig) mountpoint() string { return filepath.Join(r.dir, "mnt") }

// Close unmounts the rig.
func (r *Rig) Close() error {
	return errors.Join(r.command("umount", r.states()), r.server.Unmount())
}

// served makes a disk of an image that can be recorded while f runs.
func (r *Rig) served(m *image, f func(d *disk, file string) error) error {
	d := &disk{image: m}
	r.number++
	name := fmt.Sprintf("disk-%d", r.number)
	if !r.root.AddChild(name, r.root.NewPersistentInode(context.Background(), d, fs.StableAttr{Mode: syscall.S_IFREG}), false) {
		return fmt.Errorf("there is a %s already", name)
	}
	defer r.root.RmChild(name)
	return f(d, filepath.Join(r.disks(), name))
}

// inMemory makes a disk of an image while f runs.
func (r *Rig) inMemory(m *image, f func(file string) error) error {
	name := filepath.Join(r.states(), "state")
	if err := m.save(name); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return errors.Join(f(name), os.Remove(name))
}

// mounted runs f on the file system on a disk. The loop device goes with the mount.
func (r *Rig) mounted(kind FileSystem, disk string, f func(dir string) error) error {
	if err := r.command("mount", "-t", kind.Name, "-o", kind.mount, disk, r.mountpoint()); err != nil {
		return err
	}
	return errors.Join(f(r.mountpoint()), r.unmount())
}

// unmount waits a little for processes that have just ended.
func (r *Rig) unmount() error {
	var err error
	for range 50 {
		if err = r.command("umount", r.mountpoint()); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.Join(err, r.command("umount", "-l", r.mountpoint()))
}

// command runs a program of the system to its end, whatever a terminal says: one that
// was stopped half way would leave its mount behind.
func (r *Rig) command(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// sync has the file system on the mountpoint write all that it holds.
func (r *Rig) sync() error { return r.command("sync", "-f", r.mountpoint()) }

func (r *Rig) mkfs(kind FileSystem, disk string) error {
	return r.command(kind.mkfs[0], append(kind.mkfs[1:len(kind.mkfs):len(kind.mkfs)], disk)...)
}
