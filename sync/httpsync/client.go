package httpsync

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
)

// Options says how a Client reaches its server. The zero value goes by the
// system's trusted authorities, proxy settings and clock.
type Options struct {
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
	RootCAs     *x509.CertPool
	Proxy       func(*http.Request) (*url.URL, error)
	Clock       func() time.Time // by which certificates are judged
}

// A Client is an exchange.Transport to one address. It keeps its connection
// open between runs; Close gives it up.
type Client struct {
	address Address
	clock   func() time.Time
	options Options
	tls     *tls.Config

	mu      sync.Mutex
	current carrier
}

// A carrier is a set of connections: usually one.
type carrier struct {
	transport *http.Transport
	rest      *resty.Client
}

var (
	_ exchange.Transport = (*Client)(nil)
	_ exchange.Prober    = (*Client)(nil)
)

const (
	keepIdle = 5 * time.Minute
	// doubtAfter is longer than a slow link needs to answer, and far shorter
	// than an exchange is patient.
	doubtAfter = 12 * time.Second
	tcpProbes  = 2 * time.Minute // rare: a probe can cost more than it is worth on a metered link
	// dialFor is how long one try to connect may take. TCP doubles its pauses:
	// a link that was gone for five seconds would be found after fifteen.
	dialFor = 4 * time.Second
)

// NewClient returns a Client of the server at a.
func NewClient(a Address, o Options) *Client {
	if o.DialContext == nil {
		o.DialContext = (&net.Dialer{KeepAlive: tcpProbes}).DialContext
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	c := &Client{address: a, clock: o.Clock, options: o}
	c.tls = c.tlsConfig(o)
	c.current = c.carrier()
	return c
}

// carrier makes connections that know what the last ones learnt: TLS sessions.
func (c *Client) carrier() carrier {
	t := &http.Transport{
		DialContext:            heard(insistent(c.options.DialContext)),
		Proxy:                  c.options.Proxy,
		OnProxyConnectResponse: proxyAnswer,
		TLSClientConfig:        c.tls.Clone(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // records are compressed before they are sealed
		IdleConnTimeout:        keepIdle,
		MaxResponseHeaderBytes: 64 << 10,
		// No TLSHandshakeTimeout, no ResponseHeaderTimeout: on a thin link
		// both kill what is healthy.
	}
	return carrier{t, resty.NewWithClient(&http.Client{Transport: t}).
		SetRedirectPolicy(resty.RedirectPolicyFunc(func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse })).
		SetHeader("User-Agent", "baraza").
		SetPreRequestHook(stream)}
}

// insistent begins anew where connecting takes long.
func insistent(dial func(ctx context.Context, network, addr string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		for {
			once, cancel := context.WithTimeout(ctx, dialFor)
			conn, err := dial(once, network, addr)
			late := once.Err() != nil
			cancel()
			if err == nil || ctx.Err() != nil || !late {
				return conn, err
			}
		}
	}
}

func (c *Client) tlsConfig(o Options) *tls.Config {
	t := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: o.RootCAs, Time: o.Clock, ClientSessionCache: tls.NewLRUClientSessionCache(4),
		// Records are sealed against quantum computers already, and the key share
		// that would do it here once more has 2,300 bytes.
		CurvePreferences: []tls.CurveID{tls.X25519}}
	if len(c.address.Pin) > 0 {
		t.InsecureSkipVerify = true // VerifyConnection does it: the key is known, whatever its certificate says
		t.VerifyConnection = func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 || !c.address.Pin.Fits(s.PeerCertificates[0]) {
				return ErrPin
			}
			return nil
		}
	}
	return t
}

// Peer is the address without its pin.
func (c *Client) Peer() string { return c.address.URL }

// Close gives up connections that wait for the next run.
func (c *Client) Close() { c.now().transport.CloseIdleConnections() }

