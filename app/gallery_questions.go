package app

import (
	"fmt"
	"io/fs"
	"strings"

	"baraza.example/app/formview"
	"baraza.example/assets"
	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/forms/xlsform"
)

// questions are the pages of a form that has a question of every kind, half of
// them answered.
func (a *App) questions() ([]sample, error) {
	raw, err := fs.ReadFile(assets.Samples, "forms/controls.md")
	if err != nil {
		return nil, err
	}
	wb, err := xlsform.OpenMarkdown(string(raw))
	if err != nil {
		return nil, err
	}
	def, found := xlsform.Read(wb)
	if err := forms.Usable(found); err != nil {
		return nil, fmt.Errorf("samples/forms/controls.md: %w", err)
	}
	s, err := session.Start(def, session.Options{Now: a.clock})
	if err != nil {
		return nil, err
	}
	if err := session.Fill(s, sampleAnswers); err != nil {
		return nil, err
	}
	var all []sample
	var shown *formview.Form
	for _, p := range formview.NewForm(s, formview.Options{Words: a.words}).Pages() {
		all = append(all, sample{"questions-" + strings.ToLower(p.Label), func() {
			if shown != nil {
				shown.Close()
			}
			a.start(place{draw: func() screen {
				s.SetLanguages(a.languages()...)
				shown = formview.NewForm(s, formview.Options{Words: a.words})
				shown.Show(p)
				return screen{title: def.Settings.Title, body: shown.Object()}
			}})
		}})
	}
	return all, nil
}

// sampleAnswers leave some questions blank, to be seen blank.
var sampleAnswers = map[string]any{
	"members": "12345", "phones": "3", "cost": "7", "service": "4", "reads": "rarely", "agree": "often", "roads": "radio mobile", "heard": "y",
	"pin": "1234", "page": "https://www.itu.int/council/",
	"met": "2007-06-22", "feast": "2007-09-12", "next": "2007-09-14T09:30",
}
