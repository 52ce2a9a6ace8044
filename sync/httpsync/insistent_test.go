package httpsync

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestALinkThatComesBackIsFoundAtOnce: the kernel would ask again after seven seconds.
func TestALinkThatComesBackIsFoundAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		const down = 5*time.Second + 100*time.Millisecond
		var open atomic.Int64
		dial := insistent(func(ctx context.Context, _, _ string) (net.Conn, error) {
			if time.Since(start) < down {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			open.Add(1)
			a, b := net.Pipe()
			b.Close()
			return closing{a, &open}, nil
		}, new(link))
		conn, err := dial(t.Context(), "tcp", "centre:1")
		if err != nil || time.Since(start) > down+2*time.Second {
			t.Errorf("found after %v: %v", time.Since(start), err)
		}
		conn.Close()
		synctest.Wait()
		if open.Load() != 0 {
			t.Errorf("%d connections are left over", open.Load())
		}
	})
}

// closing counts itself out when it is closed.
type closing struct {
	net.Conn
	open *atomic.Int64
}

func (c closing) Close() error { c.open.Add(-1); return c.Conn.Close() }

func TestAnErrorEndsConnectingAtOnce(t *testing.T) {
	refused := errors.New("refused")
	tries := 0
	dial := insistent(func(context.Context, string, string) (net.Conn, error) { tries++; return nil, refused }, new(link))
	if _, err := dial(t.Context(), "tcp", "centre:1"); !errors.Is(err, refused) || tries != 1 {
		t.Errorf("%d tries: %v", tries, err)
	}
}

func TestTriesThatHangAreFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		var mu sync.Mutex // several dial at a time
		tries, open, most := 0, 0, 0
		dial := insistent(func(ctx context.Context, _, _ string) (net.Conn, error) {
			mu.Lock()
			tries++
			open++
			most = max(most, open)
			mu.Unlock()
			<-ctx.Done()
			mu.Lock()
			defer mu.Unlock()
			open--
			return nil, ctx.Err()
		}, new(link))
		if _, err := dial(ctx, "tcp", "centre:1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if most > 5 || tries > 160 || open != 0 {
			t.Errorf("%d tries, %d at a time, %d left", tries, most, open)
		}
	})
}
