package locale

import "testing"

func TestWhatPeopleTakeForTheSameIsFound(t *testing.T) {
	f := NewFolder()
	for _, c := range []struct {
		text, words   string
		found, begins bool
	}{
		{"Côte d’Ivoire", "cote", true, true},
		{"Côte d’Ivoire", "IVOIRE", true, false},
		{"Türkiye", "turk", true, true},
		{"المملكة العربية السعودية", "السعوديه", true, false},
		{"إريتريا", "اريتريا", true, true},
		{"République démocratique du Congo", "congo republique", true, false},
		{"Straße", "STRASSE", true, true},
		{"किसान", "कसन", false, false},
		{"ኢትዮጵያ", "ኢትዮ", true, true},
		{"Kenya", "", true, true},
		{"Kenya", "Uganda", false, false},
	} {
		s, folded := f.Search(c.words), f.Of(c.text)
		if found, begins := s.In(c.text), s.BeginsFolded(folded); found != c.found || begins != c.begins || s.InFolded(folded) != found {
			t.Errorf("%q in %q: found %t, begins %t", c.words, c.text, found, begins)
		}
	}
	if !f.Search(" \u200f\n").Empty() || f.Search("a").Empty() {
		t.Error("what looks for nothing is not told from what looks for something")
	}
}
