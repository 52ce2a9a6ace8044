package workspace

import (
	"context"
	"errors"
	"fmt"

	"baraza.example/forms/contribution"
	"baraza.example/forms/session"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// Sent is what was made ready, to be read again: a response or a contribution.
type Sent struct {
	Response     *session.Session // not to be changed; nil for a contribution
	Contribution *contribution.Contribution
	Reply        string   // or what was answered to a question of the secretariat
	Withdrawal   *string  // or that something was taken back, with the reason
	Language     string   // in which it was written
	Files        []string // names of what is attached
}

// Read returns what was made ready under this name, as it was frozen.
func (w *Workspace) Read(ctx context.Context, name string, languages ...string) (Sent, error) {
	s, err := w.submission(ctx, name)
	if err != nil {
		return Sent{}, err
	}
	if s.strangers() {
		return Sent{}, ErrStrangers
	}
	out := Sent{Language: s.Content.Language}
	for _, f := range s.Content.Files {
		out.Files = append(out.Files, f.Name)
	}
	if s.Kind == batch.KindContribution {
		out.Contribution, err = contribution.Decode(s.Content.Body)
		return out, err
	}
	switch s.Kind {
	case batch.KindReply:
		r, err := batch.DecodeReply(s.Content.Body)
		out.Reply = r.Text
		return out, err
	case batch.KindWithdrawal:
		t, err := batch.DecodeWithdrawal(s.Content.Body)
		out.Withdrawal = &t.Reason
		return out, err
	}
	d := session.Draft{FormID: s.Content.FormID, Version: s.Content.Version, InstanceID: s.Content.InstanceID, XML: s.Content.Body}
	o, err := w.openForm(ctx, d.FormID, d.InstanceID, languages)
	if err != nil {
		return out, err
	}
	if out.Response, err = o.Resume(d, o.options); err != nil {
		return out, fmt.Errorf("read %s: %w", name, err)
	}
	return out, nil
}

// submission finds what was made ready under a name, sealed or frozen.
func (w *Workspace) submission(ctx context.Context, name string) (submission, error) {
	for _, prefix := range []string{keySealed, keyFrozen} {
		s, err := w.tables.submissions.Get(ctx, prefix+name)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		return s, err
	}
	return submission{}, fmt.Errorf("%s: %w", name, storage.ErrNotFound)
}
