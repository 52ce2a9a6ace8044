package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"baraza.example/app/workspace"
	"baraza.example/sync/exchange"
	"baraza.example/sync/httpsync"
	"baraza.example/sync/hub"
)

// serve has the centre listen on this machine, and returns its address.
func (c *centre) serve() string {
	c.t.Helper()
	return listen(c.t, func(ctx context.Context, conn exchange.Conn) { _, _ = c.server.Serve(ctx, conn) })
}

func listen(t *testing.T, serve func(context.Context, exchange.Conn)) string {
	t.Helper()
	key, err := httpsync.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := httpsync.SelfSigned(key, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	l, err := httpsync.Listen("127.0.0.1:0", &cert, httpsync.Handler(serve), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Address.String()
}

// rules sets what the device keeps to.
func (d *device) rules(change func(*workspace.Rules)) {
	d.t.Helper()
	if _, err := d.Change(d.t.Context(), func(s *workspace.Settings) { change(&s.Rules) }); err != nil {
		d.t.Fatal(err)
	}
}

func (d *device) runs() []workspace.Run {
	d.t.Helper()
	all, err := d.Runs(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

func (d *device) estimate(s workspace.Sending) workspace.Estimate {
	d.t.Helper()
	e, err := d.Estimate(d.t.Context(), s)
	if err != nil {
		d.t.Fatal(err)
	}
	return e
}

// photograph makes a response ready with an attachment of about so many bytes.
func (d *device) photograph(size int) workspace.Item {
	d.t.Helper()
	r := d.start()
	answer(d.t, r, "/data/lake", fmt.Sprint("Nalubaale ", size))
	if err := r.Attach(d.t.Context(), "/data/photo", "boats.bin", bytes.NewReader(bytes.Repeat([]byte("boat"), size/4)), workspace.Keeping{}); err != nil {
		d.t.Fatal(err)
	}
	return ready(d.t, r)
}

func prose(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "The %dth boat landed %d kg of fish at the pier of village %d. ", i, i*i*7919%1009, i*31%97)
	}
	return b.String()
}

// TestTheEstimateHoldsForAllThatGoesOverTheLink: what a person is told that sending takes,
// with all that comes down and what HTTP and TLS need, is within 15 % of what then goes over
// a real connection; also through a hub, and where attachments stay.
func TestTheEstimateHoldsForAllThatGoesOverTheLink(t *testing.T) {
	centre := newCentre(t)
	straight := centre.serve()
	radio := newDevice(t)
	radio.join(centre.invite.File())
	h, err := radio.Hub("Radio Mwalo", hub.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	through := listen(t, func(ctx context.Context, conn exchange.Conn) { _, _ = h.Serve(ctx, conn) })
	forward := func() {
		t.Helper()
		if _, err := radio.Forward(t.Context(), h, centre.road()); err != nil {
			t.Fatal(err)
		}
	}
	for _, road := range []struct{ name, address string }{{"straight", straight}, {"through a hub", through}} {
		t.Run(road.name, func(t *testing.T) {
			d := newDevice(t)
			d.join([]byte(centre.invite.Line()))
			goes := func(what string, s workspace.Sending) exchange.Report {
				t.Helper()
				forward() // the hub's way up is open
				s.Via = []string{road.address}
				said := d.estimate(s)
				report, err := d.Send(t.Context(), s)
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				run := d.runs()[0]
				if n := said.Total(); n < run.Link*85/100 || n > run.Link*115/100 {
					t.Errorf("%s: %d bytes were said (%+v), %d went: %d up, %d down in frames", what, n, said, run.Link, run.Up, run.Down)
				}
				if run.Said != said.Total() || run.Up != report.BytesUp || run.Link <= run.Up+run.Down {
					t.Errorf("%s: the account has %+v", what, run)
				}
				return report
			}
			byHand := workspace.Sending{ByHand: true}
			goes("the first time", byHand)
			d.respond("Nalubaale")
			goes("a short response", byHand)
			goes("asking for receipts", byHand)
			for i := range 11 {
				d.respond(fmt.Sprint("lake ", i, prose(300)))
			}
			d.reopen() // the next connection begins anew
			goes("eleven responses", byHand)
			d.photograph(200_000)
			d.rules(func(r *workspace.Rules) { r.Files = workspace.FilesByHand })
			if e := d.estimate(byHand); e.Staying < 200_000 || e.Files != 0 {
				t.Errorf("the photograph stays, and the estimate is %+v", e)
			}
			goes("a response without its photograph", byHand)
			if i := d.items()[12]; i.AttachedOK != 0 {
				t.Errorf("the photograph went: %+v", i)
			}
			goes("the photograph", workspace.Sending{ByHand: true, Files: true})
			if e := d.estimate(workspace.Sending{ByHand: true, Files: true, Via: []string{road.address}}); e.Up() > 1000 {
				t.Errorf("all is there, and %+v is said to go", e)
			}
			goes("asking again", byHand)
		})
	}
}

// A budget ends a run between two records or pieces of an attachment: what went counts,
// the rest goes on another day, and never is more spent than the budget.
func TestABudgetStopsBetweenTwoRecordsAndGoesOnTheNextDay(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	centre := newCentre(t)
	d := newDeviceAt(t, func() time.Time { return now })
	d.join(centre.invite.File())
	const budget = 60_000
	d.rules(func(r *workspace.Rules) { r.Budget = budget })
	text := d.respond("Nalubaale")
	photo := d.photograph(200_000)
	days := 0
	for ; d.item(photo.Name).AttachedOK == 0; days++ {
		if days == 10 {
			t.Fatal("it never arrives")
		}
		report, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{})
		var held *workspace.HeldError
		switch {
		case err == nil:
		case !errors.As(err, &held) || held.Why != workspace.HoldBudget || !held.Until.Equal(time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC)):
			t.Fatalf("day %d: %v", days, err)
		case !report.Complete:
			t.Errorf("day %d: the run was cut, not ended: %+v", days, report)
		}
		spent, left, err := d.Spent(t.Context())
		if err != nil || spent > budget || left != budget-spent {
			t.Errorf("day %d: %d spent, %d left, %v", days, spent, left, err)
		}
		if days == 0 {
			d.received(centre, text.Name) // texts go before attachments
			if spent < budget*8/10 {
				t.Errorf("of %d bytes only %d were used", budget, spent)
			}
			for range 2 { // also by a program that was started again
				if _, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{}); !errors.As(err, &held) {
					t.Errorf("the budget is spent, and sending it more: %v", err)
				}
				d.crash()
			}
		}
		now = now.AddDate(0, 0, 1)
	}
	if days != 4 {
		t.Errorf("200 kB went in %d days of 60 kB", days)
	}
	d.received(centre, text.Name, photo.Name)
	if runs := d.runs(); len(runs) != days || runs[1].Held != workspace.HoldBudget || runs[0].Held != "" || runs[0].Link > budget {
		t.Errorf("the account has %+v", runs)
	}
}

