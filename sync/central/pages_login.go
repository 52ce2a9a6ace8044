package central

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of logging in.
const (
	maxLoginForm = 8 << 10 // bytes
	maxHashing   = 2       // passphrases tried at once: each takes 64 MiB for a moment
	freeTries    = 3       // wrong tries before one has to wait
	firstWait    = 2 * time.Second
	longestWait  = 5 * time.Minute
	forgetTries  = time.Hour
	maxTried     = 1000 // names remembered
)

type loginView struct {
	Name, Next string
	Problem    string
	Empty      bool // nobody has an account yet
}

func (p *DeskPages) serveLogin(w http.ResponseWriter, r *http.Request) {
	if !p.keyed() {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	p.askLogin(w, r, http.StatusOK, loginView{Next: localPath(r.URL.Query().Get("next"))})
}

func (p *DeskPages) askLogin(w http.ResponseWriter, r *http.Request, status int, v loginView) {
	all, err := p.accounts.ListAccounts(r.Context())
	if err != nil {
		p.fail(w, r, err)
		return
	}
	v.Empty = len(all) == 0
	p.show(w, r, status, "login", p.look.words.word("login.title"), v)
}

func (p *DeskPages) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLoginForm)
	if err := r.ParseForm(); err != nil || !p.keyed() {
		p.message(w, r, http.StatusBadRequest, "unread")
		return
	}
	v := loginView{Name: strings.TrimSpace(r.PostForm.Get("name")), Next: localPath(r.PostForm.Get("next"))}
	if wait := p.tries.begin(v.Name); wait > 0 {
		seconds := int(math.Ceil(wait.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		v.Problem = p.look.words.word("login.wait", seconds)
		p.askLogin(w, r, http.StatusTooManyRequests, v)
		return
	}
	a, err := p.accounts.Account(r.Context(), v.Name)
	known := err == nil
	switch {
	case errors.Is(err, ErrNotFound):
		a = p.nobody
	case err != nil:
		p.fail(w, r, err)
		return
	}
	select {
	case p.hashing <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	right := a.Verify(r.PostForm.Get("passphrase"))
	<-p.hashing
	if !right || !known {
		p.logger.WarnContext(r.Context(), "a login with a wrong name or passphrase", "peer", r.RemoteAddr)
		v.Problem = p.look.words.word("login.wrong")
		p.askLogin(w, r, http.StatusForbidden, v)
		return
	}
	p.tries.succeed(v.Name)
	// A new token, so that one set before the login is worth nothing.
	if err := p.sessions.RenewToken(r.Context()); err != nil {
		p.fail(w, r, err)
		return
	}
	p.sessions.Put(r.Context(), sessionName, a.Name)
	p.sessions.Put(r.Context(), sessionVerifier, a.Verifier)
	http.Redirect(w, r, v.Next, http.StatusSeeOther)
}

func (p *DeskPages) logout(w http.ResponseWriter, r *http.Request) {
	if err := p.sessions.Destroy(r.Context()); err != nil {
		p.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// localPath is where to go after the login: a page of the desk, whatever the
// address said.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(u.Path, "/login") || strings.HasPrefix(u.Path, "/logout") {
		return "/"
	}
	return next
}

// tries slow down who guesses. They are counted for each name, whether there is
// such an account or not, and a try counts as wrong until it has succeeded: many
// at once gain nothing.
type tries struct {
	now func() time.Time

	mu    sync.Mutex
	wrong map[string]*wrongTries
}

type wrongTries struct {
	count int
	last  time.Time
	until time.Time // no further try before
}

func newTries(now func() time.Time) *tries {
	return &tries{now: now, wrong: map[string]*wrongTries{}}
}

// begin counts one more try, or says how long to wait before it.
func (t *tries) begin(name string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if len(name) > maxAccountName {
		name = name[:maxAccountName]
	}
	w := t.wrong[name]
	if w != nil && now.Sub(w.last) > forgetTries {
		w = nil
	}
	if w == nil {
		t.makeRoom()
		w = &wrongTries{}
		t.wrong[name] = w
	}
	if wait := w.until.Sub(now); wait > 0 {
		return wait
	}
	w.count++
	w.last = now
	if over := w.count - freeTries; over >= 0 {
		w.until = now.Add(min(firstWait<<min(over, 20), longestWait))
	}
	return 0
}

// makeRoom forgets the name that was tried longest ago.
func (t *tries) makeRoom() {
	if len(t.wrong) < maxTried {
		return
	}
	oldest := ""
	for name, w := range t.wrong {
		if o := t.wrong[oldest]; o == nil || w.last.Before(o.last) {
			oldest = name
		}
	}
	delete(t.wrong, oldest)
}

func (t *tries) succeed(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.wrong, name)
}
