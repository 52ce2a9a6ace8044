package httpsync

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
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
	Past        func() time.Time // a time that has been, to tell a clock that is behind; may be nil
	HTTP3       HTTP3            // whether UDP is tried
	InTurns     bool             // it is known that only whole requests pass on the way
	// Moved is told of bytes that went over a connection, either way, with HTTP and
	// TLS: what a link is paid for, but for the heads of packets. May be nil.
	Moved func(bytes int)
}

// A Client is an exchange.Transport to one address. It keeps its connection
// open between runs; Close gives it up.
type Client struct {
	address Address
	clock   func() time.Time
	options Options
	tls     *tls.Config
	link    link

	trying sync.WaitGroup
	ways   ways

	greeting atomic.Int64 // nanoseconds that TLS took last; 0: not known
	mute     atomic.Int32 // requests in a row that were given up before anything was said

	mu      sync.Mutex
	current *carrier
	spare   *called   // begun by Probe, for the next Open
	inTurns time.Time // until when runs go in turns
}

// A carrier is a set of connections: usually one.
type carrier struct {
	transport *http.Transport // nil over UDP
	udp       *udp            // nil over TCP
	rest      *resty.Client
	last      atomic.Pointer[heardConn] // the connection that was opened last
}

var (
	_ exchange.Transport = (*Client)(nil)
	_ exchange.Prober    = (*Client)(nil)
)

const (
	// KeepIdle is how long a connection waits for the next run.
	KeepIdle  = 5 * time.Minute
	tcpProbes = 2 * time.Minute // rare: a probe can cost more than it is worth on a metered link
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
	c.ways.blocked, c.ways.rates = map[string]time.Time{}, map[string][2]float64{}
	c.tls = c.tlsConfig(o)
	c.current = c.carrier()
	if o.InTurns {
		c.inTurns = time.Now().Add(TurnsFor)
	}
	return c
}

// TurnsFor is how long it is remembered that a proxy wants whole requests: it may
// be one of a network that the device leaves, or be set up better.
const TurnsFor = time.Hour

// InTurns reports whether runs go in turns, because a proxy on the way hands on
// whole requests only.
func (c *Client) InTurns() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.inTurns)
}

func (c *Client) goInTurns() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inTurns = time.Now().Add(TurnsFor)
}

// carrier makes connections that know what the last ones learnt: TLS sessions.
func (c *Client) carrier() *carrier {
	r := new(carrier)
	r.transport = &http.Transport{
		DialContext:            r.heard(insistent(c.options.DialContext, &c.link), &c.link, c.options.Moved),
		Proxy:                  c.options.Proxy,
		OnProxyConnectResponse: proxyAnswer,
		TLSClientConfig:        c.tls.Clone(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // records are compressed before they are sealed
		IdleConnTimeout:        KeepIdle,
		MaxResponseHeaderBytes: 64 << 10,
		// No TLSHandshakeTimeout, no ResponseHeaderTimeout: on a thin link
		// both kill what is healthy.
	}
	r.rest = c.resty(r.transport)
	return r
}

func (c *Client) resty(over http.RoundTripper) *resty.Client {
	return resty.NewWithClient(&http.Client{Transport: over}).
		SetRedirectPolicy(resty.RedirectPolicyFunc(func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse })).
		SetHeader("User-Agent", "baraza").
		SetPreRequestHook(stream)
}

// closeIdle gives up connections that have no request.
func (r *carrier) closeIdle() {
	if r.udp != nil {
		r.udp.close()
		return
	}
	r.transport.CloseIdleConnections()
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
func (c *Client) Close() {
	if s := c.takeSpare(); s != nil {
		s.Close()
	}
	c.now().closeIdle()
	c.endQUIC()
}

// leave gives up the connections of a carrier, also one that HTTP/2 does not know to
// be idle yet.
func (c *Client) leave(over *carrier) {
	c.mu.Lock()
	if c.current == over {
		c.current = c.carrier()
	}
	c.mu.Unlock()
	over.closeIdle()
	if last := over.last.Load(); last != nil {
		last.Close()
	}
}

func (c *Client) now() *carrier {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
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

// check makes sure that the answer is an exchange.
func (c *Client) check(r *http.Response) (io.ReadCloser, error) {
	if err := c.status(r, ContentType); err != nil {
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
