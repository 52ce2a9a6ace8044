package central_test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"baraza.example/sync/central/sqlstore"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
)

// A device meets the real listener over a real connection, and a person asks
// for what it sent.
func TestTheListenerTakesRecordsAndAnswersForThem(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "centre.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	c := newCentre(t, store)
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: c.Handler()}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(at) }()
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != http.ErrServerClosed {
			t.Error(err)
		}
	}()

	a := exchangetest.NewAuthor(t, c.keys.Centre, c.invite.Token)
	text := a.Respond("an answer")
	file := a.Attach(20_000)
	sender := exchangetest.NewSender(a)
	client := httpsync.NewClient(httpsync.Address{URL: "http://" + at.Addr().String()}, httpsync.Options{
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }})
	defer client.Close()
	report, err := exchange.Once(t.Context(), client, sender, exchange.Options{Self: sender.Self()})
	if err != nil || !report.Complete || report.Peer != c.Peer() || sender.Received() != len(a.Records) {
		t.Errorf("%+v, %d of %d receipts: %v", report, sender.Received(), len(a.Records), err)
	}
	if n, err := store.LeavesHeld(t.Context(), file.ID); err != nil || n != 3 {
		t.Errorf("%d pieces of the file, %v", n, err)
	}
	again, err := exchange.Once(t.Context(), client, sender, exchange.Options{Self: sender.Self()})
	if err != nil || again.Sent != 0 {
		t.Errorf("with nothing new: %+v, %v", again, err)
	}

	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + at.Addr().String() + "/r/" + text.ID.Code())
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(body), "straight from the device") {
		t.Errorf("%s, %v", body, err)
	}
}
