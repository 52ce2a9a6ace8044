package workspace_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"baraza.example/app/workspace"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// TestTheNextSendNeedsNoHandshake: it goes over the connection that is open, and
// where that is gone, its TLS session is taken up again.
func TestTheNextSendNeedsNoHandshake(t *testing.T) {
	c, d := newCentre(t), newDevice(t)
	key, err := httpsync.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := httpsync.SelfSigned(key, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	var connections, resumed atomic.Int32
	exchanges := httpsync.Handler(func(ctx context.Context, conn exchange.Conn) { _, _ = c.server.Serve(ctx, conn) })
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.DidResume {
			resumed.Add(1)
		}
		exchanges.ServeHTTP(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.StartTLS()
	defer s.Close()
	d.join(c.invite.File())
	address := httpsync.Address{URL: s.URL, Pin: httpsync.PinOf(cert.Leaf)}.String()
	if _, err := d.Change(t.Context(), func(s *workspace.Settings) { s.Hub = address }); err != nil {
		t.Fatal(err)
	}
	send := func() {
		t.Helper()
		if _, err := d.Send(t.Context(), workspace.Sending{ByHand: true}); err != nil {
			t.Fatal(err)
		}
	}
	send()
	send()
	if n := connections.Load(); n != 1 {
		t.Errorf("two sends made %d connections", n)
	}
	s.CloseClientConnections()
	for range 3 { // the first may find out that the connection is gone
		if _, err = d.Send(t.Context(), workspace.Sending{ByHand: true}); err == nil {
			break
		}
	}
	if err != nil || resumed.Load() == 0 {
		t.Errorf("no session was resumed: %v", err)
	}
}
