package session

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"baraza.example/forms"
)

// Limits of instance XML, whoever sent it.
const (
	MaxXMLBytes = 16 << 20
	MaxXMLDepth = 256
)

// ErrInstance is wrapped by every error that says what is wrong with instance
// XML.
var ErrInstance = errors.New("this is no response")

// An xmlNode is an element of instance XML. Prefixes are dropped: whether the
// meta block has its namespace differs among programs.
type xmlNode struct {
	name     string
	attrs    []xml.Attr
	text     string
	raw      []byte // text while it is being read
	children []*xmlNode
}

func (x *xmlNode) attr(name string) string {
	for _, a := range x.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// parseInstance reads instance XML: elements, attributes of the root and
// text. Document types and processing instructions are refused.
func parseInstance(data []byte) (*xmlNode, error) {
	if len(data) > MaxXMLBytes {
		return nil, fmt.Errorf("%w: larger than %d MB", ErrInstance, MaxXMLBytes>>20)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrInstance)
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	top := &xmlNode{}
	open := []*xmlNode{top}
	count := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInstance, err)
		}
		at := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if count++; count > MaxNodes || len(open) > MaxXMLDepth {
				return nil, fmt.Errorf("%w: more than %d elements or %d levels", ErrInstance, MaxNodes, MaxXMLDepth)
			}
			x := &xmlNode{name: t.Name.Local}
			if len(t.Attr) > 0 {
				x.attrs = t.Copy().Attr
			}
			at.children = append(at.children, x)
			open = append(open, x)
		case xml.EndElement:
			open = open[:len(open)-1]
			if len(at.children) == 0 || len(bytes.TrimSpace(at.raw)) > 0 { // else indentation
				at.text = string(at.raw)
			}
			at.raw = nil
		case xml.CharData:
			at.raw = append(at.raw, t...)
		case xml.Directive:
			return nil, fmt.Errorf("%w: a document type is not allowed", ErrInstance)
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, fmt.Errorf("%w: a processing instruction is not allowed", ErrInstance)
			}
		}
	}
	if len(top.children) != 1 || len(bytes.TrimSpace(top.raw)) > 0 {
		return nil, fmt.Errorf("%w: it must have one root element", ErrInstance)
	}
	return top.children[0], nil
}

// An Answer is one value of a response and its place.
type Answer struct {
	Ref   forms.Ref
	Value string
}

// An Instance is a response as it was sent, read without its form.
type Instance struct {
	FormID, Version          string
	InstanceID, InstanceName string
	// Answers are the values that are not blank, in document order, the meta
	// block left out. Where an element stands more than once its refs have
	// positions; a repeat with one instance can't be told from a group.
	Answers []Answer
	Remarks []Remarked // what the author says beside the answers, in document order
}

// A Remarked question has something said about it.
type Remarked struct {
	Ref forms.Ref
	Remark
}

// ReadInstance reads the XML of a submission or draft, within the limits of
// this package.
func ReadInstance(data []byte) (Instance, error) {
	root, err := parseInstance(data)
	if err != nil {
		return Instance{}, err
	}
	in := Instance{FormID: root.attr("id"), Version: root.attr("version")}
	r := &answerReader{in: &in}
	r.read(root, "/"+forms.Ref(root.name), true)
	if r.refs > maxRefBytes {
		return Instance{}, fmt.Errorf("%w: its names are too long", ErrInstance)
	}
	return in, nil
}

// maxRefBytes bounds the refs of an instance together: names a hostile sender
// wrote once stand in the ref of everything below.
const maxRefBytes = 64 << 20

type answerReader struct {
	in   *Instance
	refs int // bytes
}

func (r *answerReader) read(x *xmlNode, ref forms.Ref, root bool) {
	if r.refs += len(ref); r.refs > maxRefBytes {
		return
	}
	if said := remarkOf(x.attrs); !said.Empty() {
		r.in.Remarks = append(r.in.Remarks, Remarked{ref, said})
	}
	if len(x.children) == 0 {
		if x.text != "" {
			r.in.Answers = append(r.in.Answers, Answer{ref, x.text})
		}
		return
	}
	total, seen := map[string]int{}, map[string]int{}
	for _, c := range x.children {
		total[c.name]++
	}
	for _, c := range x.children {
		if root && c.name == "meta" {
			r.in.meta(c)
			continue
		}
		at := ref.Child(c.name)
		if total[c.name] > 1 {
			seen[c.name]++
			at = at.At(seen[c.name])
		}
		r.read(c, at, false)
	}
}

func (in *Instance) meta(x *xmlNode) {
	for _, c := range x.children {
		switch c.name {
		case "instanceID":
			in.InstanceID = c.text
		case "instanceName":
			in.InstanceName = c.text
		}
	}
}
