package app

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/consultation"
)

// mine is what a person has on this device.
type mine struct {
	read   bool // it was looked for
	drafts []workspace.Brief
	items  []workspace.Item
	joined bool
	asked  []workspace.Message // by the secretariat
	trash  int                 // put aside

	published []workspace.Published // by the secretariat
}

func (a *App) mine(ctx context.Context) (m mine, _ error) {
	m.read = true
	var wrong [6]error // what can't be read must not hide the rest
	m.drafts, wrong[0] = a.work.Briefs(ctx)
	m.items, wrong[1] = a.work.Items(ctx)
	_, m.joined, wrong[2] = a.work.Invite(ctx)
	m.asked, wrong[3] = a.work.Messages(ctx)
	aside, err := a.work.Trash(ctx)
	m.trash, wrong[4] = len(aside), err
	m.published, wrong[5] = a.work.Published(ctx)
	return m, errors.Join(wrong[:]...)
}

// waitingIn counts the items that wait for something.
func waitingIn(items []workspace.Item) (n int) {
	for _, i := range items {
		if i.Waiting() != "" {
			n++
		}
	}
	return n
}

// showHome shows the consultation: what comes next, what I wrote, what it is
// about and when what happens.
func (a *App) showHome() { a.showHomeOf(new(mine)) }

// showHomeOf is showHome with what was read already, if it was.
func (a *App) showHomeOf(m *mine) {
	known := m.read
	if known {
		a.shell.setWaiting(waitingIn(m.items))
	}
	a.start(place{draw: func() screen {
		return screen{title: a.consultation.Title, short: a.words.Say("nav.consultation"), way: "nav.consultation", body: a.home(*m)}
	}, enter: func() {
		a.newsAt, a.news = a.visit, func() { a.load(m) }
		if !known { // or another screen was shown since
			a.news()
		}
		known = false
	}})
}

// load fills m in and draws the screen again, if it is still the same.
func (a *App) load(m *mine) {
	at := a.visit
	var found mine
	a.jobs.run(func() (err error) {
		found, err = a.mine(a.ctx)
		return err
	}, func(err error) {
		*m = found
		a.shell.setWaiting(waitingIn(found.items))
		a.jobs.run(func() error { return a.work.EmptyTrash(a.ctx) }, a.shell.trouble) // what was there for long enough
		if a.visit == at {
			a.redraw()
		}
		a.shell.trouble(err)
	})
}

// recent is how many lines stand on the first screen.
const recent = 4

func (a *App) home(m mine) fyne.CanvasObject {
	say := a.words.Say
	c := a.consultation
	title := formview.NewStack(gapWords, lines(quiet(say("nav.consultation")), heading(c.Title)), a.inEnglish())
	main := formview.NewStack(gapParts, title)
	if waits := unanswered(m.asked); len(waits) > 0 {
		main.Add(a.questionWaits(waits))
	}
	if news := announcements(m.published, true); len(news) > 0 {
		main.Add(a.announced(news))
	}
	left := a.chosen.Rules.Left != 0
	if left {
		main.Add(a.hasLeft())
	} else {
		main.Add(a.nextStep(m))
	}
	if m.read {
		main.Add(a.moreToDo(m))
	}
	if all := a.entries(m, recent); len(all) > 0 {
		list := formview.NewStack(gapCards)
		for _, e := range all {
			list.Add(newMarked(e.shape, e.title, e.state, e.open))
		}
		if total := len(m.drafts) + len(m.items); total > len(all) {
			list.Add(buttons(action(a.words.Count("screen.show_all", total), a.showAll)))
		}
		main.Add(section(say("screen.mine"), list))
	}
	main.Add(a.about())
	side := formview.NewStack(gapParts, a.timeline(c), a.questionnaire())
	if m.joined && !left {
		side.Add(buttons(low(say("leave.way"), theme.LogoutIcon(), a.showLeave)))
	}
	return formview.NewScroll(newBesides(main, side))
}

