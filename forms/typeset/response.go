package typeset

import (
	"fmt"
	"io"
	"strings"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// Facts are what is printed above answers and texts of people.
type Facts struct {
	Words   *locale.Localizer // the language of what is printed around what they wrote
	Title   string            // whose answers these are, or what the text is called
	Written string            // BCP 47: the language they wrote in
	Made    string            // when it was made ready, in words
	Code    string            // of the receipt; "": it is not sent yet
	State   string            // in words: "received"
	Files   []string          // names of what is attached
}

// WriteResponse prints the answers that were given, in the order in which they were
// asked, each as it was written. It returns the characters that no font has.
func WriteResponse(w io.Writer, p Paper, f Facts, s *session.Session) (missing []rune, err error) {
	d, err := open(w, p, f.Words, f.Title, f.Code)
	if err != nil {
		return nil, err
	}
	d.Text(named(), f.Title, "")
	d.Text(Hint, s.Definition().Settings.Title, "")
	d.facts(f)
	at := &answers{d: d, s: s, words: f.Words, written: f.Written, said: map[forms.Ref]bool{}}
	for _, step := range s.Steps() {
		at.step(step)
	}
	d.files(f)
	return d.Missing(), d.Close()
}

// WriteStatement prints a text of somebody's own in numbered paragraphs. It returns
// the characters that no font has.
func WriteStatement(w io.Writer, p Paper, f Facts, onBehalf string, paragraphs []string) (missing []rune, err error) {
	d, err := open(w, p, f.Words, f.Title, f.Code)
	if err != nil {
		return nil, err
	}
	d.Text(named(), f.Title, f.Written)
	if onBehalf != "" {
		d.Text(Body, f.Words.Say("print.on_behalf", locale.Values{"Name": onBehalf}), f.Words.Language().Code)
	}
	d.facts(f)
	for i, text := range paragraphs {
		number := Hint
		number.After, number.Ahead = 0, 30
		d.Text(number, fmt.Sprint(i+1), "")
		d.Text(Written, text, f.Written)
	}
	d.files(f)
	return d.Missing(), d.Close()
}

// named is the style of a title that people gave.
func named() Style {
	st := Title
	st.Own = true
	return st
}

func (d *Document) files(f Facts) {
	if len(f.Files) == 0 {
		return
	}
	d.Text(Section, f.Words.Say("print.attached"), f.Words.Language().Code)
	for _, name := range f.Files {
		d.Text(Written, name, "")
	}
}

// open begins a document in the language of its words.
func open(w io.Writer, p Paper, words *locale.Localizer, title, foot string) (*Document, error) {
	l := words.Language()
	foot = strings.TrimSuffix(title+" · "+foot, " · ")
	return New(w, Options{Paper: p, Title: title, Language: l.Code, Mirrored: l.Direction == locale.RightToLeft, Foot: foot})
}

// facts say when something was made ready, what became of it and in which language
// it was written.
func (d *Document) facts(f Facts) {
	lang := f.Words.Language().Code
	if f.Made != "" {
		d.Text(Hint, f.Words.Say("history.made_ready")+" · "+f.Made, lang)
	}
	if l, ok := locale.Named(f.Written); ok {
		d.Text(Hint, f.Words.Say("translation.original", locale.Values{"Language": f.Words.NameOf(l)}), lang)
	}
	if f.Code != "" {
		ticket := Body
		ticket.Bold, ticket.After = true, 1
		d.Text(ticket, f.Words.Say("receipt.code")+": "+f.Code, lang)
		d.Text(Hint, f.State, lang)
	} else {
		d.Text(Hint, f.Words.Say("print.not_sent"), lang)
	}
	d.Rule()
}

// answers prints a session step by step.
type answers struct {
	d       *Document
	s       *session.Session
	words   *locale.Localizer
	written string
	said    map[forms.Ref]bool // groups whose heading stands already
}

func (a *answers) step(step session.Step) {
	n, ok := a.s.Node(step.Ref)
	if !ok || step.Kind != session.StepQuestion {
		return
	}
	q, ok := n.Element.(*forms.Question)
	if !ok || q.Control == forms.Note || n.Value == "" {
		return
	}
	a.headings(n.Ref)
	a.d.Text(Question, n.Label, tag(n.Language))
	a.d.Text(Written, n.InWords(), a.written)
}

// headings prints the labels of the groups around a question that don't stand yet,
// and which of several a repeat's part is.
func (a *answers) headings(ref forms.Ref) {
	if ref = ref.Parent(); ref == "" || a.said[ref] {
		return
	}
	a.said[ref] = true
	a.headings(ref)
	n, ok := a.s.Node(ref)
	if !ok || ref.Parent() == "" {
		return
	}
	words := n.Label
	if whole, ok := a.s.Node(ref.Generic()); n.Instance && ok && len(whole.Children) > 1 {
		for i, c := range whole.Children {
			if c == ref {
				words = strings.TrimSpace(words + " · " + a.words.Say("fill.position", locale.Values{"Position": i + 1, "Total": len(whole.Children)}))
			}
		}
	}
	a.d.Space(6)
	a.d.Text(Section, words, tag(n.Language))
}

// tag is the code of a language that a form names "Kiswahili (sw)".
func tag(name string) string {
	if l, ok := locale.Named(name); ok {
		return l.Code
	}
	return ""
}
