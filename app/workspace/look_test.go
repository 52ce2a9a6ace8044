package workspace

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestTheLookIsKnownBeforeTheStoreIsOpen(t *testing.T) {
	dir := t.TempDir()
	if got := LastLook(dir); !reflect.DeepEqual(got, Settings{}) {
		t.Errorf("a folder with nothing kept has %+v", got)
	}
	want := Settings{Languages: []string{"fr", "en"}, TextSize: 140, Look: LookDark}
	kept := want
	kept.Hub, kept.Trusted = "https://hub.example#pin=secret", []string{"pin"}
	if err := KeepLook(dir, kept); err != nil {
		t.Fatal(err)
	}
	if got := LastLook(dir); !reflect.DeepEqual(got, want) {
		t.Errorf("it is %+v", got)
	}
	raw, err := os.ReadFile(filepath.Join(dir, lookName))
	if err != nil || strings.Contains(string(raw), "pin") {
		t.Errorf("the file that is not sealed holds %s, %v", raw, err)
	}
}

func TestAGarbledLookIsNone(t *testing.T) {
	for name, content := range map[string]string{
		"nothing":      "",
		"no JSON":      "\x00\xff{",
		"another kind": `{"languages":{"a":1}}`,
		"too long":     `{"look":"` + strings.Repeat("x", maxBeside) + `"}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, lookName), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := LastLook(dir); !reflect.DeepEqual(got, Settings{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheSizeOfTheWindowIsKept(t *testing.T) {
	dir := t.TempDir()
	if got := LastWindow(dir); got != (WindowSize{}) {
		t.Errorf("of nothing it is %v", got)
	}
	if err := KeepWindow(dir, WindowSize{Width: 412.5, Height: 700}); err != nil {
		t.Fatal(err)
	}
	if err := KeepLook(dir, Settings{TextSize: 140}); err != nil { // beside it
		t.Fatal(err)
	}
	if got := LastWindow(dir); got.Width != 412.5 || got.Height != 700 {
		t.Errorf("it is %v", got)
	}
	for _, odd := range []string{`{"width":-1,"height":5}`, `{"width":1e30,"height":700}`, `{"width":"x"}`, `{`, ``, `null`} {
		if err := os.WriteFile(filepath.Join(dir, windowName), []byte(odd), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := LastWindow(dir); got != (WindowSize{}) {
			t.Errorf("of %q it is %v", odd, got)
		}
	}
	if err := KeepWindow("", WindowSize{}); err != nil || LastWindow("") != (WindowSize{}) {
		t.Errorf("without a folder: %v", err)
	}
}
