package xform

import (
	"regexp"
	"strings"

	"baraza.example/forms"
)

// binds reads the binds of the model.
func (r *reader) binds() {
	for _, b := range r.model.elements() {
		if b.local != "bind" {
			continue
		}
		nodeset := strings.TrimSpace(b.attr("", "nodeset"))
		if nodeset == "" {
			nodeset = strings.TrimSpace(b.attr("", "ref"))
		}
		e, attr := r.resolve(nodeset, r.def.Root)
		if e == nil {
			r.warn(b, "bind-no-node", "the bind of %q stands for no node of the instance", nodeset)
			continue
		}
		bind := &e.Base().Bind
		if attr != nil {
			bind = &attr.Bind
		}
		r.bind(b, bind)
	}
}

// bind reads one bind. Where a node has two, the later adds to the first.
func (r *reader) bind(b *element, to *forms.Bind) {
	for _, a := range b.attrs {
		v, expr := strings.TrimSpace(a.value), a.value
		if v == "" {
			expr = ""
		}
		switch {
		case a.space == "" && (a.local == "nodeset" || a.local == "ref" || a.local == "id"):
		case a.space == "" && a.local == "type":
			to.Type = dataType(v)
		case a.space == "" && a.local == "relevant":
			to.Relevant = r.expression(expr)
		case a.space == "" && a.local == "calculate":
			to.Calculate = r.expression(expr)
		case a.space == "" && a.local == "constraint":
			to.Constraint = r.expression(expr)
		case a.space == "" && a.local == "required":
			to.Required = r.expression(never(expr))
		case a.space == "" && a.local == "readonly":
			to.ReadOnly = r.expression(never(expr))
		case a.space == nsJavaRosa && a.local == "constraintMsg":
			to.ConstraintMessage = r.message(b, a.value)
		case a.space == nsJavaRosa && a.local == "requiredMsg":
			to.RequiredMessage = r.message(b, a.value)
		case a.space == nsJavaRosa && a.local == "preload":
			to.Preload = v
		case a.space == nsJavaRosa && a.local == "preloadParams":
			to.PreloadParams = v
		case a.space == nsEntities && a.local == "saveto":
			to.SaveTo = v
		default:
			to.Attrs = append(to.Attrs, forms.Attr{Name: a.name, Value: a.value})
		}
	}
}

// never drops an expression that says no, which is the same as none.
func never(expr string) string {
	if strings.TrimSpace(expr) == "false()" {
		return ""
	}
	return expr
}

// expression notes what an expression asks for.
func (r *reader) expression(src string) string {
	if strings.Contains(src, "itextId") {
		r.asksItextID = true
	}
	if strings.Contains(src, "jr:itext(") {
		ids := calledID.FindAllStringSubmatch(src, -1)
		for _, m := range ids {
			r.callsID(m[1] + m[2])
		}
		if len(ids) < strings.Count(src, "jr:itext(") { // of some the id is computed
			for _, entry := range r.itext {
				entry.called = true
			}
		}
	}
	return src
}

var calledID = regexp.MustCompile(`jr:itext\(\s*(?:'([^']*)'|"([^"]*)")\s*\)`)

// dataType knows the types of the specification with and without prefix, and
// the names that older programs wrote.
func dataType(s string) forms.DataType {
	if s == "odk:rank" {
		return forms.Rank
	}
	if _, local, ok := strings.Cut(s, ":"); ok {
		s = local
	}
	switch s {
	case "rank":
		return forms.Rank
	case "integer":
		return forms.Int
	case "datetime":
		return forms.DateTime
	case "select", "select1", "text":
		return forms.String
	}
	return forms.DataType(s)
}

// index remembers where each element stands, by its path as written and by the
// path without prefixes.
func (r *reader) index() {
	r.paths, r.byPath = map[forms.Element]string{}, map[string]forms.Element{}
	var walk func(e forms.Element, full, plain string)
	walk = func(e forms.Element, full, plain string) {
		full += "/" + writtenName(e.Base())
		plain += "/" + e.Base().Name
		r.paths[e] = full
		r.byPath[full] = e
		if _, taken := r.byPath[plain]; !taken {
			r.byPath[plain] = e
		}
		for _, c := range forms.ChildrenOf(e) {
			walk(c, full, plain)
		}
	}
	walk(r.def.Root, "", "")
}

// writtenName is the name of a node, prefix included.
func writtenName(c *forms.Common) string {
	if c.Prefix != "" {
		return c.Prefix + ":" + c.Name
	}
	return c.Name
}

// resolve finds the element that a path names, and its attribute where the
// path ends in one. Prefixes that the form mixes up are no obstacle: a path is
// first looked for as written, then without prefixes.
func (r *reader) resolve(path string, context forms.Element) (forms.Element, *forms.Attribute) {
	path = withoutPredicates(strings.TrimSpace(path))
	if path == "" {
		return nil, nil
	}
	var at, plain []string
	if !strings.HasPrefix(path, "/") {
		at = strings.Split(strings.TrimPrefix(r.paths[context], "/"), "/")
	}
	for _, s := range at {
		plain = append(plain, localName(s))
	}
	attr := ""
	for s := range strings.SplitSeq(path, "/") {
		s = strings.TrimSpace(s)
		switch {
		case s == "" || s == "." || s == "current()":
		case s == "..":
			if len(at) == 0 {
				return nil, nil
			}
			at, plain = at[:len(at)-1], plain[:len(plain)-1]
		case s[0] == '@' && attr == "" && len(s) > 1:
			attr = s[1:]
		case attr != "":
			return nil, nil
		default:
			at, plain = append(at, s), append(plain, localName(s))
		}
	}
	e, ok := r.byPath["/"+strings.Join(at, "/")]
	if !ok {
		e, ok = r.byPath["/"+strings.Join(plain, "/")]
	}
	switch {
	case !ok:
		return nil, nil
	case attr != "":
		if !forms.ValidName(localName(attr)) || strings.Count(attr, ":") > 1 || strings.HasPrefix(attr, ":") {
			return nil, nil
		}
		return e, attributeOf(e, attr)
	}
	return e, nil
}

func localName(s string) string {
	if _, local, ok := strings.Cut(s, ":"); ok {
		return local
	}
	return s
}

// attributeOf finds an attribute or gives the element one: binds and actions
// may name attributes that the instance leaves out.
func attributeOf(e forms.Element, name string) *forms.Attribute {
	c := e.Base()
	for _, a := range c.Attributes {
		if a.Name == name || localName(a.Name) == localName(name) {
			return a
		}
	}
	a := &forms.Attribute{Name: name}
	c.Attributes = append(c.Attributes, a)
	return a
}
