package linksim

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// A Flow is what one TCP connection through a Tunnel did, in times since the
// tunnel was started; 0 is never. It is what the end that sends sees: bytes
// that the link then lost are among them.
type Flow struct {
	Opened      time.Duration // first SYN
	Tries       int           // SYNs
	Established time.Duration // first SYN-ACK
	First       [2]time.Duration
	Last        [2]time.Duration // last bytes that were new
	New, Again  [2]int64         // bytes of payload, sent the first time and once more
	Lost        [2]int64         // bytes that the link lost by chance
	InVain      [2]int64         // bytes sent after an outage, into a flow that was forgotten
	Second      [2][]int64       // new bytes in each second since Opened

	top [2]uint32 // end of what was sent
}

// Flows returns what all connections did, in the order in which they began.
func (t *Tunnel) Flows() []Flow {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Flow, len(t.seen))
	for i, f := range t.seen {
		all[i] = *f
	}
	return all
}

// Outages returns when the link went away and came back, in turns.
func (t *Tunnel) Outages() []time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]time.Duration(nil), t.changes...)
}

// Age is how long ago the tunnel was started.
func (t *Tunnel) Age() time.Duration { return time.Since(t.started) }

// note takes a TCP segment of a flow into account; fate says what became of it.
func (f *Flow) note(d Direction, segment []byte, now time.Duration, fate fate) {
	flags, begin := segment[13], binary.BigEndian.Uint32(segment[4:])
	size := int64(len(segment)) - int64(segment[12]>>4)*4
	if flags&0x02 != 0 { // SYN
		if d == Up {
			f.Tries++
		} else if f.Established == 0 {
			f.Established = now
		}
		f.top[d] = begin + 1
		return
	}
	if size <= 0 {
		return
	}
	if fate == forgotten || fate == away {
		f.InVain[d] += size
	} else if fate == lost {
		f.Lost[d] += size
	}
	end := begin + uint32(size)
	fresh := min(max(int64(int32(end-f.top[d])), 0), size)
	f.New[d] += fresh
	f.Again[d] += size - fresh
	if fresh == 0 {
		return
	}
	f.top[d] = end
	if f.First[d] == 0 {
		f.First[d] = now
	}
	f.Last[d] = now
	at := int((now - f.Opened) / time.Second)
	for len(f.Second[d]) <= at {
		f.Second[d] = append(f.Second[d], 0)
	}
	f.Second[d][at] += fresh
}

// fate is what a tunnel does with a packet.
type fate int

const (
	carried   fate = iota
	lost           // by chance
	away           // the link is down
	forgotten      // the flow is from before an outage
)

// WriteTimeline writes what each connection did, from a moment on.
func (t *Tunnel) WriteTimeline(w io.Writer, from time.Duration) error {
	seconds := func(d time.Duration) string {
		if d == 0 {
			return "never"
		}
		return fmt.Sprintf("%.1f", (d - from).Seconds())
	}
	for i, at := range t.Outages() {
		if at < from {
			continue
		}
		if _, err := fmt.Fprintf(w, "link %s at %s\n", [2]string{"down", "up"}[i%2], seconds(at)); err != nil {
			return err
		}
	}
	for i, f := range t.Flows() {
		if f.Opened < from {
			continue
		}
		_, err := fmt.Fprintf(w, "flow %d: opened %s (%d tries), established %s, first up %s down %s, last up %s down %s\n", i+1, seconds(f.Opened), f.Tries,
			seconds(f.Established), seconds(f.First[Up]), seconds(f.First[Down]), seconds(f.Last[Up]), seconds(f.Last[Down]))
		for _, d := range []Direction{Up, Down} {
			if err == nil {
				_, err = fmt.Fprintf(w, "  %s: %d new, %d again, %d lost, %d in vain; a second %v\n", d, f.New[d], f.Again[d], f.Lost[d], f.InVain[d], f.Second[d])
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
