package linksim_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"baraza.example/sync/linksim"
)

// echo answers every connection with its own bytes until the test ends.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wait.Go(func() {
				defer c.Close()
				io.Copy(c, c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); wait.Wait() })
	return l.Addr().String()
}

func proxy(t *testing.T, o linksim.ProxyOptions) *linksim.Proxy {
	t.Helper()
	o.Target = echo(t)
	p, err := linksim.StartProxy(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// talk sends data through the proxy, closes that way and returns what came back
// and whatever went wrong.
func talk(t *testing.T, p *linksim.Proxy, data []byte) ([]byte, error) {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		return nil, err // a machine that is busy may reset it so early
	}
	defer c.Close()
	written := make(chan error)
	go func() { // whichever call comes first after a reset is told of it, the other isn't
		_, err := c.Write(data)
		written <- errors.Join(err, c.(*net.TCPConn).CloseWrite())
	}()
	got, err := io.ReadAll(c)
	if err != nil {
		c.Close() // ends a write that still waits
	}
	return got, errors.Join(err, <-written)
}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestAProxyWithoutCutsForwardsUnaltered(t *testing.T) {
	for name, profile := range map[string]linksim.Profile{
		"plain":    {},
		"rationed": {Up: 50_000_000, Down: 50_000_000, RTT: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			p := proxy(t, linksim.ProxyOptions{Profile: profile})
			data := noise(300_000)
			var wait sync.WaitGroup
			for range 4 {
				wait.Go(func() {
					if got, err := talk(t, p, data); err != nil || !bytes.Equal(got, data) {
						t.Errorf("%d of %d bytes came back: %v", len(got), len(data), err)
					}
				})
			}
			wait.Wait()
			want := linksim.Stats{Connections: 4, BytesUp: 1_200_000, BytesDown: 1_200_000}
			if got := p.Stats(); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

func TestAProxyIsNoFasterThanItsRateAndDelay(t *testing.T) {
	p := proxy(t, linksim.ProxyOptions{Profile: linksim.Profile{Up: 1_000_000, RTT: 100 * time.Millisecond}})
	start := time.Now()
	if _, err := talk(t, p, noise(50_000)); err != nil {
		t.Fatal(err)
	}
	if got := time.Since(start); got < 480*time.Millisecond { // 400 ms of air, 100 ms of way, 20 ms of grace
		t.Errorf("50,000 bytes at 1 Mbit/s and 100 ms took %v", got)
	}
}

func TestAProxyCutsAtTheByteTheSeedSays(t *testing.T) {
	run := func(seed uint64) (all []int64) {
		p := proxy(t, linksim.ProxyOptions{Seed: seed, Profile: linksim.Profile{CutEvery: 50_000}})
		var before int64
		for range 20 {
			talk(t, p, noise(200_000))
			s := p.Stats()
			if up := s.BytesUp - before; up < 200_000 && s.Cuts > 0 {
				all = append(all, up)
			}
			before = s.BytesUp
		}
		if c := p.Stats().Cuts; c < 10 {
			t.Errorf("%d of 20 connections were cut", c)
		}
		return all
	}
	one, again := run(7), run(7)
	same := 0 // a cut on the way down leaves what went up to chance
	for _, a := range one {
		for _, b := range again {
			if a == b {
				same++
				break
			}
		}
	}
	if same < 8 {
		t.Errorf("seed 7 cut after\n%v and then after\n%v", one, again)
	}
}

func TestTheFirstCutIsSure(t *testing.T) {
	p := proxy(t, linksim.ProxyOptions{FirstCut: 10_000})
	if got, err := talk(t, p, noise(6_000)); len(got) != 6_000 || err != nil {
		t.Fatalf("before the cut: %d bytes, %v", len(got), err)
	}
	if _, err := talk(t, p, noise(6_000)); err == nil {
		t.Error("12,000 bytes went up and nothing was cut")
	}
	if s := p.Stats(); s.Cuts != 1 || s.BytesUp != 10_000 {
		t.Errorf("%+v", s)
	}
	if got, err := talk(t, p, noise(60_000)); len(got) != 60_000 || err != nil {
		t.Errorf("after the cut: %d bytes, %v", len(got), err)
	}
}

func TestAProxyThatIsDownLetsNobodyThrough(t *testing.T) {
	p := proxy(t, linksim.ProxyOptions{})
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("x"))
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	p.Down()
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("an open connection saw %v", err)
	}
	if got, err := talk(t, p, []byte("x")); err == nil {
		t.Errorf("%q came back through a proxy that is down", got)
	}
	p.Up()
	if got, err := talk(t, p, []byte("x")); string(got) != "x" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	p.Close()
	if err := p.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestAProxyLeadsNowhereButToLoopback(t *testing.T) {
	for _, target := range []string{"192.0.2.1:80", "example.org:80", "", "[::]:80"} {
		if p, err := linksim.StartProxy(linksim.ProxyOptions{Target: target}); err == nil {
			p.Close()
			t.Errorf("%q was taken", target)
		}
	}
}
