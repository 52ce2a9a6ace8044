package httpsync

import (
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// pipeOf is TCP over a link of so many bytes a second: packets wait in a queue
// in front of it and are acknowledged a round trip after they passed.
type pipeOf struct {
	mu      sync.Mutex // guards what follows trip
	rate    float64
	trip    time.Duration
	free    time.Time
	acks    []ack
	longest time.Duration // that a packet waited in the queue
	gone    time.Time     // no acknowledgement comes any more; zero: they do
	late    int           // bytes written after it
}

type ack struct {
	at   time.Time
	size int
}

const packetSize = 1348

func (p *pipeOf) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(b); n > 0; n -= packetSize {
		now := time.Now()
		p.longest = max(p.longest, p.free.Sub(now))
		if p.free.Before(now) {
			p.free = now
		}
		p.free = p.free.Add(time.Duration(float64(min(n, packetSize)) / p.rate * float64(time.Second)))
		p.acks = append(p.acks, ack{p.free.Add(p.trip), min(n, packetSize)})
		if !p.gone.IsZero() && now.After(p.gone) {
			p.late += min(n, packetSize)
		}
	}
	return len(b), nil
}

func (p *pipeOf) info() (*unix.TCPInfo, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := &unix.TCPInfo{Snd_mss: packetSize, Min_rtt: uint32(p.trip.Microseconds()), Rtt: uint32((p.trip + max(time.Until(p.free), 0)).Microseconds())}
	now := time.Now()
	if !p.gone.IsZero() && now.After(p.gone) {
		now = p.gone
	}
	for _, a := range p.acks {
		if a.at.After(now) {
			i.Unacked++
		} else {
			i.Bytes_acked += uint64(a.size)
			i.Last_ack_recv = uint32(time.Since(a.at).Milliseconds())
		}
	}
	return i, nil
}

// TestTheQueueInFrontOfAThinLinkStaysShort: and the link is still used in full.
func TestTheQueueInFrontOfAThinLinkStaysShort(t *testing.T) {
	for _, c := range []struct {
		name  string
		rate  float64 // bytes a second
		trip  time.Duration
		queue time.Duration // no packet may wait longer
	}{
		{"HF", 1250, 1500 * time.Millisecond, 6 * time.Second},
		{"2G", 5000, time.Second, 3 * time.Second},
		{"EDGE", 8000, 600 * time.Millisecond, 1500 * time.Millisecond},
		{"the picture's", 25_000, 800 * time.Millisecond, time.Second},
		{"satellite", 32_000, 650 * time.Millisecond, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &pipeOf{rate: c.rate, trip: c.trip}
			b := &brake{info: p.info, closed: make(chan struct{}), link: new(link), since: time.Now()}
			start, size := time.Now(), int(c.rate*60)
			for sent := 0; sent < size; sent += 8192 {
				if n, err := b.write(make([]byte, 8192), p.write); n != 8192 || err != nil {
					t.Fatal(n, err)
				}
			}
			if took := time.Since(start); took > 70*time.Second {
				t.Errorf("%s: what the link carries in a minute took %v", c.name, took)
			}
			if p.longest > c.queue {
				t.Errorf("%s: a packet waited %v", c.name, p.longest)
			}
			if trip, rate := b.link.get(); trip != c.trip || rate < c.rate*0.8 || rate > c.rate*2 {
				t.Errorf("%s: measured %v and %.0f bytes/s", c.name, trip, rate)
			}
		})
	}
}

// TestNothingIsHandedOnToALinkThatIsSilent: not where there was room for it, either.
func TestNothingIsHandedOnToALinkThatIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipeOf{rate: 25_000, trip: 800 * time.Millisecond, gone: time.Now().Add(20 * time.Second)}
		b := &brake{info: p.info, closed: make(chan struct{}), link: new(link), since: time.Now()}
		written := make(chan struct{})
		go func() {
			defer close(written)
			for range 400 { // 13 kB a second: half of what the link carries, and of what may be on the way
				time.Sleep(100 * time.Millisecond)
				if _, err := b.write(make([]byte, packetSize), p.write); err != nil {
					t.Error(err)
				}
			}
		}()
		time.Sleep(35 * time.Second)
		p.mu.Lock()
		if p.late == 0 || p.late > 6*packetSize {
			t.Errorf("%d bytes were handed on after the link had gone", p.late)
		}
		p.gone = time.Time{} // and what was lost is acknowledged at last
		p.mu.Unlock()
		<-written
		if n := len(p.acks); n != 400 {
			t.Errorf("%d of 400 packets were handed on", n)
		}
	})
}

func TestAShortWayIsNotBraked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipeOf{rate: 1e6, trip: 20 * time.Millisecond}
		b := &brake{info: p.info, closed: make(chan struct{}), link: new(link), since: time.Now()}
		start := time.Now()
		b.write(make([]byte, 10<<20), p.write)
		if took := time.Since(start); took > 0 {
			t.Errorf("it waited %v", took)
		}
	})
}

// TestADeadlineLetsGoOfAWriterAtTheBrake: TLS says goodbye before it closes a connection, within
// five seconds, and a connection that carries nothing any more must not keep it.
func TestADeadlineLetsGoOfAWriterAtTheBrake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipeOf{rate: 1, trip: time.Second}
		near, far := net.Pipe()
		go io.Copy(io.Discard, far)
		c := &heardConn{Conn: near, brake: &brake{info: p.info, closed: make(chan struct{}), link: new(link), since: time.Now()}}
		p.write(make([]byte, 64<<10))
		c.SetWriteDeadline(time.Now().Add(5 * time.Second))
		start := time.Now()
		c.Write([]byte("goodbye")) // or not: its time is over
		if took := time.Since(start); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("it waited %v", took)
		}
		c.Close()
	})
}

func TestClosingLetsGoOfAWriterAtTheBrake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipeOf{rate: 1, trip: time.Second}
		b := &brake{info: p.info, closed: make(chan struct{}), link: new(link), since: time.Now()}
		done := make(chan struct{})
		go func() { b.write(make([]byte, 64<<10), p.write); close(done) }()
		time.Sleep(time.Second)
		b.release()
		b.release()
		start := time.Now()
		if <-done; time.Since(start) > brakePoll {
			t.Errorf("it went on for %v", time.Since(start))
		}
	})
}
