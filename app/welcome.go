package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

// The first start has three screens: the language, whose device it is, and the
// consultation itself. None of them needs a network.

func (a *App) showWelcome() {
	a.start(place{draw: func() screen {
		say := a.words.Say
		name := heading(say("app.name"))
		tagline := wrapped(say("app.tagline"))
		name.Colour, tagline.Colour = formview.ColourOnHeader, formview.ColourOnHeader
		banner := formview.NewPanel(formview.ColourHeader, "", formview.NewStack(gapWords,
			container.New(leading{}, newEmblem(formview.ColourOnHeader, 4)), lines(name, tagline)))
		body := page(banner,
			section(say("start.choose_language"), a.languageChoices(), quiet(say("start.language_note"))))
		if a.o.People != nil {
			body = page(banner,
				section(say("start.choose_language"), a.languageChoices(), quiet(say("start.language_note"))),
				newWay(theme.HistoryIcon(), say("restore.way"), say("restore.way_why"), a.showRestore))
		}
		return screen{title: a.step(1), body: body, bare: true, done: 1.0 / 2,
			bar: newBar(nil, nil, primary(say("nav.next"), a.showName), false)}
	}})
}

func (a *App) step(n int) string {
	return a.words.Say("app.name") + " · " + a.words.Say("start.step", locale.Values{"Step": n, "Steps": 2})
}

// leading stands one object at the side where lines begin.
type leading struct{}

func (leading) Layout(o []fyne.CanvasObject, size fyne.Size) {
	formview.Place(o[0], fyne.NewPos(0, 0), o[0].MinSize(), size.Width)
}

func (leading) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// languageChoices are the languages of the program, each in its own name, and
// then those that the questionnaire alone is there in. What is picked applies at
// once.
func (a *App) languageChoices() fyne.CanvasObject {
	list, formOnly := formview.NewStack(0.4), formview.NewStack(0.4)
	for _, l := range locale.Languages() {
		row := formview.NewChoice(l.Code, l.Name, false)
		into := list
		switch {
		case !l.Interface:
			into = formOnly
		case l.Draft && !l.Complete:
			row.SetNote(a.words.Say("translation.draft") + " · " + a.words.Say("translation.partly"))
		case l.Draft:
			row.SetNote(a.words.Say("translation.draft"))
		}
		row.SetPicked(l.Code == a.words.Language().Code)
		row.OnPick = func() {
			a.choose(func(s *workspace.Settings) { s.Languages = []string{l.Code} })
		}
		into.Add(row)
	}
	return formview.NewStack(gapCards, list, formview.NewStack(gapTight, quiet(a.words.Say("start.form_only")), formOnly))
}

func (a *App) showName() {
	typed := ""
	var name *formview.Entry
	a.goTo(place{draw: func() screen {
		say := a.words.Say
		content := formview.NewStack(gapParts)
		scroll := formview.NewScroll(formview.NewColumn(content))
		var field fyne.CanvasObject
		name, field = newField(scroll, false, typed, func(s string) { typed = s })
		name.PlaceHolder = say("start.name_hint")
		begin := func() { a.setUp(strings.TrimSpace(typed)) }
		name.OnSubmitted = func(string) { begin() }
		content.Objects = []fyne.CanvasObject{
			heading(say("start.who")),
			formview.NewStack(gapWords, strong(say("start.name")), field, quiet(say("start.name_note"))),
			formview.NewNotice(theme.ConfirmIcon(), theme.ColorNameSuccess, say("start.consultation_note")),
			newWay(theme.ComputerIcon(), say("request.way"), say("request.way_why"), a.showRequest),
		}
		scroll.Follow()
		return screen{title: a.step(2), body: scroll, bare: true, done: 1,
			bar: newBar(action(say("nav.back"), a.back), nil, primary(say("start.begin"), begin), false)}
	}, enter: func() { a.window.Canvas().Focus(name) }})
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
		shown := a.chosen.Languages // also where they are the system's: what is read in another is not taken
		a.keepChoice(func(s *workspace.Settings) { s.Languages = shown })
		a.showHome()
		a.joinAtStart()
		a.startSender()
	})
}
