package session

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"baraza.example/forms"
)

// spaces are the namespaces of the prefixes that instances commonly have.
var spaces = map[string]string{
	"orx": "http://openrosa.org/xforms", "jr": "http://openrosa.org/javarosa", "odk": "http://www.opendatakit.org/xforms",
	"entities": "http://www.opendatakit.org/xforms/entities", "xsd": "http://www.w3.org/2001/XMLSchema",
}

// encode writes the instance: all of it for a draft, only what is relevant and
// counts for a submission.
func (s *Session) encode(all bool) []byte {
	var b bytes.Buffer
	set := s.prog.def.Settings
	b.WriteString("<" + s.root.plan.name)
	if set.Namespace != "" {
		attribute(&b, "xmlns", set.Namespace)
	}
	for _, prefix := range s.prog.prefixes() {
		uri := s.prog.def.Namespaces[prefix]
		if uri == "" {
			uri = spaces[prefix]
		}
		attribute(&b, "xmlns:"+prefix, uri)
	}
	if remarked(s.root, all) {
		attribute(&b, "xmlns:"+s.prog.remarkPrefix(), RemarkSpace)
	}
	attribute(&b, "id", set.ID)
	if set.Version != "" {
		attribute(&b, "version", set.Version)
	}
	for _, a := range s.root.attrs {
		attribute(&b, a.plan.name, a.value)
	}
	b.WriteByte('>')
	for _, c := range s.root.children {
		encodeNode(&b, c, all)
	}
	b.WriteString("</" + s.root.plan.name + ">")
	return b.Bytes()
}

// prefixes are those that names of the instance have, sorted.
func (prog *Program) prefixes() []string {
	var all []string
	for _, p := range prog.all {
		if prefix, _, ok := strings.Cut(p.name, ":"); ok && !slices.Contains(all, prefix) {
			all = append(all, prefix)
		}
	}
	slices.Sort(all)
	return all
}

func attribute(b *bytes.Buffer, name, value string) {
	b.WriteString(" " + name + `="`)
	escape(b, value, true)
	b.WriteByte('"')
}

func encodeNode(b *bytes.Buffer, n *node, all bool) {
	if !n.relevant && !all {
		return
	}
	if n.isRange {
		instances := n.children
		if !all {
			instances = n.instances()
		}
		for _, i := range instances {
			encodeNode(b, i, all)
		}
		return
	}
	name, value := n.plan.name, n.value
	if all && n.picked != "" {
		value = n.picked
	}
	b.WriteString("<" + name)
	for _, a := range n.attrs {
		if all || a.relevant {
			attribute(b, a.plan.name, a.value)
		}
	}
	if names, values := n.remark.attrs(); len(names) > 0 {
		prefix := n.s.prog.remarkPrefix()
		for i, name := range names {
			attribute(b, prefix+":"+name, values[i])
		}
	}
	if value == "" && len(n.children) == 0 {
		b.WriteString("/>")
		return
	}
	mark := b.Len()
	b.WriteByte('>')
	before := b.Len()
	escape(b, value, false)
	for _, c := range n.children {
		encodeNode(b, c, all)
	}
	if b.Len() == before { // nothing in it
		b.Truncate(mark)
		b.WriteString("/>")
		return
	}
	b.WriteString("</" + name + ">")
}

// escape writes text so that reading gives the same text; a bare \r would
// become \n otherwise.
func escape(b *bytes.Buffer, s string, attribute bool) {
	last := 0
	for i := range len(s) {
		var esc string
		switch c := s[i]; {
		case c == '&':
			esc = "&amp;"
		case c == '<':
			esc = "&lt;"
		case c == '>':
			esc = "&gt;"
		case c == '\r':
			esc = "&#13;"
		case c == '"' && attribute:
			esc = "&quot;"
		case (c == '\n' || c == '\t') && attribute:
			esc = fmt.Sprintf("&#%d;", c)
		default:
			continue
		}
		b.WriteString(s[last:i])
		b.WriteString(esc)
		last = i + 1
	}
	b.WriteString(s[last:])
}

// A MismatchError says which answers of a draft have no place in the form. The
// draft is as it was; it may be for another version.
type MismatchError struct {
	FormID, Version string // of the draft
	Lost            []Answer
}

func (e *MismatchError) Error() string {
	if len(e.Lost) == 0 {
		return fmt.Sprintf("the draft belongs to the form %q", e.FormID)
	}
	return fmt.Sprintf("the form does not ask %s, which the draft (version %q) answers", e.Lost[0].Ref, e.Version)
}

// Resume goes on with a draft. What the form fills in at the start is not
// filled in again. The error is a *[MismatchError] where the draft holds
// answers that def doesn't ask for.
func Resume(def *forms.Definition, d Draft, opts Options) (*Session, error) {
	prog, err := Compile(def, opts.File)
	if err != nil {
		return nil, err
	}
	return prog.Resume(d, opts)
}

// Resume goes on with a draft, as the function of this name does.
func (prog *Program) Resume(d Draft, opts Options) (*Session, error) {
	return prog.resume(d, opts, false)
}

