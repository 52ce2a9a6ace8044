package workspace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"baraza.example/forms"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// consentGroup is what a form calls the questions about what an author agrees to.
const consentGroup = "consent"

// Copy begins another response with the answers of one: of a draft, by its ID, or of
// what was made ready, by its name. What was consented to is not copied: that is
// asked of each author anew.
func (w *Workspace) Copy(ctx context.Context, id string, languages ...string) (*Response, error) {
	from, err := w.draft(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		from, err = w.sentAsDraft(ctx, id)
	}
	if err != nil {
		return nil, fmt.Errorf("copy %s: %w", id, err)
	}
	o, err := w.openForm(ctx, from.Draft.FormID, "", languages)
	if err != nil {
		return nil, err
	}
	s, err := o.Copy(from.Draft.XML, o.options)
	if err != nil {
		return nil, fmt.Errorf("copy %s: %w", id, err)
	}
	files := maps.Clone(from.Files)
	delete(files, session.AuditFile) // each response has a log of its own
	r := w.respond(s, o.form, draft{Files: files})
	consent := string(r.Root().Ref.Child(consentGroup)) + "/"
	for _, step := range r.Steps() {
		n, _ := r.Node(step.Ref)
		if _, asked := n.Element.(*forms.Question); asked && n.Value != "" && !n.ReadOnly && strings.HasPrefix(string(step.Ref), consent) {
			if err := r.Set(step.Ref, ""); err != nil {
				return nil, err
			}
		}
	}
	return r, r.Save(ctx)
}

// sentAsDraft is what was made ready as if it were still being written.
func (w *Workspace) sentAsDraft(ctx context.Context, name string) (draft, error) {
	s, err := w.submission(ctx, name)
	switch {
	case err != nil:
		return draft{}, err
	case s.strangers():
		return draft{}, ErrStrangers
	case s.Kind != batch.KindResponse:
		return draft{}, ErrNoResponse
	}
	d := draft{Draft: session.Draft{FormID: s.Content.FormID, Version: s.Content.Version, InstanceID: s.Content.InstanceID, XML: s.Content.Body}, Files: map[string]batch.File{}}
	for _, f := range s.Content.Files {
		d.Files[f.Name] = f
	}
	return d, nil
}
