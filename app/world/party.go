package world

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
)

// A Device is one organisation's laptop or phone.
type Device struct {
	Name string
	*workspace.Workspace
	w     *World
	disk  disk
	Tries int // contacts so far
	// Lost lists what the device had acknowledged and no longer knew after a kill.
	Lost []string
	// Cloned says that this device is a copy, or was copied.
	Cloned bool
	down   bool
}

// AddDevice sets up a device that has not joined yet.
func (w *World) AddDevice(ctx context.Context, name, organisation string) (*Device, error) {
	d := &Device{Name: name, w: w, disk: w.newDisk(name)}
	if err := d.start(ctx); err != nil {
		return nil, err
	}
	if err := d.SetUp(ctx, organisation, name); err != nil {
		return nil, errors.Join(err, d.stop())
	}
	w.devices = append(w.devices, d)
	return d, nil
}

// AddDeviceOf sets up another device of first's organisation, by the texts that people
// carry from one to the other. It joins with what first gives it.
func (w *World) AddDeviceOf(ctx context.Context, name string, first *Device) (*Device, error) {
	d := &Device{Name: name, w: w, disk: w.newDisk(name)}
	if err := d.start(ctx); err != nil {
		return nil, err
	}
	request, err := d.RequestCard(ctx, name)
	if err != nil {
		return nil, errors.Join(err, d.stop())
	}
	_, file, err := first.AddDevice(ctx, []byte(request.Line()))
	if err == nil {
		err = d.TakeCard(ctx, file)
	}
	if err != nil {
		return nil, errors.Join(err, d.stop())
	}
	w.devices = append(w.devices, d)
	return d, nil
}

// Clone starts a second device from a copy of d's disk, as it happens when a
// folder is copied or a virtual machine duplicated. Only simulated disks can.
func (w *World) Clone(ctx context.Context, d *Device, name string) (*Device, error) {
	if d.disk.sim == nil {
		return nil, errors.New("only a simulated device can be cloned")
	}
	d.Cloned = true
	c := &Device{Name: name, Cloned: true, w: w, disk: disk{dir: d.disk.dir, sim: d.disk.sim.Copy(w.random.Uint64())}}
	if err := c.start(ctx); err != nil {
		return nil, err
	}
	w.devices = append(w.devices, c)
	return c, nil
}

func (d *Device) start(ctx context.Context) (err error) {
	d.Workspace, err = d.w.open(ctx, d.disk)
	d.down = err != nil
	return err
}

func (d *Device) stop() error {
	if d.down {
		return nil
	}
	d.down = true
	return d.Workspace.Close()
}

// Made tells the world of a submission that the device has acknowledged.
func (d *Device) Made(i workspace.Item) { d.w.remember(d, i) }

// Contact runs one exchange with a hub or the centre.
func (d *Device) Contact(ctx context.Context, with string) (exchange.Report, error) {
	d.Tries++
	return d.w.contact(ctx, d.Workspace, d.Name, with)
}

func (w *World) contact(ctx context.Context, ws *workspace.Workspace, from, to string) (exchange.Report, error) {
	t, err := w.net.transport(from, to)
	if err != nil {
		return exchange.Report{}, err
	}
	defer t.Close()
	return ws.Exchange(ctx, t)
}

// Kill stops the device as a power cut or SIGKILL would, and starts it again.
// On a simulated disk what was not synced is lost.
func (d *Device) Kill(ctx context.Context) error {
	before, err := d.Items(ctx)
	if err != nil {
		return err
	}
	if d.disk, err = d.w.crash(d.disk, d.Workspace); err != nil {
		return err
	}
	if err := d.start(ctx); err != nil {
		return fmt.Errorf("after a kill: %w", err)
	}
	return d.Compare(ctx, before)
}

// Dir is the device's folder.
func (d *Device) Dir() string { return d.disk.dir }

// Release closes the store, so that another process may open it.
func (d *Device) Release() error { return d.stop() }

// Reclaim opens the store again.
func (d *Device) Reclaim(ctx context.Context) error { return d.start(ctx) }

