package app

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/consultation"
	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
)

// mine is what a person has on this device.
type mine struct {
	drafts []session.Draft
	texts  []contribution.Contribution
	items  []workspace.Item
	joined bool
}

func (a *App) mine(ctx context.Context) (m mine, err error) {
	if m.drafts, err = a.work.Drafts(ctx); err != nil {
		return m, err
	}
	for c, err := range a.work.Contributions(ctx) {
		if err != nil {
			return m, err
		}
		m.texts = append(m.texts, c.Value)
	}
	if m.items, err = a.work.Items(ctx); err != nil {
		return m, err
	}
	_, m.joined, err = a.work.Invite(ctx)
	return m, err
}

// showHome shows the consultation: what it is about, what I have to do with it,
// and when what happens.
func (a *App) showHome() {
	var m mine
	a.start(place{draw: func() screen {
		return screen{title: a.words.Say("app.name"), body: a.home(m)}
	}})
	a.load(&m)
}

// load fills m in and draws the screen again, if it is still the same.
func (a *App) load(m *mine) {
	at := len(a.trail)
	title := a.shell.shown.title
	var found mine
	a.jobs.run(func() (err error) {
		found, err = a.mine(a.ctx)
		return err
	}, func(err error) {
		*m = found
		if len(a.trail) == at && a.shell.shown.title == title {
			a.again()
		}
		a.shell.trouble(err)
		a.ready()
	})
}

// recent is how many lines of a kind stand on the first screen.
const recent = 4

func (a *App) home(m mine) fyne.CanvasObject {
	say := a.words.Say
	c := a.consultation
	top := formview.NewStack(1, subheading(say("consultation.about")))
	for paragraph := range strings.SplitSeq(strings.TrimSpace(c.Introduction), "\n\n") {
		top.Add(wrapped(paragraph))
	}
	if a.words.Language().Code != locale.Source {
		top.Add(quiet(say("consultation.only_in_english")))
	}
	doing := formview.NewStack(1)
	if len(m.drafts) == 0 {
		doing.Add(buttons(primary(say("consultation.answer"), a.newResponse), action(say("consultation.write"), a.newContribution)))
	} else {
		doing.Add(buttons(primary(say("screen.go_on"), func() { a.resume(m.drafts[0].InstanceID) }),
			action(say("consultation.answer_for_group"), a.newResponse), action(say("consultation.write"), a.newContribution)))
	}
	if !m.joined {
		doing.Add(quiet(say("join.not_joined")))
		doing.Add(buttons(action(say("join.title"), func() { a.showJoin("") })))
	}
	column := []fyne.CanvasObject{heading(c.Title), doing}
	if lines := a.lines(m, recent); len(lines) > 0 {
		all := formview.NewStack(1.5, subheading(say("screen.mine")))
		for _, l := range lines {
			all.Add(l)
		}
		if total := len(m.drafts) + len(m.texts) + len(m.items); total > len(lines) {
			all.Add(buttons(action(a.words.Count("screen.show_all", total), a.showAll)))
		}
		column = append(column, all)
	}
	column = append(column, top, a.timeline(c))
	return page(column...)
}

// lines are what I wrote: at most limit of each kind.
func (a *App) lines(m mine, limit int) (lines []fyne.CanvasObject) {
	for _, e := range a.entries(m, limit) {
		lines = append(lines, newLine(e.title, e.state, e.open))
	}
	return lines
}

// An entry is one thing a person wrote, with how it stands.
type entry struct {
	title, state string
	open         func()
}

// entries lists drafts, contributions being written and what was made ready,
// the newest first; limit bounds each of them, 0 doesn't.
func (a *App) entries(m mine, limit int) (all []entry) {
	few := func(n int) int {
		if limit > 0 {
			return min(n, limit)
		}
		return n
	}
	for _, d := range m.drafts[:few(len(m.drafts))] {
		all = append(all, entry{a.draftTitle(d), a.words.Say("state.draft") + " · " + a.words.Moment(d.Changed.Local(), a.clock()), func() { a.resume(d.InstanceID) }})
	}
	for _, c := range m.texts[:few(len(m.texts))] {
		all = append(all, entry{a.textTitle(c.Title), a.words.Say("state.draft") + " · " + a.words.Moment(c.Changed.Local(), a.clock()), func() { a.write(&c) }})
	}
	for i := range few(len(m.items)) {
		item := m.items[len(m.items)-1-i]
		all = append(all, entry{a.itemTitle(item), a.state(item), func() { a.showItem(item.Name) }})
	}
	return all
}

func (a *App) timeline(c *consultation.Consultation) fyne.CanvasObject {
	say := a.words.Say
	box := formview.NewStack(1, subheading(say("consultation.timeline")), quiet(say("consultation.not_locked")))
	add := func(title, when, note string) {
		words := wrapped(title)
		words.TextStyle.Bold = true
		entry := formview.NewStack(-1.6, words, wrapped(when))
		if note != "" {
			entry.Add(quiet(note))
		}
		box.Add(entry)
	}
	for _, r := range c.Rounds {
		add(r.Title, say("consultation.opens", locale.Values{"Date": a.span(r.Opens)})+" · "+say("consultation.closes", locale.Values{"Date": a.span(r.Closes)}), r.Note)
	}
	for _, e := range c.Events {
		add(e.Title, a.span(e.When), e.Note)
	}
	box.Add(quiet(say("consultation.source", locale.Values{"Source": c.Source})))
	return box
}

func (a *App) span(d consultation.Date) string { return a.words.Span(d.First(), d.Last()) }

// showAll lists everything that was written on this device, however much.
func (a *App) showAll() {
	var m mine
	a.goTo(place{draw: func() screen {
		return screen{title: a.words.Say("screen.mine"), body: a.list(a.entries(m, 0))}
	}})
	a.load(&m)
}

func (a *App) showMenu() {
	a.goTo(place{draw: func() screen {
		return screen{title: a.words.Say("nav.menu"), body: page(formview.NewStack(1, a.ways()...))}
	}})
}

// inset stands a field where the words of labels begin.
func inset(o fyne.CanvasObject) fyne.CanvasObject {
	in := theme.InnerPadding()
	return container.New(insetLayout{in}, o)
}
