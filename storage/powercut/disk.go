//go:build linux

package powercut

import (
	"context"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// A disk is one file below the FUSE mount. While it is being recorded it notes
// what happens to it.
type disk struct {
	fs.Inode

	mu     sync.Mutex
	image  *image
	record bool
	events []event
}

// An event is a write, a flush, or the word of who uses the disk that something
// was acknowledged.
type event struct {
	kind eventKind
	at   int64
	data []byte
	ack  Ack
}

type eventKind uint8

const (
	eventWrite eventKind = iota
	eventFlush
	eventAck
)

var (
	_ fs.NodeGetattrer = (*disk)(nil)
	_ fs.NodeSetattrer = (*disk)(nil)
	_ fs.NodeOpener    = (*disk)(nil)
	_ fs.NodeReader    = (*disk)(nil)
	_ fs.NodeWriter    = (*disk)(nil)
	_ fs.NodeFsyncer   = (*disk)(nil)
)

func (d *disk) attributes(out *fuse.AttrOut) syscall.Errno {
	out.Mode = syscall.S_IFREG | 0o600
	out.Size = uint64(d.image.size)
	return 0
}

// Getattr implements [fs.NodeGetattrer].
func (d *disk) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	return d.attributes(out)
}

// Setattr implements [fs.NodeSetattrer]. A disk does not change its size.
func (d *disk) Setattr(_ context.Context, _ fs.FileHandle, _ *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return d.attributes(out)
}

// Open implements [fs.NodeOpener].
func (d *disk) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) { return nil, 0, 0 }

// Read implements [fs.NodeReader].
func (d *disk) Read(_ context.Context, _ fs.FileHandle, p []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fuse.ReadResultData(p[:d.image.readAt(p, at)]), 0
}

// Write implements [fs.NodeWriter].
func (d *disk) Write(_ context.Context, _ fs.FileHandle, p []byte, at int64) (uint32, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.image.writeAt(p, at)
	if d.record {
		d.events = append(d.events, event{kind: eventWrite, at: at, data: append([]byte(nil), p...)})
	}
	return uint32(len(p)), 0
}

// Fsync implements [fs.NodeFsyncer]: the loop device asks for it on each flush.
func (d *disk) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	d.note(event{kind: eventFlush})
	return 0
}

func (d *disk) note(e event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.record {
		d.events = append(d.events, e)
	}
}
