package app

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/sync/catalogue"
)

// announcements are those among what was published, the newest first; with fresh only
// those that nobody has read here.
func announcements(all []workspace.Published, fresh bool) (news []workspace.Published) {
	for _, p := range all {
		if p.Kind == catalogue.Announcement && (p.New || !fresh) {
			news = append(news, p)
		}
	}
	return news
}

// publishedState says in few words what there is of what was published.
func (a *App) publishedState(all []workspace.Published) string {
	documents, fresh := 0, 0
	for _, p := range all {
		if p.Kind == catalogue.Document {
			documents++
		}
		if p.New {
			fresh++
		}
	}
	words := a.words.Count("published.documents_count", documents)
	if fresh > 0 {
		words = a.words.Count("published.new_count", fresh) + " · " + words
	}
	return words
}

// announced says on the first screen what is new.
func (a *App) announced(news []workspace.Published) fyne.CanvasObject {
	first := news[0]
	do := primary(a.words.Say("published.read_it"), func() { a.showPublication(first) })
	if len(news) > 1 {
		do = primary(a.words.Say("published.read_all"), a.showPublished)
	}
	return formview.NewPanel(formview.ColourCard, theme.ColorNamePrimary, formview.NewStack(gapCards,
		lines(strong(a.words.Count("published.announced", len(news))), wrapped(shorten(a.publicationTitle(first), 160))), buttons(do)))
}

// shelf is the screen of what the secretariat published.
type shelf struct {
	a      *App
	all    []workspace.Published
	read   bool // it was looked for
	joined bool
	at     int // the visit in which it is shown
}

func (a *App) showPublished() {
	s := &shelf{a: a}
	a.goTo(place{draw: s.screen, enter: func() {
		s.at = a.visit
		s.load()
	}})
}

func (s *shelf) load() {
	a := s.a
	var all []workspace.Published
	var joined bool
	a.jobs.run(func() (err error) {
		if _, joined, err = a.work.Invite(a.ctx); err == nil {
			all, err = a.work.Published(a.ctx)
		}
		return err
	}, func(err error) {
		if err == nil {
			s.all, s.joined, s.read = all, joined, true
		}
		if a.visit == s.at {
			a.redraw()
		}
		a.shell.trouble(err)
	})
}

func (s *shelf) screen() screen {
	a, say := s.a, s.a.words.Say
	column := []fyne.CanvasObject{heading(say("published.title"))}
	switch {
	case s.read && !s.joined:
		column = append(column, wrapped(say("published.after_joining")), buttons(primary(say("join.title"), func() { a.showJoin("") })))
	case s.read && len(s.all) == 0:
		column = append(column, lines(strong(say("published.none")), quiet(say("published.none_hint"))))
	}
	if s.joined {
		column = append(column, s.fetching())
	}
	for _, kind := range []struct {
		id    locale.ID
		kinds []catalogue.Kind
	}{{"published.announcements", []catalogue.Kind{catalogue.Announcement}}, {"published.documents", []catalogue.Kind{catalogue.Document}},
		{"published.forms", []catalogue.Kind{catalogue.Form, catalogue.Translation}}} {
		part := section(say(kind.id))
		for _, p := range s.all {
			for _, k := range kind.kinds {
				if p.Kind == k {
					part.Add(newMarked(publicationShape(p), shorten(a.publicationTitle(p), 120), a.publicationState(p), func() { a.showPublication(p) }))
				}
			}
		}
		if len(part.Objects) > 1 {
			column = append(column, part)
		}
	}
	if s.joined {
		column = append(column, newWay(theme.DownloadIcon(), say("published.languages"), a.readingState(), a.showReading))
	}
	return screen{title: say("published.title"), short: say("published.short"), way: "nav.consultation", body: page(column...)}
}

