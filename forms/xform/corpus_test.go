package xform

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"baraza.example/forms"
)

const scenarios = "../../../shared/corpora/scenarios.json"

// corpusForms are the forms of the recorded scenarios.
func corpusForms(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(scenarios))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the conformance cases are not here:", scenarios)
	}
	if err != nil {
		t.Fatal(err)
	}
	var corpus struct{ Forms []string }
	if err := json.Unmarshal(data, &corpus); err != nil {
		t.Fatal(err)
	}
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
