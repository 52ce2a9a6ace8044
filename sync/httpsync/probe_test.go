package httpsync_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
)

func TestASignOfLifeOpensTheConnectionOfTheNextRun(t *testing.T) {
	root := exchangetest.NewRoot(t)
	keeper := exchangetest.NewKeeper(root, nil)
	var connections atomic.Int32
	exchanges := httpsync.Handler(func(ctx context.Context, c exchange.Conn) { keeper.Serve(ctx, c) })
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { exchanges.ServeHTTP(w, r) }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := httpsync.NewClient(httpsync.Address{URL: s.URL}, httpsync.Options{})
	defer c.Close()
	if err := c.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	a.Respond("words")
	sender := exchangetest.NewSender(a)
	for range 2 {
		if _, err := exchange.Once(t.Context(), c, sender, exchange.Options{Self: sender.Self(), Centre: &root.Card}); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for a sign of life and two runs", n)
	}
	if err := c.Probe(t.Context()); err != nil || connections.Load() != 2 {
		t.Errorf("a second question went over the same connection (%d): %v", connections.Load(), err)
	}
}

func TestAWebServerIsNoSignOfLife(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex() // it doesn't wait for the end of the question, which has none
	}))
	c := httpsync.NewClient(httpsync.Address{URL: s.URL}, httpsync.Options{})
	if err := c.Probe(t.Context()); err == nil {
		t.Error("a page passes for an exchange")
	}
	s.Close()
	if err := c.Probe(t.Context()); err == nil {
		t.Error("nobody passes for an exchange")
	}
	c.Close()
}
