package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/contribution"
)

// showItem shows what became of one thing that was made ready.
func (a *App) showItem(name string) {
	var item *workspace.Item
	var proof *workspace.Proof
	var asked []workspace.Message
	a.goTo(place{draw: func() screen {
		s := screen{title: a.words.Say("receipt.title"), way: "nav.outbox", body: page()}
		if item != nil {
			s.title, s.short, s.body = a.itemTitle(*item), a.kind(*item), a.item(*item, proof, asked...)
		}
		return s
	}, enter: func() {
		look := func() { a.loadItem(name, &item, &proof, &asked) }
		look()
		a.newsAt, a.news = a.visit, func() {
			look()
			a.countWaiting()
		}
	}})
}

// loadItem looks how it stands with an item and its receipt, and draws again.
func (a *App) loadItem(name string, item **workspace.Item, proof **workspace.Proof, asked *[]workspace.Message) {
	at := a.visit
	var found workspace.Item
	var checked *workspace.Proof
	var about []workspace.Message
	a.jobs.run(func() (err error) {
		if found, err = a.work.Item(a.ctx, name); err != nil {
			return err
		}
		if checked, err = a.work.Proof(a.ctx, found); err != nil || !found.Kind.Submission() {
			return err
		}
		about, err = a.work.MessagesAbout(a.ctx, name)
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		*item, *proof, *asked = &found, checked, about
		if a.visit == at {
			a.again()
		}
	})
}

// kind is what i is: a response or a contribution.
func (a *App) kind(i workspace.Item) string {
	switch {
	case i.IsContribution():
		return a.words.Say("screen.contribution")
	case i.IsReply():
		return a.words.Say("message.reply_item")
	case i.IsWithdrawal():
		return a.words.Say("withdraw.item")
	}
	return a.words.Say("screen.response")
}

func (a *App) item(i workspace.Item, proof *workspace.Proof, asked ...workspace.Message) fyne.CanvasObject {
	say := a.words.Say
	explained := locale.ID("state_explained.received")
	switch i.Delivery.State {
	case workspace.OnDevice:
		explained = "state_explained.on_device"
	case workspace.AtHub:
		explained = "state_explained.at_hub"
	}
	words := []fyne.CanvasObject{wrapped(say(explained, locale.Values{"Name": i.Delivery.Hub})), strong(a.waiting(i))}
	if i.Barred && i.Delivery.State == workspace.AtHub { // which may not carry it on any more
		words = words[1:]
	}
	status := formview.NewStack(gapCards, a.track(i), lines(words...))
	if i.Delivery.Refusal != nil {
		status.Add(formview.NewProblem(say("state.refused")))
	}
	if i.Withdrawn {
		status.Add(formview.NewNotice(theme.InfoIcon(), theme.ColorNameForeground, say("withdraw.state")))
	}
	column := []fyne.CanvasObject{lines(quiet(a.kind(i)), heading(a.itemTitle(i))), formview.NewPanel(formview.ColourCard, formview.ColourEdge, status)}
	if i.Code != "" {
		column = append(column, a.ticket(i))
	}
	if proof != nil {
		column = append(column, section(say("receipt.title"),
			formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("receipt.proof_ok")),
			lines(wrapped(say("receipt.received_at", locale.Values{"Time": a.moment(proof.Time)})),
				wrapped(say("receipt.entry", locale.Values{"Index": proof.Index})+" · "+a.words.Count("screen.log_size", int(proof.Size))))))
	}
	if i.Attached > 0 {
		column = append(column, wrapped(a.words.Count("outbox.attachments", i.Attached, locale.Values{"Done": i.AttachedOK})))
	}
	ways := []fyne.CanvasObject{action(say("screen.read_again"), func() { a.showSent(i) }), action(say("nav.outbox"), a.showOutbox)}
	if i.Kind.Submission() && !i.Withdrawn {
		if i.IsContribution() {
			ways = append(ways, action(say("correct.text"), func() { a.correctText(i.Name) }))
		} else {
			ways = append(ways, action(say("correct.begin"), func() { a.correct(i.Name) }), action(say("copy.begin"), func() { a.copyOf(i.Name) }))
		}
		ways = append(ways, action(say("withdraw.begin"), func() { a.showWithdraw(i) }))
	}
	if len(asked) > 0 {
		box := section(say("nav.messages"))
		for _, m := range asked {
			box.Add(a.messageLine(m))
		}
		column = append(column, box)
	}
	column = append(column, section(say("history.title"), a.history(i)), buttons(ways...), section(say("print.take"), a.copies(i.Name, i.Code, nil)))
	return page(column...)
}

// track shows the three plain states and how far i has come.
func (a *App) track(i workspace.Item) fyne.CanvasObject {
	say := a.words.Say
	hub, name := say("state.at_hub_unnamed"), i.Delivery.Hub
	passed := false
	for _, e := range i.Delivery.History {
		if e.What == workspace.EventCustody {
			name, passed = e.Where, true
		}
	}
	switch {
	case name != "":
		hub = say("state.at_hub", locale.Values{"Name": name})
	case i.Delivery.State == workspace.Received && !passed:
		hub = say("send.directly")
	}
	reached := map[shape]int{hollow: 0, pointed: 0, half: 1, full: 2}[stateShape(i)]
	return a.newTrack([]string{say("state.on_device"), hub, say("state.received")}, reached)
}

