package pages

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"sync"
	"time"

	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets"
	"baraza.example/assets/locale"
)

// A page is the first page as its template takes it.
type page struct {
	words     *locale.Localizer
	Language  locale.Language
	Languages []locale.Language
	Title     string
	Name      string // whose device it is
	Why       string // key of the words that say why there is no window
	Said      string // what came of what was done last
	Ready     bool   // it has a name
	Joined    bool
	Sending   bool
	Answering bool // a response is being written
	Drafts    []draft
	Items     []item
	Text      textView // of the page of a contribution
}

type draft struct {
	ID, Title, Changed string
	Text               bool // a contribution
}

type item struct{ Title, State, Waiting, Code string }

// trouble says what went wrong, nil for nothing.
func trouble(err error) func(*page) string {
	if err == nil {
		return nil
	}
	return func(g *page) string { return wording.Trouble(g.words, err) }
}

// maxListed is how many drafts and how many finished items the page lists.
const maxListed = 100

// home shows what is here and what can be done.
func (p *Pages) home(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	form, said, sending := p.form, p.said, p.cancel != nil
	p.mu.Unlock()
	g := &page{Title: p.o.Title, Why: string(p.o.Why), Sending: sending, Ready: form != nil}
	for _, c := range p.languages {
		if l, ok := locale.Named(c); ok {
			g.Languages = append(g.Languages, l)
		}
	}
	if form != nil {
		form.Remember(w, r)
	}
	g.Language = p.language(r)
	g.words = locale.New(g.Language.Code)
	if g.Ready {
		if err := p.fill(r.Context(), g); err != nil {
			said = trouble(err)
		}
	}
	if said != nil {
		g.Said = said(g)
	}
	p.show(w, r, http.StatusOK, "home", g)
}

// language is the one that the reader gets the pages in.
func (p *Pages) language(r *http.Request) locale.Language {
	code := p.languages[0]
	if form, _ := p.both(); form != nil {
		code = form.Language(r).Code
	} else if asked := r.URL.Query().Get("language"); slices.Contains(p.languages, asked) {
		code = asked
	}
	l, _ := locale.Named(code)
	return l
}

// show writes a page, whole or not at all.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, name string, g *page) {
	var b bytes.Buffer
	t, err := theLook()[name].Clone()
	if err == nil {
		err = t.Funcs(g.funcs()).ExecuteTemplate(&b, frameFile, g)
	}
	if err != nil {
		p.o.Logger.ErrorContext(r.Context(), "a page could not be made", "error", err)
		http.Error(w, "This page can't be made just now. What was saved is safe.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the other side has gone: nobody to tell
}

// fill reads what is on the device.
func (p *Pages) fill(ctx context.Context, g *page) error {
	work := p.o.Work
	card, err := work.Card()
	if err != nil {
		return err
	}
	g.Name = card.Org
	if _, g.Joined, err = work.Invite(ctx); err != nil {
		return err
	}
	briefs, err := work.Briefs(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, b := range briefs {
		if len(g.Drafts) < maxListed {
			g.Drafts = append(g.Drafts, draft{b.ID, wording.BriefTitle(g.words, b), g.words.Moment(b.Changed.Local(), now), b.Text})
			g.Answering = g.Answering || !b.Text
		}
	}
	items, err := work.Items(ctx)
	for _, i := range slices.Backward(items) {
		if len(g.Items) < maxListed {
			g.Items = append(g.Items, shown(g.words, i))
		}
	}
	return err
}

func shown(l *locale.Localizer, i workspace.Item) item {
	out := item{Title: wording.Title(l, i), State: wording.State(l, i), Code: i.Code}
	if i.Waiting() != "" {
		out.Waiting = wording.Waiting(l, i)
	}
	return out
}

func (g *page) funcs() template.FuncMap {
	return template.FuncMap{"say": func(id string, pairs ...any) string {
		values := locale.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			values[fmt.Sprint(pairs[i])] = pairs[i+1]
		}
		return g.words.Say(locale.ID(id), values)
	}}
}

// The files of assets.Web.
const (
	folder    = "own/"
	frameFile = "frame.html"
)

// theLook is the pages' templates, which a test has read before.
var theLook = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, name := range []string{"home", "text"} {
		t := template.New(frameFile).Option("missingkey=error").Funcs((&page{}).funcs())
		all[name] = template.Must(t.ParseFS(assets.Web, folder+frameFile, folder+name+".html"))
	}
	return all
})
