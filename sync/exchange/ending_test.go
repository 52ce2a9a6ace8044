package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

// until returns a Conn on which nothing comes after a frame of that type.
func until(t *testing.T, from exchange.Conn, last batch.FrameType) exchange.Conn {
	to, end := exchangetest.Pipe()
	go func() {
		for in := batch.NewReader(from); ; {
			f, err := in.Next()
			if err != nil {
				return
			}
			end.Write(f.Append(nil))
			if f.Type == last {
				return
			}
		}
	}()
	t.Cleanup(func() { from.Close(); end.Close() })
	return halves{from, to}
}

// halves writes to one connection and reads from another.
type halves struct{ up, down exchange.Conn }

func (h halves) Read(b []byte) (int, error)  { return h.down.Read(b) }
func (h halves) Write(b []byte) (int, error) { return h.up.Write(b) }
func (h halves) CloseWrite() error           { return h.up.CloseWrite() }
func (h halves) Close() error                { h.down.Close(); return h.up.Close() }

// TestReceiptsComeWithTheLastAcknowledgement: a link that goes away before
// goodbye was answered costs no further run.
func TestReceiptsComeWithTheLastAcknowledgement(t *testing.T) {
	for _, attached := range []bool{false, true} {
		batch.WarmUp()
		synctest.Test(t, func(t *testing.T) {
			root := exchangetest.NewRoot(t)
			k, a := exchangetest.NewKeeper(root, nil), author(t, root)
			if attached {
				a.Attach(3*batch.LeafSize + 5)
			}
			s := exchangetest.NewSender(a)
			caller, server := exchangetest.Pipe()
			go k.Serve(t.Context(), server)
			conn := until(t, caller, batch.FrameReceipts)
			start := time.Now()
			asked := 0
			o := exchange.Options{Self: s.Self(), Centre: &root.Card, Probe: func(ctx context.Context) error { asked++; return nil }}
			r, err := exchange.Run(t.Context(), conn, s, o)
			if err != nil || s.Received() != len(a.Records) || r.Complete || asked > 0 {
				t.Errorf("with attachments %v: %d of %d received, %d questions, %+v: %v", attached, s.Received(), len(a.Records), asked, r, err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("with attachments %v: goodbye was waited for %v", attached, took)
			}
		})
	}
}

// distant is a Pipe on which everything takes a while and nothing is narrow.
func distant(delay time.Duration) (caller, server exchange.Conn) {
	caller, near := exchangetest.Pipe()
	far, server := exchangetest.Pipe()
	carry := func(from, to exchange.Conn) {
		type piece struct {
			due time.Time
			b   []byte
		}
		way := make(chan piece, 1000)
		go func() {
			defer close(way)
			for {
				b := make([]byte, 4096)
				n, err := from.Read(b)
				if err != nil {
					return
				}
				way <- piece{time.Now().Add(delay), b[:n]}
			}
		}()
		go func() {
			for p := range way {
				time.Sleep(time.Until(p.due))
				to.Write(p.b)
			}
			time.Sleep(delay)
			to.CloseWrite()
		}()
	}
	carry(near, far)
	carry(far, near)
	return caller, server
}

// TestTextNeedsOneRoundTripAfterTheHaves counts round trips on a link that has
// nothing else: one for the haves, one for records, their receipts and goodbye; a
// third where leaves go with it, of which the server may lack some.
func TestTextNeedsOneRoundTripAfterTheHaves(t *testing.T) {
	for _, c := range []struct {
		attached int
		trips    int
	}{{0, 2}, {batch.LeafSize + 5, 3}} {
		batch.WarmUp()
		synctest.Test(t, func(t *testing.T) {
			const rtt = time.Second
			root := exchangetest.NewRoot(t)
			k, a := exchangetest.NewKeeper(root, nil), author(t, root)
			for range 20 {
				a.Respond(strings.Repeat("We think otherwise. ", 40))
			}
			if c.attached > 0 {
				a.Attach(c.attached)
			}
			s := exchangetest.NewSender(a)
			caller, server := distant(rtt / 2)
			go k.Serve(t.Context(), server)
			start := time.Now()
			r, err := exchange.Run(t.Context(), caller, s, exchange.Options{Self: s.Self(), Centre: &root.Card})
			if err != nil || !r.Complete || k.Missing(a) != nil || k.Redelivered() > 0 {
				t.Fatalf("%+v: %v, %v", r, err, k.Missing(a))
			}
			if took := time.Since(start); took > time.Duration(c.trips)*rtt+rtt/2 {
				t.Errorf("with %d bytes attached it took %v", c.attached, took)
			}
		})
	}
}

// A falteringConn is a Conn of which nothing is heard any more after its first writes.
type falteringConn struct {
	exchange.Conn
	writes int
	whole  int // of them
}

func (m *falteringConn) Write(b []byte) (int, error) {
	if m.writes++; m.writes > m.whole {
		return 0, errors.New("broken pipe")
	}
	return len(b), nil
}

// TestWhatCameBeforeACutIsKept: a link that breaks under an answer of the server
// takes nothing with it of what the caller had sent until then.
func TestWhatCameBeforeACutIsKept(t *testing.T) {
	root := exchangetest.NewRoot(t)
	a := author(t, root)
	list := a.Attach(10)
	offers, err := exchangetest.NewSender(a).Offers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := stream(hello(), batch.Frame{Type: batch.FrameOffer, Offer: offers[0]})
	for _, r := range a.Records {
		sent = batch.Frame{Type: batch.FrameRecord, Record: r}.Append(sent)
	}
	sent = batch.Frame{Type: batch.FrameLeaf, Leaf: batch.Leaf{Attachment: list.ID, Sealed: a.Leaves[list.ID][0]}}.Append(sent)
	sent = batch.Frame{Type: batch.FrameBye}.Append(sent)
	for whole := range 4 {
		k := exchangetest.NewKeeper(root, nil)
		r, err := k.Serve(t.Context(), &falteringConn{Conn: script{bytes.NewReader(sent)}, whole: whole})
		if err == nil || r.Complete {
			t.Errorf("after %d answers: %+v, no error", whole, r)
		}
		have, err := k.Have(t.Context(), offers[0].Tails)
		if err != nil || len(have) != len(offers[0].Tails) {
			t.Fatalf("after %d answers: %d of %d chains, %v", whole, len(have), len(offers[0].Tails), err)
		}
		for _, tail := range offers[0].Tails {
			if !slices.Contains(have, tail.Top) {
				t.Errorf("after %d answers: of %d of %v, %v", whole, tail.Top.Seq, tail.Chain, have)
			}
		}
		s := exchangetest.NewSender(a)
		if again := complete(t, s, k, exchange.Options{}); again.Leaves != 0 || s.Received() != len(a.Records) {
			t.Errorf("after %d answers, of %d records and a leaf: %+v", whole, len(a.Records), again)
		}
	}
}

// TestWhatCameBeforeAServerEndsIsKept: a request whose link is reset ends with its
// context, while what it brought still waits for a commit.
func TestWhatCameBeforeAServerEndsIsKept(t *testing.T) {
	root := exchangetest.NewRoot(t)
	a := author(t, root)
	for range 10 {
		a.Respond("text")
	}
	synctest.Test(t, func(t *testing.T) {
		g := gated{exchangetest.NewKeeper(root, nil), make(chan int, 100), make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		caller, server := exchangetest.Pipe()
		ended := make(chan error, 2)
		go func() { _, err := exchange.Serve(ctx, server, g, exchange.Options{}); ended <- err }()
		go func() {
			_, err := exchange.Run(t.Context(), caller, exchangetest.NewSender(a), exchange.Options{})
			ended <- err
		}()
		synctest.Wait() // all that fits the window has arrived
		cancel()
		synctest.Wait() // the connection is closed
		close(g.gate)
		if one, two := <-ended, <-ended; one == nil || two == nil {
			t.Errorf("it ended with %v and %v", one, two)
		}
		close(g.began)
		records := 0
		for n := range g.began {
			records += n
		}
		if records != len(a.Records) {
			t.Errorf("%d records of %d were kept", records, len(a.Records))
		}
	})
}

func TestAConnectionThatHearsNothingIsNotKept(t *testing.T) {
	batch.WarmUp()
	synctest.Test(t, func(t *testing.T) {
		caller, server := exchangetest.Pipe()
		defer caller.Close()
		start := time.Now()
		if _, err := exchangetest.NewKeeper(exchangetest.NewRoot(t), nil).Serve(t.Context(), &falteringConn{Conn: server}); err == nil {
			t.Error("no error")
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it was kept for %v", took)
		}
	})
}
