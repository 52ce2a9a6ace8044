package xform

import (
	"cmp"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
)

// A secondary is a secondary instance while the form is being read.
type secondary struct {
	forms.Instance
	at           *element
	asList       bool // every itemset reads it as a list of choices
	itemset      bool // some itemset does
	otherColumns bool // a select takes value or label from elsewhere than lists have them
	value        string
	label        string
}

// secondaryInstances reads all instances but the first.
func (r *reader) secondaryInstances() {
	first := true
	for _, in := range r.model.elements() {
		if in.local != "instance" {
			continue
		}
		if first {
			first = false
			continue
		}
		s := &secondary{at: in, asList: true, value: "name", label: "label"}
		s.ID, s.Src = in.attr("", "id"), strings.TrimSpace(in.attr("", "src"))
		switch {
		case s.ID == "":
			r.warn(in, "no-instance-id", "an instance without id can't be read by expressions")
			continue
		case r.lists[s.ID] != nil:
			r.fault(in, "duplicate-instance", "there are two instances with the id %q", s.ID)
			continue
		}
		if kids := in.elements(); len(kids) > 0 && s.Src == "" {
			s.Tree = tree(kids[0])
			if len(kids) > 1 {
				r.warn(kids[1], "two-roots", "the instance %q has more than one root; <%s> counts", s.ID, kids[0].name)
			}
		}
		r.lists[s.ID] = s
		r.instances = append(r.instances, s)
	}
}

// listNodeset is what pyxform writes for a select: the items of an instance,
// filtered, in a random order or not.
var listNodeset = regexp.MustCompile(`^instance\(\s*(?:'([^']*)'|"([^"]*)")\s*\)/root/item(?:\[(.*)\])?$`)

// itemset reads what a select offers.
func (r *reader) itemset(x *element, q *forms.Question) {
	set := forms.Itemset{Nodeset: r.expression(strings.TrimSpace(x.attr("", "nodeset")))}
	if v := x.child("value"); v != nil {
		set.Value = strings.TrimSpace(v.attr("", "ref"))
	}
	if l := x.child("label"); l != nil {
		set.Label = strings.TrimSpace(l.attr("", "ref"))
	}
	if x.child("copy") != nil {
		r.fault(x, "no-copy", "choices that copy whole nodes can't be offered; name a value")
	}
	if set.Value == "" {
		set.Value = "."
	}
	q.Itemset = &set
	if set.Label != "jr:itext(itextId)" {
		r.expression(set.Label)
		r.expression(set.Value)
	}
	nodeset, seed, random := randomized(set.Nodeset)
	m := listNodeset.FindStringSubmatch(nodeset)
	if m == nil || !onePredicate(m[3]) {
		r.notAList(set.Nodeset)
		return
	}
	s := r.lists[m[1]+m[2]]
	if s == nil {
		r.fault(x, "missing-list", "there is no instance %q", m[1]+m[2])
		return
	}
	s.itemset = true
	if set.Value != "name" || set.Label != "label" && set.Label != "jr:itext(itextId)" {
		s.otherColumns = true
	}
	q.List, q.ChoiceFilter = s.ID, m[3]
	if random {
		q.Parameters = setParameter(q.Parameters, "randomize", "true")
		if seed != "" {
			q.Parameters = setParameter(q.Parameters, "seed", seed)
		}
	}
}

func setParameter(p map[string]string, name, value string) map[string]string {
	if p == nil {
		p = map[string]string{}
	}
	p[name] = value
	return p
}

// randomized takes randomize(nodeset, seed) apart.
func randomized(nodeset string) (inner, seed string, ok bool) {
	rest, ok := strings.CutPrefix(nodeset, "randomize(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return nodeset, "", false
	}
	rest = rest[:len(rest)-1]
	depth, comma := 0, -1
	var quote rune
	for i, c := range rest {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			comma = i
		}
		if depth < 0 {
			return nodeset, "", false
		}
	}
	if comma < 0 {
		return strings.TrimSpace(rest), "", true
	}
	return strings.TrimSpace(rest[:comma]), strings.TrimSpace(rest[comma+1:]), true
}

