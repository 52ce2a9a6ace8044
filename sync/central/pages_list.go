package central

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"baraza.example/sync/batch"
)

// perPage is how many items one page of the list has.
const perPage = 50

type listView struct {
	Items    []Item // the newest first
	Kind     string // what is shown: "", "response" or "contribution"
	None     bool   // nothing has come in, of any kind
	Total    int    // of what is shown
	Counted  int
	Page     int // from 1
	Pages    int
	Previous string // addresses; empty at the ends
	Next     string
	Waiting  bool // nobody reads: there is no key
}

func (p *DeskPages) serveList(w http.ResponseWriter, r *http.Request) {
	kind := r.URL.Query().Get("kind")
	wanted, ok := kindOf(kind)
	if !ok {
		p.message(w, r, http.StatusNotFound, "missing")
		return
	}
	v := listView{Kind: kind, None: true, Waiting: !p.keyed()}
	// Every item is looked at, because what counts is known inside the seal alone.
	for i, err := range p.desk.List(r.Context()) {
		if err != nil {
			p.fail(w, r, err)
			return
		}
		v.None = false
		if wanted != 0 && i.Kind != wanted {
			continue
		}
		v.Items = append(v.Items, i)
	}
	MarkRevised(v.Items)
	for _, i := range v.Items {
		if i.Counted() {
			v.Counted++
		}
	}
	slices.Reverse(v.Items)
	v.Total = len(v.Items)
	v.Pages = max(1, (v.Total+perPage-1)/perPage)
	v.Page = min(max(1, number(r.URL.Query().Get("page"))), v.Pages)
	v.Items = v.Items[(v.Page-1)*perPage : min(v.Page*perPage, v.Total)]
	if v.Page > 1 {
		v.Previous = listAddress(kind, v.Page-1)
	}
	if v.Page < v.Pages {
		v.Next = listAddress(kind, v.Page+1)
	}
	p.show(w, r, http.StatusOK, "list", p.look.words.word("list.title"), v)
}

// kindOf reads a kind in an address; zero means every kind.
func kindOf(text string) (k batch.Kind, ok bool) {
	switch text {
	case "":
		return 0, true
	case batch.KindResponse.String():
		return batch.KindResponse, true
	case batch.KindContribution.String():
		return batch.KindContribution, true
	}
	return 0, false
}

func listAddress(kind string, page int) string {
	q := url.Values{}
	if kind != "" {
		q.Set("kind", kind)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return "/?" + q.Encode()
}

// number reads a number in an address; what is none is zero.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// serveTable is the table of Desk.ExportCSV.
func (p *DeskPages) serveTable(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	kind, ok := kindOf(q.Get("kind"))
	if !ok || kind == 0 {
		p.message(w, r, http.StatusNotFound, "missing")
		return
	}
	contacts := q.Get("contacts") == "yes"
	name := kind.String() + "s"
	if contacts {
		name += "-with-contacts-not-for-publication"
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".csv"))
	if err := p.desk.ExportCSV(r.Context(), w, ExportOptions{Kind: kind, WithContacts: contacts}); err != nil {
		p.logger.ErrorContext(r.Context(), "a table broke off", "err", err)
		panic(http.ErrAbortHandler) // half a table must not pass for a whole one
	}
}
