package typeset

import (
	"fmt"
	"strings"
)

// A Role is what a part of a document is, by its name in ISO 32000-1, 14.8.4.
type Role string

// The roles.
const (
	Heading1  Role = "H1"
	Heading2  Role = "H2"
	Heading3  Role = "H3"
	Paragraph Role = "P"
	tableRole Role = "Table"
	rowRole   Role = "TR"
	headRole  Role = "TH"
	cellRole  Role = "TD"
)

// tags write the structure of a document: elements in the order of reading, each
// with where its content stands.
type tags struct {
	out      *pdfFile
	root     int   // StructTreeRoot
	document int   // the element that holds all others
	kids     []int // of document
	onPage   []int // the elements of the marked contents of this page, by number
	parents  []int // a list of these for each page
}

// An element is one that is being set.
type element struct {
	role     Role
	number   int
	parent   int
	language string
	content  strings.Builder // its kids as they are written
}

func newTags(out *pdfFile) *tags {
	return &tags{out: out, root: out.reserve(), document: out.reserve()}
}

// open begins an element within another; nil is the document.
func (t *tags) open(within *element, role Role, language string) *element {
	if role == "" {
		role = Paragraph
	}
	e := &element{role: role, number: t.out.reserve(), parent: t.document, language: language}
	if within != nil {
		e.parent = within.number
		fmt.Fprintf(&within.content, "%d 0 R ", e.number)
	} else {
		t.kids = append(t.kids, e.number)
	}
	return e
}

// close ends an element.
func (t *tags) close(e *element) {
	said := ""
	if e.language != "" {
		said = "/Lang" + textString(e.language)
	}
	t.out.object(e.number, fmt.Sprintf("<</Type/StructElem/S/%s/P %d 0 R%s/K[%s]>>", e.role, e.parent, said, strings.TrimSpace(e.content.String())))
}

// content says that an element has the marked content of a number on a page.
func (t *tags) content(e *element, page, mark int) {
	fmt.Fprintf(&e.content, "<</Type/MCR/Pg %d 0 R/MCID %d>>", page, mark)
	t.onPage = append(t.onPage, e.number)
}

// page ends what stands on a page.
func (t *tags) page() {
	list := t.out.reserve()
	t.out.object(list, "["+references(t.onPage)+"]")
	t.parents, t.onPage = append(t.parents, list), t.onPage[:0]
}

// end writes the root of all and returns its number.
func (t *tags) end() int {
	t.out.object(t.document, fmt.Sprintf("<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>", t.root, references(t.kids)))
	var byPage strings.Builder
	for page, list := range t.parents {
		fmt.Fprintf(&byPage, "%d %d 0 R ", page, list)
	}
	tree := t.out.reserve()
	t.out.object(tree, "<</Nums["+strings.TrimSpace(byPage.String())+"]>>")
	t.out.object(t.root, fmt.Sprintf("<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>", t.document, tree, len(t.parents)))
	return t.root
}

func references(numbers []int) string {
	var b strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&b, "%d 0 R ", n)
	}
	return strings.TrimSpace(b.String())
}
