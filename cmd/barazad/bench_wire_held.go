package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/identity"
	"baraza.example/sync/linksim"
)

const (
	manyHeld = 100_000
	fewHeld  = 10
)

// wireHeld compares what one new record costs a device of which 100,000 are
// held at both ends with what it costs one of which ten are, at the same centre
// and so with proofs of the same log.
func wireHeld(ctx context.Context) (r result, err error) {
	p, err := newPair(ctx, "127.0.0.1:0", nil)
	if err != nil {
		return r, err
	}
	defer p.close()
	address, err := httpsync.ParseAddress(p.address)
	if err != nil {
		return r, err
	}
	proxy, err := linksim.StartProxy(linksim.ProxyOptions{Target: strings.TrimPrefix(address.URL, "https://")})
	if err != nil {
		return r, err
	}
	defer proxy.Close()
	address.URL = "https://" + proxy.Addr()
	var cost [2]int64
	for i, held := range []int{manyHeld, fewHeld} {
		if cost[i], err = p.oneMore(ctx, address, proxy, held, fmt.Sprint("holder-", i)); err != nil {
			return r, err
		}
	}
	r = result{Bench: "wire", Case: "one-in-100000", Value: float64(cost[0]), Unit: "B", Baseline: float64(cost[1]), Ratio: float64(cost[0]) / float64(cost[1]), Aim: 1.02}
	r.OK = r.Ratio <= r.Aim
	return r, nil
}

// oneMore has a device send so many records and take their receipts, and then
// returns what one more costs on the same connection.
func (p *pair) oneMore(ctx context.Context, address httpsync.Address, proxy *linksim.Proxy, held int, name string) (bytes int64, err error) {
	d, err := p.holder(ctx, name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.store.Close()) }()
	client := httpsync.NewClient(address, httpsync.Options{})
	defer client.Close()
	for made := 0; made < held; {
		n := min(held-made, 5000)
		if err := d.add(ctx, n); err != nil {
			return 0, err
		}
		made += n
		if err := d.send(ctx, client); err != nil {
			return 0, err
		}
	}
	if err := d.add(ctx, 1); err != nil {
		return 0, err
	}
	before := proxy.Stats()
	err = d.send(ctx, client)
	after := proxy.Stats()
	return after.BytesUp + after.BytesDown - before.BytesUp - before.BytesDown, err
}

// A holder is a device's mailbox without the application on top.
type holder struct {
	store  *storage.Store
	box    *storage.Mailbox
	self   *identity.Identity
	centre identity.Centre
	epoch  identity.Epoch
	tails  map[batch.Lane]batch.Have
	memory exchange.Memory
}

func (p *pair) holder(ctx context.Context, name string) (h *holder, err error) {
	h = &holder{tails: map[batch.Lane]batch.Have{}}
	if h.self, err = identity.New(rand.Reader, "An organisation", name); err != nil {
		return nil, err
	}
	if h.epoch, err = identity.NewEpoch(rand.Reader); err != nil {
		return nil, err
	}
	file := filepath.Join(p.dir, name+"-invite.txt")
	if err := centralInvite(ctx, []string{"--dir", p.centre(), "--address", p.address, "--out", file}, streams{strings.NewReader(""), new(strings.Builder), new(strings.Builder)}); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	invite, err := identity.ParseInvite(text)
	if err != nil {
		return nil, err
	}
	if invite.Centre == nil {
		return nil, errors.New("the invite's file has no card")
	}
	h.centre = *invite.Centre
	if h.store, err = storage.Open(ctx, filepath.Join(p.dir, name), storage.Options{}); err != nil {
		return nil, err
	}
	if h.box, err = storage.NewMailbox(ctx, h.store, h.self.ID(), storage.MailboxOptions{}); err != nil {
		return nil, err
	}
	if err := h.box.Join(ctx, invite); err != nil {
		return nil, err
	}
	keys, err := batch.NewEpochKeys(h.epoch, h.centre, h.self.ID())
	if err != nil {
		return nil, err
	}
	return h, h.store.Update(ctx, func(tx *storage.Tx) error {
		registration, err := h.record(batch.Control, batch.KindRegistration, 0, func(batch.Header) []byte { return batch.NewRegistration(h.self.Card, invite.Token) })
		if err != nil {
			return err
		}
		epoch, err := h.record(batch.Control, batch.KindEpoch, 0, func(batch.Header) []byte { return keys })
		if err != nil {
			return err
		}
		return h.box.Append(tx, []batch.Record{registration, epoch}, nil)
	})
}

func (h *holder) record(lane batch.Lane, kind batch.Kind, epoch uint32, payload func(batch.Header) []byte) (batch.Record, error) {
	last := h.tails[lane]
	head := batch.Header{Chain: batch.Chain{Origin: h.self.ID(), Incarnation: 1, Lane: lane}, Seq: last.Seq + 1, Kind: kind,
		Consultation: batch.ConsultationOf(h.centre.Consultation), Prev: last.Hash, Epoch: epoch}
	r, err := batch.Make(h.self.Device, head, payload(head))
	h.tails[lane] = r.Have()
	return r, err
}

// add makes n records of sixty bytes of text in one transaction.
func (h *holder) add(ctx context.Context, n int) error {
	return h.store.Update(ctx, func(tx *storage.Tx) error {
		records := make([]batch.Record, n)
		for i := range records {
			var err error
			if records[i], err = h.record(batch.Text, batch.KindResponse, h.epoch.Number, func(head batch.Header) []byte {
				text := make([]byte, 60)
				rand.Read(text)
				return h.epoch.Seal(head.Bytes(), text)
			}); err != nil {
				return err
			}
		}
		return h.box.Append(tx, records, nil)
	})
}

func (h *holder) send(ctx context.Context, client *httpsync.Client) error {
	for {
		_, err := exchange.Once(ctx, client, h.box, exchange.Options{Self: exchange.Peer{ID: h.self.ID(), Role: batch.RoleDevice}, Centre: &h.centre, Memory: &h.memory})
		if err != nil {
			return err
		}
		if left, _, err := h.box.Pending(ctx); err != nil || left == 0 {
			return err
		}
	}
}
