package central

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/contribution"
)

// An itemView is one submission as its page shows it.
type itemView struct {
	Submission
	Allowed      []answerView // what the author agreed to
	Sections     []sectionView
	Computed     []answerView // by the form, not asked
	Contacts     int          // answers that tell who a person is or how to reach them
	ShowContacts bool

	MayAsk    bool
	Questions []choiceView // that can be asked about
	Asked     askedView    // what was typed and not taken
}

// A sectionView is a group of the form, with what was answered in it.
type sectionView struct {
	Title    string
	Language string // of the title
	Part     bool   // stands inside the section before it
	Answers  []answerView
}

// An answerView is a question as the form asks it, and what the author said.
type answerView struct {
	Question         string
	QuestionLanguage string
	Words            string
	Language         string
	Open             bool   // free text, as long as the author liked
	Empty            bool   // asked, and left empty
	Note             string // of the author, beside the answer
	NoOpinion        bool   // it was left empty on purpose
	File             int    // the number of the attachment that it names, from 1
}

func (p *DeskPages) serveItem(w http.ResponseWriter, r *http.Request) {
	if s, ok := p.submission(w, r); ok {
		p.showItem(w, r, http.StatusOK, s, askedView{})
	}
}

func (p *DeskPages) showItem(w http.ResponseWriter, r *http.Request, status int, s Submission, asked askedView) {
	v := &itemView{Submission: s, ShowContacts: r.URL.Query().Get("contacts") == "yes"}
	v.Language = tagOnly(v.Language)
	v.arrange()
	title := s.Name
	switch {
	case s.Contribution != nil:
		title = s.Contribution.Title
	case title == "":
		title = p.look.words.wordOr("kind", s.Kind.String()) + " " + s.Code
	}
	p.allowAsking(r, v, asked)
	p.show(w, r, status, "item", title, v)
}

// arrange puts the answers of a response into the order and the groups of its
// form. What the form doesn't know comes last.
func (v *itemView) arrange() {
	byRef := map[forms.Ref][]Answer{}
	for _, a := range v.Answers {
		byRef[a.Ref.Generic()] = append(byRef[a.Ref.Generic()], a)
	}
	if v.Form != nil {
		v.walk(v.Form.Root, byRef)
	}
	var rest sectionView
	for _, a := range v.Answers {
		if _, left := byRef[a.Ref.Generic()]; left {
			v.place(&rest, a, nil)
		}
	}
	v.Sections = append(v.Sections, rest)
	v.prune()
}

// walk takes the answers of a group out of byRef. What a group asks after its
// parts stands under its own title once more.
func (v *itemView) walk(g *forms.Group, byRef map[forms.Ref][]Answer) {
	s := sectionView{Part: g.Ref.Parent().Parent() != ""}
	s.Title, s.Language = g.Label.In(chainFor(v.Form, v.Language)...)
	s.Language = languageTag(s.Language)
	v.Sections = append(v.Sections, s)
	at := len(v.Sections) - 1
	for _, e := range g.Children {
		switch e := e.(type) {
		case *forms.Question:
			if at != len(v.Sections)-1 {
				at = len(v.Sections)
				v.Sections = append(v.Sections, sectionView{Title: s.Title, Language: s.Language, Part: true})
			}
			answers := byRef[e.Ref]
			delete(byRef, e.Ref)
			for _, a := range answers {
				v.place(&v.Sections[at], a, e)
			}
			if len(answers) == 0 && alwaysAsked(v.Form, e) {
				a := answer(v.Form, e.Ref, "", v.Language)
				v.Sections[at].Answers = append(v.Sections[at].Answers, answerView{Question: a.Label, QuestionLanguage: languageTag(a.Language), Open: true, Empty: true})
			}
		case *forms.Group:
			v.walk(e, byRef)
		case *forms.Repeat:
			v.repeat(e, byRef)
		}
	}
}

// prune leaves out titles with nothing below them.
func (v *itemView) prune() {
	var kept []sectionView // from the last one
	for _, s := range slices.Backward(v.Sections) {
		parts := !s.Part && s.Title != "" && len(kept) > 0 && kept[len(kept)-1].Part
		if len(s.Answers) > 0 || parts {
			kept = append(kept, s)
		}
	}
	slices.Reverse(kept)
	v.Sections = kept
}

// repeat makes a section for each time that a repeat was filled.
func (v *itemView) repeat(e *forms.Repeat, byRef map[forms.Ref][]Answer) {
	title, language := e.Label.In(chainFor(v.Form, v.Language)...)
	prefix := string(e.Ref) + "/"
	last := ""
	for _, a := range v.Answers {
		if !strings.HasPrefix(string(a.Ref.Generic()), prefix) {
			continue
		}
		q, _ := v.Form.Element(a.Ref).(*forms.Question)
		if q == nil {
			continue
		}
		delete(byRef, a.Ref.Generic())
		if turn := turnOf(a.Path, pathOf(e.Ref)); turn != last || last == "" {
			v.Sections = append(v.Sections, sectionView{Title: strings.TrimSpace(title + " " + turn), Language: languageTag(language)})
			last = turn
		}
		v.place(&v.Sections[len(v.Sections)-1], a, q)
	}
}

