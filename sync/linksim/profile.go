package linksim

import (
	"math"
	"time"
)

// A Profile describes how a link behaves. The zero value is a perfect link.
type Profile struct {
	Name string

	Up, Down int64         // bit/s; 0 is without limit
	RTT      time.Duration // both ways together, before any queueing
	Loss     float64       // share of packets lost each way, 0 to 0.9

	// The link works for UpTime, or for times that are drawn around
	// MeanBetweenCuts, and is then gone for DownTime: connections are reset
	// and dialling fails. Both zero: the link stays up.
	UpTime          time.Duration
	MeanBetweenCuts time.Duration
	DownTime        time.Duration

	// Every is how often somebody leaves who takes along all that was given to the
	// link since: a bus with a stick. The first leaves so long after the link began.
	// Zero: everything leaves at once. Tunnels don't know it.
	Every time.Duration

	// CutEvery is the mean number of bytes after which a connection is cut
	// while the link itself stays up, as an overloaded proxy on the way does.
	CutEvery int64
}

// Profiles lists the links that tests and benchmarks speak of by name.
var Profiles = []Profile{
	{Name: "perfect"},
	{Name: "office", Up: 2_000_000, Down: 10_000_000, RTT: 60 * time.Millisecond, Loss: 0.001},
	{Name: "edge", Up: 64_000, Down: 128_000, RTT: 600 * time.Millisecond},
	{Name: "gprs", Up: 20_000, Down: 40_000, RTT: 800 * time.Millisecond, Loss: 0.02},
	{Name: "2g-rural", Up: 40_000, Down: 80_000, RTT: time.Second, Loss: 0.05, UpTime: 30 * time.Second, DownTime: 5 * time.Second},
	{Name: "vsat", Up: 256_000, Down: 1_024_000, RTT: 650 * time.Millisecond, Loss: 0.01},
	{Name: "hf", Up: 10_000, Down: 10_000, RTT: 1500 * time.Millisecond, Loss: 0.10, UpTime: time.Minute, DownTime: 10 * time.Second},
	{Name: "stick-by-bus", Up: 40_000_000, Down: 40_000_000, RTT: 12 * time.Hour, Every: 24 * time.Hour},
}

// Named returns the profile of that name.
func Named(name string) (Profile, bool) {
	for _, p := range Profiles {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// Leaves is when what was given to the link after so long starts on its way, both
// counted from when the link began.
func (p Profile) Leaves(given time.Duration) time.Duration {
	if p.Every <= 0 {
		return given
	}
	return max(1, (given+p.Every-1)/p.Every) * p.Every
}

func (p Profile) rate(d Direction) int64 {
	if d == Up {
		return p.Up
	}
	return p.Down
}

// goodput is the rate that TCP keeps up in spite of the loss, in bit/s, or 0
// when loss doesn't limit it: the constant is Mathis's for random loss and an
// acknowledgement for each packet.
func (p Profile) goodput() int64 {
	if p.Loss <= 0 || p.RTT <= 0 {
		return 0
	}
	return int64(1.22 * (packet + header) * 8 / (p.RTT.Seconds() * math.Sqrt(p.loss())))
}

// loss keeps a mistaken profile from stalling for ever.
func (p Profile) loss() float64 { return min(p.Loss, 0.9) }

// timeout is how long TCP waits before it sends a packet again: the round trip
// and the 200 ms that Linux adds at least.
func (p Profile) timeout() time.Duration { return p.RTT + 200*time.Millisecond }
