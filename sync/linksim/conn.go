package linksim

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"time"
)

// maxQueue bounds what one direction of a connection holds for a reader who doesn't read.
const maxQueue = 64 << 20

// ErrFull is what Write returns when the other end has left 64 MiB unread. The connection is reset.
var ErrFull = errors.New("64 MiB wait unread on the link")

// A pipe is one connection: two flows and an end for each side.
type pipe struct {
	link     *Link
	flows    [2]*flow
	ends     [2]*conn // ends[Up] belongs to the one who dialled
	cutAfter [2]int64
	timers   []*time.Timer
	dead     bool
}

// A flow is one direction of a pipe.
type flow struct {
	direction Direction
	queue     []segment // on the way or unread, in the order of arrival
	size      int
	last      time.Time // when the last of the queue arrives
	paced     time.Time // when the flow may send next, see Profile.goodput
	random    *rand.Rand
	stopped   bool // the cut point is passed, nothing follows
	ended     bool // the writer has closed; its FIN arrives at end
	end       time.Time
	changed   chan struct{} // closed to wake the reader; nil when nobody waits
}

type segment struct {
	data           []byte
	start, arrives time.Time
}

func (f *flow) wake() {
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

func newPipe(l *Link, number int64, addr string) *pipe {
	p := &pipe{link: l, cutAfter: cutPoints(source(l.net.seed, "cut "+l.name, number), l.profile.CutEvery)}
	for _, d := range []Direction{Up, Down} {
		p.flows[d] = &flow{direction: d, random: source(l.net.seed, d.String()+" "+l.name, number)}
	}
	near, far := address(fmt.Sprintf("%s:%d", l.name, number+1)), address(addr)
	p.ends[Up] = &conn{pipe: p, in: p.flows[Down], out: p.flows[Up], local: near, remote: far}
	p.ends[Down] = &conn{pipe: p, in: p.flows[Up], out: p.flows[Down], local: far, remote: near}
	return p
}

// cut is what happens at a cut point or when an outage begins.
func (p *pipe) cut() {
	p.link.net.mu.Lock()
	defer p.link.net.mu.Unlock()
	p.cutNow(time.Now())
}

func (p *pipe) cutNow(now time.Time) {
	if !p.dead {
		p.link.stats.Cuts++
		p.reset(now)
	}
}

// reset ends the connection for both sides. What has arrived can still be
// read, as on Linux; what is on the way is gone.
func (p *pipe) reset(now time.Time) {
	p.forget()
	for _, f := range p.flows {
		for i, s := range f.queue {
			if !s.arrives.After(now) {
				continue
			}
			for _, lost := range f.queue[i:] {
				f.size -= len(lost.data)
				if lost.start.After(now) {
					p.link.stats.add(f.direction, -int64(len(lost.data)))
				}
			}
			f.queue = f.queue[:i]
			break
		}
		if f.end.After(now) {
			f.ended = false
		}
		f.wake()
	}
	p.link.release(now)
}

// forget takes the pipe off its link.
func (p *pipe) forget() {
	p.dead = true
	delete(p.link.pipes, p)
	for _, t := range p.timers {
		t.Stop()
	}
}

// send queues what the cut points let through.
func (p *pipe) send(f *flow, b []byte, now time.Time) {
	for len(b) > 0 && !f.stopped && !p.dead {
		n, last := p.allow(f.direction, min(len(b), packet))
		if n > 0 {
			start, arrives := p.link.transmit(f, n, now)
			f.queue = append(f.queue, segment{append([]byte(nil), b[:n]...), start, arrives})
			f.size += n
			p.link.stats.add(f.direction, int64(n))
		}
		if last {
			f.stopped = true
			if when := latest(now, f.last); when.After(now) {
				p.timers = append(p.timers, time.AfterFunc(when.Sub(now), p.cut))
			} else {
				p.cutNow(now)
			}
		}
		b = b[n:]
	}
	f.wake()
}

// allow says how many of n bytes may pass in that direction and whether the
// connection is cut behind them.
func (p *pipe) allow(d Direction, n int) (int, bool) {
	for _, left := range []*int64{&p.cutAfter[d], &p.link.cutAfter[d]} {
		n = int(min(int64(n), *left))
	}
	last := false
	for _, left := range []*int64{&p.cutAfter[d], &p.link.cutAfter[d]} {
		if *left == uncut {
			continue
		}
		if *left -= int64(n); *left == 0 {
			*left = uncut
			last = true
		}
	}
	return n, last
}

// A conn is one end of a simulated connection. Write queues and returns: it
// never waits for the link, because HTTP/2 writes under a lock and a
// synctest bubble can't move its clock while others wait for that lock.
type conn struct {
	pipe          *pipe
	in, out       *flow
	local, remote address
	closed        bool
	readBy        time.Time // deadlines; zero is none
	writeBy       time.Time
}

// Read returns what has arrived, waiting for the first byte of it.
func (c *conn) Read(b []byte) (int, error) {
	mu := &c.pipe.link.net.mu
	mu.Lock()
	defer mu.Unlock()
	for {
		now := time.Now()
		switch {
		case c.closed:
			return 0, c.failed("read", net.ErrClosed)
		case past(c.readBy, now):
			return 0, c.failed("read", os.ErrDeadlineExceeded)
		case len(b) == 0:
			return 0, nil
		}
		if n := c.in.take(b, now); n > 0 {
			return n, nil
		}
		switch {
		case len(c.in.queue) == 0 && c.in.ended && !c.in.end.After(now):
			return 0, io.EOF
		case c.pipe.dead:
			return 0, c.failed("read", syscall.ECONNRESET)
		}
		if c.in.changed == nil {
			c.in.changed = make(chan struct{})
		}
		changed, next := c.in.changed, c.next()
		mu.Unlock()
		await(changed, next)
		mu.Lock()
	}
}

// take copies what has arrived.
func (f *flow) take(b []byte, now time.Time) (n int) {
	for n < len(b) && len(f.queue) > 0 && !f.queue[0].arrives.After(now) {
		s := &f.queue[0]
		k := copy(b[n:], s.data)
		n += k
		if s.data = s.data[k:]; len(s.data) == 0 {
			f.queue = f.queue[1:]
		}
	}
	f.size -= n
	return n
}

// next is when a waiting reader has to look again: zero is not before something changes.
func (c *conn) next() time.Time {
	var next time.Time
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	if len(c.in.queue) > 0 {
		sooner(c.in.queue[0].arrives)
	} else if c.in.ended {
		sooner(c.in.end)
	}
	if !c.readBy.IsZero() {
		sooner(c.readBy)
	}
	return next
}

func await(changed <-chan struct{}, next time.Time) {
	if next.IsZero() {
		<-changed
		return
	}
	t := time.NewTimer(time.Until(next))
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	}
}

