package app

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/central"
	"baraza.example/sync/central/centraltest"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/hub"
	"baraza.example/sync/identity"
)

// A centre is a real one over a store in memory, behind a real listener.
type centre struct {
	address string
	invite  identity.Invite
	stop    func()
	desk    *central.Desk
	keys    central.Keys
	shelf   central.Shelf
}

func newCentre(t *testing.T) *centre {
	t.Helper()
	_, root, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	logPublic, logKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := identity.Centre{Name: "Secretariat", Consultation: "wgstudy-2007", LogKey: logPublic, Issued: 1_700_000_000}
	var keys []identity.RecipientKey
	for i := range identity.MinRecipients {
		key, err := identity.NewRecipientKey(rand.Reader, fmt.Sprintf("reader %d", i+1))
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
		public, err := key.Public()
		if err != nil {
			t.Fatal(err)
		}
		card.Recipients = append(card.Recipients, public)
	}
	if card, err = identity.SignCentre(root, card); err != nil {
		t.Fatal(err)
	}
	store := centraltest.NewMemory()
	server, err := central.New(t.Context(), central.Options{Store: store, Centre: card, LogKey: logKey})
	if err != nil {
		t.Fatal(err)
	}
	c := &centre{desk: &central.Desk{Store: store, Keys: keys}, keys: central.Keys{Centre: card, LogKey: logKey}, shelf: store}
	c.address, c.stop = listen(t, func(ctx context.Context, conn exchange.Conn) { _, _ = server.Serve(ctx, conn) })
	if c.invite, err = central.NewInvite(t.Context(), store, card, []string{c.address}, "everybody", time.Now(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	return c
}

// listen serves exchanges on this machine, with a certificate of its own.
func listen(t *testing.T, serve func(context.Context, exchange.Conn)) (address string, stop func()) {
	t.Helper()
	key, err := httpsync.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := httpsync.SelfSigned(key, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	l, err := httpsync.Listen("127.0.0.1:0", &cert, httpsync.Handler(serve), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Kill() })
	return l.Address.String(), func() { l.Kill() }
}

// newHub is a hub that carries to the centre when forward is called.
func newHub(t *testing.T, c *centre) (address string, forward func()) {
	t.Helper()
	w, err := workspace.Open(t.Context(), t.TempDir(), workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.SetUp(t.Context(), "Radio Mwalo", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Join(t.Context(), []byte(c.invite.Line())); err != nil {
		t.Fatal(err)
	}
	h, err := w.Hub("Radio Mwalo", hub.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	forward = func() {
		t.Helper()
		road, err := httpsync.ParseAddress(c.address)
		if err != nil {
			t.Fatal(err)
		}
		client := httpsync.NewClient(road, httpsync.Options{})
		defer client.Close()
		if _, err := w.Forward(t.Context(), h, client); err != nil {
			t.Fatal(err)
		}
	}
	address, _ = listen(t, func(ctx context.Context, conn exchange.Conn) { _, _ = h.Serve(ctx, conn) })
	return address, forward
}
