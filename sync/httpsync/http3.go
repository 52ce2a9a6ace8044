package httpsync

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// HTTP3 says whether a client speaks HTTP/3 over UDP.
type HTTP3 string

// The ways to use it. The zero value does not: on links that lose packets it carries
// less than TCP does (docs/decisions).
const (
	HTTP3Off   HTTP3 = ""
	HTTP3Tried HTTP3 = "tried" // where the server offers it, UDP passes and it is no slower
	HTTP3Only  HTTP3 = "only"  // for tests and measurements
)

const (
	quicStart = 250 * time.Millisecond // beyond a round trip: the lead of UDP in a race with TCP
	quicFor   = 4 * time.Second        // how long UDP may take at all, or four round trips
	quicAgain = time.Hour              // when it is tried again in a network where it did not pass
	quicLeast = 16 << 10               // bytes up of a run that says how fast a way is
)

// ways is what is known of TCP and UDP to a server, by the network that the device is in.
type ways struct {
	mu      sync.Mutex
	offered bool                 // by the server
	blocked map[string]time.Time // networks where UDP did not pass, and until when that is believed
	rates   map[string][2]float64
	dialing bool
	stop    context.CancelFunc // ends the try that is under way
	quic    *carrier           // whose connection is open, or was
}

// network names the network that the device is in: by its own address towards the server.
func (c *Client) network() string {
	u, err := net.Dial("udp", dialled(c.address)) // nothing is sent
	if err != nil {
		return ""
	}
	defer u.Close()
	host, _, _ := net.SplitHostPort(u.LocalAddr().String())
	return host
}

// choose returns the carrier of the next run. Where UDP is worth a try it has a short
// lead; if it doesn't stand by then, the run goes over TCP and the try goes on beside it.
func (c *Client) choose(ctx context.Context) *carrier {
	if c.options.HTTP3 == HTTP3Off || !strings.HasPrefix(c.address.URL, "https:") {
		return c.now()
	}
	if c.options.HTTP3 == HTTP3Only {
		c.ways.mu.Lock()
		defer c.ways.mu.Unlock()
		if c.ways.quic == nil || !c.ways.quic.open() {
			c.ways.quic = c.quicCarrier()
		}
		return c.ways.quic
	}
	network := c.network()
	c.ways.mu.Lock()
	now := c.ways.rates[network]
	slower := now[1] > 0 && now[0] > now[1]
	open := c.ways.quic != nil && c.ways.quic.open()
	try := c.ways.offered && !slower && !open && !c.ways.dialing && time.Now().After(c.ways.blocked[network])
	c.ways.dialing = c.ways.dialing || try
	quic := c.ways.quic
	c.ways.mu.Unlock()
	switch {
	case open && !slower:
		return quic
	case !try:
		return c.now()
	}
	if stood := c.tryQUIC(network); stood != nil {
		lead := time.NewTimer(quicStart + time.Duration(c.greeting.Load()))
		defer lead.Stop()
		select {
		case quic := <-stood:
			if quic != nil {
				return quic
			}
		case <-lead.C:
		case <-ctx.Done():
		}
	}
	return c.now()
}

// tryQUIC makes a connection over UDP beside what else happens.
func (c *Client) tryQUIC(network string) <-chan *carrier {
	stood := make(chan *carrier, 1)
	ctx, cancel := context.WithTimeout(context.Background(), max(quicFor, 4*time.Duration(c.greeting.Load())))
	c.ways.mu.Lock()
	c.ways.stop = cancel
	c.ways.mu.Unlock()
	c.trying.Go(func() {
		defer cancel()
		quic := c.quicCarrier()
		err := quic.udp.connect(ctx)
		c.ways.mu.Lock()
		defer c.ways.mu.Unlock()
		c.ways.dialing = false
		if err != nil {
			if errors.Is(ctx.Err(), context.Canceled) {
				stood <- nil
				return
			}
			c.ways.blocked[network] = time.Now().Add(quicAgain)
			stood <- nil
			return
		}
		c.ways.quic = quic
		stood <- quic
	})
	return stood
}

// endQUIC gives up what is kept for UDP.
func (c *Client) endQUIC() {
	c.ways.mu.Lock()
	if c.ways.stop != nil {
		c.ways.stop()
	}
	c.ways.mu.Unlock()
	c.trying.Wait()
	c.ways.mu.Lock()
	defer c.ways.mu.Unlock()
	if c.ways.quic != nil {
		c.ways.quic.closeIdle()
	}
}

