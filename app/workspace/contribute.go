package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"baraza.example/forms/contribution"
	"baraza.example/storage"
	"baraza.example/sync/batch"
)

// textDraft is a contribution that is being written, as it is stored under its id: a new
// one, or a correction of one that was made ready.
type textDraft struct {
	contribution.Contribution
	Of       string `cbor:",omitempty"` // the id of what it corrects, which all revisions share
	Revision uint32 `cbor:",omitempty"` // it will be; 0: the first, under its own id
	Made     bool   `cbor:",omitempty"` // it was made ready: of a correction this stays, or it would be made again as a text of its own
}

// of is the id and the revision it will be made ready as.
func (t textDraft) of() (instanceID string, revision uint32) {
	if t.Revision == 0 {
		return t.ID, 1
	}
	return t.Of, t.Revision
}

// SaveContribution has a contribution's draft on the disk when it returns. It returns
// ErrFinished if it was made ready already.
func (w *Workspace) SaveContribution(ctx context.Context, c *contribution.Contribution) error {
	return w.store.Update(ctx, func(tx *storage.Tx) error {
		kept, err := w.draftOfText(tx, c)
		if err != nil {
			return err
		}
		if err := w.unmade(tx, submissionName(kept.of())); err != nil {
			return err
		}
		return w.putText(tx, kept)
	})
}

// draftOfText is the draft of c as it is stored, with c for its text.
func (w *Workspace) draftOfText(tx *storage.Tx, c *contribution.Contribution) (textDraft, error) {
	t, err := w.tables.contributions.In(tx).Get(c.ID)
	if errors.Is(err, storage.ErrNotFound) {
		err = nil
	}
	t.Contribution = *c
	return t, err
}

func (w *Workspace) putText(tx *storage.Tx, t textDraft) error {
	var text []byte
	if textSize(&t.Contribution) > longText {
		var err error
		if text, err = json.Marshal(t.Paragraphs); err != nil {
			return err
		}
		t.Paragraphs = nil
	}
	return errors.Join(w.putPieces(tx, t.ID, text), w.tables.contributions.In(tx).Put(t.ID, t), w.tables.briefs.In(tx).Put(t.ID, briefOfText(t)))
}

// dropText takes away the draft of a text that was made ready.
func (w *Workspace) dropText(tx *storage.Tx, id string, t textDraft) error {
	gone := errors.Join(w.putPieces(tx, id, nil), w.tables.contributions.In(tx).Delete(id), w.tables.briefs.In(tx).Delete(id))
	if gone != nil || t.Revision == 0 {
		return gone
	}
	return w.tables.contributions.In(tx).Put(id, textDraft{Of: t.Of, Revision: t.Revision, Made: true})
}

func textSize(c *contribution.Contribution) (bytes int) {
	for _, p := range c.Paragraphs {
		bytes += len(p.Text)
	}
	return bytes
}

// Contributions yields the drafts of contributions.
func (w *Workspace) Contributions(ctx context.Context) iter.Seq2[storage.Item[contribution.Contribution], error] {
	return func(yield func(storage.Item[contribution.Contribution], error) bool) {
		for c, err := range w.tables.contributions.All(ctx) {
			if c.Value.Made {
				continue
			}
			if err == nil {
				err = w.whole(ctx, &c.Value.Contribution)
			}
			if !yield(storage.Item[contribution.Contribution]{Key: c.Key, Value: c.Value.Contribution}, err) {
				return
			}
		}
	}
}

// ErrNoDraft means that there is no draft of this id: it was made ready, or thrown
// away.
var ErrNoDraft = fmt.Errorf("there is no such draft: %w", storage.ErrNotFound)

// Contribution returns the draft of the contribution with this id, or ErrNoDraft.
func (w *Workspace) Contribution(ctx context.Context, id string) (contribution.Contribution, error) {
	t, err := w.tables.contributions.Get(ctx, id)
	if errors.Is(err, storage.ErrNotFound) || t.Made {
		err = ErrNoDraft
	}
	if err != nil {
		return contribution.Contribution{}, err
	}
	return t.Contribution, w.whole(ctx, &t.Contribution)
}

// Correcting says which revision a contribution that is being written will be, 1 for a
// new one, and of a correction what the secretariat asked about it, the oldest first.
func (w *Workspace) Correcting(ctx context.Context, id string) (revision uint32, asked []Message, err error) {
	t, err := w.tables.contributions.Get(ctx, id)
	if errors.Is(err, storage.ErrNotFound) { // it was not saved yet
		return 1, nil, nil
	}
	instanceID, revision := t.of()
	if err == nil && revision > 1 {
		asked, err = w.MessagesAbout(ctx, submissionName(instanceID, revision))
	}
	return revision, asked, err
}

// whole puts the paragraphs of a long text back.
func (w *Workspace) whole(ctx context.Context, c *contribution.Contribution) error {
	if len(c.Paragraphs) > 0 {
		return nil
	}
	text, err := w.readPieces(ctx, c.ID)
	if err != nil || len(text) == 0 {
		return err
	}
	return json.Unmarshal(text, &c.Paragraphs)
}

// MakeContributionReady freezes a contribution, and seals and signs it as soon
// as it is known for whom. Its draft goes. It returns ErrFinished if that was done already.
func (w *Workspace) MakeContributionReady(ctx context.Context, c *contribution.Contribution, tag string) (Item, error) {
	if found := c.Check(); len(found) > 0 {
		return Item{}, found[0]
	}
	draft := c.ID
	var t textDraft
	if err := w.store.View(ctx, func(tx *storage.Tx) (err error) {
		t, err = w.draftOfText(tx, c)
		return err
	}); err != nil {
		return Item{}, err
	}
	instanceID, revision := t.of()
	t.ID = instanceID
	body, err := contribution.Encode(&t.Contribution)
	if err != nil {
		return Item{}, errors.Join(ErrTooLong, err) // Check has found nothing else to say
	}
	now := w.clock().Unix()
	s := submission{Kind: batch.KindContribution, Tag: tag, Made: now, Content: batch.Content{
		InstanceID: instanceID, Revision: revision, Ready: now, Language: c.Language, Name: c.Title, Body: body,
	}}
	if err := w.freeze(ctx, s, func(tx *storage.Tx) error { return w.dropText(tx, draft, t) }); err != nil {
		return Item{}, err
	}
	return w.Item(ctx, s.name())
}
