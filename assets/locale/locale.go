// Package locale is the localizer of every screen and page: messages, plurals,
// numbers, sizes, dates, base direction, and the chain of languages in which a
// missing text is looked for.
//
// The words are the catalogues in assets/locales, English the source of all;
// plural forms are those of CLDR, by go-i18n. What a placeholder like {{.Name}}
// receives is put in as it is and never read as a template. Times are shown in
// the zone they carry. Start at [New].
package locale

import (
	"strings"
	"sync/atomic"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/message"
)

// An ID names a message, as "section.name" in the catalogues.
type ID string

// Values fill the placeholders of a message: {{.Name}} receives "Name". Whole
// numbers are written as the language writes them.
type Values map[string]any

// A Found is a message together with where it was found, so that a screen can
// mark what is not in the language asked for, or not yet reviewed.
type Found struct {
	Words    string
	Language Language // the one that had the words
	Fallback bool     // it is not the one asked for
	Draft    bool     // nobody has reviewed the translation
}

// A Localizer speaks one language at a time and may be switched at any moment;
// the goroutines that use it need no lock.
type Localizer struct{ now atomic.Pointer[voice] }

// A voice is a language ready to be spoken: itself and its chain.
type voice struct {
	language Language
	printer  *message.Printer
	chain    []speaker
}

// A speaker is one language of a chain; its words are read when a text is missing
// in those before it.
type speaker struct {
	language Language
	messages func() *i18n.Localizer
}

// New makes a localizer for the first of the preferred languages that there
// is, by code ("sw") or tag of a system ("sw_KE.UTF-8", "sw-KE"); English when
// there is none.
func New(preferred ...string) *Localizer {
	l := &Localizer{}
	for _, code := range preferred {
		if l.Use(code) {
			return l
		}
	}
	l.Use(Source)
	return l
}

// Use switches to a language and says whether there is one of that code; if
// not, nothing changes.
func (l *Localizer) Use(code string) bool {
	language, ok := Named(code)
	if !ok {
		return false
	}
	v := &voice{language: language, printer: message.NewPrinter(language.numbers)}
	for _, code := range language.Chain() {
		if words := catalogues().messages[code]; words != nil {
			in, _ := Named(code)
			v.chain = append(v.chain, speaker{in, words})
		}
	}
	l.now.Store(v)
	return true
}

// Language returns the language spoken now.
func (l *Localizer) Language() Language { return l.now.Load().language }

// Say returns a message.
func (l *Localizer) Say(id ID, values ...Values) string { return l.Find(id, values...).Words }

// Count returns a message in the plural form for n, which also fills
// {{.Count}}.
func (l *Localizer) Count(id ID, n int, values ...Values) string {
	return l.now.Load().find(id, &n, values).Words
}

// NameOf is what a language is called in the one spoken now: "anglais".
func (l *Localizer) NameOf(language Language) string {
	return l.Say(ID("languages." + language.Code))
}

// Find is [Localizer.Say] with the place where the message was found. An
// unknown id gives itself, so that a person sees something to report.
func (l *Localizer) Find(id ID, values ...Values) Found {
	return l.now.Load().find(id, nil, values)
}

func (v *voice) find(id ID, count *int, values []Values) Found {
	filling := filling{v.printer, values}
	config := &i18n.LocalizeConfig{MessageID: string(id), TemplateData: filling, TemplateParser: plain{}}
	if count != nil {
		config.PluralCount = *count
		filling.values = append([]Values{{"Count": *count}}, values...)
		config.TemplateData = filling
	}
	for _, s := range v.chain {
		words, err := s.messages().Localize(config)
		if err != nil || words == "" {
			continue
		}
		return Found{words, s.language, s.language.Code != v.language.Code, s.language.Draft}
	}
	source, _ := Named(Source)
	return Found{Words: string(id), Language: source, Fallback: v.language.Code != Source}
}

// filling is what placeholders are replaced with.
type filling struct {
	printer *message.Printer
	values  []Values
}

func (f filling) of(name string) (string, bool) {
	for _, v := range f.values {
		if value, ok := v[name]; ok {
			return f.printer.Sprint(value), true
		}
	}
	return "", false
}

// put replaces the placeholders of text; those without a value stay, for a
// reader to notice.
func (f filling) put(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{.")
		name, after, closed := strings.Cut(rest, "}}")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		value, known := f.of(name)
		switch {
		case !closed:
			b.WriteString("{{." + rest)
			return b.String()
		case known:
			b.WriteString(value)
		default:
			b.WriteString("{{." + name + "}}")
		}
		text = after
	}
}
