// Package linksim is a bad network in memory: delay, loss, cuts, rates, all from a seed.
//
// A [Net] joins devices, hubs and a centre inside one process. Each of them
// reaches the others through a [Link], which behaves as its [Profile] says.
// Its connections are ordinary [net.Conn] values and live on whatever clock
// the time package shows, so inside a testing/synctest bubble an hour on a 2G
// link takes milliseconds. [Proxy] is the same idea for real processes: TCP on
// loopback that cuts connections.
//
// Rates are bits a second and count the 40 bytes of TCP and IP header that
// every packet of up to 1,360 bytes of payload carries; sizes are bytes of payload. Up is the
// way from the one who dials. A TCP connection on a lossy path is modelled, not
// simulated: a lost packet takes its time on the line twice and holds up what follows for one retransmission
// timeout (RFC 6298), and a steady flow stays below the rate of Mathis et al.,
// "The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm" (1997).
// There is no slow start. calibrate_linux_test.go
// compares both with the kernel. Start at [New].
package linksim

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// A Direction tells the two ways through a link apart.
type Direction int

// Up leads from the one who dials to the one who listens, Down back.
const (
	Up Direction = iota
	Down
)

func (d Direction) String() string {
	if d == Up {
		return "up"
	}
	return "down"
}

// Stats says what went over a link or a proxy. Bytes are those that were put
// on the wire; bytes that waited behind a cut are not among them.
type Stats struct {
	Connections int64 `json:"connections"`
	Cuts        int64 `json:"cuts"` // connections cut, not those closed by an end
	BytesUp     int64 `json:"bytes_up"`
	BytesDown   int64 `json:"bytes_down"`
}

func (s *Stats) add(d Direction, n int64) {
	if d == Up {
		s.BytesUp += n
	} else {
		s.BytesDown += n
	}
}

// source returns the random numbers for one purpose. Each connection and
// direction has its own, so what one draws doesn't depend on which goroutine
// of another happened to run first.
func source(seed uint64, purpose string, number int64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write(strconv.AppendInt(nil, number, 10))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// uncut stands for a direction in which no cut is due.
const uncut = int64(math.MaxInt64)

// cutPoints draws after how many bytes in each direction a connection is cut:
// an exponential distribution around mean, in one direction only. Three of
// four cuts hit the way up, where records travel. A mean of 0 never cuts.
func cutPoints(r *rand.Rand, mean int64) (after [2]int64) {
	after = [2]int64{uncut, uncut}
	if mean <= 0 {
		return after
	}
	d := Up
	if r.IntN(4) == 0 {
		d = Down
	}
	after[d] = 1 + int64(r.ExpFloat64()*float64(mean))
	return after
}

// exponential draws a time with the given mean, never less than a millisecond
// so that a schedule always moves on.
func exponential(r *rand.Rand, mean time.Duration) time.Duration {
	return max(time.Duration(r.ExpFloat64()*float64(mean)), time.Millisecond)
}

// airtime is how long n bytes occupy a line of rate bit/s; 0 is a line without limit.
func airtime(n int, rate int64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(float64(n) * 8 / float64(rate) * float64(time.Second))
}

// packet is the payload of the largest packet and header what each packet
// costs beside its payload: together the 1,400 bytes that fit through the
// tunnels of mobile and satellite networks.
const (
	packet = 1360
	header = 40
)

func latest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.After(t) {
			t = o
		}
	}
	return t
}
