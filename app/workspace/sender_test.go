package workspace_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/batch"
	"baraza.example/sync/exchange"
)

// A rhythm is a sender in virtual time: what it does is written down with the minute.
type rhythm struct {
	*device
	centre *centre
	*workspace.Sender
	began time.Time
	end   func()

	mu    sync.Mutex // guards what follows: virtual time orders it, but tells nobody
	runs  []time.Time
	via   []string // of each run, "" for the usual roads
	fails error    // of the runs to come; nil: they meet the centre
	near  []workspace.Near
	told  []workspace.Outcome // of each run
}

// ran is when it sent.
func (r *rhythm) ran() []time.Time { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.runs) }

// over is by which road each run went.
func (r *rhythm) over() []string { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.via) }

// fail is what the runs to come end with.
func (r *rhythm) fail(err error) { r.mu.Lock(); defer r.mu.Unlock(); r.fails = err }

// appear brings hubs to the network.
func (r *rhythm) appear(hubs ...workspace.Near) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.near = append(r.near, hubs...)
}

// inTime runs test in a bubble, on a device that has joined and keeps to the rules.
func inTime(t *testing.T, rules workspace.Rules, test func(r *rhythm)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rhythm{centre: newCentre(t), device: newDeviceAt(t, time.Now)}
		r.join(r.centre.invite.File())
		r.rules(func(to *workspace.Rules) { *to = rules })
		ctx, cancel := context.WithCancel(t.Context())
		random := rand.New(rand.NewPCG(1, 2))
		r.Sender = r.NewSender(workspace.SenderOptions{
			Random: random.Float64,
			After: func(o workspace.Outcome) {
				r.mu.Lock()
				defer r.mu.Unlock()
				r.told = append(r.told, o)
			},
			Near: func(context.Context) ([]workspace.Near, error) {
				r.mu.Lock()
				defer r.mu.Unlock()
				return slices.Clone(r.near), nil
			},
			Send: func(ctx context.Context, s workspace.Sending) (exchange.Report, error) {
				r.mu.Lock()
				r.runs = append(r.runs, time.Now())
				r.via = append(r.via, append(s.Via, "")[0])
				fails := r.fails
				r.mu.Unlock()
				if fails != nil {
					return exchange.Report{}, fails
				}
				s.Via = nil
				return r.SendOver(ctx, r.centre.road(), s)
			},
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.Sender.Run(ctx)
		}()
		r.began = time.Now()
		r.end = func() {
			cancel()
			<-done
		}
		test(r)
		r.end()
	})
}

// after lets time pass and returns how many runs there were in it.
func (r *rhythm) after(d time.Duration) int {
	r.t.Helper()
	before := len(r.ran())
	time.Sleep(d)
	synctest.Wait()
	return len(r.ran()) - before
}

func TestADeviceSendsByItselfAndMoreSeldomWhereNothingWaits(t *testing.T) {
	inTime(t, workspace.Rules{}, func(r *rhythm) {
		if n := r.after(6 * time.Second); n != 1 {
			t.Errorf("%d runs as the program begins", n)
		}
		if n := r.after(24 * time.Hour); n < 8 || n > 20 {
			t.Errorf("nothing waits, and there were %d runs in a day", n)
		}
		i := r.respond("Nalubaale")
		if n := r.after(2 * time.Minute); n != 1 {
			t.Errorf("%d runs after something was made ready", n)
		}
		r.received(r.centre, i.Name)
	})
}

func TestAQuestionIsToldOfWithTheRunThatBroughtIt(t *testing.T) {
	inTime(t, workspace.Rules{}, func(r *rhythm) {
		i := r.respond("Nalubaale")
		r.after(2 * time.Minute)
		r.centre.ask(r.item(i.Name).Code, "lake", "Which of the two shores?")
		r.after(24 * time.Hour)
		r.end()
		asked := 0
		for _, o := range r.told {
			asked += len(o.Asked)
			if len(o.Asked) > 0 && o.Asked[0].Text != "Which of the two shores?" {
				t.Errorf("what was asked is %+v", o.Asked)
			}
		}
		if asked != 1 {
			t.Errorf("it was told %d times, in %d runs", asked, len(r.told))
		}
	})
}

func TestFailuresAreTriedAgainWithGrowingPauses(t *testing.T) {
	inTime(t, workspace.Rules{}, func(r *rhythm) {
		r.fail(errors.New("no link"))
		i := r.respond("Nalubaale")
		early, late := r.after(15*time.Minute), r.after(24*time.Hour)
		if early < 4 || early > 20 || late < 96 || late > 24*60 {
			t.Errorf("%d tries in the first quarter of an hour, %d in the day after it", early, late)
		}
		var gaps []time.Duration
		for k := len(r.ran()) - 60; k < len(r.ran()); k++ {
			gaps = append(gaps, r.ran()[k].Sub(r.ran()[k-1]))
		}
		slices.Sort(gaps)
		if gaps[0] > 5*time.Minute || gaps[len(gaps)-1] < 10*time.Minute || gaps[len(gaps)-1] > 15*time.Minute {
			t.Errorf("pauses are between %v and %v: there is no full jitter", gaps[0], gaps[len(gaps)-1])
		}
		r.fail(nil)
		if r.after(15 * time.Minute); r.items()[0].Delivery.State != workspace.Received {
			t.Errorf("the link is back, and %s waits", i.Name)
		}
	})
}

func TestAServerThatAsksForPeaceGetsIt(t *testing.T) {
	inTime(t, workspace.Rules{}, func(r *rhythm) {
		r.respond("Nalubaale")
		r.fail(batch.Refusal{Code: batch.RefusedBusy, After: 3600})
		r.after(6 * time.Second)
		r.Tell(workspace.OccasionFront)
		if n := r.after(59 * time.Minute); n != 0 {
			t.Errorf("%d runs within the hour", n)
		}
		if n := r.after(20 * time.Minute); n != 1 {
			t.Errorf("%d runs after it", n)
		}
	})
}

