package central

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"baraza.example/assets/locale"
	"baraza.example/sync/batch"
	"baraza.example/sync/identity"
)

// Limits of the small public pages.
const (
	maxPages    = 64 // served at once; more are told to come back
	pageTimeout = 10 * time.Second
	retryAfter  = 5 // seconds
)

// Pages serves what anyone may ask without an account: GET /r/CODE (was it
// received, when, by which road; never what it says; as text, HTML or JSON), GET
// /checkpoint (the log's last checkpoint, a signed note) and GET /health.
func (s *Server) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /r/{code}", s.serveCode)
	mux.HandleFunc("GET /checkpoint", s.serveCheckpoint)
	mux.HandleFunc("GET /health", s.serveHealth)
	mux.HandleFunc("GET /"+styleFile, theLook().serveStyle)
	slots := make(chan struct{}, maxPages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			h.Set("Retry-After", strconv.Itoa(retryAfter))
			plain(w, http.StatusServiceUnavailable, "Too many people are asking just now. Please try again in a few seconds.\n")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), pageTimeout)
		defer cancel()
		// A reader who takes nothing gives the slot back all the same. Not every
		// ResponseWriter has deadlines, tests' ones do not.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(2 * pageTimeout))
		mux.ServeHTTP(w, r.WithContext(ctx))
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the other side has gone: nobody to tell
}

// A codeAnswer is what /r/CODE says in JSON.
type codeAnswer struct {
	Code     string        `json:"code"`
	Received bool          `json:"received"`
	Records  []codedRecord `json:"records"` // two records may share a code in a large consultation
}

type codedRecord struct {
	When  time.Time `json:"when"`  // UTC, by the centre's clock
	Road  string    `json:"road"`  // RoadDirect, RoadHub, RoadStick or RoadMail
	Hubs  []string  `json:"hubs"`  // short ids, the first one first
	Index int64     `json:"index"` // in the log
}

func (s *Server) serveCode(w http.ResponseWriter, r *http.Request) {
	asked := r.PathValue("code")
	whole, _, noPlace := batch.CutPlace(asked) // received with the whole pack, or not
	code, err := identity.ParseCode(whole)
	err = errors.Join(err, noPlace)
	if err != nil || len(asked) > 64 {
		if wants(r, "text/html") {
			words := wordsFor(r)
			s.servePage(w, r, http.StatusBadRequest, "message", words.Say("kiosk.badcode_title"), words, words.Say("kiosk.badcode_text"))
			return
		}
		plain(w, http.StatusBadRequest, "This is not a receipt code: a character is wrong or missing.\n"+
			"A code has ten characters, like 0A1B2-C3D4E. Please compare it with the one you were given.\n")
		return
	}
	stored, err := s.store.ByCode(r.Context(), code)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer := codeAnswer{Code: code, Records: []codedRecord{}}
	for _, st := range stored {
		if st.Index < 0 {
			continue // a moment before its receipt
		}
		answer.Received = true
		answer.Records = append(answer.Records, codedRecord{time.Unix(st.Time, 0).UTC(), roadOf(st.Path, st.Carrier), hubsOf(st.Path), st.Index})
	}
	switch {
	case wants(r, "application/json"):
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer) // the other side has gone: nobody to tell
	case wants(r, "text/html"):
		words := wordsFor(r)
		s.servePage(w, r, http.StatusOK, "code", words.Say("kiosk.receipt_code")+" "+code, words, answer)
	default:
		plain(w, http.StatusOK, answer.text())
	}
}

// servePage shows a page of the public listener.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request, status int, name, title string, words *publicWords, body any) {
	if err := theLook().show(w, status, name, view{Title: title, Centre: s.centre.Name, Public: words, Body: body}); err != nil {
		s.fail(w, r, err)
	}
}

func (a codeAnswer) text() string {
	if !a.Received {
		return fmt.Sprintf("%s: not received here yet.\nIt may still be on its way, for example with a hub. Nothing is lost: the device keeps it until it has the receipt.\n", a.Code)
	}
	var b strings.Builder
	for _, r := range a.Records {
		fmt.Fprintf(&b, "%s: received on %s UTC, ", a.Code, r.When.Format("2 January 2006 at 15:04"))
		b.WriteString(strings.Join(steps(r, locale.New(locale.Source)), ", then ") + ".\n")
	}
	return b.String()
}

func (s *Server) serveCheckpoint(w http.ResponseWriter, r *http.Request) {
	c, err := s.store.Checkpoint(r.Context())
	switch {
	case err != nil:
		s.fail(w, r, err)
	case c.Size == 0:
		plain(w, http.StatusNotFound, "The log is empty: nothing has been received yet.\n")
	default:
		plain(w, http.StatusOK, string(c.Note(s.log)))
	}
}

func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) {
	if _, err := s.store.Checkpoint(r.Context()); err != nil {
		s.fail(w, r, err)
		return
	}
	plain(w, http.StatusOK, "ok\n")
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.logger.ErrorContext(r.Context(), "the store could not answer a page", "err", err)
	w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	plain(w, http.StatusInternalServerError, "The centre can't look this up just now. Please try again in a moment.\n")
}