// another returns new connections beside those of the run.
func (c *Client) another() *carrier {
	if c.options.HTTP3 == HTTP3Only {
		return c.quicCarrier()
	}
	return c.carrier()
}

// measured notes how fast a run went over a carrier.
func (c *Client) measured(over *carrier, bytes int64, took time.Duration) {
	if c.options.HTTP3 != HTTP3Tried || bytes < quicLeast || took <= 0 {
		return
	}
	kind := 0
	if over.udp != nil {
		kind = 1
	}
	network := c.network()
	c.ways.mu.Lock()
	defer c.ways.mu.Unlock()
	rates := c.ways.rates[network]
	rates[kind] = float64(bytes) / took.Seconds()
	c.ways.rates[network] = rates
}

// offers notes that a server speaks HTTP/3 on the same port (RFC 7838).
func (c *Client) offers(h http.Header) {
	if strings.Contains(h.Get("Alt-Svc"), `h3=":`) {
		c.ways.mu.Lock()
		c.ways.offered = true
		c.ways.mu.Unlock()
	}
}

// udp is one connection over UDP, made when it is first needed.
type udp struct {
	address string
	tls     *tls.Config

	mu     sync.Mutex
	conn   *quic.Conn
	client *http3.ClientConn
}

func (c *Client) quicCarrier() *carrier {
	r := new(carrier)
	conf := http3.ConfigureTLSConfig(c.tls.Clone())
	host, _, _ := net.SplitHostPort(dialled(c.address))
	conf.ServerName = host
	r.udp = &udp{address: dialled(c.address), tls: conf}
	r.rest = c.resty(r.udp)
	return r
}

// connect makes the connection unless it is there.
func (u *udp) connect(ctx context.Context) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn != nil {
		return context.Cause(u.conn.Context())
	}
	conn, err := quic.DialAddr(ctx, u.address, u.tls, &quic.Config{MaxIdleTimeout: KeepIdle, InitialPacketSize: 1200})
	if err != nil {
		return err
	}
	u.conn, u.client = conn, (&http3.Transport{}).NewClientConn(conn)
	return nil
}

// RoundTrip implements http.RoundTripper.
func (u *udp) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := u.connect(r.Context()); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	return u.client.RoundTrip(r)
}

func (u *udp) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.conn != nil {
		u.conn.CloseWithError(quic.ApplicationErrorCode(http3.ErrCodeNoError), "")
	}
}

// open reports whether a connection over UDP stands.
func (r *carrier) open() bool {
	r.udp.mu.Lock()
	defer r.udp.mu.Unlock()
	return r.udp.conn != nil && r.udp.conn.Context().Err() == nil
}

// dialled is an address as host:port.
func dialled(a Address) string {
	host := a.host()
	if _, _, err := net.SplitHostPort(host); err != nil {
		return net.JoinHostPort(strings.Trim(host, "[]"), "443")
	}
	return host
}

// An http3Side is the half of a listener that hears UDP.
type http3Side struct {
	server *http3.Server
	conn   net.PacketConn
}

// listenUDP serves h over HTTP/3 on the UDP port of the same number as l's.
func listenUDP(l net.Addr, cert tls.Certificate, h http.Handler, life *lifetime) (*http3Side, error) {
	conn, err := net.ListenPacket("udp", l.String())
	if err != nil {
		return nil, err
	}
	s := &http3Side{conn: conn, server: &http3.Server{Handler: h, MaxHeaderBytes: 32 << 10, IdleTimeout: idleTimeout,
		TLSConfig:   http3.ConfigureTLSConfig(&tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}}),
		QUICConfig:  &quic.Config{MaxIdleTimeout: idleTimeout, MaxIncomingStreams: 16},
		ConnContext: func(ctx context.Context, _ *quic.Conn) context.Context { return life.with(ctx) },
	}}
	return s, nil
}

func (s *http3Side) serve() {
	if err := s.server.Serve(s.conn); errors.Is(err, http.ErrServerClosed) {
		return
	}
}

func (s *http3Side) close() {
	s.server.Close()
	s.conn.Close()
}
