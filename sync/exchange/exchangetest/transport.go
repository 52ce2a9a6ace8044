package exchangetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/catalogue"
	"baraza.example/sync/exchange"
)

// A Carrier is a way to meet, as its suite needs it: serve is called for every
// connection that the Transport opens, with a context that ends with the
// carrier's own. What t.Cleanup ends must leave nothing behind.
type Carrier func(t *testing.T, serve func(context.Context, exchange.Conn)) exchange.Transport

// Transport checks that a carrier brings every byte over in order, both ways
// at once, that a cut anywhere loses nothing, and that nothing hangs.
func Transport(t *testing.T, carry Carrier) {
	t.Run("brings everything over and receipts back", func(t *testing.T) { transportWhole(t, carry) })
	t.Run("carries both ways at once", func(t *testing.T) { transportDuplex(t, carry) })
	t.Run("loses nothing when cut anywhere", func(t *testing.T) { transportCuts(t, carry) })
	t.Run("ends when it is told to", func(t *testing.T) { transportCancel(t, carry) })
	t.Run("ends when the other side does", func(t *testing.T) { transportServerEnds(t, carry) })
}

// never is long enough that only a hang takes it.
const never = 30 * time.Second

func serveWith(k *Keeper) func(context.Context, exchange.Conn) {
	return func(ctx context.Context, c exchange.Conn) { k.Serve(ctx, c) }
}

func transportWhole(t *testing.T, carry Carrier) {
	root := NewRoot(t)
	k, a := NewKeeper(root, nil), NewAuthor(t, root.Card, root.Token)
	tr := carry(t, serveWith(k))
	if tr.Peer() == "" {
		t.Error("a transport has an address to show")
	}
	for range 20 {
		a.Respond("What we think of it, at some length, in our own words.")
	}
	a.Attach(30 * batch.LeafSize)
	background := make([]byte, 20*catalogue.LeafSize+7)
	rand.Read(background) // never fails
	k.Publish(t, root.Log, "background", "1", background)
	s := NewSender(a)
	o := exchange.Options{Self: s.Self(), Memory: new(exchange.Memory)}
	for range 2 {
		r, err := exchange.Once(t.Context(), tr, s, o)
		if err != nil || !r.Complete {
			t.Fatalf("%+v: %v", r, err)
		}
	}
	if err := k.Missing(a); err != nil || s.Received() != len(a.Records) || k.Redelivered() != 0 {
		t.Errorf("%v; %d receipts for %d records, %d came twice", err, s.Received(), len(a.Records), k.Redelivered())
	}
	if !bytes.Equal(s.Content("background"), background) {
		t.Error("what the centre published is not here as it was")
	}
}

// transportDuplex plays stop and wait: each answer has to come while the
// caller's stream is still open.
func transportDuplex(t *testing.T, carry Carrier) {
	tr := carry(t, func(_ context.Context, c exchange.Conn) {
		defer c.Close()
		b := []byte{byte(batch.FrameHello)} // as an exchange begins
		for c.Write(b); ; {
			if _, err := c.Read(b); err != nil {
				c.CloseWrite()
				return
			}
			if _, err := c.Write([]byte{^b[0]}); err != nil {
				return
			}
		}
	})
	c, err := tr.Open(t.Context())
	ok(t, err)
	defer c.Close()
	defer time.AfterFunc(never, func() { c.Close() }).Stop()
	b := make([]byte, 1)
	if _, err := c.Read(b); err != nil {
		t.Fatal(err)
	}
	for i := range byte(100) {
		if _, err := c.Write([]byte{i}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(b); err != nil || b[0] != ^i {
			t.Fatalf("answer %d is %d: %v", i, b[0], err)
		}
	}
	ok(t, c.CloseWrite())
	if n, err := c.Read(b); n != 0 || err == nil {
		t.Errorf("after both ends: %d bytes, %v", n, err)
	}
}

func transportCuts(t *testing.T, carry Carrier) {
	root := NewRoot(t)
	a := NewAuthor(t, root.Card, root.Token)
	a.Records = a.Records[:1]
	a.Attach(700)
	var at atomic.Pointer[Keeper]
	begin := func() *Keeper {
		k := NewKeeper(root, nil)
		at.Store(k)
		return k
	}
	tr := carry(t, func(ctx context.Context, c exchange.Conn) { at.Load().Serve(ctx, c) })
	run := func(s *Sender, o exchange.Options, up, down int64) (exchange.Report, error) {
		c, err := tr.Open(t.Context())
		ok(t, err)
		return exchange.Run(t.Context(), Cut(c, up, down), s, o)
	}
	const cuts = 60 // each way
	begin()
	whole, err := run(NewSender(a), exchange.Options{Centre: &root.Card}, -1, -1)
	ok(t, err)
	for i := range int64(2 * cuts) {
		up, down := i*whole.BytesUp/cuts, int64(-1)
		if i >= cuts {
			up, down = -1, (i-cuts)*whole.BytesDown/cuts
		}
		k := begin()
		s := NewSender(a)
		o := exchange.Options{Self: s.Self(), Centre: &root.Card, Memory: new(exchange.Memory)}
		if r, err := run(s, o, up, down); err == nil {
			t.Fatalf("cut after %d up, %d down: %+v, no error", up, down, r)
		}
		r, err := run(s, o, -1, -1)
		if err != nil || !r.Complete {
			t.Fatalf("after a cut at %d up, %d down: %v", up, down, err)
		}
		if err := k.Missing(a); err != nil || s.Received() != len(a.Records) {
			t.Fatalf("after a cut at %d up, %d down: %v, %d receipts", up, down, err, s.Received())
		}
	}
}

func transportCancel(t *testing.T, carry Carrier) {
	arrived := make(chan struct{})
	gone := make(chan error, 1)
	tr := carry(t, func(_ context.Context, c exchange.Conn) {
		defer c.Close()
		close(arrived)
		for b := make([]byte, 1<<10); ; { // reads, and never says a word
			if _, err := c.Read(b); err != nil {
				gone <- err
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	s := NewSender(NewAuthor(t, NewRoot(t).Card, [16]byte{}))
	ended := make(chan error, 1)
	go func() {
		_, err := exchange.Once(ctx, tr, s, exchange.Options{})
		ended <- err
	}()
	await(t, arrived, "the connection to be served")
	cancel()
	if err := await(t, ended, "the cancelled run to end"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	await(t, gone, "the server to notice")
}

func transportServerEnds(t *testing.T, carry Carrier) {
	tr := carry(t, func(_ context.Context, c exchange.Conn) { c.Close() })
	s := NewSender(NewAuthor(t, NewRoot(t).Card, [16]byte{}))
	ended := make(chan error, 1)
	go func() {
		_, err := exchange.Once(t.Context(), tr, s, exchange.Options{})
		ended <- err
	}()
	if err := await(t, ended, "the run to end"); err == nil {
		t.Error("the server hung up and nobody minded")
	}
}

func await[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	timer := time.NewTimer(never)
	defer timer.Stop()
	select {
	case v := <-c:
		return v
	case <-timer.C:
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}
