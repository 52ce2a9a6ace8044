package typeset

import (
	"cmp"
	"fmt"
	"io"

	"baraza.example/forms"
)

// Wording of a script that is read on the air.
var (
	spoken = Style{Size: 15, After: 7}
	toRead = Style{Size: 11, Gray: 0.35, After: 3} // for the speaker alone
)

// pace is how many letters a speaker reads in a minute, slowly: 110 words of six.
const pace = 660

// WriteScript prints the questions of a form to be read on the air: in large letters
// what is said, small and grey what the speaker is told. It returns the characters
// that no font has.
func WriteScript(w io.Writer, p Paper, f Form) (missing []rune, err error) {
	d, err := open(w, p, f.Words, f.title(), f.Session.Definition().Settings.Version)
	if err != nil {
		return nil, err
	}
	d.Text(Title, f.Words.Say("print.script"), f.lang())
	d.Text(Body, f.title(), f.lang())
	d.Text(toRead, f.Words.Say("print.script_how"), f.lang())
	d.Rule()
	s := &script{sheet: sheet{Form: f, d: d, def: f.Session.Definition()}}
	f.each(s)
	d.Rule()
	d.Text(toRead, f.Words.Count("print.script_minutes", max(1, (s.letters+pace/2)/pace)), f.lang())
	d.Text(toRead, f.Words.Say("print.script_end"), f.lang())
	return d.Missing(), d.Close()
}

// A script prints a form to be read out.
type script struct {
	sheet
	letters int // that are said
}

func (s *script) say(st Style, words, lang string) {
	s.d.Text(st, words, lang)
	s.letters += len([]rune(words))
}

func (s *script) group(e forms.Element) {
	words, lang := s.label(e)
	s.d.Space(6)
	s.d.Text(Section, words, lang)
	s.aside(e)
}

// aside tells the speaker on which condition something is read.
func (s *script) aside(e forms.Element) {
	s.d.Text(toRead, s.condition(e), s.lang())
}

func (s *script) repeat(r *forms.Repeat) int {
	s.group(r)
	return 1
}

func (s *script) question(q *forms.Question) {
	if q.Control == forms.Upload || q.Control == forms.Trigger {
		return // nothing to be answered by voice
	}
	words, lang := s.label(q)
	st := spoken
	st.Ahead = 30
	s.aside(q)
	s.say(st, words, lang)
	for i, c := range s.offered(q) {
		st := spoken
		st.In, st.After = 18, 1
		s.say(st, fmt.Sprintf("%d – %s", i+1, c.Label), cmp.Or(tag(c.Language), lang))
	}
	if hint := s.text(q, q.Hint); hint != "" && q.Control != forms.Note {
		s.d.Text(toRead, hint, lang)
	}
	if q.Control != forms.Note {
		s.d.Text(toRead, s.Words.Say("print.pause"), s.lang())
		s.d.Space(8)
	}
}
