package hub

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Kiosk is the listener of the pages that phones near a hub fill in (package
// forms/webform). It speaks plain HTTP: a phone would show a warning for a
// certificate that nobody vouches for, and old ones don't know today's TLS. The
// pages say so, before any question.
type Kiosk struct {
	Address string // http://host:port/

	server   *http.Server
	listener net.Listener
	done     chan struct{}
}

// The limits of a Kiosk: a phone opens two or three connections and lets them
// lie.
const (
	kioskConns = 1000
	kioskIdle  = 20 * time.Second
	kioskHead  = 8 << 10 // bytes of a request's head
	kioskHello = 10 * time.Second
)

// ListenKiosk serves pages at an address until Close.
func ListenKiosk(address string, pages http.Handler, log *slog.Logger) (*Kiosk, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for the kiosk: %w", err)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	k := &Kiosk{Address: "http://" + l.Addr().String() + "/", done: make(chan struct{}), listener: &countedListener{Listener: l, free: make(chan struct{}, kioskConns)}}
	k.server = &http.Server{Handler: pages, ReadHeaderTimeout: kioskHello, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: kioskIdle, MaxHeaderBytes: kioskHead, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	go func() {
		defer close(k.done)
		_ = k.server.Serve(k.listener) // ends with Close
	}()
	return k, nil
}

// Close ends the kiosk. Pages that were saved are safe.
func (k *Kiosk) Close() error {
	err := k.server.Close()
	<-k.done
	return err
}

// A countedListener has no more than so many connections open: others wait in
// the system's queue until one ends.
type countedListener struct {
	net.Listener
	free chan struct{}
}

func (l *countedListener) Accept() (net.Conn, error) {
	l.free <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &countedConn{Conn: c, end: sync.OnceFunc(func() { <-l.free })}, nil
}

type countedConn struct {
	net.Conn
	end func()
}

func (c *countedConn) Close() error {
	c.end()
	return c.Conn.Close()
}
