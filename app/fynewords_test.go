package app

import (
	"testing"

	"fyne.io/fyne/v2/lang"

	"baraza.example/app/workspace"
)

func TestFynesOwnWordsFollowTheLanguage(t *testing.T) {
	p := known(t, phone)
	for _, c := range []struct{ language, cut, all string }{
		{"fr", "Couper", "Tout sélectionner"}, {"hi", "काटें", "सब चुनें"}, {"en", "Cut", "Select all"}, {"zh", "剪切", "全选"},
	} {
		p.choose(func(s *workspace.Settings) { s.Languages = []string{c.language} })
		if cut, all := lang.L("Cut"), lang.L("Select all"); cut != c.cut || all != c.all {
			t.Errorf("in %s Fyne says %q and %q", c.language, cut, all)
		}
		for key := range fyneWords {
			if said := lang.L(key); said == key && c.language == "hi" {
				t.Errorf("in %s Fyne says %q", c.language, said)
			}
		}
	}
}
