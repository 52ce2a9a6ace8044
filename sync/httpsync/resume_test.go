package httpsync_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
)

// greeted is a connection that knows what its TLS handshake weighed, and that is cut when so
// many bytes went up.
type greeted struct {
	net.Conn
	left int // bytes until it is cut; negative: never

	mu       sync.Mutex
	writes   int
	up, down int // bytes of the first write, and of what was read before the second
}

func (c *greeted) Write(b []byte) (int, error) {
	c.mu.Lock()
	if c.writes++; c.writes == 1 {
		c.up = len(b)
	}
	cut := c.left >= 0 && len(b) >= c.left
	if c.left >= 0 {
		c.left = max(0, c.left-len(b))
	}
	c.mu.Unlock()
	if cut {
		c.Conn.Close()
	}
	return c.Conn.Write(b)
}

func (c *greeted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writes <= 1 {
		c.down += n
	}
	return n, err
}

// TestAfterACutTLSIsResumed: the next connection uses the ticket of the one that was cut, over
// TLS 1.3 and HTTP/2, and the handshake is shorter for it: no certificate comes.
func TestAfterACutTLSIsResumed(t *testing.T) {
	root := exchangetest.NewRoot(t)
	k, a := exchangetest.NewKeeper(root, nil), exchangetest.NewAuthor(t, root.Card, root.Token)
	a.Attach(30 * batch.LeafSize)
	var mu sync.Mutex
	var resumed []bool
	h := httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) })
	address := listen(t, 2, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if resumed = append(resumed, r.TLS.DidResume); r.ProtoMajor != 2 || r.TLS.Version != 0x0304 {
			t.Errorf("spoke %s over TLS %x", r.Proto, r.TLS.Version)
		}
		mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	var conns []*greeted
	c := client(t, address, httpsync.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		g := &greeted{Conn: conn, left: -1}
		if len(conns) == 0 {
			g.left = 15 * batch.LeafSize
		}
		conns = append(conns, g)
		return g, nil
	}})
	s := exchangetest.NewSender(a)
	o := exchange.Options{Self: s.Self(), Centre: &root.Card, Memory: new(exchange.Memory)}
	if r, err := exchange.Once(t.Context(), c, s, o); err == nil || r.Sent == 0 {
		t.Fatalf("it was not cut in the middle: %+v, %v", r, err)
	}
	for start := time.Now(); s.Received() < len(a.Records); {
		if _, err := exchange.Once(t.Context(), c, s, o); err != nil && time.Since(start) > never {
			t.Fatal(err)
		}
	}
	if err := k.Missing(a); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(conns) != 2 || len(resumed) != 2 || resumed[0] || !resumed[1] {
		t.Fatalf("%d connections, TLS was resumed in %v", len(conns), resumed)
	}
	first, second := conns[0], conns[1]
	t.Logf("handshakes: %d bytes up, %d down at first; %d up, %d down after the cut", first.up, first.down, second.up, second.down)
	if second.up > 450 || second.down > 450 || second.up+second.down > first.up+first.down-300 {
		t.Errorf("handshakes: %d bytes up, %d down at first; %d up, %d down after the cut", first.up, first.down, second.up, second.down)
	}
}

// never is longer than a run over loopback takes by far.
const never = 30 * time.Second
