package app

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
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
	records int
	bytes   int64
	joined  bool
	running *sending
	result  string // of the last run
	bar     *widget.ProgressBar
	account *widget.Label
}

func (a *App) showOutbox() {
	o := &outbox{a: a}
	if a.running != nil {
		o = a.running
	}
	a.start(place{draw: func() screen { return screen{title: a.words.Say("nav.outbox"), body: o.draw()} }})
	o.load()
}

// load reads the items and the estimate, and draws again.
func (o *outbox) load() {
	a := o.a
	var next outbox
	a.jobs.run(func() (err error) {
		if next.items, err = a.work.Items(a.ctx); err != nil {
			return err
		}
		if next.records, next.bytes, err = a.work.Pending(a.ctx); err != nil {
			return err
		}
		_, next.joined, err = a.work.Invite(a.ctx)
		return err
	}, func(err error) {
		if err == nil {
			o.items, o.records, o.bytes, o.joined = next.items, next.records, next.bytes, next.joined
		}
		o.again()
		a.shell.trouble(err)
	})
}

// again draws the outbox if it is what is shown.
func (o *outbox) again() {
	if o.a.shell.shown.title == o.a.words.Say("nav.outbox") {
		o.a.again()
	}
}

func (o *outbox) draw() fyne.CanvasObject {
	a, say := o.a, o.a.words.Say
	column := []fyne.CanvasObject{heading(say("nav.outbox")), o.sender()}
	if len(o.items) == 0 {
		return page(append(column, formview.NewStack(0, wrapped(say("outbox.empty")), quiet(say("outbox.empty_hint"))))...)
	}
	waiting, received := formview.NewStack(1.5, subheading(say("outbox.to_send"))), formview.NewStack(1.5, subheading(say("outbox.sent")))
	const most = 20
	for i := range min(len(o.items), most) {
		item := o.items[len(o.items)-1-i]
		if item.Waiting() == "" {
			received.Add(newLine(a.itemTitle(item), a.state(item), func() { a.showItem(item.Name) }))
		} else {
			waiting.Add(newLine(a.itemTitle(item), a.state(item)+" · "+a.waiting(item), func() { a.showItem(item.Name) }))
		}
	}
	if len(waiting.Objects) > 1 {
		column = append(column, waiting)
	}
	if len(received.Objects) > 1 {
		column = append(column, received)
	}
	if len(o.items) > most {
		column = append(column, buttons(action(a.words.Count("screen.show_all", len(o.items)), a.showAll)))
	}
	return page(column...)
}

// sender says what sending would cost, or how far it is.
func (o *outbox) sender() fyne.CanvasObject {
	a, say := o.a, o.a.words.Say
	box := formview.NewStack(1)
	switch {
	case o.running != nil:
		o.bar, o.account = widget.NewProgressBar(), wrapped("")
		o.bar.TextFormatter = func() string { return "" }
		box.Add(o.bar)
		box.Add(o.account)
		box.Add(buttons(action(say("action.cancel"), o.running.cancel)))
		o.tell()
		return box
	case !o.joined:
		box.Add(wrapped(say("send.not_joined")))
		box.Add(buttons(primary(say("join.title"), func() { a.showJoin("") })))
		return box
	case o.records > 0:
		box.Add(wrapped(say("send.estimate", locale.Values{"Size": a.words.Size(o.bytes)})))
	default:
		box.Add(wrapped(say("send.nothing")))
	}
	if o.result != "" {
		box.Add(wrapped(o.result))
	}
	box.Add(buttons(primary(say("send.start"), o.send)))
	return box
}

// tell shows how many bytes have moved.
func (o *outbox) tell() {
	s := o.running
	o.bar.Max = float64(max(s.total, s.up, 1))
	o.bar.SetValue(float64(s.up))
	words := o.a.words
	o.account.SetText(words.Say("send.progress", locale.Values{"Done": words.Size(s.up), "Total": words.Size(max(s.total, s.up))}) + " · " +
		words.Say("send.down", locale.Values{"Size": words.Size(s.down)}))
}

