package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"baraza.example/app/workspace"
	"baraza.example/app/world"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

// benchWire counts bytes: TCP payload with TLS, both ways, of one connection from
// its handshake on, registration, keys and receipts included.
func benchWire(ctx context.Context, s benchSettings) ([]result, error) {
	texts, err := readResponses(s.responses, s.count)
	if err != nil {
		return nil, err
	}
	single, instances, _, err := wireOurs(ctx, texts, true)
	if err != nil {
		return nil, fmt.Errorf("one by one: %w", err)
	}
	packed, _, idle, err := wireOurs(ctx, texts, false)
	if err != nil {
		return nil, fmt.Errorf("in packs: %w", err)
	}
	theirs, err := roadODK(ctx, linksim.Profile{}, instances)
	if err != nil {
		return nil, fmt.Errorf("the OpenRosa way: %w", err)
	}
	n := float64(len(texts))
	results := []result{
		wireResult("single", float64(single)/n, float64(theirs.bytes)/n, 0.22, 1330),
		wireResult("packed", float64(packed)/n, float64(theirs.bytes)/n, 0.185, 1120),
		{Bench: "wire", Case: "idle", Value: float64(idle), Unit: "B", Aim: 600, OK: idle <= 600},
	}
	delta, err := wireDelta(ctx)
	if err != nil {
		return nil, fmt.Errorf("what changed: %w", err)
	}
	results = append(results, delta...)
	held, err := wireHeld(ctx)
	if err != nil {
		return nil, fmt.Errorf("one among many: %w", err)
	}
	device, err := wireDevice(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("a device's thousand records: %w", err)
	}
	return append(append(results, held), device...), nil
}

// wireResult is good when both the share of the baseline and the bytes are.
func wireResult(name string, value, baseline, aim, most float64) result {
	r := result{Bench: "wire", Case: name, Value: value, Unit: "B", Baseline: baseline, Ratio: value / baseline, Aim: aim}
	r.OK = r.Ratio <= aim && value <= most
	return r
}

// wireOurs sends responses over one connection and returns its bytes, the
// instances, and the bytes of one more run with nothing to send.
func wireOurs(ctx context.Context, texts [][]string, alone bool) (total int64, instances [][]byte, idle int64, err error) {
	dir, err := os.MkdirTemp("", "baraza-bench-")
	if err != nil {
		return 0, nil, 0, err
	}
	defer os.RemoveAll(dir)
	form, err := roadForm(len(texts[0]))
	if err != nil {
		return 0, nil, 0, err
	}
	w, err := world.New(ctx, world.Options{Seed: 1, Dir: dir, Forms: []workspace.Form{form}})
	if err != nil {
		return 0, nil, 0, err
	}
	defer w.Close()
	d, err := w.AddDevice(ctx, "device", "An organisation")
	if err != nil {
		return 0, nil, 0, err
	}
	if err := d.JoinCentre(ctx); err != nil {
		return 0, nil, 0, err
	}
	for _, t := range texts {
		instance, err := roadRespond(ctx, d, form, t)
		if err != nil {
			return 0, nil, 0, err
		}
		instances = append(instances, instance)
		if alone {
			if err := d.Seal(ctx); err != nil {
				return 0, nil, 0, err
			}
		}
	}
	text, err := w.Address(d.Name, world.CentreName)
	if err != nil {
		return 0, nil, 0, err
	}
	address, err := httpsync.ParseAddress(text)
	if err != nil {
		return 0, nil, 0, err
	}
	client := httpsync.NewClient(address, httpsync.Options{})
	defer client.Close()
	for range 2 {
		before := w.Links()
		if _, err := d.Exchange(ctx, client); err != nil {
			return 0, nil, 0, err
		}
		after := w.Links()
		if after.Connections > 1 {
			return 0, nil, 0, errors.New("the second run opened another connection")
		}
		if idle = after.BytesUp + after.BytesDown - before.BytesUp - before.BytesDown; total == 0 {
			total = idle
		}
	}
	account, err := w.Settled(ctx)
	return total, instances, idle, errors.Join(err, account.Err())
}
