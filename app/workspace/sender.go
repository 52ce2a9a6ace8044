package workspace

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"baraza.example/storage"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
)

// A Sender has a workspace send by itself, as its rules say: every so often, when the
// program comes to the front, when something was made ready, and when a trusted hub is
// near. Whoever shows the workspace runs it and tells it what happens; it decides.
//
// Every pause is drawn at random, so that the devices of a hub, or all those whose budget
// begins anew at midnight, don't come at once.
type Sender struct {
	w *Workspace
	o SenderOptions

	wake    chan Occasion
	drawing sync.Mutex // guards the source of chance

	mu      sync.Mutex
	state   Plan
	changed chan struct{}
}

// SenderOptions are what a sender takes from its surroundings. The zero value works.
type SenderOptions struct {
	// Send does it; nil means Workspace.Send.
	Send func(ctx context.Context, s Sending) (exchange.Report, error)
	// Near lists the hubs nearby; nil means Workspace.Nearby.
	Near   func(ctx context.Context) ([]Near, error)
	Random func() float64 // from [0, 1); nil means math/rand
	After  func(Outcome)  // told of each run, from Run's goroutine; may be nil
	Every  time.Duration  // between two tries, in place of what the rules say; 0: as they say
	Via    []string       // addresses to send to; none: those of Workspace.Roads
}

// An Outcome is what became of a run.
type Outcome struct {
	Report   exchange.Report
	Err      error
	Received []Item    // whose receipts came with it
	Asked    []Message // that came with it
}

// An Occasion is why a device may send sooner than planned.
type Occasion string

// The occasions.
const (
	OccasionFront Occasion = "front" // the program came to the front
	OccasionRules Occasion = "rules" // the rules were changed
	occasionReady Occasion = "ready" // something was made ready: that is seen in the store
)

// A Plan is when a device sends next by itself.
type Plan struct {
	Running bool
	Next    time.Time // zero while it is held back for no known time
	Why     Hold      // what holds it back; "" for nothing
	Waits   bool      // something waits to be sent, or for its receipt
}

// The times of a sender. What is drawn lies between nothing and these.
const (
	frontWithin = 5 * time.Second  // after the program came to the front, or a hub was seen
	readyWithin = 90 * time.Second // after something was made ready: what follows soon goes in the same pack
	frontAgain  = time.Minute      // coming to the front is no reason so soon after a run that ended well
	idleFactor  = 8                // where nothing waits, pauses are so much longer
	lookAround  = 2 * time.Minute  // between two looks for hubs, and for another network
	firstRetry  = 20 * time.Second // the pause after one failure is shorter than that
)

