package xpath

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// PathOf returns where n stands, as a path of names as they are written:
// "/data/item[2]/@id", "/" for a document. A position is given where a sibling
// has the same name. Other nodes than elements and attributes are called by
// their test: "text()", "comment()", "processing-instruction()".
func PathOf(n Node) string {
	if n.Parent() == nil {
		return "/"
	}
	var steps []string
	for p := n.Parent(); p != nil; n, p = p, p.Parent() {
		steps = append(steps, stepTo(p, n))
	}
	slices.Reverse(steps)
	return "/" + strings.Join(steps, "/")
}

func stepTo(p, n Node) string {
	name := placeName(n)
	if n.Kind() == Attribute {
		return "@" + name
	}
	at, count := 0, 0
	for _, c := range p.Children() {
		if placeName(c) == name {
			if count++; c == n {
				at = count
			}
		}
	}
	if count == 1 {
		return name
	}
	return fmt.Sprintf("%s[%d]", name, at)
}

// NodeAt returns the node that a path of [PathOf] names, as seen from the
// document top. A step without position is the first of its name; "." and
// leading and trailing slashes mean nothing.
func NodeAt(top Node, path string) (Node, error) {
	at := top
	for step := range strings.SplitSeq(path, "/") {
		if step == "" || step == "." {
			continue
		}
		name, rest, positioned := strings.Cut(step, "[")
		index := 1
		if positioned {
			n, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
			if err != nil || n < 1 || !strings.HasSuffix(rest, "]") {
				return nil, fmt.Errorf("%q is no step of a path", excerpt(step))
			}
			index = n
		}
		next := childAt(at, name, index)
		if next == nil {
			return nil, fmt.Errorf("there is no %s in %s", excerpt(step), PathOf(at))
		}
		at = next
	}
	return at, nil
}

// childAt returns the index-th child or attribute of n that is called name, or
// nil.
func childAt(n Node, name string, index int) Node {
	among := n.Children()
	if attr, ok := strings.CutPrefix(name, "@"); ok {
		among, name = n.Attributes(), attr
	}
	for _, c := range among {
		if placeName(c) == name {
			if index--; index == 0 {
				return c
			}
		}
	}
	return nil
}

func placeName(n Node) string {
	switch n.Kind() {
	case Text:
		return "text()"
	case Comment:
		return "comment()"
	case Instruction:
		return "processing-instruction()"
	}
	return n.Name()
}
