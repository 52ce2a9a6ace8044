package exchange

import (
	"testing"
	"time"
)

func TestPausesGrowAndNeverEnd(t *testing.T) {
	var s Schedule
	for _, c := range []struct {
		name     string
		failures int
		wish     time.Duration
		random   float64
		want     time.Duration
	}{
		{"the first is short", 1, 0, 0.5, time.Second},
		{"then twice", 2, 0, 0.5, 2 * time.Second},
		{"and twice", 5, 0, 0.5, 16 * time.Second},
		{"full jitter", 5, 0, 0, 0},
		{"up to the longest", 1 << 40, 0, 0.5, 7*time.Minute + 30*time.Second},
		{"never before the wish", 1, time.Minute, 0, time.Minute},
		{"and not all at that moment", 10, time.Minute, 0.5, 68 * time.Second},
		{"whose length has a limit", 1, 1 << 60, 0, 24 * time.Hour},
	} {
		if got := s.Pause(c.failures, c.wish, c.random); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestAWindowFollowsTheLink: what is on the way covers a round trip and a
// commit, no more, for a cut costs all of it.
func TestAWindowFollowsTheLink(t *testing.T) {
	for _, c := range []struct {
		name    string
		goodput float64
		rtt     time.Duration
		want    int64
	}{
		{"nothing known", 0, 0, windowFloor},
		{"HF, 10 kbit/s", 1250, 1500 * time.Millisecond, windowFloor},
		{"2G, 40 kbit/s", 5000, time.Second, windowFloor},
		{"satellite, 256 kbit/s", 32_000, 650 * time.Millisecond, 74_000},
		{"a local network", 10e6, time.Millisecond, windowCeiling},
	} {
		p := pace{goodput: c.goodput, rtt: c.rtt, ceiling: windowCeiling}
		if got := p.window(); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
	}
}

// TestPatienceFollowsTheLink: one frame of a megabyte takes a quarter of an
// hour on HF, and a timer that does not know would never let it through.
func TestPatienceFollowsTheLink(t *testing.T) {
	hf := pace{goodput: 1250, rtt: 1500 * time.Millisecond}
	if got := hf.patience(1 << 20); got < 15*time.Minute {
		t.Errorf("a megabyte over HF: %v", got)
	}
	office := pace{goodput: 1e6, rtt: 60 * time.Millisecond}
	if got := office.patience(1 << 20); got > 30*time.Second {
		t.Errorf("a megabyte in an office: %v", got)
	}
	var unknown pace
	if got := unknown.patience(1 << 20); got < 15*time.Minute {
		t.Errorf("a megabyte over who knows what: %v", got)
	}
	again := pace{stalls: 3}
	if again.patience(0) != 8*unknown.patience(0) {
		t.Errorf("after three stalls: %v", again.patience(0))
	}
}

func TestGoodputIsMeasuredFromWhatArrived(t *testing.T) {
	var p pace
	now := time.Now()
	for i := range int64(20) { // 1,000 bytes every 200 ms, acknowledged a second after they were sent
		sent := now.Add(time.Duration(i) * 200 * time.Millisecond)
		before := max(0, i-5) * 1000
		p.acked(1000, before, sent, sent.Add(time.Second))
	}
	if p.goodput < 4500 || p.goodput > 6500 || p.rtt != time.Second {
		t.Errorf("%.0f bytes/s, %v", p.goodput, p.rtt)
	}
}
