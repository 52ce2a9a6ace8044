package world

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"baraza.example/app/workspace"
	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/central"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
)

// A Stick is a bundle that people carry from one party to another, on real
// files in any world.
type Stick struct {
	w    *World
	Dir  string
	Cuts int // parts that were cut or lost
}

// AddStick brings an empty stick into the world.
func (w *World) AddStick(dir string) *Stick { return &Stick{w: w, Dir: dir} }

// Visit has a device write onto the stick what waits, and take what is there
// for it.
func (d *Device) Visit(ctx context.Context, s *Stick) (exchange.Report, error) {
	return visitStick(ctx, d.Workspace, s, nil, true)
}

// Visit has a hub take the stick's records into custody, and write what it
// holds and what has come for others.
func (h *Hub) Visit(ctx context.Context, s *Stick) (exchange.Report, error) {
	return visitStick(ctx, h.Workspace, s, h.hub, true)
}

func visitStick(ctx context.Context, ws *workspace.Workspace, s *Stick, h *hub.Hub, write bool) (r exchange.Report, err error) {
	b, err := ws.OpenBundle(ctx, s.Dir, s.partSize(), h)
	if err != nil {
		return r, err
	}
	if h != nil {
		r, err = ws.TakeBundle(ctx, b, h)
	}
	if err == nil && write {
		var own exchange.Report
		own, err = ws.WriteBundle(ctx, b, h)
		r.Sent += own.Sent
		r.Receipts += own.Receipts
		r.Refused = append(r.Refused, own.Refused...)
	}
	return r, errors.Join(err, b.Close())
}

// partSize splits what is written into more parts in some worlds than in others.
func (s *Stick) partSize() int64 { return 2<<10 + s.w.random.Int64N(20<<10) }

// Visit has the centre take the stick's records and leave its receipts there.
func (c *Centre) Visit(ctx context.Context, s *Stick) (exchange.Report, error) {
	b, err := bundle.Open(s.Dir, bundle.Options{Writer: batch.Peer{ID: c.keys.Centre.Root(), Role: batch.RoleCentre, Name: c.keys.Centre.Name}, PartSize: s.partSize(), Centre: c.keys.Centre.Root()})
	if err != nil {
		return exchange.Report{}, err
	}
	r, err := b.Bring(ctx, c.w.options.Broken.serving(c.server, c.served, central.CarrierStick))
	return r, errors.Join(err, b.Close())
}

// Spoil cuts a part of the stick anywhere, or loses it, as happens when a stick
// is pulled out or a file is deleted.
func (s *Stick) Spoil() error {
	files, err := filepath.Glob(filepath.Join(s.Dir, "*"+bundle.Extension))
	if err != nil || len(files) == 0 {
		return err
	}
	s.Cuts++
	file := files[s.w.random.IntN(len(files))]
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if s.w.random.IntN(3) == 0 {
		return os.Remove(file)
	}
	return os.Truncate(file, s.w.random.Int64N(info.Size()+1))
}
