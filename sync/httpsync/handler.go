// Package httpsync is both ends of the exchange over HTTP: one streaming POST,
// whose answer is written while the request is still being read.
//
// The rules are docs/protocol/http.md. Retries, windows and timers are those of
// package exchange; nothing here gives up a slow link. Start at [NewClient] and
// [Handler].
package httpsync

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"sync"
	"time"

	"baraza.example/sync/exchange"
)

// Path is where exchanges are served; its number changes only with what can't
// be negotiated in a hello.
const Path = "/baraza/v1/exchange"

// ContentType is that of a request whose two streams are open at the same time,
// and of its answer; [TurnType] that of one that is answered when it is whole.
const ContentType = "application/vnd.baraza.exchange"

const (
	maxRuns   = 2000            // at the same time
	busyAfter = "30"            // seconds, Retry-After when there are more
	lastWords = 5 * time.Second // for the end of an answer that nobody seems to read
)

// Handler serves exchanges at [Path]: each request is one Conn for serve,
// usually exchange.Serve with its Inbox. The Conn ends when serve returns.
//
// A caller behind a proxy that hands on whole requests only sends a run in turns:
// such a Conn lives from one request to the next.
func Handler(serve func(ctx context.Context, c exchange.Conn)) http.Handler {
	runs := make(chan struct{}, maxRuns)
	turns := &turnRuns{serve: serve, slots: runs, runs: map[runID]*turnRun{}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		inTurns, duplex := t == TurnType, r.ProtoMajor > 1
		if !inTurns {
			// A refusal, too, is said while the caller speaks: its stream may have no end.
			duplex = rc.EnableFullDuplex() == nil || duplex
			if r.ProtoMajor == 1 {
				// A connection whose caller wasn't heard out can't serve on (https://go.dev/issue/68560).
				w.Header().Set("Connection", "close")
			}
		}
		if !wanted(w, r, t) {
			return
		}
		if inTurns {
			rc.SetReadDeadline(time.Time{})
			rc.SetWriteDeadline(time.Time{})
			turns.handle(w, r)
			return
		}
		select {
		case runs <- struct{}{}:
			defer func() { <-runs }()
		default:
			tooMany(w)
			return
		}
		if !duplex {
			http.Error(w, "This listener can't answer while it reads.", http.StatusInternalServerError)
			return
		}
		rc.SetReadDeadline(time.Time{}) // slow is healthy; silence is for exchange to judge
		rc.SetWriteDeadline(time.Time{})
		h := w.Header()
		h.Del("Connection")
		h.Set("Content-Type", ContentType)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // asks proxies not to hold frames back
		w.WriteHeader(http.StatusOK)
		if rc.Flush() != nil {
			return
		}
		c := &served{body: r.Body, w: w, rc: rc}
		defer func() {
			c.leave()
			if r.ProtoMajor == 1 { // a caller that wasn't heard out: as above
				r.Body.Close()
			}
		}()
		serve(r.Context(), c)
	})
}

func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", busyAfter)
	http.Error(w, "Too many exchanges at once. Try again later.", http.StatusServiceUnavailable)
}

// wanted refuses what is no exchange, before anything is read; t is the type of its content.
func wanted(w http.ResponseWriter, r *http.Request, t string) bool {
	switch {
	case r.URL.Path != Path:
		http.NotFound(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Devices exchange records here.", http.StatusMethodNotAllowed)
	case t != ContentType && t != TurnType:
		http.Error(w, "Only "+ContentType+" and "+TurnType+" are taken here.", http.StatusUnsupportedMediaType)
	default:
		return true
	}
	return false
}

// served is the Conn of one request.
type served struct {
	body io.ReadCloser
	w    io.Writer
	rc   *http.ResponseController

	mu     sync.Mutex
	read   bool // the caller's stream came to its end
	ended  bool // ours did
	closed bool
	left   bool // the handler has returned: w and rc are no longer ours
}

func (c *served) Read(b []byte) (int, error) {
	n, err := c.body.Read(b)
	if errors.Is(err, io.EOF) {
		c.mu.Lock()
		c.read = true
		c.mu.Unlock()
	}
	return n, err
}

func (c *served) Write(b []byte) (int, error) {
	c.mu.Lock()
	done := c.ended || c.closed
	c.mu.Unlock()
	if done {
		return 0, os.ErrClosed
	}
	n, err := c.w.Write(b)
	if err == nil {
		err = c.rc.Flush()
	}
	return n, err
}

// CloseWrite marks the end; it is sent when the handler returns.
func (c *served) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	return nil
}

// Close unblocks whoever reads or writes. An exchange that both sides have
// ended is left alone: its connection serves the next request.
func (c *served) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.left || c.read && c.ended {
		return nil
	}
	c.closed = true
	now := time.Now()
	c.rc.SetReadDeadline(now.Add(-time.Second))
	if c.ended {
		c.rc.SetWriteDeadline(now.Add(lastWords))
	} else {
		c.rc.SetWriteDeadline(now.Add(-time.Second))
	}
	return nil
}

// leave makes sure that nothing waits behind a handler that returns, and that
// a later Close touches nothing.
func (c *served) leave() {
	c.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = true
}
