package app

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms"
)

// showMessages lists what the secretariat asked about what was sent from here.
func (a *App) showMessages() {
	var all []workspace.Message
	read := false
	a.goTo(place{draw: func() screen {
		return screen{title: a.words.Say("nav.messages"), way: "nav.messages", body: a.messages(all, read)}
	}, enter: func() {
		at := a.visit
		a.jobs.run(func() (err error) {
			all, err = a.work.Messages(a.ctx)
			return err
		}, func(err error) {
			if read = err == nil; a.visit == at {
				a.redraw()
			}
			a.shell.trouble(err)
		})
	}})
}

func (a *App) messages(all []workspace.Message, read bool) fyne.CanvasObject {
	say := a.words.Say
	column := []fyne.CanvasObject{heading(say("nav.messages"))}
	if read && len(all) == 0 {
		column = append(column, lines(strong(say("message.none")), quiet(say("message.none_hint"))))
	}
	if len(all) > 0 {
		box := formview.NewStack(gapCards)
		for _, m := range all {
			box.Add(a.messageLine(m))
		}
		column = append(column, box)
	}
	return page(column...)
}

// messageLine leads to a message.
func (a *App) messageLine(m workspace.Message) fyne.CanvasObject {
	s, words := asking, a.words.Say("message.new")
	switch {
	case m.Answered():
		s, words = full, a.words.Say("message.answered")
	case m.Read:
		s, words = hollow, a.words.Say("message.seen")
	}
	return newMarked(s, shorten(oneLine(m.Text), 120), words+" · "+a.moment(m.Asked), func() { a.showMessage(m.ID) })
}

// messageTitle is what a message is about.
func (a *App) messageTitle(m workspace.Message) string {
	if strings.Trim(m.Title, " —") == "" {
		return a.words.Say("response.untitled")
	}
	return strings.Trim(m.Title, " —")
}

// oneLine is a text without its line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// answering is one message while it stands on the screen, with the reply that is
// being written.
type answering struct {
	a       *App
	message *workspace.Message
	text    string
	save    *autosave
	problem string
	making  bool
}

// showMessage shows a message, and lets a person answer it.
func (a *App) showMessage(id string) {
	m := &answering{a: a}
	m.save = &autosave{a: a, take: func() func(context.Context) error {
		text, id := m.text, m.message.ID
		return func(ctx context.Context) error { return a.work.DraftReply(ctx, id, text) }
	}}
	a.goTo(place{draw: m.draw, enter: func() { m.load(id) }, leave: m.save.flush})
}

func (m *answering) load(id string) {
	a := m.a
	at := a.visit
	var found workspace.Message
	a.jobs.run(func() (err error) {
		if found, err = a.work.Message(a.ctx, id); err != nil {
			return err
		}
		return a.work.MarkRead(a.ctx, found.ID)
	}, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		m.message, m.text = &found, found.Draft
		if a.visit == at {
			a.redraw()
		}
	})
}

func (m *answering) draw() screen {
	a, say := m.a, m.a.words.Say
	s := screen{title: say("message.title"), way: "nav.messages", body: page()}
	if m.message == nil {
		return s
	}
	box := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(box))
	box.Add(a.asked(*m.message))
	for _, r := range m.message.Replies {
		said := lines(quiet(say("message.replied")+" · "+a.moment(r.Item.Made)), wrapped(r.Text))
		box.Add(formview.NewPanel(formview.ColourCard, formview.ColourEdge, formview.NewStack(gapWords, said, newMarked(stateShape(r.Item), a.state(r.Item), "", func() { a.showItem(r.Item.Name) }))))
	}
	if m.message.Changed {
		box.Add(formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("message.changed")))
	}
	box.Add(m.replying(scroll))
	box.Add(m.elsewhere(scroll))
	s.body = scroll
	return s
}

// asked is the question itself.
func (a *App) asked(m workspace.Message) fyne.CanvasObject {
	say := a.words.Say
	who := say("message.secretariat")
	if m.From != "" {
		who = say("message.from", locale.Values{"Name": m.From})
	}
	column := []fyne.CanvasObject{quiet(who + " · " + a.moment(m.Asked)), wrapped(m.Text)}
	if label := a.questionLabel(m); label != "" {
		column = append(column, lines(quiet(say("message.about_question")), quiet(label)))
	}
	return formview.NewStack(gapCards, lines(quiet(say("message.about")), heading(a.messageTitle(m))),
		formview.NewPanel(formview.ColourSoft, theme.ColorNamePrimary, formview.NewStack(gapWords, column...)))
}

