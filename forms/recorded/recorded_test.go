package recorded_test

import (
	"os"
	"path/filepath"
	"testing"

	"baraza.example/forms/recorded"
)

func TestCasesAreReadFromWhereTheyAreSaidToBe(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BARAZA_CORPORA", dir)
	if err := os.WriteFile(filepath.Join(dir, "some.json"), []byte(`{"Cases": [1, 2]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []int }
	recorded.Read(t, "some.json", &file)
	if len(file.Cases) != 2 {
		t.Errorf("read %v", file.Cases)
	}
	skipped := t.Run("absent", func(t *testing.T) {
		recorded.Read(t, "other.json", &file)
		t.Error("what isn't there was read")
	})
	if !skipped {
		t.Error("a test without its cases is not skipped")
	}
}

func TestDeparturesAreThoseOfThePage(t *testing.T) {
	known := recorded.Departures(t, "wf")
	if !known["wf-1684"] || known["pyx-0254"] {
		t.Errorf("departures %v", known)
	}
}
