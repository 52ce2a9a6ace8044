package httpsync_test

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
)

// listenBoth serves h over TCP and UDP.
func listenBoth(t *testing.T, h http.Handler) httpsync.Address {
	t.Helper()
	l, err := httpsync.ListenHTTP3("127.0.0.1:0", certificate(t, "elsewhere.example"), h, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l.Address
}

func TestTransportOverHTTP3(t *testing.T) {
	exchangetest.Transport(t, func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport {
		h := httpsync.Handler(serve)
		a := listenBoth(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor != 3 {
				t.Errorf("spoke %s", r.Proto)
			}
			h.ServeHTTP(w, r)
		}))
		return client(t, a, httpsync.Options{HTTP3: httpsync.HTTP3Only})
	})
}

// spoken counts requests by version.
type spoken [4]atomic.Int32

func (s *spoken) by(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s[r.ProtoMajor].Add(1)
		h.ServeHTTP(w, r)
	})
}

// TestHTTP3IsTriedWhereTheServerOffersIt: the first run goes over TCP and learns of it.
func TestHTTP3IsTriedWhereTheServerOffersIt(t *testing.T) {
	for _, option := range []httpsync.HTTP3{httpsync.HTTP3Tried, httpsync.HTTP3Off} {
		k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
		a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
		var by spoken
		at := listenBoth(t, by.by(httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) })))
		c, s := client(t, at, httpsync.Options{HTTP3: option}), exchangetest.NewSender(a)
		for range 3 {
			a.Respond("What we think of it.")
			sent(t, c, k, s)
		}
		if want := map[httpsync.HTTP3]int32{httpsync.HTTP3Tried: 2}[option]; by[3].Load() != want || by[2].Load() != 3-want {
			t.Errorf("%q: %d runs over HTTP/2, %d over HTTP/3", option, by[2].Load(), by[3].Load())
		}
	}
}

// TestWhereUDPDoesNotPassNobodyNotices: the run goes over TCP at once, and UDP is not
// tried again in that network.
func TestWhereUDPDoesNotPassNobodyNotices(t *testing.T) {
	k := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil)
	a := exchangetest.NewAuthor(t, k.Root.Card, k.Root.Token)
	var by spoken
	exchanges := by.by(httpsync.Handler(func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) }))
	at := listenOwn(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Alt-Svc", `h3=":8443"`) // what is offered is lost on the way
		exchanges.ServeHTTP(w, r)
	}))
	hole, err := net.ListenPacket("udp", at.URL[len("https://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	var packets atomic.Int32
	go func() {
		for b := make([]byte, 2000); ; packets.Add(1) {
			if _, _, err := hole.ReadFrom(b); err != nil {
				return
			}
		}
	}()
	c, s := client(t, at, httpsync.Options{HTTP3: httpsync.HTTP3Tried}), exchangetest.NewSender(a)
	for range 3 {
		a.Respond("What we think of it.")
		start := time.Now()
		sent(t, c, k, s)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("a run took %v", took)
		}
	}
	if by[2].Load() != 3 || packets.Load() == 0 {
		t.Errorf("%d runs over HTTP/2, %d packets of UDP", by[2].Load(), packets.Load())
	}
}
