package exchangetest_test

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestInboxOfAKeeper(t *testing.T) {
	exchangetest.Inbox(t, func(t *testing.T) exchangetest.InboxUnderTest {
		root := exchangetest.NewRoot(t)
		k := exchangetest.NewKeeper(root, nil)
		return exchangetest.InboxUnderTest{Inbox: k, Self: k.Self(), Centre: root.Card, Token: root.Token}
	})
}

func TestInboxOfAHub(t *testing.T) {
	exchangetest.Inbox(t, func(t *testing.T) exchangetest.InboxUnderTest {
		root := exchangetest.NewRoot(t)
		box, err := identity.New(rand.Reader, "hub", "box")
		if err != nil {
			t.Fatal(err)
		}
		k := exchangetest.NewKeeper(root, box)
		return exchangetest.InboxUnderTest{Inbox: k, Self: k.Self(), Centre: root.Card, Token: root.Token}
	})
}

func TestOutboxOfASender(t *testing.T) {
	exchangetest.Outbox(t, func(t *testing.T, c identity.Centre, token [16]byte) exchangetest.OutboxUnderTest {
		a := exchangetest.NewAuthor(t, c, token)
		for range 3 {
			a.Respond("text")
		}
		a.Attach(2 * batch.LeafSize)
		s := exchangetest.NewSender(a)
		return exchangetest.OutboxUnderTest{Outbox: s, Self: s.Self()}
	})
}

// pipes is a Transport over Pipe.
type pipes struct {
	serve   func(context.Context, exchange.Conn)
	ctx     context.Context
	serving *sync.WaitGroup
}

func (p pipes) Peer() string { return "pipe" }

func (p pipes) Open(context.Context) (exchange.Conn, error) {
	caller, server := exchangetest.Pipe()
	p.serving.Go(func() { p.serve(p.ctx, server) })
	return caller, nil
}

func TestTransportInMemory(t *testing.T) {
	exchangetest.Transport(t, func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport {
		ctx, cancel := context.WithCancel(context.Background())
		p := pipes{serve, ctx, new(sync.WaitGroup)}
		t.Cleanup(func() { cancel(); p.serving.Wait() })
		return p
	})
}
