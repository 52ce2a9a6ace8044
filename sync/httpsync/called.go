package httpsync

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"baraza.example/sync/exchange"
)

// called is the Conn of one request.
type called struct {
	client  *Client
	carrier *carrier
	w       *io.PipeWriter
	body    *io.PipeReader
	cancel  context.CancelCauseFunc
	unhook  []func() bool
	since   time.Time // when Probe had found the server

	running  sync.WaitGroup
	greeted  chan struct{} // closed when TLS has shown that the server is there
	asked    chan struct{} // closed when the request's head is on its way
	answered chan struct{} // closed when answer or err is set
	answer   io.ReadCloser
	err      error
	ended    atomic.Bool // the answer was read to its end
	once     sync.Once
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
		return c.begin(ctx, c.now()), nil
	}
	c.mu.Lock()
	old := c.current
	c.current = s.carrier
	c.mu.Unlock()
	old.transport.CloseIdleConnections()
	s.unhook = append(s.unhook, context.AfterFunc(ctx, func() { s.cancel(context.Cause(ctx)) }))
	return s, nil
}

func (c *Client) begin(ctx context.Context, over *carrier) *called {
	body, w := io.Pipe()
	ctx, cancel := context.WithCancelCause(ctx)
	ctx = listening(ctx, func(err error) { body.CloseWithError(err) })
	s := &called{client: c, carrier: over, w: w, body: body, cancel: cancel,
		greeted: make(chan struct{}), asked: make(chan struct{}), answered: make(chan struct{})}
	// RoundTrip waits for a body that blocks: it is closed when ctx ends.
	s.unhook = append(s.unhook, context.AfterFunc(ctx, func() { body.CloseWithError(context.Cause(ctx)) }))
	s.running.Go(func() { s.ask(ctx) })
	s.running.Go(func() { s.doubt(ctx) })
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

// Pulse implements exchange.Pulser.
func (s *called) Pulse() (exchange.Pulse, bool) {
	if c := s.carrier.last.Load(); c != nil {
		return pulse(c.Conn)
	}
	return exchange.Pulse{}, false
}

// ask sends the request and waits for the head of its answer.
func (s *called) ask(ctx context.Context) {
	defer close(s.answered)
	var once sync.Once
	var there sync.Once
	trace := &httptrace.ClientTrace{
		WroteHeaders: func() { once.Do(func() { close(s.asked) }) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				there.Do(func() { close(s.greeted) })
			}
		},
	}
	traced := httptrace.WithClientTrace(context.WithValue(ctx, bodyKey{}, s.body), trace)
	answer, err := s.carrier.rest.R().SetContext(traced).SetDoNotParseResponse(true).SetHeader("Content-Type", ContentType).Post(s.client.address.URL + Path)
	switch {
	case err == nil:
		s.answer, err = s.client.check(answer.RawResponse)
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	default:
		err = s.client.problem(err)
	}
	if err != nil {
		s.err = err
		s.body.CloseWithError(err)
	}
}

// doubt asks once more, with a request that has an end, when the first is not
// answered: many login pages wait for the end of a request, and ours has none.
func (s *called) doubt(ctx context.Context) {
	select {
	case <-s.asked:
	case <-s.answered:
		return
	}
	timer := time.NewTimer(doubtAfter)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.answered:
		return
	}
	answer, err := s.carrier.rest.R().SetContext(ctx).SetDoNotParseResponse(true).Get(s.client.address.URL + Path)
	if err != nil {
		return // the request itself will hear of it
	}
	defer answer.RawBody().Close()
	if answer.StatusCode() == http.StatusMethodNotAllowed {
		return // it is the server, only slow
	}
	if err = s.client.status(answer.RawResponse); err == nil {
		err = s.client.portal("a page") // our server has nothing to say to this request
	}
	s.cancel(err)
}

func (s *called) Read(b []byte) (int, error) {
	<-s.answered
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.answer.Read(b)
	if err == io.EOF {
		s.ended.Store(true)
	}
	return n, err
}

// Write says why the request failed, which the closed pipe does not know.
func (s *called) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	if err != nil {
		<-s.answered
		if s.err != nil {
			err = s.err
		}
	}
	return n, err
}

// CloseWrite ends the request's body.
func (s *called) CloseWrite() error { return s.w.Close() }

// Close ends the request and waits until nothing of it runs. A request whose
// answer was read to its end leaves the connection for the next. Over any other
// connection nothing more is sent: it may be one that carries nothing any more.
func (s *called) Close() error {
	s.once.Do(func() {
		s.body.CloseWithError(net.ErrClosed)
		s.cancel(net.ErrClosed)
		s.running.Wait()
		for _, unhook := range s.unhook {
			unhook()
		}
		if s.answer != nil {
			s.answer.Close()
		}
		if !s.ended.Load() {
			s.client.leave(s.carrier)
		}
	})
	return nil
}
