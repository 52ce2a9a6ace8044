package linksim

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// A proxied is one connection through the proxy.
type proxied struct {
	proxy  *Proxy
	after  [2]int64        // bytes until the cut, guarded by the proxy's lock
	ctx    context.Context // ends when the connection does
	cancel context.CancelFunc

	mu   sync.Mutex
	ends [2]*net.TCPConn // ends[Up] is the one who dialled, ends[Down] the target
}

func newProxied(p *Proxy, near *net.TCPConn) *proxied {
	c := &proxied{proxy: p, ends: [2]*net.TCPConn{Up: near}}
	c.ctx, c.cancel = context.WithCancel(p.ctx)
	return c
}

func (c *proxied) run() {
	defer c.finish()
	var d net.Dialer
	far, err := d.DialContext(c.ctx, "tcp", c.proxy.options.Target)
	if err != nil {
		c.reset()
		return
	}
	if !c.join(far.(*net.TCPConn)) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { c.forward(Up, c.ends[Up], c.ends[Down]) })
	both.Go(func() { c.forward(Down, c.ends[Down], c.ends[Up]) })
	both.Wait()
}

// join adds the target's side unless the connection was cut meanwhile.
func (c *proxied) join(far *net.TCPConn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		far.Close()
		return false
	}
	c.ends[Down] = far
	return true
}

// reset ends the connection with an RST to both sides, whatever was on the way.
func (c *proxied) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel()
	for _, end := range c.ends {
		if end != nil {
			end.SetLinger(0)
			end.Close()
		}
	}
}

func (c *proxied) finish() {
	c.proxy.mu.Lock()
	delete(c.proxy.open, c)
	c.proxy.mu.Unlock()

	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel()
	for _, end := range c.ends {
		if end != nil {
			end.Close()
		}
	}
}

// A parcel is what one read brought, to be handed on when it is due.
type parcel struct {
	data []byte
	due  time.Time
}

// forward carries one direction: one goroutine reads and waits for the line,
// this one writes what has arrived. Up to 256 parcels are on the way; then the
// reader waits, and TCP makes the sender wait.
func (c *proxied) forward(d Direction, from, to *net.TCPConn) {
	way := make(chan parcel, 256)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(way)
		if err := c.read(d, from, way); err != nil {
			c.reset()
		}
	})
	if c.write(d, to, way) {
		to.CloseWrite()
	} else {
		c.reset()
	}
	reader.Wait()
}

// read returns nil when the sender has closed its side.
func (c *proxied) read(d Direction, from io.Reader, way chan<- parcel) error {
	profile := c.proxy.options.Profile
	size := 16 << 10
	if profile.rate(d) > 0 {
		size = packet
	}
	for {
		b := make([]byte, size)
		n, err := from.Read(b)
		if n > 0 {
			left := c.proxy.reserve(d, n)
			if err := c.until(left); err != nil {
				return err
			}
			select {
			case way <- parcel{b[:n], left.Add(profile.RTT / 2)}:
			case <-c.ctx.Done():
				return c.ctx.Err()
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// write hands parcels on and reports whether it could until the reader had no more.
func (c *proxied) write(d Direction, to io.Writer, way <-chan parcel) bool {
	for p := range way {
		if c.until(p.due) != nil {
			return false
		}
		n, last := c.proxy.pass(c, d, len(p.data))
		if n == 0 {
			return false
		}
		if _, err := to.Write(p.data[:n]); err != nil {
			return false
		}
		if last {
			c.proxy.cut(c)
			return false
		}
	}
	return c.ctx.Err() == nil
}

func (c *proxied) until(due time.Time) error {
	d := time.Until(due)
	if d <= 0 {
		return c.ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}
