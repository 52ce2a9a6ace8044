package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
)

// ErrNoRoad means that the invite names no address, or that there is none yet.
var ErrNoRoad = errors.New("there is no address to send to yet: join with an invite first")

// Roads are the addresses to send to, in the order in which they are tried: the
// hub that a person named, then those of the invite.
func (w *Workspace) Roads(ctx context.Context) ([]string, error) {
	invite, joined, err := w.Invite(ctx)
	if err != nil {
		return nil, err
	}
	if !joined {
		return nil, ErrNoRoad
	}
	chosen, err := w.Settings(ctx)
	if err != nil {
		return nil, err
	}
	roads := slices.DeleteFunc(slices.Clone(invite.Addresses), func(a string) bool { return a == chosen.Hub })
	if chosen.Hub != "" {
		roads = append([]string{chosen.Hub}, roads...)
	}
	if len(roads) == 0 {
		return nil, ErrNoRoad
	}
	return roads, nil
}

// CheckAddress says whether text is the address of a hub or centre, as people
// type it or read it off a hub's screen.
func CheckAddress(text string) error {
	_, err := httpsync.ParseAddress(text)
	return err
}

// ErrNoAddress means text that is no address of a hub or centre.
var ErrNoAddress = httpsync.ErrAddress

// A Sending is how one sending is meant. The zero value is what the device does by
// itself, as its rules say.
type Sending struct {
	ByHand bool     // a person asked for it: hours, networks and a pause don't keep it
	Over   bool     // and said that it may go over the budget of the day
	Files  bool     // and that attachments go now, whatever the rules say
	Via    []string // addresses to try in turn; none: those of [Workspace.Roads]
	// Moved is told the bytes of frames written and read so far, from other
	// goroutines; may be nil.
	Moved func(up, down int64)

	others bool // what is carried for others goes, too
}

// Send runs one exchange over the first of its roads that answers, and writes it into the
// account. A [HeldError] says that a rule kept it from beginning or from going on to the end.
func (w *Workspace) Send(ctx context.Context, s Sending) (report exchange.Report, err error) {
	roads := s.Via
	if len(roads) == 0 {
		if roads, err = w.Roads(ctx); err != nil {
			return exchange.Report{}, err
		}
	}
	return w.underRules(ctx, s, roads[0], func(a *allowance, road *string) (exchange.Report, error) {
		report, err := w.sendOver(ctx, roads, a, road)
		if err == nil || ctx.Err() != nil || len(s.Via) > 0 || TroubleOf(err) != TroubleNoRoute {
			return report, err
		}
		// A hub that was compared may have another address today.
		near, looked := w.trustedNearby(ctx, roads)
		if looked != nil || len(near) == 0 {
			return report, err
		}
		return w.sendOver(ctx, near, a, road)
	})
}

// Network is the one this device is on. It may take a second to know.
func (w *Workspace) Network() Network { return w.network() }

