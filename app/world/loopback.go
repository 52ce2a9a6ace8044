package world

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strings"
	"sync"

	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/linksim"
)

// loopback is real listeners with TLS on 127.0.0.1, and for every pair of
// parties a proxy between them that cuts connections by the seed.
type loopback struct {
	options Options
	mu      sync.Mutex
	served  map[string]*httpsync.Listener
	proxies map[string]*linksim.Proxy // "from to"
	whole   map[string]bool           // roads that are not cut any more
	gone    linksim.Stats             // of proxies that are closed
}

func newLoopback(o Options) *loopback {
	return &loopback{options: o, served: map[string]*httpsync.Listener{}, proxies: map[string]*linksim.Proxy{}, whole: map[string]bool{}}
}

func (l *loopback) serve(name string, serve serving) (func(), error) {
	key, err := httpsync.NewKey()
	if err != nil {
		return nil, err
	}
	cert, err := httpsync.SelfSigned(key, "127.0.0.1")
	if err != nil {
		return nil, err
	}
	return l.listen(name, &cert, serve)
}

func (l *loopback) listen(name string, cert *tls.Certificate, serve serving) (func(), error) {
	handler := httpsync.Handler(func(ctx context.Context, c exchange.Conn) {
		if _, err := serve(ctx, c); err != nil {
			l.log().Info("an exchange ended early", "party", name, "err", err)
		}
	})
	listener, err := httpsync.Listen("127.0.0.1:0", cert, handler, l.log())
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.served[name] = listener
	return func() {
		listener.Kill()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.forget(name)
	}, nil
}

func (l *loopback) log() *slog.Logger {
	if l.options.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l.options.Logger
}

// forget closes what leads to a party that is gone: it comes back on another port.
func (l *loopback) forget(name string) {
	delete(l.served, name)
	for road := range l.proxies {
		if strings.HasSuffix(road, " "+name) {
			l.drop(road)
		}
	}
}

// road returns the address of a party through the proxy from another.
func (l *loopback) road(from, to string) (httpsync.Address, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	listener := l.served[to]
	if listener == nil {
		return httpsync.Address{}, fmt.Errorf("nobody listens as %s", to)
	}
	road := from + " " + to
	p := l.proxies[road]
	if p == nil {
		h := fnv.New64a()
		h.Write([]byte(road))
		o := linksim.ProxyOptions{Target: strings.TrimPrefix(listener.Address.URL, "https://"), Seed: l.options.Seed ^ h.Sum64(), Profile: l.options.Link}
		if l.whole[road] {
			o.Profile.CutEvery = 0
		} else if len(l.proxies) == 0 {
			o.FirstCut = l.options.FirstCut
		}
		var err error
		if p, err = linksim.StartProxy(o); err != nil {
			return httpsync.Address{}, err
		}
		l.proxies[road] = p
	}
	return httpsync.Address{URL: "https://" + p.Addr(), Pin: listener.Address.Pin}, nil
}

func (l *loopback) transport(from, to string) (carrier, error) {
	a, err := l.road(from, to)
	if err != nil {
		return nil, err
	}
	return client{httpsync.NewClient(a, httpsync.Options{})}, nil
}

type client struct{ *httpsync.Client }

func (c client) Close() error { c.Client.Close(); return nil }

func (l *loopback) address(from, to string) (string, error) {
	a, err := l.road(from, to)
	return a.String(), err
}

// cut knows only the link that is never cut: the profile does the rest.
func (l *loopback) cut(from, to string, _ linksim.Direction, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	road := from + " " + to
	if n != never || l.whole[road] {
		return
	}
	l.whole[road] = true
	l.drop(road)
}

// drop closes the proxy on a road; the next contact starts another.
func (l *loopback) drop(road string) {
	if p := l.proxies[road]; p != nil {
		l.gone = add(l.gone, p.Stats())
		p.Close()
		delete(l.proxies, road)
	}
}

func (l *loopback) stats() linksim.Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := l.gone
	for _, p := range l.proxies {
		sum = add(sum, p.Stats())
	}
	return sum
}

func add(a, b linksim.Stats) linksim.Stats {
	return linksim.Stats{Connections: a.Connections + b.Connections, Cuts: a.Cuts + b.Cuts, BytesUp: a.BytesUp + b.BytesUp, BytesDown: a.BytesDown + b.BytesDown}
}

func (l *loopback) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, p := range l.proxies {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}