// Compare notes what was acknowledged before a kill and is not there after it.
func (d *Device) Compare(ctx context.Context, before []workspace.Item) error {
	now := map[string]workspace.Item{}
	items, err := d.Items(ctx)
	if err != nil {
		return err
	}
	for _, i := range items {
		now[i.Name] = i
	}
	for _, b := range before {
		switch i, ok := now[b.Name]; {
		case !ok:
			d.Lost = append(d.Lost, b.Name)
		case b.Delivery.State == storage.Received && i.Delivery.State != storage.Received:
			d.Lost = append(d.Lost, "the receipt of "+b.Name)
		}
	}
	return nil
}

// crash ends a party's process without letting it finish anything, and returns
// the disk that the next one starts from. Real files are taken as they lie there
// at this moment, which is what a killed process leaves behind.
func (w *World) crash(d disk, ws *workspace.Workspace) (disk, error) {
	if d.sim != nil {
		d.sim.Crash()
		_ = ws.Close() // of a process that no longer exists
		return d, nil
	}
	next := disk{dir: d.dir + "+"}
	if err := copyAsItLies(next.dir, os.DirFS(d.dir)); err != nil {
		return d, err
	}
	return next, errors.Join(ws.Close(), os.RemoveAll(d.dir))
}

// copyAsItLies copies a folder in which the index may be tidying up meanwhile:
// a file that goes while it is copied is left out.
func copyAsItLies(to string, from fs.FS) error {
	return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		target := filepath.Join(to, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		content, err := fs.ReadFile(from, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return errors.Join(err, os.WriteFile(target, content, 0o600))
	})
}

// A Hub is a connected organisation that relays for others.
type Hub struct {
	Name string
	*workspace.Workspace
	w    *World
	disk disk
	hub  *hub.Hub
	halt func()
	down bool
}

// AddHub sets up a hub and makes it reachable under its name.
func (w *World) AddHub(ctx context.Context, name string) (*Hub, error) {
	h := &Hub{Name: name, w: w, disk: w.newDisk(name)}
	if err := h.start(ctx); err != nil {
		return nil, err
	}
	w.hubs = append(w.hubs, h)
	return h, nil
}

func (h *Hub) start(ctx context.Context) (err error) {
	h.down = true
	if h.Workspace, err = h.w.open(ctx, h.disk); err != nil {
		return err
	}
	if err := h.SetUp(ctx, h.Name, "hub"); err != nil {
		return errors.Join(err, h.Workspace.Close())
	}
	if h.hub, err = h.Workspace.Hub(h.Name, hub.Quota{}); err != nil {
		return errors.Join(err, h.Workspace.Close())
	}
	if h.halt, err = h.w.net.serve(h.Name, h.w.watched(h.hub.Serve)); err != nil {
		return errors.Join(err, h.Workspace.Close())
	}
	h.down = false
	return nil
}

func (h *Hub) stop() error {
	if h.down {
		return nil
	}
	h.down = true
	h.halt()
	return h.Workspace.Close()
}

// Contact carries what the hub holds to the centre or another hub.
func (h *Hub) Contact(ctx context.Context, with string) (exchange.Report, error) {
	t, err := h.w.net.transport(h.Name, with)
	if err != nil {
		return exchange.Report{}, err
	}
	defer t.Close()
	if h.w.options.Hostile == 0 || h.w.reformed {
		return h.Forward(ctx, h.hub, t)
	}
	s := &saboteur{Transport: t, share: h.w.options.Hostile, r: rand.New(rand.NewPCG(h.w.random.Uint64(), 1))}
	report, err := h.Forward(ctx, h.hub, s)
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &h.w.mischief
	m.Dropped, m.Swapped, m.Replayed, m.Altered = m.Dropped+s.done.Dropped, m.Swapped+s.done.Swapped, m.Replayed+s.done.Replayed, m.Altered+s.done.Altered
	return report, err
}

// Kill is a power cut at the hub.
func (h *Hub) Kill(ctx context.Context) error {
	h.halt()
	var err error
	if h.disk, err = h.w.crash(h.disk, h.Workspace); err != nil {
		return err
	}
	return h.start(ctx)
}
