package httpsync_test

import (
	"context"
	"net"
	"testing"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

// telling is a transport whose connections know that losses hold them back, as TCP does. With
// alone it has one connection only.
type telling struct {
	*httpsync.Client
	alone bool
}

func (t telling) Open(ctx context.Context) (exchange.Conn, error) {
	c, err := t.Client.Open(ctx)
	return lossy{c}, err
}

func (t telling) OpenBeside(ctx context.Context) (exchange.Conn, error) {
	if t.alone {
		return nil, exchange.ErrOneWay
	}
	return t.Client.OpenBeside(ctx)
}

type lossy struct{ exchange.Conn }

func (lossy) Pulse() (exchange.Pulse, bool) {
	return exchange.Pulse{Trip: time.Second, Shortest: time.Second}, true
}

// TestALargeAttachmentTakesAnotherConnectionWherePacketsAreLost: each loss halves what TCP
// keeps on the way, over each connection by itself.
func TestALargeAttachmentTakesAnotherConnectionWherePacketsAreLost(t *testing.T) {
	link := linksim.Profile{Name: "lossy", Up: 200_000, Down: 200_000, RTT: 800 * time.Millisecond, Loss: 0.05}
	const size = 60 * batch.LeafSize
	carry := func(name string, alone bool) (took time.Duration, connections int64) {
		virtual(t, link, func(a *exchangetest.Author) { a.Attach(size) }, func(t *testing.T, l *linksim.Link, c *httpsync.Client, k *exchangetest.Keeper, a *exchangetest.Author) {
			s, start := exchangetest.NewSender(a), time.Now()
			r, err := exchange.Once(t.Context(), telling{c, alone}, s, exchange.Options{Self: s.Self(), Centre: &k.Root.Card, Memory: new(exchange.Memory)})
			if err != nil || !r.Complete || s.Received() != len(a.Records) {
				t.Fatalf("%s: %+v: %v", name, r, err)
			}
			if err := k.Missing(a); err != nil {
				t.Error(err)
			}
			took, connections = time.Since(start), l.Stats().Connections
			if n := l.Stats().BytesUp; n > size*11/10 {
				t.Errorf("%s: %d bytes up", name, n)
			}
		})
		return took, connections
	}
	one, n := carry("one", true)
	both, m := carry("two", false)
	t.Logf("%v over %d connection, %v over %d", one, n, both, m)
	if n != 1 || m != 2 || both > one*7/10 {
		t.Errorf("%v over %d connection, %v over %d", one, n, both, m)
	}
}

// TestAConnectionBesideHasAnEnd: nothing stays open when its run is over, whether it was reached or not.
func TestAConnectionBesideHasAnEnd(t *testing.T) {
	virtual(t, linksim.Profile{RTT: time.Second}, func(*exchangetest.Author) {}, func(t *testing.T, l *linksim.Link, c *httpsync.Client, k *exchangetest.Keeper, a *exchangetest.Author) {
		for _, wait := range []time.Duration{0, 500 * time.Millisecond, 5 * time.Second} {
			conn, err := c.OpenBeside(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait) // of virtual time
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestNothingGoesBesideWhereOnlyWholeRequestsPass.
func TestNothingGoesBesideWhereOnlyWholeRequestsPass(t *testing.T) {
	c := client(t, httpsync.Address{URL: "http://centre.example"}, httpsync.Options{InTurns: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		t.Error("it was dialled")
		return nil, net.ErrClosed
	}})
	if _, err := c.OpenBeside(t.Context()); err == nil {
		t.Error("there is one connection in turns")
	}
}
