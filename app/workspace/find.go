package workspace

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"baraza.example/forms/contribution"
	"baraza.example/sync/batch"
)

// A folder makes texts alike that people take for the same when they look for
// something: without case, accents, vowel signs of Arabic and Hebrew and other
// marks, and with one shape of each Arabic letter. It is for one goroutine.
type folder struct {
	marks transform.Transformer
	fold  cases.Caser
}

func newFolder() *folder {
	return &folder{marks: transform.Chain(norm.NFKD, runes.Remove(runes.Predicate(dropped)), runes.Map(oneShape), norm.NFKC), fold: cases.Fold()}
}

// dropped are marks that stand on letters of scripts in which people leave them
// out. Those of Indic scripts are vowels, and stay.
func dropped(r rune) bool {
	switch {
	case r == 'ـ': // tatweel, which only stretches
		return true
	case unicode.In(r, unicode.Cf): // joiners and marks of direction
		return true
	case !unicode.Is(unicode.Mn, r):
		return false
	}
	return unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// oneShape joins letters of the Arabic script that are typed for each other.
func oneShape(r rune) rune {
	switch r {
	case 'ٱ': // alef wasla; those with hamza and madda were taken apart before
		return 'ا'
	case 'ى', 'ی', 'ے': // alef maksura, and the yeh of Persian and Urdu
		return 'ي'
	case 'ة', 'ہ', 'ە', 'ھ': // teh marbuta, and other heh
		return 'ه'
	case 'ک': // keheh
		return 'ك'
	}
	return r
}

// of folds a text. Words are set apart by one space.
func (f *folder) of(text string) string {
	plain, _, err := transform.String(f.marks, text)
	if err != nil {
		plain = text
	}
	return strings.Join(strings.Fields(f.fold.String(plain)), " ")
}

// A search is what somebody looks for: every word has to stand in what is found.
type search struct {
	folder *folder
	words  []string
}

func newSearch(text string) search {
	f := newFolder()
	return search{f, strings.Fields(f.of(text))}
}

// in reports whether every word stands in one of the texts.
func (s search) in(texts ...string) bool {
	all := s.folder.of(strings.Join(texts, "\n"))
	for _, w := range s.words {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

// Find looks through what is written and what was made ready on this device: titles,
// for whom it is, IDs, receipt codes and the texts themselves. It returns the
// IDs of drafts and contributions (see [Brief]) and the names of items. Without words
// it returns nil. What can't be read is passed over and told of in the error.
func (w *Workspace) Find(ctx context.Context, text string) (found map[string]bool, err error) {
	s := newSearch(text)
	if len(s.words) == 0 {
		return nil, nil
	}
	found = map[string]bool{}
	var wrong []error
	for d, err := range w.tables.drafts.All(ctx) {
		if err == nil && len(d.Value.Draft.XML) == 0 {
			d.Value, err = w.draft(ctx, d.Key) // a long one, which is in pieces
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			wrong = append(wrong, err)
		case briefOf(d.Value).Stranger: // not for this device's eyes
		case s.in(d.Key, d.Value.Author, answersIn(d.Value.Draft.XML)):
			found[d.Key] = true
		}
	}
	for c, err := range w.Contributions(ctx) {
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			wrong = append(wrong, err)
		case s.in(c.Key, textIn(&c.Value)):
			found[c.Key] = true
		}
	}
	for item, err := range w.tables.submissions.All(ctx) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		v := item.Value
		code := ""
		if v.Record != (batch.RecordID{}) {
			code = batch.Ref{Record: v.Record, Place: v.Place}.Code()
		}
		texts := []string{v.name(), code}
		if !v.strangers() {
			texts = append(texts, v.Content.Name, v.said())
		}
		if s.in(texts...) {
			found[v.name()] = true
		}
	}
	return found, errors.Join(wrong...)
}

// said is what a person wrote in a submission.
func (s submission) said() string {
	switch s.Kind {
	case batch.KindContribution:
		if c, err := contribution.Decode(s.Content.Body); err == nil {
			return textIn(c)
		}
	case batch.KindReply:
		if r, err := batch.DecodeReply(s.Content.Body); err == nil {
			return r.Text
		}
	case batch.KindWithdrawal:
		if t, err := batch.DecodeWithdrawal(s.Content.Body); err == nil {
			return t.Reason
		}
	case batch.KindResponse:
		return answersIn(s.Content.Body)
	}
	return ""
}

// textIn is all that stands in a contribution.
func textIn(c *contribution.Contribution) string {
	all := []string{c.Title, c.OnBehalf}
	for _, p := range c.Paragraphs {
		all = append(all, p.Text)
	}
	return strings.Join(all, "\n")
}

// answersIn is what stands between the tags of a response. Reading it as a response
// would take many times as long.
func answersIn(body []byte) string {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(string(body)))
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) || err != nil {
			return b.String()
		}
		if text, ok := t.(xml.CharData); ok && len(text) > 0 {
			b.Write(text)
			b.WriteByte('\n')
		}
	}
}
