package app

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"baraza.example/app/workspace"
)

// joins takes an invite, so that there is a road to send by.
func (p *person) joins(c *centre) {
	p.t.Helper()
	p.takes(string(c.invite.File()))
}

func TestTheOutboxSaysWhatSendingCostsAndWhatIsLeft(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.joins(c)
	p.wrote("What the lake needs")
	p.showOutbox()
	p.sees("in all will go over the link.", "Today: 0 B. No limit.", "[Pause]")
	p.taps("When and how much is sent")
	p.types(0, "2.5 KES")
	p.taps("200 KB")
	p.taps("Back")
	p.sees("KES.", "Left for today: 200 KB of 200 KB.", "Daily limit: 200 KB", "Price of 1 MB: 2.5 KES")
	p.taps("Send now")
	p.sees("Done: ", "received · ")
	p.doesNotSee("Left for today: 200 KB")
	p.taps("What was sent, and when")
	p.sees("Straight to the centre", "receipts came", "KB over the link", "had been said before", "KES")
	p.taps("Copy")
	if text := p.fyne.Clipboard().Content(); !strings.Contains(text, "Straight to the centre: ") {
		t.Errorf("copied was %q", text)
	}
}

func TestOverTheBudgetThePersonIsAsked(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.joins(c)
	p.wrote("What the lake needs")
	p.rule(func(r *workspace.Rules) { r.Budget = 4000 })
	p.showOutbox()
	p.sees("This is more than what is left for today.", "[Send it all now, over the limit]", "on this device")
	p.taps("Send what fits")
	p.sees("The limit of the day was reached.", "It goes on by itself: ", "on this device")
	p.taps("Send it all now, over the limit")
	p.sees("Done: ", "received · ")
}

func TestAPauseIsSaidAndEnds(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.joins(c)
	p.showOutbox()
	p.taps("Pause")
	p.sees("Paused: nothing goes by itself until you end the pause.", "[End the pause]")
	if s, err := p.work.Settings(t.Context()); err != nil || !s.Rules.Paused {
		t.Errorf("kept is %+v, %v", s.Rules, err)
	}
	p.taps("End the pause")
	p.doesNotSee("Paused")
}

func TestWhatIsNoPriceAndNoHoursIsSaidBesideThem(t *testing.T) {
	p := known(t, laptop)
	p.showRules()
	p.types(0, "a lot")
	p.sees("This is no price.")
	p.field(0).SetText("0.5 EUR")
	p.doesNotSee("This is no price.")
	p.types(1, "night")
	p.sees("These are no hours.")
	p.field(1).SetText("20:00-06:00")
	p.doesNotSee("These are no hours.")
	p.taps("This connection costs money")
	p.taps("Send by itself only where it costs nothing")
	p.taps("Only when I say so")
	p.taps("The system tells me when something was received")
	s, err := p.work.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := s.Rules
	if r.Price.String() != "0.5 EUR" || r.Hours() != "20:00-06:00" || !r.Costly(p.work.Network()) || !r.Careful || r.Files != workspace.FilesByHand || !r.Quiet {
		t.Errorf("kept is %+v", r)
	}
}

// What is sent by itself while the window is open changes what stands in it, and the
// system says which codes were received.
func TestWhatIsSentByItselfIsTold(t *testing.T) {
	c := newCentre(t)
	p := known(t, phone)
	p.joins(c)
	p.wrote("What the lake needs")
	p.showOutbox()
	comes := make(chan func(), 8) // back to where drawing is done
	at := p.jobs.here
	p.jobs.here = func(f func()) { comes <- f }
	p.spawn = func(f func()) { go f() }
	p.startSender()
	defer func() { p.stopSender()() }()
	p.jobs.here = at
	for range 2 { // the first run may only have been to look
		select {
		case f := <-comes:
			f()
		case <-time.After(time.Minute):
			t.Fatalf("nothing was sent by itself: %+v", p.sender.Plan())
		}
		if strings.Contains(p.shown(), "received · ") {
			break
		}
	}
	p.sees("received · ")
}

func TestTheWordOfReceiptsNamesCodesOnly(t *testing.T) {
	p := known(t, phone)
	items := p.sampleItems()
	n := p.wordOf([]workspace.Item{items[1], items[2], items[2], items[2]})
	if n.Title != "Received" || n.Content != "4 of yours were received: 7Q2MX-4KD0B, MCKW3-4BH0E, MCKW3-4BH0E, …" {
		t.Errorf("%+v", n)
	}
}

// trayed is a system with a tray.
type trayed struct {
	fyne.App
	menus []*fyne.Menu
}

func (t *trayed) SetSystemTrayMenu(m *fyne.Menu)    { t.menus = append(t.menus, m) }
func (t *trayed) SetSystemTrayIcon(fyne.Resource)   {}
func (t *trayed) SetSystemTrayWindow(w fyne.Window) {}

func TestTheTrayOpensSendsPausesAndQuits(t *testing.T) {
	c := newCentre(t)
	p := known(t, laptop)
	p.joins(c)
	p.wrote("What the lake needs")
	tray := &trayed{App: p.fyne}
	p.fyne, p.o.Tray = tray, true
	pick := func(label string) {
		t.Helper()
		p.renewTray()
		for _, i := range tray.menus[len(tray.menus)-1].Items {
			if i.Label == label {
				i.Action()
				return
			}
		}
		t.Fatalf("%q is not in the tray", label)
	}
	pick("Pause")
	if s, err := p.work.Settings(t.Context()); err != nil || !s.Rules.Paused {
		t.Errorf("kept is %+v, %v", s.Rules, err)
	}
	pick("End the pause")
	pick("Send now")
	p.sees("Done: ", "received · ")
	pick("Open")
	before := len(tray.menus)
	p.renewTray()
	if len(tray.menus) != before {
		t.Error("the same menu was put there again")
	}
	pick("Quit")
	if p.ctx.Err() == nil {
		t.Error("the program goes on")
	}
}
