package workspace

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"baraza.example/assets/locale"
	"baraza.example/forms/contribution"
	"baraza.example/sync/batch"
)

// Find looks through what is written and what was made ready on this device: titles,
// for whom it is, IDs, receipt codes and the texts themselves. It returns the
// IDs of drafts and contributions (see [Brief]) and the names of items. Without words
// it returns nil. What can't be read is passed over and told of in the error.
func (w *Workspace) Find(ctx context.Context, text string) (found map[string]bool, err error) {
	s := locale.NewFolder().Search(text)
	if s.Empty() {
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
		case s.In(d.Key, d.Value.Author, answersIn(d.Value.Draft.XML)):
			found[d.Key] = true
		}
	}
	for c, err := range w.Contributions(ctx) {
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			wrong = append(wrong, err)
		case s.In(c.Key, textIn(&c.Value)):
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
		if s.In(texts...) {
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
