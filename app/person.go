package app

import (
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// showPerson asks for what forms fill in by themselves of the person.
func (a *App) showPerson() { a.goTo(place{draw: a.person}) }

func (a *App) person() screen {
	say := a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	content.Objects = []fyne.CanvasObject{lines(heading(say("person.title")), wrapped(say("person.why")))}
	field := func(name, value string, at func(*workspace.Metadata) *string) {
		_, object := newField(scroll, false, value, func(s string) {
			a.keepChoice(func(c *workspace.Settings) { *at(&c.Metadata) = strings.TrimSpace(s) })
		})
		content.Add(formview.NewStack(gapTight, strong(name), object))
	}
	p := a.chosen.Metadata
	field(say("person.username"), p.Username, func(p *workspace.Metadata) *string { return &p.Username })
	field(say("person.email"), p.Email, func(p *workspace.Metadata) *string { return &p.Email })
	field(say("person.phone"), p.Phone, func(p *workspace.Metadata) *string { return &p.Phone })
	content.Add(quiet(say("person.later")))
	return screen{title: say("person.title"), way: "nav.settings", body: scroll}
}

// personState says what of it is given.
func (a *App) personState() string {
	var given []string
	p := a.chosen.Metadata
	for _, v := range []string{p.Username, p.Email, p.Phone} {
		if v != "" {
			given = append(given, v)
		}
	}
	if len(given) == 0 {
		return a.words.Say("person.nothing")
	}
	return strings.Join(given, " · ")
}
