package linksim

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"
)

// A Net is a network in memory. Make and use it inside one synctest bubble, or
// outside any. It runs no goroutine of its own.
type Net struct {
	seed uint64
	done chan struct{}

	mu        sync.Mutex // guards everything below and in links, pipes and flows; never held while waiting
	listeners map[string]*listener
	links     []*Link
	closed    bool
}

// New returns an empty network. The seed fixes loss, outages and cut points of its links.
func New(seed uint64) *Net {
	return &Net{seed: seed, done: make(chan struct{}), listeners: map[string]*listener{}}
}

// Listen takes connections for an address, any string such as "hub.example:443".
func (n *Net) Listen(addr string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, opError("listen", addr, net.ErrClosed)
	}
	if n.listeners[addr] != nil {
		return nil, opError("listen", addr, syscall.EADDRINUSE)
	}
	l := &listener{net: n, addr: address(addr), backlog: make(chan *conn, 128), done: make(chan struct{})}
	n.listeners[addr] = l
	return l, nil
}

// Link joins a device to the network through a link that behaves as p says.
// The name goes into the random numbers: give each link its own.
func (n *Net) Link(name string, p Profile) *Link {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &Link{
		net: n, name: name, profile: p, began: time.Now(),
		cutAfter: [2]int64{uncut, uncut},
		outages:  source(n.seed, "outages "+name, 0),
		pipes:    map[*pipe]bool{},
	}
	l.nextOutage = l.began.Add(l.upTime())
	n.links = append(n.links, l)
	return l
}

// Stats adds up what went over all links.
func (n *Net) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	var sum Stats
	for _, l := range n.links {
		sum.Connections += l.stats.Connections
		sum.Cuts += l.stats.Cuts
		sum.BytesUp += l.stats.BytesUp
		sum.BytesDown += l.stats.BytesDown
	}
	return sum
}

// Close ends the network: listeners close, connections are reset, whoever waits in it returns.
func (n *Net) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil
	}
	n.closed = true
	close(n.done)
	for _, l := range n.listeners {
		l.stop()
	}
	now := time.Now()
	for _, l := range n.links {
		for p := range l.pipes {
			p.reset(now)
		}
	}
	return nil
}

// connect hands the far end of a new connection to whoever listens.
func (n *Net) connect(addr string, c *conn) error {
	l := n.listeners[addr]
	if l == nil {
		return syscall.ECONNREFUSED
	}
	select {
	case l.backlog <- c:
		return nil
	default:
		return syscall.ECONNREFUSED
	}
}

type listener struct {
	net     *Net
	addr    address
	backlog chan *conn
	done    chan struct{}
	stopped bool
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.done:
		return nil, opError("accept", string(l.addr), net.ErrClosed)
	default:
	}
	select {
	case c := <-l.backlog:
		return c, nil
	case <-l.done:
		return nil, opError("accept", string(l.addr), net.ErrClosed)
	}
}

func (l *listener) Close() error {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.stop()
	return nil
}

// stop resets the connections that nobody has accepted, as a kernel does.
func (l *listener) stop() {
	if l.stopped {
		return
	}
	l.stopped = true
	close(l.done)
	delete(l.net.listeners, string(l.addr))
	for {
		select {
		case c := <-l.backlog:
			c.pipe.reset(time.Now())
		default:
			return
		}
	}
}

func (l *listener) Addr() net.Addr { return l.addr }

// address is any name a listener was given.
type address string

func (address) Network() string  { return "linksim" }
func (a address) String() string { return string(a) }

func opError(op, addr string, err error) error {
	return &net.OpError{Op: op, Net: "linksim", Addr: address(addr), Err: err}
}

// sleep waits for d unless the dialler gives up or the network closes first.
func (n *Net) sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-n.done:
		return fmt.Errorf("network: %w", net.ErrClosed)
	}
}
