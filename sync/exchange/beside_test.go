package exchange_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

// thin is a Conn that carries so many bytes a second up, as a connection does that loses packets.
type thin struct {
	exchange.Conn
	rate  int
	quiet int // bytes after which nothing arrives any more; 0: all do
	wrote int
}

func (c *thin) Write(b []byte) (int, error) {
	time.Sleep(time.Duration(len(b)) * time.Second / time.Duration(c.rate)) // of virtual time
	if c.wrote += len(b); c.quiet > 0 && c.wrote > c.quiet {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// Pulse says that no packets queue.
func (c *thin) Pulse() (exchange.Pulse, bool) {
	return exchange.Pulse{Trip: time.Second, Shortest: time.Second}, true
}

// full is one behind a queue; mute tells nothing; undeterred doesn't mind losses.
type full struct{ *thin }

func (full) Pulse() (exchange.Pulse, bool) {
	return exchange.Pulse{Trip: 2 * time.Second, Shortest: time.Second}, true
}

type mute struct{ exchange.Conn }

type undeterred struct{ *thin }

func (undeterred) Pulse() (exchange.Pulse, bool) {
	return exchange.Pulse{Trip: time.Second, Shortest: time.Second, Undeterred: true}, true
}

const thinRate = 9000

// TestWhatHappensBesideARunDoesItNoHarm: leaves go over other connections as well, and whatever
// these do, the run brings everything over and has every receipt.
func TestWhatHappensBesideARunDoesItNoHarm(t *testing.T) {
	type beside func(meet func(*exchangetest.Keeper) exchange.Conn, k *exchangetest.Keeper, root exchangetest.Root) (exchange.Conn, error)
	for name, c := range map[string]struct {
		beside beside
		helps  bool // so the run takes a good deal less
	}{
		"none": {beside: nil},
		"it carries": {helps: true, beside: func(meet func(*exchangetest.Keeper) exchange.Conn, k *exchangetest.Keeper, _ exchangetest.Root) (exchange.Conn, error) {
			return &thin{Conn: meet(k), rate: thinRate}, nil
		}},
		"it can't be opened": {beside: func(func(*exchangetest.Keeper) exchange.Conn, *exchangetest.Keeper, exchangetest.Root) (exchange.Conn, error) {
			return nil, errors.New("no way")
		}},
		"it is cut": {beside: func(meet func(*exchangetest.Keeper) exchange.Conn, k *exchangetest.Keeper, _ exchangetest.Root) (exchange.Conn, error) {
			return exchangetest.Cut(&thin{Conn: meet(k), rate: thinRate}, 100_000, -1), nil
		}},
		"it falls silent": {beside: func(meet func(*exchangetest.Keeper) exchange.Conn, k *exchangetest.Keeper, _ exchangetest.Root) (exchange.Conn, error) {
			return &thin{Conn: meet(k), rate: thinRate, quiet: 100_000}, nil
		}},
		"it never says a word": {beside: func(func(*exchangetest.Keeper) exchange.Conn, *exchangetest.Keeper, exchangetest.Root) (exchange.Conn, error) {
			a, _ := exchangetest.Pipe()
			return &thin{Conn: a, rate: thinRate}, nil
		}},
		"it leads to another centre": {beside: func(meet func(*exchangetest.Keeper) exchange.Conn, _ *exchangetest.Keeper, _ exchangetest.Root) (exchange.Conn, error) {
			return &thin{Conn: meet(exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)), rate: thinRate}, nil
		}},
		"it acknowledges what was not sent": {beside: func(_ func(*exchangetest.Keeper) exchange.Conn, k *exchangetest.Keeper, _ exchangetest.Root) (exchange.Conn, error) {
			a, b := exchangetest.Pipe()
			go b.Write(stream(helloOf(k), batch.Frame{Type: batch.FrameAck, Ack: 1 << 40}))
			go io.Copy(io.Discard, b)
			return &thin{Conn: a, rate: thinRate}, nil
		}},
		"it says what only a run may": {beside: func(_ func(*exchangetest.Keeper) exchange.Conn, k *exchangetest.Keeper, _ exchangetest.Root) (exchange.Conn, error) {
			a, b := exchangetest.Pipe()
			go b.Write(stream(helloOf(k), batch.Frame{Type: batch.FrameWant, Want: batch.Want{Ranges: [][2]uint32{{0, 1}}}}))
			go io.Copy(io.Discard, b)
			return &thin{Conn: a, rate: thinRate}, nil
		}},
		"it is busy": {beside: func(_ func(*exchangetest.Keeper) exchange.Conn, k *exchangetest.Keeper, _ exchangetest.Root) (exchange.Conn, error) {
			a, b := exchangetest.Pipe()
			go b.Write(stream(helloOf(k), batch.Frame{Type: batch.FrameRefusal, Refusal: batch.Refusal{Code: batch.RefusedBusy, After: 60}}))
			go io.Copy(io.Discard, b)
			return &thin{Conn: a, rate: thinRate}, nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			root := exchangetest.NewRoot(t)
			k, a := exchangetest.NewKeeper(root, nil), author(t, root)
			const leaves = 100
			a.Attach(leaves*batch.LeafSize - 100)
			a.Attach(leaves*batch.LeafSize - 100)
			synctest.Test(t, func(t *testing.T) {
				var serving sync.WaitGroup
				var opened atomic.Int64
				meet := func(k *exchangetest.Keeper) exchange.Conn {
					a, b := exchangetest.Pipe()
					serving.Go(func() { k.Serve(context.WithoutCancel(t.Context()), b) })
					return a
				}
				s := exchangetest.NewSender(a)
				o := exchange.Options{Self: s.Self(), Centre: &root.Card}
				if c.beside != nil {
					o.Beside = func(context.Context) (exchange.Conn, error) {
						opened.Add(1)
						return c.beside(meet, k, root)
					}
				}
				start := time.Now()
				r, err := exchange.Run(t.Context(), &thin{Conn: meet(k), rate: thinRate}, s, o)
				took := time.Since(start)
				serving.Wait()
				if err != nil || !r.Complete || len(r.Refused) > 0 {
					t.Fatalf("%+v: %v", r, err)
				}
				if err := k.Missing(a); err != nil {
					t.Error(err)
				}
				if s.Received() != len(a.Records) || r.Leaves != 2*leaves {
					t.Errorf("%d receipts for %d records, %d leaves", s.Received(), len(a.Records), r.Leaves)
				}
				alone := time.Duration(2*leaves*batch.LeafSize/thinRate) * time.Second
				switch {
				case c.beside != nil && (opened.Load() == 0 || opened.Load() > 1):
					t.Errorf("%d were opened", opened.Load())
				case c.helps && took > alone*2/3:
					t.Errorf("it took %v, alone %v", took, alone)
				case took > alone+alone/3:
					t.Errorf("it took %v, alone %v", took, alone)
				}
				t.Logf("%v, %d opened, %d bytes up", took.Round(time.Second), opened.Load(), r.BytesUp)
			})
		})
	}
}

func helloOf(k *exchangetest.Keeper) batch.Frame {
	f := hello()
	f.Hello.ID, f.Hello.Role = k.Self().ID, batch.RoleCentre
	return f
}

// TestOneConnectionDoesWhereAnotherWouldOnlyCost.
func TestOneConnectionDoesWhereAnotherWouldOnlyCost(t *testing.T) {
	as := func(c *thin) exchange.Conn { return c }
	for name, c := range map[string]struct {
		size, rate int
		way        func(c *thin) exchange.Conn
	}{
		"little waits":           {8 * batch.LeafSize, thinRate, as},
		"the way is short":       {100 * batch.LeafSize, 1 << 20, as},
		"the line is full":       {100 * batch.LeafSize, thinRate, func(c *thin) exchange.Conn { return full{c} }},
		"nothing is known of it": {100 * batch.LeafSize, thinRate, func(c *thin) exchange.Conn { return mute{c} }},
		"losses don't matter":    {100 * batch.LeafSize, thinRate, func(c *thin) exchange.Conn { return undeterred{c} }},
	} {
		root := exchangetest.NewRoot(t)
		k, a := exchangetest.NewKeeper(root, nil), author(t, root)
		a.Attach(c.size)
		synctest.Test(t, func(t *testing.T) {
			near, far := exchangetest.Pipe()
			var serving sync.WaitGroup
			serving.Go(func() { k.Serve(context.WithoutCancel(t.Context()), far) })
			s := exchangetest.NewSender(a)
			o := exchange.Options{Self: s.Self(), Centre: &root.Card, Beside: func(context.Context) (exchange.Conn, error) {
				t.Errorf("%s: another was opened", name)
				return nil, exchange.ErrOneWay
			}}
			if r, err := exchange.Run(t.Context(), c.way(&thin{Conn: near, rate: c.rate}), s, o); err != nil || !r.Complete {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
			serving.Wait()
		})
	}
}