// turnOf is the position of a repeat in a path: "2" in "attachments[2]/title".
func turnOf(path, repeat string) string {
	rest := path[min(len(path), len(repeat)):]
	if turn, ok := strings.CutPrefix(rest, "["); ok {
		turn, _, _ = strings.Cut(turn, "]")
		return turn
	}
	return "1"
}

// place puts an answer where it belongs.
func (v *itemView) place(s *sectionView, a Answer, q *forms.Question) {
	shown := answerView{Question: a.Label, QuestionLanguage: languageTag(a.Language), Words: a.Words, Language: v.Language,
		Note: a.Remark.Note, NoOpinion: a.Remark.NoOpinion, Empty: a.Value == ""}
	if q != nil {
		shown.Open = open(q)
		if q.List != "" && a.Words != a.Value {
			shown.Language = shown.QuestionLanguage
		}
		if q.Control == forms.Upload {
			for i, f := range v.Attachments {
				if f.Name == a.Value {
					shown.File = i + 1
				}
			}
		}
	}
	if shown.Question == "" {
		shown.Question, shown.QuestionLanguage = a.Path, ""
	}
	switch {
	case contact(a.Path):
		v.Contacts++
		if v.ShowContacts {
			s.Answers = append(s.Answers, shown)
		}
	case a.Ref.Name() == publicationQuestion && a.Value == v.Publication && usualLevel(a.Value):
		// It stands above the others, in the words of all pages.
	case consent(a.Path):
		v.Allowed = append(v.Allowed, shown)
	case q != nil && q.Control == forms.Hidden:
		v.Computed = append(v.Computed, shown)
	default:
		s.Answers = append(s.Answers, shown)
	}
}

func open(q *forms.Question) bool {
	return q.Control == forms.Input && strings.Contains(q.Appearance, "multiline")
}

// alwaysAsked reports whether an open question is put to everybody, so that no
// answer says something too.
func alwaysAsked(form *forms.Definition, q *forms.Question) bool {
	if !open(q) {
		return false
	}
	for ref := q.Ref; ref != ""; ref = ref.Parent() {
		if e := form.Element(ref); e != nil && e.Base().Bind.Relevant != "" {
			return false
		}
	}
	return true
}

// consent reports whether a column tells what the author agreed to. The names
// are those of the consultation that ships with the program.
func consent(path string) bool {
	steps := strings.Split(path, "/")
	return steps[0] == "consent" || strings.HasSuffix(steps[len(steps)-1], "_consent") || strings.HasSuffix(steps[len(steps)-1], "_readback")
}

// usualLevel reports whether the pages have words of their own for a level.
func usualLevel(level string) bool {
	switch contribution.Publication(level) {
	case contribution.Full, contribution.Anonymous, contribution.Summary, contribution.Closed:
		return true
	}
	return false
}

// servePreview shows a small picture of an attachment that is still on its way. It
// was decoded and written anew here, so that it is a picture and nothing else.
func (p *DeskPages) servePreview(w http.ResponseWriter, r *http.Request) {
	s, ok := p.submission(w, r)
	if !ok {
		return
	}
	n := number(r.PathValue("n"))
	if n < 1 || n > len(s.Attachments) || s.Attachments[n-1].Preview == nil {
		p.message(w, r, http.StatusNotFound, "missing")
		return
	}
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(s.Attachments[n-1].Preview)
}

// serveFile hands out an attachment. What is in it came from a stranger: it is
// saved, never shown, and could run nothing if it were.
func (p *DeskPages) serveFile(w http.ResponseWriter, r *http.Request) {
	s, ok := p.submission(w, r)
	if !ok {
		return
	}
	n := number(r.PathValue("n"))
	if n < 1 || n > len(s.Attachments) {
		p.message(w, r, http.StatusNotFound, "missing")
		return
	}
	a := s.Attachments[n-1]
	if !a.Whole() {
		p.message(w, r, http.StatusConflict, "incomplete")
		return
	}
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": a.Name})
	if disposition == "" {
		disposition = "attachment"
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition)
	h.Set("Content-Length", strconv.FormatInt(a.Size, 10)) // a reader sees when it was cut short
	if _, err := p.desk.Extract(r.Context(), a.Record, w); err != nil {
		p.logger.ErrorContext(r.Context(), "an attachment broke off", "record", a.Record.String(), "err", err)
		panic(http.ErrAbortHandler)
	}
}
