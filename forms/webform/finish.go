package webform

import (
	"errors"
	"net/http"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// A gap is what keeps a response from being finished, and where to mend it.
type gap struct {
	Label, Message string
	Lang           string
	Dir            locale.Direction
	Page           int // 0: nowhere on these pages
}

// review shows what is missing, or that nothing is.
func (p *Pages) review(w http.ResponseWriter, r *http.Request) {
	d, l, ok := p.mine(w, r)
	if !ok {
		return
	}
	defer p.drafts.give(d)
	d.response.Session().Log(session.EventEndScreen)
	p.showReview(w, r, l, d.response.Session(), d.response.Session().Validate())
}

const maxGaps = 40

func (p *Pages) showReview(w http.ResponseWriter, r *http.Request, l locale.Language, s *session.Session, found []session.Violation) {
	pages := pagesOf(s)
	artist := &painter{s: s, words: locale.New(l.Code), language: l.Code}
	v := view{Total: len(pages), Review: true}
	for _, f := range found {
		if len(v.Gaps) == maxGaps {
			break
		}
		n, _ := s.Node(f.Ref)
		label := n.Label
		if label == "" {
			label = n.Ref.Name()
		}
		v.Gaps = append(v.Gaps, gap{label, artist.message(f), artist.other(n.Language), artist.direction(n.Language), pageOf(pages, f.Ref) + 1})
	}
	for i, pg := range pages {
		v.Outline = append(v.Outline, outlined{i + 1, pg.Label, pg.which(artist.words), artist.other(pg.Language), artist.direction(pg.Language), answered(s, pg)})
	}
	p.show(w, r, http.StatusOK, "review", v)
}

// An outlined is a page in the list of all.
type outlined struct {
	Number   int
	Label    string
	Which    string // of the pages with this label
	Lang     string
	Dir      locale.Direction
	Answered int
}

func answered(s *session.Session, pg page) (n int) {
	for _, ref := range questions(s, pg) {
		node, _ := s.Node(ref)
		if q := node.Element.(*forms.Question); q.Control != forms.Note && node.Value != "" {
			n++
		}
	}
	return n
}

// finish makes the response ready and shows its receipt code. From then on
// nobody here can read it, and the code of the draft opens nothing.
func (p *Pages) finish(w http.ResponseWriter, r *http.Request) {
	d, l, ok := p.mine(w, r)
	if !ok {
		return
	}
	code, violations, err := d.response.Finish(r.Context(), l.Code)
	switch {
	case err != nil:
		p.drafts.give(d)
		p.fail(w, r, err)
	case len(violations) > 0:
		p.showReview(w, r, l, d.response.Session(), violations)
		p.drafts.give(d)
	default:
		d.finished, d.response = true, nil
		p.drafts.drop(d)
		p.setCookie(w, cookieCode, "")
		p.show(w, r, http.StatusOK, "done", view{Receipt: code, Gone: true})
	}
}

// code answers whether a record is received, when and by which road.
func (p *Pages) code(w http.ResponseWriter, r *http.Request) {
	asked := r.PathValue("code")
	if len(asked) > 64 || !p.gate.may("ask", r, 20*p.o.Limits.Guess) {
		p.message(w, r, http.StatusTooManyRequests, "slower")
		return
	}
	standing, err := p.o.Keeper.Code(r.Context(), asked)
	switch {
	case errors.Is(err, ErrNoResponse):
		p.message(w, r, http.StatusBadRequest, "badcode")
	case err != nil:
		p.fail(w, r, err)
	default:
		p.show(w, r, http.StatusOK, "code", view{Receipt: asked, Standing: standing})
	}
}
