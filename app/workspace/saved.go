package workspace

import (
	"context"
	"errors"
	"fmt"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/sync/batch"
)

// lastSaved is the response to the same form that was saved last, not counting
// the one called not, where the form asks for it (${last-saved#…} in XLSForm).
func (w *Workspace) lastSaved(ctx context.Context, def *forms.Definition, not string) ([]byte, error) {
	if !def.ReadsLastSaved() {
		return nil, nil
	}
	var id string
	var when int64
	for d, err := range w.tables.drafts.All(ctx) {
		if err != nil {
			return nil, err
		}
		if at := d.Value.Draft.Changed.Unix(); d.Value.Draft.FormID == def.Settings.ID && d.Key != not && at >= when {
			id, when = d.Key, at
		}
	}
	var xml []byte
	for s, err := range w.tables.submissions.All(ctx) {
		if err != nil {
			return nil, err
		}
		c, made := s.Value.Content, s.Value.Made
		later := made > when || made == when && id == "" // of the same second, the draft is the later one
		if s.Value.Kind == batch.KindResponse && c.FormID == def.Settings.ID && c.InstanceID != not && later {
			xml, when, id = c.Body, made, ""
		}
	}
	if id == "" {
		return xml, nil
	}
	d, err := w.draft(ctx, id)
	return d.Draft.XML, err
}

// A Move says that a draft was written for another version of its form than
// there is today, and what became of its answers.
type Move struct {
	From, To string // versions, as their authors call them
	Changes  []session.Change
}

// GoOn goes on with a draft: resumed where the form is as it was, else moved to
// the form of today, which the Move tells of. A draft that was moved is as it was
// until the response is saved.
func (w *Workspace) GoOn(ctx context.Context, instanceID string, languages ...string) (*Response, *Move, error) {
	d, err := w.draft(ctx, instanceID)
	if err != nil {
		return nil, nil, fmt.Errorf("draft %s: %w", instanceID, err)
	}
	form, err := w.Form(d.Draft.FormID)
	if err != nil {
		return nil, nil, err
	}
	if d.Draft.Version == form.Definition.Settings.Version {
		r, err := w.Resume(ctx, instanceID, languages...)
		var lost *session.MismatchError // an author may forget to count up
		if err == nil || !errors.As(err, &lost) {
			return r, nil, err
		}
	}
	r, changes, err := w.Migrate(ctx, instanceID, languages...)
	return r, &Move{From: d.Draft.Version, To: form.Definition.Settings.Version, Changes: changes}, err
}

// Migrate goes on with a draft that was written for another version of its
// form, and says what became of its answers. The draft is as it was until the
// response is saved.
func (w *Workspace) Migrate(ctx context.Context, instanceID string, languages ...string) (*Response, []session.Change, error) {
	d, err := w.draft(ctx, instanceID)
	if err != nil {
		return nil, nil, fmt.Errorf("draft %s: %w", instanceID, err)
	}
	o, err := w.openForm(ctx, d.Draft.FormID, instanceID, languages)
	if err != nil {
		return nil, nil, err
	}
	s, changes, err := o.Migrate(d.Draft, o.options)
	if err != nil {
		return nil, nil, fmt.Errorf("move draft %s to the form of today: %w", instanceID, err)
	}
	return w.respond(s, o.form, d), changes, nil
}