// onePredicate reports whether what stands between the outer brackets of a
// nodeset is one predicate, not two that touch.
func onePredicate(filter string) bool {
	depth := 0
	var quote rune
	for _, c := range filter {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return true
}

// notAList notes that instances are read in another way than lists are.
func (r *reader) notAList(nodeset string) {
	for _, m := range instanceID.FindAllStringSubmatch(nodeset, -1) {
		if s := r.lists[m[1]+m[2]]; s != nil {
			s.asList = false
		}
	}
}

var instanceID = regexp.MustCompile(`instance\(\s*(?:'([^']*)'|"([^"]*)")\s*\)`)

// items reads choices that stand in the control itself.
func (r *reader) items(x *element, q *forms.Question) {
	list := forms.ChoiceList{Inline: true}
	name := ""
	for _, item := range x.elements() {
		if item.local != "item" {
			continue
		}
		var c forms.Choice
		if v := item.child("value"); v != nil {
			c.Value = v.text()
		}
		if l := item.child("label"); l != nil {
			text, other := r.shown(l)
			c.Label, c.Short, c.Media = text, other["short"], media(other)
			if id, ok := itextID(l.attr("", "ref")); ok {
				name, _ = strings.CutSuffix(id, "-"+strconv.Itoa(len(list.Choices)))
			}
		}
		list.Choices = append(list.Choices, c)
	}
	r.inline(list, q, name)
}

// tags reads what an editor of OpenStreetMap is to ask for.
func (r *reader) tags(x *element, q *forms.Question) {
	list := forms.ChoiceList{Inline: true}
	for _, t := range x.elements() {
		if t.local != "tag" {
			continue
		}
		c := forms.Choice{Value: t.attr("", "key")}
		if l := t.child("label"); l != nil {
			c.Label, _ = r.shown(l)
		}
		list.Choices = append(list.Choices, c)
	}
	r.inline(list, q, "")
}

// query reads an input whose choices lie in the itemsets.csv beside the form
// (select_one_external). False says that it is an input like others.
func (r *reader) query(x *element, q *forms.Question) bool {
	m := listNodeset.FindStringSubmatch(strings.TrimSpace(x.attr("", "query")))
	if m == nil || !onePredicate(m[3]) {
		return false
	}
	id := m[1] + m[2]
	if list, taken := r.def.Lists[id]; r.lists[id] != nil || taken && !list.External {
		return false
	}
	q.Control, q.List, q.ChoiceFilter = forms.Select1, id, r.expression(m[3])
	q.Attrs = slices.DeleteFunc(q.Attrs, func(a forms.Attr) bool { return a.Name == "query" })
	r.def.Lists[id] = forms.ChoiceList{Name: id, External: true}
	return true
}

// inline gives a question choices of its own. Where their texts have ids, the
// list is called as these are; two questions may offer the same.
func (r *reader) inline(list forms.ChoiceList, q *forms.Question, name string) {
	if len(list.Choices) == 0 {
		return
	}
	name = cmp.Or(name, q.Name)
	list.Name = name
	for {
		other, taken := r.def.Lists[list.Name]
		if !taken && r.lists[list.Name] == nil || taken && sameInline(list, other) {
			break
		}
		r.inlines[name]++ // counted on, lest many lists of a name take the square of their number
		list.Name = name + "_" + strconv.Itoa(r.inlines[name]+1)
	}
	r.def.Lists[list.Name] = list
	q.List = list.Name
}

func sameInline(a, b forms.ChoiceList) bool {
	a.Name = b.Name
	return reflect.DeepEqual(a, b)
}

// media are the files among the forms of a text.
func media(other map[string]forms.Text) map[string]forms.Text {
	var m map[string]forms.Text
	for form, t := range other {
		if form != "short" && form != "guidance" {
			if m == nil {
				m = map[string]forms.Text{}
			}
			m[form] = t
		}
	}
	return m
}

// finishLists makes choice lists of the instances that have the shape of one
// and are read as one; the others are kept whole.
func (r *reader) finishLists() {
	for _, s := range r.instances {
		list, ok := r.choiceList(s)
		if ok {
			r.def.Lists[s.ID] = list
			continue
		}
		s.asList = false
		r.def.Instances = append(r.def.Instances, s.Instance)
		r.idsIn(s.Tree)
	}
	for e := range r.def.All() {
		q, ok := e.(*forms.Question)
		if !ok || q.Itemset == nil {
			continue
		}
		if s := r.lists[q.List]; q.List != "" && s != nil && s.asList {
			r.setColumns(q)
			q.Itemset = nil
			continue
		}
		q.List, q.ChoiceFilter = "", ""
		delete(q.Parameters, "randomize")
		delete(q.Parameters, "seed")
	}
}

// setColumns says which columns hold value and label, where they aren't those
// that lists have by themselves.
func (r *reader) setColumns(q *forms.Question) {
	value, label := "name", "label"
	if list := r.def.Lists[q.List]; strings.HasSuffix(list.File, ".geojson") {
		value, label = "id", "title"
	}
	if v := q.Itemset.Value; v != value {
		q.Parameters = setParameter(q.Parameters, "value", v)
	}
	if l := q.Itemset.Label; l != label && l != "jr:itext(itextId)" && l != "" {
		q.Parameters = setParameter(q.Parameters, "label", l)
	}
}

// choiceList turns an instance into a list, where that loses nothing.
func (r *reader) choiceList(s *secondary) (forms.ChoiceList, bool) {
	list := forms.ChoiceList{Name: s.ID}
	if !s.asList {
		return list, false
	}
	if s.Src != "" {
		file := path.Base(s.Src)
		if !s.itemset || s.Src == forms.LastSaved || file == "." || file == "/" {
			return list, false
		}
		list.File = file
		return list, true
	}
	root := s.Tree
	if root == nil || root.Name != "root" || len(root.Attrs) > 0 || !s.itemset && len(root.Children) == 0 || s.otherColumns {
		return list, false
	}
	for _, item := range root.Children {
		c, ok := r.choice(item, &list)
		if !ok {
			return list, false
		}
		list.Choices = append(list.Choices, c)
	}
	for _, item := range root.Children {
		if id := item.Child("itextId"); id != nil {
			r.itext[id.Text].shown = true
		}
	}
	return list, true
}

// maxColumns is how many columns a list has at most; an instance with more is
// kept whole.
const maxColumns = 1000

// choice turns an item into a choice.
func (r *reader) choice(item *forms.Tree, list *forms.ChoiceList) (forms.Choice, bool) {
	var c forms.Choice
	if item.Name != "item" || len(item.Attrs) > 0 {
		return c, false
	}
	seen := map[string]bool{}
	for _, f := range item.Children {
		if len(f.Children) > 0 || len(f.Attrs) > 0 || seen[f.Name] {
			return c, false
		}
		seen[f.Name] = true
		switch f.Name {
		case "name":
			c.Value = f.Text
		case "label":
			c.Label = forms.Text{"": literally(f.Text)}
		case "itextId":
			entry := r.itext[f.Text]
			if entry == nil || r.asksItextID {
				return c, false
			}
			c.Label, c.Short, c.Media = entry.Text, entry.Forms["short"], media(entry.Forms)
		default:
			if c.Extra == nil {
				c.Extra = map[string]string{}
			}
			c.Extra[f.Name] = f.Text
			if !slices.Contains(list.Columns, f.Name) {
				if len(list.Columns) == maxColumns {
					return c, false
				}
				list.Columns = append(list.Columns, f.Name)
			}
		}
	}
	if seen["label"] && seen["itextId"] || !seen["name"] {
		return c, false
	}
	if seen["label"] && c.Label[""] != "" {
		r.unnamed = true
	}
	return c, true
}

// idsIn notes the texts that the data of an instance may ask for.
func (r *reader) idsIn(t *forms.Tree) {
	if t == nil || len(r.itext) == 0 {
		return
	}
	if len(t.Children) == 0 {
		r.callsID(t.Text)
	}
	for _, c := range t.Children {
		r.idsIn(c)
	}
}
