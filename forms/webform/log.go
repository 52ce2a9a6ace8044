package webform

import (
	"net/http"

	"baraza.example/forms/session"
)

// fieldName is who fills the form in.
const fieldName = "name"

// identify takes who fills the form in, where the form wants to know
// (identify-user).
func (p *Pages) identify(w http.ResponseWriter, r *http.Request) {
	d, _, ok := p.take(w, r)
	if !ok {
		return
	}
	defer p.drafts.give(d)
	d.response.Session().Identify(r.PostForm.Get(fieldName))
	if err := d.response.Save(r.Context()); err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/page/1", http.StatusSeeOther) // it asks again where the name was blank
}

// lookedAt tells the log of a form that a page is looked at from its top.
func lookedAt(s *session.Session, pg page) {
	if all := questions(s, pg); s.Audited() && len(all) > 0 {
		s.Come(all[0])
	}
}

// exit tells the log that the response is left.
func exit(s *session.Session) {
	s.Log(session.EventSave)
	s.Log(session.EventExit)
}

// leave ends the visit from a page without questions.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request) {
	if code := readCode(cookie(r, cookieCode)); code != "" {
		d, _, ok := p.take(w, r)
		if !ok {
			return
		}
		if s := d.response.Session(); s.Audited() {
			exit(s)
			if err := d.response.Save(r.Context()); err != nil {
				p.drafts.give(d)
				p.fail(w, r, err)
				return
			}
		}
		p.drafts.give(d)
	}
	p.left(w, r)
}
