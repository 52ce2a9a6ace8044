package httpsync

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"baraza.example/sync/exchange"
)

// turnRuns are the runs that go in turns. They live between requests, in this
// process: whoever spreads requests over several must send those of one run to
// the same, by the query of the address.
type turnRuns struct {
	serve func(context.Context, exchange.Conn)
	slots chan struct{} // shared with the runs that stream

	mu   sync.Mutex
	runs map[runID]*turnRun
}

const (
	// turnHold is how long an answer waits for something to say; proxies give up after a minute or half.
	turnHold = 15 * time.Second
	// turnQuiet is how long nothing was said when an answer that has something to say goes out.
	turnQuiet = 25 * time.Millisecond
	// turnBrief is how long an answer waits for a word when the caller has more to send.
	turnBrief = 150 * time.Millisecond
	// turnKept is how long a run is kept while none of its requests is here.
	turnKept = 20 * time.Second
	// turnRoom is how much of a stream may wait here to be taken.
	turnRoom = 64 << 10
)

// handle takes one turn.
func (rs *turnRuns) handle(w http.ResponseWriter, r *http.Request) {
	head, rest, err := readTurnHead(r.Body)
	if err != nil {
		http.Error(w, "This is no turn of an exchange.", http.StatusBadRequest)
		return
	}
	run, state := rs.find(r, head)
	switch state {
	case turnBusy:
		tooMany(w)
		return
	case turnUnknown:
		answerTurn(w, turn{run: head.run, flags: turnGone})
		return
	}
	defer rs.done(head.run, run)
	number := run.begin(head.down)
	if run.take(r.Context(), head, rest) != nil {
		return // the request broke off; what came of it is taken
	}
	answerTurn(w, run.answer(r.Context(), head, number))
}

// readTurnHead reads until the head of a turn is whole.
func readTurnHead(body io.Reader) (turn, io.Reader, error) {
	b := make([]byte, turnHead)
	n, err := io.ReadFull(body, b)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return turn{}, nil, err
	}
	t, err := parseTurn(b[:n])
	return t, io.LimitReader(body, maxTurn), err
}

type turnState int

const (
	turnKnown turnState = iota
	turnUnknown
	turnBusy
)

// find returns the run of a turn, which begins one when it is its first.
func (rs *turnRuns) find(r *http.Request, t turn) (*turnRun, turnState) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if run := rs.runs[t.run]; run != nil {
		run.requests++
		return run, turnKnown
	}
	if t.up > 0 || t.down > 0 {
		return nil, turnUnknown
	}
	select {
	case rs.slots <- struct{}{}:
	default:
		return nil, turnBusy
	}
	life := lifetimeOf(r.Context())
	ctx, cancel := context.WithCancel(life.ctx)
	run := &turnRun{requests: 1, cancel: cancel, changed: make(chan struct{})}
	rs.runs[t.run] = run
	life.run(func() {
		defer run.Close()
		rs.serve(ctx, run)
	})
	context.AfterFunc(ctx, func() { run.Close() })
	return run, turnKnown
}

// done begins to forget a run when its last request has ended.
func (rs *turnRuns) done(id runID, run *turnRun) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if run.requests--; run.requests > 0 {
		return
	}
	seen := run.seen()
	time.AfterFunc(turnKept, func() {
		rs.mu.Lock()
		defer rs.mu.Unlock()
		if rs.runs[id] == run && run.requests == 0 && run.seen() == seen {
			delete(rs.runs, id)
			run.cancel()
			<-rs.slots
		}
	})
}

func answerTurn(w http.ResponseWriter, t turn) {
	b := t.encode()
	h := w.Header()
	h.Set("Content-Type", TurnType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b)
}

// turnRun is the Conn of a run that goes in turns.
type turnRun struct {
	requests int // open; guarded by turnRuns
	cancel   context.CancelFunc

	mu      sync.Mutex
	changed chan struct{} // closed when something below changes
	number  int           // of the last request

	in       []byte // of the caller's stream, not yet read
	taken    uint64
	upEnd    bool
	out      []byte // of ours, not known to have arrived
	outFrom  uint64
	downEnd  bool
	closed   bool
	lastSaid time.Time
}

