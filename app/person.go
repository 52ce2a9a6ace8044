package app

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"baraza.example/app/formview"
	"baraza.example/app/workspace"
)

// showPerson asks for what forms fill in by themselves of the person.
func (a *App) showPerson() {
	save := &autosave{a: a, take: func() func(context.Context) error {
		w, given := a.work, a.chosen.Metadata
		return func(ctx context.Context) error {
			_, err := w.Change(ctx, func(s *workspace.Settings) { s.Metadata = given })
			return err
		}
	}}
	a.goTo(place{draw: func() screen { return a.person(save.touched) }, leave: save.flush})
}

func (a *App) person(changed func()) screen {
	say := a.words.Say
	content := formview.NewStack(gapParts)
	scroll := formview.NewScroll(formview.NewColumn(content))
	content.Objects = []fyne.CanvasObject{lines(heading(say("person.title")), wrapped(say("person.why")))}
	field := func(name string, value *string) {
		_, object := newField(scroll, false, *value, func(s string) {
			*value = strings.TrimSpace(s)
			changed()
		})
		content.Add(formview.NewStack(gapTight, strong(name), object))
	}
	p := &a.chosen.Metadata
	field(say("person.username"), &p.Username)
	field(say("person.email"), &p.Email)
	field(say("person.phone"), &p.Phone)
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
