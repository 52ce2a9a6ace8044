package httpsync

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"sync"
	"time"
)

// turns is the Conn of a run that goes in turns.
type turns struct {
	client  *Client
	id      runID
	ctx     context.Context // ends with Close; held because a Conn is a set of requests, not a call
	cancel  context.CancelCauseFunc
	running sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	out     []byte // not known to be taken
	taken   uint64 // where out begins
	ended   bool   // our stream does, behind out
	told    bool   // and the server knows
	in      []byte
	got     uint64 // bytes of the server's stream, read or not
	inEnd   bool
	err     error
	wants   time.Time // since when Read has waited; zero: it doesn't
	busy    bool      // a turn with something to say is under way

	pace turnPace
}

// askAfter is how long a reader waits before a turn without anything to say is made:
// mostly what it waits for makes the run say something itself.
const askAfter = 30 * time.Millisecond

func (c *Client) openTurns(ctx context.Context) *turns {
	t := &turns{client: c, pace: turnPace{mean: meanLife}}
	rand.Read(t.id[:])
	t.changed = sync.NewCond(&t.mu)
	t.ctx, t.cancel = context.WithCancelCause(ctx)
	context.AfterFunc(t.ctx, func() { t.fail(context.Cause(t.ctx)) })
	t.running.Go(t.say)
	t.running.Go(t.listen)
	return t
}

func (t *turns) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
	t.changed.Broadcast()
}

// over reports whether nothing more is to be asked or said.
func (t *turns) over() bool { return t.err != nil || t.inEnd && t.ended && t.told }

// say makes turns while there is something to say.
func (t *turns) say() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		for !t.over() && len(t.out) == 0 && (!t.ended || t.told) {
			t.changed.Wait()
		}
		if t.over() {
			return
		}
		t.busy = true
		t.mu.Unlock()
		err := t.make(false)
		t.mu.Lock()
		t.busy = false
		t.changed.Broadcast()
		if err != nil {
			t.mu.Unlock()
			t.fail(err)
			t.mu.Lock()
		}
	}
}

// listen makes turns while the reader waits and there is nothing to say.
func (t *turns) listen() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		for !t.over() && !t.inEnd && (t.wants.IsZero() || t.busy || len(t.out) > 0) {
			t.changed.Wait()
		}
		if t.over() || t.inEnd {
			return
		}
		if left := askAfter - time.Since(t.wants); left > 0 {
			stop := time.AfterFunc(left, func() { t.mu.Lock(); t.changed.Broadcast(); t.mu.Unlock() })
			t.changed.Wait()
			stop.Stop()
			continue
		}
		t.mu.Unlock()
		err := t.make(true)
		t.mu.Lock()
		if err != nil {
			t.mu.Unlock()
			t.fail(err)
			t.mu.Lock()
		}
	}
}

const (
	turnAgain = time.Second // pauses after a turn that broke off begin with that,
	turnTries = 15 * time.Second
)

// make makes one turn, and makes it again while the link is the trouble: a server keeps the run for a while.
func (t *turns) make(idle bool) error {
	since := time.Now()
	for pause := turnAgain; ; pause = min(2*pause, 4*time.Second) {
		err := t.once(idle)
		var problem *Problem
		switch {
		case err == nil:
			return nil
		case t.ctx.Err() != nil:
			return context.Cause(t.ctx)
		case errors.As(err, &problem) && !errors.Is(err, ErrBroken) && !errors.Is(err, ErrNoRoute), errors.Is(err, errGone):
			return err
		case time.Since(since)+pause > turnTries:
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-t.ctx.Done():
			timer.Stop()
		}
	}
}

var errGone = errors.New("the server has given this run up")

// once makes one turn.
func (t *turns) once(idle bool) error {
	t.mu.Lock()
	said := turn{run: t.id, up: t.taken, down: t.got}
	if !idle {
		said.data = bytes.Clone(t.out[:min(len(t.out), t.pace.size())])
	}
	switch {
	case len(said.data) < len(t.out):
		said.flags = turnMore
	case t.ended:
		said.flags = turnEnd
	}
	patience := t.pace.patience(len(said.data))
	t.mu.Unlock()

	ctx, stop := context.WithTimeout(t.ctx, patience)
	defer stop()
	over, start := t.client.now(), time.Now()
	answer, err := over.rest.R().SetContext(ctx).SetBody(said.encode()).SetDoNotParseResponse(true).
		SetHeader("Content-Type", TurnType).Post(t.client.address.URL + Path + fmt.Sprintf("?run=%x", t.id))
	var heard turn
	if err == nil && answer.StatusCode() == http.StatusRequestEntityTooLarge && t.smaller(len(said.data)) {
		answer.RawBody().Close()
		return nil
	}
	if err == nil {
		heard, err = t.client.readTurn(answer.RawResponse, t.id)
	} else {
		err = t.client.problem(ctx, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.pace.broke(time.Now())
		if ctx.Err() != nil || errors.Is(err, ErrBroken) {
			t.client.leave(over)
		}
		return err
	}
	t.pace.made(len(said.data), time.Since(start), said.flags&turnMore != 0)
	return t.hear(said, heard)
}

// smaller makes turns smaller for a proxy to which one of n bytes was too large. It
// returns false when they can't be.
func (t *turns) smaller(n int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n <= leastTurn {
		return false
	}
	t.pace.ceiling = max(n/4, leastTurn)
	t.pace.most = t.pace.ceiling
	return true
}

// hear takes what a server answered.
func (t *turns) hear(said, heard turn) error {
	if heard.flags&turnGone != 0 && len(heard.data) == 0 {
		return t.client.say(ErrBroken, errGone, "%s has given up what was begun. Nothing was lost; try again.", t.client.address.host())
	}
	if heard.up > t.taken+uint64(len(t.out)) || heard.down > t.got {
		return t.client.portal("something")
	}
	if heard.up > t.taken {
		t.out = t.out[heard.up-t.taken:]
		t.taken = heard.up
	}
	if said.flags&turnEnd != 0 && heard.up == said.up+uint64(len(said.data)) {
		t.told = true
	}
	if fresh := heard.down + uint64(len(heard.data)); fresh > t.got {
		t.in = append(t.in, heard.data[t.got-heard.down:]...)
		t.got = fresh
		if !t.wants.IsZero() {
			t.wants = time.Now()
		}
	}
	if heard.flags&turnEnd != 0 {
		t.inEnd = true
	}
	t.changed.Broadcast()
	return nil
}

// readTurn reads a whole answer.
func (c *Client) readTurn(r *http.Response, id runID) (turn, error) {
	defer r.Body.Close()
	if r.StatusCode == http.StatusUnsupportedMediaType {
		return turn{}, c.say(ErrBuffered, nil, "A proxy on the way to %s holds back what is sent until it is whole, and the program there is too old for that. Tell whoever runs it.", c.address.host())
	}
	if err := c.status(r, TurnType); err != nil {
		return turn{}, err
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxTurn+int64(turnHead)+1))
	if err != nil {
		return turn{}, c.problem(context.Background(), err)
	}
	t, err := parseTurn(b)
	if err != nil || t.run != id || len(t.data) > maxTurn {
		return turn{}, c.portal("a page")
	}
	return t, nil
}

