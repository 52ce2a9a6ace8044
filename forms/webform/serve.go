package webform

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// welcome is the first page: what this is, who could read what is typed, and
// in which language.
func (p *Pages) welcome(w http.ResponseWriter, r *http.Request) {
	p.Remember(w, r)
	p.show(w, r, http.StatusOK, "welcome", view{Choices: p.languages()})
}

// Remember keeps the language that the address asks for, where it asks for one.
func (p *Pages) Remember(w http.ResponseWriter, r *http.Request) {
	if l := r.URL.Query().Get("language"); l != "" && slices.Contains(p.o.Languages, l) {
		p.setCookie(w, cookieLanguage, l)
	}
}

func (p *Pages) languages() (all []locale.Language) {
	for _, code := range p.o.Languages {
		if l, ok := locale.Named(code); ok {
			all = append(all, l)
		}
	}
	return all
}

// Enter goes to the first page of a response that was found otherwise than by its
// code, for a program whose pages stand before these: on a device of one's own
// nobody needs a code. open has the keeper open it under a key from now on.
func (p *Pages) Enter(w http.ResponseWriter, r *http.Request, open func(ctx context.Context, key string) error) {
	code := newCode()
	err := open(r.Context(), p.key(code))
	switch {
	case errors.Is(err, ErrNoResponse):
		p.message(w, r, http.StatusNotFound, "nocode")
	case err != nil:
		p.fail(w, r, err)
	default:
		p.setCookie(w, cookieCode, code)
		http.Redirect(w, r, "/page/1", http.StatusSeeOther)
	}
}

// Language is the one that a reader gets the pages in.
func (p *Pages) Language(r *http.Request) locale.Language { return p.language(r) }

// begin starts a response and shows its first page.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) {
	if !p.gate.may("begin", r, p.o.Limits.Begin) {
		p.message(w, r, http.StatusTooManyRequests, "slower")
		return
	}
	l := p.language(r)
	code := newCode()
	response, err := p.o.Keeper.Begin(r.Context(), p.key(code), l.Chain()...)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.drafts.put(p.key(code), l.Code, response)
	p.setCookie(w, cookieCode, code)
	http.Redirect(w, r, "/page/1", http.StatusSeeOther)
}

// resume goes on with the response whose code was typed.
func (p *Pages) resume(w http.ResponseWriter, r *http.Request) {
	if !p.gate.may("guess", r, p.o.Limits.Guess) {
		p.message(w, r, http.StatusTooManyRequests, "slower")
		return
	}
	code := readCode(r.PostForm.Get("code"))
	if code == "" {
		p.message(w, r, http.StatusNotFound, "nocode")
		return
	}
	l := p.language(r)
	d, err := p.drafts.take(r.Context(), p.key(code), l.Code, l.Chain())
	switch {
	case errors.Is(err, ErrNoResponse):
		p.message(w, r, http.StatusNotFound, "nocode")
	case err != nil:
		p.fail(w, r, err)
	default:
		p.drafts.give(d)
		p.setCookie(w, cookieCode, code)
		http.Redirect(w, r, "/page/1", http.StatusSeeOther)
	}
}

// mine takes the response of this browser, or answers that there is none, or
// asks first who fills it in.
func (p *Pages) mine(w http.ResponseWriter, r *http.Request) (*draft, locale.Language, bool) {
	d, l, ok := p.take(w, r)
	if !ok {
		return nil, l, false
	}
	s := d.response.Session()
	if u := s.User(); u != "" && s.NeedsUser() {
		s.Identify(u) // the code of a response is one person's
	}
	if s.NeedsUser() {
		p.drafts.give(d)
		p.show(w, r, http.StatusOK, "identify", view{})
		return nil, l, false
	}
	return d, l, true
}

// take takes the response of this browser, or answers that there is none.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) (*draft, locale.Language, bool) {
	l := p.language(r)
	code := readCode(cookie(r, cookieCode))
	if code == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil, l, false
	}
	d, err := p.drafts.take(r.Context(), p.key(code), l.Code, l.Chain())
	switch {
	case errors.Is(err, ErrNoResponse):
		// A cookie is a code that somebody could try, too.
		p.setCookie(w, cookieCode, "")
		if p.gate.may("guess", r, p.o.Limits.Guess) {
			p.message(w, r, http.StatusNotFound, "nocode")
		} else {
			p.message(w, r, http.StatusTooManyRequests, "slower")
		}
		return nil, l, false
	case err != nil:
		p.fail(w, r, err)
		return nil, l, false
	}
	return d, l, true
}

// pageNumber is the page that an address names, within those that there are.
func pageNumber(r *http.Request, pages []page) int {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		n = 1
	}
	return min(max(n, 1), max(len(pages), 1))
}

func (p *Pages) showPage(w http.ResponseWriter, r *http.Request) {
	d, l, ok := p.mine(w, r)
	if !ok {
		return
	}
	defer p.drafts.give(d)
	s := d.response.Session()
	pages := pagesOf(s)
	if n := pageNumber(r, pages); n <= len(pages) {
		lookedAt(s, pages[n-1])
	}
	p.paint(w, r, l, s, pages, pageNumber(r, pages), applied{}, http.StatusOK)
}

