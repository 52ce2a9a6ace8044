// Package simdisk is a disk in memory that forgets: a [Disk] is a storage.FS on
// which only what was synced is sure to outlive [Disk.Crash]. It follows POSIX
// and no kinder file system: the content of a file and the name of a file are
// synced apart, and of what was not synced any part may survive, torn at
// sectors of 512 bytes.
//
// Everything happens by the seed; there are no goroutines and no timers. Start
// at [New].
package simdisk

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"

	"baraza.example/storage"
)

// ErrIO is the error that [Disk.FailSync] and [Disk.FailWrite] bring about.
var ErrIO = errors.New("input/output error")

// ErrCrashed is what handles from before a crash give after it.
var ErrCrashed = errors.New("the machine went down under this file")

// A Disk is a storage.FS. It may be used by several goroutines.
type Disk struct {
	mu       sync.Mutex
	rand     *rand.Rand
	root     *dir
	life     int // counts crashes; handles belong to one life
	locks    map[string]int
	capacity int64 // 0 means without end
	used     int64
	writes   countdown
	syncs    countdown
	ticks    countdown
	down     bool // the power was cut and nobody has called Crash or Kill yet
}

var _ storage.FS = (*Disk)(nil)

// dir is a folder: the names that programs see, and the changes to them that
// are not yet durable, in order.
type dir struct {
	names   map[string]entry
	durable map[string]entry
	changes []change
}

type entry struct {
	dir  *dir
	file *inode
}

// change sets names, or removes those whose entry is empty. A rename within a
// folder is one change: it happens as a whole or not at all.
type change map[string]entry

// inode is the content of a file. Both slices are only ever appended to or
// replaced, so durable may share its bytes with data.
type inode struct{ data, durable []byte }

type countdown struct{ left int }

// due counts one event, and says whether it is the one to fail.
func (c *countdown) due() bool {
	if c.left == 0 {
		return false
	}
	c.left--
	return c.left == 0
}

// New returns an empty disk whose misfortunes follow from seed.
func New(seed uint64) *Disk {
	return &Disk{
		rand:  rand.New(rand.NewPCG(seed, 0x64697363)),
		root:  newDir(),
		locks: map[string]int{},
	}
}

func newDir() *dir { return &dir{names: map[string]entry{}, durable: map[string]entry{}} }

// SetCapacity makes the disk full once its files hold n bytes; 0 lifts it.
func (d *Disk) SetCapacity(n int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.capacity = n
}

// Used returns how many bytes the files hold.
func (d *Disk) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used
}

// FailWrite makes the n-th write from now fail with [ErrIO] half done; 0 takes it back.
func (d *Disk) FailWrite(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writes.left = n
}

// FailSync makes the n-th sync from now, of a file or folder, fail with
// [ErrIO] and make nothing durable; 0 takes it back.
func (d *Disk) FailSync(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.syncs.left = n
}

// CutAfter cuts the power at the n-th half step from now: a change or a sync
// has one before it happens and one before its caller hears of it. From then on
// everything fails with [ErrCrashed] until [Disk.Crash] or [Disk.Kill]; 0 takes it back.
func (d *Disk) CutAfter(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ticks.left = n
}

// step runs f, which changes the disk, as two half steps.
func (d *Disk) step(op, name string, f func() error) error {
	for half := range 2 {
		if d.down = d.down || d.ticks.due(); d.down {
			return &fs.PathError{Op: op, Path: name, Err: ErrCrashed}
		}
		if half == 0 {
			if err := f(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Kill ends the process, not the machine: open files are lost and locks are
// dropped, but all that was written stays, as little synced as it was.
func (d *Disk) Kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restart()
}

func (d *Disk) restart() {
	d.life++
	clear(d.locks)
	d.writes, d.syncs, d.ticks, d.down = countdown{}, countdown{}, countdown{}, false
}

// Crash cuts the power, and gives it back. Open files are lost, locks are dropped, and what was
// not synced is kept, dropped or torn by the seed.
func (d *Disk) Crash() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restart()
	d.used = 0
	d.settle(d.root, map[*inode]bool{})
}

func (d *Disk) settle(at *dir, seen map[*inode]bool) {
	// Most file systems keep the order of changes to a folder, POSIX does not
	// ask them to: so one crash in two loses any of them, not only the last.
	anyOrder := d.rand.IntN(2) == 0
	keep := d.rand.IntN(len(at.changes) + 1)
	for i, c := range at.changes {
		if anyOrder && d.rand.IntN(2) == 0 || !anyOrder && i >= keep {
			continue
		}
		for name, e := range c {
			set(at.durable, name, e)
		}
	}
	at.changes = nil
	at.names = make(map[string]entry, len(at.durable))
	for _, name := range sortedKeys(at.durable) {
		e := at.durable[name]
		at.names[name] = e
		if e.dir != nil {
			d.settle(e.dir, seen)
		} else if !seen[e.file] {
			seen[e.file] = true
			e.file.data = d.tear(e.file)
			e.file.durable = e.file.data
			d.used += int64(len(e.file.data))
		}
	}
}

const sector = 512

// tear returns what a crash leaves of a file.
func (d *Disk) tear(f *inode) []byte {
	if len(f.data) < len(f.durable) { // a truncation not synced
		if d.rand.IntN(2) == 0 {
			return f.data
		}
		return f.durable
	}
	fresh := f.data[len(f.durable):]
	out := slices.Clone(f.durable)
	switch d.rand.IntN(4) {
	case 0: // nothing of it
		return out
	case 1: // all of it
		return append(out, fresh...)
	case 2: // its beginning
		return append(out, fresh[:d.rand.IntN(len(fresh)+1)]...)
	}
	// Its length, and some of its sectors.
	start := len(out)
	out = append(out, fresh...)
	for at := start; at < len(out); {
		end := min((at/sector+1)*sector, len(out))
		if d.rand.IntN(2) == 0 {
			clear(out[at:end])
		}
		at = end
	}
	return out
}

// Flip inverts one bit of a file behind everyone's back.
func (d *Disk) Flip(name string, bit int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := d.find("flip", name)
	if err != nil {
		return err
	}
	if e.file == nil || bit/8 >= int64(len(e.file.data)) {
		return &fs.PathError{Op: "flip", Path: name, Err: fs.ErrInvalid}
	}
	e.file.data = slices.Clone(e.file.data)
	e.file.data[bit/8] ^= 1 << (bit % 8)
	e.file.durable = e.file.data
	return nil
}

// Files returns the names of all files, in order.
func (d *Disk) Files() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	var walk func(at *dir, path string)
	walk = func(at *dir, path string) {
		for _, name := range sortedKeys(at.names) {
			full := path + string(filepath.Separator) + name
			if e := at.names[name]; e.dir != nil {
				walk(e.dir, full)
			} else {
				all = append(all, full)
			}
		}
	}
	walk(d.root, "")
	return all
}

func sortedKeys(m map[string]entry) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func set(names map[string]entry, name string, e entry) {
	if e == (entry{}) {
		delete(names, name)
	} else {
		names[name] = e
	}
}

func (at *dir) apply(c change) {
	for name, e := range c {
		set(at.names, name, e)
	}
	at.changes = append(at.changes, c)
}
