package exchangetest

import (
	"errors"
	"io"
	"net"
	"sync"

	"baraza.example/sync/exchange"
)

// ErrCut is what both ends of a connection see when Cut has cut it.
var ErrCut = errors.New("cut by the test")

// Pipe returns the two ends of a connection in memory. A writer waits while
// 64 KiB are unread.
func Pipe() (caller, server exchange.Conn) {
	up, down := newStream(), newStream()
	return &end{in: down, out: up}, &end{in: up, out: down}
}

type end struct{ in, out *stream }

func (e *end) Read(b []byte) (int, error)  { return e.in.read(b) }
func (e *end) Write(b []byte) (int, error) { return e.out.write(b) }
func (e *end) CloseWrite() error           { e.out.end(io.EOF); return nil }

func (e *end) Close() error {
	e.out.end(io.ErrUnexpectedEOF)
	e.in.end(net.ErrClosed)
	return nil
}

const streamRoom = 64 << 10

// A stream is one direction.
type stream struct {
	mu      sync.Mutex
	changed *sync.Cond
	buf     []byte
	err     error // why it ended; bytes before a proper end are still read
}

func newStream() *stream {
	s := &stream{}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.buf) == 0 && s.err == nil {
		s.changed.Wait()
	}
	if len(s.buf) == 0 || errors.Is(s.err, net.ErrClosed) {
		return 0, s.err
	}
	n := copy(b, s.buf)
	s.buf = s.buf[n:]
	s.changed.Broadcast()
	return n, nil
}

func (s *stream) write(b []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(b) > 0 {
		for len(s.buf) >= streamRoom && s.err == nil {
			s.changed.Wait()
		}
		if s.err != nil {
			return n, net.ErrClosed
		}
		k := min(len(b), streamRoom-len(s.buf))
		s.buf = append(s.buf, b[:k]...)
		n, b = n+k, b[k:]
		s.changed.Broadcast()
	}
	return n, nil
}

func (s *stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	s.changed.Broadcast()
}

// Cut closes c after up bytes were written or down bytes read; a negative
// number never does.
func Cut(c exchange.Conn, up, down int64) exchange.Conn { return &cutter{Conn: c, up: up, down: down} }

type cutter struct {
	exchange.Conn
	mu       sync.Mutex
	up, down int64
}

func (c *cutter) Write(b []byte) (int, error) { return c.pass(&c.up, b, c.Conn.Write) }
func (c *cutter) Read(b []byte) (int, error)  { return c.pass(&c.down, b, c.Conn.Read) }

func (c *cutter) pass(left *int64, b []byte, do func([]byte) (int, error)) (int, error) {
	c.mu.Lock()
	most := *left
	c.mu.Unlock()
	if most < 0 || int64(len(b)) < most {
		n, err := do(b)
		c.mu.Lock()
		if *left >= 0 {
			*left -= int64(n)
		}
		c.mu.Unlock()
		return n, err
	}
	n := 0
	if most > 0 {
		var err error
		if n, err = do(b[:most]); err != nil {
			return n, err
		}
		c.mu.Lock()
		*left -= int64(n)
		most = *left
		c.mu.Unlock()
		if most > 0 { // a short read
			return n, nil
		}
	}
	c.Conn.Close()
	return n, ErrCut
}
