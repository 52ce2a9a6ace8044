package exchange_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
	"baraza.example/sync/exchange/exchangetest"
)

// silent runs a caller against a server that has met it and then says nothing.
// It returns how long the run took, and how often the probe was called.
func silent(t *testing.T, probe func(ctx context.Context, try int) error) (took time.Duration, tries int, r exchange.Report, err error) {
	batch.WarmUp()
	synctest.Test(t, func(t *testing.T) {
		root := exchangetest.NewRoot(t)
		a := exchangetest.NewAuthor(t, root.Card, root.Token)
		a.Respond("words")
		caller, server := exchangetest.Pipe()
		server.Write(batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: 1, Newest: 2, Role: batch.RoleCentre, ID: root.Card.Root()}}.Append(nil))
		sender := exchangetest.NewSender(a)
		o := exchange.Options{Self: sender.Self(), Centre: &root.Card}
		if probe != nil {
			o.Probe = func(ctx context.Context) error { tries++; return probe(ctx, tries) }
		}
		start := time.Now()
		r, err = exchange.Run(t.Context(), caller, sender, o)
		took = time.Since(start)
		server.Close()
	})
	return took, tries, r, err
}

func TestAConnectionThatIsSilentWhileThePeerAnswersElsewhereIsLeft(t *testing.T) {
	took, tries, r, err := silent(t, func(context.Context, int) error { time.Sleep(3 * time.Second); return nil })
	if !errors.Is(err, exchange.ErrStalled) || !r.Again || tries != 1 || took < 5*time.Second || took > 20*time.Second {
		t.Errorf("after %v and %d questions: again is %v, %v", took, tries, r.Again, err)
	}
}

func TestNobodyElseAnsweringIsNoReasonToLeave(t *testing.T) {
	alone, _, _, err := silent(t, nil)
	if !errors.Is(err, exchange.ErrStalled) {
		t.Fatal(err)
	}
	// Patience grows with what is on the way, and records differ by some bytes.
	asPatient := func(took time.Duration) bool { return (took - alone).Abs() < time.Second }
	down := errors.New("no route")
	took, tries, r, err := silent(t, func(context.Context, int) error { return down })
	if !errors.Is(err, exchange.ErrStalled) || r.Again || !asPatient(took) || tries < 3 {
		t.Errorf("after %v, not %v, and %d questions: again is %v, %v", took, alone, tries, r.Again, err)
	}
	took, tries, _, err = silent(t, func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() })
	if !errors.Is(err, exchange.ErrStalled) || !asPatient(took) || tries != 1 {
		t.Errorf("a question without an answer: after %v and %d questions, %v", took, tries, err)
	}
	took, tries, r, err = silent(t, func(_ context.Context, try int) error {
		if try < 4 {
			return down
		}
		return nil
	})
	if !errors.Is(err, exchange.ErrStalled) || !r.Again || tries != 4 || took >= alone {
		t.Errorf("back after a while: after %v and %d questions: again is %v, %v", took, tries, r.Again, err)
	}
}

// pulsing is a connection whose machine has taken nothing for a while.
type pulsing struct {
	exchange.Conn
	heard func() time.Time
}

func (p pulsing) Pulse() (exchange.Pulse, bool) {
	return exchange.Pulse{Heard: p.heard(), Waiting: true, Trip: time.Second}, true
}

// TestPacketsThatNobodyTakesAreAskedAboutSooner: TCP knows long before a frame is
// overdue; and as long as it hears something, a question it raised settles nothing.
func TestPacketsThatNobodyTakesAreAskedAboutSooner(t *testing.T) {
	run := func(heard func() time.Time) (took time.Duration, again bool) {
		batch.WarmUp()
		synctest.Test(t, func(t *testing.T) {
			root := exchangetest.NewRoot(t)
			a := exchangetest.NewAuthor(t, root.Card, root.Token)
			a.Respond("words")
			caller, server := exchangetest.Pipe()
			server.Write(batch.Frame{Type: batch.FrameHello, Hello: batch.Hello{Oldest: 1, Newest: 2, Role: batch.RoleCentre, ID: root.Card.Root()}}.Append(nil))
			sender := exchangetest.NewSender(a)
			start := time.Now()
			r, err := exchange.Run(t.Context(), pulsing{caller, heard}, sender, exchange.Options{Self: sender.Self(), Centre: &root.Card,
				Probe: func(context.Context) error { time.Sleep(2 * time.Second); return nil }})
			if !errors.Is(err, exchange.ErrStalled) {
				t.Error(err)
			}
			took, again = time.Since(start), r.Again
			server.Close()
		})
		return took, again
	}
	if took, again := run(func() time.Time { return time.Time{} }); took > 6*time.Second || !again {
		t.Errorf("a dead machine was left after %v", took)
	}
	beating := func() time.Time { return time.Now() } // a proxy's, before a server that is dead
	if took, again := run(beating); took < 8*time.Second || took > 20*time.Second || !again {
		t.Errorf("a dead server behind a proxy was left after %v", took)
	}
}
