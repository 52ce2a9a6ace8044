package station

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/hub"
)

// A State is what the keeper of a hub sees at a moment.
type State struct {
	Name    string
	Records int   // without a receipt: held for others, and its own
	Bytes   int64 // what they will cost on the way up, before HTTP and TLS
	Used    int64 // bytes held for others
	Quota   int64 // bytes that may be
	Up      Contact
	Guests  []Guest // who was here, the last one first
	Events  []Event // oldest first
}

// A Guest is a device or hub that has been here. Devices don't tell names.
type Guest struct {
	ID       string // short
	Name     string // of a hub, else ""
	Last     time.Time
	Visits   int
	Records  int // taken from it since the start
	Receipts int
	Refused  int
}

// A Contact is the last try of the way up.
type Contact struct {
	Last  time.Time // when it was open last; zero: not since the start
	Tried time.Time
	Err   error // why it is closed
}

// An EventKind says what happened at a hub.
type EventKind string

// The events.
const (
	EventStarted EventKind = "started"
	EventVisit   EventKind = "visit" // somebody was here
	EventOpen    EventKind = "open"  // the way up was
	EventClosed  EventKind = "closed"
)

// An Event is a line of a hub's log.
type Event struct {
	At     time.Time
	Kind   EventKind
	Guest  Guest // of a visit: what it was this time
	Broken bool  // of a visit: the link broke, the rest comes with the next one
	Reason string
	Report exchange.Report // of the way up
	Err    error           // why it is closed
}

// The board forgets what is older: it stands in memory.
const (
	maxGuests = 500
	maxEvents = 200
)

// A board is what a hub remembers of its day.
type board struct {
	clock func() time.Time

	mu      sync.Mutex
	guests  map[string]Guest // by short id
	up      Contact
	events  []Event
	changed chan struct{} // closed at the next change
}

func newBoard(clock func() time.Time) *board {
	b := &board{clock: clock, guests: map[string]Guest{}, changed: make(chan struct{})}
	b.note(Event{Kind: EventStarted})
	return b
}

// note adds an event.
func (b *board) note(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.At = b.clock()
	b.events = append(b.events, e)
	if len(b.events) > maxEvents {
		b.events = slices.Clone(b.events[len(b.events)-maxEvents:])
	}
	close(b.changed)
	b.changed = make(chan struct{})
}

// served notes an exchange with somebody who came.
func (b *board) served(r exchange.Report, err error) {
	if r.Peer.Role == 0 {
		return // it never said who it is
	}
	now := Guest{ID: r.Peer.ID.Short(), Name: r.Peer.Name, Last: b.clock(), Visits: 1, Records: r.Sent, Receipts: r.Receipts, Refused: len(r.Refused)}
	b.mu.Lock()
	all, known := b.guests[now.ID]
	if !known && len(b.guests) >= maxGuests {
		oldest := slices.MinFunc(b.list(), func(x, y Guest) int { return x.Last.Compare(y.Last) })
		delete(b.guests, oldest.ID)
	}
	all.ID, all.Name, all.Last = now.ID, now.Name, now.Last
	all.Visits++
	all.Records += now.Records
	all.Receipts += now.Receipts
	all.Refused += now.Refused
	b.guests[now.ID] = all
	b.mu.Unlock()
	e := Event{Kind: EventVisit, Guest: now, Broken: err != nil}
	if len(r.Refused) > 0 {
		e.Reason = string(r.Refused[0].Code)
	}
	b.note(e)
}

func (b *board) list() []Guest {
	all := make([]Guest, 0, len(b.guests))
	for _, g := range b.guests {
		all = append(all, g)
	}
	return all
}

// went notes a try of the way up, where it tells something new.
func (b *board) went(r exchange.Report, err error) {
	b.mu.Lock()
	was, first := b.up.Err, b.up.Tried.IsZero()
	b.up.Tried, b.up.Err = b.clock(), err
	if err == nil {
		b.up.Last = b.up.Tried
	}
	b.mu.Unlock()
	switch {
	case err == nil && (r.Sent > 0 || r.Receipts > 0 || was != nil || first):
		b.note(Event{Kind: EventOpen, Report: r})
	case err != nil && (was == nil || was.Error() != err.Error()):
		b.note(Event{Kind: EventClosed, Err: err})
	}
}

// State tells what is held and what happened.
func (s *Station) State(ctx context.Context) (out State, err error) {
	if out.Records, out.Bytes, err = s.o.Work.ToBringOn(ctx); err != nil {
		return out, err
	}
	if out.Used, err = s.o.Work.Held(ctx); err != nil {
		return out, err
	}
	out.Name, out.Quota = s.Name(), cmp.Or(s.o.Quota.Total, hub.DefaultTotalQuota)
	b := s.board
	b.mu.Lock()
	defer b.mu.Unlock()
	out.Up, out.Events, out.Guests = b.up, slices.Clone(b.events), b.list()
	slices.SortFunc(out.Guests, func(x, y Guest) int { return cmp.Or(y.Last.Compare(x.Last), cmp.Compare(x.ID, y.ID)) })
	return out, nil
}

// Changed is closed when something happens that State tells.
func (s *Station) Changed() <-chan struct{} {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return s.board.changed
}