// What a hub carries for others goes up under its own budget of the day, as what it has
// to say itself does.
func TestAHubsWayUpKeepsToTheBudgetOfTheDay(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var day atomic.Int64 // what ends a connection may still read the clock
	centre := newCentre(t)
	straight := centre.serve()
	radio, d := newDeviceAt(t, func() time.Time { return noon.AddDate(0, 0, int(day.Load())) }), newDevice(t)
	radio.join(centre.invite.File())
	d.join(centre.invite.File())
	const budget = 60_000
	radio.rules(func(r *workspace.Rules) { r.Budget = budget })
	h := radio.station("Radio Mwalo")
	text, photo := d.respond("Nalubaale"), d.photograph(200_000)
	if _, err := d.Exchange(t.Context(), at(h)); err != nil {
		t.Fatal(err)
	}
	whole := func() bool {
		s, err := centre.show(d.item(photo.Name).Code)
		return err == nil && len(s.Attachments) == 1 && s.Attachments[0].Whole()
	}
	days := 0
	for ; !whole(); days++ {
		if days == 10 {
			t.Fatal("it never arrives")
		}
		_, err := radio.Relay(t.Context(), h, []string{straight}, false)
		var held *workspace.HeldError
		if err != nil && (!errors.As(err, &held) || held.Why != workspace.HoldBudget) {
			t.Fatalf("day %d: %v", days, err)
		}
		spent, _, err := radio.Spent(t.Context())
		if err != nil || spent > budget || days == 0 && spent < budget*8/10 {
			t.Errorf("day %d: %d of %d bytes spent, %v", days, spent, budget, err)
		}
		if s, err := centre.show(d.item(text.Name).Code); err != nil || s.Problem != nil {
			t.Errorf("day %d: the text is not there: %v", days, err) // texts go before attachments
		}
		if !whole() {
			if _, err := radio.Relay(t.Context(), h, []string{straight}, false); !errors.As(err, &held) {
				t.Errorf("day %d: the budget is spent, and relaying more: %v", days, err)
			}
			// The end of the connection before may be counted only now: a frame or two of HTTP/2.
			if again, _, _ := radio.Spent(t.Context()); again > budget || again-spent > 100 {
				t.Errorf("day %d: %d bytes went when the budget was spent", days, again-spent)
			}
		}
		day.Add(1)
	}
	if days < 4 || days > 6 {
		t.Errorf("200 kB went in %d days of 60 kB", days)
	}
	if _, err := radio.Relay(t.Context(), h, []string{straight}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Exchange(t.Context(), at(h)); err != nil {
		t.Fatal(err)
	}
	d.received(centre, text.Name, photo.Name)
}

func TestByHandGoesOverTheBudgetOnlyIfThePersonSaysSo(t *testing.T) {
	centre, d := newCentre(t), newDevice(t)
	d.join(centre.invite.File())
	d.rules(func(r *workspace.Rules) {
		r.Budget, r.Paused, r.Careful, r.Costs, r.From, r.Until = 2000, true, true, true, 1, 2
	})
	i := d.respond("Nalubaale")
	var held *workspace.HeldError
	if _, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{ByHand: true}); !errors.As(err, &held) || held.Why != workspace.HoldBudget {
		t.Errorf("%v", err)
	}
	if _, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{Over: true}); !errors.As(err, &held) || held.Why != workspace.HoldPaused {
		t.Errorf("by itself: %v", err)
	}
	if n := len(d.runs()); n != 0 {
		t.Errorf("nothing was tried, and the account has %d lines", n)
	}
	if _, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{ByHand: true, Over: true}); err != nil {
		t.Fatal(err)
	}
	d.received(centre, i.Name)
}

