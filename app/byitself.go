package app

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// byItself is what sends while the window is open. It runs elsewhere, and decides there.
type byItself struct {
	*workspace.Sender
	end  context.CancelFunc
	done chan struct{} // closed when nothing of it runs
}

// startSender has the workspace send by itself, as its rules say. Where this device is a
// hub the hub does it.
func (a *App) startSender() {
	if a.sender != nil || a.station != nil || a.spawn == nil {
		return
	}
	ctx, end := context.WithCancel(a.ctx)
	here := a.jobs.here
	s := byItself{end: end, done: make(chan struct{})}
	s.Sender = a.work.NewSender(workspace.SenderOptions{After: func(o workspace.Outcome) {
		here(func() { a.sentByItself(o) })
	}})
	a.sender = &s
	a.spawn(func() {
		defer close(s.done)
		s.Run(ctx)
	})
}

// stopSender ends it at once; what it is sending stops. The returned function waits until
// nothing of it runs.
func (a *App) stopSender() (wait func()) {
	s := a.sender
	if a.sender = nil; s == nil {
		return func() {}
	}
	s.end()
	return func() { <-s.done }
}

// sentByItself shows what a run brought, and has the system tell of receipts.
func (a *App) sentByItself(o workspace.Outcome) {
	if len(o.Received) > 0 && !a.chosen.Rules.Quiet {
		a.fyne.SendNotification(a.wordOf(o.Received))
	}
	if len(o.Asked) > 0 && !a.chosen.Rules.Quiet { // not what was asked: that may be on a locked screen
		a.fyne.SendNotification(fyne.NewNotification(a.words.Say("message.secretariat"), a.words.Count("message.waiting", len(o.Asked))))
	}
	if a.outbox != nil && a.visit == a.outbox.at {
		a.outbox.load()
		return
	}
	told := len(o.Asked) > 0 || o.Report.Receipts > 0
	switch {
	case told && a.visit == a.newsAt && a.news != nil:
		a.news()
	case told:
		a.countWaiting()
	}
}

// wordOf is what the system says of receipts: codes, for a title may be on a locked screen.
func (a *App) wordOf(received []workspace.Item) *fyne.Notification {
	const most = 3
	var codes []string
	for _, i := range received[:min(len(received), most)] {
		codes = append(codes, i.Code)
	}
	if len(received) > most {
		codes = append(codes, "…")
	}
	return fyne.NewNotification(a.words.Say("sending.received_title"),
		a.words.Count("sending.received", len(received), locale.Values{"Codes": strings.Join(codes, ", ")}))
}

// countWaiting says anew at the window's edge how much waits.
func (a *App) countWaiting() {
	var items []workspace.Item
	a.jobs.run(func() (err error) {
		items, err = a.work.Items(a.ctx)
		return err
	}, func(err error) {
		if err == nil {
			a.shell.setWaiting(waitingIn(items))
		}
	})
}

// rule changes one of the rules and has it kept.
func (a *App) rule(change func(*workspace.Rules)) {
	rules := a.chosen.Rules
	if change(&rules); rules.Paused && !a.chosen.Rules.Paused {
		a.stopSender() // also what is under way
	}
	a.choose(func(s *workspace.Settings) { change(&s.Rules) })
}

// ruled tells what sends by itself that rules may have changed, when they are kept.
func (a *App) ruled() {
	if a.sender != nil {
		a.sender.Tell(workspace.OccasionRules)
	} else if _, unnamed := a.work.Card(); unnamed == nil {
		a.startSender()
	}
}
