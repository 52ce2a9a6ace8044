package exchange

import (
	"context"
	"time"
)

// A doubt is a question to a peer that has been silent: does it answer over
// another connection? A flow that a network has forgotten carries nothing for
// ever and says nothing, and a timer that is sure of it takes far longer than to
// ask. One question is open at a time.
type doubt struct {
	asked  time.Time
	answer chan error // nil: none is open
	cancel context.CancelFunc
	again  time.Time // not before

	packets bool // it was asked because packets were not taken, not for want of frames
}

// askAgain is the pause after a question that found nobody.
const askAgain = time.Second

func (d *doubt) ask(ctx context.Context, probe func(context.Context) error, packets bool) {
	if d.answer != nil || time.Now().Before(d.again) {
		return
	}
	ctx, d.cancel = context.WithCancel(ctx)
	answer := make(chan error, 1)
	d.asked, d.answer, d.packets = time.Now(), answer, packets
	go func() { answer <- probe(ctx) }()
}

// due is when to ask, if silence lasts until at.
func (d *doubt) due(at time.Time) time.Time {
	switch {
	case d.answer != nil:
		return at.Add(24 * time.Hour) // the answer is waited for
	case at.Before(d.again):
		return d.again
	}
	return at
}

// answered takes the answer and reports whether the connection, last heard at
// heard, is dead: the peer answers, and not there.
func (d *doubt) answered(err error, heard time.Time) bool {
	d.cancel()
	d.answer, d.again = nil, time.Now().Add(askAgain)
	return err == nil && heard.Before(d.asked)
}

// end takes an open question back and waits until nothing of it runs.
func (d *doubt) end() {
	if d.answer != nil {
		d.cancel()
		<-d.answer
	}
}
