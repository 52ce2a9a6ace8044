package central

import (
	"errors"
	"fmt"
	"net/http"

	"baraza.example/forms"
	"baraza.example/sync/batch"
)

// maxAskForm bounds the form with which a question is asked, in bytes.
const maxAskForm = 64 << 10

// An askedView is a question that was typed and not taken.
type askedView struct {
	Text, About string
	Problem     string
}

// A choiceView is one of the questions that can be asked about.
type choiceView struct{ Path, Label string }

// mayAsk reports whether whoever is logged in may write to authors: all but those
// who only look.
func (p *DeskPages) mayAsk(r *http.Request) bool {
	if !p.keyed() {
		return false
	}
	a, err := p.accounts.Account(r.Context(), p.sessions.GetString(r.Context(), sessionName))
	return err == nil && a.Role != Viewer
}

// allowAsking adds what the form for asking needs, where it may be shown.
func (p *DeskPages) allowAsking(r *http.Request, v *itemView, asked askedView) {
	if v.Problem != nil || !v.Kind.Submission() || !p.mayAsk(r) {
		return
	}
	v.MayAsk, v.Asked = true, asked
	if c := v.Contribution; c != nil {
		for _, para := range c.Paragraphs {
			v.Questions = append(v.Questions, choiceView{fmt.Sprintf("paragraph/%d", para.Number), p.look.words.word("ask.paragraph", para.Number)})
		}
		return
	}
	answered := map[forms.Ref]bool{}
	for _, a := range v.Answers {
		if answered[a.Ref.Generic()] = true; a.Label != "" && !contact(a.Path) {
			v.Questions = append(v.Questions, choiceView{a.Path, a.Label})
		}
	}
	if v.Form == nil {
		return
	}
	for e := range v.Form.All() {
		q, ok := e.(*forms.Question)
		if !ok || q.Control == forms.Note || q.Control == forms.Hidden || answered[q.Ref] || contact(pathOf(q.Ref)) {
			continue
		}
		if label := answer(v.Form, q.Ref, "", v.Language).Label; label != "" {
			v.Questions = append(v.Questions, choiceView{pathOf(q.Ref), label})
		}
	}
}

// ask asks back about a submission, and leads to where the question stands.
func (p *DeskPages) ask(w http.ResponseWriter, r *http.Request) {
	if !p.mayAsk(r) {
		p.message(w, r, http.StatusForbidden, "readonly")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxAskForm)
	if err := r.ParseForm(); err != nil {
		p.message(w, r, http.StatusBadRequest, "unread")
		return
	}
	s, ok := p.submission(w, r)
	if !ok {
		return
	}
	typed := askedView{Text: r.PostForm.Get("text"), About: r.PostForm.Get("question")}
	_, err := p.desk.Ask(r.Context(), s.Ref().String(), Asking{Text: typed.Text, Question: typed.About,
		From: p.sessions.GetString(r.Context(), sessionName), Now: p.now()})
	switch {
	case err == nil:
		http.Redirect(w, r, "/item/"+s.Ref().String()+"#thread", http.StatusSeeOther)
	case errors.Is(err, batch.ErrClarification):
		typed.Problem = p.look.words.word("ask.length", batch.MaxQuestion)
		p.showItem(w, r, http.StatusUnprocessableEntity, s, typed)
	case errors.Is(err, ErrNoQuestion):
		typed.Problem = p.look.words.word("ask.noquestion")
		p.showItem(w, r, http.StatusUnprocessableEntity, s, typed)
	default:
		p.fail(w, r, err)
	}
}