// Write queues b for the road and returns at once.
func (c *conn) Write(b []byte) (int, error) {
	mu := &c.pipe.link.net.mu
	mu.Lock()
	defer mu.Unlock()
	now := time.Now()
	switch {
	case c.closed:
		return 0, c.failed("write", net.ErrClosed)
	case past(c.writeBy, now):
		return 0, c.failed("write", os.ErrDeadlineExceeded)
	case c.pipe.dead:
		return 0, c.failed("write", syscall.ECONNRESET)
	case c.in.ended && !c.in.end.After(now):
		return 0, c.failed("write", syscall.EPIPE)
	case c.out.size+len(b) > maxQueue:
		c.pipe.reset(now)
		return 0, c.failed("write", ErrFull)
	}
	c.pipe.send(c.out, b, now)
	return len(b), nil
}

// Close ends both directions for this side. The other reads what was written before, then EOF.
func (c *conn) Close() error {
	mu := &c.pipe.link.net.mu
	mu.Lock()
	defer mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	c.in.wake()
	if c.pipe.dead {
		return nil
	}
	if !c.out.stopped {
		c.out.ended = true
		c.out.end = latest(c.pipe.link.leaves(time.Now()).Add(c.pipe.link.profile.RTT/2), c.out.last)
		c.out.wake()
	}
	if c.pipe.ends[Up].closed && c.pipe.ends[Down].closed {
		c.pipe.forget()
	}
	return nil
}

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline ends reads, also one that waits already, at t.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.pipe.link.net.mu.Lock()
	defer c.pipe.link.net.mu.Unlock()
	c.readBy = t
	c.in.wake()
	return nil
}

// SetWriteDeadline refuses writes after t.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.pipe.link.net.mu.Lock()
	defer c.pipe.link.net.mu.Unlock()
	c.writeBy = t
	return nil
}

// LocalAddr is the name of this end.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the name of the other end.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "linksim", Source: c.local, Addr: c.remote, Err: err}
}

func past(deadline, now time.Time) bool { return !deadline.IsZero() && !deadline.After(now) }
