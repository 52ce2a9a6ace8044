package bundle

import (
	"context"
	"errors"
	"io"
	"net"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
)

// A Meeting is a transport to a server in the same process.
type Meeting struct {
	Name  string // for messages and logs
	Serve func(ctx context.Context, c exchange.Conn)
}

var _ exchange.Transport = Meeting{}

// Peer implements [exchange.Transport].
func (m Meeting) Peer() string { return m.Name }

// Open implements [exchange.Transport].
func (m Meeting) Open(ctx context.Context) (exchange.Conn, error) {
	upOut, upIn := io.Pipe()
	downOut, downIn := io.Pipe()
	go m.Serve(ctx, &end{upOut, downIn})
	return &end{downOut, upIn}, nil
}

// An end is one side's view of two pipes.
type end struct {
	*io.PipeReader
	*io.PipeWriter
}

func (e *end) CloseWrite() error { return e.PipeWriter.Close() }

func (e *end) Close() error {
	return errors.Join(e.PipeWriter.CloseWithError(io.ErrUnexpectedEOF), e.PipeReader.CloseWithError(net.ErrClosed))
}

// Self is how a bundle introduces itself: it carries for others as a hub does,
// and has no name, for it keeps nothing in its own.
func (b *Bundle) Self() batch.Peer {
	return batch.Peer{ID: batch.BundleID, Role: batch.RoleHub, Name: "bundle"}
}

// Transport is the way of a device or hub to the bundle: what waits is written,
// and what others have left for it is taken. It is safe once [Bundle.Close]
// has returned.
func (b *Bundle) Transport() exchange.Transport { return visit{b} }

type visit struct{ b *Bundle }

func (v visit) Peer() string { return v.b.folder + v.b.single }

func (v visit) Open(ctx context.Context) (exchange.Conn, error) {
	b := v.b
	b.serving.Add(1)
	return Meeting{v.Peer(), func(ctx context.Context, c exchange.Conn) {
		defer b.serving.Done()
		_, _ = exchange.Serve(ctx, c, b, exchange.Options{Self: b.Self(), Clock: b.options.Clock}) // the caller sees how it ended
	}}.Open(ctx)
}

// Bring takes what is in the bundle to a hub or the centre, which serves, and
// writes down what it answers. What it refused stands in the report.
func (b *Bundle) Bring(ctx context.Context, serve func(ctx context.Context, c exchange.Conn) (exchange.Report, error)) (sum exchange.Report, err error) {
	b.mu.Lock()
	clear(b.heard)
	b.mu.Unlock()
	for {
		served := make(chan error, 1)
		to := Meeting{b.folder + b.single, func(ctx context.Context, c exchange.Conn) {
			_, err := serve(ctx, c)
			served <- err
		}}
		b.mu.Lock()
		centre, learnt := b.centre(), b.lacking.learnt()
		b.mu.Unlock()
		r, err := exchange.Once(ctx, to, b, exchange.Options{Self: b.Self(), Centre: centre, Clock: b.options.Clock})
		why := <-served
		sum.Peer, sum.Complete = r.Peer, r.Complete
		sum.Sent += r.Sent
		sum.Leaves += r.Leaves
		sum.Receipts += r.Receipts
		b.mu.Lock()
		unheard := err == nil && b.hasHeard()
		// Of two centres' cards none is shown, so that a peer gives its own each time.
		further := unheard || b.lacking.learnt() > learnt || b.centre() != centre
		b.mu.Unlock()
		if !further || err != nil { // else the next run shows what remains refused
			sum.Refused = append(sum.Refused, r.Refused...)
		}
		var refusal batch.Refusal
		switch {
		case err == nil && further:
		case errors.As(err, &refusal) && refusal.Code == batch.RefusedBusy && r.Sent+r.Leaves > 0 && refusal.After <= 1: // the run was long enough
		case errors.As(err, &refusal) && refusal.Code == batch.RefusedBusy && why != nil:
			return sum, why // its own trouble, which it tells nobody else
		default:
			return sum, err
		}
	}
}
