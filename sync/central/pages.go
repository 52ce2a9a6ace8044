package central

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// DeskPagesOptions are what DeskPages are made of. Desk is needed, and Accounts
// where the Desk has keys.
type DeskPagesOptions struct {
	Desk     *Desk
	Accounts Accounts
	Centre   string           // the centre's name, as people see it
	TLS      bool             // the listener speaks TLS: cookies are for it alone
	Now      func() time.Time // nil means time.Now
	Logger   *slog.Logger     // nil means none
}

// DeskPages are the secretariat's web pages: what came in, one submission in
// full, its files, and tables to take away. docs/protocol/centre-pages.md has
// the addresses. They are plain HTML without any script.
//
// With a key in the Desk every page asks for a login, for it opens records.
// Without one nothing opens, and nothing asks for a login: the pages list what
// came in, sealed, and say what they need.
type DeskPages struct {
	desk     *Desk
	accounts Accounts
	centre   string
	sessions *scs.SessionManager
	tries    *tries
	hashing  chan struct{}
	nobody   Account // verified where there is no such account, so that both take as long
	now      func() time.Time
	logger   *slog.Logger
	look     look
}

// How long a login lasts.
const (
	sessionIdle = 30 * time.Minute
	sessionLife = 12 * time.Hour
)

// NewDeskPages returns the pages, with nobody logged in.
func NewDeskPages(o DeskPagesOptions) *DeskPages {
	p := &DeskPages{desk: o.Desk, accounts: o.Accounts, centre: o.Centre, hashing: make(chan struct{}, maxHashing),
		now: o.Now, logger: o.Logger, look: theLook()}
	if p.now == nil {
		p.now = time.Now
	}
	if p.logger == nil {
		p.logger = slog.New(slog.DiscardHandler)
	}
	p.tries = newTries(p.now)
	v := verifier{argonTime, argonMemory, argonThreads, make([]byte, argonSalt), make([]byte, argonHash)}
	_, _ = rand.Read(v.hash) // never fails (crypto/rand)
	p.nobody.Verifier = v.String()
	// Not scs.New, which starts a goroutine for a store of its own.
	p.sessions = &scs.SessionManager{Store: &sessions{kept: map[string]keptSession{}}, HashTokenInStore: true, Codec: scs.GobCodec{},
		IdleTimeout: sessionIdle, Lifetime: sessionLife, ErrorFunc: p.fail,
		Cookie: scs.SessionCookie{Name: "desk", Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: o.TLS}}
	return p
}

// Handler serves the pages, and GET /received.json as [Desk.Handler] does.
func (p *DeskPages) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.serveList)
	mux.HandleFunc("GET /item/{id}", p.serveItem)
	mux.HandleFunc("GET /item/{id}/file/{n}", p.serveFile)
	mux.HandleFunc("GET /item/{id}/preview/{n}", p.servePreview)
	mux.HandleFunc("POST /item/{id}/ask", p.ask)
	mux.HandleFunc("GET /table.csv", p.serveTable)
	mux.HandleFunc("GET /login", p.serveLogin)
	mux.HandleFunc("POST /login", p.login)
	mux.HandleFunc("POST /logout", p.logout)
	mux.HandleFunc("GET /"+styleFile, p.look.serveStyle)
	mux.Handle("GET /received.json", p.desk.Handler())
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { p.message(w, r, http.StatusNotFound, "missing") })
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.message(w, r, http.StatusForbidden, "foreign") }))
	inside := p.sessions.LoadAndSave(origin.Handler(p.guard(mux)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		safeHeaders(w.Header())
		inside.ServeHTTP(w, r)
	})
}

// keyed reports whether the desk can open anything.
func (p *DeskPages) keyed() bool { return len(p.desk.Keys) > 0 }

// The names under which a session keeps who logged in. The verifier is there so
// that a new passphrase ends the sessions of the old one.
const (
	sessionName     = "name"
	sessionVerifier = "verifier"
)

// guard lets only those in who are logged in, once there is something to read.
func (p *DeskPages) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.keyed() || r.URL.Path == "/login" || r.URL.Path == "/"+styleFile {
			next.ServeHTTP(w, r)
			return
		}
		in, err := p.loggedIn(r.Context())
		switch {
		case err != nil:
			p.fail(w, r, err)
		case in:
			next.ServeHTTP(w, r)
		case wants(r, "text/html"):
			http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		default:
			plain(w, http.StatusUnauthorized, p.look.words.word("login.needed")+"\n")
		}
	})
}

func (p *DeskPages) loggedIn(ctx context.Context) (bool, error) {
	name := p.sessions.GetString(ctx, sessionName)
	if name == "" {
		return false, nil
	}
	a, err := p.accounts.Account(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && a.Verifier == p.sessions.GetString(ctx, sessionVerifier), err
}

// show writes a page with what every page has around it.
func (p *DeskPages) show(w http.ResponseWriter, r *http.Request, status int, name, title string, body any) {
	v := view{Title: title, Centre: p.centre, Keyed: p.keyed(), Body: body}
	if p.keyed() {
		v.Account = p.sessions.GetString(r.Context(), sessionName)
	}
	if err := p.look.show(w, status, name, v); err != nil {
		p.fail(w, r, err)
	}
}

// message shows a page that says what happened and what to do.
func (p *DeskPages) message(w http.ResponseWriter, r *http.Request, status int, what string) {
	p.show(w, r, status, "message", p.look.words.word(what+".title"), p.look.words.word(what+".text"))
}

// fail answers for a store in trouble. What is wrong is for the log alone.
func (p *DeskPages) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the reader has gone
	}
	p.logger.ErrorContext(r.Context(), "the desk could not make a page", "err", err)
	plain(w, http.StatusInternalServerError, p.look.words.word("trouble")+"\n")
}

// submission finds what an address names, or answers that it can't.
func (p *DeskPages) submission(w http.ResponseWriter, r *http.Request) (Submission, bool) {
	ref := r.PathValue("id")
	whole, _, noPlace := batch.CutPlace(ref)
	_, noID := batch.ParseRecordID(whole)
	_, noCode := identity.ParseCode(whole)
	if noPlace != nil || noID != nil && noCode != nil {
		p.message(w, r, http.StatusNotFound, "missing")
		return Submission{}, false
	}
	s, err := p.desk.Show(r.Context(), ref)
	var several *AmbiguousError
	switch {
	case err == nil:
		return s, true
	case errors.As(err, &several):
		p.show(w, r, http.StatusMultipleChoices, "several", p.look.words.word("several.title"), several)
	case errors.Is(err, ErrNotFound):
		p.message(w, r, http.StatusNotFound, "missing")
	default:
		p.fail(w, r, err)
	}
	return Submission{}, false
}

// safeHeaders are on every answer: nothing runs, nothing is kept, nobody frames
// it, and no address of the desk is told to other sites. To the desk itself it is:
// without any referrer a browser sends "Origin: null" with each form, and over plain
// HTTP nothing else that says where it comes from.
func safeHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// wants reports whether the asker names a media type.
func wants(r *http.Request, media string) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		name, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), media) {
			return true
		}
	}
	return false
}
