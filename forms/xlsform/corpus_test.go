package xlsform_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"baraza.example/forms"
	"baraza.example/forms/recorded"
	"baraza.example/forms/xform"
	"baraza.example/forms/xlsform"
	"baraza.example/forms/xpath"
)

// A pyxformCase is a form of pyxform's own tests with what must be so of the
// XForm that is made of it.
type pyxformCase struct {
	ID            string
	Test          string
	FormName      string `json:"form_name"`
	ReferencePass bool   `json:"reference_pass"`
	MD            string
	Error         string
	XForm         string
	Expect        map[string]json.RawMessage
}

// refused reports whether the form must be refused.
func (c pyxformCase) refused() bool {
	for what, value := range c.Expect {
		if what == "errored" && string(value) == "true" || strings.HasPrefix(what, "error__") {
			return true
		}
	}
	return false
}

// pyxformCases are the cases that are scored; the others have no table or fail
// with pyxform itself.
func pyxformCases(t *testing.T) (scored []pyxformCase, others int) {
	t.Helper()
	var all struct{ Cases []pyxformCase }
	recorded.Read(t, "xlsform_assert.json", &all)
	for _, c := range all.Cases {
		if c.MD != "" && c.ReferencePass {
			scored = append(scored, c)
		}
	}
	if len(scored) == 0 {
		t.Fatal("the corpus holds no cases")
	}
	return scored, len(all.Cases) - len(scored)
}

// TestPyxformCases makes an XForm of each table and holds it against what
// pyxform's tests say. Cases in docs/departures.md are known to differ.
func TestPyxformCases(t *testing.T) {
	cases, others := pyxformCases(t)
	known := recorded.Departures(t, "pyx")
	passed, listed, failed := 0, 0, 0
	for _, c := range cases {
		why := judge(c)
		_, departs := known[c.ID]
		delete(known, c.ID)
		switch {
		case why == "" && departs:
			t.Errorf("%s passes and stands in docs/departures.md", c.ID)
		case why == "":
			passed++
		case departs:
			listed++
		default:
			failed++
			t.Logf("%s %s: %s", c.ID, c.Test[strings.LastIndexByte(c.Test, '.')+1:], why)
		}
	}
	for id := range known {
		t.Errorf("docs/departures.md lists %s, which is no scored case", id)
	}
	t.Logf("xlsform_assert: passed %d of %d (%.1f %%), known departures %d, failed %d; not scored %d",
		passed, len(cases), 100*float64(passed)/float64(len(cases)), listed, failed, others)
	if failed > 0 {
		t.Errorf("%d cases fail", failed)
	}
}

