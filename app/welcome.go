package app

import (
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/assets/locale"
)

// The first start has three screens: the language, whose device it is, and the
// consultation itself. None of them needs a network.

func (a *App) showWelcome() {
	a.start(place{draw: func() screen {
		say := a.words.Say
		body := page(
			heading(say("app.tagline")),
			wrapped(say("start.choose_language")),
			a.languageChoices(),
			quiet(say("start.language_note")),
			buttons(primary(say("nav.next"), a.showName)),
		)
		return screen{title: a.step(1), body: body, bare: true}
	}})
}

func (a *App) step(n int) string {
	return a.words.Say("app.name") + " · " + a.words.Say("start.step", locale.Values{"Step": n, "Steps": 2})
}

// languageChoices are the languages that the program speaks, each in its own
// name. What is picked applies at once.
func (a *App) languageChoices() fyne.CanvasObject {
	list := formview.NewStack(0)
	for _, l := range locale.Languages() {
		if !l.Interface {
			continue
		}
		name := l.Name
		if l.Draft {
			name += " — " + a.words.Say("translation.draft")
		}
		row := formview.NewChoice(l.Code, name, false)
		row.SetPicked(l.Code == a.words.Language().Code)
		row.OnPick = func() {
			s := a.chosen
			s.Languages = []string{l.Code}
			a.choose(s)
		}
		list.Add(row)
	}
	return list
}

func (a *App) showName() {
	typed := ""
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		name := formview.NewEntry(false)
		name.SetText(typed)
		name.OnText = func(s string) { typed = s }
		name.PlaceHolder = say("start.name_hint")
		begin := func() { a.setUp(strings.TrimSpace(typed)) }
		name.OnSubmitted = func(string) { begin() }
		body := page(
			heading(say("start.who")),
			wrapped(say("start.name")),
			inset(name),
			quiet(say("start.name_note")),
			buttons(action(say("nav.back"), a.back), primary(say("start.begin"), begin)),
		)
		a.jobs.here(func() { a.window.Canvas().Focus(name) })
		return screen{title: a.step(2), body: body, bare: true}
	}})
}

func (a *App) setUp(name string) {
	if name == "" {
		a.shell.say(a.words.Say("start.name_missing"))
		return
	}
	a.jobs.run(func() error { return a.work.SetUp(a.ctx, name, "") }, func(err error) {
		if err != nil {
			a.shell.trouble(err)
			return
		}
		a.showHome()
		a.joinAtStart()
	})
}
