package app

import (
	"fmt"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

func (a *App) showSettings() {
	a.start(place{draw: func() screen {
		say := a.words.Say
		return screen{title: say("nav.settings"), body: page(
			heading(say("nav.settings")),
			formview.NewStack(0, subheading(say("settings.language")), a.languageChoices()),
			formview.NewStack(0, subheading(say("settings.text_size")), a.sizeChoices()),
			formview.NewStack(0, subheading(say("settings.appearance")), a.lookChoices()),
		)}
	}})
}

func (a *App) sizeChoices() fyne.CanvasObject {
	now := newLook(a.chosen).percent
	var all []fyne.CanvasObject
	for percent := minText; percent <= maxText; percent += textStep {
		row := formview.NewChoice("", a.words.Percent(float64(percent)/100), false)
		row.SetPicked(percent == now)
		row.OnPick = func() {
			s := a.chosen
			s.TextSize = percent
			a.choose(s)
		}
		all = append(all, row)
	}
	return formview.NewStack(0, all...)
}

func (a *App) lookChoices() fyne.CanvasObject {
	list := formview.NewStack(0)
	for _, l := range []struct {
		look workspace.Look
		id   locale.ID
	}{{workspace.LookSystem, "settings.as_system"}, {workspace.LookLight, "settings.light"}, {workspace.LookDark, "settings.dark"}} {
		row := formview.NewChoice(string(l.look), a.words.Say(l.id), false)
		row.SetPicked(a.chosen.Look == l.look)
		row.OnPick = func() {
			s := a.chosen
			s.Look = l.look
			a.choose(s)
		}
		list.Add(row)
	}
	return list
}

// showAbout tells versions and how the store is. It names nobody and holds no
// answers, so that it can be sent to whoever helps.
func (a *App) showAbout() {
	a.start(place{draw: func() screen {
		say := a.words.Say
		column := []fyne.CanvasObject{heading(say("about.title"))}
		facts := formview.NewStack(0)
		for _, f := range a.facts() {
			facts.Add(wrapped(f))
		}
		column = append(column, facts, buttons(action(say("action.copy"), func() {
			a.fyne.Clipboard().SetContent(strings.Join(a.facts(), "\n"))
			a.shell.say(say("screen.copied"))
		})), quiet(say("about.licence")), quiet(say("about.fonts")))
		return screen{title: say("nav.about"), body: page(column...)}
	}})
}

func (a *App) facts() []string {
	say := a.words.Say
	facts := []string{say("about.version", locale.Values{"Version": a.o.Version}) + fmt.Sprintf(" · %s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)}
	if def, err := a.form(); err == nil {
		facts = append(facts, say("consultation.form")+": "+say("response.version", locale.Values{"Version": def.Settings.Version}))
	}
	if card, err := a.work.Card(); err == nil {
		facts = append(facts, say("about.device", locale.Values{"ID": card.ID().Short()}))
	}
	if a.o.Folder != "" {
		facts = append(facts, say("about.store_folder", locale.Values{"Folder": a.o.Folder}))
	}
	report := a.work.StoreReport()
	switch {
	case report.Lost > 0 || len(report.Damage) > 0:
		facts = append(facts, fmt.Sprint(say("about.store"), ": ", report.Damage, report.Lost))
	case report.Rebuilt != nil:
		facts = append(facts, say("about.store_rebuilt"))
	default:
		facts = append(facts, say("about.store_fine"))
	}
	return facts
}