// judge says what is wrong with our result of a case, or "".
func judge(c pyxformCase) string {
	wb, err := xlsform.OpenMarkdown(c.MD)
	wb.Name = c.FormName
	var def *forms.Definition
	var found []forms.Diagnostic
	if err == nil {
		def, found = xlsform.Read(wb)
		err = forms.Convertible(found)
	}
	switch {
	case c.refused() && err == nil:
		return "is taken, must be refused: " + c.Error
	case c.refused():
		return rightPlace(c, found)
	case err != nil:
		return "is refused: " + strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	var out bytes.Buffer
	if err := xform.Write(&out, def); err != nil {
		return err.Error()
	}
	x := &xformResult{text: out.String()}
	x.doc, err = xpath.ReadTree(bytes.NewReader(out.Bytes()))
	if err != nil {
		return err.Error()
	}
	for _, what := range slices.Sorted(mapKeys(c.Expect)) {
		if why := x.expect(what, c.Expect[what]); why != "" {
			return what + ": " + why
		}
	}
	return ""
}

func mapKeys(m map[string]json.RawMessage) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

var (
	errorRow   = regexp.MustCompile(`\[row : (\d+)\]`)
	errorSheet = regexp.MustCompile(`'(survey|choices|settings|entities|external_choices)' sheet`)
)

// rightPlace says what is wrong with where we see the fault, or "".
func rightPlace(c pyxformCase, found []forms.Diagnostic) string {
	row := errorRow.FindStringSubmatch(c.Error)
	sheet := errorSheet.FindStringSubmatch(c.Error)
	if row == nil {
		return ""
	}
	n, _ := strconv.Atoi(row[1])
	for _, d := range found {
		if !d.Warning && d.Place.Row == n && (sheet == nil || d.Place.Sheet == sheet[1]) {
			return ""
		}
	}
	return fmt.Sprintf("the fault is seen elsewhere: %v; there: %s", forms.Usable(found), c.Error)
}

// An xformResult is an XForm with the tree that assertions look at.
type xformResult struct {
	text string
	doc  *xpath.Tree
}

var assertionPrefixes = map[string]string{
	"x": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml", "jr": "http://openrosa.org/javarosa",
	"orx": "http://openrosa.org/xforms", "odk": "http://www.opendatakit.org/xforms", "ev": "http://www.w3.org/2001/xml-events",
	"xsd": "http://www.w3.org/2001/XMLSchema", "entities": "http://www.opendatakit.org/xforms/entities",
	"ex": "http://example.com/xforms",
}

func (x *xformResult) find(expr string) ([]xpath.Node, error) {
	e, err := xpath.Compile(strings.TrimSpace(expr))
	if err != nil {
		return nil, err
	}
	v, err := e.Eval(&xpath.Context{Node: x.doc, Root: x.doc, Namespaces: assertionPrefixes})
	if err != nil {
		return nil, err
	}
	return v.Nodes(), nil
}

// expect checks one kind of assertion. Texts of messages and warnings aren't
// scored.
func (x *xformResult) expect(what string, value json.RawMessage) string {
	switch what {
	case "xml__xpath_match":
		return each(value, func(expr string) string { return x.count(expr, 1) })
	case "xml__xpath_count":
		return each(value, func(pair [2]any) string { return x.count(pair[0].(string), int(pair[1].(float64))) })
	case "xml__xpath_exact":
		return each(value, func(pair [2]any) string { return x.exact(pair[0].(string), pair[1].([]any)) })
	case "xml__contains", "model__contains", "instance__contains":
		return each(value, func(s string) string {
			if !strings.Contains(x.text, s) {
				return s + " is missing"
			}
			return ""
		})
	case "xml__excludes", "model__excludes", "instance__excludes":
		return each(value, func(s string) string {
			if strings.Contains(x.text, s) {
				return s + " is there"
			}
			return ""
		})
	}
	switch {
	case strings.HasPrefix(what, "warnings"), strings.HasPrefix(what, "odk_validate"), what == "errored":
		return ""
	}
	return "is an assertion that this test doesn't know"
}

func each[T any](value json.RawMessage, check func(T) string) string {
	var all []T
	if err := json.Unmarshal(value, &all); err != nil {
		return err.Error()
	}
	for _, one := range all {
		if why := check(one); why != "" {
			return why
		}
	}
	return ""
}

// inScope is what assertions ask of namespace nodes, which our XPath leaves out.
var inScope = regexp.MustCompile(`^/h:html\[namespace::(?:\*\[name\(\)='(\w*)'\]|(\w+))='([^']*)'\]$`)

func (x *xformResult) count(expr string, want int) string {
	if m := inScope.FindStringSubmatch(strings.TrimSpace(expr)); m != nil {
		declaration := "xmlns"
		if prefix := m[1] + m[2]; prefix != "" {
			declaration += ":" + prefix
		}
		if strings.Contains(x.text, fmt.Sprintf(" %s=%q", declaration, m[3])) {
			return ""
		}
		return declaration + " is missing"
	}
	nodes, err := x.find(expr)
	if err != nil {
		return fmt.Sprintf("%s: %v", expr, err)
	}
	if len(nodes) != want {
		return fmt.Sprintf("%d nodes, not %d: %s", len(nodes), want, strings.Join(strings.Fields(expr), " "))
	}
	return ""
}

func (x *xformResult) exact(expr string, want []any) string {
	nodes, err := x.find(expr)
	if err != nil {
		return fmt.Sprintf("%s: %v", expr, err)
	}
	got := map[string]bool{}
	for _, n := range nodes {
		got[written(n)] = true
	}
	for _, v := range want {
		if !got[v.(string)] {
			return fmt.Sprintf("%v is not among %v", v, got)
		}
		delete(got, v.(string))
	}
	if len(got) > 0 {
		return fmt.Sprintf("%v is too much", got)
	}
	return ""
}

// written is a node as the assertions write it: an attribute by its value, an
// element with its attributes sorted.
func written(n xpath.Node) string {
	var b strings.Builder
	switch n.Kind() {
	case xpath.Element:
		b.WriteString("<" + n.Name())
		attrs := slices.Clone(n.Attributes())
		slices.SortFunc(attrs, func(a, b xpath.Node) int {
			return cmp.Or(cmp.Compare(strings.Count(a.Name(), ":"), strings.Count(b.Name(), ":")), cmp.Compare(a.Name(), b.Name()))
		})
		for _, a := range attrs {
			b.WriteString(" " + a.Name() + `="` + a.Text() + `"`)
		}
		if len(n.Children()) == 0 {
			b.WriteString("/>")
			break
		}
		b.WriteByte('>')
		for _, c := range n.Children() {
			b.WriteString(written(c))
		}
		b.WriteString("</" + n.Name() + ">")
	default:
		return n.Text()
	}
	return b.String()
}
