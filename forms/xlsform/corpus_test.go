package xlsform_test

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/xlsform"
)

// A pyxformCase is a form of pyxform's own tests with what it makes of it.
type pyxformCase struct {
	ID       string
	FormName string `json:"form_name"`
	MD       string
	XForm    string
	Expect   map[string]any
}

func (c pyxformCase) refused() bool {
	for what, value := range c.Expect {
		if what == "errored" && value == true || strings.HasPrefix(what, "error__") {
			return true
		}
	}
	return false
}

func pyxformCases(t *testing.T) []pyxformCase {
	t.Helper()
	shared := os.Getenv("BARAZA_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	data, err := os.ReadFile(filepath.Join(shared, "corpora/xlsform_assert.json"))
	if err != nil {
		t.Skip("the corpora are not here: set BARAZA_SHARED to the folder that holds corpora/")
	}
	var all struct{ Cases []pyxformCase }
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all.Cases
}

// TestFormsOfPyxformAreTakenOrRefusedAsThere counts on how many forms we agree
// with pyxform. The numbers may only grow; what is missing are loops, OSM,
// external_choices, choices taken from repeats, and the rules of parameters
// and entities.
func TestFormsOfPyxformAreTakenOrRefusedAsThere(t *testing.T) {
	var taken, strict, refused, lax, binds, otherBinds int
	for _, c := range pyxformCases(t) {
		if c.MD == "" {
			continue
		}
		def, err := readMarkdown(c)
		switch {
		case c.refused() && err != nil:
			refused++
		case c.refused():
			lax++
		case err != nil:
			strict++
			t.Logf("%s is refused: %s", c.ID, strings.ReplaceAll(err.Error(), "\n", "; "))
		default:
			taken++
			same, other := compareBinds(t, c, def)
			binds += same
			otherBinds += other
		}
	}
	t.Logf("taken %d of %d, refused %d of %d, the same binds %d of %d", taken, taken+strict, refused, refused+lax, binds, binds+otherBinds)
	if taken < 469 || refused < 94 || binds < 1372 {
		t.Error("fewer than before")
	}
}

func readMarkdown(c pyxformCase) (*forms.Definition, error) {
	wb, err := xlsform.OpenMarkdown(c.MD)
	if err != nil {
		return nil, err
	}
	wb.Name = c.FormName
	def, found := xlsform.Read(wb)
	return def, forms.Usable(found)
}

// compareBinds holds the binds of the XForm against those of def.
func compareBinds(t *testing.T, c pyxformCase, def *forms.Definition) (same, other int) {
	d := xml.NewDecoder(strings.NewReader(c.XForm))
	for {
		token, err := d.Token()
		if err != nil {
			return same, other
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "bind" {
			continue
		}
		want := map[string]string{}
		for _, a := range start.Attr {
			want[a.Name.Local] = a.Value
		}
		e := def.Element(forms.Ref(want["nodeset"]))
		if e == nil || !sameBind(e.Base().Bind, want) {
			t.Logf("%s: another bind for %s", c.ID, want["nodeset"])
			other++
			continue
		}
		same++
	}
}

func sameBind(b forms.Bind, want map[string]string) bool {
	for name, got := range map[string]string{
		"calculate": b.Calculate, "relevant": b.Relevant, "constraint": b.Constraint,
		"required": b.Required, "readonly": b.ReadOnly, "preload": b.Preload,
	} {
		if want[name] != got && !(want[name] == "false()" && got == "") {
			return false
		}
	}
	return b.Type == "" || string(b.Type) == want["type"]
}
