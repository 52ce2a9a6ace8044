// Package world runs devices, hubs and a centre in one process, joined by links
// that break, from one seed. Tests run it in virtual time on simulated disks;
// the commands demo and bench run the same code on real files, with the real
// index and database, over TCP on loopback.
//
// It takes no testing.T: what must hold at the end is an [Account]. In a
// testing/synctest bubble only the simulated kind works, for the real index
// costs processor time for every virtual hour. Start at [New].
package world

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/storage/simdisk"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/identity"
	"baraza.example/sync/linksim"
)

// Options say which world. The zero value is simulated, and nothing in it breaks.
type Options struct {
	Seed  uint64
	Dir   string // of real files; "": simulated disks, links in virtual time
	Forms []workspace.Form
	Link  linksim.Profile // of every link
	// FirstCut has one connection cut at the latest when this many bytes have
	// gone up, on real links; see linksim.ProxyOptions.
	FirstCut     int64
	Consultation string // its ID; "": the built-in one's
	Broken       Variant
	// Hostile is the share of the records which hubs carry that they drop, reorder,
	// replay or alter, until Reform.
	Hostile float64
	Logger  *slog.Logger
}

// A World is the parties and what happened. Its methods may be called from
// several goroutines, those of one party from one at a time.
type World struct {
	options Options
	random  *rand.Rand
	net     network
	centre  *Centre
	mu      sync.Mutex
	devices []*Device
	hubs    []*Hub
	made    []Made
	asked   []*Asked

	mischief Mischief
	reformed bool
	refused  atomic.Int64
}

// Reform has hostile hubs do nothing more.
func (w *World) Reform() { w.reformed = true }

// Mischief is what hostile hubs have done.
func (w *World) Mischief() Mischief { return w.mischief }

// watched is serve, with what it refuses counted.
func (w *World) watched(serve serving) serving {
	return func(ctx context.Context, c exchange.Conn) (exchange.Report, error) {
		report, err := serve(ctx, c)
		for _, r := range report.Refused {
			if r.Code != batch.RefusedGap {
				w.refused.Add(1)
			}
		}
		return report, err
	}
}

// Refused is how many records those who were met have refused for what they are,
// and not because one before them was missing.
func (w *World) Refused() int64 { return w.refused.Load() }

// Made is a submission that a device has acknowledged to its person: it must
// be received, once.
type Made struct {
	Device *Device
	Item   string // workspace.Item's Name
}

// New makes a world with a centre.
func New(ctx context.Context, o Options) (*World, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Consultation == "" {
		builtin, _, err := workspace.Builtin()
		if err != nil {
			return nil, err
		}
		o.Consultation = builtin.ID
	}
	w := &World{options: o, random: rand.New(rand.NewPCG(o.Seed, 0x6261_7261_7a61))}
	if o.Dir == "" {
		w.net = newVirtual(o)
	} else {
		w.net = newLoopback(o)
	}
	var err error
	if w.centre, err = w.newCentre(ctx, o.Consultation); err != nil {
		return nil, errors.Join(err, w.net.close())
	}
	return w, nil
}

// Rand is the world's source of randomness: the same seed, the same world.
// Keys are drawn elsewhere.
func (w *World) Rand() *rand.Rand { return w.random }

// Centre is the centre.
func (w *World) Centre() *Centre { return w.centre }

// Devices lists the devices.
func (w *World) Devices() []*Device { return w.devices }

// Hubs lists the hubs.
func (w *World) Hubs() []*Hub { return w.hubs }

// Links sums up what all links have carried and how often they were cut.
func (w *World) Links() linksim.Stats { return w.net.stats() }

// never is a byte count that no run reaches.
const never = 1 << 60

// CutAfter has the link between two parties cut when the n-th byte from now has
// arrived in that direction, once. Real links are cut by their profile alone.
func (w *World) CutAfter(from, to string, d linksim.Direction, n int64) { w.net.cut(from, to, d, n) }

// Mend takes back what CutAfter has in store, and on real links what the
// profile has.
func (w *World) Mend(from, to string) {
	w.net.cut(from, to, linksim.Up, never)
	w.net.cut(from, to, linksim.Down, never)
}

// hubName is the name of a hub that a record passed.
func (w *World) hubName(id identity.ID) string {
	for _, h := range w.hubs {
		if h.hub.Self().ID == id {
			return h.Name
		}
	}
	return id.Short()
}

// Address is where one party reaches another from another process.
func (w *World) Address(from, to string) (string, error) { return w.net.address(from, to) }

// remember notes what must be received at the end.
func (w *World) remember(d *Device, i workspace.Item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made = append(w.made, Made{d, i.Name})
}

// Close stops every party.
func (w *World) Close() error {
	var errs []error
	for _, d := range w.devices {
		errs = append(errs, d.stop())
	}
	for _, h := range w.hubs {
		errs = append(errs, h.stop())
	}
	return errors.Join(append(errs, w.centre.stop(), w.net.close())...)
}

// A disk is where a party keeps its files, and what a kill does to them.
type disk struct {
	dir string
	sim *simdisk.Disk // nil for real files
}

func (w *World) newDisk(name string) disk {
	if w.options.Dir != "" {
		return disk{dir: filepath.Join(w.options.Dir, name)}
	}
	return disk{dir: "/" + name, sim: simdisk.New(w.random.Uint64())}
}

// storeOptions opens a store on the disk: simulated ones have an index in memory.
func (d disk) storeOptions(o Options) storage.Options {
	s := storage.Options{Logger: o.Logger}
	if d.sim != nil {
		s.FS, s.MemoryIndex, s.NoBallast = o.Broken.disk(d.sim), true, true
	}
	return s
}

// open opens a party's workspace.
func (w *World) open(ctx context.Context, d disk) (*workspace.Workspace, error) {
	ws, err := workspace.Open(ctx, d.dir, workspace.Options{
		Store: d.storeOptions(w.options), Forms: w.options.Forms, Logger: w.options.Logger, Clock: time.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.dir, err)
	}
	return ws, nil
}
