package workspace

import (
	"sync"
	"time"

	"baraza.example/sync/httpsync"
)

// clients are the ways to the addresses that were sent to, kept from one Send to
// the next: a connection that is still open needs no handshake, one that is not
// resumes its TLS session, and what was learnt of a thin link stays known. The
// zero value is empty.
type clients struct {
	mu    sync.Mutex
	by    map[string]*httpsync.Client // by address as it is written
	order []string                    // of use, the last one last
	moved func(bytes int)             // told what goes over links; may be nil
	used  map[string]time.Time        // when an exchange ended well, by address
}

// maxClients is how many are kept: a device has a few addresses, but a hub that
// moves about gets a new one each day.
const maxClients = 8

// to returns the way to an address, which it makes with what options returns if there is none.
func (c *clients) to(text string, options func(httpsync.Address) httpsync.Options) (*httpsync.Client, error) {
	address, err := httpsync.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	text = address.String()
	for i, used := range c.order {
		if used == text {
			c.order = append(c.order[:i], c.order[i+1:]...)
			break
		}
	}
	c.order = append(c.order, text)
	if known := c.by[text]; known != nil {
		return known, nil
	}
	if c.by == nil {
		c.by = map[string]*httpsync.Client{}
	}
	if len(c.order) > maxClients {
		oldest := c.order[0]
		c.by[oldest].Close() // a run that is under way ends by itself
		delete(c.by, oldest)
		c.order = c.order[1:]
	}
	o := options(address)
	o.Moved = c.moved
	made := httpsync.NewClient(address, o)
	c.by[text] = made
	return made, nil
}

// went notes that an exchange with an address ended well.
func (c *clients) went(text string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if address, err := httpsync.ParseAddress(text); err == nil && c.by[address.String()] != nil {
		if c.used == nil {
			c.used = map[string]time.Time{}
		}
		c.used[address.String()] = at
	}
}

// met reports whether an exchange with an address ended well before.
func (c *clients) met(text string) bool {
	address, err := httpsync.ParseAddress(text)
	if err != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, known := c.used[address.String()]
	return known
}

// What a connection takes before the first request, in bytes.
const (
	pinned  = 1600 // with a certificate of the server's own
	vouched = 4000 // with one that authorities vouch for, and theirs
	resumed = 1250 // with the session of the last connection
)

// opening is about what it takes to be connected to an address at now.
func (c *clients) opening(text string, now time.Time, last *Run) int64 {
	address, err := httpsync.ParseAddress(text)
	if err != nil {
		return 0
	}
	c.mu.Lock()
	at, known := c.used[address.String()]
	c.mu.Unlock()
	switch idle := now.Sub(at); {
	case known && idle >= 0 && idle < httpsync.KeepIdle:
		return 0
	case known:
		return resumed
	case last != nil && last.Link > 0 && last.Link == last.Up+last.Down: // a transport of which frames are all that counts
		return 0
	case last != nil && last.Opened > 0:
		return last.Opened
	case len(address.Pin) > 0:
		return pinned
	}
	return vouched
}

// close gives up the connections that wait.
func (c *clients) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.by {
		one.Close()
	}
	c.by, c.order = nil, nil
}
