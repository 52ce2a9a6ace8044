package xform

import (
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/recorded"
)

// corpusForms are the forms of the recorded scenarios.
func corpusForms(t *testing.T) []string {
	t.Helper()
	var corpus struct{ Forms []string }
	recorded.Read(t, "scenarios.json", &corpus)
	if len(corpus.Forms) == 0 {
		t.Fatal("the corpus holds no forms")
	}
	return corpus.Forms
}

// TestCorpusFormsLoad reads every form of the scenarios: each was filled by
// another program, so each must be usable.
func TestCorpusFormsLoad(t *testing.T) {
	for i, form := range corpusForms(t) {
		def, found := Read([]byte(form))
		if err := forms.Usable(found); err != nil || def == nil {
			t.Errorf("form %d: %v", i, err)
		}
		for _, d := range found {
			if d.Warning {
				t.Logf("form %d: %v", i, d)
			}
		}
	}
}
