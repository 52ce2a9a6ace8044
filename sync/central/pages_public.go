package central

import (
	"html/template"
	"net/http"
	"time"

	"baraza.example/assets/locale"
)

// publicWords are the words of the public pages, which anybody reads: in the language that
// the address asks for (?language=fr), else the first that the browser names and that
// all of the program's words are there in.
type publicWords struct{ *locale.Localizer }

func wordsFor(r *http.Request) *publicWords {
	for _, code := range append([]string{r.URL.Query().Get("language")}, locale.Accepted(r.Header.Get("Accept-Language"))...) {
		if l, known := locale.Named(code); known && l.Complete {
			return &publicWords{locale.New(l.Code)}
		}
	}
	return &publicWords{locale.New(locale.Source)}
}

// Languages are those that the pages can be read in.
func (w *publicWords) Languages() (all []locale.Language) {
	for _, l := range locale.Languages() {
		if l.Complete {
			all = append(all, l)
		}
	}
	return all
}

// Time is a moment as the language writes it.
func (w *publicWords) Time(t time.Time) template.HTML {
	t = t.UTC()
	return template.HTML(`<time datetime="` + t.Format(time.RFC3339) + `">` + template.HTMLEscapeString(w.Day(t)+", "+w.Clock(t)) + ` UTC</time>`)
}

// Steps are the stretches of a record's road, one line each.
func (w *publicWords) Steps(r codedRecord) []string { return steps(r, w.Localizer) }

func steps(r codedRecord, words *locale.Localizer) (all []string) {
	for _, hub := range r.Hubs {
		all = append(all, words.Say("code_page.hub", locale.Values{"Name": hub}))
	}
	switch r.Road {
	case RoadStick:
		all = append(all, words.Say("code_page.stick"))
	case RoadMail:
		all = append(all, words.Say("code_page.mail"))
	case RoadDirect:
		all = append(all, words.Say("code_page.direct"))
	}
	return all
}
