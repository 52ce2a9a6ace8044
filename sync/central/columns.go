package central

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// columns are the questions of an export: the order of the forms first, then
// what only the answers know, in the order met.
type columns struct {
	rank     map[forms.Ref]int  // of each element, groups included, without positions
	repeats  map[forms.Ref]bool // what stands more than once somewhere
	known    map[string]place
	overflow bool // there were more than maxColumns
}

// maxColumns bounds a table against a sender who makes up names. What has no
// column of its own goes into one for all the rest.
const (
	maxColumns = 4000
	restColumn = "other_answers"
)

// A place is where an answer stands, step by step.
type place struct {
	path  string // "attachments[2]/att_title": positions exactly at repeats
	steps []step
}

type step struct{ rank, position int }

func newColumns(defs []*forms.Definition) *columns {
	c := &columns{rank: map[forms.Ref]int{}, repeats: map[forms.Ref]bool{}, known: map[string]place{}}
	for _, d := range defs {
		for e := range d.All() {
			ref := rootless(e.Base().Ref)
			c.ranked(ref)
			if _, ok := e.(*forms.Repeat); ok {
				c.repeats[ref] = true
			}
		}
	}
	// What a form asks has a column even when nobody answered it, so that two
	// exports of one form fit together. Inside repeats the answers decide.
	for _, d := range defs {
		for e := range d.All() {
			q, ok := e.(*forms.Question)
			if ok && q.Control != forms.Note && !c.inRepeat(rootless(q.Ref)) && !strings.HasPrefix(string(rootless(q.Ref)), "/meta/") {
				c.add(rootless(q.Ref))
			}
		}
	}
	return c
}

// rootless is a ref without the root's name, which differs among forms.
func rootless(ref forms.Ref) forms.Ref { return "/" + forms.Ref(pathOf(ref)) }

func (c *columns) ranked(generic forms.Ref) int {
	r, ok := c.rank[generic]
	if !ok {
		r = len(c.rank)
		c.rank[generic] = r
	}
	return r
}

func (c *columns) inRepeat(ref forms.Ref) bool {
	for ; ref != ""; ref = ref.Parent() {
		if c.repeats[ref.Generic()] {
			return true
		}
	}
	return false
}

// meet notes which elements of ref stand more than once. It goes before add,
// over all answers: a repeat with one instance looks like a group.
func (c *columns) meet(ref forms.Ref) {
	for ref = rootless(ref); ref != ""; ref = ref.Parent() {
		if strings.HasSuffix(string(ref), "]") {
			c.repeats[ref.Generic()] = true
		}
	}
}

// add makes the column for a ref without its root.
func (c *columns) add(ref forms.Ref) {
	p := c.place(ref)
	if _, ok := c.known[p.path]; !ok && len(c.known) >= maxColumns {
		c.overflow = true
		return
	}
	c.known[p.path] = p
}

// place finds where ref stands.
func (c *columns) place(ref forms.Ref) place {
	var p place
	var generic forms.Ref
	var path []string
	for name := range strings.SplitSeq(strings.Trim(string(ref), "/"), "/") {
		name, position, _ := strings.Cut(strings.TrimSuffix(name, "]"), "[")
		generic = generic.Child(name)
		n, _ := strconv.Atoi(position)
		if c.repeats[generic] {
			n = max(n, 1)
			name += "[" + strconv.Itoa(n) + "]"
		}
		path = append(path, name)
		p.steps = append(p.steps, step{c.ranked(generic), n})
	}
	p.path = strings.Join(path, "/")
	return p
}

// paths lists the columns in order.
func (c *columns) paths(keep func(path string) bool) []string {
	var places []place
	for _, p := range c.known {
		if keep(p.path) {
			places = append(places, p)
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		return slices.CompareFunc(a.steps, b.steps, func(x, y step) int {
			return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.position, y.position))
		})
	})
	paths := make([]string, len(places))
	for i, p := range places {
		paths[i] = p.path
	}
	return paths
}

// contact reports whether a column tells who a person is or how to reach them.
// The names are those of the consultation that ships with the program; a form of
// one's own keeps its contact questions apart in a group of that name.
func contact(path string) bool {
	steps := strings.Split(path, "/")
	last := steps[len(steps)-1]
	return last == "receipt_address" || last == "collector_name" ||
		slices.ContainsFunc(steps, func(s string) bool { name, _, _ := strings.Cut(s, "["); return name == "contact" })
}