// ticket is the receipt code, large enough to be read out or copied by hand.
func (a *App) ticket(i workspace.Item) fyne.CanvasObject {
	say := a.words.Say
	code := formview.NewLabel(i.Code)
	code.Bold, code.Monospace, code.SizeName = true, true, sizeCode
	copied := action(say("action.copy"), func() {
		a.fyne.Clipboard().SetContent(i.Code)
		a.shell.say(say("screen.copied"))
	})
	copied.Icon = theme.ContentCopyIcon()
	return formview.NewPanel(formview.ColourSoft, theme.ColorNamePrimary, formview.NewStack(gapWords,
		quiet(say("receipt.code")), code, quiet(say("receipt.code_hint")), buttons(copied)))
}

// history is what happened to i, as points of a line.
func (a *App) history(i workspace.Item) fyne.CanvasObject {
	step := func(what string, at int64) link {
		return link{newMark(solid), lines(strong(what), quiet(a.moment(at))), true}
	}
	all := []link{step(a.words.Say("history.made_ready"), i.Made)}
	for _, e := range i.Delivery.History {
		all = append(all, step(a.event(e), e.Time))
	}
	return newChain(false, all...)
}

func (a *App) event(e workspace.Event) string {
	switch e.What {
	case workspace.EventRefused:
		return a.words.Say("history.refused", locale.Values{"Reason": wording.Refusal(a.words, e.Where)})
	case workspace.EventReceived:
		return a.words.Say("history.received")
	case workspace.EventCustody:
		return a.words.Say("history.at_hub", locale.Values{"Name": e.Where})
	case workspace.EventDelivered:
		return a.words.Say("screen.delivered", locale.Values{"Name": e.Where})
	}
	return a.words.Say("history.sealed")
}

// showSent shows what was made ready, to be read again.
func (a *App) showSent(i workspace.Item) {
	var sent *workspace.Sent
	a.goTo(place{draw: func() screen {
		s := screen{title: a.itemTitle(i), short: a.kind(i), way: "nav.outbox", body: page()}
		if sent != nil {
			s.body = a.sent(i, *sent)
		}
		return s
	}})
	at := a.visit
	var found workspace.Sent
	a.jobs.run(func() (err error) {
		found, err = a.work.Read(a.ctx, i.Name, a.languages()...)
		return err
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		if sent = &found; a.visit == at {
			a.again()
		}
	})
}

func (a *App) sent(i workspace.Item, s workspace.Sent) fyne.CanvasObject {
	say := a.words.Say
	head := lines(heading(a.itemTitle(i)), quiet(say("history.made_ready")+" · "+a.moment(i.Made)))
	if l, ok := locale.Named(s.Language); ok {
		head.Add(formview.NewRow(1, formview.NewBadge(say("translation.original", locale.Values{"Language": a.words.NameOf(l)}))))
	}
	column := []fyne.CanvasObject{head}
	if s.Contribution != nil {
		column = append(column, paragraphs(s.Contribution))
	}
	if s.Reply != "" {
		column = append(column, wrapped(s.Reply))
	}
	if s.Withdrawal != nil {
		column = append(column, wrapped(say("withdraw.state")), wrapped(*s.Withdrawal))
	}
	if s.Response != nil {
		f := formview.NewForm(s.Response, formview.Options{Words: a.words})
		f.Close() // it is only read
		column = append(column, answers(f)...)
	}
	for _, name := range s.Files {
		column = append(column, formview.NewNotice(theme.MailAttachmentIcon(), theme.ColorNameForeground, name))
	}
	return page(column...)
}

// shownOf is how many paragraphs of a sent text are shown.
const shownOf = 200

func paragraphs(c *contribution.Contribution) fyne.CanvasObject {
	box := formview.NewStack(gapCards, quiet(c.OnBehalf))
	for _, p := range c.Paragraphs[:min(len(c.Paragraphs), shownOf)] {
		box.Add(wrapped(shorten(p.Text, 4000)))
	}
	return box
}

// answers are all that were given, page by page.
func answers(f *formview.Form) (all []fyne.CanvasObject) {
	for _, p := range f.Pages() {
		if given := f.Answers(p); len(given) > 0 {
			box := section(p.Label)
			for _, answer := range given {
				said := []fyne.CanvasObject{quiet(answer.Question)}
				if answer.Words != "" {
					said = append(said, wrapped(shorten(answer.Words, 1200)))
				}
				if answer.Note != "" {
					said = append(said, quiet(f.Say("remark.said", locale.Values{"Note": answer.Note})))
				}
				box.Add(lines(said...))
			}
			all = append(all, box)
		}
	}
	return all
}

func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + " …"
	}
	return text
}
