package app

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// A prospect is what sending would take now, and what is left of the day.
type prospect struct {
	workspace.Estimate
	spent, left int64 // bytes; left is less than 0 where there is no limit
	budget      int64
	plan        workspace.Plan
}

// prospect reads it; not where drawing is done.
func (a *App) prospect() (p prospect, err error) {
	if p.Estimate, err = a.work.Estimate(a.ctx, workspace.Sending{}); err != nil {
		return p, err
	}
	if p.spent, p.left, err = a.work.Spent(a.ctx); err != nil {
		return p, err
	}
	chosen, err := a.work.Settings(a.ctx)
	if err != nil {
		return p, err
	}
	p.budget = chosen.Rules.Budget
	var until time.Time
	if p.plan.Why, until, err = a.work.HeldBack(a.ctx); err == nil && p.plan.Why != "" {
		p.plan.Next = until
	} else if a.sender != nil {
		p.plan = a.sender.Plan()
	}
	return p, err
}

// ready says what waits, what it takes and when it goes, and has the ways to begin.
func (o *outbox) ready(box *fyne.Container) {
	a, say := o.a, o.a.words.Say
	words := say("send.nothing")
	waits := waitingIn(o.items)
	switch {
	case o.sum.Records > 0:
		words = say("send.estimate", locale.Values{"Size": a.words.Size(o.sum.Up())})
	case waits > 0: // sealed when the centre's card has come
		words = a.words.Count("outbox.waiting", waits)
	}
	facts := []fyne.CanvasObject{strong(words), wrapped(wording.Cost(a.words, a.chosen.Rules.Price, o.sum.Total()))}
	if o.sum.Files > 0 {
		facts = append(facts, quiet(say("sending.parts", locale.Values{"Text": a.words.Size(o.sum.Text), "Files": a.words.Size(o.sum.Files)})))
	}
	if o.sum.Staying > 0 {
		facts = append(facts, quiet(say("sending.staying", locale.Values{"Size": a.words.Size(o.sum.Staying)})))
	}
	if o.sum.Library > 0 {
		facts = append(facts, quiet(say("published.will_come", locale.Values{"Size": a.words.Size(o.sum.Library)})))
	}
	facts = append(facts, quiet(o.today()), quiet(o.road()))
	if next := o.planned(); next != "" {
		facts = append(facts, quiet(next))
	}
	box.Add(lines(facts...))
	if o.result != "" {
		box.Add(formview.NewNotice(theme.InfoIcon(), theme.ColorNameForeground, o.result))
	}
	by := func(how workspace.Sending) func() { return func() { o.send(how) } }
	start := primary(say("send.start"), by(workspace.Sending{}))
	start.Icon = theme.MailSendIcon()
	if o.sum.Records == 0 && waits == 0 {
		start.SetText(say("send.ask"))
	}
	row := []fyne.CanvasObject{start}
	if o.sum.left >= 0 && o.sum.Total() > o.sum.left { // the person is asked
		box.Add(formview.NewNotice(theme.WarningIcon(), theme.ColorNameForeground, say("sending.over")))
		start.SetText(say("sending.what_fits"))
		row = append(row, action(say("sending.go_over"), by(workspace.Sending{Over: true})))
	}
	if o.sum.Staying > 0 {
		row = append(row, action(say("sending.files_too"), by(workspace.Sending{Files: true})))
	}
	if a.chosen.Rules.Paused {
		row = append(row, action(say("sending.resume"), func() { o.pause(false) }))
	} else {
		row = append(row, action(say("sending.pause"), func() { o.pause(true) }))
	}
	box.Add(buttons(row...))
}

func (o *outbox) pause(paused bool) {
	o.a.rule(func(r *workspace.Rules) { r.Paused = paused })
	o.result = ""
	o.load()
}

// today is what went today, and what is left.
func (o *outbox) today() string {
	a := o.a
	if o.sum.left < 0 {
		return a.words.Say("sending.spent", locale.Values{"Spent": a.words.Size(o.sum.spent)})
	}
	return a.words.Say("sending.left", locale.Values{"Left": a.words.Size(o.sum.left), "Budget": a.words.Size(o.sum.budget)})
}

// planned says when it sends by itself, or why it doesn't.
func (o *outbox) planned() string {
	a, p := o.a, o.sum.plan
	switch now := a.clock(); {
	case p.Why != "":
		return wording.Hold(a.words, p.Why, p.Next, now)
	case p.Running:
		return a.words.Say("send.going")
	case a.station != nil || p.Next.IsZero():
		return ""
	case p.Next.Sub(now) < time.Minute:
		return a.words.Say("sending.soon")
	default:
		return a.words.Say("sending.next", locale.Values{"Time": wording.When(a.words, p.Next, now)})
	}
}

// waysOfSending lead to the rules and to the account.
func (a *App) waysOfSending() fyne.CanvasObject {
	say := a.words.Say
	return formview.NewStack(gapCards, newWay(theme.SettingsIcon(), say("sending.rules"), a.rulesState(), a.showRules),
		newWay(theme.HistoryIcon(), say("sending.history"), "", a.showRuns))
}
