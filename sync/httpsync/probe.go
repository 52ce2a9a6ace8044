package httpsync

import (
	"context"
	"slices"
	"time"

	"baraza.example/sync/exchange"
)

const (
	// hedgeAfter is how long a connection may take from TCP to TLS, beyond four
	// round trips, before another one is begun beside it.
	hedgeAfter = 3 * time.Second
	hedges     = 3 // at the same time; the oldest makes room
	spareFor   = 10 * time.Second
)

// Probe implements exchange.Prober: it begins the next run over a new connection
// and returns when the server is there, which TLS has shown; without TLS, when
// it has answered. A try that hangs, for the link went away under it, does not
// keep others from being made.
func (c *Client) Probe(ctx context.Context) error {
	if c.InTurns() { // each turn has a connection and a patience of its own
		return exchange.ErrNoProbe
	}
	type answer struct {
		s   *called
		err error
	}
	answers := make(chan answer, 16)
	var open []*called
	defer func() {
		for _, s := range open {
			s.Close()
		}
	}()
	begin := func() {
		if len(open) == hedges {
			open[0].Close() // its answer is no answer
			open = open[1:]
		}
		s := c.begin(context.WithoutCancel(ctx), c.another())
		open = append(open, s)
		s.running.Go(func() {
			select {
			case <-s.greeted:
				answers <- answer{s, nil}
			case <-s.answered:
				answers <- answer{s, s.err}
			}
		})
	}
	begin()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
			if open[len(open)-1].hangs() {
				begin()
			}
		case a := <-answers:
			at := slices.Index(open, a.s)
			if at < 0 {
				continue
			}
			if a.err != nil {
				return a.err
			}
			open = slices.Delete(open, at, at+1)
			a.s.since = time.Now()
			c.mu.Lock()
			old := c.spare
			c.spare = a.s
			c.mu.Unlock()
			if old != nil {
				old.Close()
			}
			return nil
		}
	}
}

// hangs reports whether a connection was made long ago and TLS has not ended.
func (s *called) hangs() bool {
	c := s.carrier.last.Load()
	if c == nil { // dialling is insistent by itself
		return false
	}
	trip, _ := s.client.link.get()
	return time.Since(c.opened) > hedgeAfter+4*trip
}

// takeSpare returns a run that Probe has begun, once.
func (c *Client) takeSpare() *called {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.spare
	c.spare = nil
	return s
}
