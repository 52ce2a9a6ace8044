package app

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/exchange"
)

// sending is one exchange while it runs.
type sending struct {
	cancel   context.CancelFunc
	total    int64 // the estimate
	up, down int64
}

// outbox is what was made ready, and the way to send it.
type outbox struct {
	a       *App
	items   []workspace.Item
	asked   []workspace.Message // and not answered
	sum     prospect
	joined  bool
	read    bool // the above was looked for
	running *sending
	result  string        // of the last run
	then    func(*outbox) // called once, when the above was read; may be nil
	at      int           // the visit in which it is shown
	bar     *progress
	account *formview.Label
}

func (a *App) showOutbox() { a.showOutboxThen(nil) }

// showOutboxThen shows it and calls then once it is known what waits; then may be nil.
func (a *App) showOutboxThen(then func(*outbox)) {
	o := &outbox{a: a, then: then}
	if a.running != nil {
		o = a.running
	}
	a.outbox = o
	a.start(place{draw: o.screen, enter: func() {
		o.at = a.visit
		o.load()
	}})
}

// load reads the items and the estimate, and draws again.
func (o *outbox) load() {
	a := o.a
	var next outbox
	a.jobs.run(func() (err error) {
		if next.items, err = a.work.Items(a.ctx); err != nil {
			return err
		}
		if next.asked, err = a.work.Messages(a.ctx); err != nil {
			return err
		}
		if next.sum, err = a.prospect(); err != nil {
			return err
		}
		_, next.joined, err = a.work.Invite(a.ctx)
		return err
	}, func(err error) {
		if err == nil {
			o.items, o.asked, o.sum, o.joined, o.read = next.items, unanswered(next.asked), next.sum, next.joined, true
			a.shell.setWaiting(waitingIn(next.items))
		}
		o.again()
		a.shell.trouble(err)
		if then := o.then; then != nil && err == nil {
			o.then = nil
			then(o)
		}
	})
}

// again draws the outbox if it is what is shown.
func (o *outbox) again() {
	if o.a.visit == o.at {
		o.a.redraw()
	}
}

func (o *outbox) screen() screen {
	return screen{title: o.a.words.Say("nav.outbox"), way: "nav.outbox", body: o.draw()}
}

func (o *outbox) draw() fyne.CanvasObject {
	a, say := o.a, o.a.words.Say
	column := []fyne.CanvasObject{heading(say("nav.outbox")), o.sender()}
	if words := a.barred(); words != "" {
		column = append(column[:1:1], formview.NewProblem(words), column[1])
	}
	if len(o.asked) > 0 && o.running == nil {
		column = append(column, a.questionWaits(o.asked))
	}
	if len(o.items) == 0 {
		if o.read {
			column = append(column, lines(strong(say("outbox.empty")), quiet(say("outbox.empty_hint"))),
				buttons(action(say("nav.consultation"), a.showHome)), a.waysOfSending())
		}
		return page(column...)
	}
	waiting, received := section(say("outbox.to_send")), section(say("outbox.sent"))
	const most = 20
	for i := range min(len(o.items), most) {
		item := o.items[len(o.items)-1-i]
		words, into := a.state(item), received
		if item.Waiting() != "" {
			words, into = a.state(item)+" · "+a.waiting(item), waiting
		}
		into.Add(newMarked(stateShape(item), a.itemTitle(item), words, func() { a.showItem(item.Name) }))
	}
	for _, part := range []*fyne.Container{waiting, received} {
		if len(part.Objects) > 1 {
			column = append(column, part)
		}
	}
	if len(o.items) > most {
		column = append(column, buttons(action(a.words.Count("screen.show_all", len(o.items)), a.showAll)))
	}
	if o.joined && o.running == nil && a.chosen.Rules.Left == 0 {
		column = append(column, o.otherRoads())
	}
	if o.running == nil {
		column = append(column, a.waysOfSending())
	}
	return page(column...)
}

// sender says what sending would cost and which way it goes, or how far it is.
func (o *outbox) sender() fyne.CanvasObject {
	a, say := o.a, o.a.words.Say
	box := formview.NewStack(gapCards)
	panel := formview.NewPanel(formview.ColourSoft, "", box)
	switch {
	case !o.read && o.running == nil:
		box.Add(wrapped(say("send.looking")))
	case o.running != nil:
		o.bar, o.account = newProgress(), wrapped("")
		box.Add(strong(say("send.going")))
		box.Add(o.bar)
		box.Add(o.account)
		box.Add(buttons(action(say("action.cancel"), o.running.cancel)))
		o.tell()
	case a.chosen.Rules.Left != 0:
		box.Add(wrapped(say("hold.left")))
		box.Add(buttons(primary(say("leave.come_back"), func() { a.takePart(true) })))
	case !o.joined:
		box.Add(wrapped(say("send.not_joined")))
		box.Add(buttons(primary(say("join.title"), func() { a.showJoin("") })))
	default:
		o.ready(box)
	}
	return panel
}

// road says which way what is sent will go.
func (o *outbox) road() string {
	if hub := o.a.chosen.Hub; hub != "" {
		host, _, _ := strings.Cut(hub, "#")
		return o.a.words.Say("send.through", locale.Values{"Name": host})
	}
	return o.a.words.Say("send.directly")
}

// tell shows how many bytes have moved.
func (o *outbox) tell() {
	s := o.running
	o.bar.share = float32(s.up) / float32(max(s.total, s.up, 1))
	o.bar.Refresh()
	words := o.a.words
	o.account.SetWords(words.Say("send.progress", locale.Values{"Done": words.Size(s.up), "Total": words.Size(max(s.total, s.up))}) + " · " +
		words.Say("send.down", locale.Values{"Size": words.Size(s.down)}))
}

// send runs one exchange; a person may stop it at any time.
func (o *outbox) send(how workspace.Sending) {
	a := o.a
	ctx, cancel := context.WithCancel(a.ctx)
	o.running, o.result, a.running = &sending{cancel: cancel, total: o.sum.Up()}, "", o
	o.again()
	var report exchange.Report
	gauge := newGauge(a.jobs, func(up, down int64) {
		if o.running != nil && o.bar != nil {
			o.running.up, o.running.down = up, down
			o.tell()
		}
	})
	how.ByHand, how.Moved = true, gauge.moved
	a.jobs.run(func() (err error) {
		report, err = a.work.Send(ctx, how)
		return err
	}, func(err error) {
		stopped := errors.Is(ctx.Err(), context.Canceled)
		cancel()
		o.running, a.running = nil, nil
		switch {
		case stopped:
			o.result = a.words.Say("send.cancelled")
		case err != nil:
			o.result = a.explain(err)
		default:
			o.result = wording.Sent(a.words, report)
		}
		o.load()
	})
}
