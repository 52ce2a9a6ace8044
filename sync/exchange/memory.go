package exchange

import (
	"errors"
	"maps"
	"sync"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// A Memory is what a caller learnt of one peer, so that its next run starts
// where the last one got to. It lives as long as the program; the zero value
// knows nothing. Keep one for each Transport.
type Memory struct {
	mu      sync.Mutex
	peer    identity.ID
	have    map[batch.Chain]batch.Have // as the peer's entries and acknowledgements told
	cut     bool                       // the last run ended with records on the way
	unsent  []volunteered              // leaves that it would have sent
	stalls  int                        // runs in a row that ended with ErrStalled
	rtt     time.Duration
	goodput float64
	beside  bool // the last run had a connection beside it
}

// recall takes up what earlier runs with this peer showed.
func (c *caller) recall() {
	c.pace = pace{ceiling: c.MaxInFlight}
	if c.pace.ceiling <= 0 {
		c.pace.ceiling = windowCeiling
	}
	if m := c.Memory; m != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		c.known, c.wasCut = maps.Clone(m.have), m.cut
		c.formerly = m.peer
		c.pace.rtt, c.pace.goodput, c.pace.stalls = m.rtt, m.goodput, m.stalls
		c.unasked.lists, m.unsent = m.unsent, nil
		c.asides.wish, m.beside = m.beside, false
	}
}

func (c *caller) memorize(err error) {
	m := c.Memory
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stalls++; !errors.Is(err, ErrStalled) || c.report.Sent+c.report.Leaves > 0 {
		m.stalls = 0
	}
	m.cut = m.cut && !c.met || len(c.flight) > 0
	m.unsent = c.leftovers()
	m.beside = !c.report.Complete && (c.asides.side != nil || c.asides.wish)
	if c.met {
		m.peer, m.rtt, m.goodput, m.have = c.report.Peer.ID, c.pace.rtt, c.pace.goodput, c.known
	}
}
