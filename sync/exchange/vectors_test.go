package exchange_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/cryptotest"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
	"baraza.example/sync/identity"
	"baraza.example/sync/vectortest"
)

// recorded keeps what both ends of a run wrote.
type recorded struct {
	exchange.Conn
	mu       *sync.Mutex
	up, down *bytes.Buffer
}

func (r recorded) Write(b []byte) (int, error) {
	r.mu.Lock()
	r.up.Write(b)
	r.mu.Unlock()
	return r.Conn.Write(b)
}

func (r recorded) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.mu.Lock()
	r.down.Write(b[:n])
	r.mu.Unlock()
	return n, err
}

func someTime() time.Time { return time.Unix(1_790_000_000, 0) }

// meetRecorded runs an exchange in memory and returns both streams.
func meetRecorded(t *testing.T, s *exchangetest.Sender, k *exchangetest.Keeper, caller exchange.Options) (up, down string) {
	t.Helper()
	near, far := exchangetest.Pipe()
	r := recorded{near, new(sync.Mutex), new(bytes.Buffer), new(bytes.Buffer)}
	served := make(chan error, 1)
	go func() {
		_, err := exchange.Serve(t.Context(), far, k, exchange.Options{Self: k.Self(), Clock: someTime})
		served <- err
	}()
	caller.Self, caller.Clock = s.Self(), someTime
	report, err := exchange.Run(t.Context(), r, s, caller)
	if err != nil || !report.Complete {
		t.Fatalf("%+v: %v", report, err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(r.up.Bytes()), hex.EncodeToString(r.down.Bytes())
}

// runVectors makes what stands in testdata/vectors/runs.json.
func runVectors(t *testing.T) vectortest.File {
	cryptotest.SetGlobalRandom(t, 7)
	root := exchangetest.NewRoot(t)
	card, err := root.Card.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	a := exchangetest.NewAuthor(t, root.Card, root.Token)
	a.Respond("What we think of it.")
	a.Respond("And what our neighbours say.")
	a.Attach(batch.LeafSize + 9)
	centre := exchangetest.NewKeeper(root, nil)
	var valid []map[string]string
	add := func(what string, s *exchangetest.Sender, k *exchangetest.Keeper, o exchange.Options) {
		up, down := meetRecorded(t, s, k, o)
		valid = append(valid, map[string]string{"what": what, "centre": hex.EncodeToString(card), "token": hex.EncodeToString(root.Token[:]), "role": strconv.Itoa(int(k.Self().Role)), "up": up, "down": down})
	}
	s := exchangetest.NewSender(a)
	add("everything is new, and the centre's card", s, centre, exchange.Options{})
	add("nothing is new", s, centre, exchange.Options{Centre: &root.Card})
	hub, err := identity.New(zeros{}, "a hub", "its device")
	if err != nil {
		t.Fatal(err)
	}
	b := exchangetest.NewAuthor(t, root.Card, root.Token)
	b.Respond("By way of a hub.")
	add("a hub takes custody", exchangetest.NewSender(b), exchangetest.NewKeeper(root, hub), exchange.Options{Centre: &root.Card})
	lacking := exchangetest.NewAuthor(t, root.Card, root.Token)
	lacking.Attach(10)
	lacks := exchangetest.NewSender(lacking)
	lacks.Lacks[lacking.Records[2].ID] = true
	add("the caller lacks a leaf that is wanted", lacks, exchangetest.NewKeeper(root, nil), exchange.Options{Centre: &root.Card})
	stranger := exchangetest.NewAuthor(t, root.Card, [16]byte{1})
	stranger.Records = stranger.Records[:1]
	add("a token that was never given out", exchangetest.NewSender(stranger), exchangetest.NewKeeper(root, nil), exchange.Options{Centre: &root.Card})
	valid[len(valid)-1]["refused"] = "token"
	fork := a.Clone()
	first := fork.Respond("One goes on.")
	kept := exchangetest.NewKeeper(root, nil)
	copied := a.Clone()
	copied.Respond("The other does, too.")
	meetRecorded(t, exchangetest.NewSender(copied), kept, exchange.Options{Centre: &root.Card})
	add("a store that was copied: fork", exchangetest.NewSender(fork), kept, exchange.Options{Centre: &root.Card})

	hello := batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: batch.OldestVersion, Newest: batch.ProtocolVersion, Role: batch.RoleDevice, ID: a.Identity.ID()}}
	future := hello
	future.Hello.Oldest, future.Hello.Newest = 900, 901
	record := batch.Frame{Type: batch.FrameRecord, Record: first}
	bye := batch.Frame{Type: batch.FrameBye}
	greet := batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: batch.OldestVersion, Newest: batch.ProtocolVersion, Role: batch.RoleCentre, ID: root.Card.Root(), Name: root.Card.Name}}
	var damaged []map[string]string
	wrong := func(side, why, refused string, frames ...batch.Frame) {
		var raw []byte
		for _, f := range frames {
			raw = f.Append(raw)
		}
		damaged = append(damaged, map[string]string{"side": side, "why": why, "refused_as": refused, "bytes": hex.EncodeToString(raw)})
	}
	wrong("up", "no hello", "malformed", bye)
	wrong("up", "two hellos", "malformed", hello, hello)
	wrong("up", "only versions of a later time", "version", future)
	wrong("up", "a record of a chain that was not offered", "malformed", hello, record)
	wrong("up", "a frame that goes down", "malformed", hello, batch.Frame{Type: batch.FrameAck, Ack: 1})
	wrong("up", "a word after goodbye", "malformed", hello, bye, bye)
	wrong("down", "no hello", "rule", bye)
	wrong("down", "two hellos", "rule", greet, greet)
	wrong("down", "an acknowledgement of what was not sent", "rule", greet, batch.Frame{Type: batch.FrameAck, Ack: 99})
	wrong("down", "a frame that goes up", "rule", greet, record)
	wrong("down", "haves that nobody asked for", "rule", greet, batch.Frame{Type: batch.FrameHave}, batch.Frame{Type: batch.FrameHave}, batch.Frame{Type: batch.FrameHave})
	wrong("down", "goodbye before ours", "rule", greet, bye)
	return vectortest.File{About: "Whole runs (docs/protocol/exchange.md): all that the caller sent (up) and all that the server did (down); role is the server's. refused_as: the code of a server's refusal, or \"rule\" where a caller ends the run.", Valid: valid, Damaged: damaged}
}