// HeldBack says what keeps this device from sending by itself now, "" for nothing, and until
// when, where that is known.
func (w *Workspace) HeldBack(ctx context.Context) (Hold, time.Time, error) {
	if _, err := w.Roads(ctx); errors.Is(err, ErrNoRoad) {
		return HoldNoRoad, time.Time{}, nil
	} else if err != nil {
		return "", time.Time{}, err
	}
	chosen, err := w.Settings(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	spent, full, err := w.purse.today(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	now := w.clock()
	why, until := chosen.Rules.hold(now, spent, w.network())
	if why == "" && full && chosen.Rules.Budget > 0 {
		fits, err := w.textFits(ctx, "", false, chosen.Rules.Budget-spent)
		if err != nil {
			return "", time.Time{}, err
		}
		if !fits {
			why, until = HoldBudget, chosen.Rules.opens(tomorrow(now))
		}
	}
	return why, until, nil
}

// textFits reports whether there is text to send that fits into what is left of a day of which
// the budget has stopped a run.
func (w *Workspace) textFits(ctx context.Context, road string, others bool, left int64) (bool, error) {
	if road == "" {
		roads, err := w.Roads(ctx)
		if err != nil {
			return false, err
		}
		road = roads[0]
	}
	e, err := w.estimate(ctx, road, false, others)
	return err == nil && e.texts > 0 && e.Total() <= left, err
}

// SendOver is Send over a transport, whose frames are what counts.
func (w *Workspace) SendOver(ctx context.Context, t exchange.Transport, s Sending) (exchange.Report, error) {
	return w.underRules(ctx, s, t.Peer(), func(a *allowance, road *string) (exchange.Report, error) {
		*road, a.meter.purse = t.Peer(), w.purse
		return w.exchange(ctx, counted{t, a.meter}, thrifty{outbox{w.mail, w, false}, a})
	})
}

// underRules sends as the rules of this device and the person say. go runs the exchange and
// tells which road it took.
func (w *Workspace) underRules(ctx context.Context, s Sending, first string, send func(a *allowance, road *string) (exchange.Report, error)) (report exchange.Report, err error) {
	if w.self == nil {
		return report, ErrNotSetUp
	}
	chosen, err := w.Settings(ctx)
	if err != nil {
		return report, err
	}
	rules, now, network := chosen.Rules, w.clock(), w.network()
	spent, full, err := w.purse.today(ctx)
	if err != nil {
		return report, err
	}
	if s.ByHand {
		rules = Rules{Left: rules.Left, Budget: rules.Budget, Files: rules.Files, Costs: rules.Costs, Networks: rules.Networks}
	}
	if s.Over {
		rules.Budget = 0
	}
	if why, until := rules.hold(now, spent, network); why != "" {
		return report, &HeldError{why, until}
	}
	s.Via = append([]string{first}, s.Via...)
	said, err := w.Estimate(ctx, s)
	if err != nil {
		return report, err
	}
	if full && rules.Budget > 0 {
		// What fits into the rest of the day is a text that was written since.
		s.Files = false
		rules.Files = FilesByHand
		if fits, err := w.textFits(ctx, first, s.others, rules.Budget-spent); err != nil {
			return report, err
		} else if !fits {
			return report, &HeldError{HoldBudget, chosen.Rules.opens(tomorrow(now))}
		}
	}
	fresh := !w.clients.met(first)
	m := &meter{moved: s.Moved}
	a := &allowance{budget: rules.Budget, before: spent + said.opening(), purse: w.purse, meter: m, files: s.Files || !rules.Holds(network)}
	m.over = a.over
	road, before := first, w.purse.moved()
	report, err = send(a, &road)
	if err == nil {
		w.clients.went(road, w.clock())
	}
	reached, held := a.outcome()
	if reached && (err == nil || errors.As(err, new(*HeldError))) {
		err = &HeldError{HoldBudget, chosen.Rules.opens(tomorrow(w.clock()))}
	}
	keep := context.WithoutCancel(ctx)
	w.purse.settle(keep, reached)
	r := describeRun(report, err)
	if ctx.Err() != nil {
		r.Stopped, r.Failed, r.Trouble = true, false, ""
	} else if held && r.Held == "" {
		r.Held = HoldFiles
	}
	r.Began, r.Ended, r.ByHand, r.Said, r.Link = now.Unix(), w.clock().Unix(), s.ByHand, said.Total(), w.purse.moved()-before
	if err == nil && fresh && road == first {
		r.Opened = max(0, r.Link-r.Up-r.Down-said.requests())
	} else if last, err := w.lastAt(keep, road); err == nil && last != nil {
		r.Opened = last.Opened
	}
	r.Road, _, _ = strings.Cut(road, "#")
	w.log.Info("exchange", "sent", report.Sent, "receipts", report.Receipts, "bytes_up", report.BytesUp, "bytes_down", report.BytesDown, "bytes", r.Link,
		"took", w.clock().Sub(now), "error", err)
	return report, errors.Join(err, w.book.enter(keep, r))
}

// sendOver runs an exchange over the first road that answers, and tells which it tried last.
func (w *Workspace) sendOver(ctx context.Context, roads []string, a *allowance, road *string) (report exchange.Report, err error) {
	for _, text := range roads {
		var client *httpsync.Client
		if client, err = w.Way(ctx, text); err != nil {
			continue
		}
		*road = text
		report, err = w.exchange(ctx, counted{client, a.meter}, thrifty{outbox{w.mail, w, false}, a})
		if err == nil || ctx.Err() != nil || errors.As(err, new(*HeldError)) {
			break
		}
	}
	return report, err
}

// trustedNearby lists the addresses of hubs whose fingerprint was compared once,
// other than those that were tried.
func (w *Workspace) trustedNearby(ctx context.Context, tried []string) (roads []string, err error) {
	chosen, err := w.Settings(ctx)
	if err != nil || len(chosen.Trusted) == 0 {
		return nil, err
	}
	found, err := w.Nearby(ctx)
	for _, n := range found {
		if n.Trusted && !slices.Contains(tried, n.Address) {
			roads = append(roads, n.Address)
		}
	}
	return roads, err
}

// A Proof is what a receipt proves, in figures: the record is entry Index of the
// centre's log, which had Size entries at Time, by the centre's clock.
type Proof struct {
	Index, Size, Time int64
}

// Proof returns the figures of an item's receipt, nil while there is none.
// Receipts are checked before they are kept.
func (w *Workspace) Proof(ctx context.Context, i Item) (*Proof, error) {
	if w.self == nil || i.Code == "" {
		return nil, nil
	}
	r, found, err := w.Receipt(ctx, i.Record)
	if err != nil || !found {
		return nil, err
	}
	return &Proof{Index: r.Index, Size: r.Checkpoint.Size, Time: r.Checkpoint.Time}, nil
}
