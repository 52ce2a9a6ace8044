package xpath

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// readForm returns the document of testdata/form.xml and its primary instance,
// which absolute paths start from.
func readForm(t testing.TB) (doc, primary Node) {
	t.Helper()
	f, err := os.Open("testdata/form.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tree, err := ReadTree(f)
	if err != nil {
		t.Fatal(err)
	}
	return tree, first(tree, "//instance")
}

func formContext(doc, primary Node) *Context {
	return &Context{
		Root:       primary,
		Instance:   func(id string) Node { return first(doc, "//instance[@id='"+id+"']") },
		Itext:      func(id string) string { return "text of " + id },
		ChoiceName: func(value, ref string) string { return value + " of " + ref },
		Property:   func(name string) string { return "property " + name },
		Version:    "7",
		Now:        func() time.Time { return time.Date(2026, 3, 5, 16, 0, 0, 0, time.FixedZone("EAT", 3*60*60)) },
		Rand:       rand.New(rand.NewPCG(1, 2)),
	}
}

// A row of testdata is: expression | context | result. The result is a text in
// quotes, a number, true or false, the paths of nodes, or "error: …".
type row struct{ file, expr, context, result string }

func rows(t testing.TB) []row {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no rows in testdata: %v", err)
	}
	var all []row
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "#") {
				continue
			}
			rest, result, ok := cutLast(line, " | ")
			expr, context, ok2 := cutLast(rest, " | ")
			if !ok || !ok2 {
				t.Fatalf("%s: no row: %q", file, line)
			}
			all = append(all, row{filepath.Base(file), expr, context, result})
		}
	}
	return all
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func TestExpressions(t *testing.T) {
	doc, primary := readForm(t)
	for _, r := range rows(t) {
		ctx := formContext(doc, primary)
		ctx.Node = at(t, primary, r.context)
		v, err := evalIn(ctx, r.expr)
		if got := show(primary, v, r.result, err); got != r.result {
			t.Errorf("%s: %s\n got %s\nwant %s", r.file, r.expr, got, r.result)
		}
	}
}

// show writes v in the way that want is written.
func show(primary Node, v Value, want string, err error) string {
	switch {
	case err != nil:
		return "error: " + err.Error()
	case strings.HasPrefix(want, `"`):
		return `"` + v.String() + `"`
	case v.Type() == NodeSet && (want == "" || strings.HasPrefix(want, "/")):
		var paths []string
		for _, n := range v.Nodes() {
			path := strings.TrimPrefix(PathOf(n), PathOf(primary))
			if path == "" {
				path = "/"
			}
			paths = append(paths, path)
		}
		return strings.Join(paths, " ")
	case v.Type() == NodeSet:
		return formatNumber(v.Number())
	}
	return v.String()
}

func TestEveryFunctionHasARow(t *testing.T) {
	var all strings.Builder
	for _, r := range rows(t) {
		all.WriteString(r.expr + "\n")
	}
	for _, f := range Library() {
		if !strings.Contains(all.String(), f.Name+"(") {
			t.Errorf("no row in testdata calls %s()", f.Name)
		}
	}
}

func TestMonthsInTheLanguageOfTheForm(t *testing.T) {
	for lang, want := range map[string]string{"fr": "3 févr. mar.", "sw-TZ": "3 Feb Jumanne", "zh-Hans": "3 2月 周二", "am": "3 ፌብሩ ማክሰ", "": "3 Feb Tue", "xx": "3 Feb Tue"} {
		v, err := evalIn(&Context{Language: lang}, "format-date('2026-02-03', '%e %b %a')")
		if err != nil || v.String() != want {
			t.Errorf("%q: %q, %v; want %q", lang, v.String(), err, want)
		}
	}
}

// In Cairo the clocks went from 24 April 2026, 00:00 straight to 01:00.
func TestADayWithoutMidnightIsADate(t *testing.T) {
	cairo, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Fatal(err)
	}
	ctx := &Context{Now: func() time.Time { return time.Date(2026, 4, 24, 15, 0, 0, 0, cairo) }}
	for src, want := range map[string]string{
		"today()":                            "2026-04-24",
		"date('2026-04-24')":                 "2026-04-24",
		"date(date('2026-4-24'))":            "2026-04-24",
		"format-date('2026-04-24', '%d/%m')": "24/04",
		"date('2026-04-24') = today()":       "true",
		"decimal-date-time('2026-04-24T01:00:00.000+03:00') - today()": "0",
	} {
		if v, err := evalIn(ctx, src); err != nil || v.String() != want {
			t.Errorf("%s: %q, %v; want %q", src, v.String(), err, want)
		}
	}
}

func TestNamesWithoutPrefixAreFoundInAnyWay(t *testing.T) {
	doc, err := ReadTree(strings.NewReader(`<h:html xmlns:h="http://www.w3.org/1999/xhtml" xmlns="http://www.w3.org/2002/xforms" xmlns:xf="http://www.w3.org/2002/xforms">
		<x/><xf:x/><h:x/><x xmlns="http://www.w3.org/1999/xhtml"/><o:x xmlns:o="urn:o"/><x xmlns=""/><xx/></h:html>`))
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range []string{"count(//x)", "count(/h:html/x)", "count(/*/descendant::x)", "count(//*[self::x])", "count(/h:html/x[1]/../x)"} {
		v, err := evalIn(&Context{Node: doc}, src)
		if err != nil || v.Number() != 3 {
			t.Errorf("%s: %v, %v; want the three of XForms and of no namespace", src, v.Number(), err)
		}
	}
}

