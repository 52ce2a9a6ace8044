package linksim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"
	"time"
)

// A Link is how one device reaches the network. All its connections share its
// rates, first come, first served.
type Link struct {
	net     *Net
	name    string
	profile Profile
	began   time.Time

	free     [2]time.Time // when the transmitter of each direction has sent all it was given
	cutAfter [2]int64
	pipes    map[*pipe]bool
	dials    int64
	stats    Stats

	down       bool // by hand
	gone       bool // by the profile
	outages    *rand.Rand
	nextOutage time.Time // when gone changes next
	losses     int64     // how often the link went away, by hand, by Cut or by profile
}

// DialContext opens a connection to a listener of the network. It takes a
// round trip, the waiting for whoever takes it along, and a second or more for each lost packet of the handshake. Its
// signature is that of http.Transport.DialContext. Errors are those of a real
// network: syscall.ENETUNREACH while the link is down, ECONNREFUSED where
// nobody listens, and on the connection ECONNRESET after a cut. Writing never
// waits; a flow control of one's own is needed to notice how far the bytes are.
func (l *Link) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	l.net.mu.Lock()
	number := l.dials
	l.dials++
	up := l.works(time.Now())
	losses := l.losses
	l.net.mu.Unlock()
	if !up {
		return nil, opError("dial", addr, syscall.ENETUNREACH)
	}
	if err := l.net.sleep(ctx, l.handshake(number)); err != nil {
		return nil, opError("dial", addr, err)
	}

	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	now := time.Now()
	switch {
	case l.net.closed:
		return nil, opError("dial", addr, net.ErrClosed)
	case !l.works(now), losses != l.losses:
		return nil, opError("dial", addr, syscall.ENETUNREACH)
	}
	p := newPipe(l, number, addr)
	if err := l.net.connect(addr, p.ends[Down]); err != nil {
		return nil, opError("dial", addr, err)
	}
	l.pipes[p] = true
	l.stats.Connections++
	if l.hasOutages() {
		p.timers = append(p.timers, time.AfterFunc(l.nextOutage.Sub(now), p.cut))
	}
	return p.ends[Up], nil
}

// handshake is how long it takes to open a connection: RFC 6298 waits one second
// for the first answer and then twice as long each time.
func (l *Link) handshake(number int64) time.Duration {
	r := source(l.net.seed, "handshake "+l.name, number)
	now := time.Now()
	there := l.leaves(now).Add(l.profile.RTT / 2)
	d, again := l.leaves(there).Add(l.profile.RTT/2).Sub(now), time.Second
	for i := 0; i < 6 && r.Float64() < l.profile.loss(); i++ {
		d += again
		again *= 2
	}
	return d
}

// Cut resets every open connection now. What was on the way is lost.
func (l *Link) Cut() {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.cutAll()
}

func (l *Link) cutAll() {
	l.losses++
	now := time.Now()
	for p := range l.pipes {
		p.reset(now)
		l.stats.Cuts++
	}
}

// CutAfter cuts the connection that carries the n-th byte from now in that
// direction as soon as this byte has arrived, so that exactly n arrive. With n
// of 0 the next byte never does. It cuts once; a later call replaces it.
func (l *Link) CutAfter(d Direction, n int64) {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.cutAfter[d] = max(n, 0)
}

// Down cuts what is open and makes dialling fail until [Link.Up].
func (l *Link) Down() {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.down = true
	l.cutAll()
}

// Up ends what [Link.Down] began. The outages of the profile go on.
func (l *Link) Up() {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	l.down = false
}

// Profile is how the link behaves.
func (l *Link) Profile() Profile { return l.profile }

// Stats says what went over the link so far.
func (l *Link) Stats() Stats {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	return l.stats
}

func (l *Link) String() string { return fmt.Sprintf("%s (%s)", l.name, l.profile.Name) }

func (l *Link) hasOutages() bool { return l.profile.UpTime > 0 || l.profile.MeanBetweenCuts > 0 }

func (l *Link) upTime() time.Duration {
	if l.profile.MeanBetweenCuts > 0 {
		return exponential(l.outages, l.profile.MeanBetweenCuts)
	}
	return l.profile.UpTime
}

// works brings the schedule of outages forward to now. The schedule is only
// looked at, it runs no timer of its own: a bubble in which everybody waits
// for ever is still seen as the deadlock it is.
func (l *Link) works(now time.Time) bool {
	for l.hasOutages() && !l.nextOutage.After(now) {
		l.gone = !l.gone
		if l.gone {
			l.losses++
			l.nextOutage = l.nextOutage.Add(l.profile.DownTime)
		} else {
			l.nextOutage = l.nextOutage.Add(l.upTime())
		}
	}
	return !l.down && !l.gone
}

// leaves is when what is on the line at that time starts on its way.
func (l *Link) leaves(at time.Time) time.Time {
	return l.began.Add(l.profile.Leaves(at.Sub(l.began)))
}

// queued is how much a TCP connection puts into the queue in front of a thin link before
// it has heard anything (RFC 6928): its timer learns to wait for that as well.
const queued = 10 * (packet + header)

// transmit puts a packet with n bytes of payload on the wire and returns when
// its transmission starts and when it arrives. A lost packet holds up what
// follows it in its flow.
func (l *Link) transmit(f *flow, n int, now time.Time) (start, arrives time.Time) {
	d := f.direction
	line, air := latest(now, l.free[d]), airtime(n+header, l.profile.rate(d))
	start = latest(line, f.paced) // while loss holds one flow back, others have the line
	l.free[d] = line.Add(air)
	f.paced = start.Add(airtime(n+header, l.profile.goodput()))
	arrives = l.leaves(start.Add(air)).Add(l.profile.RTT / 2)
	again := l.profile.timeout() + min(start.Sub(now), airtime(queued, l.profile.rate(d)))
	for i := 0; i < 8 && f.random.Float64() < l.profile.loss(); i++ {
		arrives = arrives.Add(again)
		again *= 2
		l.free[d] = l.free[d].Add(air) // it is sent once more
	}
	f.last = latest(arrives, f.last)
	return start, f.last
}

// release gives back the air that a dead connection no longer needs.
func (l *Link) release(now time.Time) {
	for d := range l.free {
		l.free[d] = now
		for p := range l.pipes {
			for _, s := range p.flows[d].queue {
				if s.start.After(now) {
					l.free[d] = l.free[d].Add(airtime(len(s.data)+header, l.profile.rate(Direction(d))))
				}
			}
		}
	}
}
