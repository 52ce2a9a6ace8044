package xpath

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"baraza.example/forms/recorded"
)

// tally counts cases; a departure that passes is a failure too, so that the
// page stays true.
type tally struct {
	t                      *testing.T
	known                  map[string]bool
	passed, departed, fell int
	uncounted              int
}

func (c *tally) note(id, expr string, problem error) {
	switch {
	case problem == nil && c.known[id]:
		c.t.Errorf("%s passes and is still listed as a departure: %s", id, expr)
	case problem == nil:
		c.passed++
	case c.known[id]:
		c.departed++
	default:
		c.fell++
		c.t.Errorf("%s %s: %v", id, expr, problem)
	}
}

func (c *tally) report(name string) {
	c.t.Logf("%s: %d passed, %d known departures, %d failed, %d not counted", name, c.passed, c.departed, c.fell, c.uncounted)
}

func phoenix() *time.Location { return time.FixedZone("", -7*60*60) }

func TestAgreesWhereOtherEnginesAgree(t *testing.T) {
	var file struct {
		Cases []struct {
			ID, Expr, Want string
			Value          any
		}
	}
	recorded.Read(t, "xpath_agreed.json", &file)
	c := &tally{t: t, known: recorded.Departures(t, "agr", "wf")}
	ctx := &Context{Now: func() time.Time { return time.Date(2026, 11, 21, 9, 30, 0, 0, phoenix()) }}
	for _, k := range file.Cases {
		v, err := evalIn(ctx, k.Expr)
		if err == nil {
			err = differs(v, k.Want, k.Value)
		}
		c.note(k.ID, k.Expr, err)
	}
	c.report("xpath_agreed")
}

func TestRecordedCasesOfWebForms(t *testing.T) {
	var file struct {
		Docs  []string
		Cases []struct {
			ID, Expr, Want, Context, Root, Test string
			Doc                                 int
			Result                              struct {
				Value any
				Nodes []string
			}
			Nondeterministic bool
			CustomNS         bool `json:"custom_ns"`
			Randomize        bool
		}
	}
	recorded.Read(t, "xpath_webforms.json", &file)
	c := &tally{t: t, known: recorded.Departures(t, "agr", "wf")}
	for _, k := range file.Cases {
		if k.Nondeterministic || k.CustomNS || k.Randomize || strings.Contains(k.Expr, "namespace::") {
			c.uncounted++
			continue
		}
		doc, err := ReadTree(strings.NewReader(file.Docs[k.Doc]))
		if err != nil {
			t.Fatalf("%s: %v", k.ID, err)
		}
		ctx := &Context{
			Node:     at(t, doc, k.Context),
			Now:      func() time.Time { return time.Date(2026, 11, 21, 9, 30, 0, 0, phoenix()) },
			Instance: func(id string) Node { return first(doc, `//instance[@id="`+id+`"]`) },
			Itext:    func(id string) string { return itext(doc, k.Test, id) },
		}
		if k.Root != "" {
			ctx.Root = at(t, doc, k.Root)
		}
		var want any = k.Result.Value
		if k.Result.Nodes != nil {
			want = k.Result.Nodes
		}
		v, err := evalIn(ctx, k.Expr)
		if err == nil {
			err = differs(v, k.Want, want)
		}
		c.note(k.ID, k.Expr, err)
	}
	c.report("xpath_webforms")
}

func evalIn(ctx *Context, src string) (Value, error) {
	e, err := Compile(src)
	if err != nil {
		return Value{}, err
	}
	if printed := e.String(); printed != "" {
		again, err := Compile(printed)
		if err != nil || again.String() != printed {
			return Value{}, fmt.Errorf("printed as %s: %v", printed, err)
		}
		e = again
	}
	return e.Eval(ctx)
}

// differs compares with a recorded result, which JSON holds as string, number,
// boolean or list of paths.
func differs(v Value, want string, result any) error {
	var got any
	switch want {
	case "number":
		got = v.Number()
		if s, ok := result.(string); ok {
			result, _ = strconv.ParseFloat(s, 64)
		}
		g, w := v.Number(), result.(float64)
		if g == w && math.Signbit(g) == math.Signbit(w) || math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) < 1e-9 {
			return nil
		}
	case "string":
		got = v.String()
	case "boolean":
		got = v.Bool()
	case "nodes", "node":
		var paths []string
		for _, n := range v.Nodes() {
			paths = append(paths, PathOf(n))
		}
		if slices.Equal(paths, result.([]string)) {
			return nil
		}
		return fmt.Errorf("got %q, want %q", paths, result)
	}
	if got == result {
		return nil
	}
	return fmt.Errorf("got %#v, want %#v", got, result)
}

// at finds a node by a path of names as they are written.
func at(t *testing.T, doc Node, path string) Node {
	t.Helper()
	n, err := NodeAt(doc, path)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func first(doc Node, src string) Node {
	e, err := Compile(src)
	if err != nil {
		panic(err)
	}
	v, err := e.Eval(&Context{Node: doc})
	if err != nil || len(v.Nodes()) == 0 {
		return nil
	}
	return v.Nodes()[0]
}

var inLanguage = regexp.MustCompile(`in language '(\w+)'`)

// itext answers in the language that the title of a case names.
func itext(doc Node, title, id string) string {
	lang := inLanguage.FindStringSubmatch(title)
	if lang == nil {
		return ""
	}
	n := first(doc, fmt.Sprintf("//translation[@lang=%q]/text[@id=%q]/value[not(@form)]", lang[1], id))
	if n == nil {
		return ""
	}
	return string(bytes.TrimSpace([]byte(n.Text())))
}
