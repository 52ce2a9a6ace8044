package linksim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// maxProxied bounds the connections that a proxy carries at once; more are refused.
const maxProxied = 256

// ProxyOptions says where a [Proxy] leads and how bad it is. With nothing but
// Target set it forwards faithfully.
type ProxyOptions struct {
	Target string // address and port on loopback
	Seed   uint64

	// Profile slows the proxy down by its rates and round trip and cuts
	// connections by its CutEvery. Loss and outages are for TCP below and the
	// one who calls [Proxy.Down].
	Profile Profile

	// FirstCut makes sure that something is cut: if no connection has been by
	// the time this many bytes went up, the one that carries the last of them
	// is. 0 asks for nothing.
	FirstCut int64
}

// A Proxy stands between real processes: it listens on a free port of
// 127.0.0.1, forwards to its target and cuts connections by reset.
type Proxy struct {
	options  ProxyOptions
	listener net.Listener
	ctx      context.Context // ends with Close; held because a proxy is a set of goroutines, not a call
	cancel   context.CancelFunc
	wait     sync.WaitGroup

	mu      sync.Mutex
	open    map[*proxied]bool
	free    [2]time.Time
	stats   Stats
	numbers int64
	down    bool
}

// StartProxy starts a proxy that runs until [Proxy.Close].
func StartProxy(o ProxyOptions) (*Proxy, error) {
	target, err := netip.ParseAddrPort(o.Target)
	if err != nil {
		return nil, fmt.Errorf("proxy target: %w", err)
	}
	if !target.Addr().IsLoopback() {
		return nil, fmt.Errorf("proxy target %s is not on loopback", o.Target)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	p := &Proxy{options: o, listener: l, open: map[*proxied]bool{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.wait.Go(p.serve)
	return p, nil
}

// Addr is where the proxy listens, as host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Stats says what went through so far.
func (p *Proxy) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Cut resets every open connection now.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutAll()
}

func (p *Proxy) cutAll() {
	for c := range p.open {
		delete(p.open, c)
		p.stats.Cuts++
		c.reset()
	}
}

// Down cuts what is open and resets whatever dials until [Proxy.Up].
func (p *Proxy) Down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	p.cutAll()
}

// Up ends what [Proxy.Down] began.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// Close ends the proxy and all connections and waits until nothing of it runs.
func (p *Proxy) Close() error {
	p.cancel()
	err := p.listener.Close()
	p.mu.Lock()
	for c := range p.open {
		c.reset()
	}
	p.mu.Unlock()
	p.wait.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (p *Proxy) serve() {
	for p.ctx.Err() == nil {
		near, err := p.listener.Accept()
		if err != nil {
			select { // out of file descriptors, or closed
			case <-p.ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		c := newProxied(p, near.(*net.TCPConn))
		if !p.admit(c) {
			c.reset()
			continue
		}
		p.wait.Go(c.run)
	}
}

func (p *Proxy) admit(c *proxied) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down || p.ctx.Err() != nil || len(p.open) >= maxProxied {
		return false
	}
	c.after = cutPoints(source(p.options.Seed, "proxy", p.numbers), p.options.Profile.CutEvery)
	p.numbers++
	p.stats.Connections++
	p.open[c] = true
	return true
}

// pass says how many of n bytes may go on and whether the connection is to be
// cut behind them.
func (p *Proxy) pass(c *proxied, d Direction, n int) (may int, last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open[c] {
		return 0, false
	}
	left := c.after[d]
	if first := p.options.FirstCut; d == Up && first > 0 && p.stats.Cuts == 0 {
		left = min(left, max(first-p.stats.BytesUp, 1))
	}
	may = int(min(int64(n), left))
	if c.after[d] != uncut {
		c.after[d] -= int64(may)
	}
	p.stats.add(d, int64(may))
	return may, int64(may) == left
}

// reserve takes the line for n bytes, after those it was given before, and
// says when the last of them has left. A sleeper wakes late: what it lost, up to
// 20 ms, is made good, or a fast line would never reach its rate.
func (p *Proxy) reserve(d Direction, n int) time.Time {
	rate := p.options.Profile.rate(d)
	if rate <= 0 {
		return time.Now()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free[d] = latest(time.Now().Add(-20*time.Millisecond), p.free[d]).Add(airtime(n+header, rate))
	return p.free[d]
}

// cut resets a connection that is still open.
func (p *Proxy) cut(c *proxied) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[c] {
		delete(p.open, c)
		p.stats.Cuts++
		c.reset()
	}
}