func TestComingToTheFrontSendsUnlessItJustDid(t *testing.T) {
	inTime(t, workspace.Rules{}, func(r *rhythm) {
		r.after(6 * time.Second)
		r.Tell(workspace.OccasionFront)
		if n := r.after(10 * time.Second); n != 0 {
			t.Errorf("%d runs so soon after the last", n)
		}
		r.after(20 * time.Minute)
		before := len(r.ran())
		r.Tell(workspace.OccasionFront)
		if n := r.after(5 * time.Second); n != 1 && r.ran()[before-1].Before(time.Now().Add(-time.Minute)) {
			t.Errorf("%d runs when it came to the front", n)
		}
	})
}

func TestAPauseHoldsUntilThePersonEndsIt(t *testing.T) {
	inTime(t, workspace.Rules{Paused: true}, func(r *rhythm) {
		i := r.respond("Nalubaale")
		r.Tell(workspace.OccasionFront)
		if n := r.after(72 * time.Hour); n != 0 {
			t.Errorf("%d runs in the pause", n)
		}
		if p := r.Plan(); p.Why != workspace.HoldPaused || !p.Waits || !p.Next.IsZero() {
			t.Errorf("the plan is %+v", p)
		}
		r.rules(func(to *workspace.Rules) { to.Paused = false })
		r.Tell(workspace.OccasionRules)
		if n := r.after(6 * time.Second); n != 1 {
			t.Errorf("%d runs after it", n)
		}
		r.received(r.centre, i.Name)
	})
}

func TestItSendsInTheHoursThatThePersonGave(t *testing.T) {
	inTime(t, workspace.Rules{From: 20 * 60, Until: 6 * 60}, func(r *rhythm) {
		r.fail(errors.New("no link")) // so that it tries often
		r.respond("Nalubaale")
		if n := r.after(7 * 24 * time.Hour); n < 7*40 {
			t.Errorf("only %d runs in a week", n)
		}
		for _, at := range r.ran() {
			if at.Hour() >= 6 && at.Hour() < 20 {
				t.Errorf("it sent at %v", at)
			}
		}
	})
}

func TestABudgetIsSpentByDaysAndNotAtMidnightByAll(t *testing.T) {
	inTime(t, workspace.Rules{Budget: 60_000}, func(r *rhythm) {
		photo := r.photograph(200_000)
		r.after(20 * time.Minute)
		if p := r.Plan(); p.Why != workspace.HoldBudget || p.Next.Day() == time.Now().Day() {
			t.Errorf("the plan is %+v at %v", p, time.Now())
		}
		text := r.respond("Victoria") // what is left of the day is enough for it
		r.after(20 * time.Minute)
		r.received(r.centre, text.Name)
		var days []int
		for range 6 {
			r.after(24 * time.Hour)
			spent, _, err := r.Spent(t.Context())
			if err != nil || spent > 60_000 {
				t.Errorf("%d spent, %v", spent, err)
			}
			days = append(days, len(r.ran()))
		}
		r.received(r.centre, photo.Name)
		for _, at := range r.ran()[2:] {
			if at.Hour() == 0 && at.Minute() == 0 && at.Second() < 2 {
				t.Errorf("a run began at the stroke of midnight: %v (%v)", at, days)
			}
		}
	})
}

func TestATrustedHubThatAppearsIsACall(t *testing.T) {
	inTime(t, workspace.Rules{}, func(r *rhythm) {
		r.after(6 * time.Second)
		r.fail(errors.New("no link"))
		r.respond("Nalubaale")
		if _, err := r.Change(t.Context(), func(s *workspace.Settings) { s.Trusted = []string{"PIN"} }); err != nil {
			t.Fatal(err)
		}
		r.appear(workspace.Near{Name: "Another", Pin: "OTHER", Address: "https://10.0.0.1#pin=OTHER"})
		r.after(10 * time.Minute)
		r.appear(workspace.Near{Name: "Radio Mwalo", Pin: "PIN", Address: "https://10.0.0.2#pin=PIN", Trusted: true})
		r.after(10 * time.Minute)
		if n := len(slices.DeleteFunc(slices.Clone(r.over()), func(v string) bool { return v == "" })); n != 1 || !slices.Contains(r.over(), "https://10.0.0.2#pin=PIN") {
			t.Errorf("the hub called, and it was sent to %q", r.over())
		}
	})
}

func TestANetworkThatCostsIsLeftAloneUntilAnotherIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on atomic.Pointer[workspace.Network]
		on.Store(&workspace.Network{ID: "modem", Metered: new(true)})
		d := newDeviceOn(t, time.Now, func() workspace.Network { return *on.Load() })
		c := newCentre(t)
		d.join(c.invite.File())
		d.rules(func(r *workspace.Rules) { r.Careful = true })
		d.respond("Nalubaale")
		var runs atomic.Int32
		s := d.NewSender(workspace.SenderOptions{Send: func(ctx context.Context, how workspace.Sending) (exchange.Report, error) {
			runs.Add(1)
			return d.SendOver(ctx, c.road(), how)
		}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if p := s.Plan(); runs.Load() != 0 || p.Why != workspace.HoldCosts {
			t.Errorf("%d runs, %+v", runs.Load(), p)
		}
		on.Store(&workspace.Network{ID: "home", Metered: new(false)})
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if runs.Load() == 0 {
			t.Error("the network costs nothing, and nothing is sent")
		}
		cancel()
		<-done
	})
}
