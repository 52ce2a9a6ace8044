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
	file := func(name string) ([]byte, error) { return fs.ReadFile(assets.Samples, "forms/"+name) }
	kept := func(name string, _ int64, take func([]byte, error)) { take(file(name)) }
	options := func() formview.Options {
		return formview.Options{Words: a.words, Choose: a.chooseFile, File: file, Kept: kept, Studio: newStudio(&a.jobs), Remarks: true}
	}
	for _, p := range formview.NewForm(s, options()).Pages() {
		all = append(all, sample{"questions-" + strings.ToLower(strings.ReplaceAll(strings.TrimRight(p.Label, "?"), " ", "-")), func() {
			if shown != nil {
				shown.Close()
			}
			a.start(place{draw: func() screen {
				s.SetLanguages(a.languages()...)
				shown = formview.NewForm(s, options())
				shown.Show(p)
				return screen{title: def.Settings.Title, body: shown.Object()}
			}})
		}})
	}
	return all, nil
}

// sampleAnswers leave some questions blank, to be seen blank.
var sampleAnswers = map[string]any{
	"members": "12345", "phones": "3", "cost": "7", "hub": "radio", "service": "4", "reads": "rarely", "agree": "often", "roads": "radio mobile", "heard": "y",
	"pin": "1234", "page": "https://www.itu.int/council/",
	"where": "-1.2833 36.8167", "way": "-1.2833 36.8167; -1.2815 36.8181; -1.2809 36.8214; -1.2786 36.8226",
	"field": "-1.2841 36.8150 0 0; -1.2839 36.8172 0 0; -1.2856 36.8178 0 0; -1.2861 36.8155 0 0; -1.2841 36.8150 0 0",
	"photo": "plan.png", "code": "6 161100 300017", "source": "well", "houses": "school hall",
	"people": []any{
		map[string]any{"who": "Achieng Otieno", "said": "Hold the meetings where the people are."},
		map[string]any{"who": "Baraka Mwangi"}, map[string]any{"who": "Chebet Kiprono", "said": "Let us hear it on the radio."},
	},
	"met": "2007-06-22", "feast": "2007-09-12", "next": "2007-09-14T09:30",
}
