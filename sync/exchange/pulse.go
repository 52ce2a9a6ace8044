package exchange

import "time"

// A Pulse is what a carrier knows of the machine at the other end, below what
// is said in frames: TCP counts what was taken packet by packet, long before a
// frame is whole and durable.
type Pulse struct {
	Heard   time.Time     // when it last took something, or sent something
	Waiting bool          // something of ours is on the way that it has not taken
	Trip    time.Duration // a round trip, with what stands in queues

	Shortest   time.Duration // round trip so far: without queues; 0: not known
	Undeterred bool          // TCP doesn't slow down for single losses
}

// A Pulser is a Conn that knows. A proxy on the way has a pulse of its own: so it
// only makes a run suspicious sooner, never later.
type Pulser interface {
	// Pulse returns false while nothing is known.
	Pulse() (Pulse, bool)
}

// A Turner is a Conn that may have to take turns: its two streams are not open at
// the same time, for something on the way hands on whole requests only.
type Turner interface {
	InTurns() bool
}

// pulse is how the machine at the other end does.
func (c *caller) pulse() (Pulse, bool) {
	if p, ok := c.wire.conn.(Pulser); ok {
		return p.Pulse()
	}
	return Pulse{}, false
}

// flutter is how long no packet is taken before that is strange, beyond two
// round trips: a packet that was lost is sent again meanwhile.
const flutter = time.Second

// strange is when silence will be strange if it lasts, and whether packets alone say so.
func (c *caller) strange() (at time.Time, packets bool) {
	at = c.heard.Add(c.suspicion())
	if p, ok := c.pulse(); ok && p.Waiting {
		if early := latest(c.stirred, p.Heard).Add(2*p.Trip + flutter); early.Before(at) {
			return early, true
		}
	}
	return at, false
}

// sign is the last sign of life of this connection: frames, or where packets
// raised the doubt, packets as well.
func (c *caller) sign() time.Time {
	if p, ok := c.pulse(); ok && c.doubt.packets {
		return latest(c.heard, p.Heard)
	}
	return c.heard
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
