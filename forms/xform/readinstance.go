package xform

import (
	"strings"

	"baraza.example/forms"
)

// primaryInstance reads the first instance of the model into the definition's
// elements. What is a repeat, the body says; a jr:template says so too.
func (r *reader) primaryInstance() bool {
	in := r.model.child("instance")
	if in == nil || len(in.elements()) == 0 {
		r.fault(r.model, "no-instance", "the model has no instance with the nodes of the form")
		return false
	}
	x := in.elements()[0]
	if len(in.elements()) > 1 {
		r.warn(in.elements()[1], "two-roots", "the instance has more than one root; <%s> counts", x.name)
	}
	r.findRepeats(r.body, "")
	root := &forms.Group{Common: r.common(x, "")}
	set := &r.def.Settings
	set.ID, set.Version, set.Namespace = x.attr("", "id"), x.attr("", "version"), x.spaces[""]
	if set.ID == "" {
		set.ID = in.attr("", "id")
	}
	if set.ID == "" && set.Namespace != "" {
		set.ID = set.Namespace // as JavaRosa does for the oldest forms
	}
	if set.ID == "" {
		r.warn(x, "no-id", "the form has no id")
	}
	if set.Title == "" {
		set.Title = set.ID
	}
	if x.isLeaf() && strings.TrimSpace(x.raw()) != "" {
		r.fault(x, "text-in-root", "the root <%s> holds text instead of nodes", x.name)
	}
	r.def.Root = root
	root.Children = r.children(x, root.Ref)
	if r.questions > forms.MaxElements {
		r.fault(x, "too-many", "the form has more than %d nodes", forms.MaxElements)
		return false
	}
	if r.refBytes > MaxRefBytes {
		r.fault(x, "bad-name", "the names are so long that the paths of all nodes take more than %d MB", MaxRefBytes>>20)
		return false
	}
	r.index()
	return true
}

// findRepeats notes the nodesets of all repeats and groups of the body.
func (r *reader) findRepeats(at *element, context string) {
	for _, c := range at.elements() {
		here := context
		switch c.local {
		case "group":
			if ref := reference(c); ref != "" {
				here = plainPath(ref, context)
				r.groups[here] = true
			}
		case "repeat":
			here = plainPath(reference(c), context)
			r.bodies[here] = c
		default:
			continue
		}
		r.findRepeats(c, here)
	}
}

// reference is the path that a control of the body names.
func reference(c *element) string {
	first, second := "ref", "nodeset"
	if c.local == "repeat" {
		first, second = second, first
	}
	if v := strings.TrimSpace(c.attr("", first)); v != "" {
		return v
	}
	return strings.TrimSpace(c.attr("", second))
}

// plainPath makes a path absolute and drops prefixes and predicates.
func plainPath(path, context string) string {
	path = withoutPredicates(path)
	at := []string{}
	if !strings.HasPrefix(path, "/") && context != "" {
		at = strings.Split(strings.TrimPrefix(context, "/"), "/")
	}
	for step := range strings.SplitSeq(path, "/") {
		step = strings.TrimSpace(step)
		switch step {
		case "", ".", "current()":
		case "..":
			at = at[:max(len(at)-1, 0)]
		default:
			if _, local, ok := strings.Cut(step, ":"); ok {
				step = local
			}
			at = append(at, step)
		}
	}
	return "/" + strings.Join(at, "/")
}

