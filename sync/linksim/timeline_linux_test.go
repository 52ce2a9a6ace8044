package linksim

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

// tcpSegment is a TCP segment without its checksum.
func tcpSegment(seq uint32, flags byte, payload int) []byte {
	b := make([]byte, 20+payload)
	binary.BigEndian.PutUint32(b[4:], seq)
	b[12], b[13] = 5<<4, flags
	return b
}

// TestATimelineTellsNewBytesFromThoseSentAgain also where sequence numbers begin
// anew at zero.
func TestATimelineTellsNewBytesFromThoseSentAgain(t *testing.T) {
	const syn, ack = 0x02, 0x10
	f := &Flow{Opened: time.Second}
	start := uint32(1<<32 - 500)
	f.note(Up, tcpSegment(start, syn, 0), time.Second, carried)
	f.note(Up, tcpSegment(start, syn, 0), 2*time.Second, carried)
	f.note(Down, tcpSegment(7, syn|ack, 0), 2500*time.Millisecond, carried)
	f.note(Up, tcpSegment(start+1, ack, 1000), 3*time.Second, lost)
	f.note(Up, tcpSegment(start+1, ack, 1000), 4*time.Second, carried)
	f.note(Up, tcpSegment(start+501, ack, 1000), 5*time.Second, carried) // half of it is new
	f.note(Up, tcpSegment(start+1501, ack, 0), 6*time.Second, carried)
	f.note(Up, tcpSegment(start+1501, ack, 300), 7*time.Second, forgotten)
	if f.Tries != 2 || f.Established != 2500*time.Millisecond || f.First[Up] != 3*time.Second || f.Last[Up] != 7*time.Second || f.Last[Down] != 0 {
		t.Errorf("%+v", f)
	}
	if f.New[Up] != 1800 || f.Again[Up] != 1500 || f.Lost[Up] != 1000 || f.InVain[Up] != 300 {
		t.Errorf("%+v", f)
	}
	if got := f.Second[Up]; len(got) != 7 || got[2] != 1000 || got[4] != 500 || got[6] != 300 {
		t.Errorf("seconds %v", got)
	}
	tunnel := &Tunnel{seen: []*Flow{{Opened: time.Millisecond}, f}, changes: []time.Duration{6 * time.Second, 6500 * time.Millisecond}}
	var text strings.Builder
	if err := tunnel.WriteTimeline(&text, 500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"link down at 5.5\nlink up at 6.0\n", "flow 2: opened 0.5 (2 tries), established 2.0, first up 2.5 down never", "up: 1800 new, 1500 again, 1000 lost, 300 in vain"} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("%q is not in\n%s", line, &text)
		}
	}
	if strings.Contains(text.String(), "flow 1") {
		t.Error("what was before is told")
	}
}
