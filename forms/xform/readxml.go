package xform

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"baraza.example/forms"
)

// An element is one of the XML, or a text (which has no name).
type element struct {
	name   string // as written, prefix included
	local  string
	space  string // URI
	attrs  []attribute
	words  string // of a text
	kids   []*element
	parent *element
	line   int
	spaces map[string]string // prefixes declared here
}

type attribute struct {
	name, local, space, value string
}

// errDTD refuses what entity tricks are made of.
var errDTD = errors.New("a document type is not allowed in a form")

// parse reads XML within the limits of this package. Names stay as they are
// written, which the decoder's own handling of namespaces would lose.
func parse(data []byte) (*element, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the form is larger than %d MB", MaxBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) {
		return nil, errors.New("the form is not UTF-8")
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "us-ascii") || strings.EqualFold(charset, "ascii") {
			return in, nil
		}
		return nil, fmt.Errorf("the encoding %q is not UTF-8", charset)
	}
	top := &element{}
	at, depth, count := top, 0, 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if count++; count > MaxElements {
				return nil, fmt.Errorf("the form has more than %d elements and texts", MaxElements)
			}
			if depth++; depth > MaxDepth {
				return nil, fmt.Errorf("elements nest deeper than %d levels", MaxDepth)
			}
			line, _ := d.InputPos()
			at = at.open(t, line)
		case xml.EndElement:
			if at == top || at.name != written(t.Name) {
				line, _ := d.InputPos()
				return nil, fmt.Errorf("line %d: </%s> closes nothing", line, written(t.Name))
			}
			at = at.parent
			depth--
		case xml.CharData:
			if count++; count > MaxElements {
				return nil, fmt.Errorf("the form has more than %d elements and texts", MaxElements)
			}
			at.kids = append(at.kids, &element{words: string(t), parent: at})
		case xml.Directive:
			return nil, errDTD
		}
	}
	return top.only(at)
}

// only returns the one element that top must have.
func (top *element) only(at *element) (*element, error) {
	if at != top {
		return nil, fmt.Errorf("<%s> in line %d is not closed", at.name, at.line)
	}
	var root *element
	for _, k := range top.kids {
		switch {
		case k.name == "" && strings.TrimSpace(k.words) != "":
			return nil, errors.New("there is text outside the root element")
		case k.name != "" && root != nil:
			return nil, errors.New("there is more than one root element")
		case k.name != "":
			root = k
		}
	}
	if root == nil {
		return nil, errors.New("there is no XML element in it")
	}
	root.parent = nil
	return root, nil
}

func (e *element) open(t xml.StartElement, line int) *element {
	c := &element{name: written(t.Name), local: t.Name.Local, parent: e, line: line}
	for _, a := range t.Attr {
		if prefix, ok := declares(a.Name); ok {
			if c.spaces == nil {
				c.spaces = map[string]string{}
			}
			c.spaces[prefix] = a.Value
		}
	}
	c.space = c.uri(t.Name.Space)
	for _, a := range t.Attr {
		if _, ok := declares(a.Name); ok {
			continue
		}
		w := attribute{name: written(a.Name), local: a.Name.Local, value: a.Value}
		if a.Name.Space != "" {
			w.space = c.uri(a.Name.Space)
		}
		c.attrs = append(c.attrs, w)
	}
	e.kids = append(e.kids, c)
	return c
}

// uri is what a prefix stands for at e. Those of the specification need not be
// declared.
func (e *element) uri(prefix string) string {
	for at := e; at != nil; at = at.parent {
		if uri, ok := at.spaces[prefix]; ok {
			if standard := prefixes[prefix]; standard != "" && strings.TrimSuffix(uri, "/") == standard {
				return standard
			}
			return uri
		}
	}
	return prefixes[prefix]
}

// written is a name of RawToken, where Space is the prefix.
func written(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// declares returns the prefix that an xmlns attribute declares.
func declares(n xml.Name) (prefix string, ok bool) {
	if n.Space == "xmlns" {
		return n.Local, true
	}
	return "", n.Space == "" && n.Local == "xmlns"
}

// prefix is that of the element's name as written.
func (e *element) prefix() string {
	if p, _, ok := strings.Cut(e.name, ":"); ok {
		return p
	}
	return ""
}

// attr returns the value of an attribute, or "".
func (e *element) attr(space, local string) string {
	v, _ := e.hasAttr(space, local)
	return v
}

func (e *element) hasAttr(space, local string) (string, bool) {
	for _, a := range e.attrs {
		if a.local == local && a.space == space {
			return a.value, true
		}
	}
	return "", false
}

// elements are the child elements.
func (e *element) elements() []*element {
	var all []*element
	for _, k := range e.kids {
		if k.name != "" {
			all = append(all, k)
		}
	}
	return all
}

// child is the first child element of a local name, or nil.
func (e *element) child(local string) *element {
	for _, k := range e.kids {
		if k.local == local && k.name != "" {
			return k
		}
	}
	return nil
}

// isLeaf reports whether e has no child elements.
func (e *element) isLeaf() bool {
	for _, k := range e.kids {
		if k.name != "" {
			return false
		}
	}
	return true
}

// raw is all text of a leaf as it stands.
func (e *element) raw() string {
	var b strings.Builder
	for _, k := range e.kids {
		b.WriteString(k.words)
	}
	return b.String()
}

// text is the text of e and all below, without the space around it.
func (e *element) text() string {
	var b strings.Builder
	var walk func(*element)
	walk = func(x *element) {
		b.WriteString(x.words)
		for _, k := range x.kids {
			walk(k)
		}
	}
	walk(e)
	return strings.TrimSpace(b.String())
}

func (e *element) place() forms.Place {
	return forms.Place{Sheet: forms.XML, Row: e.line}
}

// declared are the prefixes of e and all below that are not those of every
// form.
func (e *element) declared() map[string]string {
	all := map[string]string{}
	var walk func(*element)
	walk = func(x *element) {
		for p, uri := range x.spaces {
			if p != "" && prefixes[p] != strings.TrimSuffix(uri, "/") {
				if _, twice := all[p]; !twice {
					all[p] = uri
				}
			}
		}
		for _, k := range x.kids {
			walk(k)
		}
	}
	walk(e)
	if len(all) == 0 {
		return nil
	}
	return all
}