// nextStep says the one thing to do now.
func (a *App) nextStep(m mine) fyne.CanvasObject {
	say := a.words.Say
	title, words, do := say("next.answer"), say("next.answer_why"), primary(say("consultation.answer"), a.newResponse)
	waits := waitingIn(m.items)
	switch {
	case len(m.drafts) > 0:
		d := m.drafts[0]
		title, words = say("next.go_on"), a.briefTitle(d)+" · "+a.words.Moment(d.Changed.Local(), a.clock())
		do = primary(say("screen.go_on"), func() { a.openBrief(d) })
		if d.Text {
			do = primary(say("next.go_on_writing"), func() { a.openBrief(d) })
		}
	case waits > 0 && !m.joined:
		title, words, do = say("next.join"), say("join.why"), primary(say("join.title"), func() { a.showJoin("") })
	case waits > 0:
		title, words, do = say("next.send"), a.words.Count("outbox.waiting", waits), primary(say("next.to_outbox"), a.showOutbox)
	case len(m.items) > 0:
		title, words, do = say("next.done"), say("next.done_why"), action(say("consultation.answer_for_group"), a.newResponse)
	}
	return formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards,
		lines(quiet(say("next.title")), subheading(title), wrapped(words)), buttons(do)))
}

// questionWaits says that the secretariat waits for an answer.
func (a *App) questionWaits(waits []workspace.Message) fyne.CanvasObject {
	say := a.words.Say
	first := waits[0]
	do := primary(say("message.read"), func() { a.showMessage(first.ID) })
	if len(waits) > 1 {
		do = primary(say("message.read_all"), a.showMessages)
	}
	return formview.NewPanel(formview.ColourCard, theme.ColorNamePrimary, formview.NewStack(gapCards,
		lines(strong(a.words.Count("message.waiting", len(waits))), wrapped(shorten(oneLine(first.Text), 160))), buttons(do)))
}

// moreToDo is what can be done besides.
func (a *App) moreToDo(m mine) fyne.CanvasObject {
	say := a.words.Say
	box := formview.NewStack(gapCards)
	if a.chosen.Rules.Left != 0 {
		return a.moreToRead(m, box)
	}
	if len(m.drafts) > 0 || waitingIn(m.items) > 0 {
		box.Add(newWay(theme.AccountIcon(), say("consultation.answer_for_group"), say("next.group_why"), a.newResponse))
	}
	box.Add(newWay(theme.VolumeUpIcon(), say("intake.title"), say("intake.why"), a.showIntake))
	box.Add(newWay(theme.DocumentCreateIcon(), say("consultation.write"), say("next.write_why"), a.newContribution))
	a.moreToRead(m, box)
	if !m.joined {
		box.Add(newWay(theme.LoginIcon(), say("join.title"), say("join.not_joined"), func() { a.showJoin("") }))
	}
	return box
}

// moreToRead adds what can be done without taking part.
func (a *App) moreToRead(m mine, box *fyne.Container) fyne.CanvasObject {
	if m.joined || len(m.published) > 0 {
		box.Add(newWay(theme.FolderIcon(), a.words.Say("published.title"), a.publishedState(m.published), a.showPublished))
	}
	if m.trash > 0 {
		box.Add(newWay(theme.DeleteIcon(), a.words.Say("trash.title"), a.words.Count("trash.holds", m.trash), a.showTrash))
	}
	return box
}

// entries lists drafts, contributions being written and what was made ready,
// the newest first; limit bounds each kind, 0 doesn't.
func (a *App) entries(m mine, limit int) (all []entry) {
	few := func(n int) int {
		if limit > 0 {
			return min(n, limit)
		}
		return n
	}
	for _, d := range m.drafts[:few(len(m.drafts))] {
		all = append(all, entry{dashed, a.briefTitle(d), a.words.Say("state.draft") + " · " + a.words.Moment(d.Changed.Local(), a.clock()), func() { a.openBrief(d) }, d.ID})
	}
	for i := range few(len(m.items)) {
		item := m.items[len(m.items)-1-i]
		all = append(all, entry{stateShape(item), a.itemTitle(item), a.state(item), func() { a.showItem(item.Name) }, item.Name})
	}
	return all
}

func (a *App) openBrief(b workspace.Brief) {
	if b.Text {
		a.goOnWriting(b.ID)
	} else {
		a.resume(b.ID)
	}
}

