package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"baraza.example/forms/recorded"
)

func TestReadmeShowsTheFeatures(t *testing.T) {
	old, updated, err := readme("..")
	if err != nil {
		t.Fatal(err)
	}
	if old != updated {
		t.Error("README.md is older than docs/features.json: run go generate ./docs")
	}
}

func TestFeaturesNameTestsThatExist(t *testing.T) {
	sections, err := readFeatures("features.json")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, s := range sections {
		for _, f := range s.Features {
			rows++
			if f.Test == "" {
				continue
			}
			dir, test, ok := strings.Cut(f.Test, " ")
			if !ok || !declared(t, filepath.Join("..", filepath.FromSlash(dir)), test) {
				t.Errorf("%q: there is no test %q", f.Name, f.Test)
			}
		}
	}
	if rows == 0 {
		t.Error("features.json has no rows")
	}
}

func TestAFeatureWithoutTestIsRefused(t *testing.T) {
	for _, text := range []string{
		`[{"title":"x","features":[{"name":"y","state":"done"}]}]`,
		`[{"title":"x","features":[{"name":"y","state":"perhaps","test":"a B"}]}]`,
		`[{"title":"x","features":[{"name":"y","state":"partial","test":"a B"}]}]`,
		`[{"title":"x","features":[{"name":"y","state":"not"}]}]`,
	} {
		name := filepath.Join(t.TempDir(), "features.json")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readFeatures(name); err == nil {
			t.Errorf("accepted %s", text)
		}
	}
}

func TestEveryRowOfODKsFeatureMatrixIsThere(t *testing.T) {
	var matrix map[string]map[string]string
	recorded.Read(t, "feature_matrix.json", &matrix)
	sections, err := readFeatures("features.json")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, s := range sections {
		wanted, ok := matrix[s.Title]
		if s.ODK != ok {
			t.Errorf("section %q: odk is %v", s.Title, s.ODK)
		}
		for _, f := range s.Features {
			if _, ok := wanted[f.Name]; s.ODK && !ok {
				t.Errorf("%s: ODK has no row %q", s.Title, f.Name)
			}
			delete(wanted, f.Name)
			rows++
		}
		for name := range wanted {
			t.Errorf("%s: the row %q is missing", s.Title, name)
		}
		delete(matrix, s.Title)
	}
	for title := range matrix {
		t.Errorf("the section %q is missing", title)
	}
	if rows == 0 {
		t.Error("features.json has no rows")
	}
}

// declared looks for a test function in the test files of dir, or, where the
// test is a script, for the script.
func declared(t *testing.T, dir, test string) bool {
	if strings.HasSuffix(test, ".txtar") {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(test)))
		return err == nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	decl := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(test) + `\(`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if decl.Match(text) {
			return true
		}
	}
	return false
}