// questionLabel is the question of the form that a message means, as the form asks it.
func (a *App) questionLabel(m workspace.Message) string {
	if number, is := strings.CutPrefix(m.About, "paragraph/"); is {
		return a.words.Say("message.paragraph", locale.Values{"Number": number})
	}
	if m.About == "" || m.Form == "" {
		return m.About
	}
	f, err := a.work.Form(m.Form)
	if err != nil {
		return m.About
	}
	q, is := f.Definition.Element(f.Definition.Root.Ref + "/" + forms.Ref(m.About)).(*forms.Question)
	if !is {
		return m.About
	}
	if label, _ := q.Label.In(append(a.languages(), f.Definition.Settings.DefaultLanguage)...); label != "" {
		return oneLine(label)
	}
	return m.About
}

// replying is where a reply is written.
func (m *answering) replying(scroll *formview.Scroll) fyne.CanvasObject {
	say := m.a.words.Say
	title := say("message.reply_label")
	if len(m.message.Replies) > 0 {
		title = say("message.reply_more")
	}
	field, shown := newField(scroll, true, m.text, func(text string) {
		m.text = text
		m.save.touched()
	})
	field.PlaceHolder = say("message.reply_hint")
	send := primary(say("message.reply"), m.reply)
	send.Icon = theme.MailReplyIcon()
	send.OnFocus = func() { scroll.Reveal(send) }
	box := formview.NewStack(gapWords, strong(title), shown, quiet(say("message.sealed")))
	if m.problem != "" {
		box.Add(formview.NewProblem(m.problem))
	}
	box.Add(buttons(send))
	return box
}

// elsewhere are the other ways to answer.
func (m *answering) elsewhere(scroll *formview.Scroll) fyne.CanvasObject {
	a, say := m.a, m.a.words.Say
	if m.message.Item == "" {
		return formview.NewStack(0)
	}
	var ways []fyne.CanvasObject
	way := func(id locale.ID, do func()) {
		b := action(say(id), do)
		b.OnFocus = func() { scroll.Reveal(b) }
		ways = append(ways, b)
	}
	way("message.open_item", func() { a.showItem(m.message.Item) })
	if m.message.Form != "" {
		way("correct.begin", func() { a.correct(m.message.Item) })
	} else {
		way("correct.text", func() { a.correctText(m.message.Item) })
	}
	return formview.NewStack(gapWords, wrapped(say("message.or_correct")), buttons(ways...))
}

// reply makes the reply ready to be sent.
func (m *answering) reply() {
	a := m.a
	text := strings.TrimSpace(m.text)
	switch n := len([]rune(text)); {
	case m.making:
		return
	case n == 0 || n > workspace.MaxReply:
		m.problem = a.words.Say("message.length", locale.Values{"Limit": workspace.MaxReply})
		a.redraw()
		return
	}
	m.save.flush()
	m.problem, m.making = "", true
	id := m.message.ID
	at := a.visit
	a.jobs.run(func() error {
		_, err := a.work.Reply(a.ctx, id, text)
		return err
	}, func(err error) {
		if m.making = false; err != nil {
			a.shell.trouble(err)
			return
		}
		m.text = ""
		if a.visit == at {
			m.load(id)
			a.shell.say(a.words.Say("message.made"))
		}
	})
}

// unanswered are the messages that wait for an answer, the newest first.
func unanswered(all []workspace.Message) (waits []workspace.Message) {
	for _, m := range all {
		if !m.Answered() {
			waits = append(waits, m)
		}
	}
	return waits
}

// asks is what the secretariat asks, on a line.
func (a *App) asks(m workspace.Message) string {
	return a.words.Say("message.beside", locale.Values{"Text": oneLine(m.Text)})
}

// askedBeside is what stands beside the questions of a form: what the secretariat
// asks about them.
func (a *App) askedBeside(all []workspace.Message, root forms.Ref) map[forms.Ref][]string {
	beside := map[forms.Ref][]string{}
	for _, m := range all {
		if m.About != "" {
			ref := root + "/" + forms.Ref(m.About)
			beside[ref] = append(beside[ref], a.asks(m))
		}
	}
	return beside
}
