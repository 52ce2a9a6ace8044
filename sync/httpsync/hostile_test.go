package httpsync_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/httpsync"
)

// A caller that never stops sending is dropped over HTTP as in memory (exchange's
// tests): soon, whatever it sends, with nothing kept and little memory taken.
func TestACallerThatNeverStopsIsDropped(t *testing.T) {
	const (
		most   = 256 << 20 // bytes that a caller would send
		memory = 128 << 20 // for all of them together
		chunk  = 64 << 10
	)
	root := exchangetest.NewRoot(t)
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	a.Respond("text")
	s := exchangetest.NewSender(a)
	offers, err := s.Offers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hello := batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: 1, Newest: 1, Role: batch.RoleDevice}}.Append(nil)
	offer := batch.Frame{Type: batch.FrameOffer, Offer: offers[0]}.Append(nil)
	random := make([]byte, chunk)
	source := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(source.Uint32())
	}
	many := func(b []byte) []byte { return bytes.Repeat(b, chunk/len(b)+1) }
	callers := map[string]struct{ begin, again []byte }{
		"endless tiny frames":        {hello, many([]byte{200, 0})},
		"a giant frame":              {append(bytes.Clone(hello), binary.AppendUvarint([]byte{200}, 1<<40)...), make([]byte, chunk)},
		"a frame as large as may be": {append(bytes.Clone(hello), binary.AppendUvarint([]byte{200}, batch.MaxRecord)...), make([]byte, chunk)},
		"noise":                      {hello, random},
		"noise instead of a hello":   {nil, random},
		"hellos":                     {hello, many(hello)},
		"the same offer":             {hello, many(offer)},
		"records nobody asked for":   {hello, many(batch.Frame{Type: batch.FrameRecord, Record: a.Records[1]}.Append(nil))},
		"leaves nobody asked for":    {hello, many(batch.Frame{Type: batch.FrameLeaf, Leaf: batch.Leaf{Sealed: make([]byte, batch.LeafSize)}}.Append(nil))},
		"words of the other side":    {hello, many(batch.Frame{Type: batch.FrameAck, Ack: 1}.Append(nil))},
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var all sync.WaitGroup
	for name, c := range callers {
		for version, protocol := range map[int]string{1: "HTTP/1.1", 2: "HTTP/2"} {
			what := name + " over " + protocol
			k := exchangetest.NewKeeper(root, nil)
			served := make(chan error, 1)
			client := client(t, listen(t, version, httpsync.Handler(func(ctx context.Context, c exchange.Conn) {
				_, err := k.Serve(ctx, c)
				served <- err
			})), httpsync.Options{})
			all.Go(func() {
				conn, err := client.Open(t.Context())
				if err != nil {
					t.Errorf("%s: %v", what, err)
					return
				}
				defer conn.Close()
				go io.Copy(io.Discard, conn) // it listens, or it would be dropped for that
				go func() {
					_, err := conn.Write(c.begin)
					for sent := 0; err == nil && sent < most; sent += len(c.again) {
						_, err = conn.Write(c.again)
					}
				}()
				select {
				case err := <-served:
					if err == nil {
						t.Errorf("%s: it was let go on to a good end", what)
					}
				case <-time.After(time.Minute):
					t.Errorf("%s: after a minute it is still served", what)
				}
				if held := k.Held(); len(held) != 0 {
					t.Errorf("%s: %d chains are kept", what, len(held))
				}
			})
		}
	}
	all.Wait()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys - before.HeapSys); grown > memory {
		t.Errorf("they took %d MB of memory", grown>>20)
	} else {
		t.Logf("they took %d MB of memory", grown>>20)
	}
}