// about is the consultation in its own words, which are there in one language.
func (a *App) about() fyne.CanvasObject {
	box := section(a.words.Say("consultation.about"), a.inEnglish())
	for paragraph := range strings.SplitSeq(strings.TrimSpace(a.consultation.Introduction), "\n\n") {
		box.Add(wrapped(strings.Join(strings.Fields(paragraph), " ")))
	}
	box.Add(quiet(a.words.Say("consultation.source", locale.Values{"Source": a.consultation.Source})))
	return box
}

// inEnglish says that what the consultation says of itself is not in the
// language asked for, where that is so.
func (a *App) inEnglish() fyne.CanvasObject {
	english, _ := locale.Named(locale.Source)
	badges := a.badges(locale.Found{Language: english, Fallback: a.words.Language().Code != locale.Source})
	if len(badges.Objects) == 0 {
		badges.Hide()
	}
	return badges
}

// timeline draws the dates as points of a line: a disc for a date that is
// known, a ring for one that is to be determined, which is said in words too.
func (a *App) timeline(c *consultation.Consultation) fyne.CanvasObject {
	say := a.words.Say
	var links []link
	add := func(known bool, title, note string, when ...string) {
		words := lines(strong(title))
		for _, w := range when {
			words.Add(wrapped(w))
		}
		if note != "" {
			words.Add(quiet(note))
		}
		s := hollow
		if known {
			s = solid
		}
		links = append(links, link{newMark(s), words, false})
	}
	for _, r := range c.Rounds {
		known := !r.Opens.First().IsZero() || !r.Closes.First().IsZero()
		when := []string{say("consultation.opens", locale.Values{"Date": a.span(r.Opens)}), say("consultation.closes", locale.Values{"Date": a.span(r.Closes)})}
		if !known {
			when = []string{say("consultation.both", locale.Values{"Date": a.span(r.Opens)})}
		}
		add(known, r.Title, r.Note, when...)
	}
	for _, e := range c.Events {
		add(!e.When.First().IsZero(), e.Title, e.Note, a.span(e.When))
	}
	head := section(say("consultation.timeline"), quiet(say("consultation.not_locked")), a.inEnglish())
	return formview.NewStack(gapCards, head, newChain(false, links...))
}

func (a *App) span(d consultation.Date) string { return a.words.Span(d.First(), d.Last()) }

// questionnaire says which form it is and in which languages it can be read.
func (a *App) questionnaire() fyne.CanvasObject {
	say := a.words.Say
	def, err := a.form()
	if err != nil {
		return formview.NewStack(0)
	}
	names := formview.NewRow(1)
	for _, heading := range def.Languages {
		if l, ok := locale.Named(heading); ok {
			names.Add(formview.NewBadge(l.Name))
		}
	}
	return section(say("consultation.form"),
		lines(wrapped(def.Settings.Title), quiet(say("response.version", locale.Values{"Version": def.Settings.Version}))),
		quiet(say("consultation.languages")), names,
		buttons(action(say("consultation.change_language"), a.showSettings)), a.onPaper())
}

// showAll lists everything that was written on this device, however much.
func (a *App) showAll() {
	var m mine
	f := &finder{a: a}
	a.goTo(place{draw: func() screen {
		return screen{title: a.words.Say("screen.mine"), way: "nav.consultation", body: a.listOf(a.entries(m, 0), f),
			bar: newBar(action(a.words.Say("trash.title"), a.showTrash), nil, nil, false)}
	}, enter: func() { a.load(&m) }})
}

// listOf is a list as a screen of its own, to be searched.
func (a *App) listOf(all []entry, f *finder) fyne.CanvasObject {
	if len(all) == 0 {
		return page(wrapped(a.words.Say("screen.nothing_yet")), quiet(a.words.Say("outbox.empty_hint")))
	}
	return f.screen(all)
}

func (a *App) showMenu() {
	a.goTo(place{draw: func() screen {
		return screen{title: a.words.Say("nav.menu"), way: "nav.menu", body: page(formview.NewStack(gapCards, a.ways("")...))}
	}})
}
