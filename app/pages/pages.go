// Package pages is the application in the browser of the same computer, for
// where there can be no window: without OpenGL, Fyne shows none. It is the
// questions' pages of package webform with a first page of one's own around them:
// whose device this is, what is being written, what was made ready, joining and
// sending. What it keeps is what the window keeps.
//
// The pages are for one person alone: whoever else uses this computer can reach
// the address, too, so nothing is answered without the key that stands in the
// address which [Pages.Start] gives. Start at [New].
package pages

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/webform"
)

// Options say what is shown. Work and Form are needed.
type Options struct {
	Work    *workspace.Workspace
	Form    workspace.Form
	Title   string    // of the consultation
	Why     locale.ID // there is no window
	Invite  []byte    // taken once the device has a name; may be empty
	Machine string    // of the device's card: what it is called beside its owner
	Logger  *slog.Logger
}

// Pages is the application as pages.
type Pages struct {
	o         Options
	key       string // in the address and then in a cookie
	host      string
	languages []string
	listener  net.Listener
	server    *http.Server

	mu      sync.Mutex
	form    *webform.Pages     // nil until the device has a name
	keeper  *workspace.Kiosk   // likewise
	handler http.Handler       // of form
	said    func(*page) string // of what was done last, in the reader's language
	cancel  context.CancelFunc // of the exchange that runs; nil: none
	running sync.WaitGroup
}

// New makes the pages.
func New(o Options) *Pages {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Pages{o: o, key: rand.Text()}
	for _, heading := range o.Form.Definition.Languages {
		if l, known := locale.Named(heading); known {
			p.languages = append(p.languages, l.Code)
		}
	}
	if len(p.languages) == 0 {
		p.languages = []string{locale.Source}
	}
	return p
}

// The limits of the listener: one browser.
const (
	headBytes = 16 << 10
	bodyBytes = 1 << 20
	textBytes = 4 << 20    // of a contribution as a browser sends it
	fileBytes = 64_000_000 // of one file that is attached: it passes through memory
	headTime  = 10 * time.Second
	bodyTime  = time.Minute
)

// Start serves the pages on this computer alone, and returns the address to open.
// Whoever has it can read what is written.
func (p *Pages) Start(ctx context.Context) (address string, err error) {
	if err := p.ready(ctx); err != nil && !errors.Is(err, workspace.ErrNotSetUp) {
		return "", err
	}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return "", fmt.Errorf("serve the pages on this computer: %w", err)
	}
	p.host = p.listener.Addr().String()
	p.server = &http.Server{Handler: p.guarded(), ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, MaxHeaderBytes: headBytes,
		BaseContext: func(net.Listener) context.Context { return ctx }, ErrorLog: slog.NewLogLogger(p.o.Logger.Handler(), slog.LevelDebug)}
	go func() { _ = p.server.Serve(p.listener) }() // ends with Close
	return "http://" + p.host + "/?key=" + p.key, nil
}

// Close ends the pages and an exchange that runs. What was sent page by page is
// saved.
func (p *Pages) Close() error {
	err := p.server.Close()
	p.stop()
	p.running.Wait()
	return err
}

// ready makes the questions' pages, once the device has a name, and takes the
// invite that the program was started with.
func (p *Pages) ready(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.form != nil {
		return nil
	}
	keeper, err := p.o.Work.OwnPages(p.o.Form.Definition.Settings.ID)
	if err != nil {
		return err
	}
	form, err := webform.New(webform.Options{Keeper: keeper, Secret: keeper.Secret(), Title: p.o.Title, Languages: p.languages, Logger: p.o.Logger,
		Limits: webform.Limits{File: fileBytes}})
	if err != nil {
		return err
	}
	p.form, p.keeper, p.handler = form, keeper, form.Handler()
	if len(p.o.Invite) > 0 {
		if _, err := p.o.Work.Join(ctx, p.o.Invite); err != nil {
			p.said = trouble(err)
		}
	}
	return nil
}

const cookieKey = "own"

