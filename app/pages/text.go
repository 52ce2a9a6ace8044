package pages

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"baraza.example/app/wording"
	"baraza.example/app/workspace"
	"baraza.example/assets/locale"
	"baraza.example/forms/contribution"
)

// A textView is the page of a contribution, as its template takes it.
type textView struct {
	*contribution.Contribution
	Missing      []string // why it can't be made ready
	Saved        bool
	Languages    []option
	Publications []option
}

type option struct {
	Value, Label string
	Chosen       bool
}

// write begins a contribution of one's own.
func (p *Pages) write(w http.ResponseWriter, r *http.Request) {
	c, err := contribution.New(contribution.Options{})
	if err == nil {
		c.Language = p.language(r).Code
		if card, err := p.o.Work.Card(); err == nil {
			c.OnBehalf = card.Org
		}
		err = p.o.Work.SaveContribution(r.Context(), c)
	}
	if err != nil {
		p.done(w, r, trouble(err))
		return
	}
	toText(w, r, c.ID, "")
}

func toText(w http.ResponseWriter, r *http.Request, id, at string) {
	http.Redirect(w, r, "/own/text?saved&"+url.Values{"id": {id}}.Encode()+at, http.StatusSeeOther)
}

// text reads the draft that a request names, or answers that there is none.
func (p *Pages) text(w http.ResponseWriter, r *http.Request, id string) (*contribution.Contribution, bool) {
	c, err := p.o.Work.Contribution(r.Context(), id)
	switch {
	case errors.Is(err, workspace.ErrNoDraft): // an old page
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case err != nil:
		p.done(w, r, trouble(err))
	}
	return &c, err == nil
}

// showText shows a contribution that is being written.
func (p *Pages) showText(w http.ResponseWriter, r *http.Request) {
	if c, ok := p.text(w, r, r.URL.Query().Get("id")); ok {
		p.paintText(w, r, c, nil, r.URL.Query().Has("saved"))
	}
}

func (p *Pages) paintText(w http.ResponseWriter, r *http.Request, c *contribution.Contribution, missing []string, saved bool) {
	g := &page{Title: p.o.Title, Language: p.language(r)}
	g.words = locale.New(g.Language.Code)
	if card, err := p.o.Work.Card(); err == nil {
		g.Name = card.Org
	}
	if len(c.Paragraphs) == 0 {
		c.Paragraphs = []contribution.Paragraph{{Number: 1}}
	}
	g.Text = textView{c, missing, saved, p.options(g.Language, "answer_language", c.Language), p.options(g.Language, "publication", string(c.Publication))}
	p.show(w, r, http.StatusOK, "text", g)
}

// options are the choices of a list of the form.
func (p *Pages) options(l locale.Language, list, chosen string) (all []option) {
	def := p.o.Form.Definition
	var headings []string
	for _, code := range l.Chain() {
		for _, heading := range def.Languages {
			if named, ok := locale.Named(heading); ok && named.Code == code {
				headings = append(headings, heading)
			}
		}
	}
	for _, c := range def.Lists[list].Choices {
		if c.Value == "other" {
			continue // a text names its language
		}
		label, _ := c.Label.In(append(headings, def.Settings.DefaultLanguage)...)
		all = append(all, option{c.Value, cmp.Or(label, c.Value), c.Value == chosen})
	}
	return all
}

// saveText takes what stands on the page, saves it and goes where the button says.
func (p *Pages) saveText(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.done(w, r, func(g *page) string {
			return g.words.Say("error.paste_too_long", locale.Values{"Size": g.words.Size(workspace.MaxDraft)})
		})
		return
	}
	c, ok := p.text(w, r, r.PostForm.Get("id"))
	if !ok {
		return
	}
	takeText(c, r.PostForm)
	what, which, _ := strings.Cut(r.PostForm.Get("go"), ":")
	at := ""
	switch n, err := strconv.Atoi(which); {
	case what == "add":
		c.Paragraphs = append(c.Paragraphs, contribution.Paragraph{})
		at = "#p" + strconv.Itoa(len(c.Paragraphs))
	case what == "remove" && err == nil && n >= 1 && n <= len(c.Paragraphs):
		c.Paragraphs = slices.Delete(c.Paragraphs, n-1, n)
	}
	for i := range c.Paragraphs {
		c.Paragraphs[i].Number = i + 1
	}
	if err := p.o.Work.SaveContribution(r.Context(), c); err != nil {
		p.done(w, r, trouble(err))
		return
	}
	switch what {
	case "leave":
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case "ready":
		p.textReady(w, r, c)
	default:
		toText(w, r, c.ID, at)
	}
}

// takeText puts what was sent into a contribution. An empty line begins a paragraph,
// as in the window; what stands in a field stays where it is otherwise.
func takeText(c *contribution.Contribution, form url.Values) {
	c.Title, c.OnBehalf = strings.TrimSpace(form.Get("title")), strings.TrimSpace(form.Get("behalf"))
	c.Language, c.Publication = form.Get("language"), contribution.Publication(form.Get("publication"))
	c.Changed = time.Now().UTC().Truncate(time.Second)
	c.Paragraphs = nil
	for _, field := range form["p"] {
		var split contribution.Contribution
		if split.SetText(field, c.Changed); len(split.Paragraphs) == 0 {
			split.Paragraphs = []contribution.Paragraph{{}} // a field that was left blank is still there
		}
		c.Paragraphs = append(c.Paragraphs, split.Paragraphs...)
	}
}

// textReady makes a contribution ready, or says what is missing.
func (p *Pages) textReady(w http.ResponseWriter, r *http.Request, c *contribution.Contribution) {
	words := locale.New(p.language(r).Code)
	if missing := wording.Missing(words, c); len(missing) > 0 {
		p.paintText(w, r, c, missing, true)
		return
	}
	item, err := p.o.Work.MakeContributionReady(r.Context(), c.Whole(), "")
	if err != nil {
		p.done(w, r, trouble(err))
		return
	}
	p.done(w, r, func(g *page) string { return wording.Title(g.words, item) + ": " + wording.State(g.words, item) })
}