// NewSender makes a sender that begins with [Sender.Run].
func (w *Workspace) NewSender(o SenderOptions) *Sender {
	if o.Send == nil {
		o.Send = w.Send
	}
	if o.Near == nil {
		o.Near = w.Nearby
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return &Sender{w: w, o: o, wake: make(chan Occasion, 8), changed: make(chan struct{})}
}

// Tell says that something happened. It never waits.
func (s *Sender) Tell(o Occasion) {
	select {
	case s.wake <- o:
	default: // there are enough reasons already
	}
}

// Plan says when it sends next.
func (s *Sender) Plan() Plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Changed is closed when the plan changes.
func (s *Sender) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func (s *Sender) show(p Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != p {
		s.state = p
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// Run sends until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	var hubs sync.WaitGroup
	defer hubs.Wait()
	calls := make(chan string)
	hubs.Go(func() { s.listen(ctx, calls) })
	made := s.w.tables.submissions.Watch(ctx)
	r := pacing{s: s, due: time.Now().Add(s.draw(frontWithin))} // the program begins: it comes to the front
	for ctx.Err() == nil {
		plan := r.plan(ctx)
		if s.show(plan); plan.Why == "" && !time.Now().Before(plan.Next) {
			r.run(ctx)
			continue
		}
		next := plan.Next
		if next.IsZero() || plan.Why == HoldCosts { // another network may cost nothing
			next = time.Now().Add(lookAround)
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
		case o := <-s.wake:
			r.occasion(o)
		case <-made:
			if s.frozen(ctx) {
				r.occasion(occasionReady)
			}
		case hub := <-calls:
			if plan.Why == "" && !time.Now().Before(r.quiet) {
				r.hub, r.due = hub, time.Now().Add(s.draw(frontWithin))
			}
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pacing is what a sender knows of its runs.
type pacing struct {
	s        *Sender
	due      time.Time // of the next run, but for what holds it back
	quiet    time.Time // not before: a peer asked for it
	ended    time.Time // the last run that ended well
	failures int       // in a row
	hub      string    // that called: sent to once
	held     Hold      // was what held it back, so that its end is noticed
	person   bool      // changed the rules just now
}

// plan says when the next run is.
func (r *pacing) plan(ctx context.Context) Plan {
	s := r.s
	why, until, err := s.w.HeldBack(ctx)
	if err != nil {
		s.w.log.Warn("it can't be seen what may be sent", "error", err)
		why, until = HoldPaused, time.Now().Add(lookAround)
	}
	p := Plan{Why: why, Waits: s.waits(ctx)}
	switch {
	case why != "":
		if r.held = why; !until.IsZero() { // the wall clock says when, a timer how long
			p.Next = time.Now().Add(max(0, until.Sub(s.w.clock()))).Add(time.Second)
		}
		return p
	case r.held != "" && r.person:
		r.due = time.Now().Add(s.draw(frontWithin))
	case r.held != "": // it may again, and so may all others
		r.due = time.Now().Add(s.draw(s.every(ctx)))
	}
	r.held, r.person = "", false
	if p.Next = r.due; p.Next.Before(r.quiet) {
		p.Next, p.Why = r.quiet, ""
	}
	return p
}

// occasion brings the next run forward, if there is reason to.
func (r *pacing) occasion(o Occasion) {
	within := frontWithin
	switch o {
	case occasionReady:
		within = readyWithin
	case OccasionFront:
		if !r.ended.IsZero() && time.Since(r.ended) < frontAgain {
			return
		}
	case OccasionRules:
		r.person = true
		return
	}
	if at := time.Now().Add(r.s.draw(within)); at.Before(r.due) {
		r.due = at
	}
}

// run sends once, and draws when to do it again.
func (r *pacing) run(ctx context.Context) {
	s := r.s
	how := Sending{Via: s.o.Via}
	if r.hub != "" {
		how.Via, r.hub = []string{r.hub}, ""
	}
	p := s.Plan()
	p.Running = true
	s.show(p)
	before, asked := s.unreceived(ctx), s.asked(ctx)
	report, err := s.o.Send(ctx, how)
	if ctx.Err() != nil {
		return
	}
	if s.o.After != nil {
		s.o.After(Outcome{report, err, s.received(ctx, before), s.askedSince(ctx, asked)})
	}
	every := s.every(ctx)
	var held *HeldError
	switch wish := wished(report, err); {
	case err == nil || errors.As(err, &held):
		r.failures, r.ended = 0, time.Now()
		if !s.waits(ctx) {
			every *= idleFactor
		}
		r.due = r.ended.Add(every/2 + s.draw(every))
		r.quiet = r.ended.Add(wish)
	default:
		if r.failures++; report.Sent+report.Leaves+report.Receipts > 0 {
			r.failures = 1 // a run that brought something over goes on soon
		}
		schedule := exchange.Schedule{First: min(firstRetry, every), Longest: every}
		r.due = time.Now().Add(schedule.Pause(r.failures, wish, s.chance()))
		r.quiet = time.Time{}
		if wish > 0 {
			r.quiet = r.due
		}
	}
}

// wished is for how long the other side wants to be left alone: 0 for no wish.
func wished(report exchange.Report, err error) time.Duration {
	wish := report.Retry
	var refusal batch.Refusal
	if errors.As(err, &refusal) {
		wish = max(wish, time.Duration(refusal.After)*time.Second)
	}
	return min(wish, longestWish)
}

// longestWish is what no peer may silence a device for longer than.
const longestWish = 24 * time.Hour

// listen looks for trusted hubs while something waits: one that answers and was not there
// before calls.
func (s *Sender) listen(ctx context.Context, calls chan<- string) {
	var there []string
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookAround/2 + s.draw(lookAround)):
		}
		chosen, err := s.w.Settings(ctx)
		if err != nil || len(chosen.Trusted) == 0 || !s.waits(ctx) {
			there = nil
			continue
		}
		found, err := s.o.Near(ctx)
		if err != nil {
			continue
		}
		var now []string
		for _, n := range found {
			if !n.Trusted {
				continue
			}
			if now = append(now, n.Pin); slices.Contains(there, n.Pin) {
				continue
			}
			select {
			case calls <- n.Address:
			case <-ctx.Done():
				return
			}
		}
		there = now
	}
}

// frozen reports whether something was made ready that no run has sealed.
func (s *Sender) frozen(ctx context.Context) (found bool) {
	err := s.w.store.View(ctx, func(tx *storage.Tx) error {
		all, err := collect(s.w.tables.submissions.In(tx), keyFrozen)
		found = len(all) > 0
		return err
	})
	return err == nil && found
}

// draw is a time between none and d.
func (s *Sender) draw(d time.Duration) time.Duration { return time.Duration(s.chance() * float64(d)) }

// chance is from [0, 1). A source of chance is one goroutine's at a time.
func (s *Sender) chance() float64 {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	return s.o.Random()
}

func (s *Sender) every(ctx context.Context) time.Duration {
	if s.o.Every > 0 {
		return s.o.Every
	}
	chosen, err := s.w.Settings(ctx)
	if err != nil {
		return DefaultEvery * time.Minute
	}
	return chosen.Rules.every()
}

// waits reports whether something waits to be sent, or for its receipt.
func (s *Sender) waits(ctx context.Context) bool {
	items, err := s.w.Items(ctx)
	return err != nil || slices.ContainsFunc(items, func(i Item) bool { return i.Delivery.State != Received || i.AttachedOK < i.Attached })
}

// unreceived are the names of the items without a receipt.
func (s *Sender) unreceived(ctx context.Context) map[string]bool {
	names := map[string]bool{}
	items, err := s.w.Items(ctx)
	if err != nil {
		return nil // then nobody is told
	}
	for _, i := range items {
		if i.Delivery.State != Received {
			names[i.Name] = true
		}
	}
	return names
}

// received are those of these items whose receipts have come.
func (s *Sender) received(ctx context.Context, before map[string]bool) (came []Item) {
	items, err := s.w.Items(ctx)
	if err != nil {
		return nil
	}
	for _, i := range items {
		if i.Delivery.State == Received && before[i.Name] {
			came = append(came, i)
		}
	}
	return came
}

// asked are the ids of what the secretariat has asked so far; nil: that is not known.
func (s *Sender) asked(ctx context.Context) map[string]bool {
	all, err := s.w.Messages(ctx)
	if err != nil {
		return nil
	}
	ids := map[string]bool{}
	for _, m := range all {
		ids[m.ID] = true
	}
	return ids
}

// askedSince are the messages that were not there before.
func (s *Sender) askedSince(ctx context.Context, before map[string]bool) (came []Message) {
	all, err := s.w.Messages(ctx)
	if err != nil || before == nil {
		return nil // then nobody is told
	}
	return slices.DeleteFunc(all, func(m Message) bool { return before[m.ID] })
}
