package pages

import (
	"bytes"
	"context"
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
	Why       locale.ID
	Said      string // what came of what was done last
	Ready     bool   // it has a name
	Joined    bool
	Sending   bool
	Drafts    []draft
	Items     []item
}

type draft struct{ ID, Title, Changed string }

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
	g := &page{Title: p.o.Title, Why: p.o.Why, Sending: sending, Ready: form != nil}
	code := p.languages[0]
	for _, c := range p.languages {
		if l, ok := locale.Named(c); ok {
			g.Languages = append(g.Languages, l)
		}
	}
	if asked := r.URL.Query().Get("language"); form != nil {
		form.Remember(w, r)
		code = form.Language(r).Code
	} else if slices.Contains(p.languages, asked) {
		code = asked
	}
	g.words = locale.New(code)
	g.Language, _ = locale.Named(code)
	if g.Ready {
		if err := p.fill(r.Context(), g); err != nil {
			said = trouble(err)
		}
	}
	if said != nil {
		g.Said = said(g)
	}
	var b bytes.Buffer
	t, err := theLook().Clone()
	if err == nil {
		err = t.Funcs(g.funcs()).Execute(&b, g)
	}
	if err != nil {
		p.o.Logger.ErrorContext(r.Context(), "the first page could not be made", "error", err)
		http.Error(w, "This page can't be made just now. What was saved is safe.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
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
		if !b.Text && len(g.Drafts) < maxListed { // contributions are written in the window
			g.Drafts = append(g.Drafts, draft{b.ID, wording.BriefTitle(g.words, b), g.words.Moment(b.Changed.Local(), now)})
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
	return template.FuncMap{"say": func(id locale.ID) string { return g.words.Say(id) }}
}

// theLook is the page's template, which a test has read before.
var theLook = sync.OnceValue(func() *template.Template {
	t := template.New("home.html").Option("missingkey=error").Funcs((&page{}).funcs())
	return template.Must(t.ParseFS(assets.Web, "own/home.html"))
})