// paint shows page n, with what was wrong with it.
func (p *Pages) paint(w http.ResponseWriter, r *http.Request, l locale.Language, s *session.Session, pages []page, n int, came applied, status int) {
	if len(pages) == 0 {
		http.Redirect(w, r, "/review", http.StatusSeeOther)
		return
	}
	words := locale.New(l.Code)
	artist := &painter{s: s, words: words, language: l.Code, wrong: map[forms.Ref]string{}, find: came.find}
	for ref, v := range came.wrong {
		artist.wrong[ref] = artist.message(v)
	}
	pg := pages[n-1]
	v := view{Number: n, Total: len(pages), Heading: pg.Label, Which: pg.which(words), Lang: artist.other(pg.Language), Dir: artist.direction(pg.Language), Items: artist.page(pg), Saved: r.URL.Query().Has("saved") || came.wrong != nil, Fresh: came.fresh, Wrong: len(came.wrong)}
	var shown []string
	for _, ref := range questions(s, pg) {
		shown = append(shown, string(ref))
	}
	v.Shown = strings.Join(shown, " ")
	p.show(w, r, status, "page", v)
}

// savePage puts a page's answers in, saves them and goes where the button says.
func (p *Pages) savePage(w http.ResponseWriter, r *http.Request) {
	d, l, ok := p.mine(w, r)
	if !ok {
		return
	}
	defer p.drafts.give(d)
	s := d.response.Session()
	pages := pagesOf(s)
	if len(pages) == 0 {
		http.Redirect(w, r, "/review", http.StatusSeeOther)
		return
	}
	n := pageNumber(r, pages)
	// The page is known by what stood on it: others may have come before it.
	if first, _, _ := strings.Cut(r.PostForm.Get(fieldShown), " "); first != "" {
		if at := pageOf(pages, forms.Ref(first)); at >= 0 {
			n = at + 1
		}
	}
	pg := pages[n-1]
	came, err := apply(s, pg, r.PostForm)
	if err == nil {
		err = change(s, pg, r.PostForm.Get(fieldGo))
	}
	if r.PostForm.Get(fieldGo) == "leave" {
		exit(s)
	}
	if err == nil {
		err = d.response.Save(r.Context())
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.proceed(w, r, l, s, pg, came)
}

// change adds to a repeat or takes away from it, or takes a file away.
func change(s *session.Session, pg page, pressed string) error {
	what, name, _ := strings.Cut(pressed, ":")
	ref := forms.Ref(name)
	if pageOf([]page{pg}, ref) < 0 {
		return nil
	}
	var err error
	switch what {
	case "add":
		_, err = s.AddRepeat(ref)
	case "remove":
		err = s.RemoveRepeat(ref)
	case "drop":
		if _, _, is := askedFile(s, ref); is {
			err = s.Set(ref, "")
		}
	}
	if errors.Is(err, session.ErrNoNode) || errors.Is(err, session.ErrCounted) || errors.Is(err, session.ErrTooMany) {
		return nil // an old page: it is shown as it is now
	}
	return err
}

// proceed goes on after a page was saved. What is wrong with it is said at
// once, and what has appeared on it is asked, before anything else.
func (p *Pages) proceed(w http.ResponseWriter, r *http.Request, l locale.Language, s *session.Session, was page, came applied) {
	pages := pagesOf(s)
	n := 1
	if at := pageOf(pages, was.refs[0]); at >= 0 {
		n = at + 1
	}
	to := func(n int) { http.Redirect(w, r, "/page/"+strconv.Itoa(n)+"?saved", http.StatusSeeOther) }
	pressed, ref, _ := strings.Cut(r.PostForm.Get(fieldGo), ":")
	switch {
	case pressed == "leave":
		p.left(w, r)
	case pressed == "file":
		http.Redirect(w, r, "/file?"+url.Values{fieldAt: {ref}}.Encode(), http.StatusSeeOther)
	case pressed == "back":
		to(max(n-1, 1))
	case pressed == "review":
		http.Redirect(w, r, "/review", http.StatusSeeOther)
	case len(came.wrong) > 0, len(came.find) > 0, came.fresh && pressed != "stay":
		p.paint(w, r, l, s, pages, n, came, http.StatusOK)
	case pressed == "add", pressed == "remove", pressed == "drop", pressed == "stay":
		to(n)
	case n >= len(pages):
		http.Redirect(w, r, "/review", http.StatusSeeOther)
	default:
		to(n + 1)
	}
}

// left ends the visit on this phone; with its code the response goes on.
func (p *Pages) left(w http.ResponseWriter, r *http.Request) {
	code := readCode(cookie(r, cookieCode))
	p.setCookie(w, cookieCode, "")
	p.show(w, r, http.StatusOK, "left", view{Code: code, Gone: true})
}

// find is the form for a receipt code, which leads to its page.
func (p *Pages) find(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/r/"+url.PathEscape(strings.TrimSpace(r.URL.Query().Get("code"))), http.StatusSeeOther)
}
