package httpsync

import (
	"context"
	"sync"
)

// A lifetime is that of a listener: what outlives a request ends with it.
type lifetime struct {
	ctx     context.Context // held because a lifetime is what a context is
	cancel  context.CancelFunc
	mu      sync.Mutex
	running sync.WaitGroup
}

type lifetimeKey struct{}

func newLifetime() *lifetime {
	l := new(lifetime)
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// with lets requests whose context is the result find l.
func (l *lifetime) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, lifetimeKey{}, l)
}

// lifetimeOf is the lifetime of the listener that took a request. Where a handler is
// served by another one, what outlives a request ends by its own timers.
func lifetimeOf(ctx context.Context) *lifetime {
	if l, ok := ctx.Value(lifetimeKey{}).(*lifetime); ok {
		return l
	}
	return newLifetime()
}

// run runs f, with a context that ends with the listener.
func (l *lifetime) run(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() == nil {
		l.running.Go(f)
	}
}

// end ends what runs and waits for it.
func (l *lifetime) end() {
	l.mu.Lock()
	l.cancel()
	l.mu.Unlock()
	l.running.Wait()
}