func (r *turnRun) tell() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *turnRun) seen() int { r.mu.Lock(); defer r.mu.Unlock(); return r.number }

// begin notes a new request, and what its caller has: an older one that waits is answered now.
func (r *turnRun) begin(has uint64) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if has > r.outFrom && has <= r.outFrom+uint64(len(r.out)) {
		r.out = r.out[has-r.outFrom:]
		r.outFrom = has
	}
	r.number++
	r.tell()
	return r.number
}

// take reads a request's bytes as they come: what has arrived counts, also when the rest doesn't.
func (r *turnRun) take(ctx context.Context, head turn, rest io.Reader) error {
	at, b := head.up, head.data
	buffer := make([]byte, 16<<10)
	for {
		if err := r.put(ctx, at, b); err != nil {
			return err
		}
		at += uint64(len(b))
		n, err := rest.Read(buffer)
		b = buffer[:n]
		if n == 0 && errors.Is(err, io.EOF) {
			break
		}
		if n == 0 && err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if head.flags&turnEnd != 0 && at == r.taken {
		r.upEnd = true
		r.tell()
	}
	return nil
}

// put appends what is new of b, which stands at offset at. What lies behind a gap is dropped.
func (r *turnRun) put(ctx context.Context, at uint64, b []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.in) >= turnRoom && !r.closed {
		if err := r.await(ctx, nil); err != nil {
			return err
		}
	}
	if at > r.taken || r.upEnd || at+uint64(len(b)) <= r.taken {
		return nil
	}
	b = b[r.taken-at:]
	r.taken += uint64(len(b))
	if !r.closed {
		r.in = append(r.in, b...)
	}
	r.tell()
	return nil
}

// await waits for a change, for late or for the end of ctx. It is called, and returns, with the lock held.
func (r *turnRun) await(ctx context.Context, late <-chan time.Time) error {
	changed := r.changed
	r.mu.Unlock()
	defer r.mu.Lock()
	select {
	case <-changed:
	case <-late:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// answer waits until there is something to say, or it is time to say that there isn't.
func (r *turnRun) answer(ctx context.Context, head turn, number int) turn {
	hold := turnHold
	if head.flags&turnMore != 0 {
		hold = turnBrief
	}
	begun := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.number == number && !r.closed && !r.downEnd {
		left := hold - time.Since(begun)
		if len(r.out) > 0 {
			left = min(turnQuiet-time.Since(r.lastSaid), 10*turnQuiet-time.Since(begun))
		}
		if left <= 0 {
			break
		}
		timer := time.NewTimer(left)
		err := r.await(ctx, timer.C)
		timer.Stop()
		if err != nil {
			break
		}
	}
	t := turn{run: head.run, up: r.taken, down: r.outFrom}
	if r.number != number {
		return t // the newer request has the rest
	}
	t.data = append(t.data, r.out[:min(len(r.out), maxTurn)]...)
	switch whole := len(t.data) == len(r.out); {
	case whole && r.downEnd:
		t.flags = turnEnd
	case whole && r.closed:
		t.flags = turnGone
	}
	return t
}

// Read implements exchange.Conn.
func (r *turnRun) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		switch {
		case r.closed:
			return 0, net.ErrClosed
		case len(r.in) > 0:
			n := copy(b, r.in)
			if r.in = r.in[n:]; len(r.in) == 0 {
				r.in = nil
			}
			r.tell()
			return n, nil
		case r.upEnd:
			return 0, io.EOF
		}
		r.await(context.Background(), nil)
	}
}

// Write implements exchange.Conn. It waits while the caller fetches nothing.
func (r *turnRun) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.out) >= 4*turnRoom && !r.closed {
		r.await(context.Background(), nil)
	}
	if r.closed || r.downEnd {
		return 0, os.ErrClosed
	}
	r.out = append(r.out, b...)
	r.lastSaid = time.Now()
	r.tell()
	return len(b), nil
}

// CloseWrite implements exchange.Conn.
func (r *turnRun) CloseWrite() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.downEnd {
		r.downEnd = true
		r.tell()
	}
	return nil
}

// Close implements exchange.Conn. What was said before can still be fetched.
func (r *turnRun) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.closed = true
		r.tell()
	}
	return nil
}
