package workspace

import (
	"context"
	"sync"

	"baraza.example/sync/exchange"
)

// counted is a transport that tells how many bytes went over it.
type counted struct {
	exchange.Transport
	meter *meter
}

func (t counted) Open(ctx context.Context) (exchange.Conn, error) {
	conn, err := t.Transport.Open(ctx)
	if err != nil {
		return nil, err
	}
	return countedConn{conn, t.meter}, nil
}

// OpenBeside implements exchange.Widener.
func (t counted) OpenBeside(ctx context.Context) (exchange.Conn, error) {
	conn, err := exchange.OpenBeside(ctx, t.Transport)
	if err != nil {
		return nil, err
	}
	return countedConn{conn, t.meter}, nil
}

// Probe implements exchange.Prober.
func (t counted) Probe(ctx context.Context) error { return exchange.Probe(ctx, t.Transport) }

type countedConn struct {
	exchange.Conn
	meter *meter
}

func (c countedConn) Read(p []byte) (int, error) {
	if over := c.meter.over; over != nil && over() {
		return 0, &HeldError{Why: HoldBudget}
	}
	n, err := c.Conn.Read(p)
	c.meter.add(0, n)
	return n, err
}

func (c countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.meter.add(n, 0)
	return n, err
}

// Pulse implements exchange.Pulser where the connection does.
func (c countedConn) Pulse() (exchange.Pulse, bool) {
	if p, ok := c.Conn.(exchange.Pulser); ok {
		return p.Pulse()
	}
	return exchange.Pulse{}, false
}

// InTurns implements exchange.Turner where the connection does.
func (c countedConn) InTurns() bool {
	t, ok := c.Conn.(exchange.Turner)
	return ok && t.InTurns()
}

// A meter adds up what both directions of all runs moved.
type meter struct {
	mu       sync.Mutex
	up, down int64
	moved    func(up, down int64)
	purse    *purse      // counts these bytes where the link doesn't count its own; nil: it does
	over     func() bool // no more may come; nil: anything may
}

// read is what moved so far.
func (m *meter) read() (up, down int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.up, m.down
}

func (m *meter) add(up, down int) {
	if m.purse != nil && up+down > 0 {
		m.purse.take(up + down)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.up += int64(up)
	m.down += int64(down)
	if m.moved != nil {
		m.moved(m.up, m.down)
	}
}
