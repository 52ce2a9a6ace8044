package xform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"baraza.example/forms"
)

func mustWrite(t testing.TB, d *forms.Definition) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withoutPlaces drops where things stood in the XML.
func withoutPlaces(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			withoutPlaces(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			withoutPlaces(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[forms.Place]() {
			v.SetZero()
			return
		}
		for i := range v.NumField() {
			withoutPlaces(v.Field(i))
		}
	}
}

// TestReadWriteReadGivesTheSameDefinition takes the forms of the scenarios, which
// no converter has put in order, through the writer.
func TestReadWriteReadGivesTheSameDefinition(t *testing.T) {
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
	for i, form := range corpus.Forms {
		first, found := Read([]byte(form))
		if forms.Usable(found) != nil {
			continue
		}
		text := mustWrite(t, first)
		second, found := Read(text)
		if err := forms.Usable(found); err != nil {
			t.Errorf("form %d: what was written can't be read: %v", i, err)
			continue
		}
		if again := mustWrite(t, second); !bytes.Equal(text, again) {
			t.Errorf("form %d: written otherwise the second time: %s", i, difference(string(text), string(again)))
		}
		withoutPlaces(reflect.ValueOf(first))
		withoutPlaces(reflect.ValueOf(second))
		if !reflect.DeepEqual(first, second) {
			a, _ := json.MarshalIndent(first, "", " ")
			b, _ := json.MarshalIndent(second, "", " ")
			t.Errorf("form %d: another definition: %s", i, difference(string(a), string(b)))
		}
	}
}

func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "\n  " + strings.TrimSpace(x[i]) + "\n  " + strings.TrimSpace(y[i])
		}
	}
	return "one goes on"
}
