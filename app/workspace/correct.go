package workspace

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// Errors of what is asked of something that is of another kind.
var (
	ErrNoResponse     = errors.New("this is no response to a form")
	ErrNoContribution = errors.New("this is no contribution")
)

// Correct begins the next revision of a response that was made ready, from its
// newest one; a correction that was begun already goes on. The desk counts
// revisions of a response once, by the newest. What was made ready stays as it
// is.
func (w *Workspace) Correct(ctx context.Context, name string, languages ...string) (*Response, error) {
	s, begun, err := w.correctable(ctx, name, batch.KindResponse, ErrNoResponse)
	if err != nil {
		return nil, err
	}
	if begun != "" {
		return w.Resume(ctx, begun, languages...)
	}
	o, err := w.openForm(ctx, s.Content.FormID, s.Content.InstanceID, languages)
	if err != nil {
		return nil, err
	}
	edited, err := o.Edit(s.Content.Body, o.options)
	if err != nil {
		return nil, fmt.Errorf("correct %s: %w", name, err)
	}
	d := draft{Files: map[string]batch.File{}, Of: s.Content.InstanceID, Revision: s.Content.Revision + 1}
	for _, f := range s.Content.Files {
		if f.Name != session.AuditFile { // each revision has a log of its own
			d.Files[f.Name] = f
		}
	}
	r := w.respond(edited, o.form, d)
	return r, r.Save(ctx)
}

// CorrectContribution is Correct for a contribution: it returns the draft of its next
// revision, which is saved and made ready as that of a new one, and whether somebody has
// changed that draft before.
func (w *Workspace) CorrectContribution(ctx context.Context, name string) (c contribution.Contribution, changed bool, err error) {
	s, begun, err := w.correctable(ctx, name, batch.KindContribution, ErrNoContribution)
	if err != nil {
		return c, false, err
	}
	sent, err := contribution.Decode(s.Content.Body)
	if err != nil {
		return c, false, fmt.Errorf("correct %s: %w", name, err)
	}
	if begun != "" {
		c, err = w.Contribution(ctx, begun)
		return c, !sameText(c, *sent), err
	}
	fresh, err := contribution.New(contribution.Options{Now: w.clock})
	if err != nil {
		return c, false, err
	}
	t := textDraft{Contribution: *sent, Of: s.Content.InstanceID, Revision: s.Content.Revision + 1}
	t.ID, t.Changed = fresh.ID, fresh.Changed
	return t.Contribution, false, w.store.Update(ctx, func(tx *storage.Tx) error { return w.putText(tx, t) })
}

// sameText reports whether two contributions say the same.
func sameText(a, b contribution.Contribution) bool {
	return a.Title == b.Title && a.OnBehalf == b.OnBehalf && a.Language == b.Language && a.Publication == b.Publication &&
		slices.Equal(a.Paragraphs, b.Paragraphs)
}

// correctable is the newest revision of something of a kind that was made ready, and the
// draft of the next one if that was begun. It returns wrong for what is of another kind.
func (w *Workspace) correctable(ctx context.Context, name string, kind batch.Kind, wrong error) (s submission, begun string, err error) {
	s, err = w.submission(ctx, name)
	switch {
	case err != nil:
		return s, "", err
	case s.strangers():
		return s, "", ErrStrangers
	case s.Kind != kind:
		return s, "", wrong
	}
	if s, err = w.newest(ctx, s); err != nil {
		return s, "", err
	}
	if s.Kind == batch.KindWithdrawal {
		return s, "", ErrWithdrawn
	}
	begun, err = w.correcting(ctx, s)
	return s, begun, err
}

// newest is the last revision of what s is a revision of.
func (w *Workspace) newest(ctx context.Context, s submission) (submission, error) {
	for {
		later, err := w.submission(ctx, submissionName(s.Content.InstanceID, s.Content.Revision+1))
		if errors.Is(err, storage.ErrNotFound) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		s = later
	}
}

// correcting finds the draft of the revision after s, or "".
func (w *Workspace) correcting(ctx context.Context, s submission) (string, error) {
	for d, err := range w.tables.drafts.All(ctx) {
		if err != nil {
			return "", err
		}
		if d.Value.Of == s.Content.InstanceID && d.Value.Revision == s.Content.Revision+1 {
			return d.Key, nil
		}
	}
	for t, err := range w.tables.contributions.All(ctx) {
		if err != nil {
			return "", err
		}
		if t.Value.Of == s.Content.InstanceID && t.Value.Revision == s.Content.Revision+1 {
			return t.Key, nil
		}
	}
	return "", nil
}