// guarded lets only whoever has the key in, by this computer's own name.
func (p *Pages) guarded() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET /style.css", webform.ServeStyle)
	mux.HandleFunc("POST /own/name", p.setUp)
	mux.HandleFunc("POST /own/begin", p.begin)
	mux.HandleFunc("POST /own/draft", p.goOn)
	mux.HandleFunc("POST /own/write", p.write)
	mux.HandleFunc("GET /own/text", p.showText)
	mux.HandleFunc("POST /own/text", p.saveText)
	mux.HandleFunc("POST /own/join", p.join)
	mux.HandleFunc("POST /own/send", p.send)
	mux.HandleFunc("POST /own/stop", func(w http.ResponseWriter, r *http.Request) {
		p.stop()
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		h := p.handler
		p.mu.Unlock()
		if h == nil {
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		h.ServeHTTP(w, r)
	})
	own := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		switch {
		case r.Host != p.host: // a name of another site may lead here
			http.Error(w, "This address is not served here.", http.StatusMisdirectedRequest)
		case p.has(r.URL.Query().Get("key")):
			http.SetCookie(w, &http.Cookie{Name: cookieKey, Value: p.key, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			// Not by a redirect: a strict cookie doesn't go along when another program opened the address.
			h.Set("Refresh", "0; url=/")
			h.Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!DOCTYPE html><title>Baraza</title><a href="/">Baraza</a>`)
		case !p.has(cookie(r, cookieKey)):
			http.Error(w, "Open the address that the program printed when it was started: it holds the key.", http.StatusForbidden)
		default:
			switch r.URL.Path {
			case "/file": // it has bounds of its own
			case "/own/text":
				r.Body = http.MaxBytesReader(w, r.Body, textBytes)
			default:
				r.Body = http.MaxBytesReader(w, r.Body, bodyBytes)
			}
			own.ServeHTTP(w, r)
		}
	})
}

func (p *Pages) has(key string) bool {
	return subtle.ConstantTimeCompare([]byte(key), []byte(p.key)) == 1
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// setUp gives the device its name.
func (p *Pages) setUp(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSpace(r.PostFormValue("name"))
	if name == "" {
		p.done(w, r, func(g *page) string { return g.words.Say("start.name_missing") })
		return
	}
	err := p.o.Work.SetUp(r.Context(), name, p.o.Machine)
	if err == nil {
		err = p.ready(r.Context())
	}
	p.done(w, r, trouble(err))
}

// begin starts a response of one's own.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request) {
	form, keeper := p.both()
	if form == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	form.Enter(w, r, func(ctx context.Context, key string) error {
		_, err := keeper.Begin(ctx, key, form.Language(r).Chain()...)
		return err
	})
}

// goOn opens a draft of this device.
func (p *Pages) goOn(w http.ResponseWriter, r *http.Request) {
	form, keeper := p.both()
	if form == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	id := r.PostFormValue("id")
	form.Enter(w, r, func(ctx context.Context, key string) error { return keeper.Adopt(ctx, key, id) })
}

func (p *Pages) both() (*webform.Pages, *workspace.Kiosk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.form, p.keeper
}

// join takes an invite that was pasted.
func (p *Pages) join(w http.ResponseWriter, r *http.Request) {
	_, err := p.o.Work.Join(r.Context(), []byte(r.PostFormValue("invite")))
	if err != nil {
		p.done(w, r, trouble(err))
		return
	}
	p.done(w, r, func(g *page) string { return g.words.Say("join.joined", locale.Values{"Name": p.o.Title}) })
}

// send begins an exchange, if none runs. It goes on while other pages are read.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	if p.cancel == nil {
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		p.cancel, p.said = cancel, nil
		p.running.Go(func() { p.exchange(ctx) })
	}
	p.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (p *Pages) exchange(ctx context.Context) {
	report, err := p.o.Work.Send(ctx, workspace.Sending{ByHand: true})
	p.mu.Lock()
	defer p.mu.Unlock()
	stopped := ctx.Err() != nil
	p.cancel()
	p.cancel = nil
	switch {
	case stopped:
		p.said = func(g *page) string { return g.words.Say("send.cancelled") }
	case err != nil:
		p.said = trouble(err)
	default:
		p.said = func(g *page) string {
			return wording.Sent(g.words, report)
		}
	}
}

// stop ends the exchange that runs, if one does.
func (p *Pages) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
}

// done goes back to the first page, which says what came of it.
func (p *Pages) done(w http.ResponseWriter, r *http.Request, said func(*page) string) {
	p.mu.Lock()
	p.said = said
	p.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
