package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"baraza.example/forms/session"
	"baraza.example/storage"
)

// A Brief is what a list shows of something that is still being written.
type Brief struct {
	ID      string // of the draft or contribution
	Text    bool   // a contribution, not a response
	Title   string // of a contribution, or the author that a response names; may be empty
	Changed time.Time
}

// brief is a Brief as it is stored under its ID, in the transactions that change
// what it is of: so that a list needs no answers to be read.
type brief struct {
	Text     bool
	Title    string
	Changed  time.Time
	Stranger bool // it is of somebody at the kiosk, who has the code, and stands in no list
}

// keyBriefed is there when everything that is being written has its brief. A
// store of a program before briefs lacks it.
const keyBriefed = "-"

func briefOf(d draft) brief {
	b := brief{Title: d.Author, Changed: d.Draft.Changed, Stranger: strings.HasPrefix(d.Tag, kioskTag)}
	if !d.Named { // kept by a still older program
		b.Title = authorOf(d.Draft)
	}
	return b
}

func briefOfText(t textDraft) brief {
	return brief{Text: true, Title: t.Title, Changed: t.Changed}
}

// Briefs lists all drafts of responses and contributions, the one touched last
// first. It holds no answers, so that it may be long. One that can't be read is
// left out and told of in the error; the others are there all the same.
func (w *Workspace) Briefs(ctx context.Context) ([]Brief, error) {
	wrong := []error{w.makeBriefs(ctx)}
	var all []Brief
	for b, err := range w.tables.briefs.All(ctx) {
		switch {
		case err != nil:
			wrong = append(wrong, err)
		case b.Key != keyBriefed && !b.Value.Stranger:
			all = append(all, Brief{ID: b.Key, Text: b.Value.Text, Title: b.Value.Title, Changed: b.Value.Changed})
		}
	}
	slices.SortStableFunc(all, func(a, b Brief) int { return b.Changed.Compare(a.Changed) })
	return all, errors.Join(wrong...)
}

// briefsAtOnce is how many briefs one transaction makes.
const briefsAtOnce = 500

// makeBriefs makes those that are missing in the store of an older program. What
// can't be read gets none and is told of, now and the next time.
func (w *Workspace) makeBriefs(ctx context.Context) error {
	_, err := w.tables.briefs.Get(ctx, keyBriefed)
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	wrong := errors.Join(
		makeBriefsOf(ctx, w, w.tables.drafts, func(d draft) (brief, bool) { return briefOf(d), true }),
		makeBriefsOf(ctx, w, w.tables.contributions, func(t textDraft) (brief, bool) { return briefOfText(t), !t.Made }))
	if wrong != nil {
		return wrong
	}
	return w.tables.briefs.Put(ctx, keyBriefed, brief{})
}

// makeBriefsOf goes through one collection, a part in each transaction. in says what
// is still being written, too.
func makeBriefsOf[T any](ctx context.Context, w *Workspace, of *storage.Collection[T], in func(T) (b brief, written bool)) error {
	var wrong []error
	for from, more := "", true; more; {
		start, found := from, []error(nil)
		err := w.store.Update(ctx, func(tx *storage.Tx) error {
			from, more, found = start, false, nil
			n := 0
			for item, err := range of.In(tx).All(start) {
				if n == briefsAtOnce {
					from, more = item.Key, true
					break
				}
				n++
				if err != nil {
					found = append(found, err)
					continue
				}
				b, written := in(item.Value)
				if !written {
					continue
				}
				if err := w.tables.briefs.In(tx).Put(item.Key, b); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return errors.Join(append(wrong, err)...)
		}
		wrong = append(wrong, found...)
	}
	return errors.Join(wrong...)
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
