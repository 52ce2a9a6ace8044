package xlsform_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/xform"
	"baraza.example/forms/xlsform"
)

// written is the XForm of a definition.
func xformOf(t *testing.T, def *forms.Definition) string {
	t.Helper()
	var b bytes.Buffer
	if err := xform.Write(&b, def); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWhatIsWrittenIsReadAndWrittenTheSame takes each usable form of pyxform's
// tests through XForm and back.
func TestWhatIsWrittenIsReadAndWrittenTheSame(t *testing.T) {
	cases, _ := pyxformCases(t)
	for _, c := range cases {
		def := usable(c)
		if def == nil {
			continue
		}
		first := xformOf(t, def)
		again, found := xform.Read([]byte(first))
		if err := forms.Usable(found); err != nil {
			t.Logf("%s: %v", c.ID, err)
			continue
		}
		second := xformOf(t, again)
		if a, b := meaning(first), meaning(second); a != b {
			t.Errorf("%s: %s", c.ID, firstDifference(a, b))
		}
		third, _ := xform.Read([]byte(second))
		if again := xformOf(t, third); again != second {
			t.Errorf("%s: %s", c.ID, firstDifference(second, again))
		}
	}
}

// TestAWorkbookOfADefinitionMeansTheSame takes each usable form of pyxform's
// tests through XForm to a workbook and back.
func TestAWorkbookOfADefinitionMeansTheSame(t *testing.T) {
	cases, _ := pyxformCases(t)
	same, other := 0, 0
	for _, c := range cases {
		def := usable(c)
		if def == nil {
			continue
		}
		first := xformOf(t, def)
		again, found := xform.Read([]byte(first))
		if forms.Usable(found) != nil {
			continue
		}
		wb, lost := xlsform.FromDefinition(again)
		back, found := xlsform.Read(wb)
		if err := forms.Usable(found); err != nil {
			t.Errorf("%s: %v (lost %v)", c.ID, err, lost)
			other++
			continue
		}
		if a, b := meaning(first), meaning(xformOf(t, back)); a != b && len(lost) == 0 {
			t.Errorf("%s: %s", c.ID, firstDifference(a, b))
			other++
			continue
		}
		same++
	}
	t.Logf("same %d other %d", same, other)
}

func usable(c pyxformCase) *forms.Definition {
	wb, err := xlsform.OpenMarkdown(c.MD)
	if err != nil {
		return nil
	}
	wb.Name = c.FormName
	def, found := xlsform.Read(wb)
	if forms.Usable(found) != nil {
		return nil
	}
	return def
}

var (
	edgeSpaces = regexp.MustCompile(`=" *([^"]*?) *"`)
	pathSpaces = regexp.MustCompile(` *((?:current\(\)/)?(?:\.\.?/|/)[\w./-]+) *`)
)

// meaning is an XForm without the spaces around expressions and paths and the
// order of binds, which mean nothing.
func meaning(xform string) string {
	lines := strings.Split(pathSpaces.ReplaceAllString(edgeSpaces.ReplaceAllString(xform, `="$1"`), "$1"), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "\n  " + strings.TrimSpace(x[i]) + "\n  " + strings.TrimSpace(y[i])
		}
	}
	return "one goes on"
}