// fetching says what will come with the next sending, and what that costs.
func (s *shelf) fetching() fyne.CanvasObject {
	a, say := s.a, s.a.words.Say
	sum := int64(0)
	for _, p := range s.all {
		sum += p.ToCome()
	}
	words := lines(strong(say("published.all_here")), wrapped(say("published.fetch_why")))
	if sum > 0 {
		words = lines(strong(say("published.will_come", locale.Values{"Size": a.words.Size(sum)})))
		if money := wording.Money(a.words, a.chosen.Rules.Price, sum); money != "" {
			words.Add(wrapped(say("published.price", locale.Values{"Money": money})))
		}
		words.Add(wrapped(say("published.fetch_why")))
	}
	return formview.NewPanel(formview.ColourSoft, "", formview.NewStack(gapCards, words, buttons(action(say("published.fetch"), a.showOutbox))))
}

// publicationShape is how it is drawn how much of a publication is here.
func publicationShape(p workspace.Published) shape {
	switch {
	case p.New:
		return solid
	case p.Here, p.Kind == catalogue.Announcement:
		return full
	case p.Got > 0:
		return half
	}
	return hollow
}

// publicationTitle is what a publication is called.
func (a *App) publicationTitle(p workspace.Published) string {
	title := oneLine(p.Title)
	switch {
	case title == "" && p.Kind == catalogue.Announcement:
		title = oneLine(p.Text)
	case title == "":
		title = p.Name
	}
	return title
}

// publicationState says which version it is, in which language, how large, and how
// much of it is here.
func (a *App) publicationState(p workspace.Published) string {
	say := a.words.Say
	var all []string
	if p.Withdrawn {
		all = append(all, say("published.withdrawn"))
	}
	if p.New {
		all = append(all, say("published.new"))
	}
	if p.Version != "" {
		all = append(all, p.Version)
	}
	if l, known := locale.Named(p.Language); known {
		all = append(all, l.Name)
	} else if p.Language != "" {
		all = append(all, p.Language)
	}
	if p.Kind != catalogue.Announcement {
		all = append(all, a.hereState(p))
	}
	all = append(all, a.words.Day(time.Unix(p.Issued, 0)))
	return strings.Join(all, " · ")
}

// hereState says how much of it is here, and how much is to come.
func (a *App) hereState(p workspace.Published) string {
	size := locale.Values{"Size": a.words.Size(p.Size), "Done": a.words.Size(p.Got)}
	switch {
	case p.Here:
		return a.words.Say("published.here", locale.Values{"Size": a.words.Size(p.Content.Size)})
	case p.Content == (catalogue.Blob{}):
		return a.words.Say("published.gone")
	case p.Got > 0:
		return a.words.Say("published.part", size)
	case p.Wanted:
		return a.words.Say("published.coming", size)
	}
	return a.words.Say("published.waits", size)
}

// readingState names the languages in which things are taken.
func (a *App) readingState() string {
	var names []string
	for _, code := range a.chosen.Reading() {
		if l, known := locale.Named(code); known {
			names = append(names, l.Name)
		}
	}
	return strings.Join(names, ", ")
}

// showReading asks in which languages translations and documents are taken.
func (a *App) showReading() {
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		list := formview.NewStack(0)
		reading := map[string]bool{}
		for _, code := range a.chosen.Reading() {
			reading[code] = true
		}
		for _, l := range locale.Languages() {
			row := formview.NewChoice(l.Code, l.Name, true)
			row.SetPicked(reading[l.Code])
			row.OnPick = func() {
				reading[l.Code] = !reading[l.Code]
				var codes []string
				for _, l := range locale.Languages() {
					if reading[l.Code] {
						codes = append(codes, l.Code)
					}
				}
				a.choose(func(s *workspace.Settings) { s.Reads = codes })
			}
			list.Add(row)
		}
		return screen{title: say("published.languages"), way: "nav.consultation",
			body: page(lines(heading(say("published.languages")), wrapped(say("published.languages_why"))), list)}
	}})
}
