package httpsync

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"baraza.example/sync/exchange"
)

// called is the Conn of one request, which goes over to turns when that is not answered.
type called struct {
	client  *Client
	carrier *carrier
	beside  bool            // there is a run that this one helps: that one finds out what the way is like
	outer   context.Context // of the run; held because turns begin later
	w       *io.PipeWriter
	body    *io.PipeReader
	cancel  context.CancelCauseFunc
	unhook  []func() bool
	since   time.Time // when Probe had found the server

	running  sync.WaitGroup
	greeted  chan struct{} // closed when TLS has shown that the server is there
	asked    chan struct{} // closed when the request's head is on its way
	answered chan struct{} // closed when answer or err is set
	spoken   chan struct{} // closed when the first byte of the answer was read
	turned   chan struct{} // closed when instead is set
	answer   io.ReadCloser
	err      error
	ended    atomic.Bool  // the answer was read to its end
	waits    atomic.Bool  // somebody reads
	began    atomic.Int64 // when the first byte was written, in nanoseconds
	wrote    atomic.Int64 // bytes
	once     sync.Once
	first    sync.Once

	mu      sync.Mutex
	kept    []byte // all that was written, until the server has spoken
	closed  bool   // our stream has ended
	instead *turns
}

// Open begins a request, or goes on with the one that Probe has begun. It returns
// before the server is reached: what goes wrong there is said by the Conn's Read
// and Write.
func (c *Client) Open(ctx context.Context) (exchange.Conn, error) {
	s := c.takeSpare()
	if s != nil && !s.fresh() {
		s.Close()
		s = nil
	}
	if s == nil {
		if c.InTurns() {
			return c.openTurns(ctx), nil
		}
		return c.begin(ctx, c.choose(ctx)), nil
	}
	c.mu.Lock()
	old := c.current
	c.current = s.carrier
	c.mu.Unlock()
	old.closeIdle()
	s.unhook = append(s.unhook, context.AfterFunc(ctx, func() { s.cancel(context.Cause(ctx)) }))
	return s, nil
}

func (c *Client) begin(ctx context.Context, over *carrier) *called {
	return c.call(ctx, over, false)
}

func (c *Client) call(ctx context.Context, over *carrier, beside bool) *called {
	body, w := io.Pipe()
	outer, end := context.WithCancelCause(ctx)
	ctx, cancel := context.WithCancelCause(outer)
	ctx = listening(ctx, func(err error) { body.CloseWithError(err) })
	s := &called{client: c, carrier: over, beside: beside, outer: outer, w: w, body: body, cancel: end,
		greeted: make(chan struct{}), asked: make(chan struct{}), answered: make(chan struct{}), spoken: make(chan struct{}), turned: make(chan struct{})}
	// RoundTrip waits for a body that blocks: it is closed when ctx ends.
	s.unhook = append(s.unhook, context.AfterFunc(ctx, func() { body.CloseWithError(context.Cause(ctx)) }))
	s.running.Go(func() { s.ask(ctx, cancel) })
	if !beside {
		s.running.Go(func() { s.doubt(ctx, cancel) })
	}
	return s
}

// fresh reports whether a run that was begun a moment ago is still good.
func (s *called) fresh() bool {
	select {
	case <-s.answered:
		if s.err != nil {
			return false
		}
	default:
	}
	return time.Since(s.since) < spareFor
}

// InTurns implements exchange.Turner.
func (s *called) InTurns() bool { return s.turns() != nil }

// Pulse implements exchange.Pulser.
func (s *called) Pulse() (exchange.Pulse, bool) {
	if s.turns() != nil {
		return exchange.Pulse{}, false
	}
	if c := s.carrier.last.Load(); c != nil {
		return pulse(c.Conn)
	}
	return exchange.Pulse{}, false
}

