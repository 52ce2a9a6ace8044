package xpath

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// crowd is a tree of n elements, ten in each.
func crowd(t testing.TB, n int) Node {
	t.Helper()
	var b strings.Builder
	b.WriteString("<data>")
	for i := 0; i < n; i += 10 {
		fmt.Fprintf(&b, "<g id='%d'>%s</g>", i, strings.Repeat("<x>some text</x>", 9))
	}
	b.WriteString("</data>")
	doc, err := ReadTree(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// hostile expressions would take hours, or all memory, without a budget.
func hostile() map[string]string {
	long := strings.Repeat("x", 20_000)
	return map[string]string{
		"nested predicates":   "//*[//*[//*[//*[count(//*) > 1]]]]",
		"deep predicates":     strings.Repeat("//*[", 200) + "1" + strings.Repeat("]", 200),
		"following each":      "count(//*/following::*/preceding::*)",
		"back and forth":      "//*" + strings.Repeat("/../*", 1000),
		"large unions":        "//*[count(//* | //*/.. | //*/following::*) > 0]",
		"all text each time":  "//*[string(/) = //*[string(/) = 'x']]",
		"sorted ancestors":    "//*[//*/ancestor::*]",
		"compare all":         "//*[//* != //*/*]",
		"long text":           "//*[contains('" + long + "', 'xy')][//*[contains('" + long + "', 'xy')]]",
		"long translation":    "//*[//*[translate('" + long + "', '" + long + "', 'y') = 'x']]",
		"long space":          "//*[//*[normalize-space('" + strings.Repeat("a ", 10_000) + "') = 'x']]",
		"long substr":         "//*[//*[substr('" + long + "', 1, 9) = 'y']]",
		"long patterns":       "//*[//*[regex('" + long + "', '(x+)+(x+)+y')]]",
		"new patterns":        "//*[//*[regex('x', concat('(y|z){500}', position()))]]",
		"joined text":         "//*[//*[join('" + long + "', //*) = 'x']]",
		"digests":             "//*[//*[digest(string(/), 'SHA-512') = 'x']]",
		"dates":               "//*[//*[format-date('2026-01-02', '%Y') = date('2026-01-01')]]",
		"identifiers":         "//*[//*[uuid(10000) = 'x']]",
		"ids":                 "//*[//*[id('nobody')]]",
		"languages":           "//*[//*[//*[lang('sw')]]]",
		"shuffles":            "//*[//*[count(randomize(//*, 5)) = 1]]",
		"positions":           "//*[//*[//*[position(.) = 0]]]",
		"lines":               "//*[//*[intersects('" + strings.Repeat("0 0;", 3000) + "0 1')]]",
		"minus signs":         strings.Repeat("-", 60_000) + "count(//*[//*[//*]][//*[//*[//*]]])",
		"numbers that are no": "//*[//*[sum(//*) = 1]]",
	}
}

func TestHostileExpressionsRunOutOfSteps(t *testing.T) {
	doc := crowd(t, 900)
	for name, src := range hostile() {
		e, err := Compile(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := e.Eval(&Context{Node: doc}); !errors.Is(err, ErrBudget) {
			t.Errorf("%s: error %v, want %v", name, err, ErrBudget)
		}
	}
}

func TestABudgetIsKept(t *testing.T) {
	doc := crowd(t, 900)
	e, err := Compile("count(//x)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Eval(&Context{Node: doc, Steps: 500}); !errors.Is(err, ErrBudget) {
		t.Errorf("900 nodes were visited in 500 steps: %v", err)
	}
	if v, err := e.Eval(&Context{Node: doc, Steps: 2000}); err != nil || v.Number() != 810 {
		t.Errorf("got %v, %v; want 810", v.Number(), err)
	}
}

func TestSourcesThatNestOrGrowTooFarAreRefused(t *testing.T) {
	for name, src := range map[string]string{
		"parentheses": strings.Repeat("(", 30_000) + "1",
		"predicates":  strings.Repeat("a[", 30_000) + "1",
		"calls":       strings.Repeat("not(", 10_000) + "1",
		"length":      strings.Repeat("1+", MaxLength) + "1",
	} {
		var se *SyntaxError
		if _, err := Compile(src); !errors.As(err, &se) {
			t.Errorf("%s: error %v, want a *SyntaxError", name, err)
		}
	}
}

func TestLongChainsAreNoDepth(t *testing.T) {
	src := "1" + strings.Repeat("+1", 10_000)
	v, err := evalIn(&Context{}, src)
	if err != nil || v.Number() != 10_001 {
		t.Errorf("got %v, %v", v.Number(), err)
	}
}

func TestReferencesOfHostileExpressionsAreEverything(t *testing.T) {
	for name, src := range map[string]string{
		"long path":  "a" + strings.Repeat("/a", 10_000),
		"wide union": "(a" + strings.Repeat("|a", 10_000) + ")" + strings.Repeat("/b", 1000),
	} {
		e, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		refs := e.References()
		if len(refs) != 1 || refs[0].Resolve("/data/x") != "//*" {
			t.Errorf("%s: %d references, want one to everything", name, len(refs))
		}
	}
}

func TestDocumentsThatAreNoneAreRefused(t *testing.T) {
	for name, src := range map[string]string{
		"empty":          "",
		"two roots":      "<a/><b/>",
		"not closed":     "<a><b></b>",
		"closed wrongly": "<a></b>",
		"closed twice":   "<a/></a>",
		"entities":       `<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>`,
		"depth":          strings.Repeat("<a>", 10_000),
	} {
		if _, err := ReadTree(strings.NewReader(src)); err == nil {
			t.Errorf("%s: was read", name)
		}
	}
}

func TestAFinderIsAskedInsteadOfEachItem(t *testing.T) {
	var b strings.Builder
	b.WriteString("<root>")
	for i := range 50_000 {
		fmt.Fprintf(&b, "<item><name>v%d</name><district>d%d</district></item>", i, i/100)
	}
	b.WriteString("</root>")
	list, err := ReadTree(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	primary, err := ReadTree(strings.NewReader("<data><district>d7</district><village/></data>"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := &Context{
		Node:     at(t, primary, "/data/village"),
		Instance: func(string) Node { return list },
		Steps:    3000, // enough for a hundred items, not for 50,000
	}
	for src, want := range map[string]float64{
		"count(instance('v')/root/item[district = /data/district])":                     100,
		"count(instance('v')/root/item[current()/../district = district])":              100,
		"count(instance('v')/root/item[district = 'd7' and starts-with(name, 'v70')])":  10,
		"count(instance('v')/root/item[district = 'd7'][last()])":                       1,
		"count(instance('v')/root/item[district = 'nowhere'])":                          0,
		"string-length(pulldata('v', 'name', 'district', /data/district))":              4,
		"count(instance('v')/root/item[name = pulldata('v', 'name', 'district', 'x')])": -1,
	} {
		e, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if want >= 0 { // the first question about a key reads the list
			if _, err := e.Eval(&Context{Node: ctx.Node, Instance: ctx.Instance}); err != nil {
				t.Fatal(err)
			}
		}
		v, err := e.Eval(ctx)
		if want < 0 {
			if !errors.Is(err, ErrBudget) {
				t.Errorf("%s: error %v, want %v: the value may be another for each item", src, err, ErrBudget)
			}
			continue
		}
		if err != nil || v.Number() != want {
			t.Errorf("%s: got %v, %v; want %v", src, v.Number(), err, want)
		}
	}
}

func TestIndexesArePaidForAndForgotten(t *testing.T) {
	list, err := ReadTree(strings.NewReader("<root>" + strings.Repeat("<item><a/></item>", 2000) + "</root>"))
	if err != nil {
		t.Fatal(err)
	}
	eval := func(src string, steps int) error {
		e, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Eval(&Context{Node: list, Steps: steps})
		return err
	}
	if err := eval("root/item[a = 'x']", 1000); !errors.Is(err, ErrBudget) {
		t.Errorf("2,000 items were indexed in 1,000 steps: %v", err)
	}
	if err := eval("root/item[a = 'x']", 0); err != nil {
		t.Error(err)
	}
	if err := eval("root/item[a = 'x']", 1000); err != nil {
		t.Errorf("the index was not kept: %v", err)
	}
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "root/item[a%d = 'x'] or ", i)
	}
	if err := eval(many.String()+"1", 0); !errors.Is(err, ErrBudget) {
		t.Errorf("a thousand indexes were made: %v", err)
	}
	root := list.Children()[0].(*Tree)
	for i := range 1000 {
		root.Find("item", fmt.Sprint("a", i), "x")
	}
	if n := len(*root.index.Load().filled.Load()); n > maxKeys {
		t.Errorf("%d indexes are kept", n)
	}
}

// longSources are as long as sources may be; reading one must not take more
// than its length says.
func longSources() map[string]string {
	fill := func(begin, part, end string) string {
		n := (MaxLength - len(begin) - len(end)) / len(part)
		return begin + strings.Repeat(part, n) + end
	}
	deep := func(begin, end string, depth int) string {
		return strings.Repeat(begin, depth) + "1" + strings.Repeat(end, depth)
	}
	return map[string]string{
		"sums":           fill("1", "+1", ""),
		"ors":            fill("1", " or 1", ""),
		"signs":          fill("", "-", "1"),
		"predicates":     fill("a", "[1]", ""),
		"steps":          fill("a", "/a", ""),
		"any depth":      fill("", "//a[b]", ""),
		"unions":         fill("a", "|a", ""),
		"arguments":      fill("concat(1", ",1", ")"),
		"white space":    fill("1", " ", ""),
		"letters":        fill("", "a", ""),
		"nested calls":   deep("concat(", ")", MaxDepth-2),
		"nested filters": deep("(", ")[last()]", MaxDepth-2),
		"nested paths":   deep("a[b = ", "]", MaxDepth-2),
		"nested keys":    deep("(a[not(", ")]/b)", (MaxDepth-2)/3),
	}
}

func TestLongSourcesAreReadAndPrinted(t *testing.T) {
	for name, src := range longSources() {
		e, err := Compile(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		printed := e.String()
		if len(printed) > MaxLength { // spaces were added
			continue
		}
		if again, err := Compile(printed); err != nil || again.String() != printed {
			t.Errorf("%s: printed and read again it is another: %v", name, err)
		}
	}
}

func BenchmarkLongSources(b *testing.B) {
	for name, src := range longSources() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e, err := Compile(src)
				if err != nil {
					b.Fatal(err)
				}
				e.References()
			}
		})
	}
}

func BenchmarkHostile(b *testing.B) {
	doc := crowd(b, 900)
	for name, src := range hostile() {
		e, err := Compile(src)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e.Eval(&Context{Node: doc})
			}
		})
	}
}

func BenchmarkEval(b *testing.B) {
	doc := crowd(b, 900)
	for _, src := range []string{
		"1 + 2 * 3", "/data/g[5]/x[3]", "count(//x)", "count(/data/g/x[. = 'some text'])", "/data/g[@id = '500']/x",
		"sum(/data/g/@id)", "if(/data/g = 'x', 'a', concat('b', 'c'))", "//g/x[last()]",
	} {
		e, err := Compile(src)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(src, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(&Context{Node: doc}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