// send runs one exchange; a person may stop it at any time.
func (o *outbox) send() {
	a := o.a
	ctx, cancel := context.WithCancel(a.ctx)
	o.running, o.result, a.running = &sending{cancel: cancel, total: o.bytes}, "", o
	o.again()
	var up, down int64
	gauge := newGauge(a.jobs, func(up, down int64) {
		if o.running != nil && o.bar != nil {
			o.running.up, o.running.down = up, down
			o.tell()
		}
	})
	a.jobs.run(func() error {
		report, err := a.work.Send(ctx, gauge.moved)
		up, down = report.BytesUp, report.BytesDown
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
			o.result = a.words.Say("send.finished", locale.Values{"Up": a.words.Size(up), "Down": a.words.Size(down)})
		}
		o.load()
	})
}

// showItem shows what became of one thing that was made ready.
func (a *App) showItem(name string) {
	var item *workspace.Item
	var proof *workspace.Proof
	a.goTo(place{draw: func() screen {
		s := screen{title: a.words.Say("receipt.title"), body: page()}
		if item != nil {
			s.title, s.body = a.itemTitle(*item), a.item(*item, proof)
		}
		return s
	}})
	var found workspace.Item
	a.jobs.run(func() (err error) {
		if found, err = a.work.Item(a.ctx, name); err != nil {
			return err
		}
		proof, err = a.work.Proof(a.ctx, found)
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		item = &found
		a.again()
	})
}

func (a *App) item(i workspace.Item, proof *workspace.Proof) fyne.CanvasObject {
	say := a.words.Say
	state := subheading(a.state(i))
	explained := locale.ID("state_explained.received")
	switch i.Delivery.State {
	case workspace.OnDevice:
		explained = "state_explained.on_device"
	case workspace.AtHub:
		explained = "state_explained.at_hub"
	}
	column := []fyne.CanvasObject{
		heading(a.itemTitle(i)),
		formview.NewStack(0, state, wrapped(say(explained, locale.Values{"Name": i.Delivery.Hub})), wrapped(a.waiting(i))),
	}
	if i.Code != "" {
		code := heading(i.Code)
		code.TextStyle.Monospace = true
		code.Selectable = true
		code.SizeName = theme.SizeNameHeadingText
		column = append(column, formview.NewStack(0, subheading(say("receipt.code")), code, quiet(say("receipt.code_hint"))))
	}
	if proof != nil {
		column = append(column, formview.NewStack(0, subheading(say("receipt.title")), wrapped(say("receipt.proof_ok")),
			wrapped(say("receipt.received_at", locale.Values{"Time": a.moment(proof.Time)})),
			wrapped(say("receipt.entry", locale.Values{"Index": proof.Index})+" · "+a.words.Count("screen.log_size", int(proof.Size)))))
	}
	if i.Attached > 0 {
		column = append(column, wrapped(a.words.Count("outbox.attachments", i.Attached, locale.Values{"Done": i.AttachedOK})))
	}
	history := formview.NewStack(0, subheading(say("history.title")))
	history.Add(wrapped(say("history.made_ready") + " · " + a.moment(i.Made)))
	for _, e := range i.Delivery.History {
		history.Add(wrapped(a.event(e) + " · " + a.moment(e.Time)))
	}
	column = append(column, history, buttons(action(say("nav.outbox"), a.showOutbox)))
	return page(column...)
}

func (a *App) event(e workspace.Event) string {
	switch e.What {
	case workspace.EventRefused:
		return a.words.Say("history.refused", locale.Values{"Reason": e.Where})
	case workspace.EventReceived:
		return a.words.Say("history.received")
	case workspace.EventCustody:
		return a.words.Say("history.at_hub", locale.Values{"Name": e.Where})
	case workspace.EventDelivered:
		return a.words.Say("screen.delivered", locale.Values{"Name": e.Where})
	}
	return a.words.Say("history.sealed")
}