// ask sends the request and waits for the head of its answer.
func (s *called) ask(ctx context.Context, cancel context.CancelCauseFunc) {
	defer close(s.answered)
	var once sync.Once
	var there sync.Once
	var greeting time.Time
	trace := &httptrace.ClientTrace{
		WroteHeaders:      func() { once.Do(func() { close(s.asked) }) },
		TLSHandshakeStart: func() { greeting = time.Now() },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				there.Do(func() { s.client.greeting.Store(int64(time.Since(greeting))); close(s.greeted) })
			}
		},
	}
	traced := httptrace.WithClientTrace(context.WithValue(ctx, bodyKey{}, s.body), trace)
	answer, err := s.carrier.rest.R().SetContext(traced).SetDoNotParseResponse(true).SetHeader("Content-Type", ContentType).Post(s.client.address.URL + Path)
	switch {
	case err == nil && (answer.StatusCode() == http.StatusLengthRequired || answer.StatusCode() == http.StatusRequestTimeout):
		answer.RawBody().Close()
		s.turn(cancel) // a proxy that wants to know how long a request is, or has waited for its end
		return
	case err == nil:
		s.client.offers(answer.Header())
		s.answer, err = s.client.check(answer.RawResponse)
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	default:
		err = s.client.problem(ctx, err)
	}
	if err != nil && !errors.Is(err, errTurned) {
		s.err = err
		s.body.CloseWithError(err)
	}
}

func (s *called) Read(b []byte) (int, error) {
	s.waits.Store(true)
	defer s.waits.Store(false)
	select {
	case <-s.answered:
	case <-s.turned:
	}
	if t := s.turns(); t != nil {
		return t.Read(b)
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.answer.Read(b)
	if t := s.turns(); t != nil && n == 0 {
		return t.Read(b)
	}
	if n > 0 {
		s.first.Do(s.speaks)
	}
	if err == io.EOF {
		s.ended.Store(true)
	}
	return n, err
}

// speaks notes that the server answers while we speak.
func (s *called) speaks() {
	close(s.spoken)
	s.client.mute.Store(0)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = nil
}

// Write says why the request failed, which the closed pipe does not know.
func (s *called) Write(b []byte) (int, error) {
	if t := s.keep(b); t != nil {
		return t.Write(b)
	}
	s.began.CompareAndSwap(0, time.Now().UnixNano())
	n, err := s.w.Write(b)
	s.wrote.Add(int64(n))
	if err != nil {
		if s.turns() != nil { // which have said what was kept
			return len(b), nil
		}
		<-s.answered
		if s.turns() != nil {
			return len(b), nil
		}
		if s.err != nil {
			err = s.err
		}
	}
	return n, err
}

// CloseWrite ends the request's body.
func (s *called) CloseWrite() error {
	s.mu.Lock()
	s.closed = true
	t := s.instead
	s.mu.Unlock()
	if t != nil {
		return t.CloseWrite()
	}
	return s.w.Close()
}

// Close ends the request and waits until nothing of it runs. A request whose
// answer was read to its end leaves the connection for the next. Over any other
// connection nothing more is sent: it may be one that carries nothing any more.
func (s *called) Close() error {
	s.once.Do(func() {
		if !s.beside {
			s.noteMute()
		}
		s.body.CloseWithError(net.ErrClosed)
		s.cancel(net.ErrClosed)
		whole := s.ended.Load() && !s.beside
		if !whole && s.turns() == nil && s.carrier.udp == nil {
			s.client.leave(s.carrier) // first: TLS would say goodbye over what may carry nothing any more
		}
		s.running.Wait()
		for _, unhook := range s.unhook {
			unhook()
		}
		if s.answer != nil {
			s.answer.Close()
		}
		if t := s.turns(); t != nil {
			t.Close()
			return
		}
		if !whole {
			s.client.leave(s.carrier)
			return
		}
		s.client.measured(s.carrier, s.wrote.Load(), time.Since(time.Unix(0, s.began.Load())))
	})
	return nil
}
