package httpsync

import (
	"context"
	"net"
	"net/http/httptrace"
	"sync"
	"time"
)

// net/http over HTTP/1.1 notices at once that a connection broke before the
// answer began, but says so only when the request's body has ended, and ours
// waits for the answer. So the connection itself tells.

// heardConn is a connection that tells whoever uses it when it breaks.
type heardConn struct {
	net.Conn
	opened time.Time
	brake  *brake
	moved  func(bytes int) // may be nil
	mu     sync.Mutex
	broken func(error)
}

func (c *heardConn) Write(b []byte) (int, error) {
	n, err := c.brake.write(b, c.Conn.Write)
	c.count(n)
	return n, err
}

func (c *heardConn) count(n int) {
	if c.moved != nil && n > 0 {
		c.moved(n)
	}
}

// SetDeadline and SetWriteDeadline end the waiting at the brake, too: who says goodbye
// over a connection that carries nothing any more has a time for it.
func (c *heardConn) SetDeadline(t time.Time) error {
	c.brake.until(t)
	return c.Conn.SetDeadline(t)
}

func (c *heardConn) SetWriteDeadline(t time.Time) error {
	c.brake.until(t)
	return c.Conn.SetWriteDeadline(t)
}

func (c *heardConn) Close() error {
	c.brake.release()
	return c.Conn.Close()
}

func (c *heardConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.count(n)
	if err != nil {
		c.mu.Lock()
		tell := c.broken
		c.mu.Unlock()
		if tell != nil {
			tell(err)
		}
	}
	return n, err
}

func (c *heardConn) tell(broken func(error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = broken
}

// heard makes dial return connections that tell.
func (r *carrier) heard(dial dialer, l *link, moved func(bytes int)) dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		h := &heardConn{Conn: c, opened: time.Now(), brake: newBrake(c, l), moved: moved}
		r.last.Store(h)
		return h, nil
	}
}

// listening returns a context in which the request's connection calls broken
// when it breaks. A connection has one request at a time over HTTP/1.1; over
// HTTP/2 the last one is told, and the others end without it.
func listening(ctx context.Context, broken func(error)) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c := got.Conn
		if over, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
			c = over.NetConn()
		}
		if h, ok := c.(*heardConn); ok {
			h.tell(broken)
		}
	}})
}