// What was spent is on the disk before it is much: a power cut makes nobody richer.
func TestAPowerCutForgetsNothingThatWasSpent(t *testing.T) {
	centre, d := newCentre(t), newDevice(t)
	d.join(centre.invite.File())
	d.photograph(200_000)
	for _, up := range []int64{5_000, 30_000, 90_000} {
		before, _, err := d.Spent(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		moved := int64(0)
		_, err = d.SendOver(ctx, centre.road(), workspace.Sending{ByHand: true, Moved: func(u, down int64) {
			if moved = u + down; u > up && ctx.Err() == nil {
				d.disk.Crash() // and nothing is written any more
				cancel()
			}
		}})
		if err == nil {
			t.Fatal("it was not cut")
		}
		d.Close()
		d.open()
		spent, _, err := d.Spent(t.Context())
		if err != nil || spent < before+up || spent > before+moved+20_000 {
			t.Errorf("%d moved, %d are counted, %v", moved, spent-before, err)
		}
	}
}

func TestTheAccountSaysWhatWentAndWhatWentWrong(t *testing.T) {
	centre, d := newCentre(t), newDevice(t)
	d.join(centre.invite.File())
	d.respond("Nalubaale")
	for range 3 {
		_, _ = d.SendOver(t.Context(), &road{c: centre, up: 10, down: -1}, workspace.Sending{})
	}
	if _, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{}); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{}); err != nil {
			t.Fatal(err)
		}
	}
	runs := d.runs()
	if len(runs) != 3 {
		t.Fatalf("the account has %+v", runs)
	}
	if idle, sent, failed := runs[0], runs[1], runs[2]; idle.Tries != 5 || idle.Failed || sent.Receipts != 4 || sent.Records != 4 || sent.Road != "https://centre.example" || !failed.Failed || failed.Tries != 3 {
		t.Errorf("%+v", runs)
	}
	for range 300 {
		if _, err := d.SendOver(t.Context(), centre.road(), workspace.Sending{ByHand: true}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(d.runs()); n != 200 {
		t.Errorf("%d lines are kept", n)
	}
}

func TestWhatWasSavedToAStickStandsInTheAccountAndCostsNothing(t *testing.T) {
	centre, d := newCentre(t), newDevice(t)
	d.join(centre.invite.File())
	d.rules(func(r *workspace.Rules) { r.Budget, r.Paused, r.Files = 1, true, workspace.FilesByHand })
	d.photograph(50_000)
	if _, err := d.SaveToFolder(t.Context(), t.TempDir(), nil); err != nil {
		t.Fatal(err)
	}
	runs := d.runs()
	if spent, _, err := d.Spent(t.Context()); err != nil || spent != 0 || len(runs) != 1 || runs[0].Road != workspace.RoadBundle || runs[0].Records < 5 || runs[0].Link != 0 {
		t.Errorf("%d spent, %v; the account has %+v", spent, err, runs)
	}
}
