package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/antchfx/xmlquery"
	antchfx "github.com/antchfx/xpath"

	"baraza.example/forms/xpath"
)

// coreExpressions are of XPath 1.0, and both engines find the same with them.
var coreExpressions = []string{
	"1 + 2 * 3",
	"/data/g[5]/x[3]",
	"/data/g/x",
	"count(//x)",
	"//x[3]",
	"//g/x[last()]",
	"/data/g[@id = '50']/x",
	"/data/g[x = 'text 507']/@id",
	"/data/g/x[. = 'text 7']",
	"/data/g[@id > 900]/x[1]",
	"/data/g[position() < 4]/x[position() > 7]",
	"count(/data/g/x[contains(., '77')])",
	"//x[starts-with(., 'text 1')]",
	"sum(/data/g/@id)",
	"string(/data/g[3]/x[2])",
	"concat('a', /data/g[2]/x[1], 'b')",
	"substring-after(/data/g[9]/x[9], ' ')",
	"normalize-space(/data/g[7]/x[1])",
	"string-length(/data/g[7]/x[1]) > 3",
	"not(/data/g[3]/x[2] = 'nothing')",
	"/data/g[1]/x[1] = 'text 0' and /data/g[2]/x[1] != 'text 0'",
	"/data/g[5]/following-sibling::g[2]/x[1]",
	"/data/g[5]/x[3]/ancestor::g/@id",
	"/data/g[5]/x[3]/../x[1]",
}

// measureXPath evaluates the same expressions over the same document as
// github.com/antchfx/xpath does over its own kind of document, in turns.
func measureXPath() ([]result, error) {
	var b strings.Builder
	b.WriteString("<data>")
	for g := range 100 {
		fmt.Fprintf(&b, "<g id='%d'>", 10*g)
		for x := range 9 {
			fmt.Fprintf(&b, "<x>text %d</x>", 10*g+x)
		}
		b.WriteString("</g>")
	}
	b.WriteString("</data>")
	ours, err := xpath.ReadTree(strings.NewReader(b.String()))
	if err != nil {
		return nil, err
	}
	theirs, err := xmlquery.Parse(strings.NewReader(b.String()))
	if err != nil {
		return nil, err
	}
	var results []result
	logs := 0.0
	for _, src := range coreExpressions {
		r, err := besideAntchfx(src, ours, theirs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", src, err)
		}
		logs += math.Log(r.Ratio)
		results = append(results, r)
	}
	n := float64(len(results))
	total := result{Bench: "forms", Case: "xpath-vs-antchfx", Unit: "ns", Aim: 1}
	for _, r := range results {
		total.Value += r.Value / n
		total.Baseline += r.Baseline / n
	}
	// The mean of ratios is the geometric one: each expression counts alike.
	total.Ratio = math.Exp(logs / n)
	total.OK = !slices.ContainsFunc(results, func(r result) bool { return !r.OK })
	return append([]result{total}, results...), nil
}

func besideAntchfx(src string, ours *xpath.Tree, theirs *xmlquery.Node) (result, error) {
	e, err := xpath.Compile(src)
	if err != nil {
		return result{}, err
	}
	a, err := antchfx.Compile(src)
	if err != nil {
		return result{}, err
	}
	var found, alsoFound string
	our := func() {
		v, err := e.Eval(&xpath.Context{Node: ours})
		if err != nil {
			found = err.Error()
			return
		}
		found = ourResult(v)
	}
	their := func() { alsoFound = theirResult(a.Evaluate(xmlquery.CreateXPathNavigator(theirs))) }
	our()
	their()
	if found != alsoFound {
		return result{}, fmt.Errorf("comes to %s here and to %s there", found, alsoFound)
	}
	r := result{Bench: "forms", Case: "xpath-vs-antchfx " + src, Unit: "ns", Aim: 1}
	r.Value, r.Baseline = inTurns(our, their)
	r.Ratio = r.Value / r.Baseline
	r.OK = r.Ratio <= r.Aim
	return r, nil
}

// ourResult and theirResult look at every node found, and say how many there
// are and what the first and last hold.
func ourResult(v xpath.Value) string {
	if v.Type() != xpath.NodeSet {
		return v.String()
	}
	nodes := v.Nodes()
	if len(nodes) == 0 {
		return "nothing"
	}
	return fmt.Sprint(len(nodes), nodes[0].Text(), nodes[len(nodes)-1].Text())
}

func theirResult(v any) string {
	found, ok := v.(*antchfx.NodeIterator)
	if !ok {
		return fmt.Sprint(v)
	}
	n, first, last := 0, "", ""
	for found.MoveNext() {
		if n++; n == 1 {
			first = found.Current().Value()
		}
		last = found.Current().Value()
	}
	if n == 0 {
		return "nothing"
	}
	return fmt.Sprint(n, first, last)
}

// inTurns gives the nanoseconds that each of two functions takes: the best of
// rounds in which both have the same machine, since others may use it too.
func inTurns(a, b func()) (na, nb float64) {
	const rounds, slice = 48, 500 * time.Microsecond
	na, nb = math.Inf(1), math.Inf(1)
	for range rounds {
		na = min(na, perCall(a, slice))
		nb = min(nb, perCall(b, slice))
	}
	return na, nb
}

func perCall(f func(), least time.Duration) float64 {
	start := time.Now()
	for n := 1; ; n++ {
		f()
		if took := time.Since(start); took >= least {
			return float64(took.Nanoseconds()) / float64(n)
		}
	}
}
