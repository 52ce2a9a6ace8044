package session

import (
	"slices"

	"baraza.example/forms"
)

// Edit begins a new revision of a response that was submitted: it has a new
// instanceID, and the one it had becomes its deprecatedID
// (https://docs.getodk.org/openrosa-metadata/). XML is the response as it was
// submitted; what it leaves out was not relevant then and has its default.
func Edit(def *forms.Definition, xml []byte, opts Options) (*Session, error) {
	prog, err := Compile(def, opts.File)
	if err != nil {
		return nil, err
	}
	return prog.Edit(xml, opts)
}

// Edit begins a new revision, as the function of this name does.
func (prog *Program) Edit(xml []byte, opts Options) (*Session, error) {
	return prog.revising().resume(Draft{XML: xml}, opts, true)
}

// withDeprecatedID is prog for the form with a place for the id of the revision
// before. Lists and files are shared.
func (prog *Program) withDeprecatedID() *Program {
	def := withDeprecatedID(prog.def)
	if def == prog.def {
		return prog
	}
	more := newCompiler(def).prog // it adds no expression that could be wrong
	more.sources = prog.sources
	more.revising = func() *Program { return more }
	return more
}

// withDeprecatedID is def with a place for the id of the revision before.
func withDeprecatedID(def *forms.Definition) *forms.Definition {
	i := slices.IndexFunc(def.Root.Children, func(e forms.Element) bool { return e.Base().Name == "meta" })
	if i < 0 {
		return def
	}
	meta, ok := def.Root.Children[i].(*forms.Group)
	if !ok {
		return def
	}
	at := slices.IndexFunc(meta.Children, func(e forms.Element) bool { return e.Base().Name == "instanceID" })
	has := slices.ContainsFunc(meta.Children, func(e forms.Element) bool { return e.Base().Name == "deprecatedID" })
	if at < 0 || has {
		return def
	}
	id := &forms.Question{Common: forms.Common{Name: "deprecatedID", Prefix: meta.Children[at].Base().Prefix, Ref: meta.Ref.Child("deprecatedID")}}
	id.Bind = forms.Bind{Type: forms.String}
	more, root, with := *meta, *def.Root, *def
	more.Children = slices.Insert(slices.Clone(meta.Children), at+1, forms.Element(id))
	root.Children = slices.Clone(def.Root.Children)
	root.Children[i] = &more
	with.Root = &root
	return &with
}

// deprecate moves the id of the response to its deprecatedID and draws a new
// one.
func (s *Session) deprecate() {
	old := s.instanceID
	s.instanceID = "uuid:" + s.uuid()
	p := s.prog.instanceID
	if p == nil {
		return
	}
	if n := s.find(p.c.Ref); n != nil {
		n.value = ""
		if p.c.Bind.Preload == "uid" || p.calculate == nil {
			n.value = s.instanceID
		}
	}
	if n := s.find(p.c.Ref.Parent().Child("deprecatedID")); n != nil {
		n.value = old
	}
}

// Copy begins another response with the answers of one, a draft or what was
// submitted. It has an instanceID and times of its own, and corrects none.
func (prog *Program) Copy(xml []byte, opts Options) (*Session, error) {
	tree, err := parseInstance(xml)
	if err != nil {
		return nil, err
	}
	for _, meta := range tree.children {
		if local(meta.name) == "meta" {
			meta.children = slices.DeleteFunc(meta.children, func(c *xmlNode) bool { return local(c.name) == "deprecatedID" })
		}
	}
	s, err := prog.loaded(Draft{}, tree, opts)
	if err != nil {
		return nil, err
	}
	s.deprecate()
	s.started = s.now()
	s.changedAt = s.started
	s.preload(s.root)
	s.awake()
	return s, nil
}

// Revised returns the id of the revision before this one, "" where the response
// corrects none.
func (s *Session) Revised() string {
	if p := s.prog.instanceID; p != nil {
		if n := s.find(p.c.Ref.Parent().Child("deprecatedID")); n != nil {
			return n.value
		}
	}
	return ""
}

// revises reports whether an instance says that it corrects another.
func (x *xmlNode) revises() bool {
	for _, meta := range x.children {
		if local(meta.name) == "meta" {
			return slices.ContainsFunc(meta.children, func(c *xmlNode) bool { return local(c.name) == "deprecatedID" })
		}
	}
	return false
}
