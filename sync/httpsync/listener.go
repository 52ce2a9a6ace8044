package httpsync

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Listener serves HTTP on one port, with the limits that suit a handler of
// exchanges: headers come soon, bodies take as long as the link needs.
type Listener struct {
	Address Address // with its pin
	server  *http.Server
	life    *lifetime
	udp     *http3Side // nil: TCP alone
	running sync.WaitGroup
}

const (
	headerTimeout = 2 * time.Minute // a thin link may need that for a request's head
	idleTimeout   = 10 * time.Minute
	farewell      = 5 * time.Second // for runs that are under way when the listener closes
)

// Listen serves h at addr, such as "127.0.0.1:0", until Close. cert is this
// listener's own certificate; without one it speaks plain HTTP, for a proxy in
// front of it.
func Listen(addr string, cert *tls.Certificate, h http.Handler, log *slog.Logger) (*Listener, error) {
	return listen(addr, cert, h, log, false)
}

// ListenHTTP3 listens as Listen does, and on the UDP port of the same number as well.
func ListenHTTP3(addr string, cert tls.Certificate, h http.Handler, log *slog.Logger) (*Listener, error) {
	return listen(addr, &cert, h, log, true)
}

func listen(addr string, cert *tls.Certificate, h http.Handler, log *slog.Logger, overUDP bool) (*Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	life := newLifetime()
	var udp *http3Side
	if overUDP {
		if udp, err = listenUDP(l.Addr(), *cert, h, life); err != nil {
			l.Close()
			return nil, fmt.Errorf("listen on UDP %s: %w", addr, err)
		}
		h = offering(l.Addr(), h)
	}
	served := &Listener{Address: Address{URL: "http://" + l.Addr().String()}, life: life, udp: udp, server: &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	served.server.BaseContext = func(net.Listener) context.Context { return served.life.with(context.Background()) }
	serve := func() error { return served.server.Serve(l) }
	if cert != nil {
		served.Address = Address{URL: "https://" + l.Addr().String(), Pin: PinOf(cert.Leaf)}
		served.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{*cert}}
		serve = func() error { return served.server.ServeTLS(l, "", "") }
	}
	served.running.Go(func() { _ = serve() }) // it ends with Close alone
	if udp != nil {
		served.running.Go(udp.serve)
	}
	return served, nil
}

// Close lets runs that are under way end, for a moment, and stops.
func (l *Listener) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		l.server.Close()
	}
	l.endUDP()
	l.life.end()
	l.running.Wait()
}

// Kill stops at once and cuts what is under way.
func (l *Listener) Kill() {
	l.server.Close()
	l.endUDP()
	l.life.end()
	l.running.Wait()
}

func (l *Listener) endUDP() {
	if l.udp != nil {
		l.udp.close()
	}
}

// offering says in every answer that HTTP/3 is spoken on the same port.
func offering(at net.Addr, h http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(at.String())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Alt-Svc", `h3=":`+port+`"; ma=86400`)
		h.ServeHTTP(w, r)
	})
}
