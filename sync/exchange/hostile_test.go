package exchange_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
)

func hello() batch.Frame {
	return batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: 1, Newest: 1, Role: batch.RoleDevice}}
}

func stream(fs ...batch.Frame) (b []byte) {
	for _, f := range fs {
		b = f.Append(b)
	}
	return b
}

func unknown(length uint64) []byte { return binary.AppendUvarint([]byte{200}, length) }

// TestACallerThatBreaksTheRulesIsDropped: whatever it sends, the server says
// why and ends, with nothing kept that should not be.
func TestACallerThatBreaksTheRulesIsDropped(t *testing.T) {
	root := exchangetest.NewRoot(t)
	a := author(t, root)
	offer := batch.Frame{Type: batch.FrameOffer, Offer: batch.Offer{Origin: a.Identity.ID(), Tails: []batch.Tail{
		{Chain: a.Records[0].Chain, First: 1, Top: a.Records[1].Have()}}}}
	twice := offer
	twice.Offer.Tails = append(twice.Offer.Tails, twice.Offer.Tails[0])
	record := batch.Frame{Type: batch.FrameRecord, Record: a.Records[0]}
	named := batch.Frame{Type: batch.FrameNamed, Ask: batch.Ask{Named: []batch.Named{{Origin: identity.ID{1}}}}}
	future := batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: 99, Newest: 100}}
	for name, c := range map[string]struct {
		sent []byte
		code batch.RefuseCode
	}{
		"no hello":                {stream(offer), batch.RefusedMalformed},
		"goodbye without a hello": {stream(batch.Frame{Type: batch.FrameBye}), batch.RefusedMalformed},
		"two hellos":              {stream(hello(), hello()), batch.RefusedMalformed},
		"a hello later":           {stream(hello(), offer, hello()), batch.RefusedMalformed},
		"newer than we know":      {stream(future), batch.RefusedVersion},
		"a chain offered forever": {append(stream(hello()), bytes.Repeat(stream(offer), exchange.MaxCopies+1)...), batch.RefusedMalformed},
		"a chain twice":           {stream(hello(), twice), batch.RefusedMalformed},
		"a record not offered":    {stream(hello(), record), batch.RefusedMalformed},
		"an acknowledgement":      {stream(hello(), batch.Frame{Type: batch.FrameAck, Ack: 1}), batch.RefusedMalformed},
		"lacks what nobody asked": {stream(hello(), batch.Frame{Type: batch.FrameWant, Want: batch.Want{Ranges: [][2]uint32{{0, 1 << 31}}}}), batch.RefusedMalformed},
		"named twice":             {stream(hello(), named, named), batch.RefusedMalformed},
		"named after the ask":     {stream(hello(), batch.Frame{Type: batch.FrameAsk}, named), batch.RefusedMalformed},
		"two asks":                {stream(hello(), batch.Frame{Type: batch.FrameAsk}, batch.Frame{Type: batch.FrameAsk}), batch.RefusedMalformed},
		"a giant frame":           {append(stream(hello()), unknown(1<<40)...), batch.RefusedMalformed},
		"a length without end":    {append(stream(hello()), bytes.Repeat([]byte{0xff}, 20)...), batch.RefusedMalformed},
		"garbage":                 {append(stream(hello(), offer), byte(batch.FrameRecord), 5, 1, 2, 3, 4, 5), batch.RefusedMalformed},
		"frames nobody knows":     {append(stream(hello()), bytes.Repeat(append(unknown(1000), make([]byte, 1000)...), 4000)...), batch.RefusedMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			k := exchangetest.NewKeeper(root, nil)
			caller, server := exchangetest.Pipe()
			ended := make(chan error, 1)
			go func() {
				_, err := k.Serve(context.Background(), server)
				ended <- err
			}()
			go func() { caller.Write(c.sent); caller.CloseWrite() }()
			var last batch.Frame
			for r := batch.NewReader(caller); ; {
				f, err := r.Next()
				if err != nil {
					break
				}
				last = f
			}
			caller.Close()
			if err := <-ended; err == nil || last.Type != batch.FrameRefusal || last.Refusal.Code != c.code {
				t.Errorf("%v, told %+v", err, last.Refusal)
			}
			if len(k.Held()) != 0 {
				t.Error("something was kept")
			}
		})
	}
}

// TestASilentCallerIsDropped in four kinds of silence.
func TestASilentCallerIsDropped(t *testing.T) {
	root := exchangetest.NewRoot(t)
	var many []byte // answers to these fill any buffer
	for i := range 9000 {
		many = batch.Frame{Type: batch.FrameOffer, Offer: batch.Offer{Origin: identity.ID{1, byte(i), byte(i >> 8)}}}.Append(many)
	}
	for name, act := range map[string]func(exchange.Conn){
		"says nothing":         func(c exchange.Conn) { io.Copy(io.Discard, c) },
		"stops after hello":    func(c exchange.Conn) { c.Write(stream(hello())); io.Copy(io.Discard, c) },
		"stops inside a frame": func(c exchange.Conn) { c.Write(stream(hello())[:5]); io.Copy(io.Discard, c) },
		"never reads":          func(c exchange.Conn) { c.Write(stream(hello())); c.Write(many) },
		"a byte a minute": func(c exchange.Conn) {
			b := unknown(50_000)
			for b = append(stream(hello()), append(b, make([]byte, 50_000)...)...); len(b) > 0; b = b[1:] {
				if _, err := c.Write(b[:1]); err != nil {
					return
				}
				time.Sleep(time.Minute)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				caller, server := exchangetest.Pipe()
				acted := make(chan struct{})
				go func() { defer close(acted); act(caller) }()
				start := time.Now()
				_, err := exchangetest.NewKeeper(root, nil).Serve(t.Context(), server)
				if took := time.Since(start); !errors.Is(err, exchange.ErrStalled) || took > time.Hour {
					t.Errorf("after %v: %v", took, err)
				}
				caller.Close()
				<-acted
			})
		})
	}
}

