package exchange

import "time"

const (
	windowFloor   = 48 << 10 // bytes
	windowCeiling = 1 << 20  // bytes, unless Options says otherwise
	headStart     = 4 << 10  // bytes of records sent to a peer before it said what it holds
	slack         = 2500 * time.Millisecond
	ahead         = 1200 * time.Millisecond // what is sent ahead is lost with a connection that is cut
	patienceFloor = 20 * time.Second
)

// A pace measures the link of one run.
type pace struct {
	rtt       time.Duration // the shortest seen; 0: none yet
	goodput   float64       // bytes a second; 0: not known
	delivered int64         // bytes acknowledged so far
	stalls    int
	ceiling   int64
}

// acked takes a measurement: bytes that were sent at sent, when delivered
// stood at before, are acknowledged now.
func (p *pace) acked(bytes, before int64, sent, now time.Time) {
	p.delivered += bytes
	took := now.Sub(sent)
	p.trip(took)
	if took <= 0 {
		return
	}
	rate := float64(p.delivered-before) / took.Seconds()
	if rate > p.goodput {
		p.goodput = rate
	} else {
		p.goodput += (rate - p.goodput) / 8
	}
}

func (p *pace) trip(took time.Duration) {
	if took > 0 && (p.rtt == 0 || took < p.rtt) {
		p.rtt = took
	}
}

// window is how many bytes may be unacknowledged: what the link carries in a
// round trip and the time a server needs to commit, and a quarter more so that
// a link that got faster is noticed.
func (p *pace) window() int64 {
	w := int64(p.goodput * (p.rtt + ahead).Seconds() * 1.25)
	return max(min(w, p.ceiling), min(windowFloor, p.ceiling))
}

// suspicion is how long silence means nothing when the first frame on the way
// has that many bytes: TCP may have to send twice, and the server to commit.
func (p *pace) suspicion(first int64) time.Duration {
	if p.goodput <= 0 {
		return 8*time.Second + 2*p.rtt + time.Duration(first)*time.Second/1000
	}
	carry := time.Duration(float64(first) / p.goodput * float64(time.Second))
	return slack + 2*p.rtt + carry*3/2
}

// farewell is how long to wait for the peer's goodbye when nothing else is awaited.
func (p *pace) farewell() time.Duration { return flutter + 2*p.rtt }

// patience is how long to wait for an answer with that many bytes on the way.
// A fixed time would give up for ever on a link where one frame takes longer.
func (p *pace) patience(outstanding int64) time.Duration {
	d := time.Minute + time.Duration(outstanding)*time.Second/500
	if p.goodput > 0 {
		carry := time.Duration(float64(outstanding) / p.goodput * float64(time.Second))
		d = max(patienceFloor, 15*time.Second+4*(p.rtt+carry))
	}
	return d << min(p.stalls, 6)
}
