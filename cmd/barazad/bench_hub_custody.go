package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/bundle"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// A sender is a device of a benchmark: an outbox of records that were made
// before, which forgets what it is told.
type sender struct{ records []batch.Carried }

func (s sender) self() batch.Peer {
	return batch.Peer{ID: s.records[0].Origin, Role: batch.RoleDevice}
}

func (s sender) Offers(context.Context) ([]batch.Offer, error) {
	first, text, last := s.records[0], s.records[1], s.records[len(s.records)-1]
	return []batch.Offer{{Origin: first.Origin, Tails: []batch.Tail{
		{Chain: first.Chain, First: 1, Top: first.Have()}, {Chain: text.Chain, First: 1, Top: last.Have()}}}}, nil
}

func (s sender) Records(_ context.Context, c batch.Chain, after batch.Seq, most int) (out []batch.Carried, _ error) {
	for _, r := range s.records {
		if r.Chain == c && r.Seq > after {
			if most -= len(r.Envelope); most < 0 && len(out) > 0 {
				break
			}
			out = append(out, r)
		}
	}
	return out, nil
}

func (sender) Leaf(context.Context, batch.RecordID, uint32) (batch.Leaf, error) {
	return batch.Leaf{}, batch.ErrNoLeaf
}

func (s sender) Holds(_ context.Context, h batch.Have) (bool, error) {
	return slices.ContainsFunc(s.records, func(r batch.Carried) bool { return r.Have() == h }), nil
}
func (sender) Diverged(context.Context, batch.Peer, batch.Have) (bool, error) { return false, nil }
func (sender) Delivered(context.Context, batch.Peer, []batch.Have) error      { return nil }
func (sender) TakeCustody(context.Context, batch.Custody) error               { return nil }
func (sender) TakeReceipts(context.Context, batch.Receipts) error             { return nil }
func (sender) TakeCentre(context.Context, identity.Centre) error              { return nil }
func (sender) Refused(_ context.Context, _ batch.Peer, r batch.Refusal) error { return r }

// openHub sets up a hub in a folder, on real files.
func openHub(ctx context.Context, dir string) (*workspace.Workspace, *hub.Hub, error) {
	w, err := workspace.Open(ctx, dir, workspace.Options{Store: storage.Options{}})
	if err != nil {
		return nil, nil, err
	}
	err = w.SetUp(ctx, "A hub", "box")
	var h *hub.Hub
	if err == nil {
		h, err = w.Hub("", hub.Quota{})
	}
	if err != nil {
		return nil, nil, errors.Join(err, w.Close())
	}
	return w, h, nil
}

// bringAll has devices run their exchanges with the hub, so many at a time.
func bringAll(ctx context.Context, h *hub.Hub, devices []sender, atOnce int) error {
	errs := make([]error, len(devices))
	turns := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, s := range devices {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			to := bundle.Meeting{Name: "hub", Serve: func(ctx context.Context, c exchange.Conn) { _, _ = h.Serve(ctx, c) }} // the caller sees how it ended
			r, err := exchange.Once(ctx, to, s, exchange.Options{Self: s.self()})
			if err == nil && (!r.Complete || r.Sent != len(s.records)) {
				err = fmt.Errorf("%d of %d records were taken", r.Sent, len(s.records))
			}
			errs[i] = err
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func someDevices(n, records int) (devices []sender, err error) {
	for range n {
		r, err := someRecords(records, bundlePayload)
		if err != nil {
			return nil, err
		}
		devices = append(devices, sender{r})
	}
	return devices, nil
}

// hubBatches is how long a hub takes for 1,000 devices with ten records of 2 KB
// and a registration each, 20 of them at a time; each word of custody is
// durable.
func hubBatches(ctx context.Context, _ benchSettings) ([]result, error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	devices, err := someDevices(1000, 10)
	if err != nil {
		return nil, err
	}
	w, h, err := openHub(ctx, filepath.Join(dir, "hub"))
	if err != nil {
		return nil, err
	}
	defer w.Close()
	start := time.Now()
	if err := bringAll(ctx, h, devices, 20); err != nil {
		return nil, err
	}
	took := time.Since(start).Seconds()
	return []result{{Bench: "hub", Case: "batches-1000", Value: took, Unit: "s", Aim: 60, OK: took <= 60}}, nil
}

// hubHold is the memory of a hub's process that holds 100,000 records of 2 KB,
// after it was started on them.
func hubHold(ctx context.Context, _ benchSettings) ([]result, error) {
	const origins, each = 100, 1000
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	w, h, err := openHub(ctx, filepath.Join(dir, "hub"))
	if err != nil {
		return nil, err
	}
	for range origins { // one after the other, so that they need no memory together
		devices, err := someDevices(1, each)
		if err == nil {
			err = bringAll(ctx, h, devices, 1)
		}
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	p, err := startHub(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if _, _, err := fetch(http.Get(p.kiosk + "/")); err != nil {
		return nil, err
	}
	peak, err := peakMemory(p.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	return []result{{Bench: "hub", Case: "hold-100000", Value: peak, Unit: "MB", Aim: 150, OK: peak <= 150}}, nil
}
