package workspace

import (
	"context"
	"errors"
	"fmt"

	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// ErrNoResponse means that what was to be corrected is no response to a form.
var ErrNoResponse = errors.New("only a response to a form can be corrected")

// Correct begins the next revision of a response that was made ready, from its
// newest one; a correction that was begun already goes on. The desk counts
// revisions of a response once, by the newest. What was made ready stays as it
// is.
func (w *Workspace) Correct(ctx context.Context, name string, languages ...string) (*Response, error) {
	s, err := w.submission(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case s.strangers():
		return nil, ErrStrangers
	case s.Kind != batch.KindResponse:
		return nil, ErrNoResponse
	}
	if s, err = w.newest(ctx, s); err != nil {
		return nil, err
	}
	if s.Kind == batch.KindWithdrawal {
		return nil, ErrWithdrawn
	}
	begun, err := w.correcting(ctx, s)
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
	return "", nil
}
