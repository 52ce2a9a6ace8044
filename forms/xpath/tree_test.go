package xpath

import (
	"os"
	"strings"
	"testing"
)

// everyNode yields a document and all that stands in it.
func everyNode(n Node, yield func(Node)) {
	yield(n)
	for _, a := range n.Attributes() {
		yield(a)
	}
	for _, c := range n.Children() {
		everyNode(c, yield)
	}
}

// Every node that was read is found at its path, and stands below its parent.
func FuzzReadTree(f *testing.F) {
	form, err := os.ReadFile("testdata/form.xml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(form))
	f.Add(`<a b="1" c:b="2" xmlns:c="u"><!-- x --><?p i?>t<d/>u<d>&lt;<![CDATA[<]]></d></a>`)
	f.Add(`<?xml version="1.0"?><!DOCTYPE a><a/>`)
	f.Fuzz(func(t *testing.T, src string) {
		doc, err := ReadTree(strings.NewReader(src))
		if err != nil {
			return
		}
		checked := 0
		everyNode(doc, func(n Node) {
			if checked++; checked > 200 {
				return // paths are found by counting, which takes its time
			}
			path := PathOf(n)
			if at, err := NodeAt(doc, path); err != nil || at != n {
				// Attributes may be written twice; the first is found.
				if n.Kind() != Attribute || err != nil {
					t.Fatalf("at %s stands another node (%v)", path, err)
				}
			}
		})
		if doc.Text() != doc.Children()[rootIndex(doc)].Text() {
			t.Fatal("the document has another text than its root element")
		}
	})
}

func rootIndex(doc *Tree) int {
	for i, c := range doc.Children() {
		if c.Kind() == Element {
			return i
		}
	}
	return -1
}

func TestPathsThatLeadNowhereSaySo(t *testing.T) {
	doc, err := ReadTree(strings.NewReader("<a><b/><b><c d='1'/></b></a>"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/a/b[3]": "there is no b[3] in /a", "/a/b[x]": `"b[x]" is no step of a path`, "/a/b[0]": `"b[0]" is no step of a path`,
		"/a/b[2]/c/@e": "there is no @e in /a/b[2]/c", "/b": "there is no b in /",
	} {
		if n, err := NodeAt(doc, path); err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v; want %s", path, n, err, want)
		}
	}
	n, err := NodeAt(doc, "/a/b[2]/c/@d")
	if err != nil || n.Text() != "1" || PathOf(n) != "/a/b[2]/c/@d" {
		t.Errorf("%v, %v", n, err)
	}
}
