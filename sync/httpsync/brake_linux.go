package httpsync

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A brake keeps the queue in front of a thin link short: it hands TCP no more
// than the link carries in one and a half round trips. What lies in the queue
// when the link goes away is lost and sent again, and whatever is sent meanwhile
// waits behind it; the ten packets with which TCP begins are eleven seconds of HF.
//
// The rate is the most that arrived in a round trip lately, by what the kernel
// says, packets received out of order among it, the round trip the shortest: N. Cardwell et al., "BBR: Congestion-Based
// Congestion Control" (2016), of which this is the bound on what is in flight.
// It works beside any congestion control that the system has.
//
// Acknowledgements that stop coming are the first sign that the link is gone, half a round trip
// after it and seconds before that is sure. Until one comes nothing more is handed on: it would be lost.
type brake struct {
	info   func() (*unix.TCPInfo, error)
	closed chan struct{}
	shut   atomic.Bool
	end    atomic.Int64 // of all waiting, in nanoseconds since 1970; 0: none
	link   *link

	rates   [brakeMemory]float64 // of the last round trips, bytes a second
	at      int
	filled  bool // something had to wait: before, the rates say what there was to send
	since   time.Time
	arrived int64     // at that time, received out of order or not
	began   time.Time // to send, after having had nothing on the way
}

const (
	brakeMemory = 10                     // round trips
	brakeFrom   = 250 * time.Millisecond // shorter round trips need no brake
	brakeRate   = 256 << 10              // nor do faster links: bytes a second
	brakePoll   = 20 * time.Millisecond
	brakeFirst  = 10 // packets while nothing is known (RFC 6928),
	brakeFew    = 4  // where the round trip is so long
	brakeSlow   = 1200 * time.Millisecond
	brakeSpare  = 3 // packets that may wait beside those of a round trip and a half
)

// newBrake returns nil where there is nothing to brake.
func newBrake(c net.Conn, l *link) *brake {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return nil
	}
	b := &brake{info: func() (*unix.TCPInfo, error) { return tcpInfo(raw) }, closed: make(chan struct{}), link: l, since: time.Now()}
	_, b.rates[0] = l.get()
	return b
}

// write hands p to w in pieces, when there is room for each.
func (b *brake) write(p []byte, w func([]byte) (int, error)) (n int, err error) {
	if b == nil {
		return w(p)
	}
	for n < len(p) && err == nil {
		piece := p[n:]
		if size, braked := b.wait(len(piece)); braked {
			piece = piece[:size]
		}
		var m int
		m, err = w(piece)
		n += m
	}
	return n, err
}

// wait waits for room for two packets, or for size bytes if they are fewer. It
// returns false when there is no need to.
func (b *brake) wait(size int) (int, bool) {
	for !b.shut.Load() && !b.late() {
		info, err := b.info()
		if err != nil || info.Snd_mss == 0 {
			return 0, false
		}
		trip := time.Duration(info.Min_rtt) * time.Microsecond
		rate := b.measure(info, trip)
		b.link.set(trip, rate)
		if trip < brakeFrom || rate > brakeRate {
			return 0, false
		}
		packet := int64(info.Snd_mss)
		window := b.window(info, rate, trip)
		flying := int64(info.Unacked) - int64(info.Sacked) // or lost, and to be sent once more
		piece := min(size, 2*int(packet))                  // whole packets, for each has a head
		waiting := flying*packet + int64(info.Notsent_bytes)
		if waiting <= 0 {
			b.began = time.Now()
			return piece, true
		}
		if waiting+int64(piece) <= window && !b.silent(info, rate, trip) {
			return piece, true
		}
		b.filled = true
		timer := time.NewTimer(brakePoll)
		select {
		case <-timer.C:
		case <-b.closed:
			timer.Stop()
		}
	}
	return size, true
}

// window is how much may be on the way. While packets find no queue it grows faster.
func (b *brake) window(info *unix.TCPInfo, rate float64, trip time.Duration) int64 {
	packet := int64(info.Snd_mss)
	share, least := 1.5, int64(0)
	if info.Rtt < info.Min_rtt/4*5 {
		share = 2
	}
	switch {
	case b.filled:
	case trip > brakeSlow:
		least = brakeFew * packet
	default:
		least = brakeFirst * packet
	}
	return max(int64(rate*trip.Seconds()*share)+brakeSpare*packet, least)
}

// silent reports whether acknowledgements should have come by now: for half a round trip there was none,
// nor for the time that four packets take, of which a receiver may acknowledge every second alone (RFC 9293, 3.8.6.3).
func (b *brake) silent(info *unix.TCPInfo, rate float64, trip time.Duration) bool {
	if rate <= 0 || info.Unacked == 0 || time.Since(b.began) < trip*3/2 {
		return false
	}
	four := time.Duration(4 * float64(info.Snd_mss) / rate * float64(time.Second))
	return time.Duration(info.Last_ack_recv)*time.Millisecond > max(trip/2, four)
}

// measure returns the best rate of the last round trips.
func (b *brake) measure(info *unix.TCPInfo, trip time.Duration) (best float64) {
	now := time.Now()
	if took := now.Sub(b.since); took >= max(trip, 200*time.Millisecond) {
		arrived := int64(info.Bytes_acked) + int64(info.Sacked)*int64(info.Snd_mss)
		if n := arrived - b.arrived; n > 0 {
			b.at = (b.at + 1) % brakeMemory
			b.rates[b.at] = float64(n) / took.Seconds()
		}
		b.since, b.arrived = now, arrived
	}
	for _, r := range b.rates {
		best = max(best, r)
	}
	return best
}

// until sets when writing is over: what waits then is handed on, to fail there.
func (b *brake) until(t time.Time) {
	if b == nil {
		return
	}
	if t.IsZero() {
		b.end.Store(0)
	} else {
		b.end.Store(t.UnixNano())
	}
}

func (b *brake) late() bool {
	end := b.end.Load()
	return end != 0 && time.Now().UnixNano() >= end
}

// release lets go of whoever waits.
func (b *brake) release() {
	if b != nil && b.shut.CompareAndSwap(false, true) {
		close(b.closed)
	}
}

// tcpInfo asks the kernel how a TCP connection does (tcp(7), TCP_INFO).
func tcpInfo(raw syscall.RawConn) (info *unix.TCPInfo, err error) {
	e := raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
	if e != nil {
		err = e
	}
	return info, err
}
