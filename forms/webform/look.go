package webform

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"baraza.example/assets"
	"baraza.example/assets/locale"
)

// The files of assets.Web.
const (
	folder    = "kiosk"
	styleFile = "style.css"
	frameFile = "frame.html"
)

// A view is what a template gets.
type view struct {
	Title, Host string
	Language    locale.Language
	Mark        string // of every form
	Code        string // of the response that is open, for people to write down
	Gone        bool   // no response is open any more
	Foreign     bool   // the machine is not the reader's own
	Choices     []locale.Language

	Number, Total int
	Heading, Lang string
	Dir           locale.Direction // of the heading, where it is not the page's
	Which         string           // of the pages with this heading
	Items         []item
	Shown         string
	Saved, Fresh  bool
	Wrong         int

	Review  bool
	Gaps    []gap
	Outline []outlined

	File fileView // of the page for a file

	Receipt  string
	Standing Standing
	Message  string // key of a page that only says something
}

// A look is how the pages appear.
type look struct {
	pages map[string]*template.Template
	style []byte
	tag   string // of the style: it may be kept until it changes
}

var theLook = sync.OnceValue(readLook)

// readLook reads the embedded files, which tests have read before.
func readLook() *look {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	l := &look{pages: map[string]*template.Template{}}
	files, err := fs.Sub(assets.Web, folder)
	must(err)
	l.style, err = fs.ReadFile(files, styleFile)
	must(err)
	sum := sha256.Sum256(l.style)
	l.tag = hex.EncodeToString(sum[:4])
	names, err := fs.Glob(files, "*.html")
	must(err)
	unbound := template.FuncMap{"say": func(string, ...any) string { return "" }, "count": func(string, int) string { return "" },
		"style": func() string { return "/" + styleFile + "?" + l.tag }, "moment": func(time.Time) string { return "" }}
	for _, name := range names {
		if name != frameFile {
			t, err := template.New(frameFile).Funcs(unbound).Option("missingkey=error").ParseFS(files, frameFile, name)
			must(err)
			l.pages[strings.TrimSuffix(name, ".html")] = t
		}
	}
	return l
}

// spoken is the templates in a language. They are made once for each: cloning
// one takes longer than filling it in.
var spoken sync.Map // "page code" → *template.Template

func (l *look) in(name string, language locale.Language) (*template.Template, error) {
	key := name + " " + language.Code
	if t, ok := spoken.Load(key); ok {
		return t.(*template.Template), nil
	}
	t, err := l.pages[name].Clone()
	if err != nil {
		return nil, err
	}
	words := locale.New(language.Code)
	t.Funcs(template.FuncMap{
		"say": func(id string, pairs ...any) string {
			values := locale.Values{}
			for i := 0; i+1 < len(pairs); i += 2 {
				values[fmt.Sprint(pairs[i])] = pairs[i+1]
			}
			return words.Say(locale.ID(id), values)
		},
		"count":  func(id string, n int) string { return words.Count(locale.ID(id), n) },
		"moment": func(at time.Time) string { return words.Day(at.UTC()) + ", " + words.Clock(at.UTC()) + " UTC" },
	})
	spoken.Store(key, t)
	return t, nil
}

// show writes a page, whole or not at all.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	v.Title, v.Host, v.Foreign, v.Language = p.o.Title, p.o.Host, p.o.Foreign, p.language(r)
	v.Mark = p.mark(p.visit(w, r))
	if v.Code == "" && !v.Gone {
		v.Code = readCode(cookie(r, cookieCode))
	}
	if !p.o.Foreign { // on a device of one's own it is found in a list
		v.Code = ""
	}
	t, err := p.look.in(name, v.Language)
	var b bytes.Buffer
	if err == nil {
		err = t.ExecuteTemplate(&b, frameFile, v)
	}
	if err != nil {
		p.log.ErrorContext(r.Context(), "a page of the form could not be made", "err", err)
		refuse(w, http.StatusInternalServerError, "This page can't be made just now. What was saved is safe.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", v.Language.Code)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the other side has gone: nobody to tell
}

// message shows a page that says what happened and what to do.
func (p *Pages) message(w http.ResponseWriter, r *http.Request, status int, what string) {
	p.show(w, r, status, "message", view{Message: "kiosk." + what, Gone: true})
}

// ServeStyle serves the stylesheet of all pages.
func ServeStyle(w http.ResponseWriter, r *http.Request) { theLook().serveStyle(w, r) }

func (l *look) serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	if r.URL.RawQuery == l.tag {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(l.style) // as above
}
