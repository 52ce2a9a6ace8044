package assets_test

import (
	"io/fs"
	"strings"
	"testing"

	"baraza.example/assets"
	"baraza.example/forms/translate"
)

// All translations that ship are drafts and must say so.
func TestTheTranslationsFitTheFormAndAreMarkedAsDrafts(t *testing.T) {
	names, err := fs.Glob(assets.Consultation, "translations/*.json")
	if err != nil || len(names) < 9 {
		t.Fatalf("%d translations: %v", len(names), err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(assets.Consultation, name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := translate.Decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, d := range c.Apply(questionnaire(t)) {
			t.Errorf("%s: %v", name, d)
		}
		if !strings.Contains(c.Note, "UNREVIEWED") || c.Author == "" {
			t.Errorf("%s does not say that it is a draft, and whose", name)
		}
		for _, u := range c.Units {
			if u.State != translate.NeedsReview {
				t.Errorf("%s: %s is %s", name, u.ID, u.State)
			}
		}
	}
}