func TestPrintingKeepsTheTree(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"1+2*3", "1 + 2 * 3"},
		{"(1+2)+3", "(1 + 2) + 3"},
		{"1-(2-3)", "1 - (2 - 3)"},
		{"- -(-1)", "--(-1)"},
		{"((a)[1])[2]", "(((a)[1])[2]"[1:]},
		{"(/)*2", "(/) * 2"},
		{"/", "/"},
		{"a//b", "a//b"},
		{"//descendant-or-self::node()/x", "//descendant-or-self::node()/x"},
		{"child::a/attribute::b", "a/@b"},
		{"self::node()/parent::node()[1]", "./parent::node()[1]"},
		{"(a|b)/c", "(a | b)/c"},
		{`concat("it's",'"')`, `concat("it's", '"')`},
		{"processing-instruction('x')", `processing-instruction("x")`},
		{"div div div", "div div div"},
	} {
		e, err := Compile(c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := e.String(); got != c.want {
			t.Errorf("%s is printed as %s, want %s", c.src, got, c.want)
		}
		if again, err := Compile(c.want); err != nil || !sameTree(e.root, again.root) {
			t.Errorf("%s: what is printed is another tree (%v)", c.src, err)
		}
	}
}

// sameTree compares syntax trees but for the places of calls in the source.
func sameTree(a, b node) bool {
	return reflect.DeepEqual(withoutOffsets(a), withoutOffsets(b))
}

func withoutOffsets(n node) node {
	visit(n, func(n node) {
		if c, ok := n.(*call); ok {
			c.offset = 0
		}
	})
	return n
}

func FuzzCompile(f *testing.F) {
	for _, r := range rows(f) {
		f.Add(r.expr)
	}
	doc, primary := readForm(f)
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Compile(src)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || se.Offset < 0 || se.Offset > len(src) {
				t.Fatalf("no place in %#v", err)
			}
			return
		}
		printed := e.String()
		again, err := Compile(printed)
		if len(printed) > MaxLength {
			return // "a|b" grows to "a | b"
		}
		if err != nil || again.String() != printed {
			t.Fatalf("%q is printed as %q, and that as %v (%v)", src, printed, again, err)
		}
		if !sameTree(e.root, again.root) {
			t.Fatalf("%q is printed as %q, which is another tree", src, printed)
		}
		e.References()
		e.Problems()
		ctx := formContext(doc, primary)
		ctx.Node, ctx.Steps = primary, 20_000
		if _, err := e.Eval(ctx); err != nil {
			var ee *EvalError
			if !errors.As(err, &ee) && !errors.Is(err, ErrBudget) {
				t.Fatal(err)
			}
		}
	})
}

func TestReferences(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string // resolved from /data/household/member/age
	}{
		{"1 + 2", nil},
		{".", []string{"/data/household/member/age"}},
		{"../name", []string{"/data/household/member/name"}},
		{"/data/a[3]/b", []string{"/data/a/b"}},
		{"sum(/data/household/member[../open = 'yes']/age)", []string{"/data/household/open", "/data/household/member/age"}},
		{"/data/r[x > current()/../y]/z", []string{"/data/r/x", "/data/household/member/y", "/data/r/z"}},
		{"if(../a, ../b, ../c)", []string{"/data/household/member/a", "/data/household/member/b", "/data/household/member/c"}},
		{"string(if(1, ../b, ../c)/d)", []string{"/data/household/member/b/d", "/data/household/member/c/d"}},
		{"(../a | /data/b)/c", []string{"/data/household/member/a/c", "/data/b/c"}},
		{"once(random())", []string{"/data/household/member/age"}},
		{"string()", []string{"/data/household/member/age"}},
		{"//age", []string{"//age"}},
		{"../@id", []string{"/data/household/member/@id"}},
		{"position(..)", []string{"/data/household/member"}},
		{"indexed-repeat(/data/r/n, /data/r, ../i)", []string{"/data/r", "/data/household/member/i", "/data/r/n"}},
		{"instance('v')/root/item[d = /data/d]/label", []string{"", "/data/d", ""}},
		{"preceding-sibling::member", []string{"/data/household/member/member"}},
		{"following::x", []string{"//x"}},
		{"../../../../../x", []string{""}},
	} {
		e, err := Compile(c.src)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range e.References() {
			got = append(got, r.Resolve("/data/household/member/age"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s reads %q, want %q", c.src, got, c.want)
		}
	}
}

func TestReferencesToSecondaryInstances(t *testing.T) {
	e, err := Compile("instance('villages')/root/item[district = 'x']/label")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range e.References() {
		got = append(got, r.String())
	}
	want := []string{"instance(villages)/root/item/district", "instance(villages)/root/item/label"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProblemsAreFoundWithoutEvaluating(t *testing.T) {
	e, err := Compile("false() and (substring() or a[nosuch()]/b)")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range e.Problems() {
		got = append(got, p.Message)
	}
	want := []string{"substring() needs at least 2 arguments and has 0", "there is no function nosuch()"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