// Read implements exchange.Conn.
func (t *turns) Read(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.in) == 0 && !t.inEnd && t.err == nil {
		t.wants = time.Now()
		t.changed.Broadcast()
		for len(t.in) == 0 && !t.inEnd && t.err == nil {
			t.changed.Wait()
		}
		t.wants = time.Time{}
	}
	switch {
	case len(t.in) > 0:
		n := copy(b, t.in)
		t.in = t.in[n:]
		return n, nil
	case t.err != nil:
		return 0, t.err
	}
	return 0, io.EOF
}

// Write implements exchange.Conn. It waits while a turn's worth of bytes waits already.
func (t *turns) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return 0, net.ErrClosed
	}
	for len(t.out) > 0 && len(t.out) >= t.pace.size() && t.err == nil {
		t.changed.Wait()
	}
	if t.err != nil {
		return 0, t.err
	}
	t.out = append(t.out, b...)
	t.changed.Broadcast()
	return len(b), nil
}

// CloseWrite implements exchange.Conn.
func (t *turns) CloseWrite() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.changed.Broadcast()
	return nil
}

// Close implements exchange.Conn.
func (t *turns) Close() error {
	t.fail(net.ErrClosed)
	t.cancel(net.ErrClosed)
	t.running.Wait()
	return nil
}

// InTurns implements exchange.Turner.
func (t *turns) InTurns() bool { return true }

// turnPace chooses how much goes in a turn. A cut costs a turn, a turn costs a
// round trip: between them stands √(2 · round trip · time between cuts), J. W. Young, "A
// First Order Approximation to the Optimum Checkpoint Interval" (1974).
type turnPace struct {
	most    int           // bytes in a turn
	ceiling int           // that a proxy set; 0: none
	rate    float64       // bytes a second; 0: not known
	trip    time.Duration // the shortest turn
	mean    time.Duration // between cuts
	since   time.Time     // of the last cut, or of the first turn
}

const (
	firstTurn = 16 << 10
	leastTurn = 2 << 10
	meanLife  = time.Minute // between cuts, while nothing is known of them
)

func (p *turnPace) size() int {
	if p.most == 0 {
		return firstTurn
	}
	return p.most
}

// length is how long a turn should take.
func (p *turnPace) length() time.Duration {
	d := time.Duration(math.Sqrt(2*p.trip.Seconds()*p.mean.Seconds()) * float64(time.Second))
	return min(max(d, time.Second), 30*time.Second)
}

// made takes a turn into account; full says that more could have gone in it.
func (p *turnPace) made(n int, took time.Duration, full bool) {
	if p.since.IsZero() {
		p.since = time.Now()
	}
	if took <= 0 {
		took = time.Microsecond
	}
	if n == 0 {
		return
	}
	if p.trip == 0 || took < p.trip {
		p.trip = took
	}
	p.rate = float64(n) / took.Seconds()
	if full {
		want := int(min(p.rate*p.length().Seconds(), maxTurn/2))
		if p.ceiling > 0 {
			want = min(want, p.ceiling)
		}
		p.most = max(min(want, 2*p.size()), p.size()/2, leastTurn)
	}
}

// broke takes a turn that was cut into account.
func (p *turnPace) broke(now time.Time) {
	if !p.since.IsZero() {
		p.mean = (p.mean + max(now.Sub(p.since), time.Second)) / 2
	}
	p.since = now
	p.most = max(p.size()/2, leastTurn)
}

// patience is how long a turn may take before it is made anew over another connection.
func (p *turnPace) patience(n int) time.Duration {
	d := turnHold + 10*time.Second + 4*p.trip
	if p.rate > 0 {
		return d + time.Duration(4*float64(n)/p.rate*float64(time.Second))
	}
	return d + time.Minute + time.Duration(n)*time.Second/500
}