// withoutPredicates drops what stands in brackets.
func withoutPredicates(path string) string {
	if !strings.Contains(path, "[") {
		return path
	}
	var b strings.Builder
	depth := 0
	for _, c := range path {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// common reads what the instance says of a node.
func (r *reader) common(x *element, parent forms.Ref) forms.Common {
	c := forms.Common{Name: x.local, Prefix: x.prefix(), Ref: parent.Child(x.local), Place: x.place()}
	r.questions++
	r.refBytes += len(c.Ref)
	for _, a := range x.attrs {
		switch {
		case parent == "" && a.space == "" && (a.local == "id" || a.local == "version" && a.value != ""):
		case a.space == nsJavaRosa && a.local == "template":
		default:
			c.Attributes = append(c.Attributes, &forms.Attribute{Name: a.name, Default: a.value})
		}
	}
	return c
}

// children reads what stands in a node of the instance.
func (r *reader) children(x *element, ref forms.Ref) []forms.Element {
	var all []forms.Element
	same := map[string][]*element{} // by name as written
	locals := map[string]string{}   // the name that a Ref without prefix stands for
	var order []string
	for _, c := range x.elements() {
		if same[c.name] == nil {
			order = append(order, c.name)
			if _, taken := locals[c.local]; !taken {
				locals[c.local] = c.name
			}
		}
		same[c.name] = append(same[c.name], c)
	}
	for _, name := range order {
		if r.questions > forms.MaxElements || r.refBytes > MaxRefBytes {
			return all
		}
		group := same[name]
		e := r.node(group, ref)
		if locals[group[0].local] != name {
			r.rename(e, ref.Child(name))
		}
		all = append(all, e)
	}
	return all
}

// rename gives an element whose name a sibling has too a ref with its prefix.
func (r *reader) rename(e forms.Element, ref forms.Ref) {
	e.Base().Ref = ref
	for _, c := range forms.ChildrenOf(e) {
		r.rename(c, ref.Child(c.Base().Name))
	}
}

// node reads the nodes of one name that stand side by side.
func (r *reader) node(same []*element, parent forms.Ref) forms.Element {
	first := same[0]
	path := plainPath(string(parent.Child(first.local)), "")
	_, isRepeat := r.bodies[path]
	var template *element
	for _, x := range same {
		if _, ok := x.hasAttr(nsJavaRosa, "template"); ok && template == nil {
			template = x
		}
	}
	if isRepeat || template != nil || len(same) > 1 && !first.isLeaf() {
		return r.repeat(same, template, parent)
	}
	if len(same) > 1 {
		r.fault(same[1], "duplicate-name", "<%s> stands twice in the instance and no repeat says so", first.name)
	}
	if first.isLeaf() && !r.groups[path] {
		q := &forms.Question{Common: r.common(first, parent), Default: first.raw()}
		if strings.TrimSpace(q.Default) == "" {
			q.Default = ""
		}
		return q
	}
	if mixed(first) {
		r.warn(first, "mixed-content", "the text beside the nodes in <%s> is left out", first.name)
	}
	g := &forms.Group{Common: r.common(first, parent)}
	g.Children = r.children(first, g.Ref)
	return g
}

// repeat reads a repeat from its template and the instances it starts with.
func (r *reader) repeat(same []*element, template *element, parent forms.Ref) forms.Element {
	model := template
	if model == nil {
		model = blank(same[0])
	}
	p := &forms.Repeat{Common: r.common(model, parent), Template: template != nil}
	if model.isLeaf() && strings.TrimSpace(model.raw()) != "" {
		r.fault(model, "text-in-repeat", "the repeat <%s> holds text instead of nodes", model.name)
	}
	p.Children = r.children(model, p.Ref)
	var initial []*element
	for _, x := range same {
		if _, ok := x.hasAttr(nsJavaRosa, "template"); !ok {
			initial = append(initial, x)
		}
	}
	if len(initial) == 1 && sameContent(initial[0], model) {
		return p
	}
	p.Initial = []*forms.Tree{}
	for _, x := range initial {
		p.Initial = append(p.Initial, tree(x))
	}
	return p
}

// blank is x without the values in it: without a template, the values of an
// instance are its own (specification, Default Values in Repeats, B).
func blank(x *element) *element {
	b := *x
	b.kids = nil
	for _, k := range x.kids {
		switch {
		case k.name != "":
			k = blank(k)
		case strings.TrimSpace(k.words) != "":
			continue
		}
		b.kids = append(b.kids, k)
	}
	return &b
}

// sameContent reports whether two elements hold the same, their own
// attributes aside.
func sameContent(a, b *element) bool {
	ka, kb := a.elements(), b.elements()
	if len(ka) != len(kb) || len(ka) == 0 && strings.TrimSpace(a.raw()) != strings.TrimSpace(b.raw()) {
		return false
	}
	for i := range ka {
		if ka[i].name != kb[i].name || !sameAttrs(ka[i], kb[i]) || !sameContent(ka[i], kb[i]) {
			return false
		}
	}
	return true
}

func sameAttrs(a, b *element) bool {
	if len(a.attrs) != len(b.attrs) {
		return false
	}
	for i := range a.attrs {
		if a.attrs[i] != b.attrs[i] {
			return false
		}
	}
	return true
}

// mixed reports whether text stands beside the elements of x.
func mixed(x *element) bool {
	for _, k := range x.kids {
		if k.name == "" && strings.TrimSpace(k.words) != "" {
			return true
		}
	}
	return false
}

// tree keeps an element whole.
func tree(x *element) *forms.Tree {
	t := &forms.Tree{Name: x.name, Space: x.space}
	if t.Space == nsXForms {
		t.Space = ""
	}
	for _, a := range x.attrs {
		t.Attrs = append(t.Attrs, forms.Attr{Name: a.name, Value: a.value})
	}
	for _, c := range x.elements() {
		t.Children = append(t.Children, tree(c))
	}
	if len(t.Children) == 0 {
		if t.Text = x.raw(); strings.TrimSpace(t.Text) == "" {
			t.Text = ""
		}
	}
	return t
}

// meta gives the form the instanceID that OpenRosa wants, where it has none.
func (r *reader) meta() {
	var meta *forms.Group
	for _, c := range r.def.Root.Children {
		if g, ok := c.(*forms.Group); ok && g.Name == "meta" {
			meta = g
			break
		}
		if q, ok := c.(*forms.Question); ok && q.Name == "meta" {
			if q.Default != "" || q.Bind.Calculate != "" {
				return
			}
			meta = &forms.Group{Common: q.Common}
			r.replace(q, meta)
			break
		}
	}
	if meta == nil {
		meta = &forms.Group{Common: forms.Common{Name: "meta", Prefix: r.openRosaPrefix(), Ref: r.def.Root.Ref.Child("meta")}}
		r.def.Root.Children = append(r.def.Root.Children, meta)
	}
	for _, c := range meta.Children {
		if c.Base().Name == "instanceName" {
			r.def.Settings.InstanceName = c.Base().Bind.Calculate
		}
	}
	for _, c := range meta.Children {
		if c.Base().Name == "instanceID" {
			return
		}
	}
	id := &forms.Question{Common: forms.Common{Name: "instanceID", Prefix: meta.Prefix, Ref: meta.Ref.Child("instanceID")}}
	id.Bind = forms.Bind{Type: forms.String, ReadOnly: "true()", Preload: "uid"}
	meta.Children = append(meta.Children, id)
	r.index()
}

// replace puts e in the place of an element of the root.
func (r *reader) replace(old, e forms.Element) {
	for i, c := range r.def.Root.Children {
		if c == old {
			r.def.Root.Children[i] = e
		}
	}
}

// openRosaPrefix is the prefix that the form declares for the meta block.
func (r *reader) openRosaPrefix() string {
	for at := r.model.child("instance"); at != nil; at = at.parent {
		for p, uri := range at.spaces {
			if uri == nsOpenRosa && p != "" {
				return p
			}
		}
	}
	return ""
}
