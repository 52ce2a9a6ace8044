package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"baraza.example/forms/xpath"
)

// An evalRequest is one line of "form eval".
type evalRequest struct {
	ID   json.RawMessage `json:"id"`
	Expr string          `json:"expr"`
	// Want is the type of result: number, string, boolean or nodes; node is the
	// first of nodes, any or nothing the type that the expression has.
	Want string `json:"want"`
	Doc  string `json:"doc"` // XML; without it there is an empty document
	// Context and Root are paths of names as they are written in Doc. Root is
	// what absolute paths start from.
	Context    string            `json:"context"`
	Root       string            `json:"root"`
	Namespaces map[string]string `json:"namespaces"`
	// Language of jr:itext() and of the names of months, as the document calls
	// it; without it, the document's own.
	Language string `json:"language"`
}

// An evalReply answers one line. Value is a string, a boolean, a list of paths
// or a number; numbers that JSON can't hold are "NaN", "Infinity",
// "-Infinity" and "-0".
type evalReply struct {
	ID    json.RawMessage `json:"id"`
	Value any             `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

// formEval evaluates an expression for each line that it reads. What is wrong
// with one line is answered on its own line.
func formEval(ctx context.Context, s formSettings, io streams) error {
	if !s.json {
		return fmt.Errorf("eval speaks JSON only; add --json: %w", errUsage)
	}
	e := evaluator{zone: s.zone}
	return eachLine(ctx, io, func(line []byte, number int) any {
		reply := e.answer(line, number)
		if reply.ID == nil {
			reply.ID = json.RawMessage("null")
		}
		return reply
	})
}

// An evaluator keeps the last document: a run of lines often shares one.
type evaluator struct {
	zone   *time.Location
	source string
	doc    xformDocument
}

func (e *evaluator) answer(line []byte, number int) evalReply {
	var q evalRequest
	if err := json.Unmarshal(line, &q); err != nil {
		return evalReply{ID: q.ID, Error: fmt.Sprintf("line %d is not a JSON object as it should be: %v", number, err)}
	}
	v, err := e.evaluate(q)
	if err != nil {
		return evalReply{ID: q.ID, Error: err.Error()}
	}
	result, err := inType(v, q.Want)
	if err != nil {
		return evalReply{ID: q.ID, Error: err.Error()}
	}
	return evalReply{ID: q.ID, Value: result}
}

func (e *evaluator) evaluate(q evalRequest) (v xpath.Value, err error) {
	if e.doc.top == nil || q.Doc != e.source {
		e.doc, e.source = readXForm(new(xpath.Tree)), ""
		if q.Doc != "" {
			top, err := xpath.ReadTree(strings.NewReader(q.Doc))
			if err != nil {
				return v, fmt.Errorf("doc: %w", err)
			}
			e.doc = readXForm(top)
		}
		e.source = q.Doc
	}
	now := time.Now().In(e.zone) // one moment for the whole expression
	ctx := &xpath.Context{
		Instance:   e.doc.instance,
		Itext:      func(id string) string { return e.doc.itext(id, q.Language) },
		Language:   q.Language,
		Namespaces: q.Namespaces,
		Now:        func() time.Time { return now },
	}
	if ctx.Node, err = xpath.NodeAt(e.doc.top, q.Context); err != nil {
		return v, fmt.Errorf("context: %w", err)
	}
	if q.Root != "" {
		if ctx.Root, err = xpath.NodeAt(e.doc.top, q.Root); err != nil {
			return v, fmt.Errorf("root: %w", err)
		}
	}
	expr, err := xpath.Compile(q.Expr)
	if err != nil {
		return v, err
	}
	return expr.Eval(ctx)
}

// inType converts a result to the wanted type, as JSON holds it.
func inType(v xpath.Value, want string) (any, error) {
	if want == "" || want == "any" {
		want = [...]string{xpath.NodeSet: "nodes", xpath.String: "string", xpath.Number: "number", xpath.Boolean: "boolean"}[v.Type()]
	}
	switch want {
	case "number":
		return jsonNumber(v.Number()), nil
	case "string":
		return v.String(), nil
	case "boolean":
		return v.Bool(), nil
	case "nodes", "node":
		if v.Type() != xpath.NodeSet {
			return nil, errors.New("the expression comes to a value, not to nodes")
		}
		paths := []string{}
		for _, n := range v.Nodes() {
			paths = append(paths, xpath.PathOf(n))
		}
		if want == "node" {
			paths = paths[:min(len(paths), 1)]
		}
		return paths, nil
	}
	return nil, fmt.Errorf("there is no type %q; number, string, boolean and nodes are known", want)
}

func jsonNumber(f float64) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0 && math.Signbit(f):
		return "-0"
	}
	return f
}

// An xformDocument is what expressions ask of the form that they stand in:
// secondary instances by id and texts by language and id.
type xformDocument struct {
	top       *xpath.Tree
	instances map[string]xpath.Node
	texts     map[string]map[string]string
	language  string // the document's own: the first, or the one marked as default
}

// readXForm finds the instances and texts of a document. One that is no XForm
// has none.
func readXForm(top *xpath.Tree) xformDocument {
	d := xformDocument{top: top, instances: map[string]xpath.Node{}, texts: map[string]map[string]string{}}
	marked := false
	for e := range elements(top) {
		switch localName(e) {
		case "instance":
			if id := attr(e, "id"); id != "" && d.instances[id] == nil {
				d.instances[id] = e
			}
		case "translation":
			lang, isDefault := attr(e, "lang"), hasAttr(e, "default")
			if len(d.texts) == 0 || isDefault && !marked {
				d.language, marked = lang, isDefault
			}
			d.texts[lang] = translationTexts(e)
		}
	}
	return d
}

// translationTexts returns the plain texts of one language by id: values for a
// form such as "short" or "image" are others.
func translationTexts(translation xpath.Node) map[string]string {
	texts := map[string]string{}
	for _, t := range translation.Children() {
		id := attr(t, "id")
		if _, known := texts[id]; known || localName(t) != "text" {
			continue
		}
		for _, v := range t.Children() {
			if localName(v) == "value" && !hasAttr(v, "form") {
				texts[id] = strings.TrimSpace(v.Text())
				break
			}
		}
	}
	return texts
}

func (d *xformDocument) instance(id string) xpath.Node { return d.instances[id] }

// itext falls back to the document's own language, as forms do.
func (d *xformDocument) itext(id, language string) string {
	if s, ok := d.texts[language][id]; ok {
		return s
	}
	return d.texts[d.language][id]
}

// elements yields all elements below n in document order.
func elements(n xpath.Node) iter.Seq[xpath.Node] {
	return func(yield func(xpath.Node) bool) { yieldElements(n, yield) }
}

func yieldElements(n xpath.Node, yield func(xpath.Node) bool) bool {
	for _, c := range n.Children() {
		if c.Kind() == xpath.Element && !(yield(c) && yieldElements(c, yield)) {
			return false
		}
	}
	return true
}

func localName(n xpath.Node) string {
	name := n.Name()
	return name[strings.IndexByte(name, ':')+1:]
}

func attr(n xpath.Node, name string) string {
	for _, a := range n.Attributes() {
		if a.Name() == name {
			return a.Text()
		}
	}
	return ""
}

func hasAttr(n xpath.Node, name string) bool {
	return slices.ContainsFunc(n.Attributes(), func(a xpath.Node) bool { return a.Name() == name })
}
