package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
)

// A board is what the keeper of a hub sees: who was here, what is held, when
// the way up was open, and the last events in words.
type board struct {
	w     *workspace.Workspace
	name  string
	clock func() time.Time

	mu     sync.Mutex
	peers  map[string]guest // by short id
	up     contact
	events []event
}

// A guest is a device or hub that has been here. Devices don't tell names.
type guest struct {
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"`
	Last     time.Time `json:"last"`
	Visits   int       `json:"visits"`
	Records  int       `json:"records"` // taken from it since the start
	Receipts int       `json:"receipts"`
	Refused  int       `json:"refused"`
}

// A contact is the last try of the way up.
type contact struct {
	Last   time.Time `json:"last,omitzero"` // when it was open
	Tried  time.Time `json:"tried,omitzero"`
	Reason string    `json:"reason,omitempty"` // why it is closed
}

type event struct {
	At    time.Time `json:"at"`
	Words string    `json:"words"`
}

// The board forgets what is older: it stands in memory.
const (
	maxGuests = 500
	maxEvents = 200
)

func newBoard(w *workspace.Workspace, name string) *board {
	b := &board{w: w, name: name, clock: time.Now, peers: map[string]guest{}}
	b.say("started")
	return b
}

// say adds an event; the caller holds no lock.
func (b *board) say(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, event{b.clock(), fmt.Sprintf(format, args...)})
	if len(b.events) > maxEvents {
		b.events = slices.Clone(b.events[len(b.events)-maxEvents:])
	}
}

// served notes an exchange with somebody who came.
func (b *board) served(r exchange.Report, err error) {
	if r.Peer.Role == 0 {
		return // it never said who it is
	}
	id := r.Peer.ID.Short()
	b.mu.Lock()
	v := b.peers[id]
	v.ID, v.Name, v.Last = id, r.Peer.Name, b.clock()
	v.Visits++
	v.Records += r.Sent
	v.Receipts += r.Receipts
	v.Refused += len(r.Refused)
	if _, known := b.peers[id]; !known && len(b.peers) >= maxGuests {
		oldest := slices.MinFunc(mapValues(b.peers), func(x, y guest) int { return x.Last.Compare(y.Last) })
		delete(b.peers, oldest.ID)
	}
	b.peers[id] = v
	b.mu.Unlock()
	words := fmt.Sprintf("%s brought %d records and took %d receipts", cmp.Or(r.Peer.Name, "the device "+id), r.Sent, r.Receipts)
	if len(r.Refused) > 0 {
		words += fmt.Sprintf("; %d were refused (%s)", len(r.Refused), r.Refused[0].Code)
	}
	if err != nil {
		words += "; the link broke, the rest comes with the next visit"
	}
	b.say("%s", words)
}

func mapValues(m map[string]guest) []guest {
	all := make([]guest, 0, len(m))
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// went notes a try of the way up.
func (b *board) went(r exchange.Report, err error) {
	b.mu.Lock()
	was := b.up.Reason
	b.up.Tried = b.clock()
	if b.up.Reason = ""; err != nil {
		b.up.Reason = say(err)
	} else {
		b.up.Last = b.up.Tried
	}
	reason := b.up.Reason
	b.mu.Unlock()
	switch {
	case err == nil && (r.Sent > 0 || r.Receipts > 0 || was != ""):
		b.say("the way up was open: %d records went on, %d receipts came, %d bytes up and %d down", r.Sent, r.Receipts, r.BytesUp, r.BytesDown)
	case err != nil && reason != was:
		b.say("the way up is closed: %s", reason)
	}
}

// A state is the board at a moment.
type state struct {
	Hub     string  `json:"hub"`
	Records int     `json:"waiting_records"` // without a receipt
	Bytes   int64   `json:"waiting_bytes"`   // what they will cost on the way up, before HTTP and TLS
	Used    int64   `json:"held_bytes"`
	Quota   int64   `json:"quota_bytes"`
	Up      contact `json:"up"`
	Guests  []guest `json:"guests"`
	Events  []event `json:"events"`
}

func (b *board) state(ctx context.Context, quota hub.Quota) (s state, err error) {
	if s.Records, s.Bytes, err = b.w.Pending(ctx); err != nil {
		return s, err
	}
	if s.Used, err = b.w.Held(ctx); err != nil {
		return s, err
	}
	s.Hub, s.Quota = b.name, cmp.Or(quota.Total, hub.DefaultTotalQuota)
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Up, s.Events = b.up, slices.Clone(b.events)
	s.Guests = mapValues(b.peers)
	slices.SortFunc(s.Guests, func(x, y guest) int { return cmp.Or(y.Last.Compare(x.Last), cmp.Compare(x.ID, y.ID)) })
	return s, nil
}

// words is the board as text: newest first.
func (s state) words() string {
	var b strings.Builder
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
	fmt.Fprintf(&b, "Hub %s\n\n%d records wait for a receipt; to bring them on costs about %d bytes.\n%d of %d bytes are in use.\n", s.Hub, s.Records, s.Bytes, s.Used, s.Quota)
	switch {
	case s.Up.Tried.IsZero():
		b.WriteString("The way up was not tried yet.\n")
	case s.Up.Reason == "":
		fmt.Fprintf(&b, "The way up was open at %s.\n", at(s.Up.Last))
	case s.Up.Last.IsZero():
		fmt.Fprintf(&b, "The way up is closed, and was not open since the start: %s\n", s.Up.Reason)
	default:
		fmt.Fprintf(&b, "The way up is closed, and was open at %s: %s\n", at(s.Up.Last), s.Up.Reason)
	}
	b.WriteString("\nWho was here\n")
	for _, v := range s.Guests {
		fmt.Fprintf(&b, "  %s  %s  %s  visits %d, records %d, receipts %d, refused %d\n", at(v.Last), v.ID, cmp.Or(v.Name, "a device"), v.Visits, v.Records, v.Receipts, v.Refused)
	}
	b.WriteString("\nWhat happened\n")
	for _, e := range slices.Backward(s.Events) {
		fmt.Fprintf(&b, "  %s  %s\n", at(e.At), e.Words)
	}
	return b.String()
}

// handler serves the board: / as text, /status.json for programs.
func (b *board) handler(quota hub.Quota, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	show := func(kind string, write func(w http.ResponseWriter, s state)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			s, err := b.state(r.Context(), quota)
			if err != nil {
				log.Error("the board could not be made", "error", err)
				http.Error(w, "This can't be looked up just now. Nothing is lost.", http.StatusInternalServerError)
				return
			}
			h := w.Header()
			h.Set("Content-Type", kind)
			h.Set("Cache-Control", "no-store")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
			write(w, s)
		}
	}
	mux.HandleFunc("GET /{$}", show("text/plain; charset=utf-8", func(w http.ResponseWriter, s state) { _, _ = w.Write([]byte(s.words())) }))
	mux.HandleFunc("GET /status.json", show("application/json", func(w http.ResponseWriter, s state) { _ = json.NewEncoder(w).Encode(s) }))
	return mux
}
