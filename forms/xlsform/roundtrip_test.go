package xlsform_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/recorded"
	"baraza.example/forms/xform"
	"baraza.example/forms/xlsform"
)

// xformOf is the XForm of a definition.
func xformOf(t testing.TB, def *forms.Definition) string {
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
			t.Errorf("%s: %v", c.ID, err)
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
	partly := 0
	for _, c := range cases {
		def := usable(c)
		if def == nil {
			continue
		}
		again, found := xform.Read([]byte(xformOf(t, def)))
		if err := forms.Usable(found); err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if !sameThroughWorkbook(t, c.ID, again) {
			partly++
		}
	}
	t.Logf("of %d forms a workbook can't say all", partly)
	if partly > 10 {
		t.Error("a form that came from a workbook should go back into one")
	}
}

// TestXFormsOfOtherProgramsBecomeWorkbooks takes forms that were never a
// workbook: what one can't say is reported, the rest means the same.
func TestXFormsOfOtherProgramsBecomeWorkbooks(t *testing.T) {
	var corpus struct{ Forms []string }
	recorded.Read(t, "scenarios.json", &corpus)
	whole, partly := 0, 0
	for i, form := range corpus.Forms {
		def, found := xform.Read([]byte(form))
		if forms.Usable(found) != nil {
			continue
		}
		wb, lost := xlsform.FromDefinition(def)
		back, found := xlsform.Read(wb)
		switch err := forms.Usable(found); {
		case len(lost) > 0:
			partly++
		case err != nil:
			t.Errorf("form %d: %v", i, err)
		case len(questions(back)) < len(questions(def)):
			t.Errorf("form %d: %d questions became %d", i, len(questions(def)), len(questions(back)))
		default:
			whole++
		}
	}
	t.Logf("forms that became workbooks whole: %d, in part: %d", whole, partly)
}

func questions(def *forms.Definition) (all []forms.Ref) {
	for e := range def.All() {
		if q, ok := e.(*forms.Question); ok {
			all = append(all, q.Ref)
		}
	}
	return all
}

// sameThroughWorkbook writes a definition as a workbook and holds what is read
// from it against it. False says that some of it was reported as lost.
func sameThroughWorkbook(t *testing.T, id string, def *forms.Definition) bool {
	t.Helper()
	wb, lost := xlsform.FromDefinition(def)
	back, found := xlsform.Read(wb)
	if err := forms.Usable(found); err != nil {
		if len(lost) == 0 {
			t.Errorf("%s: %v", id, err)
		}
		return false
	}
	if len(lost) > 0 {
		return false
	}
	if a, b := meaning(xformOf(t, def)), meaning(xformOf(t, back)); a != b {
		t.Errorf("%s: %s", id, firstDifference(a, b))
	}
	return true
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
