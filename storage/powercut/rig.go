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
	Ext4  = FileSystem{"ext4", []string{"mkfs.ext4", "-q", "-F"}, "", 192 << 20}
	XFS   = FileSystem{"xfs", []string{"mkfs.xfs", "-q", "-f"}, "nouuid", 384 << 20}
	Btrfs = FileSystem{"btrfs", []string{"mkfs.btrfs", "-q", "-f"}, "", 384 << 20}
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
	if _, err := exec.LookPath(kind.mkfs[0]); err != nil {
		return kind.mkfs[0]
	}
	return ""
}

// A Rig is a FUSE mount whose files are disks.
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
	for _, d := range []string{r.disks(), r.mountpoint()} {
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
	if err := keepFromChildren("/dev/fuse"); err != nil {
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
func (r *Rig) mountpoint() string { return filepath.Join(r.dir, "mnt") }

// Close unmounts the rig.
func (r *Rig) Close() error { return r.server.Unmount() }

// with makes a disk of an image, gives it a loop device while f runs, and
// removes it.
func (r *Rig) with(m *image, f func(d *disk, device string) error) error {
	ctx := context.Background()
	d := &disk{image: m}
	r.number++
	name := fmt.Sprintf("disk-%d", r.number)
	if !r.root.AddChild(name, r.root.NewPersistentInode(ctx, d, fs.StableAttr{Mode: syscall.S_IFREG}), false) {
		return fmt.Errorf("there is a %s already", name)
	}
	defer r.root.RmChild(name)
	loop, err := attach(filepath.Join(r.disks(), name))
	if err != nil {
		return err
	}
	return errors.Join(f(d, loop.Name()), loop.Close())
}

// mounted runs f on the file system on a device.
func (r *Rig) mounted(kind FileSystem, device string, f func(dir string) error) error {
	if err := unix.Mount(device, r.mountpoint(), kind.Name, 0, kind.mount); err != nil {
		return fmt.Errorf("mount %s: %w", kind.Name, err)
	}
	return errors.Join(f(r.mountpoint()), unmount(r.mountpoint()))
}

// unmount waits a little for processes that have just ended.
func unmount(dir string) error {
	var err error
	for range 50 {
		if err = unix.Unmount(dir, 0); !errors.Is(err, unix.EBUSY) {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("unmount: %w", errors.Join(err, unix.Unmount(dir, unix.MNT_DETACH)))
	}
	return nil
}

// attach gives a file a loop device, which goes when it is closed and not
// mounted any more.
func attach(file string) (*os.File, error) {
	control, err := os.OpenFile("/dev/loop-control", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer control.Close()
	backing, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer backing.Close()
	config := unix.LoopConfig{Fd: uint32(backing.Fd())}
	config.Info.Flags = unix.LO_FLAGS_AUTOCLEAR
	for range 50 { // others may take the same free one
		n, err := unix.IoctlRetInt(int(control.Fd()), unix.LOOP_CTL_GET_FREE)
		if err != nil {
			return nil, fmt.Errorf("find a loop device: %w", err)
		}
		loop, err := os.OpenFile(fmt.Sprintf("/dev/loop%d", n), os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		if err = unix.IoctlLoopConfigure(int(loop.Fd()), &config); err == nil {
			return loop, nil
		}
		loop.Close()
		if !errors.Is(err, unix.EBUSY) {
			return nil, fmt.Errorf("set up a loop device: %w", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, errors.New("no loop device is free")
}

func mkfs(kind FileSystem, device string) error {
	out, err := exec.Command(kind.mkfs[0], append(kind.mkfs[1:len(kind.mkfs):len(kind.mkfs)], device)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", kind.mkfs[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}