// TestAServerThatBreaksTheRulesIsLeft likewise from the caller's side.
func TestAServerThatBreaksTheRulesIsLeft(t *testing.T) {
	root := exchangetest.NewRoot(t)
	have := batch.Frame{Type: batch.FrameHave}
	foreign := batch.Frame{Type: batch.FrameHave, Have: []batch.Have{{Chain: batch.Chain{Incarnation: 5}, Seq: 1}}}
	want := func(r ...[2]uint32) batch.Frame {
		return batch.Frame{Type: batch.FrameWant, Want: batch.Want{Ranges: r}}
	}
	for name, sent := range map[string][]byte{
		"no hello":                 stream(have),
		"two hellos":               stream(hello(), hello()),
		"answers nobody asked":     stream(hello(), have, have),
		"entries nobody asked":     stream(hello(), foreign),
		"acknowledges too much":    stream(hello(), batch.Frame{Type: batch.FrameAck, Ack: 1 << 60}),
		"goes first":               stream(hello(), batch.Frame{Type: batch.FrameBye}),
		"a range without a start":  stream(hello(), want([2]uint32{5, 5})),
		"leaves without end":       stream(hello(), want([2]uint32{0, 1 << 31})),
		"ever more leaves":         stream(hello(), want([2]uint32{0, 60_000}, [2]uint32{0, 60_000}, [2]uint32{0, 60_000}, [2]uint32{0, 60_000}, [2]uint32{0, 60_000})),
		"a centre that is nobody":  stream(hello(), batch.Frame{Type: batch.FrameCentre, Centre: []byte("x")}),
		"offers of its own":        stream(hello(), batch.Frame{Type: batch.FrameOffer}),
		"refusals without end":     append(stream(hello()), bytes.Repeat(stream(batch.Frame{Type: batch.FrameRefusal, Refusal: batch.Refusal{Record: batch.RecordID{1}, Code: "x"}}), exchange.MaxFrames)...),
		"hangs up":                 stream(hello()),
		"hangs up without a hello": nil,
	} {
		t.Run(name, func(t *testing.T) {
			caller, server := exchangetest.Pipe()
			go func() {
				go io.Copy(io.Discard, server)
				server.Write(sent)
				server.CloseWrite()
			}()
			s := exchangetest.NewSender(author(t, root))
			if r, err := exchange.Run(t.Context(), caller, s, exchange.Options{}); err == nil || r.Complete {
				t.Errorf("%+v, no error", r)
			}
			server.Close()
		})
	}
}

// script is a Conn whose other side says b, whatever it is told.
type script struct{ io.Reader }

func (script) Write(b []byte) (int, error) { return len(b), nil }
func (script) CloseWrite() error           { return nil }
func (script) Close() error                { return nil }

func FuzzServe(f *testing.F) {
	root := exchangetest.NewRoot(f)
	a := author(f, root)
	list := a.Attach(10)
	o, _ := exchangetest.NewSender(a).Offers(f.Context())
	whole := stream(hello(), batch.Frame{Type: batch.FrameOffer, Offer: o[0]})
	for _, r := range a.Records {
		whole = batch.Frame{Type: batch.FrameRecord, Record: r}.Append(whole)
	}
	whole = batch.Frame{Type: batch.FrameLeaf, Leaf: batch.Leaf{Attachment: list.ID, Sealed: a.Leaves[list.ID][0]}}.Append(whole)
	f.Add(append(whole, stream(batch.Frame{Type: batch.FrameBye})...))
	f.Add(stream(hello(), batch.Frame{Type: batch.FrameWant, Want: batch.Want{Ranges: [][2]uint32{{0, 9}}}}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		k := exchangetest.NewKeeper(root, nil)
		r, err := k.Serve(t.Context(), script{bytes.NewReader(b)})
		if r.Complete != (err == nil) || r.BytesUp > int64(len(b)) {
			t.Errorf("%+v: %v", r, err)
		}
	})
}

func FuzzRun(f *testing.F) {
	root := exchangetest.NewRoot(f)
	a := author(f, root)
	a.Attach(10)
	f.Add(stream(hello(), batch.Frame{Type: batch.FrameHave}, batch.Frame{Type: batch.FrameAck, Ack: 1}, batch.Frame{Type: batch.FrameBye}))
	f.Add(stream(hello(), batch.Frame{Type: batch.FrameHave, Have: []batch.Have{a.Records[1].Have(), a.Records[2].Have()}},
		batch.Frame{Type: batch.FrameWant, Want: batch.Want{Attachment: a.Records[4].ID, Ranges: [][2]uint32{{0, 3}}}}))
	f.Add(stream(batch.Frame{Type: batch.FrameRefusal, Refusal: batch.Refusal{Code: batch.RefusedBusy, After: 1 << 62}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := exchangetest.NewSender(a)
		r, err := exchange.Run(t.Context(), script{bytes.NewReader(b)}, s, exchange.Options{Memory: new(exchange.Memory)})
		if r.Complete != (err == nil) || r.Retry < 0 || s.Received() != 0 {
			t.Errorf("%+v: %v", r, err)
		}
	})
}