func (prog *Program) resume(d Draft, opts Options, edit bool) (*Session, error) {
	tree, err := parseInstance(d.XML)
	if err != nil {
		return nil, err
	}
	if tree.revises() {
		prog = prog.revising()
	}
	s, err := prog.loaded(d, tree, opts)
	if err != nil {
		return nil, err
	}
	if edit {
		s.deprecate()
		s.started = s.now()
		s.changedAt = s.started
	}
	s.awake()
	return s, nil
}

// loaded is a session with what was read in it, of which nothing is computed yet.
func (prog *Program) loaded(d Draft, tree *xmlNode, opts Options) (*Session, error) {
	s := prog.newSession(opts)
	if tree.name != s.prog.root.c.Name {
		return nil, &MismatchError{FormID: tree.attr("id"), Version: tree.attr("version")}
	}
	l := &loader{s: s}
	if err := s.load(l, d, tree); err != nil {
		return nil, err
	}
	if len(l.lost) > 0 {
		return nil, &MismatchError{FormID: tree.attr("id"), Version: tree.attr("version"), Lost: l.lost}
	}
	return s, nil
}

// load builds the tree and fills it with a draft.
func (s *Session) load(l *loader, d Draft, tree *xmlNode) (err error) {
	s.started, s.changedAt, s.instanceID = d.Started, d.Changed, d.InstanceID
	if s.audit != nil {
		s.audit.events = slices.Clone(d.Audit)
	}
	if s.root, err = s.build(s.prog.root, s.document, true, nil); err != nil {
		return err
	}
	s.document.children = []*node{s.root}
	if err := l.fill(s.root, tree); err != nil {
		return err
	}
	if l.instanceID != "" {
		s.instanceID = l.instanceID
	}
	if s.instanceID == "" {
		s.instanceID = "uuid:" + s.uuid()
	}
	return nil
}

// awake brings everything that is computed up to date once a draft is loaded.
func (s *Session) awake() {
	s.recomputeAll()
	s.happens(s.root, forms.InstanceLoad)
	s.run()
	s.begin()
	s.logged(eventResume, "")
	s.tracking()
}

// A loader puts what was read into the tree of a session.
type loader struct {
	s          *Session
	lost       []Answer
	instanceID string

	// Of a migration: what has no place, the plans that the draft has, and the
	// questions that it answers.
	moved func(near *node, ref forms.Ref, x *xmlNode)
	seen  map[*plan]bool
	taken map[*node]bool
}

// take notes that the draft answers n.
func (l *loader) take(n *node) {
	if l.taken == nil {
		l.taken = map[*node]bool{}
	}
	l.taken[n] = true
}

// fill puts an element's content into n.
func (l *loader) fill(n *node, x *xmlNode) error {
	for _, a := range x.attrs {
		if attr := n.attribute(a.Name.Local); attr != nil && a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			attr.value = a.Value
		}
	}
	if l.seen != nil {
		l.seen[n.plan] = true
	}
	if n.plan.q != nil {
		if len(x.children) > 0 {
			l.lose(n, n.ref(), x)
			return nil
		}
		n.value = clean(n.plan.q, x.text)
		n.remark = remarkOf(x.attrs)
		if l.seen != nil {
			l.take(n)
		}
		if n.plan == l.s.prog.instanceID {
			l.instanceID = n.value
		}
		return nil
	}
	if strings.TrimSpace(x.text) != "" {
		l.lose(n, n.ref(), &xmlNode{name: x.name, text: x.text})
	}
	l.blank(n)
	used := map[*node]bool{}
	for _, xc := range x.children {
		c := n.childNamed(xc.name)
		switch {
		case c == nil || used[c] && !c.isRange:
			l.lose(n, n.ref().Child(xc.name), xc)
		case c.isRange:
			i, err := l.s.grow(c)
			if err != nil {
				return err
			}
			if err := l.fill(i, xc); err != nil {
				return err
			}
		default:
			if err := l.fill(c, xc); err != nil {
				return err
			}
		}
		used[c] = true
	}
	return nil
}

// blank drops the instances of the repeats in a group: what is read says how
// many there are. A question that is left out keeps its default.
func (l *loader) blank(n *node) {
	for _, c := range n.children {
		if c.isRange {
			for _, i := range c.children {
				l.s.nodes -= size(i)
			}
			c.children, c.visible = nil, 0
		}
	}
}

// lose remembers the answers below x, which the form has no place for. What
// holds no answer is no loss.
func (l *loader) lose(n *node, ref forms.Ref, x *xmlNode) {
	if l.moved != nil {
		l.moved(n, ref, x)
		return
	}
	const enough = 100 // to say what is wrong
	if len(l.lost) == enough {
		return
	}
	if len(x.children) == 0 && x.text != "" {
		l.lost = append(l.lost, Answer{ref, x.text})
	}
	for _, c := range x.children {
		l.lose(n, ref.Child(c.name), c)
	}
}
