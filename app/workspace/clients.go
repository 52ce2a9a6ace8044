package workspace

import (
	"sync"

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
	made := httpsync.NewClient(address, options(address))
	c.by[text] = made
	return made, nil
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
