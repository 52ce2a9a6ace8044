package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"baraza.example/forms/session"
)

// A Brief is what a list shows of something that is still being written.
type Brief struct {
	ID      string // of the draft or contribution
	Text    bool   // a contribution, not a response
	Title   string // of a contribution, or the author that a response names; may be empty
	Changed time.Time
}

// Briefs lists all drafts of responses and contributions, the one touched last
// first. It holds no answers, so that it may be long. One that can't be read is
// left out and told of in the error; the others are there all the same.
func (w *Workspace) Briefs(ctx context.Context) ([]Brief, error) {
	var all []Brief
	var wrong []error
	for d, err := range w.tables.drafts.All(ctx) {
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if strings.HasPrefix(d.Value.Tag, kioskTag) {
			continue // a stranger's, who has the code
		}
		b := Brief{ID: d.Key, Title: d.Value.Author, Changed: d.Value.Draft.Changed}
		if !d.Value.Named { // kept by an older version of the program
			b.Title = authorOf(d.Value.Draft)
		}
		all = append(all, b)
	}
	for c, err := range w.tables.contributions.All(ctx) {
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, Brief{ID: c.Key, Text: true, Title: c.Value.Title, Changed: c.Value.Changed})
	}
	slices.SortStableFunc(all, func(a, b Brief) int { return b.Changed.Compare(a.Changed) })
	return all, errors.Join(wrong...)
}

// authorOf is whom a response names as its author: the answer called "author",
// wherever the form asks or computes it.
func authorOf(d session.Draft) string {
	in, err := session.ReadInstance(d.XML)
	if err != nil {
		return ""
	}
	for _, answer := range in.Answers {
		if answer.Ref.Name() == "author" && answer.Value != "" {
			return answer.Value
		}
	}
	return ""
}

// Author is whom the response names as its author so far; it may be empty.
func (r *Response) Author() string { return authorOf(r.Draft()) }
