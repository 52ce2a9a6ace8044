package httpsync

import (
	"sync"
	"time"
)

// link is what the connections to a server have shown of the way to it, so that
// the next one need not find it out again.
type link struct {
	mu   sync.Mutex
	trip time.Duration // the shortest round trip of the last connection; 0: not known
	rate float64       // bytes a second up; 0: not known
}

func (l *link) set(trip time.Duration, rate float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trip, l.rate = trip, rate
}

func (l *link) get() (trip time.Duration, rate float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trip, l.rate
}