func (c *Client) now() carrier {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// Probe implements exchange.Prober: it asks for the head of an answer over a new
// connection, which the next run uses.
func (c *Client) Probe(ctx context.Context) error {
	fresh := c.carrier()
	answer, err := fresh.rest.R().SetContext(ctx).SetDoNotParseResponse(true).Head(c.address.URL + Path)
	if err != nil {
		fresh.transport.CloseIdleConnections()
		return c.problem(err)
	}
	answer.RawBody().Close()
	if answer.StatusCode() != http.StatusMethodNotAllowed {
		fresh.transport.CloseIdleConnections()
		return c.say(ErrNotHere, nil, "%s does not answer as an exchange.", c.address.host())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current.transport.CloseIdleConnections()
	c.current = fresh
	return nil
}

type bodyKey struct{}

// stream gives a request the body that resty must not see: it would read it
// to its end before sending.
func stream(_ *resty.Client, raw *http.Request) error {
	if body, ok := raw.Context().Value(bodyKey{}).(io.ReadCloser); ok {
		raw.Body = body
		raw.ContentLength = -1
		raw.GetBody = nil
	}
	return nil
}

// Open begins a request. It returns before the server is reached: what goes
// wrong there is said by the Conn's Read and Write.
func (c *Client) Open(ctx context.Context) (exchange.Conn, error) {
	body, w := io.Pipe()
	ctx, cancel := context.WithCancelCause(ctx)
	ctx = listening(ctx, func(err error) { body.CloseWithError(err) })
	s := &called{client: c, w: w, body: body, cancel: cancel, asked: make(chan struct{}), answered: make(chan struct{})}
	// RoundTrip waits for a body that blocks: it is closed when ctx ends.
	s.unhook = context.AfterFunc(ctx, func() { body.CloseWithError(context.Cause(ctx)) })
	s.running.Go(func() { s.ask(ctx) })
	s.running.Go(func() { s.doubt(ctx) })
	return s, nil
}

// check makes sure that the answer is an exchange.
func (c *Client) check(r *http.Response) (io.ReadCloser, error) {
	if err := c.status(r); err != nil {
		r.Body.Close()
		return nil, err
	}
	return &opening{ReadCloser: r.Body, client: c}, nil
}

// opening looks at the first byte: pages have been seen that keep the content
// type of what they replace.
type opening struct {
	io.ReadCloser
	client *Client
	seen   bool
}

func (o *opening) Read(b []byte) (int, error) {
	n, err := o.ReadCloser.Read(b)
	if n > 0 && !o.seen {
		o.seen = true
		if t := batch.FrameType(b[0]); t != batch.FrameHello && t != batch.FrameRefusal {
			return 0, o.client.portal("a page")
		}
	}
	return n, err
}

// called is the Conn of one request.
type called struct {
	client *Client
	w      *io.PipeWriter
	body   *io.PipeReader
	cancel context.CancelCauseFunc
	unhook func() bool

	running  sync.WaitGroup
	asked    chan struct{} // closed when the request's head is on its way
	answered chan struct{} // closed when answer or err is set
	answer   io.ReadCloser
	err      error
	once     sync.Once
}

// ask sends the request and waits for the head of its answer.
func (s *called) ask(ctx context.Context) {
	defer close(s.answered)
	var once sync.Once
	trace := &httptrace.ClientTrace{WroteHeaders: func() { once.Do(func() { close(s.asked) }) }}
	traced := httptrace.WithClientTrace(context.WithValue(ctx, bodyKey{}, s.body), trace)
	answer, err := s.client.now().rest.R().SetContext(traced).SetDoNotParseResponse(true).SetHeader("Content-Type", ContentType).Post(s.client.address.URL + Path)
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
	answer, err := s.client.now().rest.R().SetContext(ctx).SetDoNotParseResponse(true).Get(s.client.address.URL + Path)
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
	return s.answer.Read(b)
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
// answer was read to its end leaves the connection for the next.
func (s *called) Close() error {
	s.once.Do(func() {
		s.body.CloseWithError(net.ErrClosed)
		s.cancel(net.ErrClosed)
		s.running.Wait()
		s.unhook()
		if s.answer != nil {
			s.answer.Close()
		}
	})
	return nil
}
