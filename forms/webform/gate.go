package webform

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits bound what the pages take upon themselves. The zero value is for a
// hub with a few hundred phones around it.
type Limits struct {
	Open    int   // responses kept in memory between pages; 0: 256
	AtOnce  int   // pages made at one time; 0: 8
	Waiting int   // that wait for their turn; 0: 512. More are told to come back
	Body    int64 // bytes of one page that is sent; 0: 256 KiB
	File    int64 // bytes of one file; 0: 5 MB
	// Begin and Guess are how many responses one address may begin, and codes it
	// may try, in ten minutes; 0: 60 and 30. Files are how many it may send; 0: 60.
	Begin, Guess, Files int
}

func (l Limits) filled() Limits {
	or := func(n *int, v int) {
		if *n <= 0 {
			*n = v
		}
	}
	or(&l.Open, 256)
	or(&l.AtOnce, 8)
	or(&l.Waiting, 512)
	or(&l.Begin, 60)
	or(&l.Guess, 30)
	or(&l.Files, 60)
	if l.Body <= 0 {
		l.Body = 256 << 10
	}
	if l.File <= 0 {
		l.File = 5_000_000
	}
	return l
}

const (
	patience   = 10 * time.Second // for a turn, and for a page to be made
	retryAfter = 3                // seconds
	budgetTime = 10 * time.Minute
	maxCounted = 10_000 // addresses that are counted
)

// A gate lets a bounded number of requests in, and counts what an address does
// that could be meant to be a burden.
type gate struct {
	limits Limits
	clock  func() time.Time
	turns  chan struct{}
	queue  chan struct{}
	files  chan struct{} // being received: each is in memory

	mu     sync.Mutex
	counts map[string]int // by what and address
	since  time.Time
}

func newGate(l Limits, clock func() time.Time) *gate {
	return &gate{limits: l, clock: clock, turns: make(chan struct{}, l.AtOnce), queue: make(chan struct{}, l.Waiting),
		files: make(chan struct{}, filesAtOnce), counts: map[string]int{}}
}

func (g *gate) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/file" {
			var done func()
			if r, done = g.receive(w, r); r == nil {
				return
			}
			defer done()
			g.serve(w, r, next)
			return
		}
		if r.ContentLength > g.limits.Body {
			refuse(w, http.StatusRequestEntityTooLarge, "This is more than fits on one page. Nothing was saved of it.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, g.limits.Body)
		// Neither a slow reader nor a slow writer keeps a turn: what is read, is
		// read before. Not every ResponseWriter has deadlines, tests' ones do not.
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(time.Now().Add(2 * patience))
		_ = control.SetWriteDeadline(time.Now().Add(6 * patience))
		if r.Method == http.MethodPost {
			if err := r.ParseForm(); err != nil {
				refuse(w, http.StatusBadRequest, "The page did not arrive whole. Please go back and send it again.")
				return
			}
		}
		g.serve(w, r, next)
	})
}

// serve waits for a turn, and has the page made.
func (g *gate) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	select {
	case g.queue <- struct{}{}:
		defer func() { <-g.queue }()
	default:
		g.busy(w)
		return
	}
	if !g.wait(g.turns, r) {
		g.busy(w)
		return
	}
	defer func() { <-g.turns }()
	next.ServeHTTP(w, r)
}

// wait takes a place, unless none becomes free soon.
func (g *gate) wait(places chan struct{}, r *http.Request) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case places <- struct{}{}:
		return true
	case <-timer.C:
	case <-r.Context().Done():
	}
	return false
}

func (g *gate) busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	refuse(w, http.StatusServiceUnavailable, "Many people are writing just now. Please go back and send the page again in a few seconds.")
}

// refuse answers where no page can be made.
func refuse(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(words + "\n")) // the other side has gone: nobody to tell
}

// may counts one more of what an address does, and says whether that is still
// within most in ten minutes.
func (g *gate) may(what string, r *http.Request, most int) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	if age := now.Sub(g.since); age > budgetTime || age < 0 || len(g.counts) >= maxCounted {
		clear(g.counts)
		g.since = now
	}
	g.counts[what+" "+host]++
	return g.counts[what+" "+host] <= most
}
