package typeset

import (
	"cmp"
	"io"
	"strings"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// A Form is a form to be printed without answers: to be filled in with a pen, or
// read out.
type Form struct {
	Session *session.Session // a new one, in the language to print
	Words   *locale.Localizer
	Copies  int // how often a part that may be filled in several times stands there; 0: twice
}

// longList is from how many choices on a list isn't printed: a line to write on
// stands there instead.
const longList = 40

// WritePaper prints a blank form with boxes to tick and lines to write on. Questions
// stand in the order of the screens; those that are asked on a condition alone say
// so in words. It returns the characters that no font has.
func WritePaper(w io.Writer, p Paper, f Form) (missing []rune, err error) {
	def := f.Session.Definition()
	d, err := open(w, p, f.Words, f.title(), def.Settings.Version)
	if err != nil {
		return nil, err
	}
	d.Text(Title, f.title(), f.lang())
	d.Text(Hint, f.Words.Say("print.form", locale.Values{"ID": def.Settings.ID, "Version": def.Settings.Version}), f.lang())
	d.Text(Body, f.Words.Say("print.how"), f.lang())
	d.Rule()
	sheet := &sheet{Form: f, d: d, def: def}
	f.each(sheet)
	return d.Missing(), d.Close()
}

func (f Form) lang() string { return f.Words.Language().Code }

func (f Form) title() string {
	return cmp.Or(f.Session.Root().Label, f.Session.Definition().Settings.Title, f.Session.Definition().Settings.ID)
}

// A visitor is shown the parts of a form in the order in which they are asked.
type visitor interface {
	group(e forms.Element)
	repeat(r *forms.Repeat) (times int)
	question(q *forms.Question)
}

// each walks the body, where the form has one, else the instance: as
// [session.Session.Steps] does with what is relevant.
func (f Form) each(v visitor) {
	def := f.Session.Definition()
	if def.Body != nil {
		blocks(def.Body, v)
		return
	}
	elements(def.Root.Children, v)
}

func elements(all []forms.Element, v visitor) {
	for _, e := range all {
		visit(e, v, func() { elements(forms.ChildrenOf(e), v) })
	}
}

func blocks(all []*forms.Block, v visitor) {
	for _, b := range all {
		visit(b.Element, v, func() { blocks(b.Blocks, v) })
	}
}

func visit(e forms.Element, v visitor, inside func()) {
	switch e := e.(type) {
	case *forms.Question:
		if e.Control != forms.Hidden {
			v.question(e)
		}
	case *forms.Repeat:
		for range v.repeat(e) {
			inside()
		}
	default:
		v.group(e)
		inside()
	}
}

// A sheet prints a form to be filled in with a pen.
type sheet struct {
	Form
	d   *Document
	def *forms.Definition
}

func (s *sheet) text(e forms.Element, t forms.Text) string { return s.Session.Text(e.Base().Ref, t) }

// label is what an element is called, and in which language.
func (s *sheet) label(e forms.Element) (words, lang string) {
	if n, ok := s.Session.Node(e.Base().Ref); ok {
		return n.Label, tag(n.Language)
	}
	return s.text(e, e.Base().Label), ""
}

func (s *sheet) group(e forms.Element) {
	words, lang := s.label(e)
	if words != "" {
		s.d.Space(8)
	}
	s.d.Text(Section, words, lang)
	s.d.Text(Hint, s.text(e, e.Base().Hint), lang)
	s.only(e)
}

func (s *sheet) repeat(r *forms.Repeat) int {
	s.group(r)
	s.d.Text(Hint, s.Words.Say("print.repeat"), s.lang())
	return cmp.Or(s.Copies, 2)
}

// only says on which condition something is asked.
func (s *sheet) only(e forms.Element) {
	if words := s.condition(e); words != "" {
		st := Hint
		st.Bold, st.Gray, st.Ahead = true, 0.15, 110 // with the question that it is said of
		s.d.Text(st, words, s.lang())
	}
}

func (s *sheet) question(q *forms.Question) {
	words, lang := s.label(q)
	if q.Control == forms.Note {
		s.d.Text(Body, words, lang)
		return
	}
	s.d.Space(5)
	if q.Bind.Required == "true()" {
		words += " *"
	}
	st := Question
	st.Ahead = 80
	s.only(q)
	s.d.Text(st, words, lang)
	s.d.Text(Hint, s.text(q, q.Hint), lang)
	s.room(q)
}

// instruction is how an answer is given with a pen.
func instruction(q *forms.Question) locale.ID {
	switch q.Control {
	case forms.Select1:
		return "print.one"
	case forms.Select:
		return "print.several"
	case forms.RankList:
		return "print.rank"
	case forms.Upload:
		return "print.file"
	case forms.Trigger:
		return "print.trigger"
	}
	switch q.Bind.Type {
	case forms.Int, forms.Decimal:
		return "print.number"
	case forms.Date:
		return "print.date"
	case forms.Time:
		return "print.time"
	case forms.DateTime:
		return "print.date_time"
	case forms.GeoPoint, forms.GeoTrace, forms.GeoShape:
		return "print.place"
	}
	return ""
}

// room is where the answer goes.
func (s *sheet) room(q *forms.Question) {
	if id := instruction(q); id != "" && !s.long(q) {
		s.d.Text(Hint, s.Words.Say(id), s.lang())
	}
	switch q.Control {
	case forms.Select1, forms.Select, forms.RankList:
		s.choices(q)
		return
	case forms.Upload:
		s.d.Lines(1, 0)
		return
	case forms.Trigger:
		s.d.Tick(false, Body, s.Words.Say("action.yes"), s.lang())
		return
	}
	switch q.Bind.Type {
	case forms.Int:
		s.d.Boxes(0, 8)
	case forms.Date:
		s.d.Boxes(0, 4, 2, 2)
	case forms.Time:
		s.d.Boxes(0, 2, 2)
	case forms.DateTime:
		s.d.Boxes(0, 4, 2, 2, 2, 2)
	case forms.GeoTrace, forms.GeoShape:
		s.d.Frame(0, 160)
	default:
		lines := 1
		if strings.Contains(q.Appearance, "multiline") {
			lines = 6
		}
		s.d.Lines(lines, 0)
	}
}

func (s *sheet) long(q *forms.Question) bool {
	return (q.Control == forms.Select1 || q.Control == forms.Select || q.Control == forms.RankList) && len(s.offered(q)) == 0
}

func (s *sheet) choices(q *forms.Question) {
	all := s.offered(q)
	if len(all) == 0 {
		s.d.Text(Hint, s.Words.Say("print.list"), s.lang())
		s.d.Lines(1, 0)
		return
	}
	for _, c := range all {
		s.d.Tick(q.Control == forms.Select1, Body, c.Label, tag(c.Language))
	}
	s.d.Space(4)
}

// offered are the choices of a question as far as they can be printed: all of the
// list, when which of them are offered depends on other answers.
func (f Form) offered(q *forms.Question) []session.Choice {
	n, ok := f.Session.Node(q.Ref)
	all := n.Choices
	if list := f.Session.Definition().Lists[q.List]; !ok || q.ChoiceFilter != "" && len(list.Choices) > 0 {
		all = nil
		for _, c := range list.Choices {
			all = append(all, session.Choice{Value: c.Value, Label: f.Session.Text(q.Ref, c.Label)})
		}
	}
	if len(all) > longList {
		return nil
	}
	return all
}
