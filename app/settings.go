package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
)

func (a *App) showSettings() {
	a.start(place{draw: func() screen {
		say := a.words.Say
		language := section(say("settings.language"))
		if l := a.words.Language(); l.Draft {
			language.Add(formview.NewNotice(theme.InfoIcon(), theme.ColorNameForeground, say("translation.needs_review_explained")))
		}
		language.Add(a.languageChoices())
		language.Add(quiet(say("start.language_note")))
		return screen{title: say("nav.settings"), way: "nav.settings", body: page(
			heading(say("nav.settings")), newWay(theme.SettingsIcon(), say("safety.title"), a.safetyState(), a.showSafety),
			newWay(theme.AccountIcon(), say("person.title"), a.personState(), a.showPerson), language,
			section(say("settings.text_size"), a.sizeChoices()),
			section(say("settings.appearance"), a.lookChoices()),
			section(say("filling.how"), a.pagingChoices()),
			section(say("keys.title"), a.keyList()),
		)}
	}, enter: a.looked})
}

func (a *App) sizeChoices() fyne.CanvasObject {
	now := textPercent(a.chosen)
	var all []fyne.CanvasObject
	for percent := minText; percent <= maxText; percent += textStep {
		row := formview.NewChoice("", a.words.Percent(float64(percent)/100), false)
		row.SetPicked(percent == now)
		row.OnPick = func() {
			a.choose(func(s *workspace.Settings) { s.TextSize = percent })
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
	}{{workspace.LookSystem, "settings.as_system"}, {workspace.LookLight, "settings.light"}, {workspace.LookDark, "settings.dark"},
		{workspace.LookContrastLight, "settings.contrast_light"}, {workspace.LookContrastDark, "settings.contrast_dark"}} {
		row := formview.NewChoice(string(l.look), a.words.Say(l.id), false)
		row.SetPicked(a.chosen.Look == l.look)
		row.OnPick = func() {
			a.choose(func(s *workspace.Settings) { s.Look = l.look })
		}
		list.Add(row)
	}
	return list
}

// pagingChoices say how much of a form is shown at one time.
func (a *App) pagingChoices() fyne.CanvasObject {
	list := formview.NewStack(0)
	for _, p := range []struct {
		paging formview.Paging
		id     locale.ID
	}{{formview.AsFormSays, "filling.as_form"}, {formview.ByQuestion, "filling.by_question"}, {formview.ByGroup, "filling.by_group"}, {formview.InOne, "filling.in_one"}} {
		row := formview.NewChoice("", a.words.Say(p.id), false)
		row.SetPicked(a.chosen.Paging == string(p.paging))
		row.OnPick = func() {
			a.choose(func(s *workspace.Settings) { s.Paging = string(p.paging) })
		}
		list.Add(row)
	}
	return list
}
