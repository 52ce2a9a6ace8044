package session

import (
	"slices"
	"strings"

	"baraza.example/forms"
)

// A Node is the state of one question, group, repeat or repeat instance: all
// that a screen, a page or a script may read. It is a snapshot: read it again
// through [Session.Node] after a change.
type Node struct {
	Ref         forms.Ref     // with positions inside repeats
	Element     forms.Element // what the form says of it
	Label       string        // in the session's language, ${…} output filled in
	Hint        string
	Guidance    string // more on how to answer, for who wants it
	Media       Media
	Remark      Remark // what the person says beside the answer
	Language    string // the language Label was found in; another than asked means a fallback
	NeedsReview bool   // Label is a translation that nobody has checked
	Value       string // "" is blank; a select of several is space-separated
	Relevant    bool   // its own and all its ancestors'
	Required    bool
	ReadOnly    bool
	Instance    bool        // one of the instances of a repeat; the repeat itself has them as Children
	CanAdd      bool        // of a repeat: AddRepeat is allowed
	Choices     []Choice    // filtered, in the order to show
	Children    []forms.Ref // of groups, repeats (their instances) and instances, as the form asks them
	Above       []string    // headings of groups without a node that begin with this one
}

// A Choice is one item a person may pick.
type Choice struct {
	Value       string
	Label       string
	Language    string // the language Label was found in
	NeedsReview bool   // Label is a translation that nobody has checked
	Short       string // a label for where there is little room; may be empty
	Media       Media
	Geometry    string // the place, line or shape that a map shows it at; may be empty
}

// Media are the files that stand with words, by name in the form's own files;
// each may be empty.
type Media struct {
	Image, BigImage, Audio, Video string
}

// Root returns the node of the whole form.
func (s *Session) Root() Node { return s.snapshot(s.root) }

// Node returns the node at ref. The ref of a repeat without a position is the
// repeat itself, whose children are its instances.
func (s *Session) Node(ref forms.Ref) (Node, bool) {
	n := s.find(ref)
	if n == nil {
		return Node{}, false
	}
	return s.snapshot(n), true
}

func (s *Session) snapshot(n *node) Node {
	out := Node{
		Ref: n.ref(), Element: n.plan.el, Value: n.value, Relevant: n.relevant,
		Instance: n.plan.repeat != nil && !n.isRange,
		CanAdd:   n.isRange && !n.plan.fixed(),
	}
	at := n
	if n.isRange {
		at = n.sample
	}
	words, language := n.plan.c.Label.In(s.chain...)
	out.Label, out.Language = s.output(at, words), language
	out.NeedsReview = slices.Contains(n.plan.c.Unreviewed, language)
	out.Hint = s.words(at, n.plan.c.Hint)
	out.Guidance = s.words(at, n.plan.c.Guidance)
	out.Media = s.media(at, n.plan.c.Media)
	out.Remark = n.remark
	out.ReadOnly = at.readOnly()
	if n.plan.q != nil {
		out.Required = n.relevant && n.isRequired()
		for _, o := range s.offers(n) {
			out.Choices = append(out.Choices, s.choice(n, o))
		}
	}
	for _, c := range n.inOrder() {
		out.Children = append(out.Children, c.ref())
	}
	if out.Instance {
		return out
	}
	for _, g := range n.plan.above {
		out.Above = append(out.Above, s.words(n, g.Label))
	}
	return out
}

func (s *Session) choice(n *node, o offer) Choice {
	words, language := s.offerLabel(n, o)
	review := o.choice != nil && slices.Contains(o.choice.Unreviewed, language)
	c := Choice{Value: o.value, Label: words, Language: language, NeedsReview: review}
	if o.choice != nil {
		c.Short, c.Media, c.Geometry = s.words(n, o.choice.Short), s.media(n, o.choice.Media), o.choice.Extra["geometry"]
	}
	return c
}

// media are the files of a text in the session's language.
func (s *Session) media(n *node, files map[string]forms.Text) (m Media) {
	if len(files) == 0 {
		return m
	}
	return Media{
		Image: s.words(n, files["image"]), BigImage: s.words(n, files["big-image"]),
		Audio: s.words(n, files["audio"]), Video: s.words(n, files["video"]),
	}
}

// words returns a text in the session's language.
func (s *Session) words(n *node, t forms.Text) string {
	words, _ := t.In(s.chain...)
	return s.output(n, words)
}

// Text returns a text of the element at ref, such as its guidance or the
// message of its constraint, in the session's language.
func (s *Session) Text(ref forms.Ref, t forms.Text) string {
	n := s.find(ref)
	if n == nil {
		n = s.root
	}
	return s.words(n, t)
}

// output fills in the ${…} of a text.
func (s *Session) output(n *node, words string) string {
	pieces, ok := s.prog.texts[words]
	if !ok {
		return words
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.expr == nil {
			b.WriteString(p.words)
			continue
		}
		b.WriteString(written(s.eval(p.expr, n, n.plan, "text")))
	}
	return b.String()
}

// readOnly follows the form: a group that is read-only makes all in it so.
func (n *node) readOnly() bool {
	for at := n; at != nil && at.plan != nil; at = at.parent {
		if at.isRange {
			continue
		}
		if e := at.plan.readOnly; e != nil && at.s.eval(e, at, at.plan, "readonly").Bool() {
			return true
		}
	}
	return false
}

func (n *node) isRequired() bool {
	e := n.plan.required
	return e != nil && n.s.eval(e, n, n.plan, "required").Bool()
}
