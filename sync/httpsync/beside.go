package httpsync

import (
	"context"

	"baraza.example/sync/exchange"
)

var _ exchange.Widener = (*Client)(nil)

// speakHTTP1 has a carrier speak HTTP/1.1, where a request that has its connection to itself
// costs less: HTTP/2 says for every 4 kB that it may go on.
func (r *carrier) speakHTTP1() {
	r.transport.ForceAttemptHTTP2 = false
	r.transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
}

// OpenBeside implements exchange.Widener: a request over a TCP connection of its own, which
// is closed with it.
func (c *Client) OpenBeside(ctx context.Context) (exchange.Conn, error) {
	if c.InTurns() || c.now().udp != nil {
		return nil, exchange.ErrOneWay
	}
	over := c.carrier()
	over.speakHTTP1()
	return c.call(ctx, over, true), nil
}
