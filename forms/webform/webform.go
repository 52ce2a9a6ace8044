// Package webform asks the questions of a form on plain HTML pages, for phones
// and browsers of any age: they work without script, with the keyboard alone
// and in right-to-left languages, and none is longer than [PageBytes].
//
// It is a client of package session, as the window is: what is asked, needed and
// accepted is decided there. Each page that is sent is saved before the next one
// is shown. A response is found again by a short code and by nothing else.
//
// Where responses are kept, and what makes them ready, is the [Keeper]'s. The
// addresses are docs/protocol/kiosk.md. Start at [New].
package webform

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"baraza.example/assets/locale"
	"baraza.example/forms"
	"baraza.example/forms/session"
)

// PageBytes is the longest page with its stylesheet, uncompressed.
const PageBytes = 30 << 10

// A Keeper keeps responses that are being written, and finishes them. Its
// methods may be called from many goroutines, those of one Response may not.
type Keeper interface {
	// Begin makes a new response, which Open finds by its key from now on.
	Begin(ctx context.Context, key string, languages ...string) (Response, error)
	// Open goes on with the response of a key; ErrNoResponse if there is none,
	// or if it is finished.
	Open(ctx context.Context, key string, languages ...string) (Response, error)
	// Code says what became of the receipt code, as far as it is known here.
	Code(ctx context.Context, code string) (Standing, error)
}

// A Response is one that is being written.
type Response interface {
	Session() *session.Session
	// Save has it on the disk when it returns.
	Save(ctx context.Context) error
	// Attach keeps a file and answers the question at ref with it. It is sealed on
	// the disk before Attach returns, and what a camera hides in a picture is not
	// kept. What can't be kept is one of ErrFileLarge, ErrFilePicture, ErrFilesFull
	// and a *session.Violation.
	Attach(ctx context.Context, ref forms.Ref, name string, content io.Reader) error
	// Finish makes it ready, sealed where it is known for whom, and returns its
	// receipt code, "" while that is not known. With violations nothing changed.
	Finish(ctx context.Context, language string) (code string, violations []session.Violation, err error)
}

// A Standing is what is known of a receipt code. It never tells content.
type Standing struct {
	Known    bool
	Received bool      // by the centre, with its receipt
	At       time.Time // when it was received, or came here; zero: not known here
	Came     time.Time // when it came here, where that is all that is known
	Road     string    // name of the hub that it took or is at, "" for none
}

// ErrNoResponse means that a code opens nothing.
var ErrNoResponse = errors.New("there is no response under this code")

// Why a file is not taken. A person is told.
var (
	ErrFileLarge   = errors.New("the file is larger than may be kept")
	ErrFilePicture = errors.New("the picture can't be written anew")
	ErrFilesFull   = errors.New("there is no more room for files")
)

// Options say what the pages show around the questions. Keeper and Secret are
// needed.
type Options struct {
	Keeper Keeper
	Secret []byte // for the marks of forms; the same after a restart, or an open page can't be sent
	Title  string // of the consultation
	Host   string // whose machine this is: the hub's name
	// Foreign says that people type on a machine that is not theirs: the first
	// page tells them who could read it, before any question.
	Foreign   bool
	Languages []string // that the form can be read in, by code
	TLS       bool     // cookies are for TLS alone
	Limits    Limits
	Clock     func() time.Time // nil means time.Now
	Logger    *slog.Logger     // nil means none
}

// Pages serve one form. They may be used from many goroutines.
type Pages struct {
	o      Options
	drafts *drafts
	gate   *gate
	log    *slog.Logger
	look   *look
}

// New returns the pages.
func New(o Options) (*Pages, error) {
	if o.Keeper == nil || len(o.Secret) < 16 {
		return nil, errors.New("webform: a keeper and a secret of at least 16 bytes are needed")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Limits = o.Limits.filled()
	if len(o.Languages) == 0 {
		o.Languages = []string{locale.Source}
	}
	return &Pages{o: o, drafts: newDrafts(o.Keeper, o.Limits.Open), gate: newGate(o.Limits, o.Clock), log: o.Logger, look: theLook()}, nil
}

// Handler serves the pages from the root of a listener.
func (p *Pages) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.welcome)
	mux.HandleFunc("POST /begin", p.begin)
	mux.HandleFunc("POST /continue", p.resume)
	mux.HandleFunc("POST /identify", p.identify)
	mux.HandleFunc("GET /page/{n}", p.showPage)
	mux.HandleFunc("POST /page/{n}", p.savePage)
	mux.HandleFunc("GET /file", p.showFile)
	mux.HandleFunc("POST /file", p.takeFile)
	mux.HandleFunc("GET /review", p.review)
	mux.HandleFunc("POST /finish", p.finish)
	mux.HandleFunc("POST /leave", p.leave)
	mux.HandleFunc("GET /r/{code}", p.code)
	mux.HandleFunc("GET /find", p.find)
	mux.HandleFunc("GET /"+styleFile, p.look.serveStyle)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { p.message(w, r, http.StatusNotFound, "missing") })
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.message(w, r, http.StatusForbidden, "foreign") }))
	return p.gate.guard(p.protect(origin.Handler(p.marked(mux))))
}

// protect sets what every answer has.
func (p *Pages) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY") // for browsers older than the line above
		// Without any referrer a browser sends "Origin: null" with each form, and over
		// plain HTTP nothing else that says where it comes from.
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// fail answers for a keeper in trouble. What is wrong is for the log alone.
func (p *Pages) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the reader has gone
	}
	p.log.ErrorContext(r.Context(), "a page of the form could not be made", "err", err)
	p.message(w, r, http.StatusInternalServerError, "trouble")
}
