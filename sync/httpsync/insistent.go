package httpsync

import (
	"context"
	"net"
	"sync"
	"time"
)

// dialer is http.Transport.DialContext.
type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

const (
	// dialFor is how long one try to connect may take, at least.
	dialFor = 4 * time.Second
	// dialAgain is when the next try begins beside it, a round trip later at least: TCP doubles its pauses, and
	// a link that was gone for five seconds would be found after fifteen.
	dialAgain = time.Second
	// dialOften is how many tries begin so soon; later ones wait for the one before.
	dialOften = 12
)

// insistent makes dial begin anew where connecting takes long, with some tries
// beside one another: the first that succeeds is it.
func insistent(dial dialer, l *link) dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		trip, _ := l.get()
		type try struct {
			conn net.Conn
			err  error
			late bool
		}
		ctx, cancel := context.WithCancel(ctx)
		tries := make(chan try)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		begin := func() {
			running.Go(func() {
				once, stop := context.WithTimeout(ctx, max(dialFor, 4*trip))
				defer stop()
				conn, err := dial(once, network, addr)
				select {
				case tries <- try{conn, err, once.Err() != nil && ctx.Err() == nil}:
				case <-ctx.Done():
					if err == nil {
						conn.Close()
					}
				}
			})
		}
		begin()
		again := time.NewTicker(max(dialAgain, trip))
		defer again.Stop()
		for begun, open := 1, 1; ; {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case t := <-tries:
				if !t.late {
					return t.conn, t.err
				}
				open--
			case <-again.C:
				if begun < dialOften || open == 0 {
					begun, open = begun+1, open+1
					begin()
				}
			}
		}
	}
}
