package world

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/linksim"
)

// A network lets parties reach one another by name.
type network interface {
	// serve has what a party serves reachable until stop is called, which
	// returns when nothing of it runs any more.
	serve(name string, serve serving) (stop func(), err error)
	// transport leads from one party to another.
	transport(from, to string) (carrier, error)
	// address is where one party reaches another from another process.
	address(from, to string) (string, error)
	// cut resets the connection that carries the n-th byte from now.
	cut(from, to string, d linksim.Direction, n int64)
	stats() linksim.Stats
	close() error
}

// serving is the serving side of one exchange; it closes the connection.
type serving func(ctx context.Context, c exchange.Conn) (exchange.Report, error)

// A carrier is a transport that keeps something open between runs.
type carrier interface {
	exchange.Transport
	Close() error
}

// virtual is links in virtual time that carry frames as they are: what HTTP and
// TLS add is tried by the loopback network and by package httpsync's own tests.
type virtual struct {
	sim     *linksim.Net
	profile linksim.Profile
	mu      sync.Mutex
	links   map[string]*linksim.Link // "from to"
}

func newVirtual(o Options) *virtual {
	return &virtual{sim: linksim.New(o.Seed), profile: o.Link, links: map[string]*linksim.Link{}}
}

func (v *virtual) link(from, to string) *linksim.Link {
	v.mu.Lock()
	defer v.mu.Unlock()
	name := from + " " + to
	l := v.links[name]
	if l == nil {
		l = v.sim.Link(name, v.profile)
		v.links[name] = l
	}
	return l
}

func (v *virtual) serve(name string, serve serving) (func(), error) {
	l, err := v.sim.Listen(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { _, _ = serve(ctx, wholeConn{c, 0}) }) // the caller sees how it ended
		}
	})
	return func() {
		l.Close()
		cancel()
		running.Wait()
	}, nil
}

func (v *virtual) transport(from, to string) (carrier, error) {
	return virtualRoad{v.link(from, to), to}, nil
}

func (v *virtual) address(_, _ string) (string, error) {
	return "", errors.New("a simulated world has no addresses")
}

func (v *virtual) cut(from, to string, d linksim.Direction, n int64) { v.link(from, to).CutAfter(d, n) }

func (v *virtual) stats() linksim.Stats { return v.sim.Stats() }
func (v *virtual) close() error         { return v.sim.Close() }

// A virtualRoad dials anew for each run.
type virtualRoad struct {
	link *linksim.Link
	to   string
}

func (r virtualRoad) Open(ctx context.Context) (exchange.Conn, error) {
	c, err := r.link.DialContext(ctx, "linksim", r.to)
	if err != nil {
		return nil, err
	}
	return wholeConn{c, r.link.Profile().RTT}, nil
}

// OpenBeside implements exchange.Widener.
func (r virtualRoad) OpenBeside(ctx context.Context) (exchange.Conn, error) { return r.Open(ctx) }

func (r virtualRoad) Peer() string { return r.to }
func (r virtualRoad) Close() error { return nil }

// wholeConn is a connection whose directions end together: the goodbye frames
// say what a half-closed one would.
type wholeConn struct {
	net.Conn
	trip time.Duration
}

func (wholeConn) CloseWrite() error { return nil }

// Pulse implements exchange.Pulser: losses hold such a connection back, and never a queue.
func (c wholeConn) Pulse() (exchange.Pulse, bool) {
	return exchange.Pulse{Trip: c.trip, Shortest: c.trip}, true
}