// zeros are keys that need not be secret.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// fixed is a connection whose other end has said all that it will.
type fixed struct {
	io.Reader
	said  bytes.Buffer
	close chan struct{}
	once  *sync.Once
}

func says(raw []byte) *fixed {
	return &fixed{Reader: bytes.NewReader(raw), close: make(chan struct{}), once: new(sync.Once)}
}

func (f *fixed) Write(b []byte) (int, error) { return f.said.Write(b) }
func (f *fixed) CloseWrite() error           { return nil }
func (f *fixed) Close() error                { f.once.Do(func() { close(f.close) }); return nil }

func frames(t *testing.T, raw []byte) (all []batch.Frame) {
	t.Helper()
	in := batch.NewReader(bytes.NewReader(raw))
	for {
		f, err := in.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
}

// TestVectorsOfRuns replays what was recorded: a server takes the caller's side and
// comes to the same end, each side's frames are those that may go that way, and
// together the runs have every kind of frame but those of publications.
func TestVectorsOfRuns(t *testing.T) {
	v := vectortest.Load(t, "runs", func() vectortest.File { return runVectors(t) })
	seen := map[string]bool{}
	for _, m := range v.Valid {
		up, down := frames(t, vectortest.Hex(t, m["up"])), frames(t, vectortest.Hex(t, m["down"]))
		var again []byte
		counted := map[batch.FrameType]int{}
		for _, f := range up {
			again = f.Append(again)
			counted[f.Type]++
			seen["up "+strconv.Itoa(int(f.Type))] = true
			if f.Next {
				seen["next"] = true
			}
		}
		if hex.EncodeToString(again) != m["up"] || up[0].Type != batch.FrameHello || up[len(up)-1].Type != batch.FrameBye {
			t.Errorf("%s: the caller's frames are not written as they were read", m["what"])
		}
		for _, f := range down {
			seen["down "+strconv.Itoa(int(f.Type))] = true
		}
		var card identity.Centre
		if err := card.UnmarshalBinary(vectortest.Hex(t, m["centre"])); err != nil {
			t.Fatal(err)
		}
		for _, f := range down {
			if f.Type == batch.FrameReceipts && f.Receipts.Since == 0 {
				if _, err := f.Receipts.Check(exchangetest.LogName(card), batch.Checkpoint{}); err != nil {
					t.Errorf("%s: %v", m["what"], err)
				}
			}
		}
		root := exchangetest.NewRoot(t) // its log's key signs other receipts, which nobody checks
		root.Card, root.Token = card, [16]byte(vectortest.Hex(t, m["token"]))
		if strings.Contains(m["what"], "fork") {
			continue // needs what its server had before
		}
		k := exchangetest.NewKeeper(root, nil)
		r, err := exchange.Serve(t.Context(), says(vectortest.Hex(t, m["up"])), k, exchange.Options{Self: k.Self(), Clock: someTime})
		refused := ""
		for _, f := range r.Refused {
			refused += string(f.Code)
		}
		if err != nil || !r.Complete || r.Sent+len(r.Refused) != counted[batch.FrameRecord] || r.Leaves != counted[batch.FrameLeaf] || refused != m["refused"] {
			t.Errorf("%s: served as %+v: %v", m["what"], r, err)
		}
	}
	for _, kind := range []string{"up 1", "up 2", "up 3", "up 4", "up 10", "up 12", "next", "down 1", "down 5", "down 6", "down 7", "down 8", "down 9", "down 10", "down 11", "down 12"} {
		if !seen[kind] {
			t.Errorf("no run has %s", kind)
		}
	}
	for _, m := range v.Damaged {
		raw := vectortest.Hex(t, m["bytes"])
		root := exchangetest.NewRoot(t)
		if m["side"] == "down" {
			s := exchangetest.NewSender(exchangetest.NewAuthor(t, root.Card, root.Token))
			_, err := exchange.Run(t.Context(), says(raw), s, exchange.Options{Self: s.Self()})
			var rule *exchange.ProtocolError
			if !errors.As(err, &rule) {
				t.Errorf("%s: %v", m["why"], err)
			}
			continue
		}
		k, conn := exchangetest.NewKeeper(root, nil), says(raw)
		_, err := exchange.Serve(t.Context(), conn, k, exchange.Options{Self: k.Self()})
		said := frames(t, conn.said.Bytes())
		at := slices.IndexFunc(said, func(f batch.Frame) bool { return f.Type == batch.FrameRefusal })
		if err == nil || at < 0 || string(said[at].Refusal.Code) != m["refused_as"] {
			t.Errorf("%s: %v, said %+v", m["why"], err, said)
		}
	}
}
