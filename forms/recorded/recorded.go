// Package recorded reads the cases that other engines' tests recorded, for the
// tests that hold ours against them. The cases are not part of the project:
// where they are absent, a test that asks for them is skipped and says so.
//
// They lie in ../shared/corpora beside the module, or where BARAZA_CORPORA says.
package recorded

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Read reads the JSON file of this name into v.
func Read(t testing.TB, name string, v any) {
	t.Helper()
	dir := os.Getenv("BARAZA_CORPORA")
	if dir == "" {
		dir = filepath.Join(module(t), "..", "shared", "corpora")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the recorded cases are not here (%s in %s); set BARAZA_CORPORA", name, dir)
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Departures are the ids that docs/departures.md lists with a reason: those
// that begin with one of the words, as "wf" in "wf-0001".
func Departures(t testing.TB, words ...string) map[string]bool {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(module(t), "docs", "departures.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, w := range words {
		for _, id := range regexp.MustCompile("`("+w+"-[0-9]{4})`").FindAllSubmatch(page, -1) {
			known[string(id[1])] = true
		}
	}
	return known
}

// module is the folder of go.mod above the test's own.
func module(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	t.Fatal("there is no module around this test", err)
	return ""
}
